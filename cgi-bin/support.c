/*
 * support.c -- Обращения: the desk that answers families. This file: the queues, the list with its
 * filters, the table for spreadsheets, the routes. parts/support-appeal.c has one appeal and what
 * is done with it, support-answers.c ready and public answers, support-figures.c the statistics.
 *
 * Which desks a visitor has is the database's to know: it answers for them alone.
 */
#include "parts/support.h"
#include "text.h"

#define ON_PAGE       25
#define FIND_CHARS    80
#define EXPORT_ROWS   5000
#define CSV_MAX_BYTES (4 * 1024 * 1024)

/* The filter's nine, from the second parameter on. */
#define FILTER "$2, $3, $4, $5, $6::date, $7::date, $8::int, $9::boolean, $10"

static const struct db_question questions[Q__COUNT] = {
	[Q_SUMMARY]       = { "staff.support_summary($1)" },
	[Q_QUEUES]        = { "staff.support_queues($1)" },
	[Q_CATEGORIES]    = { "staff.support_categories($1)" },
	[Q_LIST]          = { "staff.support_list($1, " FILTER ", $11::bigint, $12::int)" },
	[Q_EXPORT]        = { "staff.support_export($1, " FILTER ")" },
	[Q_APPEAL]        = { "staff.support_appeal($1, $2::bigint)" },
	[Q_MESSAGES]      = { "staff.support_messages($1, $2::bigint, $3::bigint)" },
	[Q_STEPS]         = { "staff.support_steps($1, $2::bigint)" },
	[Q_OTHERS]        = { "staff.support_others($1, $2::bigint)" },
	[Q_COLLEAGUES]    = { "staff.support_colleagues($1, $2::bigint)" },
	[Q_FILE]          = { "staff.support_file($1, $2::uuid)" },
	[Q_STEP]          = { "staff.support_step($1, $2::bigint, $3::int, $4)" },
	[Q_ASSIGN]        = { "staff.support_assign($1, $2::bigint, $3::int, $4::bigint, $5)" },
	[Q_PRIORITY]      = { "staff.support_priority($1, $2::bigint, $3::int)" },
	[Q_SEND_ON]       = { "staff.support_send_on($1, $2::bigint, $3::int, $4, $5)" },
	[Q_ANSWER]        = { "staff.support_answer($1, $2::uuid, $3::bigint, $4::int, $5::boolean, "
	    "$6, $7, $8, $9::bytea, $10, $11, $12::bytea, $13, $14, $15::bytea)" },
	[Q_NOTE]          = { "staff.support_note($1, $2::uuid, $3::bigint, $4)" },
	[Q_TEMPLATES]     = { "staff.support_templates($1, $2::bigint)" },
	[Q_FILLED]        = { "staff.support_filled($1, $2::bigint, $3::bigint)" },
	[Q_TEMPLATE]      = { "staff.support_template($1, $2::bigint)" },
	[Q_TEMPLATE_SAVE] = { "staff.support_template_save($1, $2::uuid, $3::bigint, $4, $5, $6, "
	    "$7::boolean)" },
	[Q_FAQ]           = { "staff.support_faq($1)" },
	[Q_DRAFT]         = { "staff.support_draft($1, $2::bigint)" },
	[Q_PUBLISH]       = { "staff.support_publish($1, $2::uuid, $3::bigint, $4, $5)" },
	[Q_WITHDRAW]      = { "staff.support_withdraw($1, $2::bigint)" },
	[Q_PERIOD]        = { "staff.support_period($1, $2::date, $3::date)" },
	[Q_BY_CATEGORY]   = { "staff.support_by_category($1, $2::date, $3::date)" },
	[Q_BY_PERSON]     = { "staff.support_by_person($1, $2::date, $3::date)" },
};

/* ---- the filter ------------------------------------------------------------------------------ */

static const char *const states[] = {
	"open", "sent", "registered", "in_work", "reopened", "answered", "done", "all", NULL
};
const char *const support_desks[] = { "school", "canteen", "agent", "support", NULL };
static const char *const whose[] = { "all", "mine", "nobody", NULL };

struct filter {
	const char *state, *desk, *category, *who, *find;
	struct form_period period;
	int64_t     priority;    /* 0: any */
	bool        escalated;
};

