/*
 * test-registry.c -- bank registries: what is read, and above all what is refused and in which
 * words.
 *
 * Whole files, good and bad, stand in tests/data/registries; variations of one row are made here.
 */
#include "unit.h"

#include <glob.h>

#include "registry.h"
#include "text.h"

#define MAX_SEEN 8

/* The rows of a file, as they were delivered. */
struct seen {
	int64_t rows;
	int64_t stop_at; /* the callback says false here; 0: never */
	struct registry_row row[MAX_SEEN];
	char account[MAX_SEEN][64], operation[MAX_SEEN][64], payer[MAX_SEEN][128],
	    raw[MAX_SEEN][1024];
};

static struct seen seen;
static struct registry_result result;

static bool
keep_row(void *context, const struct registry_row *row)
{
	struct seen *s = context;

	if (s->rows < MAX_SEEN) {
		s->row[s->rows] = *row;
		snprintf(s->account[s->rows], sizeof(s->account[0]), "%s", row->account);
		snprintf(s->operation[s->rows], sizeof(s->operation[0]), "%s", row->operation);
		snprintf(s->payer[s->rows], sizeof(s->payer[0]), "%s", row->payer);
		snprintf(s->raw[s->rows], sizeof(s->raw[0]), "%s", row->raw);
	}
	s->rows++;
	return s->rows != s->stop_at;
}

static bool
read_file_as(FILE *file, const char *wanted)
{
	int64_t stop_at = seen.stop_at;
	bool is_good;

	assert_non_null(file);
	memset(&seen, 0, sizeof(seen));
	seen.stop_at = stop_at;
	is_good = registry_read(file, wanted, keep_row, &seen, &result);
	fclose(file);
	assert_true(is_good == (result.problem_count == 0));
	assert_true(result.rows == seen.rows);
	return is_good;
}

static bool
read_bytes_as(const char *bytes, size_t len, const char *wanted)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	return read_file_as(file, wanted);
}

static bool
read_text(const char *text)
{
	return read_bytes_as(text, strlen(text), NULL);
}

static const char *
data_folder(void)
{
	static char folder[512];
	const char *source = getenv("KABINET_SOURCE");

	snprintf(folder, sizeof(folder), "%s/tests/data/registries", source != NULL ? source : ".");
	return folder;
}

static bool
read_sample(const char *name)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", data_folder(), name);
	return read_file_as(fopen(path, "rb"), NULL);
}

/* Some problem has these words; line 0 is any line. */
static bool
has_problem(long line, const char *words)
{
	for (int i = 0; i < result.problem_count && i < REGISTRY_MAX_PROBLEMS; i++) {
		assert_true(text_is_utf8(result.problem[i].words, strlen(result.problem[i].words)));
		if (strstr(result.problem[i].words, words) != NULL &&
		    (line == 0 || result.problem[i].line == line))
			return true;
	}
	return false;
}

static void
expect_refusal(const char *what, long line, const char *words)
{
	if (result.problem_count > 0 && has_problem(line, words))
		return;
	print_error(
	    "%s: expected line %ld «%s», problems %d\n", what, line, words, result.problem_count);
	for (int i = 0; i < result.problem_count && i < REGISTRY_MAX_PROBLEMS; i++)
		print_error("  %ld: %s\n", result.problem[i].line, result.problem[i].words);
	fail();
}

static void
expect_good(const char *what)
{
	if (result.problem_count == 0)
		return;
	print_error(
	    "%s was refused: %ld: %s\n", what, result.problem[0].line, result.problem[0].words);
	fail();
}

/* ---- text ---- */

#define ROW1 \
	"03-01-2026;09-32-33;1111;1111999V;100000000001;0270390001;ИВАНОВ ИВАН ИВАНОВИЧ;" \
	"Г ХАБАРОВСК, КВ.1;1225;8575,32;8575,32;0,00;5\n"
#define ROW2 \
	"04-01-2026;19-46-47;1111;1111999V;100000000002;0270390002;;;1225;2231,21;2200,00;31,21;" \
	"1\n"
#define TRAILER "=2;10806,53;10775,32;31,21;686336;06-01-2026\n"

