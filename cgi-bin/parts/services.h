/*
 * services.h -- what the files of paid services share: their questions, and the head's handlers
 * that services.c routes to.
 */
#ifndef KABINET_SERVICES_H
#define KABINET_SERVICES_H

#include "app.h"

enum question {
	Q_TEAMS, Q_TEAM, Q_MEMBERS, Q_BATCHES, Q_LESSON, Q_FORESEE, Q_WRITE_OFF, Q_BATCH, Q_LINES, Q_CHARGE, Q_UNDO,
	Q_MONTH, Q_DAYS, Q_PUPILS, Q_EXPORT, Q_PRICES, Q_PRICE_SAVE, Q_TEACHERS, Q_TEAM_SAVE, Q_CLASSES, Q_CANDIDATES,
	Q_MEMBERS_ADD, Q_MEMBER_END, Q__COUNT
};

/* services-head.c */
enum reply services_show_prices(struct request *rq);
enum reply services_show_price(struct request *rq);
enum reply services_save_price(struct request *rq);
enum reply services_show_group(struct request *rq);
enum reply services_save_group(struct request *rq);
enum reply services_show_members(struct request *rq);
enum reply services_add_members(struct request *rq);
enum reply services_show_member(struct request *rq);
enum reply services_end_member(struct request *rq);

#endif
