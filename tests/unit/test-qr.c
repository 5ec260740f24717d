/*
 * test-qr.c -- the payment text against the rules of ГОСТ Р 56042-2014, and the picture against the
 * matrix it was drawn from.
 */
#include "unit.h"

#include <qrencode.h>

#include "arena.h"
#include "money.h"
#include "qr.h"
#include "text.h"

#define MAX_SIDE 200

static const struct qr_payment good = {
	.payee = "АО «Комбинат школьного питания»",
	.account20 = "40703810338000004376",
	.bank_name = "ПАО СБЕРБАНК Г. ХАБАРОВСК",
	.bik9 = "040813608",
	.corr_account = "30101810600000000608",
	.inn = "9715357654",
	.kpp = "271501001",
	.personal = "0270390001",
	.purpose = "Пополнение лицевого счёта 0270390001",
	.sum_kop = 150000,
};

static int
setup(void **state)
{
	*state = arena_new(4 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* Characters of Cyrillic, two bytes each. */
static const char *
letters(struct arena *a, size_t count)
{
	char *s = arena_alloc(a, 2 * count + 1);

	for (size_t i = 0; i < count; i++)
		memcpy(s + 2 * i, "Ж", 2);
	return s;
}

static void
assert_refused(struct arena *a, struct qr_payment p, const char *field)
{
	const char *why = "";

	assert_null(qr_payment_text(a, &p, &why));
	assert_string_equal(why, field);
}

static const char *
accepted(struct arena *a, struct qr_payment p)
{
	const char *why = "nothing", *text = qr_payment_text(a, &p, &why);

	if (text == NULL)
		fail_msg("refused for %s", why);
	assert_string_equal(why, "nothing");
	return text;
}

/* ---- the text ---- */

static void
fields_in_the_order_of_the_standard(void **state)
{
	struct qr_payment p = good;

	assert_string_equal(accepted(*state, p),
	    "ST00012|Name=АО «Комбинат школьного питания»|PersonalAcc=40703810338000004376"
	    "|BankName=ПАО СБЕРБАНК Г. ХАБАРОВСК|BIC=040813608|CorrespAcc=30101810600000000608"
	    "|PayeeINN=9715357654|KPP=271501001|PersAcc=0270390001"
	    "|Purpose=Пополнение лицевого счёта 0270390001|Sum=150000");
	p.sum_kop = 0;
	p.kpp = "";
	p.corr_account = "0";
	p.inn = "971535765412";
	assert_string_equal(accepted(*state, p),
	    "ST00012|Name=АО «Комбинат школьного питания»|PersonalAcc=40703810338000004376"
	    "|BankName=ПАО СБЕРБАНК Г. ХАБАРОВСК|BIC=040813608|CorrespAcc=0"
	    "|PayeeINN=971535765412|PersAcc=0270390001"
	    "|Purpose=Пополнение лицевого счёта 0270390001");
}

static void
sum_is_kopecks(void **state)
{
	struct qr_payment p = good;

	p.sum_kop = 1;
	assert_non_null(strstr(accepted(*state, p), "|Sum=1"));
	p.sum_kop = MONEY_MAX_KOP;
	assert_non_null(strstr(accepted(*state, p), "|Sum=999999999999"));
	p.sum_kop = MONEY_MAX_KOP + 1;
	assert_refused(*state, p, "Sum");
	p.sum_kop = -1;
	assert_refused(*state, p, "Sum");
	p.sum_kop = INT64_MIN;
	assert_refused(*state, p, "Sum");
}

/*
 * `|` in any value moves all to the next candidate; a reader finds the separator in the eighth
 * byte.
 */
static void
separator_is_in_no_value(void **state)
{
	struct qr_payment p = good;

	p.payee = "А|Б";
	assert_memory_equal(accepted(*state, p), "ST00012~Name=А|Б~PersonalAcc=", 31);
	p.bank_name = "~|";
	assert_memory_equal(accepted(*state, p), "ST00012_Name=", 13);
	p.bank_name = "|~_#$^&*/@";
	assert_memory_equal(accepted(*state, p), "ST00012%Name=", 13);
	p.bank_name = "|~_#$^&*/@%";
	assert_refused(*state, p, "separator");
	p.bank_name = good.bank_name;
	p.purpose = "0270390001 | ~ _ # $ ^ & * / @";
	assert_memory_equal(accepted(*state, p), "ST00012%Name=", 13);
}

static void
wrong_numbers_are_refused(void **state)
{
	static const char *const not_20[] = { "", "4070381033800000437", "407038103380000043760",
		"4070381033800000437x", "4070381033800000437 ", "-0703810338000004376" };
	static const char *const not_9[] = { "", "04081360", "0408136080", "04081360x",
		" 04081360" };
	static const char *const not_corr[] = { "", "00", "1", "3010181060000000060", "0 " };
	static const char *const not_inn[] = { "", "971535765", "97153576541", "9715357654123",
		"971535765x" };
	static const char *const not_kpp[] = { "27150100", "2715010011", "27150100x", " " };
	struct qr_payment p;

	for (size_t i = 0; i < COUNT(not_20); i++) {
		p = good;
		p.account20 = not_20[i];
		assert_refused(*state, p, "PersonalAcc");
	}
	for (size_t i = 0; i < COUNT(not_9); i++) {
		p = good;
		p.bik9 = not_9[i];
		assert_refused(*state, p, "BIC");
	}
	for (size_t i = 0; i < COUNT(not_corr); i++) {
		p = good;
		p.corr_account = not_corr[i];
		assert_refused(*state, p, "CorrespAcc");
	}
	for (size_t i = 0; i < COUNT(not_inn); i++) {
		p = good;
		p.inn = not_inn[i];
		assert_refused(*state, p, "PayeeINN");
	}
	for (size_t i = 0; i < COUNT(not_kpp); i++) {
		p = good;
		p.kpp = not_kpp[i];
		assert_refused(*state, p, "KPP");
	}
}

/* Limits are in characters, and the mandatory block's in bytes. */
static void
long_words_are_refused(void **state)
{
	static const char ascii[] =
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	struct qr_payment p = good;

	p.bank_name = "Банк";
	p.payee = ascii;                        /* 161 */
	assert_refused(*state, p, "Name");
	p.payee = ascii + 1;
	assert_non_null(accepted(*state, p));
	p = good;
	p.payee = "АО";
	p.bank_name = letters(*state, 45);
	assert_non_null(accepted(*state, p));
	p.bank_name = letters(*state, 46);
	assert_refused(*state, p, "BankName");
	p = good;
	p.purpose = arena_printf(*state, "%s0270390001", letters(*state, 200));
	assert_non_null(accepted(*state, p));
	p.purpose = arena_printf(*state, "%s0270390001", letters(*state, 201));
	assert_refused(*state, p, "Purpose");
	p = good;
	p.personal = "123456789012345678901";
	p.purpose = p.personal;
	assert_refused(*state, p, "PersAcc");
}

/*
 * `Name=` … the end of CorrespAcc: 300 bytes pass, 301 do not.
 */
static void
mandatory_block_has_300_bytes(void **state)
{
	struct qr_payment p = good;
	size_t fixed = strlen("Name=|PersonalAcc=40703810338000004376|BankName=|BIC=040813608"
	    "|CorrespAcc=30101810600000000608");

	p.bank_name = (300 - fixed) % 2 == 0 ? "Банк" : "Банк.";
	p.payee = letters(*state, (300 - fixed - strlen(p.bank_name)) / 2);
	assert_int_equal(fixed + strlen(p.payee) + strlen(p.bank_name), 300);
	assert_non_null(accepted(*state, p));
	p.bank_name = arena_printf(*state, "%s.", p.bank_name);
	assert_refused(*state, p, "Name and BankName together");
	p = good;
	p.payee = letters(*state, 160);
	assert_refused(*state, p, "Name and BankName together");
}

static void
broken_words_are_refused(void **state)
{
	static const char *const bad[] = { "", "a\nb 0270390001", "a\tb 0270390001",
		"\x7f 0270390001", "\xcf\xf0 0270390001", "\xed\xa0\x80 0270390001" };
	struct qr_payment p;

	for (size_t i = 0; i < COUNT(bad); i++) {
		p = good;
		p.payee = bad[i];
		assert_refused(*state, p, "Name");
		p = good;
		p.bank_name = bad[i];
		assert_refused(*state, p, "BankName");
		p = good;
		p.purpose = bad[i];
		assert_refused(*state, p, "Purpose");
	}
	p = good;
	p.personal = "";
	assert_refused(*state, p, "PersAcc");
	/*
	 * From another bank only the purpose survives: without the account the money would be lost.
	 */
	p = good;
	p.purpose = "Пополнение лицевого счёта 270390001";
	assert_refused(*state, p, "Purpose");
}

static void
absent_fields_are_refused(void **state)
{
	struct qr_payment p;

	p = good, p.payee = NULL;
	assert_refused(*state, p, "Name");
	p = good, p.account20 = NULL;
	assert_refused(*state, p, "PersonalAcc");
	p = good, p.bank_name = NULL;
	assert_refused(*state, p, "BankName");
	p = good, p.bik9 = NULL;
	assert_refused(*state, p, "BIC");
	p = good, p.corr_account = NULL;
	assert_refused(*state, p, "CorrespAcc");
	p = good, p.inn = NULL;
	assert_refused(*state, p, "PayeeINN");
	p = good, p.kpp = NULL;
	assert_refused(*state, p, "KPP");
	p = good, p.personal = NULL;
	assert_refused(*state, p, "PersAcc");
	p = good, p.purpose = NULL;
	assert_refused(*state, p, "Purpose");
}

/* ---- the picture ---- */

static unsigned char picture[MAX_SIDE][MAX_SIDE];

static int
number(const char **s)
{
	int n = 0;

	assert_true(**s >= '0' && **s <= '9');
	for (; **s >= '0' && **s <= '9'; (*s)++)
		n = n * 10 + (**s - '0');
	return n;
}

/*
 * Draws the path as an SVG reader would: M x y.5, h, and m along the row; each module at most once.
 */
static int
draw(const char *svg)
{
	const char *s = strstr(svg, " viewBox=\"0 0 ");
	int side, x = -1, y = -1, length;

	memset(picture, 0, sizeof(picture));
	assert_non_null(s);
	s += strlen(" viewBox=\"0 0 ");
	side = number(&s);
	assert_true(side < MAX_SIDE);
	s = strstr(s, " d=\"");
	assert_non_null(s);
	for (s += strlen(" d=\""); *s != '"'; ) {
		switch (*s++) {
		case 'M':
			x = number(&s);
			assert_int_equal(*s++, ' ');
			y = number(&s);
			assert_memory_equal(s, ".5", 2);
			s += 2;
			break;
		case 'm':
			x += number(&s);
			assert_memory_equal(s, " 0", 2);
			s += 2;
			break;
		case 'h':
			length = number(&s);
			assert_true(x >= 0 && y >= 0 && y < side);
			assert_true(length > 0 && length <= side - x);
			for (; length > 0; length--, x++) {
				assert_int_equal(picture[y][x], 0);
				picture[y][x] = 1;
			}
			break;
		default:
			fail_msg("a command the path should not hold: %c", s[-1]);
		}
	}
	assert_string_equal(s, "\"/></svg>");
	return side;
}

static void
assert_drawn(struct arena *a, const char *text)
{
	struct html svg = qr_svg(a, text, "Код");
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	int side = draw(svg.markup);

	assert_int_equal(strlen(svg.markup), svg.len);
	assert_int_equal(side, code->width + 8);
	for (int y = 0; y < side; y++) {
		for (int x = 0; x < side; x++) {
			bool is_inside = x >= 4 && y >= 4 && x < side - 4 && y < side - 4;

			assert_int_equal(picture[y][x],
			    is_inside ? code->data[(y - 4) * code->width + x - 4] & 1 : 0);
		}
	}
	QRcode_free(code);
}

static void
picture_is_the_matrix(void **state)
{
	struct qr_payment p = good;

	assert_drawn(*state, "a");
	assert_drawn(*state, accepted(*state, p));
	p.purpose = arena_printf(*state, "%s0270390001", letters(*state, 200));
	assert_drawn(*state, accepted(*state, p));
	for (size_t chars = 1; chars < 300; chars += 13)
		assert_drawn(*state, letters(*state, chars));
}

static void
picture_fits_the_page(void **state)
{
	struct html svg = qr_svg(*state, accepted(*state, good), "Код");

	/* A page has 30 KB and the slip shows the code twice. */
	assert_true(svg.len < 10 * 1024);
}

static void
label_is_escaped(void **state)
{
	struct html svg = qr_svg(*state, "a", "<b> \"&'");

	assert_non_null(strstr(svg.markup, " aria-label=\"&lt;b&gt; &quot;&amp;&#39;\""));
	assert_non_null(strstr(svg.markup, "<title>&lt;b&gt; &quot;&amp;&#39;</title>"));
	assert_null(strstr(svg.markup, "<b>"));
	assert_memory_equal(svg.markup, "<svg class=\"qr\" role=\"img\" ", 27);
}

static void
draw_too_much(void *a)
{
	(void)qr_svg(a, letters(a, 2000), "");
}

static void
text_that_cannot_fit_is_a_mistake(void **state)
{
	expect_death(draw_too_much, *state);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(fields_in_the_order_of_the_standard),
		TEST(sum_is_kopecks),
		TEST(separator_is_in_no_value),
		TEST(wrong_numbers_are_refused),
		TEST(long_words_are_refused),
		TEST(mandatory_block_has_300_bytes),
		TEST(broken_words_are_refused),
		TEST(absent_fields_are_refused),
		TEST(picture_is_the_matrix),
		TEST(picture_fits_the_page),
		TEST(label_is_escaped),
		TEST(text_that_cannot_fit_is_a_mistake),
	};

	return cmocka_run_group_tests_name("qr", tests, NULL, NULL);
}
