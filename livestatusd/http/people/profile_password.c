/* SPDX-License-Identifier: Apache-2.0
 *
 * Changing one's own password: the old one is needed, all other sessions end.
 * The configuration's files are the administrator's: the new hash stands in
 * people.json, and counts until the configuration has another one.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/http/people/people.h"
#include "livestatusd/http/people/profile.h"
#include "livestatusd/http/people/who.h"

#include <openssl/crypto.h>
#include <stdlib.h>

/* What crypt(3) hashes as a whole. */
#define LONGEST 512

struct change {
	struct http_request *r;
	struct who_check *check;
	struct password_new *make; /* or this */
	char *password;
};

static void
change_free(struct change *c)
{
	OPENSSL_cleanse(c->password, strlen(c->password));
	free(c->password);
	free(c);
}

static void
on_gone(struct http_request *r)
{
	struct change *c = r->work;

	if (c->make != NULL)
		password_new_forget(c->make);
	else
		who_forget(c->check);
	change_free(c);
}

static void
keep(struct http_request *r, const char *hash)
{
	char of[PEOPLE_HASH_LEN + 1];
	json_t *entry;
	struct err err;
	struct person p = {.hash = ""};

	if (!rights_find(http_rights(r->h), slice_of(r->user), &p) ||
	    p.hash[0] == '\0') {
		http_fail(r, MHD_HTTP_CONFLICT,
		    "The configuration has no password for you.");
		return;
	}
	people_hash(p.hash, of);
	entry = profile_begin(r);
	if (entry == NULL)
		return;
	json_object_set_new(entry, "password",
	    json_pack("{s:s, s:s, s:I}", "hash", hash, "of", of, "since",
		(json_int_t)(clock_wall() / NS_PER_S)));
	if (!profile_end(r))
		return;
	session_end_others(r->h->sessions, r->user, auth_token(r));
	if (sessions_save(r->h->sessions, &err) == -1)
		log_warn("sessions: %s", err.text);
	profile_done(r, "password changed", NULL);
}

static void
on_made(void *arg, const char *hash)
{
	struct change *c = arg;
	struct http_request *r = c->r;

	r->work = NULL;
	r->cancel = NULL;
	change_free(c);
	if (hash == NULL)
		http_fail(r, MHD_HTTP_INTERNAL_SERVER_ERROR,
		    "The password cannot be hashed.");
	else
		keep(r, hash);
	http_done(r);
}

static void
on_checked(void *arg, enum who_result result, const char *why)
{
	struct change *c = arg;
	struct http_request *r = c->r;

	if (result == WHO_OK) {
		login_succeeded(r->h->sessions, r->user);
		c->check = NULL;
		c->make = password_make(
		    r->h->passwords, r->h->d->loop, c->password, on_made, c);
		if (c->make != NULL)
			return;
		http_fail(r, MHD_HTTP_TOO_MANY_REQUESTS,
		    "Too many logins at once; try again.");
	} else if (result == WHO_FAILED)
		http_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE, why);
	else {
		login_failed(r->h->sessions, r->user, clock_wall() / NS_PER_S);
		http_fail(
		    r, MHD_HTTP_FORBIDDEN, "The old password is another one.");
	}
	r->work = NULL;
	r->cancel = NULL;
	change_free(c);
	http_done(r);
}

/* NULL: it will do. */
static const char *
fault_of(struct http_request *r, const char *old, const char *password)
{
	size_t least = (size_t)r->h->d->settings->password_length;

	if (*old == '\0')
		return "The old password is needed.";
	if (strlen(password) < least)
		return "The new password is too short.";
	if (strlen(password) > LONGEST)
		return "The new password is too long.";
	if (strcmp(old, password) == 0)
		return "The new password is the old one.";
	if (strcasecmp(password, r->user) == 0)
		return "The new password is your name.";
	return NULL;
}

void
profile_password(struct http_request *r, const json_t *doc)
{
	const char *old = profile_text(doc, "old");
	const char *password = profile_text(doc, "new");
	const char *fault = fault_of(r, old, password);
	int64_t delay =
	    login_delay(r->h->sessions, r->user, clock_wall() / NS_PER_S);
	enum who_result result;
	struct change *c;
	struct person p;
	struct err why;

	if (who_find(r->h, r->user, &p) && p.directory)
		http_fail(r, MHD_HTTP_CONFLICT,
		    "Your password is the directory's (LDAP): change it "
		    "there.");
	else if (fault != NULL)
		http_fail(r, MHD_HTTP_BAD_REQUEST, fault);
	else if (delay > 0) {
		r->retry_after = (unsigned)delay;
		http_fail(r, MHD_HTTP_TOO_MANY_REQUESTS,
		    "Too many failed tries; wait a moment.");
	}
	if (r->status != 0)
		return;
	c = xnew(struct change);
	c->r = r;
	c->password = xstrdup(password);
	result = who_start(r->h, r->user, old, on_checked, c, &c->check, &why);
	if (result == WHO_PENDING) {
		r->work = c;
		r->cancel = on_gone;
		return;
	}
	change_free(c);
	http_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE, why.text);
}
