/* test-catalogue.c -- files of catalogues: MARC made byte by byte, tables, and each way of being
 * wrong. */
#include "unit.h"

#include "arena.h"
#include "catalogue.h"
#include "text.h"

#define SUB "\x1f"
#define PUSHKIN_1251 "\xcf\xf3\xf8\xea\xe8\xed" /* Пушкин */

static struct arena *arena;
static struct catalogue c;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(64 << 20);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* ---- making MARC ----------------------------------------------------------------------------- */

/* One record of the fields `245` `10<a Text`: `<` stands for the subfield separator; NULL ends. */
static void
put_record(struct text *to, const char *leader, const char *const *fields)
{
	struct text directory, data;

	text_init(&directory, 4096);
	text_init(&data, 99999);
	for (; *fields != NULL; fields += 2) {
		size_t start = data.len;

		for (const char *at = fields[1]; *at != '\0'; at++)
			text_put(&data, *at == '<' ? SUB : at, 1);
		text_put(&data, "\x1e", 1);
		text_printf(&directory, "%s%04zu%05zu", fields[0], data.len - start, start);
	}
	text_printf(to, "%05zu%s22%05zu   4500", 24 + directory.len + 1 + data.len + 1, leader,
	    24 + directory.len + 1);
	text_put(to, directory.data, directory.len);
	text_put(to, "\x1e", 1);
	text_put(to, data.data, data.len);
	text_put(to, "\x1d", 1);
	text_release(&directory);
	text_release(&data);
}

static const char *const of_21[] = {
	"001",
	"12",
	"020",
	"  <a978-5-17-080115-2 (в пер.)<c45 р. 50 к.",
	"084",
	"  <a84(2Рос=Рус)1<2rubbk",
	"100",
	"1 <aПушкин, Александр Сергеевич,<d1799-1837",
	"245",
	"10<aКапитанская дочка :<bроман /<cА. С. Пушкин.",
	"260",
	"  <aМосква :<bДетская литература,<c2019.",
	"300",
	"  <a192 с. ;<c21 см",
	"520",
	"  <aО чести.",
	"650",
	" 4<aРусская литература",
	"700",
	"1 <aИванов, И.,",
	"852",
	"  <pk-0001",
	"852",
	"  <pK-0002",
	NULL,
};
static const char *const of_rus[] = {
	"010",
	"  <a5-7155-0444-9<dЦена 45 р.",
	"100",
	"  <a20190716d2019    |||y0rusy50      ca",
	"200",
	"1 <aСказки<eдля детей<fА. С. Пушкин",
	"210",
	"  <aМ.<cДрофа<d1995",
	"215",
	"  <a303 с.",
	"606",
	"1 <aСказки русские",
	"686",
	"  <a84",
	"700",
	" 1<aПушкин<bА. С.",
	"701",
	" 1<aИванов<bИ. И.",
	"899",
	"  <aшкола<pR-0001",
	NULL,
};
static const char *const bare[] = { "245", "00<aБуря", NULL };

static bool
read_text(const struct text *t)
{
	return catalogue_read(arena, t->data, t->len, &c);
}

static bool
read_one(const char *leader, const char *const *fields)
{
	struct text t;
	bool is_good;

	text_init(&t, 1 << 20);
	put_record(&t, leader, fields);
	is_good = read_text(&t);
	text_release(&t);
	return is_good;
}

static const char *
field(int record, enum catalogue_field field)
{
	assert_true(record < c.count);
	return c.record[record].field[field];
}

