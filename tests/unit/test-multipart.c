/*
 * test-multipart.c -- forms with files: what is refused, what names become, what uploads a handler
 * gets.
 */
#include "unit.h"

#include "app.h"
#include "arena.h"
#include "file.h"
#include "form.h"

#define TYPE "multipart/form-data; boundary=XyZ"
#define TEXT_PART(name, value) \
	"--XyZ\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_PART(field, name, bytes) \
	"--XyZ\r\nContent-Disposition: form-data; name=\"" field "\"; filename=\"" name "\"\r\n" \
	"Content-Type: application/octet-stream\r\n\r\n" bytes "\r\n"
#define END "--XyZ--\r\n"
#define PNG "\x89PNG\r\n\x1a\n"

static struct request rq;

static int
setup(void **state)
{
	(void)state;
	rq = (struct request){ .arena = arena_new(64 << 20), .method = "POST" };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(rq.arena);
	return 0;
}

static bool
parse_len(const char *type, const char *bytes, size_t len)
{
	rq.bad_input = false;
	rq.errors = NULL;
	return form_parse_multipart(rq.arena, bytes, len, type, &rq.body);
}

/* A literal, which may hold NUL. */
#define parse(type, bytes) parse_len((type), "" bytes, sizeof(bytes) - 1)

static void
fields_and_files(void **state)
{
	(void)state;
	assert_true(parse(TYPE,
	    TEXT_PART("body", "две\r\nстроки") FILE_PART("file", "фото.png", PNG "\0--XyZ\r\n--Xy")
		TEXT_PART("empty", "") END));
	assert_int_equal(rq.body.count, 2);
	assert_string_equal(rq.body.field[0].name, "body");
	assert_string_equal(form_lines(&rq, "body", 20, ""), "две\nстроки");
	assert_string_equal(form_text(&rq, "empty", 20, "none"), "none");
	assert_int_equal(rq.body.file_count, 1);
	assert_string_equal(rq.body.file[0].field, "file");
	assert_string_equal(rq.body.file[0].name, "фото.png");
	assert_int_equal(rq.body.file[0].len, sizeof(PNG "\0--XyZ\r\n--Xy") - 1);
	assert_memory_equal(rq.body.file[0].bytes, PNG "\0--XyZ", sizeof(PNG "\0--XyZ") - 1);
	/* An empty form, an empty field of files. */
	assert_true(parse(TYPE, END));
	assert_int_equal(rq.body.count, 0);
	assert_true(parse(TYPE, FILE_PART("file", "", "") END));
	assert_int_equal(rq.body.file_count, 0);
	assert_true(parse(TYPE, FILE_PART("file", "", "x") END));
	assert_string_equal(rq.body.file[0].name, "file");
	assert_true(parse(TYPE, TEXT_PART("a", "1") "--XyZ--"));
	/* Headers in any case and order, further blanks. */
	assert_true(parse("Multipart/Form-Data;boundary=\"a b\"",
	    "--a b\r\ncontent-type: text/plain\r\n"
	    "CONTENT-DISPOSITION:form-data ;  NAME=\"n\"\r\n\r\nv\r\n--a b--\r\n"));
	assert_string_equal(form_text(&rq, "n", 9, ""), "v");
}

