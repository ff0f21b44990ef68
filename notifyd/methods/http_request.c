/* SPDX-License-Identifier: Apache-2.0
 *
 * Templates, parameters and secrets put together; see http_request.h.
 */
#include "notifyd/methods/http_request.h"

#include "common/mem.h"
#include "notifyd/methods/secret.h"
#include "notifyd/methods/template.h"

#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_WORDS 8
/* Shorter parts of a secret address hide nothing. */
#define HIDE_FROM 6

/* --- what all requests of a delivery share ---------------------------------
 */

/* The parameter's file. NULL: not given, or not readable (then err). */
static char *
read_parameter_file(const struct delivery *d, const char *root,
    const char *parameter, struct err *err_r)
{
	const char *file = method_text(d->params, parameter);
	char *text;

	err_r->text[0] = '\0';
	if (file[0] == '\0')
		return NULL;
	text = secret_read(root, file, err_r);
	if (text == NULL)
		err_prefix(err_r, "%s", parameter);
	return text;
}

static enum method_code
missing(const char *parameter, struct err *err_r)
{
	if (err_r->text[0] != '\0') /* the file is not there */
		return METHOD_AGAIN;
	err_set(err_r, "the parameter %s is missing", parameter);
	return METHOD_FAILED;
}

static void
memory_read(struct http_request *r, const struct delivery *d)
{
	json_t *memory =
	    d->memory == NULL ? NULL : json_loads(d->memory, 0, NULL);
	const char *ticket =
	    json_string_value(json_object_get(memory, "ticket"));
	const char *of = json_string_value(json_object_get(memory, "delivery"));

	if (ticket != NULL)
		r->ticket = xstrdup(ticket);
	if (of != NULL && strcmp(of, d->id) == 0)
		r->steps_done = (unsigned)json_integer_value(
		    json_object_get(memory, "steps"));
	json_decref(memory);
}

/* `url` of the parameters: with macros for free forms alone. */
static char *
address_of(const struct delivery *d, const struct http_method *m)
{
	const char *url = method_text(d->params, "url");
	struct template_world w = {
	    .params = d->params, .ctx = &d->ctx, .escape = TEMPLATE_URL};
	struct str text = {0};

	if (url[0] == '\0')
		return m->url == NULL ? NULL : xstrdup(m->url);
	if (!m->free_form)
		return xstrdup(url);
	nd_template_expand(&text, url, &w);
	return str_steal(&text);
}

static void
set_user(struct http_request *r, const struct http_method *m,
    const struct delivery *d)
{
	const char *user = method_text(d->params, "user");

	if ((m->auth == HTTP_BASIC || m->auth == HTTP_LOGIN) && user[0] != '\0')
		r->user = user;
}

enum method_code
http_request_open(struct http_request *r, const struct method_def *def,
    const char *root, const struct delivery *d, struct err *err_r)
{
	const struct http_method *m = def->http;

	r->address = read_parameter_file(d, root, "url_file", err_r);
	r->address_is_secret = r->address != NULL;
	if (r->address == NULL && err_r->text[0] == '\0')
		r->address = address_of(d, m);
	if (r->address == NULL)
		return missing("url (or url_file)", err_r);
	r->base = xstrdup(r->address);
	for (size_t n = strlen(r->base); n > 0 && r->base[n - 1] == '/';)
		r->base[--n] = '\0';
	if (m->secret != NULL) {
		r->secret = read_parameter_file(d, root, m->secret, err_r);
		if (r->secret == NULL &&
		    (!m->secret_optional || err_r->text[0] != '\0'))
			return missing(m->secret, err_r);
	}
	r->proxy_login =
	    read_parameter_file(d, root, "proxy_login_file", err_r);
	if (r->proxy_login == NULL && err_r->text[0] != '\0')
		return METHOD_AGAIN;
	r->sign_key = read_parameter_file(d, root, "sign_key_file", err_r);
	if (r->sign_key == NULL && err_r->text[0] != '\0')
		return METHOD_AGAIN;
	set_user(r, m, d);
	memory_read(r, d);
	return METHOD_DONE;
}

