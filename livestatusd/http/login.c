/* SPDX-License-Identifier: Apache-2.0
 *
 * Logging in to the console, and out.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/http/internal.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#define NAME_MAX_LEN 256

struct login {
	struct http_request *r;
	struct password_check *check;
	char *name;
};

static void
login_free(struct login *l)
{
	free(l->name);
	free(l);
}

static void
let_in(struct http_request *r)
{
	struct sessions *s = r->h->sessions;
	char token[SESSION_TOKEN_LEN + 1];
	struct err err;

	login_succeeded(s, r->user);
	session_start(s, r->user, clock_wall() / NS_PER_S, token);
	if (sessions_save(s, &err) == -1)
		log_warn("sessions: %s (they end with the daemon)", err.text);
	r->cookie = xasprintf("vedette_%s=%s; Path=%s; HttpOnly; "
			      "SameSite=Strict; Max-Age=%d",
	    r->h->d->site, token, r->h->prefix, SESSION_IDLE);
	http_json(r, MHD_HTTP_OK, json_pack("{s:b}", "ok", 1));
	log_info("user %s: logged in", r->user);
}

static void
refuse(struct http_request *r, const char *name)
{
	int64_t now = clock_wall() / NS_PER_S;

	r->h->refused_logins++;
	login_failed(r->h->sessions, name, now);
	r->retry_after = (unsigned)login_delay(r->h->sessions, name, now);
	http_fail(r, MHD_HTTP_FORBIDDEN,
	    "Wrong name or password, or not allowed to use the console.");
	log_warn("user %.60s: login refused", name);
}

/* Programs, and people without the permission, stay out of the console. */
static bool
may_use_console(struct http_request *r, const char *name)
{
	return auth_accept(r, slice_of(name)) && http_may(r, "general.use") &&
	    !r->automation;
}

static void
on_checked(void *arg, bool ok)
{
	struct login *l = arg;
	struct http_request *r = l->r;

	r->work = NULL;
	r->cancel = NULL;
	if (ok && may_use_console(r, l->name))
		let_in(r);
	else
		refuse(r, l->name);
	login_free(l);
	http_done(r);
}

static void
on_gone(struct http_request *r)
{
	struct login *l = r->work;

	password_forget(l->check);
	login_free(l);
}

static void
start(struct http_request *r, const char *name, const char *password)
{
	int64_t delay =
	    login_delay(r->h->sessions, name, clock_wall() / NS_PER_S);
	const struct snapshot *snap = r->h->d->snapshot;
	uint32_t i = snap_find_contact(snap, slice_of(name));
	struct login *l;

	if (delay > 0) {
		r->retry_after = (unsigned)delay;
		http_fail(r, MHD_HTTP_TOO_MANY_REQUESTS,
		    "Too many failed logins; wait a moment.");
		return;
	}
	l = xnew(struct login);
	l->r = r;
	l->name = xstrdup(name);
	l->check =
	    password_start(r->h->passwords, r->h->d->loop, name, password,
		i == SNAP_NONE ? NULL
			       : snap_s(snap, snap->contacts[i].password_hash),
		on_checked, l);
	if (l->check == NULL) {
		login_free(l);
		r->retry_after = 1;
		http_fail(r, MHD_HTTP_TOO_MANY_REQUESTS,
		    "Too many logins at once; wait a moment.");
		return;
	}
	r->work = l;
	r->cancel = on_gone;
}

void
login_handle(struct http_request *r)
{
	json_t *doc = json_loadb(
	    str_get(&r->body), r->body.len, JSON_REJECT_DUPLICATES, NULL);
	const char *name = json_string_value(json_object_get(doc, "name"));
	const char *password =
	    json_string_value(json_object_get(doc, "password"));

	if (r->body.len > 0)
		OPENSSL_cleanse(r->body.s, r->body.len);
	if (name == NULL || password == NULL || name[0] == '\0' ||
	    strlen(name) > NAME_MAX_LEN || strlen(password) > PASSWORD_MAX)
		http_fail(r, MHD_HTTP_BAD_REQUEST,
		    "Expected {\"name\": \"...\", \"password\": \"...\"}.");
	else
		start(r, name, password);
	json_decref(doc);
}

void
logout_handle(struct http_request *r)
{
	const char *token = auth_token(r);
	struct err err;

	if (token != NULL)
		session_end(r->h->sessions, token);
	if (sessions_save(r->h->sessions, &err) == -1)
		log_warn("sessions: %s", err.text);
	r->cookie = xasprintf("vedette_%s=; Path=%s; HttpOnly; "
			      "SameSite=Strict; Max-Age=0",
	    r->h->d->site, r->h->prefix);
	http_json(r, MHD_HTTP_OK, json_pack("{s:b}", "ok", 1));
}
