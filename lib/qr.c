/*
 * qr.c -- the payment text of ГОСТ Р 56042-2014 and its picture. Only this file knows libqrencode.
 *
 * The text is UTF-8 (`ST0001` + `2`) and carries no ECI mark: banks' applications go by the header
 * of the text, and some scanners stumble over the mark.
 */
#include <assert.h>

#include <qrencode.h>

#include "arena.h"
#include "money.h"
#include "qr.h"
#include "text.h"

#define HEADER              "ST00012"
#define SEPARATORS          "|~_#$^&*/@%"   /* in order of preference; `|` is the usual one */
#define MANDATORY_MAX_BYTES 300             /* Name to CorrespAcc, with the separators between */
#define PAYEE_MAX_CHARS     160
#define BANK_MAX_CHARS      45
#define PERSONAL_MAX_CHARS  20
#define PURPOSE_MAX_CHARS   210
#define TEXT_MAX_BYTES      2048            /* level M holds 2331 */
#define SVG_MAX_BYTES       (512 * 1024)
#define QUIET_ZONE          4               /* modules */

enum field {
	NAME, PERSONAL_ACC, BANK_NAME, BIC, CORRESP_ACC,        /* mandatory, in this order */
	PAYEE_INN, KPP, PERS_ACC, PURPOSE, SUM,
	FIELD__COUNT
};

static const char *const field_names[FIELD__COUNT] = {
	[NAME]         = "Name",
	[PERSONAL_ACC] = "PersonalAcc",
	[BANK_NAME]    = "BankName",
	[BIC]          = "BIC",
	[CORRESP_ACC]  = "CorrespAcc",
	[PAYEE_INN]    = "PayeeINN",
	[KPP]          = "KPP",
	[PERS_ACC]     = "PersAcc",
	[PURPOSE]      = "Purpose",
	[SUM]          = "Sum",
};

static bool
is_digits(const char *s, size_t count)
{
	return strlen(s) == count && strspn(s, "0123456789") == count;
}

/* One line of 1 to max_chars characters. */
static bool
is_words(const char *s, size_t max_chars)
{
	size_t len = strlen(s);

	if (len == 0 || !text_is_utf8(s, len) || text_chars(s, len) > max_chars)
		return false;
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	}
	return true;
}

/* "" is a field to leave out: only KPP and Sum may be. */
static bool
is_good(enum field field, const char *value, const char *personal)
{
	switch (field) {
	case NAME:         return is_words(value, PAYEE_MAX_CHARS);
	case PERSONAL_ACC: return is_digits(value, 20);
	case BANK_NAME:    return is_words(value, BANK_MAX_CHARS);
	case BIC:          return is_digits(value, 9);
	case CORRESP_ACC:  return is_digits(value, 20) || strcmp(value, "0") == 0;
	case PAYEE_INN:    return is_digits(value, 10) || is_digits(value, 12);
	case KPP:          return *value == '\0' || is_digits(value, 9);
	case PERS_ACC:     return is_words(value, PERSONAL_MAX_CHARS);
	case PURPOSE:      return is_words(value, PURPOSE_MAX_CHARS) && strstr(value, personal);
	case SUM:          return true;
	case FIELD__COUNT: break;
	}
	return false;
}

/* Of `Name=...` to the end of CorrespAcc; a separator is one byte. */
static size_t
mandatory_bytes(const char *const values[FIELD__COUNT])
{
	size_t sum = CORRESP_ACC;       /* separators between the fields */

	for (int i = 0; i <= CORRESP_ACC; i++)
		sum += strlen(field_names[i]) + 1 + strlen(values[i]);
	return sum;
}

/* The first separator that no value holds, '\0' when each is taken. */
static char
choose_separator(const char *const values[FIELD__COUNT])
{
	const char *candidate;
	int i;

	for (candidate = SEPARATORS; *candidate != '\0'; candidate++) {
		for (i = 0; i < FIELD__COUNT && strchr(values[i], *candidate) == NULL; i++)
			;
		if (i == FIELD__COUNT)
			return *candidate;
	}
	return '\0';
}

