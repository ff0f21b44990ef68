/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests of a delivery, one after the other; see http.h.
 */
#include "notifyd/methods/http.h"

#include "common/log.h"
#include "common/mem.h"
#include "notifyd/methods/http_method.h"
#include "notifyd/methods/http_request.h"
#include "notifyd/methods/secret.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_RETRY_AFTER_MS (INT64_C(24) * 3600 * 1000)
#define MAX_WORDS          400

struct http {
	struct curl_loop *curl;
	const char *root;
	struct call *first;
};

struct call { /* one delivery */
	struct call *next, **prev;
	struct http *http;
	const struct http_method *m;
	struct delivery *d;
	struct http_request r;
	CURL *easy;
	struct curl_slist *headers;
	size_t step;
	struct str answer, said; /* of the last request; of all of them */
	char why[CURL_ERROR_SIZE];
};

static void next_step(struct call *c);

/* --- the end ---------------------------------------------------------------
 */

static void
call_drop_request(struct call *c)
{
	if (c->easy != NULL)
		curl_loop_remove(c->http->curl, c->easy);
	c->easy = NULL;
	curl_slist_free_all(c->headers);
	c->headers = NULL;
}

static void
call_free(struct call *c)
{
	call_drop_request(c);
	*c->prev = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	http_request_clear(&c->r);
	str_free(&c->answer);
	str_free(&c->said);
	free(c);
}

static void
call_end(struct call *c, enum method_code code, const char *text)
{
	struct delivery *d = c->d;
	struct str clean = {0};

	text_add_clean(&clean, slice_of(text));
	http_request_hide(&c->r, &clean);
	call_free(c);
	d->done(d, code, str_get(&clean));
	str_free(&clean);
}

/* --- the answer ------------------------------------------------------------
 */

/* "a.0.b" */
static const json_t *
member(const json_t *value, const char *path)
{
	struct slice rest = slice_of(path), word;

	while (value != NULL && slice_next(&rest, '.', &word)) {
		char *key = slice_dup(word);

		value = json_is_array(value)
		    ? json_array_get(value, strtoul(key, NULL, 10))
		    : json_object_get(value, key);
		free(key);
	}
	return value;
}

/* The first words of the answer, on one line. */
static void
add_words(struct str *to, const struct str *answer)
{
	struct slice text = slice_trim(str_slice(answer));
	bool blank = false;

	for (size_t i = 0; i < text.len && to->len < MAX_WORDS; i++) {
		if ((unsigned char)text.s[i] <= ' ') {
			blank = true;
			continue;
		}
		if (blank)
			str_addc(to, ' ');
		blank = false;
		str_addc(to, text.s[i]);
	}
	if (to->len >= MAX_WORDS)
		str_add(to, "...");
}

/* The address without path and login: these may be secrets. */
static void
add_server(struct str *to, CURL *easy)
{
	CURLU *url = curl_url();
	char *full = NULL, *host = NULL, *port = NULL;

	curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &full);
	if (curl_url_set(url, CURLUPART_URL, full, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
		str_add(to, host);
		if (curl_url_get(url, CURLUPART_PORT, &port, 0) == CURLUE_OK)
			str_addf(to, ":%s", port);
	} else {
		str_add(to, "the server");
	}
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(url);
}

/* A proxy that refuses is final, one that cannot be reached is not. */
static enum method_code
code_of_failure(CURL *easy, CURLcode rc)
{
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
	if (rc == CURLE_PROXY || rc == CURLE_COULDNT_RESOLVE_PROXY ||
	    (status >= 400 && status < 500))
		return METHOD_FAILED;
	if (rc == CURLE_URL_MALFORMAT || rc == CURLE_UNSUPPORTED_PROTOCOL)
		return METHOD_FAILED;
	return METHOD_AGAIN;
}

static void
take_retry_after(struct call *c, const json_t *answer)
{
	curl_off_t s = 0;
	int64_t ms;

	curl_easy_getinfo(c->easy, CURLINFO_RETRY_AFTER, &s);
	ms = (int64_t)s > MAX_RETRY_AFTER_MS / 1000 ? MAX_RETRY_AFTER_MS
						    : (int64_t)s * 1000;
	if (ms == 0 && c->m->retry_path != NULL) {
		double n = json_number_value(member(answer, c->m->retry_path));

		if (n > 0 && n * c->m->retry_unit_ms < MAX_RETRY_AFTER_MS)
			ms = (int64_t)(n * c->m->retry_unit_ms);
	}
	c->d->retry_after_ms = ms;
}

