/* SPDX-License-Identifier: Apache-2.0
 *
 * Who asks: "Authorization: Bearer NAME SECRET" before Basic before the
 * console's cookie (configuration-and-rest.md 6.2); "View TOKEN" is ours.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/http/internal.h"
#include "livestatusd/http/people/people.h"
#include "livestatusd/http/people/who.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

struct auth {
	struct http_request *r;
	struct who_check *check;
	char *name;
	void (*next)(struct http_request *r);
};

const char *
auth_token(struct http_request *r)
{
	bool legacy = r->path != NULL && strncmp(r->path, "check_mk/", 9) == 0;
	const char *token;
	char name[128];

	snprintf(name, sizeof(name), "vedette_%s", r->h->d->site);
	token =
	    MHD_lookup_connection_value(r->connection, MHD_COOKIE_KIND, name);
	if (token != NULL || !legacy)
		return token;
	snprintf(name, sizeof(name), "auth_%s", r->h->d->site);
	return MHD_lookup_connection_value(
	    r->connection, MHD_COOKIE_KIND, name);
}

const struct rights *
http_rights(struct http *h)
{
	if (h->rights_of != h->d->snapshot) {
		rights_free(&h->rights);
		h->rights = rights_new(h->d->snapshot);
		h->rights_of = h->d->snapshot;
	}
	return h->rights;
}

static bool
adopt(struct http_request *r, const char *name, bool with_password)
{
	struct person p;
	char *copy;

	if (people_is_broken(r->h->people) || !who_find(r->h, name, &p) ||
	    p.disabled || (with_password && p.hash[0] == '\0'))
		return false;
	copy = xstrdup(name);
	free(r->user);
	r->user = copy;
	r->may = p.may;
	r->automation = p.automation;
	json_decref(r->groups);
	r->groups = json_deep_copy(p.groups);
	return true;
}

bool
auth_still(struct http_request *r)
{
	const char *token = r->by_cookie ? auth_token(r) : NULL;
	uint64_t use = permission_bit("general.use");
	struct person p;

	if (r->by_cookie &&
	    (token == NULL ||
		!session_lives(r->h->sessions, token, clock_wall() / NS_PER_S)))
		return false;
	if (r->view != NULL && !view_lives(r))
		return false;
	return who_find(r->h, r->user, &p) && !p.disabled && (p.may & use) != 0;
}

bool
auth_accept(struct http_request *r, const char *name)
{
	return adopt(r, name, true);
}

bool
auth_trust(struct http_request *r, const char *name)
{
	return adopt(r, name, false);
}

static void
refuse(struct http_request *r, const char *text)
{
	http_fail(r, MHD_HTTP_UNAUTHORIZED, text);
}

static void
wrong(struct http_request *r, const char *name)
{
	int64_t now = clock_wall() / NS_PER_S;

	r->h->refused_logins++;
	login_failed(r->h->sessions, name, now);
	r->retry_after = (unsigned)login_delay(r->h->sessions, name, now);
	log_warn("user %.60s: refused (%s %.100s)", name, r->method, r->path);
	refuse(r, "Wrong name or secret.");
}

/* The secret alone is not enough for who has a second factor. */
static void
admit(struct http_request *r, const char *name,
    void (*next)(struct http_request *r))
{
	if (!r->automation && second_is_on(r->h, name))
		refuse(r,
		    "This person has a second factor. A program needs a "
		    "contact of its own (automation: true).");
	else
		next(r);
}

static void
auth_free(struct auth *a)
{
	free(a->name);
	free(a);
}

static void
on_checked(void *arg, enum who_result result, const char *why)
{
	struct auth *a = arg;
	struct http_request *r = a->r;

	r->work = NULL;
	r->cancel = NULL;
	if (result == WHO_FAILED)
		http_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE, why);
	else if (result == WHO_OK && auth_accept(r, a->name)) {
		login_succeeded(r->h->sessions, a->name);
		admit(r, a->name, a->next);
	} else
		wrong(r, a->name);
	auth_free(a);
	if (r->status != 0)
		http_done(r);
}

static void
on_gone(struct http_request *r)
{
	struct auth *a = r->work;

	who_forget(a->check);
	auth_free(a);
}

