/* SPDX-License-Identifier: Apache-2.0
 *
 * One's own second factor: {do: "start"} gives a secret, {do: "confirm", code}
 * turns it on when the authenticator has shown that it knows the secret, and
 * gives backup codes once; {do: "remove", code} ends it. A secret that is not
 * confirmed lives in memory only.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/http/people/people.h"
#include "livestatusd/http/people/profile.h"
#include "livestatusd/http/people/totp.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#define CODES      8
#define CODE_BYTES 6 /* ten letters */

/* The secrets that wait for a confirmation; the oldest goes beyond these. */
static struct pending {
	char *user;
	char secret[TOTP_SECRET_LEN + 2];
} pending[50];
static unsigned next_pending;

static void
drop(struct pending *p)
{
	free(p->user);
	p->user = NULL;
	OPENSSL_cleanse(p->secret, sizeof(p->secret));
}

static struct pending *
find_pending(const char *user)
{
	for (size_t i = 0; i < ARRAY_LEN(pending); i++)
		if (pending[i].user != NULL &&
		    strcmp(pending[i].user, user) == 0)
			return &pending[i];
	return NULL;
}

static void
start(struct http_request *r)
{
	struct pending *p = find_pending(r->user);
	uint8_t random[TOTP_SECRET];
	struct str uri = {0};

	if (p == NULL)
		p = &pending[next_pending++ % ARRAY_LEN(pending)];
	drop(p);
	must(getrandom(random, sizeof(random), 0) == (ssize_t)sizeof(random));
	p->user = xstrdup(r->user);
	base32_encode(random, sizeof(random), p->secret);
	OPENSSL_cleanse(random, sizeof(random));
	totp_uri(r->h->d->site, r->user, p->secret, &uri);
	http_json(r, MHD_HTTP_OK,
	    json_pack("{s:s, s:s}", "secret", p->secret, "uri", str_get(&uri)));
	OPENSSL_cleanse(uri.s, uri.len);
	str_free(&uri);
}

/* Adds hashes to `hashes` and the codes, as people read them, to `codes`. */
static void
make_codes(json_t *hashes, json_t *codes)
{
	for (int i = 0; i < CODES; i++) {
		char text[CODE_BYTES * 8 / 5 + 2], hash[PEOPLE_HASH_LEN + 1];
		uint8_t random[CODE_BYTES];

		must(getrandom(random, sizeof(random), 0) ==
		    (ssize_t)sizeof(random));
		base32_encode(random, sizeof(random), text);
		people_hash(text, hash);
		json_array_append_new(hashes, json_string(hash));
		json_array_append_new(
		    codes, json_sprintf("%.5s-%s", text, text + 5));
	}
}

static void
confirm(struct http_request *r, const char *code)
{
	struct pending *p = find_pending(r->user);
	int64_t now = clock_wall() / NS_PER_S, step;
	json_t *entry, *hashes, *codes;

	if (p == NULL) {
		http_fail(r, MHD_HTTP_CONFLICT, "Begin anew, please.");
		return;
	}
	step = totp_check(p->secret, code, now, 0);
	if (step == -1) {
		http_fail(r, MHD_HTTP_BAD_REQUEST,
		    "The code does not fit. Is the clock of the device right?");
		return;
	}
	entry = profile_begin(r);
	if (entry == NULL)
		return;
	hashes = json_array();
	codes = json_array();
	make_codes(hashes, codes);
	json_object_set_new(entry, "second_factor",
	    json_pack("{s:s, s:I, s:I, s:o}", "secret", p->secret, "since",
		(json_int_t)now, "last", (json_int_t)step, "codes", hashes));
	if (profile_end(r)) {
		drop(p);
		session_end_others(r->h->sessions, r->user, auth_token(r));
		profile_done(r, "second factor on", NULL);
		http_json(r, MHD_HTTP_OK, json_pack("{s:O}", "codes", codes));
	}
	json_decref(codes);
}

static void
end(struct http_request *r, const char *code)
{
	int64_t now = clock_wall() / NS_PER_S;
	int64_t delay = login_delay(r->h->sessions, r->user, now);
	json_t *entry;

	if (delay > 0) {
		r->retry_after = (unsigned)delay;
		http_fail(r, MHD_HTTP_TOO_MANY_REQUESTS,
		    "Too many failed tries; wait a moment.");
		return;
	}
	if (!second_check(r->h, r->user, code)) {
		login_failed(r->h->sessions, r->user, now);
		http_fail(r, MHD_HTTP_FORBIDDEN,
		    "Wrong code, or one that was used already.");
		return;
	}
	entry = profile_begin(r);
	if (entry == NULL)
		return;
	json_object_del(entry, "second_factor");
	if (profile_end(r))
		profile_done(r, "second factor off", NULL);
}

void
profile_second(struct http_request *r, const json_t *doc)
{
	const char *what = profile_text(doc, "do");
	const char *code = profile_text(doc, "code");
	bool on = second_is_on(r->h, r->user);

	if (strlen(code) > 64)
		http_fail(r, MHD_HTTP_BAD_REQUEST, "That is no code.");
	else if (strcmp(what, "remove") == 0 && on)
		end(r, code);
	else if (strcmp(what, "start") == 0 && !on)
		start(r);
	else if (strcmp(what, "confirm") == 0 && !on)
		confirm(r, code);
	else
		http_fail(r, MHD_HTTP_CONFLICT,
		    on ? "Your second factor is on already."
		       : "There is no second factor.");
}
