/*
 * client.c -- one of those who move money in the drill: client CONNINFO NUMBER OPERATIONS RECEIPTS
 * [SEED | unsafe]
 *
 * Two schools (drill.sql): school NUMBER is this client's alone, so the model knows what every
 * answer, balance and held sum there must be; the one whose number ends with 0 is everybody's, and
 * what is done there is judged afterwards, by receipts. OPERATIONS is 0 for «until SIGTERM».
 *
 * A quarter of the requests is not sent once (parts/sender.h), and some are sent again much later.
 * What was acknowledged goes to the file RECEIPTS before the next request: outside the database,
 * which alone is killed.
 *
 * `unsafe` is the negative control: synchronous_commit = off, and nothing is sent again, for the
 * control must not heal what it lost. Exit status: 0, or 1 when an answer was not the model's.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "parts/model.h"
#include "parts/sender.h"
#include "text.h"

#define LATER_MAX 256 /* requests that are kept to be sent much later */
#define SHARED_PART 4 /* one operation in so many goes to the shared school */
#define HINTS 16 /* reasons of refusals, for the figures */

struct kept {
	struct sent sent;
	char text[ANSWER_MAX];
};

static struct world own_world, shared_world;
static struct model own, shared;
static struct kept kept[LATER_MAX];
static int kept_count;
static int64_t effects, compared;
static struct {
	char hint[16];
	int64_t count;
} refused_by[HINTS];
static void
count_refusal(const char *hint)
{
	int i = 0;

	while (
	    i < HINTS - 1 && *refused_by[i].hint != '\0' && strcmp(refused_by[i].hint, hint) != 0)
		i++;
	snprintf(refused_by[i].hint, sizeof refused_by[i].hint, "%s", hint);
	refused_by[i].count++;
}

/* ---- what never changes ---------------------------------------------------------------------- */

static PGresult *
ask(const char *sql, int64_t parameter)
{
	char number[24];
	PGresult *result;

	snprintf(number, sizeof number, "%" PRId64, parameter);
	result = PQexecParams(sender.line[0], sql, 1, NULL, (const char *const[]){ number }, NULL,
	    NULL, 0);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		wrong("%s", PQresultErrorMessage(result));
	return result;
}

static int64_t
cell(const PGresult *result, int row, int column)
{
	return strtoll(PQgetvalue(result, row, column), NULL, 10);
}

static void
read_school(struct world *w, int64_t number)
{
	PGresult *r = ask("select s.id, (select f.id from auth.staff f where f.school_id = s.id), "
			  "ledger.provider_account(s.id),"
			  " (select min(a.id) from ledger.account a where a.kind = 'bank')"
			  " from school.school s where s.number = (950 + $1::int)::text",
	    number);

	if (PQntuples(r) != 1)
		wrong("there is no school %" PRId64, number);
	*w = (struct world){ .school = cell(r, 0, 0),
		.staff = cell(r, 0, 1),
		.provider = cell(r, 0, 2),
		.bank = cell(r, 0, 3) };
	PQclear(r);
	r = ask("select e.id from canteen.meal e where e.school_id = $1 order by e.serves_from",
	    w->school);
	for (int i = 0; i < MEALS; i++)
		w->meal[i] = cell(r, i, 0);
	PQclear(r);
	r = ask("select t.id, d.price_kop from drill.team d join service.team t on t.title = "
		"d.title where t.school_id = $1"
		" order by d.nth",
	    w->school);
	for (int i = 0; i < TEAMS; i++) {
		w->team[i] = cell(r, i, 0);
		w->team_kop[i] = cell(r, i, 1);
	}
	PQclear(r);
}

static void
read_food(struct world *w)
{
	PGresult *r =
	    ask("select coalesce(d.buffet_kop, 0), (select coalesce(sum(1 << "
		"array_position(enum_range(null::canteen.allergen), a) - 1), 0)"
		" from unnest(d.allergens) a) from drill.dish d where $1 <> 0 order by d.nth",
		w->school);

	for (int i = 0; i < DISHES; i++)
		w->dish[i] = (struct dish){ cell(r, i, 0), (unsigned)cell(r, i, 1) };
	PQclear(r);
	r = ask(
	    "select m.complex, m.day, m.id, m.price_kop, m.meal, m.is_theirs::int, (select sum(1 "
	    "<< u) from unnest(x.dishes) u)"
	    " from drill.menu m join drill.complex x on x.nth = m.complex where m.school_id = $1",
	    w->school);
	if (PQntuples(r) != COMPLEXES * DAYS)
		wrong("%d menus", PQntuples(r));
	for (int i = 0; i < PQntuples(r); i++)
		w->menu[cell(r, i, 0)][cell(r, i, 1)] = (struct menu){ cell(r, i, 2), cell(r, i, 3),
			(int)cell(r, i, 4), cell(r, i, 5) != 0, (unsigned)cell(r, i, 6) };
	PQclear(r);
}

