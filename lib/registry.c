/*
 * registry.c -- the way through a bank's registry: what the file is, who reads it, and whether it
 * adds up.
 *
 * A file is read twice. The first pass looks at bytes alone: size, NULs, and whether the whole of
 * it is valid UTF-8 - the rule is about the whole file, so the answer is not known before its end,
 * and a row read in a wrong encoding could not be taken back. The second pass reads rows and hands
 * them over one by one. Both take one buffer of 64 KiB whatever the size; the second finds the file
 * in the page cache, and the first costs some tenths of a second for a million rows.
 *
 * Nothing is trusted until the end: the caller posts inside one transaction and drops it when
 * registry_read() says false.
 */
#include "registry.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>

#include "registry-private.h"
#include "text.h"

#define BIT(field) (1U << (field))
#define REQUIRED_TEXT \
	(BIT(FIELD_DATE) | BIT(FIELD_TIME) | BIT(FIELD_OPERATION) | BIT(FIELD_ACCOUNT) | \
	    BIT(FIELD_AMOUNT) | BIT(FIELD_TRANSFER) | BIT(FIELD_COMMISSION))
#define EPS \
	.date_marks = "-", .time_marks = "-", .point = ',', .operation_max = 20, \
	.encoding = "WINDOWS-1251", .required = REQUIRED_TEXT

#define VTB \
	.date_marks = "-/:.", .time_marks = "-/:", .point = '.', .operation_is_text = true, \
	.operation_max = 25, .required = REQUIRED_TEXT, .has_channel = true, .only_by_name = true

/* Text dialects are tried in this order: the first that can read the first row is the file's. */
const struct registry_dialect registry_dialects[] = {
	{ .name = "eps13", EPS, .has_channel = true },
	{ .name = "eps12", EPS },
	{ .name = "eps13-meter", EPS, .has_channel = true, .extra_min = 1, .extra_max = 48 },
	{ .name = "eps12-meter", EPS, .extra_min = 1, .extra_max = 48 },
	{ .name = "vtb13", VTB, .encoding = "WINDOWS-1251" },
	{ .name = "vtb13-koi8", VTB, .encoding = "KOI8-R" },
	{
		.name = "registry1",
		.date = DATE_YEAR_FIRST, .date_marks = "-", .time_marks = ":", .point = '.',
		.operation_max = 20,
		.required = REQUIRED_TEXT, .has_schema = true, .versions = "1",
		.head_path = "/registry", .row_path = "/registry/payment",
		.total_path = "/registry/total",
		.head = {
			[HEAD_VERSION] = "version", [HEAD_ACCOUNT] = "account",
			[HEAD_NUMBER] = "number", [HEAD_DATE] = "date",
			[HEAD_BANK] = "bank", [HEAD_INN] = "inn",
		},
		.attribute = {
			[FIELD_DATE] = "date", [FIELD_TIME] = "time", [FIELD_BRANCH] = "branch",
			[FIELD_TERMINAL] = "terminal", [FIELD_OPERATION] = "operation",
			[FIELD_ACCOUNT] = "account", [FIELD_PAYER] = "payer",
			[FIELD_ADDRESS] = "address", [FIELD_PERIOD] = "period",
			[FIELD_AMOUNT] = "amount", [FIELD_TRANSFER] = "transfer",
			[FIELD_COMMISSION] = "commission", [FIELD_CHANNEL] = "channel",
		},
		.total = {
			[TOTAL_COUNT] = "count", [TOTAL_AMOUNT] = "amount",
			[TOTAL_TRANSFER] = "transfer", [TOTAL_COMMISSION] = "commission",
			[TOTAL_ORDER] = "order",
			[TOTAL_ORDER_DATE] = "orderDate",
		},
	},
	{
		.name = "exchange",
		.date_marks = ".", .time_marks = ":", .point = '\0', .operation_max = 20,
		.required = BIT(FIELD_MOMENT) | BIT(FIELD_OPERATION) | BIT(FIELD_ACCOUNT) |
		    BIT(FIELD_TRANSFER),
		.versions = "13",
		.head_path = "/Data/Body/PaymentExchange",
		.row_path = "/Data/Body/PaymentExchange/PaymentRegistry/PT",
		.head = {
			[HEAD_VERSION] = "Version", [HEAD_SENDER] = "IdOfContragent",
			[HEAD_NUMBER] = "IdOfPacket", [HEAD_DATE] = "SyncTime",
		},
		.attribute = {
			[FIELD_ACCOUNT] = "ContractId", [FIELD_OPERATION] = "IdOfPayment",
			[FIELD_MOMENT] = "PayTime", [FIELD_TRANSFER] = "Sum",
		},
	},
};
const int registry_dialect_count = (int)(sizeof(registry_dialects) / sizeof(registry_dialects[0]));

/*
 * Cuts at a whole character: the words go to people and into PostgreSQL, which takes no half of a
 * letter.
 */
