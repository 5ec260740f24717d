/*
 * meals.h -- what the files of «Питание» share: its questions, lists of ids in forms, the handlers
 * that meals.c routes to.
 */
#ifndef KABINET_MEALS_H
#define KABINET_MEALS_H

#include "app.h"

enum question {
	Q_HEAD, Q_FAMILY, Q_MENU, Q_DISHES, Q_MONTH, Q_HIT, Q_CHECK, Q_ORDER, Q_ORDERS, Q_CANCEL,
	Q_CHOICES, Q_ESTIMATE, Q_STANDING, Q_STANDING_END, Q_STANDINGS, Q_REFUSALS, Q_REFUSE_CHECK, Q_REFUSE, Q_WITHDRAW,
	Q_BENEFITS, Q_SKIPPED, Q_EATEN, Q_TOTALS, Q_LIMITS, Q_LIMITS_SAVE, Q_ALLERGENS, Q_ALLERGENS_SAVE,
	Q_BANS, Q_BUFFET, Q_BAN, Q_LIFT, Q__COUNT
};

/* The name of the n-th id of a list in a form, from 1 on: o1, o2 … */
const char *meals_field(struct request *rq, int n);
/* The path of another month, "" beyond the calendar's ends. */
const char *meals_month_url(struct request *rq, const char *path, const char *month, int step);

/* The slip for a sum; "" for none. */
const char *meals_slip_url(struct request *rq, int64_t kop);
/* What parts/meals-money and the head of the pages need. */
void meals_add_head(struct request *rq, struct view *page, const struct db_rows *head);

/* meals-order.c */
enum reply meals_show_order(struct request *rq);
enum reply meals_order(struct request *rq);
enum reply meals_show_cancel(struct request *rq);
enum reply meals_cancel(struct request *rq);

/* meals-plan.c */
enum reply meals_show_plan(struct request *rq);
enum reply meals_show_standing(struct request *rq);
enum reply meals_make_standing(struct request *rq);
enum reply meals_end_standing(struct request *rq);
enum reply meals_show_refuse(struct request *rq);
enum reply meals_refuse(struct request *rq);
enum reply meals_withdraw(struct request *rq);

/* meals-limits.c */
enum reply meals_show_limits(struct request *rq);
enum reply meals_save_limits(struct request *rq);
enum reply meals_save_allergens(struct request *rq);
enum reply meals_show_buffet(struct request *rq);
enum reply meals_ban(struct request *rq);
enum reply meals_lift(struct request *rq);

#endif
