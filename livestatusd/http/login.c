/* SPDX-License-Identifier: Apache-2.0
 *
 * Logging in to the console, and out.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/http/internal.h"
#include "livestatusd/http/multisite.h"
#include "livestatusd/http/people/who.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#define NAME_MAX_LEN 256
#define CODE_MAX     64

struct login {
	struct http_request *r;
	struct who_check *check;
	char *name, *code; /* of the second factor; NULL: none was typed */
};

static void
login_free(struct login *l)
{
	free(l->name);
	free(l->code);
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
	/* Programs look for this name; the console does not take it. */
	r->cookie = xasprintf("%s_%s=%s; Path=%s; HttpOnly; "
			      "SameSite=Strict; Max-Age=%d",
	    multisite_is_path(r->path) ? "auth" : "vedette", r->h->d->site,
	    token, r->h->prefix, SESSION_IDLE);
	http_json(r, MHD_HTTP_OK, json_pack("{s:b}", "ok", 1));
	log_info("user %s: logged in", r->user);
	http_audit(r, "login", NULL);
}

static void
refuse(struct http_request *r, const char *name, const char *text)
{
	int64_t now = clock_wall() / NS_PER_S;

	r->h->refused_logins++;
	login_failed(r->h->sessions, name, now);
	r->retry_after = (unsigned)login_delay(r->h->sessions, name, now);
	http_fail(r, MHD_HTTP_FORBIDDEN, text);
	log_warn("user %.60s: login refused", name);
}

/* Programs, and people without the permission, stay out of the console. */
static bool
may_use_console(struct http_request *r, const char *name)
{
	return auth_accept(r, name) && http_may(r, "general.use") &&
	    !r->automation;
}

/* The password was right. */
static void
ask_for_code(struct login *l)
{
	struct http_request *r = l->r;

	if (!second_is_on(r->h, l->name))
		let_in(r);
	else if (l->code == NULL)
		http_json(r, MHD_HTTP_FORBIDDEN,
		    json_pack("{s:s, s:b}", "error",
			"The code of your second factor is needed.",
			"second_factor", 1));
	else if (second_check(r->h, l->name, l->code))
		let_in(r);
	else
		refuse(r, l->name, "Wrong code, or one that was used already.");
}

static void
on_checked(void *arg, enum who_result result, const char *why)
{
	struct login *l = arg;
	struct http_request *r = l->r;

	r->work = NULL;
	r->cancel = NULL;
	if (result == WHO_FAILED)
		http_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE, why);
	else if (result == WHO_OK && may_use_console(r, l->name))
		ask_for_code(l);
	else
		refuse(r, l->name,
		    "Wrong name or password, or not allowed to use the "
		    "console.");
	login_free(l);
	http_done(r);
}

static void
on_gone(struct http_request *r)
{
	struct login *l = r->work;

	who_forget(l->check);
	login_free(l);
}

static void
start(struct http_request *r, const char *typed, const char *password,
    const char *code)
{
	struct login *l = xnew(struct login);
	enum who_result result;
	struct err why;
	int64_t delay;

	l->r = r;
	l->name = who_name(r->h, typed);
	l->code = code == NULL ? NULL : xstrdup(code);
	delay = login_delay(r->h->sessions, l->name, clock_wall() / NS_PER_S);
	if (delay > 0) {
		r->retry_after = (unsigned)delay;
		login_free(l);
		http_fail(r, MHD_HTTP_TOO_MANY_REQUESTS,
		    "Too many failed logins; wait a moment.");
		return;
	}
	result =
	    who_start(r->h, l->name, password, on_checked, l, &l->check, &why);
	if (result == WHO_PENDING) {
		r->work = l;
		r->cancel = on_gone;
		return;
	}
	login_free(l);
	r->retry_after = 1;
	http_fail(r,
	    result == WHO_BUSY ? MHD_HTTP_TOO_MANY_REQUESTS
			       : MHD_HTTP_SERVICE_UNAVAILABLE,
	    why.text);
}

void
login_try(struct http_request *r, const char *name, const char *password,
    const char *code)
{
	if (name[0] == '\0' || strlen(name) > NAME_MAX_LEN ||
	    strlen(password) > PASSWORD_MAX ||
	    (code != NULL && strlen(code) > CODE_MAX))
		http_fail(r, MHD_HTTP_BAD_REQUEST,
		    "A name and a password are expected.");
	else
		start(r, name, password, code);
}

void
login_handle(struct http_request *r)
{
	json_t *doc = json_loadb(
	    str_get(&r->body), r->body.len, JSON_REJECT_DUPLICATES, NULL);
	const char *name = json_string_value(json_object_get(doc, "name"));
	const char *password =
	    json_string_value(json_object_get(doc, "password"));
	const char *code = json_string_value(json_object_get(doc, "code"));

	if (r->body.len > 0)
		OPENSSL_cleanse(r->body.s, r->body.len);
	if (name == NULL || password == NULL)
		http_fail(r, MHD_HTTP_BAD_REQUEST,
		    "Expected {\"name\": \"...\", \"password\": \"...\"}.");
	else
		login_try(r, name, password, code);
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
