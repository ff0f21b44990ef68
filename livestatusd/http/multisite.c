/* SPDX-License-Identifier: Apache-2.0
 *
 * See multisite.h: addresses, forms, who asks.
 */
#include "livestatusd/http/multisite.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>

#define PREFIX        "check_mk/"
#define TRANSACTION_S 3600
#define VALUE_MAX     65536 /* bytes of a variable */

bool
multisite_is_path(const char *path)
{
	return strncmp(path, PREFIX, strlen(PREFIX)) == 0 &&
	    strncmp(path + strlen(PREFIX), "api/", 4) != 0;
}

const char *
multisite_text(const json_t *in, const char *name)
{
	const char *text = json_string_value(json_object_get(in, name));

	return text == NULL ? "" : text;
}

/* --- variables ------------------------------------------------------------ */

static enum MHD_Result
add_argument(
    void *in, enum MHD_ValueKind kind, const char *key, const char *value)
{
	(void)kind;
	json_object_set_new(in, key, json_string(value == NULL ? "" : value));
	return MHD_YES;
}

/* A piece of a field of the form; long ones come in several. */
static enum MHD_Result
add_field(void *in, enum MHD_ValueKind kind, const char *key,
    const char *filename, const char *type, const char *encoding,
    const char *data, uint64_t at, size_t n)
{
	const char *before = at == 0 ? "" : multisite_text(in, key);
	char *text;

	(void)kind;
	(void)filename;
	(void)type;
	(void)encoding;
	if (at + n > VALUE_MAX)
		return MHD_NO;
	text = xasprintf("%s%.*s", before, (int)n, data == NULL ? "" : data);
	json_object_set_new(in, key, json_string(text));
	OPENSSL_cleanse(text, strlen(text));
	free(text);
	return MHD_YES;
}

/* Of the address, and of a form (application/x-www-form-urlencoded or
 * multipart/form-data) on top of it. */
static json_t *
read_variables(struct http_request *r)
{
	json_t *in = json_object();
	struct MHD_PostProcessor *p;

	MHD_get_connection_values(
	    r->connection, MHD_GET_ARGUMENT_KIND, add_argument, in);
	if (r->body.len == 0)
		return in;
	p = MHD_create_post_processor(r->connection, 4096, add_field, in);
	if (p != NULL) {
		MHD_post_process(p, str_get(&r->body), r->body.len);
		MHD_destroy_post_processor(p);
	}
	OPENSSL_cleanse(r->body.s, r->body.len);
	return in;
}

/* --- transactions: what another site's page cannot know --------------------
 */

static void
sign(struct http_request *r, int64_t time, char hex_r[65])
{
	const char *session = r->by_cookie ? auth_token(r) : "";
	char *text = xasprintf("%" PRId64 " %s %s", time, r->user, session);
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	must(HMAC(EVP_sha256(), r->h->transactions, sizeof(r->h->transactions),
		 (const unsigned char *)text, strlen(text), mac, &n) != NULL);
	for (unsigned i = 0; i < 32; i++)
		snprintf(hex_r + 2 * i, 3, "%02x", mac[i]);
	free(text);
}

char *
multisite_transaction(struct http_request *r)
{
	int64_t now = clock_wall() / NS_PER_S;
	char hex[65];

	sign(r, now, hex);
	return xasprintf("%" PRId64 "/%s", now, hex);
}

bool
multisite_is_transaction(struct http_request *r, const char *id)
{
	int64_t now = clock_wall() / NS_PER_S, time;
	struct slice rest = slice_of(id), word;
	char hex[65];

	/* A program has no pages that another site's could fool. */
	if (r->automation && strcmp(id, "-1") == 0)
		return true;
	if (!slice_next(&rest, '/', &word) || !num_i64(word, &time) ||
	    rest.len != 64 || time > now + 60 || time < now - TRANSACTION_S)
		return false;
	sign(r, time, hex);
	return CRYPTO_memcmp(rest.s, hex, 64) == 0;
}

/* --- pages ---------------------------------------------------------------- */

static void
html(struct http_request *r, const char *body)
{
	r->status = MHD_HTTP_OK;
	r->type = "text/html; charset=utf-8";
	r->link_page = true;
	str_clear(&r->out);
	str_addf(&r->out,
	    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta "
	    "charset=\"utf-8\"><title>Vedette</title></head><body>%s</body>"
	    "</html>\n",
	    body);
}

/* Programs know by a page of HTML that they have to log in. */
static void
login_page(struct http_request *r)
{
	char *body = xasprintf(
	    "<h1>Please log in</h1><form method=\"post\" "
	    "action=\"%scheck_mk/login.py\"><label>Name <input "
	    "name=\"_username\"></label> <label>Password <input "
	    "type=\"password\" name=\"_password\"></label><input "
	    "type=\"hidden\" name=\"_login\" value=\"1\"><button>Log in"
	    "</button></form><p>People use <a href=\"%s\">the console</a>.</p>",
	    r->h->prefix, r->h->prefix);

	html(r, body);
	free(body);
}

