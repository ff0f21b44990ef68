/* SPDX-License-Identifier: Apache-2.0
 *
 * See web.h. libcurl's easy interface.
 */
#include "common/web.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"

#include <curl/curl.h>
#include <stdlib.h>

#define CONNECT_MS 5000L

struct web {
	CURL *easy;
};

struct call { /* under way */
	const struct web_request *q;
	struct web_answer *a;
	bool too_long;
};

struct web *
web_new(void)
{
	struct web *w = xnew(struct web);

	must(curl_global_init(CURL_GLOBAL_DEFAULT) == 0);
	w->easy = curl_easy_init();
	must(w->easy != NULL);
	return w;
}

void
web_free(struct web **wp)
{
	struct web *w = *wp;

	*wp = NULL;
	if (w == NULL)
		return;
	curl_easy_cleanup(w->easy);
	free(w);
	curl_global_cleanup();
}

static size_t
on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct call *c = arg;

	n *= size;
	c->too_long = n > c->q->answer_max - c->a->body.len;
	if (c->too_long)
		return 0;
	str_addn(&c->a->body, bytes, n);
	return n;
}

static int
on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct web_request *q = ((struct call *)arg)->q;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return q->ended != NULL && q->ended(q->arg);
}

static struct curl_slist *
headers_of(const struct web_request *q)
{
	struct curl_slist *list = NULL;
	struct str line = {0};

	str_addf(&line, "Content-Type: %s", q->type);
	list = curl_slist_append(list, str_get(&line));
	list = curl_slist_append(list, "Expect:"); /* send the body at once */
	if (q->authorization != NULL) {
		str_clear(&line);
		str_addf(&line, "Authorization: %s", q->authorization);
		list = curl_slist_append(list, str_get(&line));
		explicit_bzero(line.s, line.len);
	}
	must(list != NULL);
	str_free(&line);
	return list;
}

static void
set_up(CURL *e, struct call *c, struct curl_slist *headers)
{
	const struct web_request *q = c->q;

	curl_easy_reset(e); /* connections stay */
	curl_easy_setopt(e, CURLOPT_URL, q->url);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_PROXY, "");
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(e, CURLOPT_POST, 1L);
	curl_easy_setopt(e, CURLOPT_POSTFIELDS, q->body.s);
	curl_easy_setopt(
	    e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.len);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)q->timeout_ms);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(e, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(e, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(e, CURLOPT_XFERINFODATA, c);
	if (q->ca != NULL)
		curl_easy_setopt(e, CURLOPT_CAINFO, q->ca);
}

int
web_post(struct web *w, const struct web_request *q, struct web_answer *a,
    struct err *err_r)
{
	struct call c = {q, a, false};
	struct curl_slist *headers = headers_of(q);
	char why[CURL_ERROR_SIZE] = "";
	curl_off_t again = 0;
	long status = 0;
	CURLcode rc;

	str_clear(&a->body);
	set_up(w->easy, &c, headers);
	curl_easy_setopt(w->easy, CURLOPT_ERRORBUFFER, why);
	rc = curl_easy_perform(w->easy);
	curl_easy_getinfo(w->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(w->easy, CURLINFO_RETRY_AFTER, &again);
	curl_easy_setopt(w->easy, CURLOPT_ERRORBUFFER, NULL);
	curl_slist_free_all(headers);
	if (rc != CURLE_OK) {
		if (c.too_long)
			err_set(err_r, "the answer is longer than %zu bytes",
			    q->answer_max);
		else
			err_set(err_r, "%s",
			    why[0] != '\0' ? why : curl_easy_strerror(rc));
		return -1;
	}
	a->status = (unsigned)status;
	a->retry_after = again > 0 && again < 3600 ? (unsigned)again : 0;
	return 0;
}

static bool
is_own(const char *host)
{
	static const char *const own[] = {"localhost", "[::1]"};
	size_t n = strcspn(host, "/?#");
	const char *port = NULL;

	if (memchr(host, '@', n) != NULL)
		return false; /* the host comes behind it */
	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		size_t len = strlen(own[i]);

		if (len <= n && strncmp(host, own[i], len) == 0 &&
		    (len == n || host[len] == ':'))
			return true;
	}
	port = memchr(host, ':', n);
	n = port == NULL ? n : (size_t)(port - host);
	return n >= 7 && strncmp(host, "127.", 4) == 0 &&
	    strspn(host, "0123456789.") >= n;
}

bool
web_is_fit(const char *url, bool secret)
{
	for (const char *s = url; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ')
			return false;
	if (strncmp(url, "https://", 8) == 0)
		return url[8] != '\0';
	if (strncmp(url, "http://", 7) != 0 || url[7] == '\0')
		return false;
	return !secret || is_own(url + 7);
}

void
web_escape(struct str *to, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char b = (unsigned char)text.s[i];

		if ((b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') ||
		    (b >= 'A' && b <= 'Z') ||
		    (b != '\0' && strchr("-._~", b) != NULL))
			str_addc(to, (char)b);
		else
			str_addf(to, "%%%02X", b);
	}
}
