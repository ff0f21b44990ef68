/* SPDX-License-Identifier: Apache-2.0
 *
 * check_http: a request, the page, what is expected of it; with -C the
 * certificate alone.
 */
#include "common/mem.h"
#include "fetcher/net/check.h"
#include "fetcher/net/http_page.h"
#include "fetcher/net/http_plan.h"

#include <errno.h>
#include <openssl/evp.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct state {
	struct http_url at; /* what is asked for */
	const char *connect_to;
	char redirected_to[256];
	int redirects;
	bool is_said; /* the request was sent */
};

/* --- the request -----------------------------------------------------------
 */

static void
add_basic(struct str *out, const char *header, const char *pair)
{
	size_t n = strlen(pair);
	unsigned char *code = xmalloc(4 * ((n + 2) / 3) + 1);

	EVP_EncodeBlock(code, (const unsigned char *)pair, (int)n);
	str_addf(out, "%s: Basic %s\r\n", header, (const char *)code);
	free(code);
}

static bool
is_usual_port(const struct http_url *url)
{
	return url->port == (url->tls ? 443 : 80);
}

static void
say_request(struct net_run *r)
{
	const struct http_plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);
	struct str out = {0};

	str_addf(&out, "%s %s HTTP/%s\r\n", p->method, s->at.path,
	    s->at.host[0] != '\0' ? "1.1" : "1.0");
	if (p->agent != NULL)
		str_addf(&out, "User-Agent: %s\r\n", p->agent);
	else
		str_add(&out,
		    "User-Agent: check_http/v2.3.3 (monitoring-plugins "
		    "2.3.3)\r\n");
	str_add(&out, "Connection: close\r\n");
	if (s->at.host[0] != '\0' && is_usual_port(&s->at))
		str_addf(&out, "Host: %s\r\n", s->at.host);
	else if (s->at.host[0] != '\0')
		str_addf(&out, "Host: %s:%u\r\n", s->at.host, s->at.port);
	for (size_t i = 0; i < p->n_headers; i++)
		str_addf(&out, "%s\r\n", p->headers[i]);
	if (p->auth != NULL && p->auth[0] != '\0')
		add_basic(&out, "Authorization", p->auth);
	if (p->proxy_auth != NULL && p->proxy_auth[0] != '\0')
		add_basic(&out, "Proxy-Authorization", p->proxy_auth);
	if (p->post != NULL)
		str_addf(&out,
		    "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
		    p->type != NULL ? p->type
				    : "application/x-www-form-urlencoded",
		    strlen(p->post), p->post);
	else
		str_add(&out, "\r\n");
	s->is_said = true;
	net_send(r, str_slice(&out));
	str_free(&out);
}

/* --- the page --------------------------------------------------------------
 */

struct judging {
	struct net_run *r;
	const struct http_plan *p;
	struct state *s;
	struct str msg;
	uint32_t state;
};

/* The plugin's order of badness: OK, UNKNOWN, WARNING, CRITICAL. */
static void
worsen(struct judging *j, uint32_t state)
{
	static const uint8_t rank[] = {0, 2, 3, 1};

	if (rank[state & 3] > rank[j->state & 3])
		j->state = state;
}

static void
add_not_found(struct judging *j, const char *what, const char *text)
{
	const struct http_url *at = &j->s->at;
	char shown[30];

	snprintf(shown, sizeof(shown), "%s", text);
	if (strlen(text) >= sizeof(shown))
		memcpy(shown + sizeof(shown) - 4, "...", 4);
	str_addf(&j->msg, "%s '%s' not found on '%s://%s:%u%s', ", what, shown,
	    at->tls ? "https" : "http",
	    at->host[0] != '\0' ? at->host : j->s->connect_to, at->port,
	    at->path);
	j->state = NET_CRITICAL;
}

static void
judge_regex(struct judging *j, const char *body)
{
	regex_t re;
	bool hit;

	if (regcomp(&re, j->p->regex, j->p->regex_flags) != 0)
		return;
	hit = regexec(&re, body, 0, NULL, 0) == 0;
	regfree(&re);
	if (hit != j->p->invert)
		return;
	str_add(
	    &j->msg, j->p->invert ? "pattern found, " : "pattern not found, ");
	j->state = NET_CRITICAL;
}