static void
good_marc21(void **state)
{
	(void)state;
	assert_true(read_one("nam a", of_21));
	assert_string_equal(c.format, "MARC 21");
	assert_string_equal(c.encoding, "UTF-8");
	assert_int_equal(c.count, 1);
	assert_string_equal(field(0, CATALOGUE_KIND), "book");
	assert_string_equal(field(0, CATALOGUE_TITLE), "Капитанская дочка : роман");
	assert_string_equal(field(0, CATALOGUE_AUTHORS), "Пушкин Александр Сергеевич, Иванов И.");
	assert_string_equal(field(0, CATALOGUE_PUBLISHER), "Детская литература");
	assert_string_equal(field(0, CATALOGUE_YEAR), "2019");
	assert_string_equal(field(0, CATALOGUE_ISBN), "9785170801152");
	assert_string_equal(field(0, CATALOGUE_PRICE), "4550");
	assert_string_equal(field(0, CATALOGUE_PAGES), "192");
	assert_string_equal(field(0, CATALOGUE_SUBJECT), "Русская литература");
	assert_string_equal(field(0, CATALOGUE_ANNOTATION), "О чести.");
	assert_string_equal(field(0, CATALOGUE_SHELF), "84(2Рос=Рус)1");
	assert_string_equal(field(0, CATALOGUE_BARCODES), "K-0001 K-0002");
	assert_string_equal(field(0, CATALOGUE_COPIES), "2");
	assert_string_equal(c.record[0].note, "");
}

static void
good_rusmarc(void **state)
{
	(void)state;
	assert_true(read_one("nam0 ", of_rus));
	assert_string_equal(c.format, "RUSMARC");
	assert_string_equal(field(0, CATALOGUE_TITLE), "Сказки : для детей");
	assert_string_equal(field(0, CATALOGUE_AUTHORS), "Пушкин А. С., Иванов И. И.");
	assert_string_equal(field(0, CATALOGUE_PUBLISHER), "Дрофа");
	assert_string_equal(field(0, CATALOGUE_YEAR), "1995");
	assert_string_equal(field(0, CATALOGUE_ISBN), "9785715504449");
	assert_string_equal(field(0, CATALOGUE_PAGES), "303");
	assert_string_equal(field(0, CATALOGUE_SUBJECT), "Сказки русские");
	assert_string_equal(field(0, CATALOGUE_SHELF), "84");
	assert_string_equal(field(0, CATALOGUE_BARCODES), "R-0001");
}

static void
encodings(void **state)
{
	static const char *const cp1251[] = { "200", "1 <a\xc1\xf3\xf0\xff<f" PUSHKIN_1251, "700",
		" 1<a" PUSHKIN_1251, NULL };
	static const char *const marc8[] = { "245", "00<a\x1b(NbURQ\x1b(B", NULL };
	static const char *const alone[] = { "245",
		"00<aCaf\xe2"
		"e",
		NULL };
	static const char *const latin[] = { "245", "00<aHamlet", NULL };
	static const char *const no_letter[] = { "200", "1 <a\xc1\xf3\x98\xff", NULL };
	struct text t;

	(void)state;
	assert_true(read_one("nam0 ", cp1251));
	assert_string_equal(c.encoding, "windows-1251");
	assert_string_equal(field(0, CATALOGUE_TITLE), "Буря");
	assert_string_equal(field(0, CATALOGUE_AUTHORS), "Пушкин");
	assert_false(read_one("nam a", cp1251));
	assert_non_null(strstr(c.problem[0].words, "не UTF-8"));
	assert_true(read_one("nam  ", alone));
	assert_string_equal(c.encoding, "MARC-8");
	assert_string_equal(field(0, CATALOGUE_TITLE), "Cafe\xcc\x81");
	assert_true(read_one("nam  ", latin));
	assert_string_equal(c.encoding, "ASCII");
	assert_false(read_one("nam0 ", no_letter));
	assert_non_null(strstr(c.problem[0].words, "не читается в кодировке windows-1251"));
	assert_true(read_one("nam  ", marc8));
	assert_string_equal(c.encoding, "MARC-8");
	assert_string_equal(field(0, CATALOGUE_TITLE), "Буря");
	/* Each record has its own; line feeds between them are no part of any. */
	text_init(&t, 1 << 20);
	put_record(&t, "nam0 ", cp1251);
	text_puts(&t, "\r\n");
	put_record(&t, "nam a", bare);
	put_record(&t, "dam a", bare);
	assert_true(read_text(&t));
	assert_string_equal(c.encoding, "UTF-8, windows-1251");
	assert_int_equal(c.count, 2);
	assert_int_equal(c.skipped, 1);
	assert_int_equal(c.record[1].number, 2);
	text_release(&t);
}

/* ---- MARC that lies -------------------------------------------------------------------------- */