static void
read_pupils(struct world *w)
{
	PGresult *r = ask("select p.id, p.account_id, p.access_id, p.shares[1], p.shares[2], "
			  "p.waivers[1], p.waivers[2]"
			  " from drill.pupil p where p.school_id = $1 order by p.id",
	    w->school);

	if (PQntuples(r) != PUPILS)
		wrong("%d pupils", PQntuples(r));
	for (int i = 0; i < PUPILS; i++)
		w->pupil[i] = (struct person){ cell(r, i, 0), cell(r, i, 1), cell(r, i, 2),
			{ (int)cell(r, i, 3), (int)cell(r, i, 4) },
			{ (int)cell(r, i, 5), (int)cell(r, i, 6) } };
	PQclear(r);
}

/* ---- operations ------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	int weight;
} kinds[OP__COUNT] = {
	[OP_TOP_UP] = { "top_up", 13 },
	[OP_WITHDRAW] = { "withdraw", 5 },
	[OP_TRANSFER] = { "transfer", 5 },
	[OP_TAKE_BACK] = { "take_back", 3 },
	[OP_ORDER] = { "order", 17 },
	[OP_CANCEL] = { "cancel", 6 },
	[OP_SERVE] = { "serve", 18 },
	[OP_SERVE_CLASS] = { "serve_class", 2 },
	[OP_SELL] = { "sell", 10 },
	[OP_UNDO] = { "undo", 14 },
	[OP_SERVICE] = { "service", 8 },
	[OP_SERVICE_UNDO] = { "service_undo", 5 },
	[OP_ABSENT] = { "absent", 2 },
	[OP_PRESENT] = { "present", 2 },
	[OP_RELEASE_ABSENT] = { "release_absent", 1 },
	[OP_RELEASE_REST] = { "release_rest", 1 },
	[OP_LIMIT] = { "limit", 4 },
	[OP_ALLERGY] = { "allergy", 4 },
	[OP_BAN] = { "ban", 3 },
	[OP_CREDIT] = { "credit", 1 },
};

static enum op_kind
random_kind(void)
{
	int sum = 0, kind = 0;

	for (int i = 0; i < OP__COUNT; i++)
		sum += kinds[i].weight;
	for (int64_t choice = dice_below(&sender.dice, sum); choice >= kinds[kind].weight; kind++)
		choice -= kinds[kind].weight;
	return (enum op_kind)kind;
}

static struct op
random_op(struct model *m)
{
	struct op op = { .kind = random_kind(),
		.pupil = below(PUPILS),
		.day = below(DAYS),
		.meal = below(MEALS),
		.team = below(TEAMS) };
	struct things *things = model_things(m, op.kind);

	if (things != NULL && things->count == 0)
		op.kind = OP_TOP_UP;
	else if (things != NULL)
		op.thing = below(things->count);
	op.other = (op.pupil + 1 + below(PUPILS - 1)) % PUPILS;
	op.menu_day = one_in(50) ? below(DAYS) : op.day;
	/* One in three times what is for younger classes is left as it is. */
	do
		op.complex = op.kind == OP_ORDER
				 ? below(COMPLEXES)
				 : op.meal * COMPLEXES / MEALS + below(COMPLEXES / MEALS);
	while (!m->world->menu[op.complex][op.day].is_theirs && !one_in(3));
	if (op.kind == OP_SERVE && one_in(2))
		op.complex = NONE;
	op.pupils = 1 + (unsigned)below((1 << PUPILS) - 1);
	while (op.dishes == 0)
		op.dishes = (unsigned)below(1 << DISHES) & 0x38;
	op.is_on = one_in(op.kind == OP_ALLERGY ? 4 : 3);
	op.kop = 1 + dice_below(&sender.dice, op.kind == OP_CREDIT ? 5000 : 20000);
	switch (op.kind) {
	case OP_LIMIT:
		op.what = below(2);
		if (one_in(3))
			op.kop = NONE;
		break;
	case OP_ALLERGY: op.what = below(ALLERGENS); break;
	case OP_BAN: op.what = below(DISHES + 1) - 1; break;
	default: break;
	}
	return op;
}

