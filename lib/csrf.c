/*
 * csrf.c -- a POST counts only when it comes from a form of ours.
 *
 * A form carries pad || (pad xor HMAC(anchor, "csrf")), fresh for each page, so that compression
 * over TLS cannot be used to guess it. The anchor is the session token or, for strangers, a random
 * visit cookie: nothing is stored. Besides the token a POST must come from our own pages by
 * Sec-Fetch-Site or, in older browsers, by Origin.
 */
#include "app-private.h"

#include "crypto.h"
#include "log.h"

#define CSRF_PAD_BYTES 16

static void
csrf_mac(const char *anchor, uint8_t mac[CRYPTO_HASH_BYTES])
{
	static const char purpose[] = "csrf";

	crypto_hmac(anchor, strlen(anchor), purpose, sizeof purpose - 1, mac);
}

/* The token for a form of this page; a stranger without an anchor gets one. */
const char *
csrf_token(struct request *rq)
{
	const char *session = reply_token_cookie(rq, frame_door(rq)->cookie);
	const char *anchor = *session != '\0' ? session : reply_token_cookie(rq, APP_VISIT_COOKIE);
	uint8_t mac[CRYPTO_HASH_BYTES], masked[2 * CSRF_PAD_BYTES];
	char *hex = arena_alloc(rq->arena, 2 * sizeof masked + 1);

	if (*anchor == '\0') {
		char *fresh = arena_alloc(rq->arena, CRYPTO_TOKEN_CHARS + 1);

		crypto_token(fresh);
		app_set_cookie(rq, APP_VISIT_COOKIE, fresh, 0);
		anchor = fresh;
	}
	csrf_mac(anchor, mac);
	crypto_random(masked, CSRF_PAD_BYTES);
	for (int i = 0; i < CSRF_PAD_BYTES; i++)
		masked[CSRF_PAD_BYTES + i] = masked[i] ^ mac[i];
	crypto_hex(masked, sizeof masked, hex);
	return hex;
}

static bool
csrf_fits(const char *hex, const char *anchor)
{
	uint8_t mac[CRYPTO_HASH_BYTES], masked[2 * CSRF_PAD_BYTES];

	if (*anchor == '\0' || strlen(hex) != 2 * sizeof masked ||
	    !crypto_unhex(hex, masked, sizeof masked))
		return false;
	csrf_mac(anchor, mac);
	for (int i = 0; i < CSRF_PAD_BYTES; i++)
		masked[CSRF_PAD_BYTES + i] ^= masked[i];
	return crypto_equal(masked + CSRF_PAD_BYTES, mac, CSRF_PAD_BYTES);
}

/* KABINET_BASE_URL may name several origins, separated by blanks. */
static bool
is_own_origin(const char *origin)
{
	const char *list = getenv("KABINET_BASE_URL");
	size_t len = strlen(origin);

	for (; list != NULL && *list != '\0'; list += strcspn(list, " ")) {
		list += strspn(list, " ");
		if (strcspn(list, " ") == len && strncmp(list, origin, len) == 0)
			return true;
	}
	return false;
}

bool
csrf_is_good(struct request *rq)
{
	const struct app_state *state = rq->state;
	const char *hex = form_text(rq, "csrf", 4 * CSRF_PAD_BYTES, "");
	bool is_same_site = true;

	if (*state->fetch_site != '\0')
		is_same_site = strcmp(state->fetch_site, "same-origin") == 0;
	else if (*state->origin != '\0')
		is_same_site = is_own_origin(state->origin);
	if (is_same_site &&
	    (csrf_fits(hex, rq->token) || csrf_fits(hex, reply_token_cookie(rq, APP_VISIT_COOKIE))))
		return true;
	log_warning("csrf", "path=%s fetch_site=%s same_site=%d", rq->path, state->fetch_site,
	    is_same_site);
	return false;
}
