/* model.c -- see model.h. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

static const struct verdict no_money = { "KB422", "no_money", 0, 0 };

void
model_init(struct model *model, const struct world *world)
{
	*model = (struct model){ .world = world };
	for (int i = 0; i < PUPILS; i++) {
		struct account *a = &model->pupil[i];

		a->limit[0] = a->limit[1] = a->day = NONE;
		memset(a->order, 0xff, sizeof a->order);
		memset(a->serving, 0xff, sizeof a->serving);
		memset(a->charge, 0xff, sizeof a->charge);
	}
}

void
model_release(struct model *model)
{
	free(model->orders.at);
	free(model->servings.at);
	free(model->charges.at);
	free(model->top_ups.at);
}

/* ---- sums ------------------------------------------------------------------------------------ */

static int
later(int a, int b)
{
	return a > b ? a : b;
}

/* What may be debited when so much is held: never what is held, and by a credit only where nothing
 * is. */
static int64_t
free_kop(const struct account *a, int64_t held, int day)
{
	return held > 0 ? a->balance - held : a->balance + a->credit[later(a->day, day)];
}

static int64_t
part(int64_t price, int percent_off)
{
	return price - price * percent_off / 100;
}

static void
post(struct account *a, int64_t kop, int day)
{
	if (kop == 0)
		return;
	a->balance += kop;
	a->version++;
	a->day = later(a->day, day);
}

/* What counts for the day's limit of hot meals. */
static int64_t
eaten_kop(const struct model *m, const struct account *a, int day)
{
	int64_t sum = 0;

	for (int meal = 0; meal < MEALS; meal++) {
		if (a->serving[day][meal] != NONE)
			sum += m->servings.at[a->serving[day][meal]].kop;
		if (a->order[day][meal] != NONE)
			sum += m->orders.at[a->order[day][meal]].kop;
	}
	return sum;
}

/* ---- judging --------------------------------------------------------------------------------- */

static struct verdict
refused(const char *hint)
{
	return (struct verdict){ "KB422", hint, 0, 0 };
}

static struct verdict
done(int64_t kop)
{
	return (struct verdict){ "", "", kop, 0 };
}

static bool
is_done(struct verdict v)
{
	return *v.sqlstate == '\0';
}

/* spent: of this kind and day before. */
static struct verdict
judge_spending(const struct model *m, const struct account *a, int kind, unsigned dishes,
    int64_t kop, int64_t spent)
{
	for (int i = 0; i < DISHES; i++)
		if ((dishes & 1U << i) != 0 && (m->world->dish[i].allergens & a->allergies) != 0)
			return refused("allergy");
	if ((dishes & a->bans) != 0 || (kind == 1 && a->no_buffet))
		return refused("banned");
	if (kop > 0 && a->limit[kind] != NONE && spent + kop > a->limit[kind])
		return refused("limit");
	return done(kop);
}

static struct verdict
judge_order(const struct model *m, const struct op *op)
{
	const struct menu *menu = &m->world->menu[op->complex][op->day];
	const struct account *a = &m->pupil[op->pupil];
	int64_t kop = part(menu->kop, m->world->pupil[op->pupil].share[menu->meal]), held = a->held;
	const struct thing *before;
	struct verdict v;

	if (op->day < TODAY)
		return refused("closed");
	if (!menu->is_theirs)
		return refused("not_theirs");
	if (a->serving[op->day][menu->meal] != NONE)
		return refused("again");
	before = a->order[op->day][menu->meal] == NONE
		     ? NULL
		     : &m->orders.at[a->order[op->day][menu->meal]];
	if (before != NULL && before->complex == op->complex)
		return (struct verdict){ "", "", before->kop, before->id };
	if (before != NULL)
		held -= before->kop;
	v = judge_spending(m, a, 0, menu->dishes, kop,
	    eaten_kop(m, a, op->day) - (before != NULL ? before->kop : 0));
	if (is_done(v) && kop > 0 && a->balance - held < kop)
		return no_money;
	return v;
}

static struct verdict
judge_serve(const struct model *m, const struct op *op)
{
	const struct account *a = &m->pupil[op->pupil];
	const struct thing *order =
	    a->order[op->day][op->meal] == NONE ? NULL : &m->orders.at[a->order[op->day][op->meal]];
	int complex = op->complex != NONE ? op->complex : order != NULL ? order->complex : NONE;
	int64_t kop, held = a->held, eaten;
	const struct menu *menu;
	struct verdict v;

	if (a->serving[op->day][op->meal] != NONE)
		return refused("again");
	if (complex == NONE || (op->complex != NONE && op->menu_day != op->day))
		return refused("no_menu");
	menu = &m->world->menu[complex][op->day];
	if (order != NULL && order->complex == complex)
		/* It counted for the limit when it was ordered, and its money is there. */
		return is_done(v = judge_spending(m, a, 0, menu->dishes, 0, 0)) ? done(order->kop)
										: v;
	if (!menu->is_theirs)
		return refused("not_theirs");
	kop = part(menu->kop, m->world->pupil[op->pupil].share[op->meal]);
	eaten = eaten_kop(m, a, op->day);
	if (order != NULL) {
		held -= order->kop;
		eaten -= order->kop;
	}
	v = judge_spending(m, a, 0, menu->dishes, kop, eaten);
	if (is_done(v) && kop > 0 && free_kop(a, held, op->day) < kop)
		return no_money;
	return v;
}

