/* SPDX-License-Identifier: Apache-2.0
 *
 * check_tcp: does the port accept, and does it say what is expected?
 */
#include "fetcher/net/check.h"

#include <ctype.h>
#include <string.h>

#define MORE_MS  2000 /* for the rest of an answer */
#define EXPECTED 16

struct plan {
	struct net_target to;
	const char *sni, *expect[EXPECTED];
	struct str send, quit; /* both may hold what -E makes of \\n */
	size_t n_expect;
	int max_bytes, delay, days_warn, days_crit;
	uint32_t refused, mismatch;
	bool all, hide, tls, certificate, escapes;
	struct net_level warn, crit;
};

enum step {
	CONNECTS,
	SECURES,
	DELAYS,
	READS
};

struct state {
	enum step step;
	bool has_ended; /* while it was not read */
};

enum match {
	NOT_ASKED,
	FOUND,
	NOT_FOUND
};

static const struct net_option options[] = {{'H', "hostname", NET_VALUE},
    {'c', "critical", NET_VALUE}, {'w', "warning", NET_VALUE},
    {'t', "timeout", NET_VALUE}, {'p', "port", NET_VALUE},
    {'E', "escape", NET_NO_VALUE}, {'A', "all", NET_NO_VALUE},
    {'s', "send", NET_VALUE}, {'e', "expect", NET_VALUE},
    {'m', "maxbytes", NET_VALUE}, {'q', "quit", NET_VALUE},
    {'j', "jail", NET_NO_VALUE}, {'d', "delay", NET_VALUE},
    {'r', "refuse", NET_VALUE}, {'M', "mismatch", NET_VALUE},
    {'4', "use-ipv4", NET_NO_VALUE}, {'6', "use-ipv6", NET_NO_VALUE},
    {'S', "ssl", NET_NO_VALUE}, {'D', "certificate", NET_VALUE},
    {256, "sni", NET_VALUE}, {0, NULL, NET_NO_VALUE}};

static bool
state_word(const char *word, uint32_t *state_r)
{
	if (strcmp(word, "ok") == 0)
		*state_r = NET_OK;
	else if (strcmp(word, "warn") == 0)
		*state_r = NET_WARNING;
	else if (strcmp(word, "crit") == 0)
		*state_r = NET_CRITICAL;
	else
		return false;
	return true;
}

static bool
level(const char *word, struct net_level *level_r)
{
	level_r->is_set = true;
	return net_real(word, &level_r->value);
}

/* \n, \r, \t; any other character stands for itself. */
static void
unescape(struct str *to, const char *s)
{
	for (; *s != '\0'; s++) {
		char c = *s;

		if (c == '\\' && s[1] != '\0') {
			c = *++s;
			c = c == 'n'   ? '\n'
			    : c == 'r' ? '\r'
			    : c == 't' ? '\t'
				       : c;
		}
		str_addc(to, c);
	}
}

/* What -E says holds for options after it. */
static void
take_text(
    const struct plan *p, struct str *to, const char *value, const char *end)
{
	str_clear(to);
	if (p->escapes) {
		unescape(to, value);
	} else {
		str_add(to, value);
		str_add(to, end);
	}
}

static bool
take(struct plan *p, int option, const char *value)
{
	switch (option) {
	case 'H':
		p->to.host = value;
		return value[0] != '/';
	case 'c':
		return level(value, &p->crit);
	case 'w':
		return level(value, &p->warn);
	case 't':
		return net_timeout(value, &p->to.timeout, &p->to.timeout_state);
	case 'p':
		return net_number(value, 1, &p->to.port) && p->to.port <= 65535;
	case 'A':
		return p->all = true;
	case 'E':
		return p->escapes = true;
	case 's':
		take_text(p, &p->send, value, "");
		return true;
	case 'e':
		p->expect[p->n_expect++] = value;
		return p->n_expect < EXPECTED && value[0] != '\0';
	case 'm':
		return net_number(value, 1, &p->max_bytes);
	case 'q':
		take_text(p, &p->quit, value, "\r\n");
		return true;
	case 'j':
		return p->hide = true;
	case 'd':
		return net_number(value, 1, &p->delay) && p->delay < 3600;
	case 'r':
		return state_word(value, &p->refused);
	case 'M':
		return state_word(value, &p->mismatch);
	case '4':
		p->to.family = 4;
		return true;
	case '6':
		p->to.family = 6;
		return true;
	case 'S':
		return p->tls = true;
	case 'D':
		p->tls = p->certificate = true;
		return net_days(value, &p->days_warn, &p->days_crit);
	case 256:
		p->sni = value;
		return true;
	default:
		return false;
	}
}

static bool
read_plan(void *plan, struct net_words *words)
{
	struct plan *p = plan;
	int option;

	p->to.timeout = 10;
	p->to.timeout_state = p->refused = NET_CRITICAL;
	p->mismatch = NET_WARNING;
	while ((option = net_next_option(words, options)) != NET_END_OF_WORDS)
		if (option < 0 || !take(p, option, words->value))
			return false;
	/* "refused" being fine ends in ways of its own. */
	return p->to.host != NULL && p->to.port > 0 &&
	    p->refused == NET_CRITICAL;
}