static void
test_text_good(void **state)
{
	(void)state;
	assert_true(read_text(ROW1 ROW2 TRAILER));
	assert_string_equal(result.dialect, "eps13");
	assert_string_equal(result.payee_account, "");
	assert_int_equal(result.rows, 2);
	assert_int_equal(result.amount_kop, 1080653);
	assert_int_equal(result.transfer_kop, 1077532);
	assert_int_equal(result.commission_kop, 3121);
	assert_true(result.totals.has_totals);
	assert_string_equal(result.totals.order, "686336");
	assert_int_equal(result.totals.order_date.day, 6);
	assert_int_equal(seen.row[0].line, 1);
	assert_string_equal(seen.account[0], "0270390001");
	assert_string_equal(seen.operation[0], "100000000001");
	assert_string_equal(seen.payer[0], "ИВАНОВ ИВАН ИВАНОВИЧ");
	assert_int_equal(seen.row[0].at.date.day, 3);
	assert_int_equal(seen.row[0].at.hour, 9);
	assert_int_equal(seen.row[0].channel, 5);
	assert_int_equal(seen.row[1].line, 2);
	assert_int_equal(seen.row[1].amount_kop, 223121);
	assert_int_equal(seen.row[1].transfer_kop, 220000);
	assert_int_equal(seen.row[1].commission_kop, 3121);
	assert_true(strncmp(seen.raw[0], ROW1, strlen(ROW1) - 1) == 0 &&
		    strlen(seen.raw[0]) == strlen(ROW1) - 1);
}

static void
test_text_samples(void **state)
{
	static const struct {
		const char *name, *dialect;
	} samples[] = {
		{ "eps13-windows-1251.txt", "eps13" },
		{ "eps13-utf-8-bom.txt", "eps13" },
		{ "eps13-no-last-end.txt", "eps13" },
		{ "eps12.txt", "eps12" },
		{ "eps13-meter.txt", "eps13-meter" },
		{ "eps12-meter.txt", "eps12-meter" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		read_sample(samples[i].name);
		expect_good(samples[i].name);
		assert_string_equal(result.dialect, samples[i].dialect);
		assert_int_equal(result.rows, 2);
		assert_int_equal(result.transfer_kop, 1077532);
		assert_string_equal(seen.payer[0], "ИВАНОВ ИВАН ИВАНОВИЧ");
		assert_int_equal(seen.row[0].channel, samples[i].dialect[4] == '3' ? 5 : 0);
	}
}

/* A row of 13 fields with one of them replaced, and a trailer of its own sums. */
static void
read_with_field(int index, const char *value, const char *trailer)
{
	const char *field[13] = {
		"03-01-2026",
		"09-32-33",
		"1111",
		"1111999V",
		"100000000001",
		"0270390001",
		"ПЕТРОВ ПЁТР",
		"",
		"1225",
		"8575,32",
		"8500,00",
		"75,32",
		"5",
	};
	char text[1024] = "";

	field[index] = value;
	for (int i = 0; i < 13; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i > 0 ? ";" : "",
		    field[i]);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "\n%s", trailer);
	read_text(text);
}
#define TRAILER_OF_ONE "=1;8575,32;8500,00;75,32;686336;06-01-2026\n"