static void
judge_page(struct judging *j, const struct http_page *page)
{
	const struct http_plan *p = j->p;

	if (p->in_header != NULL &&
	    strstr(str_get(&page->header), p->in_header) == NULL)
		add_not_found(j, "header", p->in_header);
	if (p->in_body != NULL &&
	    strstr(str_get(&page->body), p->in_body) == NULL)
		add_not_found(j, "string", p->in_body);
	if (p->regex != NULL)
		judge_regex(j, str_get(&page->body));
	if (p->most > 0 && page->bytes > (size_t)p->most) {
		str_addf(&j->msg, "page size %zu too large, ", page->bytes);
		worsen(j, NET_WARNING);
	} else if (p->least > 0 && page->bytes < (size_t)p->least) {
		str_addf(&j->msg, "page size %zu too small, ", page->bytes);
		worsen(j, NET_WARNING);
	}
}

static void
finish(struct judging *j, const struct http_page *page)
{
	const struct http_plan *p = j->p;
	double seconds = net_seconds(j->r);
	struct net_level warn = {p->warn.is_set, p->warn.end};
	struct net_level crit = {p->crit.is_set, p->crit.end};
	struct net_level most = {true, p->timeout};
	size_t n = j->msg.len;

	/* Cuts ", " or " - ". */
	n -= n > 2 && j->msg.s[n - 2] == ',' ? 2 : 3;
	if (net_range_alerts(&p->crit, seconds))
		worsen(j, NET_CRITICAL);
	else if (net_range_alerts(&p->warn, seconds))
		worsen(j, NET_WARNING);
	net_say(j->r,
	    "HTTP %s: %.*s - %zu bytes in %.3f second response time |",
	    net_state_text(j->state), (int)n, j->msg.s, page->bytes, seconds);
	net_perf(net_text(j->r), "time", seconds, "s", warn, crit, most);
	net_say(j->r, " ");
	str_addf(net_text(j->r), "size=%zuB;", page->bytes);
	if (p->least > 0)
		net_say(j->r, "%d", p->least);
	net_say(j->r, ";%s;0;\n", p->least > 0 ? "0" : "");
	if (p->shows_body)
		net_say(j->r, "%s\n", str_get(&page->body));
	net_done(j->r, j->state);
}

static void ask(struct net_run *r);

/* False: the page is judged as it is. */
static bool
follow(struct judging *j, const struct http_page *page)
{
	const struct http_plan *p = j->p;
	struct state *s = j->s;
	struct http_url to;

	if (!p->follow) {
		worsen(j, p->on_redirect);
		return false;
	}
	if (!http_redirect(str_get(&page->header), &s->at, &to) ||
	    s->at.host[0] == '\0' || s->redirects >= p->max_redirects ||
	    (strcmp(to.host, s->at.host) == 0 && to.port == s->at.port &&
		strcmp(to.path, s->at.path) == 0)) {
		net_give_up(j->r);
		return true;
	}
	s->redirects++;
	if (p->sticky_port)
		to.port = s->at.port;
	s->at = to;
	if (!p->sticky_host) {
		memcpy(s->redirected_to, to.host, sizeof(to.host));
		s->connect_to = s->redirected_to;
	}
	ask(j->r);
	return true;
}

/* False: it was followed or left to the plugin. */
static bool
judge_status(struct judging *j, const struct http_page *page)
{
	const char *line = str_get(&page->status);
	int status = http_status(line);

	if (j->p->expect != NULL) {
		str_addf(&j->msg, "Status line output matched \"%s\" - ",
		    j->p->expect);
		return true;
	}
	if (status <= 0) {
		net_say(j->r, "HTTP CRITICAL: Invalid Status%s (%s)\n",
		    status == 0 ? " Line" : "", line);
		net_done(j->r, NET_CRITICAL);
		return false;
	}
	if (status >= 500)
		worsen(j, NET_CRITICAL);
	else if (status >= 400)
		worsen(j, NET_WARNING);
	else if (status >= 300 && follow(j, page))
		return false;
	str_addf(&j->msg, "%s - ", line);
	return true;
}