/* How an operation is said to drill.act(). */
static struct sent
spell(struct model *m, const struct op *op)
{
	const struct world *w = m->world;
	const struct person *p = &w->pupil[op->pupil];
	const struct things *things = model_things(m, op->kind);
	int64_t thing = things == NULL ? 0 : things->at[op->thing].id;
	struct sent s = { .name = kinds[op->kind].name };
	char menu[24] = "NULL", kop[24] = "NULL";
	size_t len = 0;

#define SAY(format, ...) snprintf(s.parameters, sizeof s.parameters, "{" format "}", __VA_ARGS__)
	sender_key(&s);
	if (op->complex != NONE)
		snprintf(menu, sizeof menu, "%" PRId64, w->menu[op->complex][op->menu_day].id);
	if (op->kop != NONE)
		snprintf(kop, sizeof kop, "%" PRId64, op->kop);
	switch (op->kind) {
	case OP_TOP_UP:
	case OP_WITHDRAW: SAY("%" PRId64 ",%" PRId64 ",%s", p->account, w->bank, kop); break;
	case OP_TRANSFER:
		SAY("%" PRId64 ",%" PRId64 ",%s", p->account, w->pupil[op->other].account, kop);
		break;
	case OP_ORDER:
		SAY("%" PRId64 ",%" PRId64 ",%" PRId64, p->id, w->menu[op->complex][op->day].id,
		    p->access);
		break;
	case OP_TAKE_BACK:
	case OP_CANCEL: SAY("%" PRId64, thing); break;
	case OP_UNDO:
	case OP_SERVICE_UNDO: SAY("%" PRId64 ",%" PRId64, thing, w->staff); break;
	case OP_SERVE:
		SAY("%" PRId64 ",%s,%" PRId64 ",%d,%" PRId64, p->id, menu, w->meal[op->meal],
		    op->day, w->staff);
		break;
	case OP_SERVE_CLASS:
		SAY("%" PRId64 ",%s,%" PRId64 ",%d", w->staff, menu, w->meal[op->meal], op->day);
		len = strlen(s.parameters) - 1;
		for (int i = 0; i < PUPILS; i++)
			if ((op->pupils & 1U << i) != 0)
				len += (size_t)snprintf(s.parameters + len,
				    sizeof s.parameters - len, ",%" PRId64, w->pupil[i].id);
		snprintf(s.parameters + len, sizeof s.parameters - len, "}");
		break;
	case OP_SELL:
		SAY("%" PRId64 ",%" PRId64, p->id, w->staff);
		for (int i = 0; i < DISHES; i++)
			if ((op->dishes & 1U << i) != 0)
				len += (size_t)snprintf(s.dishes + len, sizeof s.dishes - len,
				    "%s%d", len == 0 ? "{" : ",", i);
		snprintf(s.dishes + len, sizeof s.dishes - len, "}");
		break;
	case OP_SERVICE:
		SAY("%" PRId64 ",%" PRId64 ",%d,%" PRId64, w->team[op->team], p->id, op->day,
		    w->staff);
		break;
	case OP_RELEASE_ABSENT:
	case OP_RELEASE_REST: SAY("%" PRId64, w->school); break;
	case OP_CREDIT: SAY("%" PRId64 ",%d,%s", p->account, op->day, kop); break;
	default:
		SAY("%" PRId64 ",%" PRId64 ",%d,%s", p->id, p->access, op->what,
		    op->kind == OP_LIMIT ? kop
		    : op->is_on          ? "1"
					 : "0");
	}
#undef SAY
	return s;
}

/* ---- answers --------------------------------------------------------------------------------- */

static void
keep(const struct sent *s, int64_t object, int64_t pupil, int64_t kop)
{
	keep_receipt("%s\t%s\t%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\n", sender.who, s->key,
	    s->name, object, pupil, kop);
}

/* `id:kopecks`; what has no id or no sum says so by 0. */
static void
parse(const char *text, int64_t *id, int64_t *kop)
{
	char *end;

	*id = strtoll(text, &end, 10);
	*kop = *end == ':' ? strtoll(end + 1, NULL, 10) : 0;
}