static void
cut_words(char words[REGISTRY_WORDS_BYTES], int wanted)
{
	size_t len;

	if (wanted < (int)REGISTRY_WORDS_BYTES)
		return;
	len = REGISTRY_WORDS_BYTES - 1;
	while (len > 0 && !text_is_utf8(words, len))
		len--;
	words[len] = '\0';
}

void
registry_problem(struct registry_reader *r, long line, const char *format, ...)
{
	struct registry_result *result = r->result;
	struct registry_problem *problem;
	va_list args;

	r->problem_line = line;
	if (result->problem_count++ >= REGISTRY_MAX_PROBLEMS)
		return;
	problem = &result->problem[result->problem_count - 1];
	problem->line = line;
	va_start(args, format);
	cut_words(problem->words, vsnprintf(problem->words, sizeof(problem->words), format, args));
	va_end(args);
}

const char *
registry_shown(const char *value)
{
	size_t len = strlen(value);

	if (len > REGISTRY_SHOWN_BYTES)
		return "…";
	for (size_t i = 0; i < len; i++)
		if (!isascii((unsigned char)value[i]) || !isgraph((unsigned char)value[i]))
			return "…";
	return value;
}

void
registry_source_open(struct registry_source *s, FILE *file)
{
	s->file = file;
	s->next = s->end = 0;
	rewind(file);
	s->end = fread(s->buffer, 1, sizeof(s->buffer), file);
	if (s->end >= 3 && memcmp(s->buffer, "\xEF\xBB\xBF", 3) == 0)
		s->next = 3;
}

size_t
registry_source_take(struct registry_source *s, char *bytes, size_t max)
{
	size_t given = 0;

	while (given < max) {
		const char *from = s->buffer + s->next, *end_of_line;
		size_t len = s->end - s->next;

		if (len == 0) {
			s->next = 0;
			s->end = fread(s->buffer, 1, sizeof(s->buffer), s->file);
			if (s->end == 0)
				break;
			continue;
		}
		if (len > max - given)
			len = max - given;
		end_of_line = memchr(from, '\n', len);
		if (end_of_line != NULL)
			len = (size_t)(end_of_line - from) + 1;
		memcpy(bytes + given, from, len);
		s->next += len;
		given += len;
		if (end_of_line != NULL)
			break;
	}
	return given;
}

/*
 * How many of the bytes are whole characters, when the last may be cut: its lead byte says how many
 * it wants.
 */
static size_t
whole_characters(const unsigned char *s, size_t len)
{
	for (size_t back = 1; back <= 3 && back <= len; back++) {
		unsigned char byte = s[len - back];
		size_t wanted = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;

		if ((byte & 0xC0) != 0x80)
			return wanted > back ? len - back : len;
	}
	return len;                               /* no UTF-8 at all: the check will say so */
}

static bool
is_ascii(const char *s, size_t len)
{
	uint64_t eight;

	for (; len >= sizeof(eight); s += sizeof(eight), len -= sizeof(eight)) {
		memcpy(&eight, s, sizeof(eight));
		if ((eight & UINT64_C(0x8080808080808080)) != 0)
			return false;
	}
	for (; len > 0; s++, len--)
		if (((unsigned char)*s & 0x80) != 0)
			return false;
	return true;
}

/* The line of a byte of this chunk. */
static long
line_of(long lines_before, const char *chunk, const char *byte)
{
	long line = lines_before + 1;

	for (const char *p = chunk; p < byte; p++)
		line += *p == '\n';
	return line;
}

static long
count_lines(const char *s, size_t len)
{
	const char *end = s + len, *p = s;
	long lines = 0;

	while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		lines++;
		p++;
	}
	return lines;
}

