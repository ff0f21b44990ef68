/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of check_http; see http_plan.h.
 */
#include "fetcher/net/http_plan.h"

#include "common/mem.h"
#include "fetcher/net/check.h"
#include "fetcher/net/http_page.h"

#include <regex.h>
#include <string.h>
#include <strings.h>

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
    {'B', "show-body", NET_NO_VALUE}, {'T', "content-type", NET_VALUE},
    {'m', "pagesize", NET_VALUE}, {257, "invert-regex", NET_NO_VALUE},
    {258, "max-redirs", NET_VALUE},
    {259, "continue-after-certificate", NET_NO_VALUE},
    {'4', "use-ipv4", NET_NO_VALUE}, {'6', "use-ipv6", NET_NO_VALUE},
    {'H', "hostname", NET_VALUE}, {'t', "timeout", NET_VALUE},
    {'w', "warning", NET_VALUE}, {'c', "critical", NET_VALUE},
    {0, NULL, NET_NO_VALUE}};

/* --- options ---------------------------------------------------------------
 */

static bool
redirect_word(struct http_plan *p, const char *word)
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
take_host(struct http_plan *p, const char *value)
{
	const char *colon = strchr(value, ':');

	p->host = value;
	return value[0] != '[' && value[0] != '\0' && colon == NULL;
}

static bool
page_size(struct http_plan *p, const char *value)
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
take_request(struct http_plan *p, int option, const char *value)
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
		return p->n_headers < HTTP_HEADERS &&
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
take_regex(struct http_plan *p, const char *value)
{
	p->regex = value;
	p->regex_flags &= REG_ICASE;
	p->regex_flags |= REG_NOSUB | REG_EXTENDED | p->lines_flag;
	return value[0] != '\0' && strlen(value) < 255 &&
	    net_is_regex(value, p->regex_flags);
}

/* An option about what must come. */
static bool
take_expected(struct http_plan *p, int option, const char *value)
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
	case 'B':
		return p->shows_body = true;
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
take(struct http_plan *p, int option, const char *value)
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

bool
http_plan_read(void *plan, struct net_words *words)
{
	struct http_plan *p = plan;
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