static void
must_refuse(const struct text *t, long number, const char *words)
{
	if (read_text(t))
		fail_msg("read, wanted: %s", words);
	if (c.problem[0].number != number || strstr(c.problem[0].words, words) == NULL)
		fail_msg("%ld: %s, wanted %ld: %s", c.problem[0].number, c.problem[0].words, number,
		    words);
}

static void
bad_marc(void **state)
{
	/* Where a byte of the second record is changed, to what, and what is said. */
	static const struct {
		size_t at;
		const char *bytes, *words;
	} bad[] = {
		{ 0, "00010", "меньше наименьшей" },
		{ 0, "00900", "Длина записи названа неверно: 900" },
		{ 0, "00050", "Длина записи названа неверно: 50" },
		{ 0, "x0051", "должна начинаться запись" },
		{ 10, "23", "Маркер записи" },
		{ 20, "44", "Маркер записи" },
		{ 12, "00020", "Испорчен справочник" },
		{ 12, "99999", "Испорчен справочник" },
		{ 12, "00038", "Испорчен справочник" },
		{ 24, "\x01", "Испорчен справочник записи (поле 1)" },
		{ 27, "00a2", "Испорчен справочник записи (поле 1)" },
		{ 27, "0000", "Поле выходит за границы" },
		{ 27, "9999", "Поле выходит за границы" },
		{ 27, "0003", "Поле начинается или кончается не там" },
		{ 31, "99999", "Поле выходит за границы" },
		{ 31, "00001", "Поле" },
		{ 36, " ", "Испорчен справочник" },
		{ 37, "\x01", "нет индикаторов" },
		{ 39, "a", "нет индикаторов" },
		{ 41, "\x07\x07", "Управляющий символ" },
		{ 41, "\xff", "не UTF-8" },
	};
	struct text t;

	(void)state;
	text_init(&t, 1 << 20);
	for (size_t i = 0; i < COUNT(bad); i++) {
		size_t begin;

		text_clear(&t);
		put_record(&t, "nam a", of_21);
		begin = t.len;
		put_record(&t, "nam a", bare);
		memcpy(t.data + begin + bad[i].at, bad[i].bytes, strlen(bad[i].bytes));
		must_refuse(&t, 2, bad[i].words);
	}
	text_release(&t);
}

static void
cut_short(void **state)
{
	struct text t;
	size_t whole, first;

	(void)state;
	text_init(&t, 1 << 20);
	put_record(&t, "nam a", bare);
	first = t.len;
	put_record(&t, "nam a", of_21);
	whole = t.len;
	/* Wherever it was cut but between records, nothing of it is good. */
	for (size_t len = whole - 1; len > 0; len--) {
		bool is_good = catalogue_read(arena, t.data, len, &c);

		assert_int_equal(is_good, len == first);
		if (!is_good && len > first)
			assert_int_equal(c.problem[0].number, 2);
		arena_reset(arena);
	}
	t.len = whole - 5;
	must_refuse(&t, 2, "обрывается");
	text_release(&t);
}