static void
pick(struct call *c, const struct http_step *step, const json_t *answer)
{
	const char *wanted = method_text(c->d->params, step->pick_parameter);
	const json_t *list = member(answer, step->pick_list), *item;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)list, i, item)
	{
		const char *by = json_string_value(member(item, step->pick_by));
		const char *id = json_string_value(member(item, step->pick_id));

		if (id != NULL && by != NULL &&
		    (strcasecmp(by, wanted) == 0 || strcmp(id, wanted) == 0)) {
			http_request_pick(&c->r, id);
			return;
		}
	}
}

/* A request that succeeded. False: the delivery ended. */
static bool
take_answer(struct call *c, const struct http_step *step, const json_t *answer)
{
	if (step->keep != NULL) {
		const char *ticket =
		    json_string_value(member(answer, step->keep));

		if (ticket != NULL)
			http_request_ticket(&c->r, ticket);
	}
	if (step->pick_list != NULL) {
		pick(c, step, answer);
		if (c->r.picked == NULL) {
			struct str text = {0};

			str_addf(&text, "there is no %s \"%s\"",
			    step->pick_parameter,
			    method_text(c->d->params, step->pick_parameter));
			call_end(c, METHOD_FAILED, str_get(&text));
			str_free(&text);
			return false;
		}
	}
	if (strcmp(c->r.verb, "GET") != 0) /* others are not done twice */
		c->r.steps_done = (unsigned)c->step + 1;
	http_request_remember(&c->r, c->d);
	return true;
}

static void
on_answer(CURL *easy, CURLcode rc, void *arg)
{
	struct call *c = arg;
	const struct http_step *step = &c->m->steps[c->step];
	json_t *answer =
	    json_loadb(str_get(&c->answer), c->answer.len, 0, NULL);
	struct str text = {0}, words = {0};
	enum method_code code = METHOD_FAILED;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	add_words(&words, &c->answer);
	if (rc != CURLE_OK) {
		code = code_of_failure(easy, rc);
		add_server(&text, easy);
		str_addf(&text, ": %s",
		    c->why[0] != '\0' ? c->why : curl_easy_strerror(rc));
	} else {
		str_addf(&text, "HTTP %ld from ", status);
		add_server(&text, easy);
		if (words.len > 0)
			str_addf(&text, ": %s", str_get(&words));
		if (status == 429 || status >= 500) {
			code = METHOD_AGAIN;
			take_retry_after(c, answer);
		} else if (status / 100 == 2) {
			code = c->m->busy != NULL &&
				strstr(str_get(&c->answer), c->m->busy) != NULL
			    ? METHOD_AGAIN
			    : METHOD_DONE;
		}
	}
	call_drop_request(c);
	if (code != METHOD_DONE) {
		call_end(c, code, str_get(&text));
	} else if (take_answer(c, step, answer)) {
		str_addf(&c->said, "%s%s", c->said.len > 0 ? "\n" : "",
		    str_get(&text));
		c->step++;
		next_step(c);
	}
	str_free(&text);
	str_free(&words);
	json_decref(answer);
}

/* --- the request -----------------------------------------------------------
 */

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct call *c = arg;
	size_t room = HTTP_MAX_ANSWER - c->answer.len;

	str_addn(&c->answer, data, size * n < room ? size * n : room);
	return size * n;
}

/* By the environment (http_proxy, https_proxy, all_proxy, no_proxy), but this
 * machine is never asked for through another one. */
static void
set_usual_proxy(CURL *easy)
{
	const char *none = getenv("no_proxy");
	char *list;

	if (none == NULL)
		none = getenv("NO_PROXY");
	list = xasprintf("%s%slocalhost,127.0.0.0/8,::1",
	    none == NULL ? "" : none, none == NULL ? "" : ",");
	/* A single * is for all. */
	curl_easy_setopt(easy, CURLOPT_NOPROXY,
	    none != NULL && strcmp(none, "*") == 0 ? none : list);
	free(list);
}

static void
set_proxy(struct call *c)
{
	const char *proxy = method_text(c->d->params, "proxy");

	if (proxy[0] == '\0' || strcmp(proxy, "environment") == 0) {
		set_usual_proxy(c->easy);
	} else if (strcmp(proxy, "none") == 0) {
		curl_easy_setopt(c->easy, CURLOPT_PROXY, "");
	} else {
		curl_easy_setopt(c->easy, CURLOPT_PROXY, proxy);
		curl_easy_setopt(c->easy, CURLOPT_NOPROXY, "");
	}
	if (c->r.proxy_login != NULL)
		curl_easy_setopt(
		    c->easy, CURLOPT_PROXYUSERPWD, c->r.proxy_login);
}