/* A page with what a command has to bring along. */
static void
command_page(struct http_request *r)
{
	char *id = multisite_transaction(r), *body;

	body = xasprintf(
	    "<form method=\"get\" action=\"view.py\"><input type=\"hidden\" "
	    "name=\"_transid\" value=\"%s\"><input type=\"hidden\" "
	    "name=\"csrf_token\" value=\"%s\"></form><p>This page is for "
	    "programs: people use <a href=\"%s\">the console</a>.</p>",
	    id, id, r->h->prefix);
	html(r, body);
	free(body);
	free(id);
}

static void
view_page(struct http_request *r, const json_t *in)
{
	const struct multisite_view *v =
	    multisite_find(multisite_text(in, "view_name"));
	bool acts = *multisite_text(in, "_do_actions") != '\0';

	if (acts &&
	    !multisite_is_transaction(r, multisite_text(in, "_transid")))
		http_fail(r, MHD_HTTP_FORBIDDEN,
		    "_transid is missing or too old: ask the page again with "
		    "actions=yes.");
	else if (v == NULL)
		http_fail(r, MHD_HTTP_NOT_FOUND,
		    "There is no such view; there are allhosts, hostproblems, "
		    "hoststatus, host, allservices, svcproblems, service, "
		    "nagstamon_hosts and nagstamon_svc.");
	else if (acts)
		multisite_act(r, v, in);
	else if (*multisite_text(in, "output_format") != '\0')
		multisite_rows(r, v, in);
	else
		command_page(r);
}

static void
reschedule_page(struct http_request *r, json_t *in)
{
	bool service = *multisite_text(in, "service") != '\0';

	if (strcmp(r->method, "POST") != 0 ||
	    !multisite_is_transaction(r, multisite_text(in, "csrf_token"))) {
		http_fail(r, MHD_HTTP_FORBIDDEN,
		    "POST with a csrf_token of view.py?actions=yes is "
		    "expected.");
		return;
	}
	json_object_set_new(in, "_resched_checks", json_string("yes"));
	multisite_act(
	    r, multisite_find(service ? "service" : "hoststatus"), in);
}

/* index.py?start_url=view.py?view_name=...: a link for people. */
static void
index_page(struct http_request *r, const json_t *in)
{
	static const struct {
		const char *view, *page;
	} pages[] = {{"hostproblems", "problems"}, {"svcproblems", "problems"},
	    {"allhosts", "hosts"}, {"nagstamon_hosts", "hosts"},
	    {"allservices", "services"}, {"nagstamon_svc", "services"},
	    {"events", "history"}};
	const char *start = multisite_text(in, "start_url");
	const char *page = "problems";
	struct str to = {0};

	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		if (strstr(start, pages[i].view) != NULL)
			page = pages[i].page;
	str_addf(&to, "%s#/%s", r->h->prefix, page);
	r->location = str_steal(&to);
	r->status = MHD_HTTP_FOUND;
}

static void
page(struct http_request *r)
{
	const char *name = r->path + strlen(PREFIX);
	json_t *in = read_variables(r);

	if (!http_may(r, "general.use"))
		http_fail(r, MHD_HTTP_FORBIDDEN,
		    "You are not allowed to use the console.");
	else if (r->view != NULL)
		http_fail(
		    r, MHD_HTTP_FORBIDDEN, "This view may not show that.");
	else if (strcmp(name, "view.py") == 0)
		view_page(r, in);
	else
		reschedule_page(r, in);
	json_decref(in);
}

static bool
is_stranger(struct http_request *r)
{
	const char *token = auth_token(r);

	return http_header(r, "Authorization") == NULL &&
	    (token == NULL ||
		!session_lives(r->h->sessions, token, clock_wall() / NS_PER_S));
}

static void
login(struct http_request *r)
{
	json_t *in = read_variables(r);

	login_try(r, multisite_text(in, "_username"),
	    multisite_text(in, "_password"), NULL);
	json_decref(in);
}

void
multisite_handle(struct http_request *r)
{
	const char *name = r->path + strlen(PREFIX);
	bool is_login = strcmp(name, "login.py") == 0;
	json_t *in;

	if (is_login && strcmp(r->method, "POST") == 0)
		login(r);
	else if (is_login)
		login_page(r);
	else if (strcmp(name, "index.py") == 0 || *name == '\0') {
		in = read_variables(r);
		index_page(r, in);
		json_decref(in);
	} else if (strcmp(name, "view.py") != 0 &&
	    strcmp(name, "ajax_reschedule.py") != 0)
		http_fail(r, MHD_HTTP_NOT_FOUND, "There is no such page.");
	else if (is_stranger(r))
		login_page(r);
	else
		auth_start(r, page);
}
