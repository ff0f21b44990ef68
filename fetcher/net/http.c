/* SPDX-License-Identifier: Apache-2.0
 *
 * check_http: a request, the page, what is expected of it; with -C the
 * certificate alone.
 */
#include "common/mem.h"
#include "fetcher/net/check.h"
#include "fetcher/net/http_page.h"

#include <errno.h>
#include <openssl/evp.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEADERS 16

struct plan {
	const char *host, *address, *url, *method, *post, *type, *agent;
	const char *headers[HEADERS], *auth, *proxy_auth;
	const char *expect, *in_header, *in_body, *regex;
	size_t n_headers;
	int port, days_warn, days_crit, max_redirects, least, most;
	uint32_t family, timeout, timeout_state, on_redirect;
	int regex_flags, lines_flag;
	bool has_port, tls, certificate, goes_on, sni, no_body;
	bool invert, follow, sticky_host, sticky_port;
	struct net_range warn, crit;
};

struct state {
	struct http_url at; /* what is asked for */
	const char *connect_to;
	char redirected_to[256];
	int redirects;
	bool is_said; /* the request was sent */
};

static const struct net_option options[] = {{'S', "ssl", NET_MAYBE_VALUE},
    {256, "sni", NET_NO_VALUE}, {'P', "post", NET_VALUE},
    {'j', "method", NET_VALUE}, {'I', "IP-address", NET_VALUE},
    {'u', "url", NET_VALUE}, {'p', "port", NET_VALUE},
    {'a', "authorization", NET_VALUE}, {'b', "proxy-authorization", NET_VALUE},
    {'d', "header-string", NET_VALUE}, {'s', "string", NET_VALUE},
    {'e', "expect", NET_VALUE}, {'r', "regex", NET_VALUE},
    {'r', "ereg", NET_VALUE}, {'R', "eregi", NET_VALUE},
    {'l', "linespan", NET_NO_VALUE}, {'f', "onredirect", NET_VALUE},
    {'C', "certificate", NET_VALUE}, {'A', "useragent", NET_VALUE},
    {'k', "header", NET_VALUE}, {'N', "no-body", NET_NO_VALUE},
    {'T', "content-type", NET_VALUE}, {'m', "pagesize", NET_VALUE},
    {257, "invert-regex", NET_NO_VALUE}, {258, "max-redirs", NET_VALUE},
    {259, "continue-after-certificate", NET_NO_VALUE},
    {'4', "use-ipv4", NET_NO_VALUE}, {'6', "use-ipv6", NET_NO_VALUE},
    {'H', "hostname", NET_VALUE}, {'t', "timeout", NET_VALUE},
    {'w', "warning", NET_VALUE}, {'c', "critical", NET_VALUE},
    {0, NULL, NET_NO_VALUE}};

/* --- options ---------------------------------------------------------------
 */

static bool
redirect_word(struct plan *p, const char *word)
{
	static const char *const states[] = {
	    "ok", "warning", "critical", "unknown"};

	p->follow = p->sticky_host = p->sticky_port = false;
	for (uint32_t i = 0; i < ARRAY_LEN(states); i++)
		if (strcmp(word, states[i]) == 0) {
			p->on_redirect = i;
			return true;
		}
	p->follow = strcmp(word, "follow") == 0;
	p->sticky_host = strcmp(word, "sticky") == 0;
	p->sticky_port = strcmp(word, "stickyport") == 0;
	p->sticky_host |= p->sticky_port;
	p->follow |= p->sticky_host;
	return p->follow;
}

/* "HOST", "HOST:PORT"; an IPv6 address is left to the plugin. */
static bool
take_host(struct plan *p, const char *value)
{
	const char *colon = strchr(value, ':');

	p->host = value;
	return value[0] != '[' && value[0] != '\0' && colon == NULL;
}

static bool
page_size(struct plan *p, const char *value)
{
	const char *colon = strchr(value, ':');
	char first[16];
	size_t len = colon == NULL ? strlen(value) : (size_t)(colon - value);

	if (len == 0 || len >= sizeof(first))
		return false;
	memcpy(first, value, len);
	first[len] = '\0';
	return net_number(first, 0, &p->least) &&
	    (colon == NULL || net_number(colon + 1, 1, &p->most));
}

