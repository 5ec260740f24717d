/*
 * registry-row.c -- the rules of one row and of the trailer, the same for text and XML; see
 * docs/bank-formats.md.
 */
#include "registry-private.h"
#include "text.h"

static const char *const titles[FIELD__COUNT] = {
	[FIELD_DATE] = "дата", [FIELD_TIME] = "время", [FIELD_MOMENT] = "дата и время",
	[FIELD_BRANCH] = "отделение", [FIELD_TERMINAL] = "терминал",
	[FIELD_OPERATION] = "номер операции",
	[FIELD_ACCOUNT] = "лицевой счёт", [FIELD_PAYER] = "плательщик", [FIELD_ADDRESS] = "адрес",
	[FIELD_PERIOD] = "период", [FIELD_AMOUNT] = "сумма платежа",
	[FIELD_TRANSFER] = "сумма к перечислению",
	[FIELD_COMMISSION] = "комиссия", [FIELD_CHANNEL] = "канал",
};
static const char *const total_titles[TOTAL__COUNT] = {
	[TOTAL_COUNT] = "число платежей", [TOTAL_AMOUNT] = "сумма платежей",
	[TOTAL_TRANSFER] = "сумма к перечислению", [TOTAL_COMMISSION] = "комиссия",
	[TOTAL_ORDER] = "номер платёжного поручения",
	[TOTAL_ORDER_DATE] = "дата платёжного поручения",
};

struct width { int min, max; };

/* Three numbers of those widths with one of the marks between them, and nothing else. */
static bool
three_numbers(const char *s, size_t len, const struct width width[3], const char *marks,
    int value[3])
{
	const char *end = s + len;

	for (int i = 0; i < 3; i++) {
		int digits = 0, n = 0;

		while (s < end && digits < width[i].max && *s >= '0' && *s <= '9') {
			n = n * 10 + (*s++ - '0');
			digits++;
		}
		if (digits < width[i].min)
			return false;
		value[i] = n;
		if (i < 2 && (s == end || *s == '\0' || strchr(marks, *s++) == NULL))
			return false;
	}
	return s == end;
}

static bool
read_date(const struct registry_dialect *d, const char *s, size_t len, struct date *date)
{
	static const struct width day_first[3] = { { 2, 2 }, { 2, 2 }, { 4, 4 } };
	static const struct width year_first[3] = { { 4, 4 }, { 2, 2 }, { 2, 2 } };
	bool is_year_first = d->date == DATE_YEAR_FIRST;
	int n[3];

	if (!three_numbers(s, len, is_year_first ? year_first : day_first, d->date_marks, n))
		return false;
	*date = is_year_first ? (struct date){ n[0], n[1], n[2] }
			      : (struct date){ n[2], n[1], n[0] };
	return date_exists(date->year, date->month, date->day);
}

static bool
read_time(const struct registry_dialect *d, const char *s, size_t len, struct moment *m)
{
	static const struct width width[3] = { { 1, 2 }, { 2, 2 }, { 2, 2 } };
	int n[3];

	if (!three_numbers(s, len, width, d->time_marks, n) || n[0] > 23 || n[1] > 59 || n[2] > 59)
		return false;
	m->hour = n[0];
	m->minute = n[1];
	m->second = n[2];
	return true;
}

static bool
read_moment(const struct registry_dialect *d, const char *const field[FIELD__COUNT],
    struct moment *m, enum registry_field *bad)
{
	const char *s = field[FIELD_MOMENT], *blank;

	if (s != NULL) {
		*bad = FIELD_MOMENT;
		blank = strchr(s, ' ');
		return blank != NULL && read_date(d, s, (size_t)(blank - s), &m->date) &&
		    read_time(d, blank + 1, strlen(blank + 1), m);
	}
	*bad = FIELD_DATE;
	if (!read_date(d, field[FIELD_DATE], strlen(field[FIELD_DATE]), &m->date))
		return false;
	*bad = FIELD_TIME;
	return read_time(d, field[FIELD_TIME], strlen(field[FIELD_TIME]), m);
}

static bool
read_sum(const struct registry_dialect *d, const char *s, int64_t *sum_kop)
{
	if (d->point == '\0')
		return int_parse(s, -MONEY_MAX_KOP, MONEY_MAX_KOP, sum_kop);
	return money_parse(s, strlen(s), d->point, true, sum_kop);
}

/* A dialect with one sum only has no commission: what the payer gave is what arrived. */
static bool
read_sums(const struct registry_dialect *d, const char *const field[FIELD__COUNT],
    struct registry_row *row, enum registry_field *bad)
{
	*bad = FIELD_TRANSFER;
	if (!read_sum(d, field[FIELD_TRANSFER], &row->transfer_kop))
		return false;
	row->amount_kop = row->transfer_kop;
	row->commission_kop = 0;
	*bad = FIELD_AMOUNT;
	if (field[FIELD_AMOUNT] != NULL && !read_sum(d, field[FIELD_AMOUNT], &row->amount_kop))
		return false;
	*bad = FIELD_COMMISSION;
	return field[FIELD_COMMISSION] == NULL ||
	    read_sum(d, field[FIELD_COMMISSION], &row->commission_kop);
}

static bool
is_operation(const struct registry_dialect *d, const char *s)
{
	static const char allowed[] =
	    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-";
	size_t len = strlen(s);
	size_t good = d->operation_is_text ? strspn(s, allowed) : strspn(s, "0123456789");

	return len > 0 && good == len && len <= (size_t)d->operation_max;
}

static const char *
or_empty(const char *s)
{
	return s != NULL ? s : "";
}