static void
request_reset(struct http_request *r)
{
	for (size_t i = 0; i < r->n_headers; i++) {
		explicit_bzero(r->headers[i], strlen(r->headers[i]));
		free(r->headers[i]);
	}
	r->n_headers = 0;
	r->has_body = false;
	str_clear(&r->url);
	str_clear(&r->body);
}

void
http_request_clear(struct http_request *r)
{
	request_reset(r);
	secret_free(&r->address);
	secret_free(&r->base);
	secret_free(&r->secret);
	secret_free(&r->proxy_login);
	secret_free(&r->sign_key);
	free(r->ticket);
	free(r->picked);
	str_free(&r->url);
	str_free(&r->body);
}

/* --- one request -----------------------------------------------------------
 */

/* One line, without control characters; what is beyond the bound is left. */
static void
add_header(struct http_request *r, const char *name, const char *value)
{
	char *line;

	if (r->n_headers == HTTP_MAX_HEADERS || value[0] == '\0')
		return;
	line = xasprintf("%s: %s", name, value);
	for (char *p = line; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	}
	r->headers[r->n_headers++] = line;
}

static void
add_auth(struct http_request *r, const struct http_method *m,
    const struct template_world *w)
{
	struct str line = {0};
	char *colon;

	if (r->secret == NULL)
		return;
	if (m->auth == HTTP_LOGIN && r->user == NULL) {
		str_addf(&line, "Bearer %s", r->secret);
		add_header(r, "Authorization", str_get(&line));
	} else if (m->auth == HTTP_HEADER) {
		nd_template_expand(&line, m->auth_header, w);
		colon = strchr(line.s, ':');
		*colon = '\0';
		add_header(r, line.s, colon + 2);
	}
	if (line.s != NULL)
		explicit_bzero(line.s, line.cap);
	str_free(&line);
}

static void
add_given_headers(struct http_request *r, const struct delivery *d,
    const struct template_world *w)
{
	const char *name;
	json_t *value;

	json_object_foreach(json_object_get(d->params, "headers"), name, value)
	{
		struct str text = {0};

		if (json_is_string(value))
			nd_template_expand(&text, json_string_value(value), w);
		if (strpbrk(name, ":\r\n ") == NULL)
			add_header(r, name, str_get(&text));
		str_free(&text);
	}
}

static enum template_escape
escape_of(const char *type)
{
	if (strstr(type, "json") != NULL)
		return TEMPLATE_JSON;
	if (strstr(type, "urlencoded") != NULL)
		return TEMPLATE_URL;
	if (strstr(type, "html") != NULL || strstr(type, "xml") != NULL)
		return TEMPLATE_HTML;
	return TEMPLATE_PLAIN;
}

static void
set_json(struct http_request *r, const json_t *template,
    const struct template_world *w)
{
	json_t *body = nd_template_json(template, w);
	char *text = json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY);

	if (text != NULL)
		str_add(&r->body, text);
	r->has_body = true;
	free(text);
	json_decref(body);
}

/* A webhook's body: what the parameter says, or the whole context. */
static void
set_free_body(
    struct http_request *r, const struct delivery *d, struct template_world *w)
{
	const json_t *body = json_object_get(d->params, "body");
	const char *type = method_text(d->params, "content_type");

	if (strcmp(r->verb, "GET") == 0 || strcmp(r->verb, "DELETE") == 0)
		return;
	if (json_is_string(body)) {
		w->escape = escape_of(type);
		nd_template_expand(&r->body, json_string_value(body), w);
		r->has_body = true;
	} else if (body != NULL) {
		set_json(r, body, w);
	} else {
		json_t *all = context_to_json(&d->ctx);
		char *text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);

		str_add(&r->body, text == NULL ? "{}" : text);
		r->has_body = true;
		free(text);
		json_decref(all);
	}
	add_header(r, "Content-Type", type);
}

static int
set_body(struct http_request *r, const struct http_step *step,
    const struct template_world *w, struct err *err_r)
{
	json_error_t bad;
	json_t *template;

	if (step->body == NULL)
		return 0;
	template = json_loads(step->body, 0, &bad);
	if (template == NULL) {
		err_set(err_r, "the description of the method: %s", bad.text);
		return -1;
	}
	set_json(r, template, w);
	json_decref(template);
	add_header(r, "Content-Type", "application/json");
	return 0;
}

