/*
 * barcode.c -- Code 128 and EAN-13 as SVG. Only this file knows libzint, which finds the shortest
 * sequence of code sets; its own SVG is three times the size of this one.
 */
#include "barcode.h"

#include <assert.h>
#include <string.h>

#include <zint.h>

#include "arena.h"
#include "text.h"

#define QUIET_ZONE    11        /* modules: EAN-13 wants 11 on its left, Code 128 wants 10 */
#define HEIGHT        40        /* modules; the page stretches them */
#define SVG_MAX_BYTES 8192

static bool
is_dark(const struct zint_symbol *symbol, int x)
{
	return (symbol->encoded_data[0][x / 8] >> (x % 8) & 1) != 0;
}

/* A rectangle for each run of dark modules: `M` to its corner, then around it. */
static void
put_path(struct text *t, const struct zint_symbol *symbol)
{
	int x = 0, end;

	while (x < symbol->width) {
		for (end = x; end < symbol->width && is_dark(symbol, end); end++)
			;
		if (end > x)
			text_printf(t, "M%d 0h%dv%dh-%dz", QUIET_ZONE + x, end - x, HEIGHT,
			    end - x);
		x = end + 1;
	}
}

static struct html
encode(struct arena *a, int symbology, const char *text, size_t len)
{
	struct zint_symbol *symbol = ZBarcode_Create();
	struct html svg;
	struct text t;
	int error;

	assert(symbol != NULL);
	assert(len >= 1 && len <= BARCODE_MAX_CHARS);
	symbol->symbology = symbology;
	error = ZBarcode_Encode(symbol, (const unsigned char *)text, (int)len);
	assert(error < ZINT_ERROR);
	text_init(&t, SVG_MAX_BYTES);
	text_printf(&t,
	    "<svg class=\"bars\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
	    "aria-hidden=\"true\"><path d=\"",
	    symbol->width + 2 * QUIET_ZONE, HEIGHT);
	put_path(&t, symbol);
	text_puts(&t, "\"/></svg>");
	assert(!t.broken);
	svg = (struct html){ arena_copy(a, t.data, t.len), t.len };
	text_release(&t);
	ZBarcode_Delete(symbol);
	return svg;
}

struct html
barcode_code128(struct arena *a, const char *text)
{
	return encode(a, BARCODE_CODE128, text, strlen(text));
}

struct html
barcode_ean13(struct arena *a, const char *digits12)
{
	return encode(a, BARCODE_EANX, barcode_ean13_digits(a, digits12), 13);
}

const char *
barcode_ean13_digits(struct arena *a, const char *digits12)
{
	int sum = 0;

	assert(strlen(digits12) == 12 && strspn(digits12, "0123456789") == 12);
	for (int i = 0; i < 12; i++)
		sum += (digits12[i] - '0') * (i % 2 == 0 ? 1 : 3);
	return arena_printf(a, "%s%d", digits12, (10 - sum % 10) % 10);
}