static void
acknowledge(struct model *m, const struct op *op, const struct sent *s, const char *text)
{
	const struct things *things = model_things(m, op->kind);
	const struct world *w = m->world;
	int64_t id, kop;

	parse(text, &id, &kop);
	switch (op->kind) {
	case OP_TOP_UP: keep(s, id, w->pupil[op->pupil].id, op->kop); break;
	case OP_TRANSFER:
		keep(s, id, w->pupil[op->other].id, op->kop);
		/* fallthrough */
	case OP_WITHDRAW: keep(s, id, w->pupil[op->pupil].id, -op->kop); break;
	case OP_TAKE_BACK:
		keep(
		    s, id, w->pupil[things->at[op->thing].pupil].id, -things->at[op->thing].kop);
		break;
	case OP_CANCEL:
		if (strcmp(text, "true") == 0)
			keep(s, things->at[op->thing].id,
			    w->pupil[things->at[op->thing].pupil].id, 0);
		break;
	case OP_UNDO:
	case OP_SERVICE_UNDO:
		keep(s, things->at[op->thing].id, w->pupil[things->at[op->thing].pupil].id,
		    things->at[op->thing].kop);
		break;
	case OP_ORDER:
	case OP_SERVE:
	case OP_SELL:
	case OP_SERVICE: keep(s, id, w->pupil[op->pupil].id, -kop); break;
	default: break;
	}
}

/* What the database said against what the model says; then the model does it too. */
static void
compare(const struct op *op, const struct answer *a)
{
	struct verdict v = model_judge(&own, op);
	int64_t id, kop;

	if (strcmp(v.sqlstate, a->sqlstate) != 0 ||
	    (strcmp(v.sqlstate, "KB422") == 0 && strcmp(v.hint, a->hint) != 0))
		wrong("%s was answered «%s %s %s», the model says «%s %s»", kinds[op->kind].name,
		    a->sqlstate, a->hint, a->text, v.sqlstate, v.hint);
	if (*v.sqlstate != '\0')
		return;
	parse(a->text, &id, &kop);
	switch (op->kind) {
	case OP_ORDER:
	case OP_SERVE:
	case OP_SELL:
	case OP_SERVICE:
		if (kop != v.kop || (v.id != 0 && v.id != id))
			wrong("%s: %s, the model says %" PRId64 ":%" PRId64, kinds[op->kind].name,
			    a->text, v.id, v.kop);
		break;
	case OP_RELEASE_ABSENT:
	case OP_RELEASE_REST:
		if (id != v.kop)
			wrong("%s: %s orders, the model says %" PRId64, kinds[op->kind].name,
			    a->text, v.kop);
		break;
	case OP_CANCEL:
		if (strcmp(a->text, v.kop != 0 ? "true" : "false") != 0)
			wrong("cancel: %s, the model says %" PRId64, a->text, v.kop);
		break;
	default: break;
	}
	model_apply(&own, op, id, v.kop);
}

/* An answer of a class is one for each pupil: what was given, or why not. */
static void
take_class(struct model *m, const struct op *op, const struct sent *s, struct answer *a)
{
	char *rest = a->text, *word;

	for (int i = 0; i < PUPILS; i++) {
		struct op one = *op;
		struct answer each = { 0 };
		int64_t id = 0, kop = 0;

		if ((op->pupils & 1U << i) == 0)
			continue;
		one.kind = OP_SERVE;
		one.pupil = i;
		if ((word = strsep(&rest, ",")) == NULL)
			wrong("a class has too few answers");
		if (*word < '0' || *word > '9') {
			snprintf(each.sqlstate, sizeof each.sqlstate, "KB422");
			snprintf(each.hint, sizeof each.hint, "%s", word);
			count_refusal(word);
		} else {
			snprintf(each.text, sizeof each.text, "%s", word);
			parse(word, &id, &kop);
			keep(s, id, m->world->pupil[i].id, -kop);
			effects++;
		}
		if (m == &own)
			compare(&one, &each);
		else if (*each.sqlstate == '\0')
			model_note(m, &one, id, kop);
	}
}

static void
take(struct model *m, const struct op *op, const struct sent *s, struct answer *a)
{
	int64_t id, kop;

	if (*a->sqlstate != '\0' && strcmp(a->sqlstate, "KB422") != 0 &&
	    (op->kind != OP_TAKE_BACK || strcmp(a->sqlstate, "23505") != 0))
		wrong("%s %s: %s %s", s->name, s->parameters, a->sqlstate, a->text);
	if (*a->sqlstate == '\0') {
		kept[kept_count % LATER_MAX] = (struct kept){ .sent = *s };
		snprintf(kept[kept_count++ % LATER_MAX].text, ANSWER_MAX, "%s", a->text);
	}
	if (op->kind == OP_SERVE_CLASS && *a->sqlstate == '\0') {
		take_class(m, op, s, a);
		return;
	}
	if (*a->sqlstate == '\0') {
		effects++;
		acknowledge(m, op, s, a->text);
	} else {
		count_refusal(*a->hint != '\0' ? a->hint : a->sqlstate);
	}
	if (m == &own) {
		compare(op, a);
	} else if (*a->sqlstate == '\0') {
		parse(a->text, &id, &kop);
		model_note(m, op, id, op->kind == OP_TOP_UP ? op->kop : kop);
	}
}

