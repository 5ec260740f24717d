/*
 * barcode.h -- bars for labels as inline SVG: Code 128 for copies of books, EAN-13 for readers'
 * cards. Only barcode.c knows libzint.
 */
#ifndef KABINET_BARCODE_H
#define KABINET_BARCODE_H

#include "view.h"

struct arena;

#define BARCODE_MAX_CHARS 40

/*
 * <svg class="bars"> of one path, with the quiet zone that the symbol wants on both sides; what is
 * encoded is for the page to print below. Asserts that the text is printable ASCII, 1 to
 * BARCODE_MAX_CHARS.
 */
struct html barcode_code128(struct arena *a, const char *text);
/* Of 12 digits; the 13th is computed. */
struct html barcode_ean13(struct arena *a, const char *digits12);
/* The 13 digits of that symbol, to be printed below it. */
const char *barcode_ean13_digits(struct arena *a, const char *digits12);

#endif
