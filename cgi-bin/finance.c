/*
 * finance.c -- Финансы: balance and what of it is free, statement with running balance, CSV, all
 * about an entry and its receipt, transfers to the login's other children, money back on a bank
 * account, the yearly certificate, the payment slip.
 *
 * The period is the database's to complete: without dates it answers for the last days before the
 * school's today and says which they were.
 */
#include "app.h"
#include "log.h"
#include "money.h"
#include "qr.h"
#include "statement.h"
#include "text.h"

#define LINES_ON_PAGE   20
#define LINES_IN_PRINT  500
#define LINES_IN_CSV    STATEMENT_MAX_LINES

#define HOLDS_ON_PAGE   40
#define YEARS_ON_PAGE   12
#define BIK_DIGITS      9
#define ACCOUNT_DIGITS  20

enum question {
	Q_BALANCE, Q_HOLDS, Q_LIMITS, Q_TOTALS, Q_STATEMENT, Q_KINDS, Q_EXPORT, Q_PROOF, Q_ENTRY, Q_PAYEE, Q_SIBLINGS, Q_TRANSFER,
	Q_WITHDRAWALS, Q_WITHDRAW, Q_WITHDRAW_BACK, Q_YEAR, Q_YEAR_TOTALS, Q__COUNT
};
static const struct db_question questions[Q__COUNT] = {
	[Q_BALANCE]       = { "cabinet.finance_balance($1)" },
	[Q_HOLDS]         = { "cabinet.finance_holds($1, $2::int)" },
	[Q_LIMITS]        = { "cabinet.finance_limits($1)" },
	[Q_TOTALS]        = { "cabinet.finance_totals($1, $2::date, $3::date, $4)" },
	[Q_STATEMENT]     = { "cabinet.finance_statement($1, $2::date, $3::date, $4, $5::int, $6::bigint)" },
	[Q_EXPORT]        = { "cabinet.finance_export($1, $2::date, $3::date, $4, $5::int)" },
	[Q_PROOF]         = { "cabinet.finance_proof($1, $2::date, $3::date)" },
	[Q_KINDS]         = { "cabinet.finance_kinds($1)" },
	[Q_ENTRY]         = { "cabinet.finance_entry($1, $2::bigint)" },
	[Q_PAYEE]         = { "cabinet.finance_payee($1)" },
	[Q_SIBLINGS]      = { "cabinet.finance_siblings($1)" },
	[Q_TRANSFER]      = { "cabinet.finance_transfer($1, $2::uuid, $3, $4::bigint)" },
	[Q_WITHDRAWALS]   = { "cabinet.finance_withdrawals($1)" },
	[Q_WITHDRAW]      = { "cabinet.finance_withdraw($1, $2::uuid, $3::bigint, $4, $5)" },
	[Q_WITHDRAW_BACK] = { "cabinet.finance_withdraw_back($1, $2::bigint)" },
	[Q_YEAR]          = { "cabinet.finance_year($1, $2::int, $3::bool)" },
	[Q_YEAR_TOTALS]   = { "cabinet.finance_year_totals($1, $2::int)" },
};

/* What of the statement is wanted; absent dates are NULL, an absent kind means all. */
struct filter { struct form_period period; const char *kind; };

static struct filter
read_filter(struct request *rq)
{
	return (struct filter){ .period = form_period(rq), .kind = form_text(rq, "kind", 32, NULL) };
}

/* ---- the statement --------------------------------------------------------------------------- */

/* The chip of a period; the one that is on show, as `totals` say, is marked. */
static void
add_period(struct request *rq, struct view *page, const struct db_rows *totals, const char *title,
    struct date from, struct date to)
{
	struct view *row = view_add(page, "period");
	char *first = arena_alloc(rq->arena, DATE_BUF), *last = arena_alloc(rq->arena, DATE_BUF);

	date_iso(first, from);
	date_iso(last, to);
	view_text(row, "url", url_path(rq, "/finance", "from", first, "to", last, NULL));
	view_text(row, "title", title);
	view_flag(row, "is_current", strcmp(db_text(totals, 0, "from_day"), first) == 0 &&
	    strcmp(db_text(totals, 0, "to_day"), last) == 0);
}