static struct filter
read_filter(struct request *rq)
{
	return (struct filter){
		.state = form_choice(rq, "state", states, states[0]),
		.desk = form_choice(rq, "desk", support_desks, ""),
		.category = form_text(rq, "category", 20, ""),
		.who = form_choice(rq, "who", whose, whose[0]),
		.find = form_text(rq, "find", FIND_CHARS, ""),
		.period = form_period(rq),
		.priority = form_int(rq, "priority", 0, 3, 0),
		.escalated = form_flag(rq, "escalated"),
	};
}

#define FILTER_PARAMS(f) \
	DB_TEXT((f).state), DB_TEXT((f).desk), DB_TEXT((f).category), DB_TEXT((f).who), \
	    DB_TEXT((f).period.from), DB_TEXT((f).period.to), DB_ID((f).priority), \
	    DB_BOOL((f).escalated), DB_TEXT((f).find)

/*
 * Shown again as it was asked; `is_filtered`: more than the open ones of one queue was asked for.
 */
static void
add_filter(struct request *rq, struct view *page, const struct filter *filter)
{
	form_show(rq, page, "find", "from", "to", NULL);
	view_text(page, "value_state", filter->state);
	view_text(page, "value_desk", filter->desk);
	view_text(page, "value_who", filter->who);
	view_int(page, "value_priority", filter->priority);
	view_flag(page, "value_escalated", filter->escalated);
	view_flag(page, "is_filtered",
	    filter->state != states[0] || *filter->category != '\0' || *filter->desk != '\0' ||
		filter->who != whose[0] || *filter->find != '\0' || filter->period.from != NULL ||
		filter->period.to != NULL || filter->priority > 0 || filter->escalated);
}

/* ---- queues ---------------------------------------------------------------------------------- */

/*
 * GET /staff/appeals[?state=&desk=&category=&who=&from=&to=&priority=&escalated=&find=&after=] --
 * the queues with what lies in them, and the appeals of the chosen one. `after` is the place of the
 * last row of the page before.
 */
static enum reply
show_queues(struct request *rq)
{
	struct filter filter = read_filter(rq);
	int64_t after = form_int(rq, "after", 0, INT64_MAX, 0);
	struct db_rows *summary = db_ask(rq, Q_SUMMARY), *queues = db_ask(rq, Q_QUEUES);
	struct db_rows *categories = db_ask(rq, Q_CATEGORIES);
	struct db_rows *list = db_ask(rq, Q_LIST, FILTER_PARAMS(filter), DB_ID(after),
	    DB_INT(ON_PAGE + 1));
	const char *next = "";
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "support");
	view_values(page, summary);
	view_groups(page, "queue", "line", queues, "desk");
	view_choices(page, "category", categories, "code", filter.category);
	add_filter(rq, page, &filter);
	if (db_limit(list, ON_PAGE))
		next = url_query(rq, "/staff/appeals", "after",
		    db_text(list, ON_PAGE - 1, "place"));
	view_rows(page, "appeal", list);
	view_text(page, "next_url", next);
	view_text(page, "first_url",
	    after > 0 ? url_query(rq, "/staff/appeals", "after", "") : "");
	view_text(page, "csv_url", url_query(rq, "/staff/appeals.csv", "after", ""));
	return view_send(rq, page);
}

/* ---- the export ------------------------------------------------------------------------------ */

struct word { const char *code, *words; };

static const struct word state_words[] = {
	{ "sent", "не зарегистрировано" }, { "registered", "зарегистрировано" },
	{ "in_work", "в работе" }, { "answered", "есть ответ" }, { "closed", "закрыто" },
	{ "reopened", "открыто снова" }, { "withdrawn", "отозвано" },
};
static const struct word desk_words[] = {
	{ "school", "школа" }, { "canteen", "столовая" }, { "agent", "платёжный агент" },
	{ "support", "служба поддержки" },
};
static const struct word priority_words[] = {
	{ "1", "срочно" }, { "2", "обычно" }, { "3", "может подождать" },
};

static const char *
word_of(const struct word *words, int count, const char *code)
{
	for (int i = 0; i < count; i++)
		if (strcmp(words[i].code, code) == 0)
			return words[i].words;
	return code;
}
#define WORD(words, code) word_of((words), APP_COUNT(words), (code))

