/*
 * canteen.h -- what the files of the canteen's desk share: its questions, the till's address, the
 * handlers that canteen.c routes to.
 */
#ifndef KABINET_CANTEEN_H
#define KABINET_CANTEEN_H

#include "app.h"

enum question {
	Q_NOW, Q_PLAN, Q_UNCOUNTED, Q_MEALS,
	Q_SERVE, Q_SERVING, Q_CHILD, Q_OFFERS, Q_BOUGHT, Q_RECENT, Q_CANDIDATES, Q_UNDO,
	Q_CLASSES, Q_CLASS, Q_MENUS, Q_SERVE_LIST, Q_SHEET,
	Q_FIND, Q_BUYER, Q_GOODS, Q_SELL,
	Q_WEEK, Q_MENU_WEEK, Q_MENU, Q_MENU_CHOICE, Q_SAVE_MENU, Q_DROP_MENU, Q_COPY_WEEK,
	Q_DISHES, Q_DISH, Q_ALLERGENS, Q_CATEGORIES, Q_SAVE_DISH,
	Q_COMPLEXES, Q_COMPLEX, Q_SAVE_COMPLEX, Q_SAVE_MEAL, Q_RULES, Q_SAVE_RULES,
	Q_OPEN, Q_OPENED, Q_BENEFITS, Q_KINDS, Q_OF_CHILD, Q_ADD_BENEFIT, Q_END_BENEFIT, Q_REPORT, Q_REPORT_CSV,
	Q_HOME, Q_STUDY, Q_SET_STUDY, Q_END_STUDY, Q_ISSUE, Q__COUNT
};

#define CANTEEN_FIND_MAX  40    /* characters of what is typed or read at the till */
#define CANTEEN_PRICE_MAX INT64_C(10000000)

/* A price that somebody typed, above zero; words at the field and 0 when it is none. */
int64_t canteen_price(struct request *rq, const char *name);

/* canteen-till.c */
enum reply canteen_show_serve(struct request *rq);
enum reply canteen_serve(struct request *rq);
enum reply canteen_show_undo(struct request *rq);
enum reply canteen_undo(struct request *rq);
enum reply canteen_show_buffet(struct request *rq);
enum reply canteen_find_buyer(struct request *rq);
enum reply canteen_sell(struct request *rq);

/* canteen-menu.c */
enum reply canteen_show_week(struct request *rq);
enum reply canteen_show_menu(struct request *rq);
enum reply canteen_save_menu(struct request *rq);
enum reply canteen_drop_menu(struct request *rq);
enum reply canteen_copy_week(struct request *rq);
enum reply canteen_show_dishes(struct request *rq);
enum reply canteen_show_dish(struct request *rq);
enum reply canteen_save_dish(struct request *rq);
enum reply canteen_show_complexes(struct request *rq);
enum reply canteen_show_complex(struct request *rq);
enum reply canteen_save_complex(struct request *rq);
enum reply canteen_save_meal(struct request *rq);
enum reply canteen_save_rules(struct request *rq);

/* canteen-benefits.c */
enum reply canteen_show_benefits(struct request *rq);
enum reply canteen_open(struct request *rq);
enum reply canteen_show_child(struct request *rq);
enum reply canteen_add_benefit(struct request *rq);
enum reply canteen_end_benefit(struct request *rq);
enum reply canteen_show_report(struct request *rq);
enum reply canteen_send_report(struct request *rq);
enum reply canteen_show_rations(struct request *rq);
enum reply canteen_issue(struct request *rq);
enum reply canteen_set_study(struct request *rq);
enum reply canteen_end_study(struct request *rq);

#endif