static bool
refuse(char words[REGISTRY_WORDS_BYTES], enum registry_field field, const char *value)
{
	snprintf(words, REGISTRY_WORDS_BYTES, "Неверное поле «%s»: %s", titles[field],
	    *value == '\0' ? "пусто" : registry_shown(value));
	return false;
}

bool
registry_row_parse(const struct registry_dialect *d, const char *const field[FIELD__COUNT],
    struct registry_row *row, char words[REGISTRY_WORDS_BYTES])
{
	const char *channel = or_empty(field[FIELD_CHANNEL]);
	char amount[MONEY_BUF], transfer[MONEY_BUF], commission[MONEY_BUF];
	enum registry_field bad;

	for (int i = 0; i < FIELD__COUNT; i++) {
		if ((d->required & (1U << i)) != 0 && field[i] == NULL) {
			snprintf(words, REGISTRY_WORDS_BYTES, "Нет поля «%s»", titles[i]);
			return false;
		}
	}
	if (!read_moment(d, field, &row->at, &bad))
		return refuse(words, bad, field[bad]);
	if (!is_operation(d, field[FIELD_OPERATION]))
		return refuse(words, FIELD_OPERATION, field[FIELD_OPERATION]);
	if (!read_sums(d, field, row, &bad))
		return refuse(words, bad, field[bad]);
	if (row->amount_kop != row->transfer_kop + row->commission_kop) {
		snprintf(words, REGISTRY_WORDS_BYTES,
		    "Сумма платежа %s не равна сумме к перечислению %s и комиссии %s",
		    money_plain(amount, row->amount_kop, ','),
		    money_plain(transfer, row->transfer_kop, ','),
		    money_plain(commission, row->commission_kop, ','));
		return false;
	}
	if (field[FIELD_CHANNEL] != NULL &&
	    (strlen(channel) != 1 || channel[0] < '1' || channel[0] > '6'))
		return refuse(words, FIELD_CHANNEL, channel);
	row->channel = *channel != '\0' ? channel[0] - '0' : 0;
	row->operation = field[FIELD_OPERATION];
	row->account = field[FIELD_ACCOUNT];
	row->branch = or_empty(field[FIELD_BRANCH]);
	row->terminal = or_empty(field[FIELD_TERMINAL]);
	row->payer = or_empty(field[FIELD_PAYER]);
	row->address = or_empty(field[FIELD_ADDRESS]);
	row->period = or_empty(field[FIELD_PERIOD]);
	return true;
}

static bool
add(int64_t *sum_kop, int64_t more_kop)
{
	return !__builtin_add_overflow(*sum_kop, more_kop, sum_kop);
}

void
registry_row(struct registry_reader *r, const char *const field[FIELD__COUNT], long line,
    const char *raw)
{
	struct registry_result *result = r->result;
	struct registry_row row = { .line = line, .raw = raw };
	char words[REGISTRY_WORDS_BYTES];

	r->rows_seen++;
	if (r->problem_line == line)
		return;
	if (r->totals_line != 0) {
		registry_problem(r, line, "Платёж после итоговой строки");
		return;
	}
	if (!registry_row_parse(r->dialect, field, &row, words)) {
		registry_problem(r, line, "%s", words);
		return;
	}
	if (!add(&result->amount_kop, row.amount_kop) ||
	    !add(&result->transfer_kop, row.transfer_kop) ||
	    !add(&result->commission_kop, row.commission_kop)) {
		registry_problem(r, line, "Сумма строк больше допустимой");
		r->stopped = true;
		return;
	}
	if (result->problem_count > 0)
		return;
	result->rows++;
	if (!r->each(r->context, &row)) {
		registry_problem(r, line, "Загрузка остановлена на этом платеже");
		r->stopped = true;
	}
}

/*
 * The order's number becomes part of a key and of reports: something, and not longer than the field
 * that keeps it.
 */
static bool
read_order(const char *s, char order[32])
{
	size_t len = strlen(s);

	if (len == 0 || len >= 32)
		return false;
	memcpy(order, s, len + 1);
	return true;
}

static bool
read_total(const struct registry_dialect *d, enum registry_total which, const char *s,
    struct registry_totals *t)
{
	switch (which) {
	case TOTAL_COUNT:
		return int_parse(s, 0, REGISTRY_MAX_FILE_BYTES, &t->count);
	case TOTAL_AMOUNT:
		return read_sum(d, s, &t->amount_kop);
	case TOTAL_TRANSFER:
		return read_sum(d, s, &t->transfer_kop);
	case TOTAL_COMMISSION:
		return read_sum(d, s, &t->commission_kop);
	case TOTAL_ORDER:
		return read_order(s, t->order);
	case TOTAL_ORDER_DATE:
		return read_date(d, s, strlen(s), &t->order_date);
	case TOTAL__COUNT:
		break;
	}
	return false;
}

void
registry_totals(struct registry_reader *r, const char *const field[TOTAL__COUNT], long line)
{
	struct registry_totals *totals = &r->result->totals;
	bool is_second = r->totals_line != 0;

	if (!is_second)
		r->totals_line = line;
	if (r->problem_line == line)
		return;
	if (is_second) {
		registry_problem(r, line, "Вторая итоговая строка (первая — строка %ld)",
		    r->totals_line);
		return;
	}
	for (int i = 0; i < TOTAL__COUNT; i++) {
		if (field[i] == NULL) {
			registry_problem(r, line, "В итоговой строке нет поля «%s»",
			    total_titles[i]);
			return;
		}
		if (!read_total(r->dialect, (enum registry_total)i, field[i], totals)) {
			registry_problem(r, line, "Неверное поле «%s» итоговой строки: %s",
			    total_titles[i],
			    *field[i] == '\0' ? "пусто" : registry_shown(field[i]));
			return;
		}
	}
	totals->has_totals = true;
}