/* Ready-made periods before the school's today; the school year begins on 1 September. */
static void
add_periods(struct request *rq, struct view *page, const struct db_rows *totals)
{
	struct date today, month, last_month_end, last_month;

	if (!date_parse(rq->visitor.today, &today)) {
		view_none(page, "period");
		return;
	}
	month = (struct date){ today.year, today.month, 1 };
	last_month_end = date_from_days(date_to_days(month) - 1);
	last_month = (struct date){ last_month_end.year, last_month_end.month, 1 };
	add_period(rq, page, totals, "Неделя", date_from_days(date_to_days(today) - 6), today);
	add_period(rq, page, totals, "30 дней", date_from_days(date_to_days(today) - 29), today);
	add_period(rq, page, totals, "Этот месяц", month, today);
	add_period(rq, page, totals, "Прошлый месяц", last_month, last_month_end);
	add_period(rq, page, totals, "Учебный год",
	    (struct date){ today.month >= 9 ? today.year : today.year - 1, 9, 1 }, today);
}

static void
add_filter(struct request *rq, struct view *page, const struct filter *filter,
    const struct db_rows *totals)
{
	form_show(rq, page, "from", "to", "kind", NULL);
	view_text(page, "value_from", db_text(totals, 0, "from_day"));
	view_text(page, "value_to", db_text(totals, 0, "to_day"));
	view_text(page, "today", rq->visitor.today);
	view_text(page, "csv_url",
	    url_path(rq, "/finance/statement.csv", "from", filter->period.from, "to",
		filter->period.to, "kind", filter->kind, NULL));
	view_text(page, "print_url",
	    url_path(rq, "/finance", "from", filter->period.from, "to", filter->period.to, "kind",
		filter->kind, "print", "1", NULL));
}

/*
 * GET /finance[?from=&to=&kind=&before=&print=1] -- newest first; `before` is the version that the
 * last page ended with.
 */
static enum reply
show_statement(struct request *rq)
{
	struct filter filter = read_filter(rq);
	bool is_print = form_flag(rq, "print");
	int64_t before = form_id(rq, "before");
	int limit = is_print ? LINES_IN_PRINT : LINES_ON_PAGE;
	struct db_rows *balance = db_ask(rq, Q_BALANCE);
	struct db_rows *totals = db_ask(rq, Q_TOTALS, DB_TEXT(filter.period.from),
	    DB_TEXT(filter.period.to), DB_TEXT(filter.kind));
	struct db_rows *lines = db_ask(rq, Q_STATEMENT, DB_TEXT(filter.period.from),
	    DB_TEXT(filter.period.to), DB_TEXT(filter.kind), DB_INT(limit + 1), DB_ID(before));
	struct db_rows *kinds = db_ask(rq, Q_KINDS);
	struct db_rows *holds = db_ask(rq, Q_HOLDS, DB_INT(HOLDS_ON_PAGE + 1));
	struct db_rows *limits = db_ask(rq, Q_LIMITS);
	struct db_rows *withdrawals = db_ask(rq, Q_WITHDRAWALS);
	struct db_rows *siblings = db_ask(rq, Q_SIBLINGS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "finance");
	view_flag(page, "has_more_holds", db_limit(holds, HOLDS_ON_PAGE));
	view_rows(page, "hold", holds);
	view_rows(page, "limit", limits);
	view_rows(page, "withdrawal", withdrawals);
	view_rows(page, "sibling", siblings);
	view_pager(rq, page, "/finance", lines, limit, "version");
	view_values(page, balance);
	view_values(page, totals);
	view_groups(page, "day", "line", lines, "day");
	view_flag(page, "is_print", is_print);
	view_choices(page, "kind", kinds, "kind", filter.kind);
	add_periods(rq, page, totals);
	add_filter(rq, page, &filter, totals);
	return view_send(rq, page);
}

static void
put_csv_line(struct text *csv, const struct db_rows *lines, int row)
{
	char sum[MONEY_BUF], check[STATEMENT_CHECK_BUF];

	app_csv_cell(csv, db_text(lines, row, "at"), ";");
	app_csv_cell(csv, db_text(lines, row, "title"), ";");
	app_csv_cell(csv, db_text(lines, row, "source"), ";");
	text_printf(csv, "%s;", money_plain(sum, db_int(lines, row, "amount_kop"), ','));
	text_printf(csv, "%s;", money_plain(sum, db_int(lines, row, "balance_kop"), ','));
	text_printf(csv, "%s;%s;%s;%s\r\n", db_text(lines, row, "version"),
	    db_text(lines, row, "entry_id"), db_text(lines, row, "day"),
	    statement_check(check, db_text(lines, row, "link")));
}