static void
odd_marc(void **state)
{
	static const char *const no_title[] = { "700", " 1<aПушкин", NULL };
	static const char *const odd_values[] = {
		"020",
		"  <a978-5-17-080115-3<cдаром",
		"245",
		"00<aБуря",
		"260",
		"  <cв печати",
		NULL,
	};
	struct text t;

	(void)state;
	assert_false(read_one("nam0 ", no_title));
	assert_string_equal(c.problem[0].words, "Нет названия.");
	assert_true(read_one("nam a", odd_values));
	assert_string_equal(field(0, CATALOGUE_YEAR), "");
	assert_string_equal(field(0, CATALOGUE_ISBN), "9785170801153");
	assert_string_equal(c.record[0].note,
	    "год «в печати» не читается; цена «даром» не читается; "
	    "в ISBN 9785170801153 не сходится контрольная цифра");
	/* What follows the last record is part of the file. */
	text_init(&t, 1 << 20);
	put_record(&t, "nam a", bare);
	text_put(&t, "PK\x03\x04", 4);
	must_refuse(&t, 2, "должна начинаться запись");
	/* Two fields on the same bytes. */
	text_clear(&t);
	put_record(
	    &t, "nam a", (const char *const[]){ "245", "00<aБуря", "246", "00<aБуря", NULL });
	memcpy(t.data + 24 + 12 + 7, "00000", 5);
	must_refuse(&t, 1, "Поля накладываются");
	text_release(&t);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static bool
read_table(const char *table)
{
	return catalogue_read(arena, table, strlen(table), &c);
}

static void
good_tables(void **state)
{
	(void)state;
	assert_true(read_table(
	    "\xEF\xBB\xBFНазвание;Авторы;Год;Экземпляров;Штрихкод;Цена;Класс;Лишнее\r\n"
	    "\"Буря; или \"\"волшебство\"\"\nвторая строка\";Шекспир;1611;2;;1 234,50;;x\r\n"
	    ";;\r\n'=Формула;;;;A-0001, a-0002;;7;\r\nКороткая\r\n"));
	assert_string_equal(c.format, "CSV");
	assert_string_equal(c.encoding, "UTF-8");
	assert_int_equal(c.count, 3);
	assert_int_equal(c.copy_count, 4);
	assert_string_equal(field(0, CATALOGUE_TITLE), "Буря; или \"волшебство\" вторая строка");
	assert_string_equal(field(0, CATALOGUE_PRICE), "123450");
	assert_string_equal(field(0, CATALOGUE_COPIES), "2");
	assert_string_equal(field(1, CATALOGUE_TITLE), "=Формула");
	assert_string_equal(field(1, CATALOGUE_BARCODES), "A-0001 A-0002");
	assert_string_equal(field(1, CATALOGUE_KIND), "textbook");
	assert_string_equal(field(1, CATALOGUE_COPIES), "2");
	assert_int_equal(c.record[1].number, 5);
	assert_string_equal(field(2, CATALOGUE_COPIES), "0");
	/* windows-1251, commas; tabs. */
	assert_true(read_table("\xcd\xe0\xe7\xe2\xe0\xed\xe8\xe5,"
			       "\xc0\xe2\xf2\xee\xf0\xfb\n\xc1\xf3\xf0\xff," PUSHKIN_1251 "\n"));
	assert_string_equal(c.encoding, "windows-1251");
	assert_string_equal(field(0, CATALOGUE_TITLE), "Буря");
	assert_string_equal(field(0, CATALOGUE_AUTHORS), "Пушкин");
	assert_true(read_table("НАЗВАНИЕ\t Автор \nБуря\tШекспир"));
	assert_string_equal(field(0, CATALOGUE_AUTHORS), "Шекспир");
	assert_true(read_table("Название;Вид;Страниц\nБуря;Журнал;12 с.\nДень;роман;много"));
	assert_string_equal(field(0, CATALOGUE_KIND), "periodical");
	assert_string_equal(
	    c.record[1].note, "число страниц «много» не читается; вид «роман» неизвестен");
}

static void
bad_tables(void **state)
{
	static const struct {
		const char *table;
		long number;
		const char *words;
	} bad[] = {
		{ "", 0, "Файл пуст" },
		{ "Автор;Год\nА;1\n", 0, "нет столбца «Название»" },
		{ "просто текст", 0, "нет столбца «Название»" },
		{ "Название;Название\n", 1, "стоит дважды" },
		{ "Название\n", 0, "ни одной записи" },
		{ "Название;Год\n;2019\n", 2, "Нет названия" },
		{ "Название;Год\nА;1;2\n", 2, "Ячеек больше" },
		{ "Название;Год\nА;1\n\"Б;2\nВ;3\n", 3, "Кавычки" },
		{ "Название;Год\n\"Б\"ы;2\n", 2, "Кавычки" },
		{ "Название;Экземпляров\nБ;много\n", 2, "Экземпляров «много»" },
		{ "Название;Экземпляров\nБ;501\n", 2, "от 0 до 500" },
		{ "Название;Штрихкод\nБ;Щ-0001\n", 2, "Штрихкод «Щ-0001»" },
		{ "Название;Штрихкод\nБ;12\n", 2, "Штрихкод «12»" },
		{ "Название\nА\x01\n", 0, "не текст" },
		{ "Название\nА\n\xff\xfe\xfd\n", 3, "не в UTF-8" },
		{ "%PDF-1.7\nНазвание\n", 0, "PDF" },
		{ "PK\x03\x04zip", 0, "архив" },
		{ "\x89PNG\r\n", 0, "картинка" },
		{ "<html>", 0, "страница или XML" },
		{ "\xFF\xFEm", 0, "UTF-16" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_false(read_table(bad[i].table));
		if (c.problem[0].number != bad[i].number ||
		    strstr(c.problem[0].words, bad[i].words) == NULL)
			fail_msg("%zu: %ld: %s", i, c.problem[0].number, c.problem[0].words);
	}
}

static void
limits(void **state)
{
	struct text t;

	(void)state;
	text_init(&t, CATALOGUE_MAX_BYTES + 10);
	text_puts(&t, "Название;Аннотация\n");
	for (int i = 0; i < 301; i++)
		text_puts(&t, "я");
	text_puts(&t, ";");
	for (int i = 0; i < 2000; i++)
		text_puts(&t, "я");
	assert_true(read_text(&t));
	assert_int_equal(
	    text_chars(field(0, CATALOGUE_TITLE), strlen(field(0, CATALOGUE_TITLE))), 300);
	assert_int_equal(
	    text_chars(field(0, CATALOGUE_ANNOTATION), strlen(field(0, CATALOGUE_ANNOTATION))),
	    2000);
	assert_string_equal(c.record[0].note, "название: сокращено до 300 знаков");
	text_clear(&t);
	text_puts(&t, "Название\n");
	for (int i = 0; i <= CATALOGUE_MAX_RECORDS; i++)
		text_puts(&t, "я\n");
	assert_false(read_text(&t));
	assert_non_null(strstr(c.problem[0].words, "больше 5000 записей"));
	text_clear(&t);
	text_puts(&t, "Название;Экземпляров\n");
	for (int i = 0; i <= CATALOGUE_MAX_COPIES / 500; i++)
		text_puts(&t, "я;500\n");
	assert_false(read_text(&t));
	assert_non_null(strstr(c.problem[0].words, "больше 10000 экземпляров"));
	/* As many separators as fit take no more memory than letters. */
	text_clear(&t);
	text_puts(&t, "Название;Год\n");
	while (t.len < CATALOGUE_MAX_BYTES - 80)
		text_puts(&t, " ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ; ;\n");
	assert_false(read_text(&t));
	while (t.len < CATALOGUE_MAX_BYTES)
		text_puts(&t, ";");
	text_puts(&t, ";");
	must_refuse(&t, 0, "больше 5 МБ");
	text_release(&t);
}

static void
isbn(void **state)
{
	static const struct {
		const char *typed, *isbn;
		bool is_wrong;
	} cases[] = {
		{ "978-5-17-080115-2", "9785170801152", false },
		{ "5-7155-0444-9 (пер.)", "9785715504449", false },
		{ "080442957X", "9780804429573", false },
		{ "0-8044-2957-x", "9780804429573", false },
		{ "9785170801153", "9785170801153", true },
		{ "5715504440", "5715504440", true },
		{ "12345", NULL, false },
		{ "", NULL, false },
		{ "нет", NULL, false },
		{ "978517080115X", NULL, false },
		{ "97851708011521", NULL, false },
	};
	bool is_wrong;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *read = catalogue_isbn(arena, cases[i].typed, &is_wrong);

		if (cases[i].isbn == NULL) {
			assert_null(read);
			continue;
		}
		assert_string_equal(read, cases[i].isbn);
		assert_int_equal(is_wrong, cases[i].is_wrong);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(good_marc21, set_up, tear_down),
		cmocka_unit_test_setup_teardown(good_rusmarc, set_up, tear_down),
		cmocka_unit_test_setup_teardown(encodings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_marc, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cut_short, set_up, tear_down),
		cmocka_unit_test_setup_teardown(odd_marc, set_up, tear_down),
		cmocka_unit_test_setup_teardown(good_tables, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_tables, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(isbn, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