/* The state and text of the end, from what came. */
static void
judge(struct net_run *r, enum match match)
{
	const struct plan *p = net_plan_of(r);
	struct net_level none = {p->warn.is_set, 0}, nil = {p->crit.is_set, 0};
	struct net_level most = {true, p->to.timeout};
	struct slice in = net_input(r);
	double seconds = net_seconds(r);
	uint32_t state = NET_OK;
	const char *nul = in.len == 0 ? NULL : memchr(in.s, '\0', in.len);

	if (nul != NULL)
		in.len = (size_t)(nul - in.s);
	while (in.len > 1 && isspace((unsigned char)in.s[in.len - 1]))
		in.len--;
	if (p->crit.is_set && seconds > p->crit.value)
		state = NET_CRITICAL;
	else if (p->warn.is_set && seconds > p->warn.value)
		state = NET_WARNING;
	if (match == NOT_FOUND && state != NET_CRITICAL)
		state = p->mismatch;
	net_say(r, "TCP %s - ", net_state_text(state));
	if (match == NOT_FOUND && in.len > 1 && !p->hide)
		net_say(r, "Unexpected response from host/socket: %.*s",
		    (int)in.len, in.s);
	else if (match == NOT_FOUND)
		net_say(r, "Unexpected response from host/socket on %s port %d",
		    p->to.host, p->to.port);
	else
		net_say(r, "%.3f second response time on %s port %d", seconds,
		    p->to.host, p->to.port);
	if (match != NOT_FOUND && !p->hide && in.len > 1)
		net_say(r, " [%.*s]", (int)in.len, in.s);
	net_say(r, "|");
	net_perf(net_text(r), "time", seconds, "s",
	    match == NOT_FOUND ? none : p->warn,
	    match == NOT_FOUND ? nil : p->crit, most);
	net_say(r, "\n");
	net_done(r, state);
}

static void
finish(struct net_run *r, enum match match)
{
	const struct plan *p = net_plan_of(r);

	if (p->quit.len > 0)
		net_send(r, str_slice(&p->quit));
	judge(r, match);
}

static bool
has(struct slice in, const char *text)
{
	const char *nul = memchr(in.s, '\0', in.len);

	if (nul != NULL)
		in.len = (size_t)(nul - in.s);
	return memmem(in.s, in.len, text, strlen(text)) != NULL;
}

static bool
is_expected(const struct plan *p, struct slice in)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_expect; i++)
		n += in.len > 0 && has(in, p->expect[i]);
	return p->all ? n == p->n_expect : n > 0;
}

static void
speak(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	if (p->send.len > 0)
		net_send(r, str_slice(&p->send));
	if (p->delay > 0) {
		s->step = DELAYS;
		net_wait(r, (uint32_t)p->delay * 1000);
		return;
	}
	s->step = READS;
	if (p->n_expect == 0)
		finish(r, NOT_ASKED);
}

static void
more(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	struct slice in = net_input(r);

	if (p->max_bytes > 0 && in.len >= (size_t)p->max_bytes)
		net_give_up(r); /* how much is in one read decides there */
	else if (is_expected(p, in))
		finish(r, FOUND);
	else
		net_wait(r, MORE_MS);
}

static void
no_more(struct net_run *r)
{
	if (net_input(r).len > 0) {
		finish(r, NOT_FOUND);
		return;
	}
	net_say(r, "No data received from host\n");
	net_done(r, NET_CRITICAL);
}

static void
certificate(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	uint32_t state;

	if (!p->certificate) {
		speak(r);
		return;
	}
	state = net_certificate(r, p->days_warn, p->days_crit);
	if (state == NET_OK)
		speak(r);
	else
		net_done(r, state);
}

static void
opened(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	if (p->tls) {
		s->step = SECURES;
		net_secure(r, &(struct net_tls){.sni = p->sni});
	} else {
		speak(r);
	}
}

static void
event(struct net_run *r, enum net_event e)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	switch (e) {
	case NET_BEGIN:
		net_begin(r, &p->to);
		break;
	case NET_OPEN:
		opened(r);
		break;
	case NET_REFUSED:
		net_say_refused(r, p->to.host, (uint16_t)p->to.port);
		net_done(r, NET_CRITICAL);
		break;
	case NET_SECURE:
		certificate(r);
		break;
	case NET_INSECURE:
		net_say(r, "CRITICAL - Cannot make SSL connection.\n%s",
		    net_tls_words(r));
		net_done(r, NET_CRITICAL);
		break;
	case NET_BYTES:
		if (s->step == READS)
			more(r);
		break;
	case NET_END:
	case NET_BROKEN:
		if (s->step == READS)
			no_more(r);
		s->has_ended = true;
		break;
	case NET_TIMER:
		if (s->step != DELAYS) {
			no_more(r);
			break;
		}
		s->step = READS;
		if (p->n_expect == 0)
			finish(r, NOT_ASKED);
		else if (s->has_ended && !is_expected(p, net_input(r)))
			no_more(r);
		else if (net_input(r).len > 0)
			more(r);
		break;
	case NET_PONG:
		break;
	}
}

static void
free_plan(void *plan)
{
	struct plan *p = plan;

	str_free(&p->send);
	str_free(&p->quit);
}

const struct net_check net_check_tcp = {.program = "check_tcp",
    .plan_size = sizeof(struct plan),
    .read = read_plan,
    .free = free_plan,
    .state_size = sizeof(struct state),
    .event = event};