static void
test_text_fields_good(void **state)
{
	static const struct {
		int index;
		const char *value;
	} good[] = {
		{ 0, "29-02-2028" },
		{ 1, "9-32-33" },
		{ 1, "00-00-00" },
		{ 1, "23-59-59" },
		{ 4, "1" },
		{ 4, "12345678901234567890" },
		{ 5, "" },
		{ 5, "105" },
		{ 5, " 0270390001 " },
		{ 5, "ЖЩ-1/2" },
		{ 6, "" },
		{ 7, "а, б\tв" },
		{ 8, "с 01 по 02, 2026" },
		{ 12, "1" },
		{ 12, "6" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		read_with_field(good[i].index, good[i].value, TRAILER_OF_ONE);
		expect_good(good[i].value);
		if (good[i].index == 5)
			assert_string_equal(seen.account[0], good[i].value);
		else if (good[i].index == 4)
			assert_string_equal(seen.operation[0], good[i].value);
	}
}

static void
test_text_fields_bad(void **state)
{
	static const struct {
		int index;
		const char *value, *words;
	} bad[] = {
		{ 0, "3-01-2026", "дата" },
		{ 0, "31-02-2026", "дата" },
		{ 0, "29-02-2026", "дата" },
		{ 0, "2026-01-03", "дата" },
		{ 0, "03/01/2026", "дата" },
		{ 0, "03-01-26", "дата" },
		{ 0, "", "пусто" },
		{ 0, " 03-01-2026", "дата" },
		{ 0, "03-01-2026 ", "дата" },
		{ 0, "03-01-20266", "дата" },
		{ 0, "03-13-2026", "дата" },
		{ 0, "00-01-2026", "дата" },
		{ 0, "ИВАНОВ ИВАН", "дата»: …" },
		{ 1, "24-00-00", "время" },
		{ 1, "09-60-00", "время" },
		{ 1, "09-00-60", "время" },
		{ 1, "9-3-33", "время" },
		{ 1, "09:32:33", "время" },
		{ 1, "", "время" },
		{ 1, "009-32-33", "время" },
		{ 1, "09-32", "время" },
		{ 1, "-9-32-33", "время" },
		{ 4, "", "номер операции" },
		{ 4, "10000000000A", "номер операции" },
		{ 4, " 1", "номер операции" },
		{ 4, "123456789012345678901", "номер операции" },
		{ 4, "-1", "номер операции" },
		{ 9, "", "сумма платежа" },
		{ 9, "8575.32", "сумма платежа" },
		{ 9, "8575,320", "сумма платежа" },
		{ 9, "8 575,32", "сумма платежа" },
		{ 9, "+8575,32", "сумма платежа" },
		{ 9, "8575,", "сумма платежа" },
		{ 9, ",32", "сумма платежа" },
		{ 9, "8e3", "сумма платежа" },
		{ 9, "10000000000,00", "сумма платежа" },
		{ 9, "99999999999999999999", "сумма платежа" },
		{ 9, "8575,33", "не равна" },
		{ 10, "8500,01", "не равна" },
		{ 11, "75,33", "не равна" },
		{ 11, "-75,32", "не равна" },
		{ 10, "руб", "сумма к перечислению" },
		{ 11, "нет", "комиссия" },
		{ 12, "0", "канал" },
		{ 12, "7", "канал" },
		{ 12, "", "канал" },
		{ 12, "55", "канал" },
		{ 12, "x", "канал" },
		{ 12, "5 ", "канал" },
		{ 6, "a\rb", "Управляющий" },
		{ 6, "a\x01z", "Управляющий" },
		{ 6, "a\x7Fz", "Управляющий" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		read_with_field(bad[i].index, bad[i].value, TRAILER_OF_ONE);
		expect_refusal(bad[i].value, 1, bad[i].words);
		assert_int_equal(seen.rows, 0);
	}
}

static void
test_text_whole_bad(void **state)
{
	static const struct {
		const char *text;
		long line;
		const char *words;
	} bad[] = {
		{ "", 0, "пуст" },
		{ "\n", 1, "Пустая строка" },
		{ ROW1 ROW2, 0, "Нет итоговой строки" },
		{ TRAILER, 0, "нет ни одного платежа" },
		{ "=0;0,00;0,00;0,00;686336;06-01-2026\n", 0, "нет ни одного платежа" },
		{ ROW1 ROW2 TRAILER ROW1, 4, "после итоговой" },
		{ ROW1 ROW2 TRAILER TRAILER, 4, "Вторая итоговая строка (первая — строка 3)" },
		{ ROW1 "\n" ROW2 TRAILER, 2, "Пустая строка" },
		{ ROW1 ROW2 "=3;10806,53;10775,32;31,21;686336;06-01-2026\n", 3,
		    "«число платежей» не сходится: указано 3, в файле 2" },
		{ ROW1 ROW2 "=2;10806,54;10775,32;31,21;686336;06-01-2026\n", 3,
		    "«сумма платежей» не сходится: указано 10806,54, по строкам 10806,53" },
		{ ROW1 ROW2 "=2;10806,53;10775,31;31,21;686336;06-01-2026\n", 3,
		    "«сумма к перечислению» не сходится: указано 10775,31, по строкам 10775,32" },
		{ ROW1 ROW2 "=2;10806,53;10775,32;31,20;686336;06-01-2026\n", 3,
		    "«комиссия» не сходится: указано 31,20, по строкам 31,21" },
		{ ROW1 ROW2 "=2;10806,53;10775,32;31,21;686336\n", 3,
		    "Число полей в итоговой строке: 5" },
		{ ROW1 ROW2 "=2;10806,53;10775,32;31,21;686336;06-01-2026;\n", 3,
		    "Число полей в итоговой" },
		{ ROW1 ROW2 "=2;10806,53;10775,32;31,21;;06-01-2026\n", 3,
		    "номер платёжного поручения" },
		{ ROW1 ROW2 "=2;10806,53;10775,32;31,21;686336;31-06-2026\n", 3,
		    "дата платёжного поручения" },
		{ ROW1 ROW2 "=-2;10806,53;10775,32;31,21;686336;06-01-2026\n", 3,
		    "число платежей" },
		{ ROW1 ROW2 "=2,0;10806,53;10775,32;31,21;686336;06-01-2026\n", 3,
		    "число платежей" },
		{ ROW1 ROW2 "=2;10806.53;10775,32;31,21;686336;06-01-2026\n", 3, "сумма платежей" },
		{ ROW1 ROW2 " " TRAILER, 3, "Число полей" },
		{ "абракадабра\n", 1, "такого формата нет" },
		{ ROW1
		    "04-01-2026;19-46-47;1111;1111999V;2;1;;;1225;2231,21;2200,00;31,21\n" TRAILER,
		    2, "Число полей в строке: 12; в формате их не столько: eps13" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_false(read_text(bad[i].text));
		expect_refusal(bad[i].text, bad[i].line, bad[i].words);
	}
}

/* Every total that differs is named, not the first alone. */
static void
test_text_two_totals_differ(void **state)
{
	(void)state;
	assert_false(read_text(ROW1 ROW2 "=3;10806,54;10775,32;31,22;686336;06-01-2026\n"));
	assert_int_equal(result.problem_count, 3);
	assert_true(has_problem(3, "число") && has_problem(3, "сумма платежей") &&
		    has_problem(3, "комиссия"));
}

/* No beginning of a good file is a good file. */
static void
test_text_truncated(void **state)
{
	const char *whole = ROW1 ROW2 TRAILER;

	(void)state;
	for (size_t len = 0; len + 1 < strlen(whole); len++)
		assert_false(read_bytes_as(whole, len, NULL));
	assert_true(read_bytes_as(whole, strlen(whole) - 1, NULL));
}

static void
test_text_bytes(void **state)
{
	char text[REGISTRY_MAX_LINE_BYTES * 2], *p;
	size_t used;

	(void)state;
	assert_false(read_bytes_as("a\n\0\n", 4, NULL));
	expect_refusal("NUL", 2, "Нулевой байт");
	assert_false(read_text(ROW1 "\x98\n" TRAILER)); /* neither UTF-8 nor windows-1251 */
	expect_refusal("0x98", 2, "0x98");

	/* The longest line is read, one byte more is not; the next line has its right number. */
	memset(text, 'A', sizeof(text));
	for (int extra = 0; extra <= 1; extra++) {
		p = stpcpy(text, "03-01-2026;09-32-33;1111;1111999V;1;1;");
		used = strlen(";;1225;1;1;0;5");
		memset(p, 'A', sizeof(text) - (size_t)(p - text));
		p = text + REGISTRY_MAX_LINE_BYTES + extra - used;
		p = stpcpy(p, ";;1225;1;1;0;5\r\n");
		stpcpy(p, "=1;1;1;0;1;06-01-2026\r\n\r\n");
		if (extra == 0) {
			read_text(text);
			expect_good("longest line");
		} else {
			assert_false(read_text(text));
			expect_refusal("too long", 1, "длиннее 4096");
			assert_int_equal(result.totals.count, 1);
		}
	}
}

static void
test_negative_rows(void **state)
{
	(void)state;
	read_text(
	    "03-01-2026;09-32-33;1;1;1;A;;;;1362,79;1362,79;0;1\n"
	    "03-01-2026;09-32-33;1;1;1;A;;;;-1362,79;-1362,79;0;1\n=2;0,00;0;0;7;06-01-2026\n");
	expect_good("zero-sum pair");
	assert_int_equal(seen.row[1].transfer_kop, -136279);
	assert_int_equal(result.transfer_kop, 0);
}

/*
 * Nothing is delivered after the first problem, and no more problems are kept than there is room
 * for.
 */
static void
test_problems(void **state)
{
	struct text text;

	(void)state;
	text_init(&text, 1 << 20);
	text_puts(&text, ROW1);
	for (int i = 0; i < 3 * REGISTRY_MAX_PROBLEMS; i++)
		text_puts(&text, "bad\n");
	text_puts(&text, ROW2 TRAILER);
	assert_false(read_text(text.data));
	assert_int_equal(result.problem_count, 3 * REGISTRY_MAX_PROBLEMS);
	assert_int_equal(result.problem[REGISTRY_MAX_PROBLEMS - 1].line, REGISTRY_MAX_PROBLEMS + 1);
	assert_int_equal(seen.rows, 1);
	text_release(&text);
}

static void
test_callback_stops(void **state)
{
	(void)state;
	seen.stop_at = 1;
	assert_false(read_text(ROW1 ROW2 TRAILER));
	seen.stop_at = 0;
	assert_int_equal(seen.rows, 1);
	assert_int_equal(result.problem_count, 1);
	expect_refusal("stopped", 1, "остановлена");
}

static void
test_wanted_dialect(void **state)
{
	const char *vtb =
	    "03/01/"
	    "2026;9:32:33;1;1;A1-b;1;;;1225;85.3;85.3;0;5\n=1;85.30;85.30;0.00;7;06.01.2026\n";
	/* КОТ in KOI8-R: windows-1251 would read it as lower-case nonsense. */
	const char *koi8 =
	    "03/01/2026;9:32:33;1;1;A1;1;\xEB\xEF\xF4;;;1.00;1.00;0;5\n=1;1;1;0;7;06.01.2026\n";

	(void)state;
	assert_true(read_bytes_as(ROW1 ROW2 TRAILER, strlen(ROW1 ROW2 TRAILER), "eps13"));
	assert_false(read_bytes_as(ROW1 ROW2 TRAILER, strlen(ROW1 ROW2 TRAILER), "eps12"));
	expect_refusal("eps12", 1, "Число полей");
	assert_false(read_bytes_as(ROW1 ROW2 TRAILER, strlen(ROW1 ROW2 TRAILER), "registry1"));
	expect_refusal("registry1", 0, "не XML");
	assert_false(read_bytes_as("<a/>", 4, "eps13"));
	expect_refusal("eps13", 0, "XML");
	assert_false(read_bytes_as(ROW1, strlen(ROW1), "eps99"));
	expect_refusal("eps99", 0, "неизвестен");
	assert_false(read_text(vtb));
	assert_true(read_bytes_as(vtb, strlen(vtb), "vtb13"));
	assert_string_equal(seen.operation[0], "A1-b");
	assert_int_equal(result.transfer_kop, 8530);
	assert_true(read_bytes_as(koi8, strlen(koi8), "vtb13-koi8"));
	assert_string_equal(seen.payer[0], "КОТ");
}

/* ---- XML ---- */

#define XML8 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define HEAD \
	"<registry version=\"1\" bank=\"sberbank\" inn=\"9715357654\" " \
	"account=\"40703810338000004376\"" \
	" number=\"640\" date=\"2026-01-06\">\n"
#define PAY_OF(operation, account, amount, rest) \
	"<payment operation=\"" operation "\" date=\"2026-01-03\" " \
	"time=\"09:32:33\" account=\"" account "\" amount=\"" amount "\" transfer=\"" amount \
	"\" commission=\"0.00\"" rest "/>\n"
#define PAY PAY_OF("100000000001", "0270390001", "8575.32", " payer=\"ИВАНОВ ИВАН\" channel=\"5\"")
#define TOTAL_OF(count, amount) \
	"<total count=\"" count "\" amount=\"" amount "\" transfer=\"8575.32\" " \
	"commission=\"0.00\" order=\"686336\" orderDate=\"2026-01-06\"/>\n"
#define TOTAL TOTAL_OF("1", "8575.32")
#define END "</registry>\n"
#define PACKET(attributes, rows) \
	"<Data><Body><PaymentExchange " attributes "><PaymentRegistry>\n" rows \
	"</PaymentRegistry></PaymentExchange></Body></Data>\n"
#define PACKET_HEAD \
	"IdOfContragent=\"17\" IdOfPacket=\"1\" SyncTime=\"09.02.2010 10:33:21\" Version=\"3\""
#define PT \
	"<PT ContractId=\"0270390001\" IdOfPayment=\"243\" PayTime=\"08.02.2010 18:00:00\" " \
	"Sum=\"73575\"/>\n"

static void
test_xml_good(void **state)
{
	(void)state;
	read_text(XML8 HEAD PAY TOTAL END);
	expect_good("registry1");
	assert_string_equal(result.dialect, "registry1");
	assert_string_equal(result.payee_account, "40703810338000004376");
	assert_string_equal(result.totals.order, "686336");
	assert_int_equal(result.transfer_kop, 857532);
	assert_int_equal(seen.row[0].line, 3);
	assert_int_equal(seen.row[0].channel, 5);
	assert_string_equal(seen.account[0], "0270390001");
	assert_string_equal(seen.payer[0], "ИВАНОВ ИВАН");
	assert_true(strncmp(seen.raw[0], "<payment operation=\"100000000001\" date=", 39) == 0);

	read_text(HEAD PAY_OF("1", "A &amp; &lt;Б&#62;", "8575.32", "") TOTAL END);
	expect_good("no declaration");
	assert_string_equal(seen.account[0], "A & <Б>");
	assert_non_null(strstr(seen.raw[0], "account=\"A &amp; &lt;Б&gt;\""));

	read_text(
	    XML8 "<!-- comments\nare harmless -->" HEAD "<!-- here too -->" PAY TOTAL END "\n\n");
	expect_good("comments");

	read_text(PACKET(PACKET_HEAD, PT));
	expect_good("exchange");
	assert_string_equal(result.dialect, "exchange");
	assert_string_equal(result.sender, "17");
	assert_false(result.totals.has_totals);
	assert_int_equal(seen.row[0].transfer_kop, 73575);
	assert_int_equal(seen.row[0].amount_kop, 73575);
	assert_int_equal(seen.row[0].at.hour, 18);
	read_text(PACKET(
	    "IdOfContragent=\"17\" IdOfPacket=\"1\" SyncTime=\"09.02.2010 10:33:21\" Version=\"1\"",
	    PT));
	expect_good("exchange version 1");
}

static void
test_xml_samples(void **state)
{
	static const char *const samples[] = { "registry1-windows-1251.xml",
		"registry1-utf-8.xml" };

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		read_sample(samples[i]);
		expect_good(samples[i]);
		assert_int_equal(result.transfer_kop, 1077532);
		assert_string_equal(seen.payer[0], "ИВАНОВ ИВАН ИВАНОВИЧ");
	}
	read_sample("exchange.xml");
	expect_good("exchange.xml");
	assert_int_equal(result.rows, 2);
}

static void
test_xml_bad(void **state)
{
	static const struct {
		const char *xml;
		long line;
		const char *words;
	} bad[] = {
		{ XML8 HEAD TOTAL END, 0, "нет ни одного платежа" },
		{ XML8 HEAD PAY END, 0, "Нет итоговой" },
		{ XML8 HEAD PAY TOTAL PAY END, 5, "payment" },
		{ XML8 HEAD PAY TOTAL TOTAL END, 5, "total" },
		{ XML8 HEAD PAY TOTAL_OF("2", "8575.32") END, 4, "указано 2, в файле 1" },
		{ XML8 HEAD PAY TOTAL_OF("1", "8575.33") END, 4,
		    "«сумма платежей» не сходится: указано 8575,33" },
		{ XML8 HEAD PAY TOTAL_OF("one", "8575.32") END, 4, "count" },
		{ XML8 HEAD PAY_OF("x1", "1", "1", "") TOTAL END, 3, "operation" },
		{ XML8 HEAD PAY_OF("", "1", "1", "") TOTAL END, 3, "operation" },
		{ XML8 HEAD PAY_OF("1", "1", "1,50", "") TOTAL END, 3, "amount" },
		{ XML8 HEAD PAY_OF("1", "1", "1.505", "") TOTAL END, 3, "сумма" },
		{ XML8 HEAD PAY_OF("1", "1", "+1.50", "") TOTAL END, 3, "сумма" },
		{ XML8 HEAD PAY_OF("1", "1", "1e3", "") TOTAL END, 3, "amount" },
		{ XML8 HEAD PAY_OF("1", "1", "INF", "") TOTAL END, 3, "amount" },
		{ XML8 HEAD PAY_OF("1", "1", "1", " channel=\"7\"") TOTAL END, 3, "channel" },
		{ XML8 HEAD PAY_OF("1", "1", "1", " channel=\"\"") TOTAL END, 3, "channel" },
		{ XML8 HEAD PAY_OF("1", "1", "1", " colour=\"red\"") TOTAL END, 3,
		    "лишний атрибут «colour»" },
		{ XML8 HEAD PAY_OF("1", "1", "1", " operation=\"2\"") TOTAL END, 3, "повторён" },
		{ XML8 HEAD "<payment/>\n" TOTAL END, 3, "нет обязательного атрибута" },
		{ XML8 HEAD "<payment operation=\"1\" date=\"2026-02-30\" time=\"09:32:33\" "
			    "account=\"1\" amount=\"1\""
			    " transfer=\"1\" commission=\"0\"/>\n" TOTAL END,
		    3, "date" },
		{ XML8 HEAD "<payment operation=\"1\" date=\"2026-02-03Z\" time=\"09:32:33\" "
			    "account=\"1\" amount=\"1\""
			    " transfer=\"1\" commission=\"0\"/>\n" TOTAL END,
		    3, "дата" },
		{ XML8 HEAD "<payment operation=\"1\" date=\"2026-02-03\" time=\"09:32:33.5\" "
			    "account=\"1\" "
			    "amount=\"1\" transfer=\"1\" commission=\"0\"/>\n" TOTAL END,
		    3, "время" },
		{ XML8 HEAD
		    "<payment operation=\"1\" date=\"2026-02-03\" time=\"09:32:33\" account=\"1\" "
		    "amount=\"2\" transfer=\"1\" commission=\"0\"/>\n" TOTAL END,
		    3, "не равна" },
		{ XML8 HEAD "text\n" PAY TOTAL END, 4, "Текст внутри элемента «registry»" },
		{ XML8 HEAD "<payment>\n</payment>" PAY TOTAL END, 3, "payment" },
		{ XML8 HEAD "<refund/>\n" PAY TOTAL END, 3, "refund" },
		{ XML8 HEAD "<?php echo 1 ?>\n" PAY TOTAL END, 3, "Инструкция" },
		{ XML8 "<?xml-stylesheet href=\"x\"?>\n" HEAD PAY TOTAL END, 0, "Инструкция" },
		{ XML8 "<registry version=\"2\" account=\"40703810338000004376\">\n" PAY TOTAL END,
		    2, "version" },
		{ XML8 "<registry version=\"1\">\n" PAY TOTAL END, 2, "account" },
		{ XML8 "<registry version=\"1\" account=\"4070381033800000437\">\n" PAY TOTAL END,
		    2, "account" },
		{ XML8 "<registry xmlns=\"urn:x\" version=\"1\" "
		       "account=\"40703810338000004376\">\n" PAY TOTAL END,
		    2, "registry" },
		{ XML8 "<reg version=\"1\"/>\n", 2, "Неизвестный корневой элемент «reg»" },
		{ XML8, 0, "" },
		{ XML8 HEAD PAY TOTAL, 0, "обрывается" },
		{ XML8 HEAD PAY TOTAL END HEAD PAY TOTAL END, 6, "обрывается" },
		{ XML8 HEAD PAY TOTAL "</register>\n", 5, "Закрывающий тег" },
		{ PACKET(PACKET_HEAD, ""), 0, "нет ни одного платежа" },
		{ PACKET("IdOfContragent=\"17\" Version=\"2\"", PT), 1, "Версия" },
		{ PACKET("IdOfContragent=\"17\"", PT), 1, "Версия" },
		{ PACKET("Version=\"3\"", PT), 1, "отправителя" },
		{ PACKET("IdOfContragent=\"x\" Version=\"3\"", PT), 1, "отправителя" },
		{ PACKET(PACKET_HEAD, "<PT/>\n"), 2, "Нет поля" },
		{ PACKET(PACKET_HEAD,
		      PT "<PT ContractId=\"1\" IdOfPayment=\"2\" PayTime=\"08.02.2010 18:00:00\" "
			 "Sum=\"735.75\"/>\n"),
		    3, "перечислению" },
		{ PACKET(PACKET_HEAD, "<PT ContractId=\"1\" IdOfPayment=\"2\" "
				      "PayTime=\"08.02.2010\" Sum=\"1\"/>\n"),
		    2, "дата и время" },
		{ PACKET(PACKET_HEAD,
		      "<PT ContractId=\"1\" IdOfPayment=\"2\" PayTime=\"2010-02-08 18:00:00\" "
		      "Sum=\"1\"/>\n"),
		    2, "дата и время" },
		{ PACKET(PACKET_HEAD,
		      "<PT ContractId=\"1\" IdOfPayment=\"2\" PayTime=\"08.02.2010 18:00:00\" "
		      "Sum=\"1\" CheckOnly=\"1\"/>\n"),
		    2, "Лишний атрибут «CheckOnly»" },
		{ PACKET(PACKET_HEAD,
		      "<PT ContractId=\"1\" IdOfPayment=\"2\" PayTime=\"08.02.2010 18:00:00\" "
		      "Sum=\"999999999999999999999\"/>\n"),
		    2, "перечислению" },
		{ "<Data><Body>" HEAD PAY TOTAL END "</Body></Data>", 1, "не относится" },
		{ "<Data><Body/></Data>", 0, "нет ни одного платежа" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_false(read_text(bad[i].xml));
		expect_refusal(bad[i].xml, bad[i].line, bad[i].words);
	}
}

/*
 * What an attacker writes. Every file of refused/ must be refused, and those listed here in so many
 * words.
 */
static void
test_hostile_samples(void **state)
{
	static const struct {
		const char *name;
		long line;
		const char *words;
	} bad[] = {
		{ "doctype.xml", 2, "DOCTYPE" },
		{ "external-entity.xml", 2, "DOCTYPE" },
		{ "billion-laughs.xml", 2, "DOCTYPE" },
		{ "parameter-entity.xml", 2, "DOCTYPE" },
		{ "undeclared-entity.xml", 3, "Сущности" },
		{ "xinclude.xml", 3, "include" },
		{ "deep.xml", 0, "элемент" },
		{ "utf-16.xml", 1, "Нулевой байт" },
		{ "utf-7.xml", 0, "не поддерживается" },
		{ "lies-windows-1251.xml", 0, "а файл в UTF-8" },
		{ "lies-utf-8.xml", 0, "а файл не в ней" },
		{ "truncated.xml", 0, "обрывается" },
		{ "one-kopeck.txt", 3, "«сумма к перечислению» не сходится" },
		{ "two-trailers.txt", 4, "Вторая" },
		{ "no-trailer.txt", 0, "Нет итоговой строки" },
		{ "row-after-trailer.txt", 4, "после итоговой" },
	};
	char pattern[1024];
	glob_t files;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(pattern, sizeof(pattern), "refused/%s", bad[i].name);
		assert_false(read_sample(pattern));
		expect_refusal(bad[i].name, bad[i].line, bad[i].words);
	}
	snprintf(pattern, sizeof(pattern), "%s/refused/*", data_folder());
	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		assert_false(read_file_as(fopen(files.gl_pathv[i], "rb"), NULL));
	assert_true(files.gl_pathc >= COUNT(bad));
	globfree(&files);
}

/* The forbidden word is found wherever the pieces that the parser gets are cut. */
static void
test_doctype_anywhere(void **state)
{
	char xml[2048];

	(void)state;
	for (int blanks = 480; blanks < 530; blanks++) {
		snprintf(xml, sizeof(xml), "%*s<!DOCTYPE registry SYSTEM \"file:///etc/passwd\">%s",
		    blanks, "<!---->", HEAD PAY TOTAL END);
		assert_false(read_text(xml));
		expect_refusal("DOCTYPE", 1, "DOCTYPE");
	}
}

static void
test_xml_truncated(void **state)
{
	const char *whole = XML8 HEAD PAY TOTAL "</registry>";

	(void)state;
	for (size_t len = 0; len < strlen(whole); len++)
		assert_false(read_bytes_as(whole, len, NULL));
	assert_true(read_text(whole));
}

/* One element, comment or text without an end does not grow in memory. */
static void
test_xml_endless(void **state)
{
	static const char *const beginnings[] = {
		XML8 HEAD "<payment operation=\"",
		XML8 HEAD "<!-- ",
		XML8 HEAD PAY,
		XML8 HEAD "<![CDATA[",
		XML8 "<registry version=\"1\" ",
		"<",
		XML8 HEAD "<payment ",
	};
	struct text text;

	(void)state;
	text_init(&text, 1 << 20);
	for (size_t i = 0; i < COUNT(beginnings); i++) {
		text_clear(&text);
		text_puts(&text, beginnings[i]);
		while (text.len < 200000)
			text_puts(&text, "aaaaaaaaaaaaaaaaaaaa");
		assert_false(read_text(text.data));
		expect_refusal(beginnings[i], 0, i == 2 || i == 3 ? "Текст" : "длиннее");
	}
	text_release(&text);
}

/*
 * 16 bits hold 65 535; a row that spans lines is named by its last; rows longer than the parser's
 * piece count right.
 */
static void
test_xml_lines(void **state)
{
	static const long rows = 70000;
	struct text text;

	(void)state;
	text_init(&text, 32 << 20);
	text_puts(&text, XML8 HEAD);
	for (long i = 0; i < rows; i++)
		text_puts(&text, PAY_OF("1", "1", "1", ""));
	text_puts(&text, PAY_OF("1", "1", "1.555", "") END);
	assert_false(read_text(text.data));
	expect_refusal("far line", rows + 3, "сумма");

	text_clear(&text);
	text_puts(&text, XML8 HEAD);
	for (int i = 0; i < 6; i++) {
		text_puts(&text, "<payment operation=\"1\"\n\n date=\"2026-01-03\" "
				 "time=\"09:32:33\" account=\"1\" "
				 "amount=\"1\" transfer=\"1\" commission=\"0\" address=\"");
		for (int k = 0; k < 150 * i; k++)
			text_puts(&text, "Ж ");
		text_puts(&text, "\"/>\n");
	}
	text_puts(&text,
	    "<total count=\"6\" amount=\"6\" transfer=\"6\" commission=\"0\" order=\"1\" "
	    "orderDate=\"2026-01-06\"/></registry>");
	read_text(text.data);
	expect_good("long rows");
	for (int i = 0; i < 6; i++)
		assert_int_equal(seen.row[i].line, 2 + 3 * (i + 1));
	text_release(&text);
}

/* ---- the rest ---- */

static void
test_account_in_name(void **state)
{
	static const struct {
		const char *name, *account;
		bool is_good;
	} names[] = {
		{ "9715357654_40703810338000004376_640.txt", "40703810338000004376", true },
		{ "/in/40703810338000004377/x_40703810338000004376.txt", "40703810338000004376",
		    true },
		{ "EPS1_2_9715357654_40703810338000004376_640.y06", "40703810338000004376", true },
		{ "40703810338000004376_40703810338000004376.txt", "40703810338000004376", true },
		{ "40703810338000004376_40703810338000004377.txt", "", false },
		{ "140703810338000004376.txt", "", true },
		{ "registry.txt", "", true },
		{ "", "", true },
		{ "4070381033800000437.txt", "", true },
	};
	char account[21];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_true(registry_account_in_name(names[i].name, account) == names[i].is_good);
		if (names[i].is_good)
			assert_string_equal(account, names[i].account);
	}
}

static int
open_registry(void **state)
{
	const char *source = getenv("KABINET_SOURCE");
	char xsd[1024];

	(void)state;
	snprintf(xsd, sizeof(xsd), "%s/lib/registry.xsd", source != NULL ? source : ".");
	registry_open(xsd);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_good),
		cmocka_unit_test(test_text_samples),
		cmocka_unit_test(test_text_fields_good),
		cmocka_unit_test(test_text_fields_bad),
		cmocka_unit_test(test_text_whole_bad),
		cmocka_unit_test(test_text_two_totals_differ),
		cmocka_unit_test(test_text_truncated),
		cmocka_unit_test(test_text_bytes),
		cmocka_unit_test(test_negative_rows),
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_callback_stops),
		cmocka_unit_test(test_wanted_dialect),
		cmocka_unit_test(test_xml_good),
		cmocka_unit_test(test_xml_samples),
		cmocka_unit_test(test_xml_bad),
		cmocka_unit_test(test_hostile_samples),
		cmocka_unit_test(test_doctype_anywhere),
		cmocka_unit_test(test_xml_truncated),
		cmocka_unit_test(test_xml_endless),
		cmocka_unit_test(test_xml_lines),
		cmocka_unit_test(test_account_in_name),
	};

	return cmocka_run_group_tests_name("registry", tests, open_registry, NULL);
}