static bool
is_known(struct http_request *r, const char *name, const char *secret)
{
	struct person p;

	return who_find(r->h, name, &p) && !p.disabled && p.hash[0] != '\0' &&
	    password_is_known(r->h->passwords, name, secret, p.hash,
		clock_mono() / NS_PER_S) &&
	    auth_accept(r, name);
}

static void
start(struct http_request *r, const char *name, const char *secret,
    void (*next)(struct http_request *r))
{
	struct auth *a = xnew(struct auth);
	enum who_result result;
	struct err why;

	a->r = r;
	a->next = next;
	a->name = xstrdup(name);
	result = who_start(r->h, name, secret, on_checked, a, &a->check, &why);
	if (result == WHO_PENDING) {
		r->work = a;
		r->cancel = on_gone;
		return;
	}
	auth_free(a);
	r->retry_after = 1;
	http_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE, why.text);
}

static void
check(struct http_request *r, const char *typed, const char *secret,
    void (*next)(struct http_request *r))
{
	char *name = who_name(r->h, typed);
	int64_t delay =
	    login_delay(r->h->sessions, name, clock_wall() / NS_PER_S);

	if (is_known(r, name, secret))
		admit(r, name, next);
	else if (delay > 0) {
		r->retry_after = (unsigned)delay;
		http_fail(r, MHD_HTTP_TOO_MANY_REQUESTS,
		    "Too many failed logins; wait a moment.");
	} else
		start(r, name, secret, next);
	free(name);
}

/* "NAME SECRET", two words (not RFC 6750). */
static void
bearer(struct http_request *r, const char *words,
    void (*next)(struct http_request *r))
{
	const char *space = strchr(words, ' ');
	char *name;

	if (space == NULL || space == words || space[1] == '\0' ||
	    strlen(space + 1) > PASSWORD_MAX || space - words > 256) {
		refuse(r, "Expected \"Authorization: Bearer NAME SECRET\".");
		return;
	}
	name = xstrndup(words, (size_t)(space - words));
	check(r, name, space + 1, next);
	free(name);
}

static void
basic(struct http_request *r, const char *base64,
    void (*next)(struct http_request *r))
{
	size_t len = strlen(base64);
	unsigned char *text;
	char *colon;
	int n = -1;

	if (len > 2048 || len % 4 != 0) {
		refuse(r, "Bad \"Authorization: Basic\".");
		return;
	}
	text = xcalloc(len + 1, 1);
	n = EVP_DecodeBlock(text, (const unsigned char *)base64, (int)len);
	colon = n < 0 ? NULL : strchr((char *)text, ':');
	if (colon == NULL || colon == (char *)text || colon[1] == '\0' ||
	    strlen(colon + 1) > PASSWORD_MAX)
		refuse(r, "Bad \"Authorization: Basic\".");
	else {
		*colon = '\0';
		check(r, (char *)text, colon + 1, next);
	}
	OPENSSL_cleanse(text, len);
	free(text);
}

static void
cookie(struct http_request *r, void (*next)(struct http_request *r))
{
	const char *token = auth_token(r);
	const char *user = token == NULL
	    ? NULL
	    : session_find(r->h->sessions, token, clock_wall() / NS_PER_S);

	if (user == NULL || !auth_accept(r, user)) {
		refuse(r, "Please log in.");
		return;
	}
	who_refresh(r->h, r->user);
	r->by_cookie = true;
	next(r);
}

/* A screen on the wall; see people/views.c. */
static void
view(struct http_request *r, const char *token,
    void (*next)(struct http_request *r))
{
	if (view_accept(r, token))
		next(r);
	else
		refuse(r, "This view is not there any more.");
}

void
auth_start(struct http_request *r, void (*next)(struct http_request *r))
{
	const char *text = http_header(r, "Authorization");

	if (text != NULL && strncasecmp(text, "Bearer ", 7) == 0)
		bearer(r, text + 7, next);
	else if (text != NULL && strncasecmp(text, "Basic ", 6) == 0)
		basic(r, text + 6, next);
	else if (text != NULL && strncasecmp(text, "View ", 5) == 0)
		view(r, text + 5, next);
	else if (text != NULL)
		refuse(r, "Authorization: Bearer or Basic is expected.");
	else
		cookie(r, next);
}