const char *
qr_payment_text(struct arena *a, const struct qr_payment *p, const char **why)
{
	const char *values[FIELD__COUNT] = {
		[NAME]         = p->payee,
		[PERSONAL_ACC] = p->account20,
		[BANK_NAME]    = p->bank_name,
		[BIC]          = p->bik9,
		[CORRESP_ACC]  = p->corr_account,
		[PAYEE_INN]    = p->inn,
		[KPP]          = p->kpp,
		[PERS_ACC]     = p->personal,
		[PURPOSE]      = p->purpose,
	};
	char *result, separator;
	struct text t;

	if (p->sum_kop < 0 || p->sum_kop > MONEY_MAX_KOP) {
		*why = field_names[SUM];
		return NULL;
	}
	values[SUM] = p->sum_kop == 0 ? "" : arena_printf(a, "%lld", (long long)p->sum_kop);
	for (int i = 0; i < FIELD__COUNT; i++) {
		if (values[i] == NULL || !is_good((enum field)i, values[i], p->personal)) {
			*why = field_names[i];
			return NULL;
		}
	}
	if (mandatory_bytes(values) > MANDATORY_MAX_BYTES) {
		*why = "Name and BankName together";
		return NULL;
	}
	separator = choose_separator(values);
	if (separator == '\0') {
		*why = "separator";
		return NULL;
	}

	text_init(&t, TEXT_MAX_BYTES);
	text_puts(&t, HEADER);
	for (int i = 0; i < FIELD__COUNT; i++) {
		if (*values[i] != '\0')
			text_printf(&t, "%c%s=%s", separator, field_names[i], values[i]);
	}
	assert(!t.broken);      /* every field is bounded */
	result = arena_copy(a, t.data, t.len);
	text_release(&t);
	return result;
}

/* Dark modules of a row from x on; the library keeps colour in the lowest bit. */
static int
run_length(const QRcode *code, int x, int y)
{
	int end = x;

	while (end < code->width && (code->data[y * code->width + end] & 1) != 0)
		end++;
	return end - x;
}

/*
 * One stroke, a module wide, through the middle of each row: `M` to its first dark run, then `h`
 * along a run and `m` over the gap. Half the size of outlines, and the page has a budget.
 */
static void
put_path(struct text *t, const QRcode *code)
{
	int end, length, x, y;

	for (y = 0; y < code->width; y++) {
		end = -1;       /* of the run before */
		for (x = 0; x < code->width; x += length + 1) {
			length = run_length(code, x, y);
			if (length == 0)
				continue;
			if (end < 0)
				text_printf(t, "M%d %d.5", QUIET_ZONE + x, QUIET_ZONE + y);
			else
				text_printf(t, "m%d 0", x - end);
			text_printf(t, "h%d", length);
			end = x + length;
		}
	}
}

struct html
qr_svg(struct arena *a, const char *text, const char *label)
{
	struct html svg;
	struct text t;
	QRcode *code;
	int side;

	assert(strlen(text) <= TEXT_MAX_BYTES);
	code = QRcode_encodeData((int)strlen(text), (const unsigned char *)text, 0, QR_ECLEVEL_M);
	assert(code != NULL);
	side = code->width + 2 * QUIET_ZONE;
	text_init(&t, SVG_MAX_BYTES);
	text_puts(&t, "<svg class=\"qr\" role=\"img\" aria-label=\"");
	text_html(&t, label, strlen(label));
	text_printf(&t, "\" viewBox=\"0 0 %d %d\"", side, side);
	text_puts(&t, " shape-rendering=\"crispEdges\"><title>");
	text_html(&t, label, strlen(label));
	text_puts(&t, "</title><path stroke=\"#000\" d=\"");
	put_path(&t, code);
	text_puts(&t, "\"/></svg>");
	assert(!t.broken);
	svg = (struct html){ arena_copy(a, t.data, t.len), t.len };
	text_release(&t);
	QRcode_free(code);
	return svg;
}