static void
types_without_a_boundary(void **state)
{
	static const char *const bad[] = {
		"", "multipart/form-data", "multipart/form-data;",
		"multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
		"multipart/form-data; boundary=\"XyZ", "multipart/form-data; boundary=XyZ; a=b",
		"multipart/form-data; boundary=X yZ", "multipart/form-data; boundary=XyZ\r\nX: y",
		"multipart/form-data; boundary=Я", "multipart/mixed; boundary=XyZ",
		"multipart/form-data; charset=utf-8", "multipart/form-data, boundary=XyZ",
		"multipart/form-data; boundary=\"XyZ \"", "multipart/form-data; boundary=X<y>Z",
		"multipart/form-data; boundary=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg1"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (parse(bad[i], END))
			fail_msg("taken for a form: %s", bad[i]);
	assert_true(parse(TYPE, END));
}

static void
malformed_bodies(void **state)
{
	static const char *const bad[] = {
		"",
		"--",
		"--XyZ",
		"--XyZ\r\n",
		"--XyZ-",
		"--XyZ--x",
		"--XyZ--\r\nx",
		"--XyZ--\n",
		"\r\n--XyZ--\r\n",
		"x" END,
		"--Xy--\r\n",
		"--XyZZ--\r\n",
		"--xyz--\r\n",
		/* cut short, wherever */
		TEXT_PART("a", "1"),
		TEXT_PART("a", "1") "--Xy",
		"--XyZ\r\nContent-Disposition: form-data; name=\"a\"",
		"--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1",
		FILE_PART("f", "a.png", "x"),
		/* headers */
		"--XyZ\r\n\r\n1\r\n" END,
		"--XyZ\nContent-Disposition: form-data; name=\"a\"\n\n1\n" END,
		"--XyZ\r\nContent-Type: text/plain\r\n\r\n1\r\n" END,
		"--XyZ\r\nContent-Disposition: form-data\r\n\r\n1\r\n" END,
		"--XyZ\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n" END,
		"--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" END,
		"--XyZ\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n" END,
		"--XyZ\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1\r\n" END,
		"--XyZ\r\nContent-Disposition: form-data; name=\"a\" filename=\"b\"\r\n\r\n1\r\n" END,
		"--XyZ\r\nContent-Disposition: form-data; name=\"a\"; filename*=UTF-8''b\r\n\r\n1\r\n" END,
		"--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n" END,
		"--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\n1\r\n" END,
		"--XyZ\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\n1\r\n" END,
		"--XyZ\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\xd0.png\"\r\n\r\n1\r\n" END,
		"--XyZ\r\nContent-Disposition: form-data; name=\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff12345\"\r\n\r\n1\r\n" END,
		"--XyZ\r\n"
		"Content-Type: a\r\nContent-Type: a\r\nContent-Type: a\r\nContent-Type: a\r\nContent-Type: a\r\n"
		"Content-Type: a\r\nContent-Type: a\r\nContent-Type: a\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n" END,
		/* a text that is none */
		TEXT_PART("a", "\xff") END,
		TEXT_PART("a", "\xd0") END,
		/* the boundary inside a file, followed by something else */
		FILE_PART("f", "a.png", "x\r\n--XyZx") END,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (parse_len(TYPE, bad[i], strlen(bad[i])))
			fail_msg("taken for a form, number %zu: %s", i, bad[i]);
	assert_false(parse(TYPE, TEXT_PART("a", "1\0002") END));
	assert_false(
	    parse(TYPE, "--XyZ\r\nContent-Disposition: form-data; name=\"a\0b\"\r\n\r\n1\r\n" END));
	/* The length rules, whatever follows. */
	assert_false(parse_len(TYPE, TEXT_PART("a", "1") END, sizeof(TEXT_PART("a", "1")) + 3));
}

static void
limits(void **state)
{
	char *body = arena_alloc(rq.arena, 64 * 1024), *end = body;

	(void)state;
	for (int i = 0; i < FORM_MAX_FIELDS; i++)
		end = stpcpy(end, TEXT_PART("a", "1"));
	memcpy(end, END, sizeof(END));
	assert_true(parse_len(TYPE, body, strlen(body)));
	assert_int_equal(rq.body.count, FORM_MAX_FIELDS);
	memcpy(stpcpy(end, TEXT_PART("a", "1")), END, sizeof(END));
	assert_false(parse_len(TYPE, body, strlen(body)));
	end = body;
	for (int i = 0; i < FORM_MAX_FIELDS + 20; i++)
		end = stpcpy(end, FILE_PART("f", "", ""));
	memcpy(end, END, sizeof(END));
	assert_false(parse_len(TYPE, body, strlen(body)));
	/* Files beyond the third are counted. */
	end = body;
	for (int i = 0; i < FORM_MAX_FILES + 2; i++)
		end = stpcpy(end, FILE_PART("f", "a.png", PNG));
	memcpy(end, END, sizeof(END));
	assert_true(parse_len(TYPE, body, strlen(body)));
	assert_int_equal(rq.body.file_count, FORM_MAX_FILES);
	assert_int_equal(rq.body.left_out, 2);
}

static void
names_of_files_are_harmless(void **state)
{
	static const struct { const char *sent, *kept; } names[] = {
		{ "a.png", "a.png" }, { "../../etc/passwd", "passwd" }, { "C:\\Мои документы\\фото.jpg", "фото.jpg" },
		{ "/", "file" }, { "..", "file" }, { " . ", "file" }, { ".htaccess", "htaccess" }, { "a.png. ", "a.png" },
		{ "a%22b.png", "ab.png" }, { "a\\\"b.png", "ab.png" }, { "a%0D%0Ab.png", "ab.png" }, { "a%41.png", "a%41.png" },
		{ "a\x01\x1f\x7f.png", "a.png" }, { "a\xc2\x85.png", "a.png" },
		/* After U+202E «gnp.exe» would be read as «exe.png». */
		{ "photo\xe2\x80\xaegnp.exe", "photognp.exe" },
		{ "a\xd8\x9c" "b\xe2\x80\x8b" "c\xe2\x80\xa8\xef\xbb\xbf.png", "abc.png" },
		{ "\xe2\x81\xa6x\xe2\x81\xa9.png", "x.png" },
		{ "№ 5 — ответ.docx", "№ 5 — ответ.docx" },
	};
	char body[1024], name[512], *end = name;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		int len = snprintf(body, sizeof body, FILE_PART("f", "%s", "x") END, names[i].sent);

		assert_true(parse_len(TYPE, body, (size_t)len));
		assert_string_equal(rq.body.file[0].name, names[i].kept);
	}
	for (int i = 0; i < 150; i++)
		end = stpcpy(end, "я");
	memcpy(end, ".docx", 6);
	assert_true(parse_len(TYPE, body,
	    (size_t)snprintf(body, sizeof body, FILE_PART("f", "%s", "x") END, name)));
	assert_true(strlen(rq.body.file[0].name) < 2 * 120);
	assert_string_equal(strrchr(rq.body.file[0].name, '.'), ".docx");
}

/* ---- what a handler gets ---- */

static void
uploads(void **state)
{
	struct form_upload got[FORM_MAX_FILES];

	(void)state;
	assert_true(parse(TYPE,
	    FILE_PART("file", "a.png", PNG) FILE_PART("other", "b.png", PNG)
		FILE_PART("file", "b.pdf", "%PDF-1.7") END));
	assert_int_equal(form_uploads(&rq, "file", got, FORM_MAX_FILES), 2);
	assert_string_equal(got[0].name, "a.png");
	assert_string_equal(got[0].type, "image/png");
	assert_int_equal(got[0].len, 8);
	assert_string_equal(got[1].type, "application/pdf");
	assert_false(form_failed(&rq));
	assert_int_equal(form_uploads(&rq, "absent", got, 1), 0);
	assert_false(form_failed(&rq));
	assert_int_equal(form_uploads(&rq, "file", got, 1), 1);
	assert_true(form_failed(&rq));
}

static void
uploads_that_are_refused(void **state)
{
	struct form_upload got[FORM_MAX_FILES];
	char *large = arena_alloc(rq.arena, FORM_MAX_FILE_BYTES + 1024);
	int head;

	(void)state;
	assert_true(parse(TYPE, FILE_PART("file", "a.png", "") END));
	assert_int_equal(form_uploads(&rq, "file", got, 1), 0);
	assert_true(form_failed(&rq));
	assert_true(parse(TYPE, FILE_PART("file", "a.png", "MZ\x90") END));
	assert_int_equal(form_uploads(&rq, "file", got, 1), 0);
	assert_true(form_failed(&rq));
	for (int over = 0; over <= 1; over++) {
		head = snprintf(large, 1024,
		    "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n" PNG);
		memset(large + head, 'x', FORM_MAX_FILE_BYTES);
		memcpy(large + head + FORM_MAX_FILE_BYTES - 8 + over, "\r\n" END,
		    sizeof("\r\n" END));
		assert_true(parse_len(TYPE, large,
		    (size_t)head + FORM_MAX_FILE_BYTES - 8 + over + sizeof("\r\n" END) - 1));
		assert_int_equal(form_uploads(&rq, "file", got, 1), over == 0);
		assert_int_equal(form_failed(&rq), over);
	}
}

/* ---- types ---- */

#define ENTRY(name) "PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" name
#define OOXML(part) ENTRY("[Content_Types].xml") ENTRY(part)
#define ODT ENTRY("mimetypeapplication/vnd.oasis.opendocument.text") "PK"

#define type_of(bytes, name) file_type("" bytes, sizeof(bytes) - 1, (name))

static void
types_by_first_bytes(void **state)
{
	(void)state;
	assert_string_equal(type_of("\xff\xd8\xff\xe0", "x"), "image/jpeg");
	assert_string_equal(type_of(PNG, "evil.exe"), "image/png");
	assert_string_equal(type_of("%PDF-1.4", ""), "application/pdf");
	assert_non_null(
	    strstr(type_of(OOXML("word/document.xml"), "Ответ.DOCX"), "wordprocessingml"));
	assert_non_null(strstr(type_of(OOXML("xl/workbook.xml"), "a.xlsx"), "spreadsheetml"));
	assert_non_null(strstr(type_of(OOXML("ppt/presentation.xml"), "a.pptx"), "presentationml"));
	assert_string_equal(type_of(ODT, "a.odt"), "application/vnd.oasis.opendocument.text");

	assert_null(type_of("", "a.png"));
	assert_null(type_of("\x89PN", "a.png"));
	assert_null(type_of("GIF89a", "a.gif"));
	assert_null(type_of("<svg xmlns=", "a.png"));
	assert_null(type_of("<html>", "a.pdf"));
	assert_null(type_of(" %PDF-1.4", "a.pdf"));
	assert_null(type_of("MZ\x90", "a.docx"));
	assert_null(type_of(ENTRY("a.exe"), "a.zip"));
	assert_null(type_of(ENTRY("a.exe"), "a.docx"));
	assert_null(type_of(OOXML("word/document.xml"), "a.xlsx"));
	assert_null(type_of(OOXML("word/document.xml"), "docx"));
	assert_null(type_of(OOXML("word/document.xml"), ".docx"));
	assert_null(type_of(OOXML("word/document.xml") ENTRY("word/vbaProject.bin"), "a.docx"));
	assert_null(type_of(OOXML("word/document.xml"), "a.docm"));
	assert_null(type_of(ENTRY("mimetypeapplication/zip"), "a.odt"));
	assert_null(type_of("PK\x03\x04", "a.odt"));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(fields_and_files),
		TEST(types_without_a_boundary),
		TEST(malformed_bodies),
		TEST(limits),
		TEST(names_of_files_are_harmless),
		TEST(uploads),
		TEST(uploads_that_are_refused),
		TEST(types_by_first_bytes),
	};

	return cmocka_run_group_tests_name("multipart", tests, NULL, NULL);
}