static struct verdict
judge_sell(const struct model *m, const struct op *op)
{
	const struct account *a = &m->pupil[op->pupil];
	int64_t kop = 0;
	struct verdict v;

	for (int i = 0; i < DISHES; i++)
		if ((op->dishes & 1U << i) != 0)
			kop += m->world->dish[i].kop;
	v = judge_spending(m, a, 1, op->dishes, kop, a->bought);
	return is_done(v) && free_kop(a, a->held, TODAY) < kop ? no_money : v;
}

static struct verdict
judge_service(const struct model *m, const struct op *op)
{
	const struct account *a = &m->pupil[op->pupil];
	int waiver = m->world->pupil[op->pupil].waiver[op->team];
	int64_t kop = part(m->world->team_kop[op->team], waiver);

	if (waiver == NONE)
		return refused("not_theirs");
	if (a->charge[op->team][op->day] != NONE)
		return refused("again");
	return kop > 0 && free_kop(a, a->held, op->day) < kop ? no_money : done(kop);
}

static struct verdict
judge_take_back(const struct model *m, const struct op *op)
{
	const struct thing *t = &m->top_ups.at[op->thing];
	const struct account *a = &m->pupil[t->pupil];

	if (free_kop(a, a->held, TODAY) < t->kop)
		return no_money;
	return t->is_over ? (struct verdict){ "23505", "", 0, 0 } : done(t->kop);
}

/* Today's orders that a release ends: of those who are absent, or of the breakfast that is over. */
static bool
is_released(const struct model *m, enum op_kind kind, int pupil, int meal)
{
	return m->pupil[pupil].order[TODAY][meal] != NONE &&
	       (kind == OP_RELEASE_ABSENT ? m->pupil[pupil].is_absent : meal == 0);
}

struct verdict
model_judge(const struct model *m, const struct op *op)
{
	const struct account *a = &m->pupil[op->pupil];
	int64_t count = 0;

	switch (op->kind) {
	case OP_WITHDRAW:
	case OP_TRANSFER: return free_kop(a, a->held, TODAY) < op->kop ? no_money : done(op->kop);
	case OP_TAKE_BACK: return judge_take_back(m, op);
	case OP_ORDER: return judge_order(m, op);
	case OP_SERVE: return judge_serve(m, op);
	case OP_SELL: return judge_sell(m, op);
	case OP_SERVICE: return judge_service(m, op);
	case OP_CANCEL: return done(!m->orders.at[op->thing].is_over);
	case OP_UNDO: return m->servings.at[op->thing].is_over ? refused("again") : done(0);
	case OP_SERVICE_UNDO: return m->charges.at[op->thing].is_over ? refused("again") : done(0);
	case OP_RELEASE_ABSENT:
	case OP_RELEASE_REST:
		for (int i = 0; i < PUPILS; i++)
			for (int meal = 0; meal < MEALS; meal++)
				count += is_released(m, op->kind, i, meal);
		return done(count);
	default: return done(op->kop);
	}
}

/* ---- doing ----------------------------------------------------------------------------------- */

struct things *
model_things(struct model *m, enum op_kind kind)
{
	switch (kind) {
	case OP_CANCEL: return &m->orders;
	case OP_UNDO: return &m->servings;
	case OP_SERVICE_UNDO: return &m->charges;
	case OP_TAKE_BACK: return &m->top_ups;
	default: return NULL;
	}
}

static void
add(struct things *things, struct thing thing)
{
	if (things->count == things->room) {
		things->room = things->room == 0 ? 256 : 2 * things->room;
		things->at = realloc(things->at, (size_t)things->room * sizeof *things->at);
		assert(things->at != NULL);
	}
	things->at[things->count++] = thing;
}

void
model_note(struct model *m, const struct op *op, int64_t id, int64_t kop)
{
	struct thing t = { .id = id,
		.kop = kop,
		.pupil = op->pupil,
		.complex = op->complex,
		.meal = op->meal,
		.day = op->day,
		.team = op->team };

	switch (op->kind) {
	case OP_TOP_UP: add(&m->top_ups, t); break;
	case OP_ORDER:
		t.meal = m->world->menu[op->complex][op->day].meal;
		add(&m->orders, t);
		break;
	case OP_SELL:
		t.meal = NONE;
		t.day = TODAY;
		add(&m->servings, t);
		break;
	case OP_SERVE: add(&m->servings, t); break;
	case OP_SERVICE: add(&m->charges, t); break;
	default: break;
	}
}