static void
add_signature(struct http_request *r)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	char text[2 * EVP_MAX_MD_SIZE + 8] = "sha256=";

	if (r->sign_key == NULL ||
	    HMAC(EVP_sha256(), r->sign_key, (int)strlen(r->sign_key),
		(const unsigned char *)str_get(&r->body), r->body.len, sum,
		&len) == NULL)
		return;
	for (unsigned i = 0; i < len; i++)
		snprintf(text + 7 + 2 * (size_t)i, 3, "%02x", sum[i]);
	add_header(r, "X-Vedette-Signature", text);
}

static int
set_verb(struct http_request *r, const char *verb, struct err *err_r)
{
	if (verb[0] == '\0' || strlen(verb) >= sizeof(r->verb) ||
	    strspn(verb, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(verb)) {
		err_set(err_r, "verb: \"%.20s\" is no HTTP method", verb);
		return -1;
	}
	snprintf(r->verb, sizeof(r->verb), "%s", verb);
	return 0;
}

int
http_request_make(struct http_request *r, const struct http_step *step,
    const struct http_method *m, const struct delivery *d, struct err *err_r)
{
	const char *level = m->levels[notice_state(&d->ctx)];
	const struct template_word words[MAX_WORDS] = {{"URL", r->address},
	    {"BASE", r->base}, {"SECRET", r->secret == NULL ? "" : r->secret},
	    {"LEVEL", level == NULL ? "" : level},
	    {"TICKET", r->ticket == NULL ? "" : r->ticket},
	    {"PICKED", r->picked == NULL ? "" : r->picked}, {NULL, NULL}};
	struct template_world w = {
	    .words = words, .params = d->params, .ctx = &d->ctx};
	const char *verb = m->free_form ? method_text(d->params, "verb")
	    : step->verb == NULL        ? "POST"
					: step->verb;

	request_reset(r);
	if (set_verb(r, verb, err_r) < 0)
		return -1;
	w.escape = TEMPLATE_URL;
	nd_template_expand(&r->url, step->url, &w);
	w.escape = TEMPLATE_PLAIN;
	add_auth(r, m, &w);
	if (m->free_form) {
		add_given_headers(r, d, &w);
		set_free_body(r, d, &w);
	} else if (set_body(r, step, &w, err_r) < 0) {
		return -1;
	}
	add_signature(r);
	return 0;
}

/* --- what is kept ----------------------------------------------------------
 */

static void
replace(char **to, const char *text)
{
	free(*to);
	*to = text == NULL ? NULL : xstrdup(text);
}

void
http_request_ticket(struct http_request *r, const char *ticket)
{
	replace(&r->ticket, ticket);
}

void
http_request_pick(struct http_request *r, const char *id)
{
	replace(&r->picked, id);
}

void
http_request_remember(const struct http_request *r, struct delivery *d)
{
	json_t *memory;

	free(d->memory);
	d->memory = NULL;
	if (r->ticket == NULL)
		return;
	memory = json_pack("{s:s, s:s, s:i}", "ticket", r->ticket, "delivery",
	    d->id, "steps", (int)r->steps_done);

	d->memory = json_dumps(memory, JSON_COMPACT);
	json_decref(memory);
}

/* The whole, and the long words of its path: servers like to repeat them. */
static void
hide_address(struct str *text, const char *address)
{
	const char *host = strstr(address, "://"), *path;
	struct slice rest, word;

	secret_hide(text, address);
	path = host == NULL ? NULL : strchr(host + 3, '/');
	rest = slice_of(path);
	while (slice_next(&rest, '/', &word)) {
		char *copy = slice_dup(word);

		if (word.len >= HIDE_FROM)
			secret_hide(text, copy);
		free(copy);
	}
}

void
http_request_hide(const struct http_request *r, struct str *text)
{
	secret_hide(text, r->secret);
	secret_hide(text, r->proxy_login);
	secret_hide(text, r->sign_key);
	if (r->address_is_secret)
		hide_address(text, r->address);
}