/* Something that was done long ago is sent again; and its key with another content. */
static void
send_later(void)
{
	struct kept *k;
	struct sent s;
	struct answer a;

	if (kept_count == 0)
		return;
	k = &kept[below(kept_count < LATER_MAX ? kept_count : LATER_MAX)];
	a = send_once(&k->sent);
	sender.repeats++;
	if (*a.sqlstate != '\0' || strcmp(a.text, k->text) != 0)
		wrong("%s sent again much later: %s%s, before it was %s", k->sent.name, a.sqlstate,
		    a.text, k->text);
	s = k->sent;
	/* Another last digit of the last parameter. */
	s.parameters[strlen(s.parameters) - 2] =
	    s.parameters[strlen(s.parameters) - 2] == '1' ? '2' : '1';
	if (strcmp(s.name, "take_back") == 0 || strstr(s.parameters, "NUL") != NULL || !one_in(2))
		return;
	a = send_once(&s);
	if (strcmp(a.sqlstate, "KB409") != 0)
		wrong("%s: a used key took another body: %s%s", s.name, a.sqlstate, a.text);
}

/* ---- the account ----------------------------------------------------------------------------- */

static void
compare_account(int pupil)
{
	const struct account *a = &own.pupil[pupil];
	char account[24], wanted[96];
	struct answer is;

	snprintf(account, sizeof account, "%" PRId64, own_world.pupil[pupil].account);
	snprintf(wanted, sizeof wanted, "%" PRId64 " %" PRId64 " %d %d", a->balance, a->held,
	    a->version, a->day);
	is = insist(0,
	    "select concat_ws(' ', b.balance_kop, b.held_kop, b.version, coalesce((select d.nth "
	    "from drill.day d where d.day = b.day), -1))"
	    " from ledger.balance b where b.account_id = $1",
	    1, (const char *const[]){ account });
	if (strcmp(is.text, wanted) != 0)
		wrong("pupil %d has balance, held, version, day %s, the model says %s", pupil,
		    is.text, wanted);
	compared++;
}

static void
work(int64_t operations)
{
	int64_t *n = &sender.operation;

	for (*n = 1; !sender.is_over && (operations == 0 || *n <= operations); ++*n) {
		struct model *m = one_in(SHARED_PART) ? &shared : &own;
		struct op op;
		struct sent s;
		struct answer a;

		if (!sender.is_unsafe && one_in(20)) {
			send_later();
			continue;
		}
		op = random_op(m);
		s = spell(m, &op);
		a = deliver(&s);
		take(m, &op, &s, &a);
		if (m == &own && !sender.is_unsafe && one_in(4))
			compare_account(op.pupil);
	}
	for (int i = 0; i < PUPILS && !sender.is_unsafe; i++)
		compare_account(i);
}

int
main(int argc, char **argv)
{
	int64_t number, operations;
	char who[24];

	if (argc < 5 || !int_parse(argv[2], 1, 49, &number) ||
	    !int_parse(argv[3], 0, INT64_MAX, &operations)) {
		fputs(
		    "usage: client CONNINFO NUMBER OPERATIONS RECEIPTS [SEED | unsafe]\n", stderr);
		return 2;
	}
	snprintf(who, sizeof who, "drill %" PRId64, number);
	if (!sender_init(argv[1], who, argv[4], argv[5]))
		return 2;
	read_school(&own_world, number);
	read_school(&shared_world, number / 10 * 10);
	for (int i = 0; i < 2; i++) {
		struct world *w = i == 0 ? &own_world : &shared_world;

		read_food(w);
		read_pupils(w);
		model_init(i == 0 ? &own : &shared, w);
	}
	work(operations);
	printf("# %s figures operations %" PRId64 " effects %" PRId64 " repeats %" PRId64
	       " left-unread %" PRId64 " lost-servers %" PRId64 " balances-compared %" PRId64,
	    sender.who, sender.operation - 1, effects, sender.repeats, sender.cuts, sender.losses,
	    compared);
	for (int i = 0; i < HINTS && *refused_by[i].hint != '\0'; i++)
		printf(" %s %" PRId64, refused_by[i].hint, refused_by[i].count);
	printf(" seed %" PRIu64 "\n", sender.seed);
	model_release(&own);
	model_release(&shared);
	sender_release();
	return 0;
}