/* GET /staff/appeals.csv[?…] -- what the same filter lists, as a table. */
static enum reply
send_csv(struct request *rq)
{
	static const char *const before[] = { "number", "sent_at", "category" };
	static const char *const dates[] = {
		"registered_at", "answer_by", "answered_at", "closed_at"
	};
	static const char *const after[] = {
		"holder", "idn", "class_name", "subject", "rating"
	};
	struct filter filter = read_filter(rq);
	struct db_rows *rows = db_ask(rq, Q_EXPORT, FILTER_PARAMS(filter));
	struct text *csv;

	if (form_failed(rq))
		return REPLY_BAD_INPUT;
	if (!db_answer(rq))
		return rq->db_reply;
	if (db_row_count(rows) > EXPORT_ROWS) {
		rq->db_refusal = "В таблице было бы больше 5000 обращений: выберите период короче.";
		return REPLY_REFUSED;
	}
	csv = app_csv(rq, CSV_MAX_BYTES,
	    "Номер;Подано;О чём;Отдел;Состояние;Срочность;Зарегистрировано;Ответить до;Ответ;Закрыто;"
	    "Срок нарушен;Передано завучу;У кого;ИДН;Класс;Тема;Оценка");
	for (int i = 0; i < db_row_count(rows); i++) {
		for (int j = 0; j < APP_COUNT(before); j++)
			app_csv_cell(csv, db_text(rows, i, before[j]), ";");
		app_csv_cell(csv, WORD(desk_words, db_text(rows, i, "desk")), ";");
		app_csv_cell(csv, WORD(state_words, db_text(rows, i, "state")), ";");
		app_csv_cell(csv, WORD(priority_words, db_text(rows, i, "priority")), ";");
		for (int j = 0; j < APP_COUNT(dates); j++)
			app_csv_cell(csv, db_text(rows, i, dates[j]), ";");
		app_csv_cell(csv, db_bool(rows, i, "is_late") ? "да" : "нет", ";");
		app_csv_cell(csv, db_bool(rows, i, "is_escalated") ? "да" : "нет", ";");
		app_csv_row(csv, rows, i, after, APP_COUNT(after));
	}
	return app_send_csv(rq, csv, "Обращения.csv");
}

#define ACCESS_DESK (ACCESS_SUPPORT | ACCESS_HEAD | ACCESS_CANTEEN)

static const struct route routes[] = {
	{ "GET",  "/staff/appeals",           show_queues,            ACCESS_DESK,
	    .view = { "appeal-list" } },
	{ "GET",  "/staff/appeals.csv",       send_csv,               ACCESS_DESK,
	    .view = { "appeal-export" } },
	{ "GET",  "/staff/appeals/appeal",    support_show_appeal,    ACCESS_DESK,
	    .view = { "appeal", "id" } },
	{ "GET",  "/staff/appeals/file",      support_send_file,      ACCESS_DESK,
	    .view = { "appeal-file", "id" } },
	{ "POST", "/staff/appeals/step",      support_step,           ACCESS_DESK },
	{ "POST", "/staff/appeals/assign",    support_assign,         ACCESS_DESK },
	{ "POST", "/staff/appeals/priority",  support_set_priority,   ACCESS_DESK },
	{ "POST", "/staff/appeals/send-on",   support_send_on,        ACCESS_DESK },
	{ "POST", "/staff/appeals/answer",    support_answer,         ACCESS_DESK, FORM_MAX_UPLOAD_BYTES },
	{ "POST", "/staff/appeals/note",      support_note,           ACCESS_DESK },
	{ "GET",  "/staff/appeals/templates", support_show_templates, ACCESS_DESK },
	{ "GET",  "/staff/appeals/template",  support_show_template,  ACCESS_DESK },
	{ "POST", "/staff/appeals/template",  support_save_template,  ACCESS_DESK },
	{ "GET",  "/staff/appeals/faq",       support_show_faq,       ACCESS_DESK },
	{ "GET",  "/staff/appeals/publish",   support_show_publish,   ACCESS_DESK,
	    .view = { "appeal", "id" } },
	{ "POST", "/staff/appeals/publish",   support_publish,        ACCESS_DESK },
	{ "POST", "/staff/appeals/withdraw",  support_withdraw,       ACCESS_DESK },
	{ "GET",  "/staff/appeals/figures",   support_show_figures,   ACCESS_DESK },
};

APP_MAIN("support", .audience = AUDIENCE_STAFF)