static void
judge(struct net_run *r)
{
	struct judging j = {.r = r, .p = net_plan_of(r), .s = net_state_of(r)};
	struct http_page page = {{0}, {0}, {0}, 0};
	const char *line;

	if (!http_page_read(net_input(r), &page)) {
		net_give_up(r);
		http_page_free(&page);
		return;
	}
	net_close(r);
	line = str_get(&page.status);
	if (!http_expected(
		line, j.p->expect != NULL ? j.p->expect : "HTTP/1.")) {
		net_say(r,
		    "HTTP CRITICAL - Invalid HTTP response received "
		    "from host");
		if (j.s->at.port != 80)
			net_say(r, " on port %u", j.s->at.port);
		net_say(r, ": %s\n", line);
		net_done(r, NET_CRITICAL);
	} else if (judge_status(&j, &page)) {
		judge_page(&j, &page);
		finish(&j, &page);
	}
	http_page_free(&page);
	str_free(&j.msg);
}

/* --- the way ---------------------------------------------------------------
 */

static void
ask(struct net_run *r)
{
	const struct http_plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	s->is_said = false;
	net_connect(r, s->connect_to, p->family, s->at.port);
}

static void
begin(struct net_run *r)
{
	const struct http_plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	s->at = (struct http_url){.tls = p->tls, .port = (uint16_t)p->port};
	if (p->host != NULL && strlen(p->host) >= sizeof(s->at.host)) {
		net_give_up(r);
		return;
	}
	if (p->host != NULL)
		memcpy(s->at.host, p->host, strlen(p->host) + 1);
	memcpy(s->at.path, p->url, strlen(p->url) + 1);
	s->connect_to = p->address != NULL ? p->address : p->host;
	net_deadline(r, p->timeout, p->timeout_state);
	ask(r);
}

static void
opened(struct net_run *r)
{
	const struct http_plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	if (!s->at.tls)
		say_request(r);
	else
		net_secure(r,
		    &(struct net_tls){.sni = p->sni && s->at.host[0] != '\0'
			    ? s->at.host
			    : NULL});
}

static void
secured(struct net_run *r)
{
	const struct http_plan *p = net_plan_of(r);
	uint32_t state;

	if (!p->certificate) {
		say_request(r);
		return;
	}
	if (p->goes_on) {
		net_give_up(r);
		return;
	}
	state = net_certificate(r, p->days_warn, p->days_crit);
	net_done(r, state);
}

static void
event(struct net_run *r, enum net_event e)
{
	const struct http_plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	switch (e) {
	case NET_BEGIN:
		begin(r);
		break;
	case NET_OPEN:
		opened(r);
		break;
	case NET_REFUSED:
		net_say_refused(r, s->connect_to, s->at.port);
		net_say(r, "HTTP CRITICAL - Unable to open TCP socket\n");
		net_done(r, NET_CRITICAL);
		break;
	case NET_SECURE:
		secured(r);
		break;
	case NET_INSECURE:
		net_say(r, "CRITICAL - Cannot make SSL connection.\n%s",
		    net_tls_words(r));
		net_done(r, NET_CRITICAL);
		break;
	case NET_BYTES:
		if (p->no_body && http_head_done(net_input(r)))
			judge(r);
		break;
	case NET_END:
	case NET_BROKEN:
		if (e == NET_BROKEN &&
		    (s->at.tls || net_errno(r) != ECONNRESET)) {
			net_give_up(r);
		} else if (net_input(r).len == 0) {
			net_say(
			    r, "HTTP CRITICAL - No data received from host\n");
			net_done(r, NET_CRITICAL);
		} else {
			judge(r);
		}
		break;
	case NET_TIMER:
	case NET_PONG:
		break;
	}
}

const struct net_check net_check_http = {.program = "check_http",
    .plan_size = sizeof(struct http_plan),
    .read = http_plan_read,
    .state_size = sizeof(struct state),
    .event = event};