static struct statement_state
read_state(const struct db_rows *proof, const char *version, const char *balance, const char *link)
{
	return (struct statement_state){ db_int(proof, 0, version), db_int(proof, 0, balance), db_text(proof, 0, link) };
}

/*
 * GET /finance/statement.csv?from=&to=&kind= -- oldest first, as accountants read, with what proves
 * it (docs/money.md). The states are asked before the lines: what is posted in between is left out.
 */
static enum reply
send_csv(struct request *rq)
{
	struct filter filter = read_filter(rq);
	struct db_rows *proof = db_ask(rq, Q_PROOF, DB_TEXT(filter.period.from),
	    DB_TEXT(filter.period.to));
	struct db_rows *lines = db_ask(rq, Q_EXPORT, DB_TEXT(filter.period.from),
	    DB_TEXT(filter.period.to), DB_TEXT(filter.kind), DB_INT(LINES_IN_CSV + 1));
	struct statement_end end;
	struct text *csv;
	bool is_cut;

	if (form_failed(rq))
		return REPLY_BAD_INPUT;
	if (!db_answer(rq))
		return rq->db_reply;
	is_cut = db_limit(lines, LINES_IN_CSV);
	end = (struct statement_end){
		.account = db_text(proof, 0, "account"),
		.from = db_text(proof, 0, "from_day"),
		.to = db_text(proof, 0, "to_day"),
		.is_partial = is_cut || filter.kind != NULL,
		.opening = read_state(proof, "opening_version", "opening_kop", "opening_link"),
		.opening_day = db_text(proof, 0, "opening_day"),
		.opening_proof = db_text(proof, 0, "opening_proof"),
		.sealed = read_state(proof, "sealed_version", "sealed_kop", "sealed_link"),
		.sealed_day = db_text(proof, 0, "sealed_day"),
		.sealed_proof = db_text(proof, 0, "sealed_proof"),
		.open_from = db_text(proof, 0, "open_from"),
		.closing = read_state(proof, "closing_version", "closing_kop", "closing_link"),
	};
	csv = app_csv(rq, STATEMENT_MAX_BYTES, STATEMENT_HEADS);
	for (int i = 0;
	     i < db_row_count(lines) && db_int(lines, i, "version") <= end.closing.version; i++)
		put_csv_line(csv, lines, i);
	statement_end(csv, &end);
	return app_send_csv(rq, csv, "statement.csv");
}

/* GET /finance/entry?id=[&print=1] -- all about a line of the statement; its receipt, for paper. */
static enum reply
show_entry(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	bool is_print = form_flag(rq, "print");
	struct db_rows *entry = db_ask(rq, Q_ENTRY, DB_INT(id));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	if (db_row_count(entry) == 0)
		return REPLY_NOT_FOUND;
	page = view_new(rq, is_print ? "finance-receipt" : "entry");
	view_values(page, entry);
	view_text(page, "back_url", "/finance");
	view_text(page, "print_url",
	    url_path(rq, "/finance/entry", "id", url_id(rq, id), "print", "1", NULL));
	view_text(page, "today", rq->visitor.today);
	return view_send(rq, page);
}

/* ---- a transfer to another child ------------------------------------------------------------- */

/* A sum above zero as people type it; words at the field otherwise. */
static int64_t
read_amount(struct request *rq)
{
	int64_t sum_kop = 0;

	if (!money_parse_typed(form_text(rq, "amount", 20, ""), &sum_kop) || sum_kop <= 0)
		form_error(rq, "amount", "Сумма — это рубли и копейки, например 1500 или 1500,50.");
	return sum_kop;
}

static void
check_free(struct request *rq, const struct db_rows *balance, int64_t sum_kop)
{
	char free_sum[MONEY_BUF];

	if (sum_kop > db_int(balance, 0, "free_kop"))
		form_error(rq, "amount", arena_printf(rq->arena, "Свободно только %s.",
		    money_show(free_sum, db_int(balance, 0, "free_kop"))));
}

static bool
has_sibling(const struct db_rows *siblings, const char *idn)
{
	for (int i = 0; i < db_row_count(siblings); i++) {
		if (strcmp(db_text(siblings, i, "idn"), idn) == 0)
			return true;
	}
	return false;
}

/*
 * GET /finance/transfer[?to=&amount=] -- the form; with a child and a sum that may be moved, the
 * question.
 */
