/*
 * model.h -- what the money of a school should be, kept in a few arrays by whoever operates on it.
 *
 * It knows no database and shares nothing with the SQL: each rule stands here a second time, in
 * other words. model_judge() says what the answer to an operation must be, model_apply() does what
 * the operation did. Pupils, days, meals and the like are indices into struct world, which says
 * what never changes: prices, льготы, who is in which group.
 */
#ifndef KABINET_MODEL_H
#define KABINET_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#define PUPILS    12
#define DAYS      10   /* yesterday, today, tomorrow ... */
#define TODAY     1
#define MEALS     2
#define COMPLEXES 6
#define DISHES    6
#define ALLERGENS 8
#define TEAMS     2
#define NONE      (-1)

struct world {
	int64_t school, staff, provider, bank;
	int64_t meal[MEALS], team[TEAMS], team_kop[TEAMS];
	struct menu {
		int64_t  id, kop;
		int      meal;
		bool     is_theirs;     /* for the class of these pupils */
		unsigned dishes;        /* bits */
	} menu[COMPLEXES][DAYS];
	struct dish { int64_t kop; unsigned allergens; } dish[DISHES];   /* 0: not sold singly */
	struct person {
		int64_t id, account, access;
		int     share[MEALS];   /* per cent that the budget pays */
		int     waiver[TEAMS];  /* per cent that the school lets off; NONE: not in the group */
	} pupil[PUPILS];
};

enum op_kind {
	OP_TOP_UP,
	OP_WITHDRAW,
	OP_TRANSFER,
	OP_TAKE_BACK,
	OP_ORDER,
	OP_CANCEL,
	OP_SERVE,
	OP_SERVE_CLASS,
	OP_SELL,
	OP_UNDO,
	OP_SERVICE,
	OP_SERVICE_UNDO,
	OP_ABSENT,
	OP_PRESENT,
	OP_RELEASE_ABSENT,
	OP_RELEASE_REST,
	OP_LIMIT,
	OP_ALLERGY,
	OP_BAN,
	OP_CREDIT,
	OP__COUNT
};

struct op {
	enum op_kind kind;
	int      pupil, other;        /* other: who gets a transfer */
	int      complex, meal, day;  /* complex may be NONE: what was ordered */
	int      menu_day;            /* of the complex; another day than the meal's is a mistake */
	int      team;
	int      thing;               /* which order, serving, charge or top-up: an index */
	int      what;                /* kind of limit, allergen, dish of a ban (NONE: the buffet) */
	bool     is_on;
	unsigned dishes, pupils;      /* bits */
	int64_t  kop;                 /* NONE: no limit */
};

/* Something that may be undone. */
struct thing {
	int64_t id, kop;
	int     pupil, complex, meal, day, team;
	bool    is_over;
};
struct things { struct thing *at; int count, room; };

struct account {
	int64_t  balance, held;
	int      version, day;
	int64_t  credit[DAYS], limit[2], bought;
	unsigned allergies, bans;
	bool     no_buffet, is_absent;
	/* Indices of things, or NONE. */
	int      order[DAYS][MEALS], serving[DAYS][MEALS], charge[TEAMS][DAYS];
};

struct model {
	const struct world *world;
	struct account pupil[PUPILS];
	struct things  orders, servings, charges, top_ups;
};

struct verdict {
	const char *sqlstate;  /* "" when it is to be done */
	const char *hint;
	int64_t     kop;       /* what it costs, or how many it releases */
	int64_t     id;        /* above 0: the object that must be answered, for it is there already */
};

void model_init(struct model *model, const struct world *world);
void model_release(struct model *model);
struct verdict model_judge(const struct model *model, const struct op *op);
/* Only for what was judged to be done; id as the database answered. */
void model_apply(struct model *model, const struct op *op, int64_t id, int64_t kop);
/* Remembers a new thing and nothing else: for pupils whose state nobody can know. */
void model_note(struct model *model, const struct op *op, int64_t id, int64_t kop);
/* The things that an operation of this kind undoes; NULL for other kinds. */
struct things *model_things(struct model *model, enum op_kind kind);

#endif
