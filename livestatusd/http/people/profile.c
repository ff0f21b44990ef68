/* SPDX-License-Identifier: Apache-2.0
 *
 * The page "Me": what one sees and changes of oneself. Only with a session
 * of the console: no program, no view.
 */
#include "livestatusd/http/people/profile.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/http/people/people.h"
#include "livestatusd/http/people/who.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#define VIEWS_MAX 20 /* of a person */
#define TITLE_MAX 100

const char *
profile_text(const json_t *doc, const char *key)
{
	const char *text = json_string_value(json_object_get(doc, key));

	return text == NULL ? "" : text;
}

json_t *
profile_begin(struct http_request *r)
{
	struct err err;
	json_t *entry = people_begin(r->h->people, r->user, &err);

	if (entry == NULL) {
		log_error("people: %s", err.text);
		http_fail(r, MHD_HTTP_INTERNAL_SERVER_ERROR,
		    "It cannot be kept; the administrator finds why in the "
		    "log of livestatusd.");
	}
	return entry;
}

bool
profile_end(struct http_request *r)
{
	struct err err;

	if (people_end(r->h->people, &err) == 0)
		return true;
	log_error("people: %s", err.text);
	http_fail(r, MHD_HTTP_INTERNAL_SERVER_ERROR,
	    "It cannot be kept; the administrator finds why in the log of "
	    "livestatusd.");
	return false;
}

void
profile_done(struct http_request *r, const char *action, const char *message)
{
	log_info("user %s: %s", r->user, action);
	http_audit(r, action, message);
	http_json(r, MHD_HTTP_OK, json_pack("{s:b}", "ok", 1));
}

/* --- what there is -------------------------------------------------------- */

static json_t *
second_of(const json_t *entry)
{
	const json_t *second = json_object_get(entry, "second_factor");

	return json_pack("{s:b, s:I, s:I}", "on", second != NULL, "since",
	    json_integer_value(json_object_get(second, "since")), "codes",
	    (json_int_t)json_array_size(json_object_get(second, "codes")));
}

static json_t *
views_of(const json_t *entry)
{
	json_t *list = json_array(), *one;
	const char *id;

	json_object_foreach(json_object_get(entry, "views"), id, one)
	{
		json_array_append_new(list,
		    json_pack("{s:s, s:O?, s:O?, s:O?}", "id", id, "title",
			json_object_get(one, "title"), "pages",
			json_object_get(one, "pages"), "since",
			json_object_get(one, "since")));
	}
	return list;
}

static void
show(struct http_request *r, const json_t *unused)
{
	const json_t *entry;
	struct person p;
	json_t *since;

	(void)unused;
	who_find(r->h, r->user, &p);
	entry = people_find(r->h->people, r->user);
	since = json_object_get(json_object_get(entry, "password"), "since");
	http_json(r, MHD_HTTP_OK,
	    json_pack("{s:b, s:O?, s:I, s:o, s:o, s:o, s:o}", "directory",
		p.directory, "password_since", since, "password_length",
		(json_int_t)r->h->d->settings->password_length, "second_factor",
		second_of(entry), "views", views_of(entry), "pages",
		view_pages(), "sessions",
		sessions_list(r->h->sessions, r->user, auth_token(r))));
}

/* --- how the console is to be --------------------------------------------- */

/* keys: single keys act; theme: system, light or dark. */
static void
set_settings(struct http_request *r, const json_t *doc)
{
	const json_t *keys = json_object_get(doc, "keys");
	const char *theme = profile_text(doc, "theme");
	json_t *entry;

	if (!json_is_boolean(keys) ||
	    (strcmp(theme, "system") != 0 && strcmp(theme, "light") != 0 &&
		strcmp(theme, "dark") != 0)) {
		http_fail(r, MHD_HTTP_BAD_REQUEST,
		    "keys (true or false) and theme (system, light or dark) "
		    "are expected.");
		return;
	}
	entry = profile_begin(r);
	if (entry == NULL)
		return;
	json_object_set_new(entry, "settings",
	    json_pack(
		"{s:b, s:s}", "keys", json_is_true(keys), "theme", theme));
	if (profile_end(r))
		profile_done(r, "settings changed", NULL);
}

/* --- views ---------------------------------------------------------------- */

static void
random_hex(char *to, size_t bytes)
{
	uint8_t random[32];

	must(bytes <= sizeof(random) &&
	    getrandom(random, bytes, 0) == (ssize_t)bytes);
	for (size_t i = 0; i < bytes; i++)
		snprintf(to + 2 * i, 3, "%02x", random[i]);
}

static bool
are_pages(const json_t *pages)
{
	size_t i;
	json_t *one;

	json_array_foreach((json_t *)(uintptr_t)pages, i,
	    one) if (!view_has_page(json_string_value(one))) return false;
	return json_array_size(pages) > 0 && json_array_size(pages) <= 20;
}