static enum reply
show_transfer(struct request *rq)
{
	const char *to = form_text(rq, "to", 16, "");
	bool is_typed = form_has(rq, "amount") && !form_failed(rq);
	int64_t sum_kop = is_typed ? read_amount(rq) : 0;
	struct db_rows *balance = db_ask(rq, Q_BALANCE);
	struct db_rows *siblings = db_ask(rq, Q_SIBLINGS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	if (is_typed && !has_sibling(siblings, to))
		form_error(rq, "to", "Выберите ребёнка.");
	if (is_typed)
		check_free(rq, balance, sum_kop);
	page = view_new(rq, "finance-transfer");
	view_values(page, balance);
	view_choices(page, "sibling", siblings, "idn", to);
	form_show(rq, page, "to", "amount", NULL);
	view_int(page, "amount_kop", sum_kop);
	view_flag(page, "is_ready", is_typed && !form_failed(rq));
	return view_send(rq, page);
}

/* POST /finance/transfer to= amount= key= */
static enum reply
make_transfer(struct request *rq)
{
	const char *key = form_key(rq), *to = form_text(rq, "to", 16, "");
	int64_t sum_kop = read_amount(rq);
	struct db_rows *entry;

	if (form_failed(rq))
		return form_again(rq, show_transfer);
	entry = db_ask(rq, Q_TRANSFER, DB_TEXT(key), DB_TEXT(to), DB_INT(sum_kop));
	if (!db_answer(rq))
		return form_refused(rq, show_transfer);
	return app_redirect(rq, "/finance/entry", "id", url_id(rq, db_int(entry, 0, "entry_id")),
	    "done", "transfer", NULL);
}

/* ---- money back on a bank account ------------------------------------------------------------ */

/* So many digits; people type blanks between them. */
static const char *
read_digits(struct request *rq, const char *name, size_t digits, const char *words)
{
	const char *typed = form_text(rq, name, 40, "");
	char *s = arena_copy(rq->arena, typed, strlen(typed));
	size_t n = 0;

	for (; *typed != '\0'; typed++) {
		if (*typed != ' ')
			s[n++] = *typed;
	}
	s[n] = '\0';
	if (n != digits || strspn(s, "0123456789") != digits)
		form_error(rq, name, words);
	return s;
}

/* GET /finance/withdraw -- the form, and what was asked before. */
static enum reply
show_withdraw(struct request *rq)
{
	struct db_rows *balance = db_ask(rq, Q_BALANCE);
	struct db_rows *withdrawals = db_ask(rq, Q_WITHDRAWALS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "finance-withdraw");
	view_values(page, balance);
	view_rows(page, "withdrawal", withdrawals);
	view_flag(page, "is_waiting",
	    db_row_count(withdrawals) > 0 && db_bool(withdrawals, 0, "is_open"));
	form_show(rq, page, "amount", "bik", "account20", "checked", NULL);
	return view_send(rq, page);
}

/* POST /finance/withdraw amount= bik= account20= checked= key= */
static enum reply
ask_withdraw(struct request *rq)
{
	const char *key = form_key(rq);
	int64_t sum_kop = read_amount(rq);
	const char *bik = read_digits(rq, "bik", BIK_DIGITS, "БИК — это девять цифр.");
	const char *account20 = read_digits(rq, "account20", ACCOUNT_DIGITS,
	    "Номер счёта — это двадцать цифр.");

	if (!form_flag(rq, "checked"))
		form_error(rq, "checked", "Сверьте сумму и реквизиты и отметьте это.");
	if (form_failed(rq))
		return form_again(rq, show_withdraw);
	db_ask(rq, Q_WITHDRAW, DB_TEXT(key), DB_INT(sum_kop), DB_TEXT(bik), DB_TEXT(account20));
	return form_done(rq, show_withdraw, "/finance/withdraw", "done", "withdraw", NULL);
}

/* POST /finance/withdraw/back id= */
static enum reply
take_back(struct request *rq)
{
	db_ask(rq, Q_WITHDRAW_BACK, DB_INT(form_id(rq, "id")));
	return form_done(rq, show_withdraw, "/finance/withdraw", "done", "withdraw-back", NULL);
}

/* ---- the certificate of a year --------------------------------------------------------------- */

static void
add_years(struct request *rq, struct view *page, const struct db_rows *totals)
{
	int64_t shown = db_int(totals, 0, "year"), first = db_int(totals, 0, "first_year"), last;
	struct date today;

	last = date_parse(rq->visitor.today, &today) ? today.year : shown;
	if (last - first >= YEARS_ON_PAGE)
		first = last - YEARS_ON_PAGE + 1;
	view_none(page, "year_choice");
	for (int64_t year = last; year >= first; year--) {
		struct view *row = view_add(page, "year_choice");

		view_int(row, "title", year);
		view_text(row, "url",
		    url_path(rq, "/finance/certificate", "year", url_id(rq, year), NULL));
		view_flag(row, "is_current", year == shown);
	}
}

/* GET /finance/certificate[?year=] -- what was paid in a year, by kind and by month; for paper. */
static enum reply
show_certificate(struct request *rq)
{
	int64_t year = form_int(rq, "year", 1900, 2199, 0);
	struct db_rows *payee = db_ask(rq, Q_PAYEE);
	struct db_rows *totals = db_ask(rq, Q_YEAR_TOTALS, DB_ID(year));
	struct db_rows *kinds = db_ask(rq, Q_YEAR, DB_ID(year), DB_BOOL(false));
	struct db_rows *months = db_ask(rq, Q_YEAR, DB_ID(year), DB_BOOL(true));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "finance-certificate");
	view_values(page, payee);
	view_values(page, totals);
	view_rows(page, "kind", kinds);
	view_groups(page, "month_group", "line", months, "month");
	add_years(rq, page, totals);
	return view_send(rq, page);
}