/* An option about what is asked for. */
static bool
take_request(struct plan *p, int option, const char *value)
{
	switch (option) {
	case 'P':
		p->post = value;
		if (p->method == NULL)
			p->method = "POST";
		return true;
	case 'j':
		p->method = value;
		return strncmp(value, "CONNECT", 7) != 0 &&
		    strchr(value, ':') == NULL;
	case 'I':
		p->address = value;
		return true;
	case 'u':
		p->url = value;
		return strlen(value) < sizeof(((struct http_url *)0)->path);
	case 'a':
		p->auth = value;
		return true;
	case 'b':
		p->proxy_auth = value;
		return true;
	case 'A':
		p->agent = value;
		return true;
	case 'k':
		p->headers[p->n_headers++] = value;
		return p->n_headers < HEADERS &&
		    strncasecmp(value, "Host:", 5) != 0 && value[0] != '\0';
	case 'T':
		p->type = value;
		return true;
	default:
		return false;
	}
}

/* -l holds for regular expressions after it. */
static bool
take_regex(struct plan *p, const char *value)
{
	regex_t re;

	p->regex = value;
	p->regex_flags &= REG_ICASE;
	p->regex_flags |= REG_NOSUB | REG_EXTENDED | p->lines_flag;
	if (value[0] == '\0' || strlen(value) >= 255 ||
	    regcomp(&re, value, p->regex_flags) != 0)
		return false;
	regfree(&re);
	return true;
}

/* An option about what must come. */
static bool
take_expected(struct plan *p, int option, const char *value)
{
	switch (option) {
	case 'd':
		p->in_header = value;
		return value[0] != '\0';
	case 's':
		p->in_body = value;
		return value[0] != '\0';
	case 'e':
		p->expect = value;
		return value[0] != '\0' && strlen(value) < 1000;
	case 'R':
		p->regex_flags |= REG_ICASE;
		return take_regex(p, value);
	case 'r':
		return take_regex(p, value);
	case 'l':
		p->lines_flag = 0;
		return true;
	case 'N':
		return p->no_body = true;
	case 'm':
		return page_size(p, value);
	case 257:
		return p->invert = true;
	case 'w':
		return net_range(value, &p->warn);
	case 'c':
		return net_range(value, &p->crit);
	default:
		return false;
	}
}

static bool
take(struct plan *p, int option, const char *value)
{
	switch (option) {
	case 'S':
		p->tls = true;
		return value == NULL; /* versions have rules of their own */
	case 256:
		return p->sni = true;
	case 'p':
		p->has_port = true;
		return net_number(value, 1, &p->port) && p->port <= 65535;
	case 'f':
		return redirect_word(p, value);
	case 'C':
		p->tls = p->certificate = true;
		return net_days(value, &p->days_warn, &p->days_crit);
	case 258:
		return net_number(value, 0, &p->max_redirects);
	case 259:
		return p->goes_on = true;
	case '4':
		p->family = 4;
		return true;
	case '6':
		p->family = 6;
		return true;
	case 'H':
		return take_host(p, value);
	case 't':
		return net_timeout(value, &p->timeout, &p->timeout_state);
	default:
		return take_request(p, option, value) ||
		    take_expected(p, option, value);
	}
}

static bool
read_plan(void *plan, struct net_words *words)
{
	struct plan *p = plan;
	int option;

	p->timeout = 10;
	p->lines_flag = REG_NEWLINE;
	p->timeout_state = NET_CRITICAL;
	p->url = "/";
	p->max_redirects = 15;
	while ((option = net_next_option(words, options)) != NET_END_OF_WORDS)
		if (option < 0 || option == NET_OPERAND ||
		    !take(p, option, words->value))
			return false;
	if (p->method == NULL)
		p->method = "GET";
	/* The time-out is never below the critical level. */
	if (p->crit.is_set && p->crit.end > p->timeout) {
		if (p->crit.end > 3600)
			return false;
		p->timeout = (uint32_t)p->crit.end + 1;
	}
	if (!p->has_port)
		p->port = p->tls ? 443 : 80;
	return (p->host != NULL || p->address != NULL) &&
	    !(p->no_body && strcmp(p->method, "GET") != 0);
}

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
	const struct plan *p = net_plan_of(r);
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
	const struct plan *p;
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
	const struct plan *p = j->p;

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
	const struct plan *p = j->p;
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
	net_done(j->r, j->state);
}

static void ask(struct net_run *r);

/* False: the page is judged as it is. */
static bool
follow(struct judging *j, const struct http_page *page)
{
	const struct plan *p = j->p;
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
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	s->is_said = false;
	net_connect(r, s->connect_to, p->family, s->at.port);
}

static void
begin(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
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
	const struct plan *p = net_plan_of(r);
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
	const struct plan *p = net_plan_of(r);
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
	const struct plan *p = net_plan_of(r);
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
    .plan_size = sizeof(struct plan),
    .read = read_plan,
    .state_size = sizeof(struct state),
    .event = event};