static void
add_view(struct http_request *r, const json_t *doc)
{
	const char *title = profile_text(doc, "title");
	json_t *pages = json_object_get(doc, "pages"), *entry, *views;
	char id[17], token[65], hash[PEOPLE_HASH_LEN + 1];

	if (*title == '\0' || strlen(title) > TITLE_MAX || !are_pages(pages)) {
		http_fail(r, MHD_HTTP_BAD_REQUEST,
		    "A title, and pages that a view may have, are needed.");
		return;
	}
	random_hex(id, 8);
	random_hex(token, 32);
	people_hash(token, hash);
	entry = profile_begin(r);
	if (entry == NULL)
		return;
	views = json_object_get(entry, "views");
	if (views == NULL) {
		views = json_object();
		json_object_set_new(entry, "views", views);
	}
	if (json_object_size(views) >= VIEWS_MAX) {
		if (profile_end(r))
			http_fail(r, MHD_HTTP_CONFLICT,
			    "There are 20 views; remove one first.");
		return;
	}
	json_object_set_new(views, id,
	    json_pack("{s:s, s:O, s:s, s:I}", "title", title, "pages", pages,
		"of", hash, "since", (json_int_t)(clock_wall() / NS_PER_S)));
	if (!profile_end(r))
		return;
	profile_done(r, "view made", title);
	http_json(
	    r, MHD_HTTP_OK, json_pack("{s:s, s:s}", "id", id, "token", token));
	OPENSSL_cleanse(token, sizeof(token));
}

static void
remove_view(struct http_request *r, const json_t *doc)
{
	json_t *entry = profile_begin(r), *views;
	char *title;
	int rc;

	if (entry == NULL)
		return;
	views = json_object_get(entry, "views");
	title = xstrdup(profile_text(
	    json_object_get(views, profile_text(doc, "id")), "title"));
	rc = json_object_del(views, profile_text(doc, "id"));
	if (views != NULL && json_object_size(views) == 0)
		json_object_del(entry, "views");
	if (profile_end(r) && rc == 0)
		profile_done(r, "view removed", title);
	else if (r->status == 0)
		http_fail(r, MHD_HTTP_NOT_FOUND, "There is no such view.");
	free(title);
}

/* --- sessions ------------------------------------------------------------- */

static void
end_sessions(struct http_request *r, const json_t *doc)
{
	const char *id = json_string_value(json_object_get(doc, "id"));
	struct err err;

	if (id == NULL)
		session_end_others(r->h->sessions, r->user, auth_token(r));
	else if (!session_end_id(r->h->sessions, r->user, id)) {
		http_fail(r, MHD_HTTP_NOT_FOUND, "There is no such session.");
		return;
	}
	if (sessions_save(r->h->sessions, &err) == -1)
		log_warn("sessions: %s", err.text);
	profile_done(r, "sessions ended", id == NULL ? "all others" : "one");
}

/* --- addresses ------------------------------------------------------------ */

static const struct {
	const char *name, *method, *permission;
	void (*handle)(struct http_request *r, const json_t *doc);
} parts[] = {
    {"profile", "GET", "general.use", show},
    {"password", "POST", "general.change_password", profile_password},
    {"second-factor", "POST", "general.change_password", profile_second},
    {"settings", "POST", "general.edit_profile", set_settings},
    {"view", "POST", "general.edit_profile", add_view},
    {"view-remove", "POST", "general.edit_profile", remove_view},
    {"sessions-end", "POST", "general.edit_profile", end_sessions},
};

static void
handle(struct http_request *r, size_t i)
{
	json_t *doc = NULL;

	if (strcmp(r->method, parts[i].method) != 0)
		http_fail(r, MHD_HTTP_METHOD_NOT_ALLOWED,
		    "This page is asked by another method.");
	else if (!r->by_cookie || !http_may(r, parts[i].permission))
		http_fail(r, MHD_HTTP_FORBIDDEN,
		    "Only for people who are logged in to the console and have "
		    "the permission for it.");
	else if (strcmp(r->method, "GET") == 0)
		parts[i].handle(r, NULL);
	else {
		doc = json_loadb(str_get(&r->body), r->body.len,
		    JSON_REJECT_DUPLICATES, NULL);
		OPENSSL_cleanse(r->body.s, r->body.len);
		if (json_is_object(doc))
			parts[i].handle(r, doc);
		else
			http_fail(r, MHD_HTTP_BAD_REQUEST,
			    "The body should be JSON.");
	}
	json_decref(doc);
}

bool
profile_handle(struct http_request *r)
{
	const char *name = r->path + strlen("console/");

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (strcmp(parts[i].name, name) == 0) {
			handle(r, i);
			return true;
		}
	return false;
}