/* ---- the slip -------------------------------------------------------------------------------- */

/*
 * The code, or a line that says why there is none: a payee with wrong requisites must not stop the
 * form on paper.
 */
static struct html
slip_qr(struct request *rq, const struct db_rows *payee, const char *purpose, int64_t sum_kop)
{
	struct qr_payment payment = {
		.payee = db_text(payee, 0, "payee"),
		.account20 = db_text(payee, 0, "account20"),
		.bank_name = db_text(payee, 0, "bank_name"),
		.bik9 = db_text(payee, 0, "bik"),
		.corr_account = db_text(payee, 0, "corr_account"),
		.inn = db_text(payee, 0, "inn"),
		.kpp = db_text(payee, 0, "kpp"),
		.personal = db_text(payee, 0, "account"),
		.purpose = purpose,
		.sum_kop = sum_kop,
	};
	const char *why = "", *text = qr_payment_text(rq->arena, &payment, &why);

	if (text == NULL) {
		log_error("slip-qr", "field=%s", why);
		return HTML_LITERAL(
		    "<p class=\"small\">QR-код недоступен: платите по реквизитам.</p>");
	}
	return qr_svg(rq->arena, text, "QR-код для оплаты в приложении банка");
}

/* GET /finance/slip[?amount=roubles] */
static enum reply
show_slip(struct request *rq)
{
	const char *amount = form_text(rq, "amount", 20, "");
	struct db_rows *payee = db_ask(rq, Q_PAYEE);
	const char *purpose;
	int64_t sum_kop = 0;
	struct view *page;

	if (*amount != '\0' && (!money_parse_typed(amount, &sum_kop) || sum_kop <= 0))
		form_error(rq, "amount", "Сумма — это рубли и копейки, например 1500 или 1500,50.");
	if (!db_answer(rq))
		return rq->db_reply;
	purpose = arena_printf(rq->arena, "Пополнение лицевого счёта %s",
	    db_text(payee, 0, "account"));
	page = view_new(rq, "slip");
	view_values(page, payee);
	form_show(rq, page, "amount", NULL);
	view_text(page, "purpose", purpose);
	view_int(page, "amount_kop", sum_kop);
	view_flag(page, "has_amount", sum_kop > 0);
	view_html(page, "qr", slip_qr(rq, payee, purpose, sum_kop));
	return view_send(rq, page);
}

static const struct route routes[] = {
	{ "GET",  "/finance",                show_statement,   ACCESS_PARENT },
	{ "GET",  "/finance/statement.csv",  send_csv,         ACCESS_PARENT },
	{ "GET",  "/finance/entry",          show_entry,       ACCESS_PARENT },
	{ "GET",  "/finance/transfer",       show_transfer,    ACCESS_PARENT },
	{ "POST", "/finance/transfer",       make_transfer,    ACCESS_PARENT },
	{ "GET",  "/finance/withdraw",       show_withdraw,    ACCESS_PARENT },
	{ "POST", "/finance/withdraw",       ask_withdraw,     ACCESS_PARENT },
	{ "POST", "/finance/withdraw/back",  take_back,        ACCESS_PARENT },
	{ "GET",  "/finance/certificate",    show_certificate, ACCESS_PARENT },
	{ "GET",  "/finance/slip",           show_slip,        ACCESS_PARENT },
};

APP_MAIN("finance")