/* What the first byte that is not blank, nor of a BOM, says of the file; false: all is blank. */
static bool
finds_beginning(struct registry_scan *scan, const char *chunk, size_t len)
{
	size_t blank = len >= 3 && memcmp(chunk, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

	while (blank < len && strchr(" \t\r\n", chunk[blank]) != NULL)
		blank++;
	scan->is_xml = blank < len && chunk[blank] == '<';
	return blank < len;
}

/* The first pass. Leaves a problem when the file is not to be read at all. */
static void
scan_file(struct registry_reader *r)
{
	struct registry_scan *scan = &r->scan;
	char *chunk = r->source.buffer, *nul;
	size_t max = sizeof(r->source.buffer), kept = 0, got;
	int64_t bytes = 0;
	long lines = 0;
	bool is_begun = false;

	scan->is_utf8 = scan->is_ascii = true;
	rewind(r->source.file);
	while ((got = fread(chunk + kept, 1, max - kept, r->source.file)) > 0) {
		size_t len = kept + got, whole = len;

		bytes += (int64_t)got;
		if (bytes > REGISTRY_MAX_FILE_BYTES) {
			registry_problem(r, 0, "Файл больше допустимых %lld байт",
			    (long long)REGISTRY_MAX_FILE_BYTES);
			return;
		}
		nul = memchr(chunk, '\0', len);
		if (nul != NULL) {
			registry_problem(r, line_of(lines, chunk, nul),
			    "Нулевой байт: это не текст в UTF-8 или windows-1251");
			return;
		}
		if (!is_begun)
			is_begun = finds_beginning(scan, chunk, len);
		scan->is_ascii = scan->is_ascii && is_ascii(chunk, len);
		if (scan->is_utf8 && !scan->is_ascii) {
			whole = whole_characters((const unsigned char *)chunk, len);
			scan->is_utf8 = text_is_utf8(chunk, whole);
		}
		lines += count_lines(chunk, whole);
		kept = len - whole;
		memmove(chunk, chunk + whole, kept);
	}
	scan->is_utf8 = scan->is_utf8 && kept == 0;
	if (bytes == 0)
		registry_problem(r, 0, "Файл пуст");
}

/*
 * The dialect of the contract, if it names one. false: there is no such, or the file is of the
 * other kind.
 */
static bool
choose_dialect(struct registry_reader *r, const char *wanted)
{
	if (wanted == NULL)
		return true;
	for (int i = 0; i < registry_dialect_count; i++) {
		const struct registry_dialect *d = &registry_dialects[i];

		if (strcmp(d->name, wanted) != 0)
			continue;
		if ((d->encoding == NULL) != r->scan.is_xml) {
			registry_problem(r, 0, "По договору формат «%s», а файл — %s", d->name,
			    r->scan.is_xml ? "XML" : "не XML");
			return false;
		}
		r->dialect = d;
		return true;
	}
	registry_problem(r, 0, "Формат договора «%s» неизвестен", registry_shown(wanted));
	return false;
}

static void
compare(struct registry_reader *r, const char *what, int64_t stated_kop, int64_t summed_kop)
{
	char stated[MONEY_BUF], summed[MONEY_BUF];

	if (stated_kop == summed_kop)
		return;
	registry_problem(r, r->totals_line, "Итог «%s» не сходится: указано %s, по строкам %s",
	    what, money_plain(stated, stated_kop, ','), money_plain(summed, summed_kop, ','));
}

/* After the last byte: is anything missing, and do the totals agree with the rows? */
static void
check_whole(struct registry_reader *r)
{
	struct registry_result *result = r->result;
	const struct registry_dialect *d = r->dialect;
	bool needs_totals = d == NULL || d->encoding != NULL || d->total_path != NULL;

	if (r->rows_seen == 0)
		registry_problem(r, 0, "В файле нет ни одного платежа");
	if (needs_totals && r->totals_line == 0)
		registry_problem(r, 0, "Нет итоговой строки: файл неполон");
	/* The sum of some rows would differ for a reason that is already on the list. */
	if (result->problem_count > 0 || !result->totals.has_totals)
		return;
	if (result->totals.count != result->rows)
		registry_problem(r, r->totals_line,
		    "Итог «число платежей» не сходится: указано %lld, в файле %lld",
		    (long long)result->totals.count, (long long)result->rows);
	compare(r, "сумма платежей", result->totals.amount_kop, result->amount_kop);
	compare(r, "сумма к перечислению", result->totals.transfer_kop, result->transfer_kop);
	compare(r, "комиссия", result->totals.commission_kop, result->commission_kop);
}

void
registry_open(const char *xsd_path)
{
	registry_xml_open(xsd_path);
}

bool
registry_read(FILE *file, const char *wanted_dialect, registry_row_fn *each, void *context,
    struct registry_result *result)
{
	struct registry_reader r = { .each = each, .context = context, .result = result };

	memset(result, 0, sizeof(*result));
	result->dialect = "";
	r.source.file = file;
	scan_file(&r);
	if (result->problem_count == 0 && choose_dialect(&r, wanted_dialect)) {
		registry_source_open(&r.source, file);
		if (r.scan.is_xml)
			registry_xml_read(&r);
		else
			registry_text_read(&r);
		if (!r.stopped)
			check_whole(&r);
	}
	assert(!r.stopped || result->problem_count > 0);
	if (ferror(file))
		registry_problem(&r, 0, "Файл не удалось прочитать до конца");
	if (r.dialect != NULL)
		result->dialect = r.dialect->name;
	return result->problem_count == 0;
}

bool
registry_account_in_name(const char *file_name, char account20[21])
{
	const char *slash = strrchr(file_name, '/'), *p = slash != NULL ? slash + 1 : file_name;

	account20[0] = '\0';
	while (*p != '\0') {
		size_t digits = strspn(p, "0123456789");

		if (digits == 20) {
			if (account20[0] != '\0' && memcmp(account20, p, 20) != 0)
				return false;
			memcpy(account20, p, 20);
			account20[20] = '\0';
		}
		p += digits > 0 ? digits : 1;
	}
	return true;
}