static void
end_order(struct model *m, int pupil, int day, int meal, bool is_charged)
{
	struct account *a = &m->pupil[pupil];
	struct thing *t = &m->orders.at[a->order[day][meal]];

	a->held -= t->kop;
	if (is_charged)
		post(a, -t->kop, day);
	t->is_over = true;
	a->order[day][meal] = NONE;
}

static void
apply_order(struct model *m, const struct op *op, int64_t id, int64_t kop)
{
	struct account *a = &m->pupil[op->pupil];
	int meal = m->world->menu[op->complex][op->day].meal, *slot = &a->order[op->day][meal];

	if (*slot != NONE && m->orders.at[*slot].id == id)
		return;
	if (*slot != NONE)
		end_order(m, op->pupil, op->day, meal, false);
	a->held += kop;
	model_note(m, op, id, kop);
	*slot = m->orders.count - 1;
}

static void
apply_serve(struct model *m, const struct op *op, int64_t id, int64_t kop)
{
	struct account *a = &m->pupil[op->pupil];
	int order = a->order[op->day][op->meal];
	bool is_ordered =
	    order != NONE && (op->complex == NONE || m->orders.at[order].complex == op->complex);

	if (order != NONE)
		end_order(m, op->pupil, op->day, op->meal, is_ordered);
	if (!is_ordered)
		post(a, -kop, op->day);
	model_note(m, op, id, kop);
	a->serving[op->day][op->meal] = m->servings.count - 1;
}

static void
apply_undo(struct model *m, const struct op *op)
{
	struct thing *t = &m->servings.at[op->thing];
	struct account *a = &m->pupil[t->pupil];

	t->is_over = true;
	post(a, t->kop, later(t->day, TODAY));
	if (t->meal == NONE)
		a->bought -= t->kop;
	else
		a->serving[t->day][t->meal] = NONE;
}

static void
apply_release(struct model *m, enum op_kind kind)
{
	for (int i = 0; i < PUPILS; i++)
		for (int meal = 0; meal < MEALS; meal++)
			if (is_released(m, kind, i, meal))
				end_order(m, i, TODAY, meal, false);
}

static void
apply_money(struct model *m, const struct op *op, int64_t id, int64_t kop)
{
	struct account *a = &m->pupil[op->pupil];
	struct thing *t;

	switch (op->kind) {
	case OP_TOP_UP: post(a, kop, TODAY); break;
	case OP_TRANSFER:
		post(&m->pupil[op->other], kop, TODAY);
		post(a, -kop, TODAY);
		break;
	case OP_WITHDRAW: post(a, -kop, TODAY); break;
	case OP_TAKE_BACK:
		t = &m->top_ups.at[op->thing];
		t->is_over = true;
		post(&m->pupil[t->pupil], -t->kop, TODAY);
		break;
	case OP_SELL:
		post(a, -kop, TODAY);
		a->bought += kop;
		break;
	case OP_SERVICE:
		post(a, -kop, op->day);
		a->charge[op->team][op->day] = m->charges.count;
		break;
	case OP_SERVICE_UNDO:
		t = &m->charges.at[op->thing];
		t->is_over = true;
		post(&m->pupil[t->pupil], t->kop, later(t->day, TODAY));
		m->pupil[t->pupil].charge[t->team][t->day] = NONE;
		break;
	default: return;
	}
	model_note(m, op, id, kop);
}

static void
apply_rule(struct account *a, const struct op *op)
{
	switch (op->kind) {
	case OP_ABSENT:
	case OP_PRESENT: a->is_absent = op->kind == OP_ABSENT; break;
	case OP_LIMIT: a->limit[op->what] = op->kop; break;
	case OP_ALLERGY:
		a->allergies =
		    op->is_on ? a->allergies | 1U << op->what : a->allergies & ~(1U << op->what);
		break;
	case OP_BAN:
		if (op->what == NONE)
			a->no_buffet = op->is_on;
		else
			a->bans =
			    op->is_on ? a->bans | 1U << op->what : a->bans & ~(1U << op->what);
		break;
	case OP_CREDIT:
		if (a->credit[op->day] == 0)
			a->credit[op->day] = op->kop;
		break;
	default: break;
	}
}

void
model_apply(struct model *m, const struct op *op, int64_t id, int64_t kop)
{
	const struct thing *t;

	switch (op->kind) {
	case OP_ORDER: apply_order(m, op, id, kop); break;
	case OP_CANCEL:
		t = &m->orders.at[op->thing];
		if (!t->is_over)
			end_order(m, t->pupil, t->day, t->meal, false);
		break;
	case OP_SERVE: apply_serve(m, op, id, kop); break;
	case OP_UNDO: apply_undo(m, op); break;
	case OP_RELEASE_ABSENT:
	case OP_RELEASE_REST: apply_release(m, op->kind); break;
	default: apply_money(m, op, id, kop); apply_rule(&m->pupil[op->pupil], op);
	}
}
