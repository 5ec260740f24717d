/*
 * qr.h -- the payment slip's QR code: ГОСТ Р 56042-2014 text and its picture as inline SVG. Only
 * qr.c knows libqrencode.
 */
#ifndef KABINET_QR_H
#define KABINET_QR_H

#include <stdbool.h>
#include <stdint.h>

#include "view.h"

struct arena;

/* A payee and a payment; texts are UTF-8, borrowed. sum_kop 0 leaves Sum out: the payer chooses. */
struct qr_payment {
	const char *payee;          /* Name, at most 160 characters */
	const char *account20;      /* PersonalAcc, 20 digits */
	const char *bank_name;      /* BankName, at most 45 characters */
	const char *bik9;           /* BIC, 9 digits */
	const char *corr_account;   /* CorrespAcc, 20 digits, or "0" when the bank has none */
	const char *inn, *kpp;      /* PayeeINN 10 or 12 digits, KPP 9 digits or "" */
	const char *personal;       /* PersAcc: лицевой счёт */
	const char *purpose;        /* Purpose, at most 210 characters; must contain the personal account */
	int64_t     sum_kop;
};

/*
 * `ST00012|Name=...|...`. The separator is `|`, or the first of the standard's other candidates
 * that no value holds. NULL when a field breaks its limit or the mandatory block passes 300 bytes;
 * *why then names the field.
 */
const char *qr_payment_text(struct arena *a, const struct qr_payment *p, const char **why);

/*
 * The code at level M as <svg class="qr" role="img" aria-label=...>: one path, 4 modules of quiet
 * zone. Asserts it fits.
 */
struct html qr_svg(struct arena *a, const char *text, const char *label);

#endif
