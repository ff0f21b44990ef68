/* SPDX-License-Identifier: Apache-2.0
 *
 * Logging in. The hash of a password costs milliseconds on purpose, so a thread
 * of libuv's pool computes it while the connection is suspended. An unknown
 * name costs the same, so that names cannot be found out by the clock.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/http/internal.h"

#include <crypt.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <stdlib.h>

#define NAME_MAX_LEN     256
#define PASSWORD_MAX_LEN 1024
#define AT_ONCE          8 /* hashes under way; more are told to try later */

/* A yescrypt hash that no password has. */
#define NO_HASH "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$"

struct login {
	uv_work_t work;
	struct http_request *request; /* NULL: it is gone */
	char *name, *password, *hash;
	bool known, ok;
};

static unsigned under_way; /* loop's thread alone */

static void
login_free(struct login *l)
{
	OPENSSL_cleanse(l->password, strlen(l->password));
	free(l->name);
	free(l->password);
	free(l->hash);
	free(l);
}

/* In the pool. */
static void
check_password(uv_work_t *work)
{
	struct login *l = work->data;
	struct crypt_data *data = xnew(struct crypt_data);
	const char *got = crypt_r(l->password, l->hash, data);

	l->ok = got != NULL && l->known && strlen(got) == strlen(l->hash) &&
	    CRYPTO_memcmp(got, l->hash, strlen(got)) == 0;
	OPENSSL_cleanse(data, sizeof(*data));
	free(data);
}

static void
accept_login(struct http_request *r, const char *name)
{
	struct sessions *s = r->h->sessions;
	char token[SESSION_TOKEN_LEN + 1];
	struct err err;

	login_succeeded(s, name);
	session_start(s, name, clock_wall() / NS_PER_S, token);
	if (sessions_save(s, &err) == -1)
		log_warn("sessions: %s (they end with the daemon)", err.text);
	r->cookie = xasprintf("vedette_%s=%s; Path=%s; HttpOnly; "
			      "SameSite=Strict; Max-Age=%d",
	    r->h->d->site, token, r->h->prefix, SESSION_IDLE);
	r->status = MHD_HTTP_OK;
	str_add(&r->out, "{\"ok\":true}");
	log_info("user %s: logged in", name);
}

static void
refuse_login(struct http_request *r, const char *name)
{
	int64_t now = clock_wall() / NS_PER_S;

	r->h->refused_logins++;
	login_failed(r->h->sessions, name, now);
	r->retry_after = (unsigned)login_delay(r->h->sessions, name, now);
	http_fail(r, MHD_HTTP_FORBIDDEN,
	    "Wrong name or password, or not allowed to use the console.");
	log_warn("user %.60s: login refused", name);
}

static void
after_check(uv_work_t *work, int status)
{
	struct login *l = work->data;
	struct http_request *r = l->request;

	(void)status;
	under_way--;
	if (r != NULL) {
		r->login = NULL;
		if (l->ok)
			accept_login(r, l->name);
		else
			refuse_login(r, l->name);
		http_resume(r);
	}
	login_free(l);
}

/* The hash of a person who may use the console, else NULL. */
static const char *
hash_of(const struct daemon *d, const char *name)
{
	uint32_t i = snap_find_contact(d->snapshot, slice_of(name));
	const struct snap_contact *c;

	if (i == SNAP_NONE)
		return NULL;
	c = &d->snapshot->contacts[i];
	if (strcmp(snap_s(d->snapshot, c->role), "agent_registration") == 0 ||
	    snap_s(d->snapshot, c->password_hash)[0] == '\0')
		return NULL;
	return snap_s(d->snapshot, c->password_hash);
}

static bool
parse_body(struct http_request *r, struct login *l)
{
	json_t *doc = json_loadb(
	    str_get(&r->body), r->body.len, JSON_REJECT_DUPLICATES, NULL);
	const char *name = json_string_value(json_object_get(doc, "name"));
	const char *password =
	    json_string_value(json_object_get(doc, "password"));
	bool ok = name != NULL && password != NULL && name[0] != '\0' &&
	    strlen(name) <= NAME_MAX_LEN &&
	    strlen(password) <= PASSWORD_MAX_LEN;

	if (ok) {
		l->name = xstrdup(name);
		l->password = xstrdup(password);
	}
	json_decref(doc);
	OPENSSL_cleanse(r->body.s, r->body.len);
	return ok;
}

void
login_start(struct http_request *r)
{
	struct login *l = xnew(struct login);
	const char *hash;
	int64_t delay;

	if (r->body.len == 0 || !parse_body(r, l)) {
		free(l);
		http_fail(r, MHD_HTTP_BAD_REQUEST,
		    "Expected {\"name\": \"...\", \"password\": \"...\"}.");
		return;
	}
	delay = login_delay(r->h->sessions, l->name, clock_wall() / NS_PER_S);
	if (delay > 0 || under_way >= AT_ONCE) {
		l->hash = NULL;
		login_free(l);
		r->retry_after = delay > 0 ? (unsigned)delay : 1;
		http_fail(r, MHD_HTTP_TOO_MANY_REQUESTS,
		    "Too many failed logins; wait a moment.");
		return;
	}
	hash = hash_of(r->h->d, l->name);
	l->known = hash != NULL;
	l->hash = xstrdup(hash == NULL ? NO_HASH : hash);
	l->request = r;
	l->work.data = l;
	r->login = l;
	under_way++;
	must(uv_queue_work(
		 r->h->d->loop, &l->work, check_password, after_check) == 0);
}

void
login_forget(struct http_request *r)
{
	if (r->login != NULL)
		r->login->request = NULL;
	r->login = NULL;
}