static void
set_network(struct call *c)
{
	const json_t *p = c->d->params;
	const char *ca = method_text(p, "ca_file");

	curl_easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	set_proxy(c);
	if (ca[0] != '\0') {
		char *path = secret_path(c->http->root, ca);

		curl_easy_setopt(c->easy, CURLOPT_CAINFO, path);
		curl_easy_setopt(c->easy, CURLOPT_CAPATH, NULL);
		free(path);
	}
	curl_easy_setopt(c->easy, CURLOPT_TIMEOUT_MS, (long)c->d->timeout_ms);
	curl_easy_setopt(c->easy, CURLOPT_CONNECTTIMEOUT_MS, 10000L);
}

static void
start(struct call *c)
{
	c->easy = curl_easy_init();
	must(c->easy != NULL);
	c->why[0] = '\0';
	str_clear(&c->answer);
	curl_easy_setopt(c->easy, CURLOPT_URL, str_get(&c->r.url));
	curl_easy_setopt(c->easy, CURLOPT_CUSTOMREQUEST, c->r.verb);
	curl_easy_setopt(c->easy, CURLOPT_USERAGENT, "Vedette");
	if (c->r.has_body) {
		curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)c->r.body.len);
		curl_easy_setopt(
		    c->easy, CURLOPT_POSTFIELDS, str_get(&c->r.body));
	}
	/* No "Expect: 100-continue": proxies of chat services refuse it. */
	c->headers = curl_slist_append(NULL, "Expect:");
	for (size_t i = 0; i < c->r.n_headers; i++)
		c->headers = curl_slist_append(c->headers, c->r.headers[i]);
	curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers);
	if (c->r.user != NULL) {
		curl_easy_setopt(
		    c->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(c->easy, CURLOPT_USERNAME, c->r.user);
		curl_easy_setopt(c->easy, CURLOPT_PASSWORD,
		    c->r.secret == NULL ? "" : c->r.secret);
	}
	curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->why);
	set_network(c);
	curl_loop_add(c->http->curl, c->easy, on_answer, c);
}

static bool
fits(const struct call *c, const struct http_step *step)
{
	if ((step->on & notice_kind(&c->d->ctx)) == 0)
		return false;
	if (step->need != HTTP_ALWAYS &&
	    (c->r.ticket != NULL) != (step->need == HTTP_WITH_TICKET))
		return false;
	return step->parameter == NULL ||
	    json_object_get(c->d->params, step->parameter) != NULL;
}

static void
next_step(struct call *c)
{
	struct err err;

	while (c->step < HTTP_MAX_STEPS && c->m->steps[c->step].on != 0 &&
	    !fits(c, &c->m->steps[c->step]))
		c->step++;
	if (c->step == HTTP_MAX_STEPS || c->m->steps[c->step].on == 0) {
		if (notice_kind(&c->d->ctx) == NOTICE_RECOVERY) {
			http_request_ticket(&c->r, NULL);
			http_request_remember(&c->r, c->d);
		}
		call_end(c, METHOD_DONE,
		    c->said.len > 0
			? str_get(&c->said)
			: "nothing to do for this kind of notification");
		return;
	}
	if (http_request_make(&c->r, &c->m->steps[c->step], c->m, c->d, &err) <
	    0)
		call_end(c, METHOD_FAILED, err.text);
	else
		start(c);
}

void
http_start(struct http *http, const struct method_def *def, struct delivery *d)
{
	struct call *c = xnew(struct call);
	enum method_code code;
	struct err err;

	c->http = http;
	c->m = def->http;
	c->d = d;
	c->next = http->first;
	c->prev = &http->first;
	if (c->next != NULL)
		c->next->prev = &c->next;
	http->first = c;
	words_add(&d->ctx, method_text(d->params, "console_url"));
	code = http_request_open(&c->r, def, http->root, d, &err);
	if (code != METHOD_DONE) {
		call_end(c, code, err.text);
		return;
	}
	c->step = c->r.steps_done;
	next_step(c);
}

struct http *
http_new(struct curl_loop *curl, const char *root)
{
	struct http *http = xnew(struct http);

	http->curl = curl;
	http->root = root;
	return http;
}

void
http_free(struct http **httpp)
{
	struct http *http = *httpp;

	if (http == NULL)
		return;
	*httpp = NULL;
	while (http->first != NULL)
		call_free(http->first);
	free(http);
}
