/* SPDX-License-Identifier: Apache-2.0
 *
 * check_smtp: greeting, EHLO, STARTTLS, commands of one's own, AUTH LOGIN,
 * QUIT. Each answer is one step; the words stand where the plugin prints them.
 */
#include "common/mem.h"
#include "fetcher/net/check.h"
#include "fetcher/net/smtp_reply.h"

#include <openssl/evp.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMMANDS 16
#define PORT     25

struct plan {
	struct net_target to;
	const char *expect, *from, *fqdn, *auth, *user, *pass;
	const char *commands[COMMANDS], *responses[COMMANDS];
	size_t n_commands, n_responses;
	int days_warn, days_crit;
	bool tls, certificate, ehlo, lmtp;
	struct net_level warn, crit;
};

enum step {
	GREETING,
	HELO,
	STARTTLS,
	HANDSHAKE,
	SECURE_HELO,
	FROM,
	COMMAND,
	AUTH,
	AUTH_USER,
	AUTH_PASS,
	QUIT
};

struct state {
	enum step step;
	uint32_t result;
	size_t n; /* commands sent */
	struct str greeting;
	const char *error;
	bool ends; /* after QUIT nothing is printed any more */
};

static const struct net_option options[] = {{'H', "hostname", NET_VALUE},
    {'e', "expect", NET_VALUE}, {'c', "critical", NET_VALUE},
    {'w', "warning", NET_VALUE}, {'t', "timeout", NET_VALUE},
    {'p', "port", NET_VALUE}, {'f', "from", NET_VALUE},
    {'F', "fqdn", NET_VALUE}, {'A', "authtype", NET_VALUE},
    {'U', "authuser", NET_VALUE}, {'P', "authpass", NET_VALUE},
    {'C', "command", NET_VALUE}, {'R', "response", NET_VALUE},
    {'4', "use-ipv4", NET_NO_VALUE}, {'6', "use-ipv6", NET_NO_VALUE},
    {'L', "lmtp", NET_NO_VALUE}, {'S', "starttls", NET_NO_VALUE},
    {'D', "certificate", NET_VALUE}, {'q', "ignore-quit-failure", NET_NO_VALUE},
    {0, NULL, NET_NO_VALUE}};

static bool
take(struct plan *p, int option, const char *value)
{
	switch (option) {
	case 'H':
		p->to.host = value;
		return true;
	case 'e':
		p->expect = value;
		return true;
	case 'c':
		p->crit.is_set = true;
		return net_real(value, &p->crit.value);
	case 'w':
		p->warn.is_set = true;
		return net_real(value, &p->warn.value);
	case 't':
		return net_timeout(value, &p->to.timeout, &p->to.timeout_state);
	case 'p':
		return net_number(value, 1, &p->to.port) && p->to.port <= 65535;
	case 'f':
		p->from = value;
		return strpbrk(value, "<>\r\n") == NULL;
	case 'F':
		p->fqdn = value;
		return true;
	case 'A':
		p->auth = value;
		return p->ehlo = true;
	case 'U':
		p->user = value;
		return true;
	case 'P':
		p->pass = value;
		return true;
	case 'C':
		p->commands[p->n_commands++] = value;
		return p->n_commands < COMMANDS;
	case 'R':
		p->responses[p->n_responses++] = value;
		return p->n_responses < COMMANDS &&
		    net_is_regex(value, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
	case '4':
		p->to.family = 4;
		return true;
	case '6':
		p->to.family = 6;
		return true;
	case 'L':
		return p->lmtp = true;
	case 'D':
		p->certificate = p->tls = p->ehlo = true;
		return net_days(value, &p->days_warn, &p->days_crit);
	case 'S':
		return p->tls = p->ehlo = true;
	case 'q':
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

	p->to.port = PORT;
	p->to.timeout = 10;
	p->to.timeout_state = NET_CRITICAL;
	p->expect = "220";
	while ((option = net_next_option(words, options)) != NET_END_OF_WORDS)
		if (option < 0 || !take(p, option, words->value))
			return false;
	return p->to.host != NULL;
}

/* --- sending ---------------------------------------------------------------
 */

static void __attribute__((format(printf, 3, 4)))
say(struct net_run *r, enum step step, const char *fmt, ...)
{
	struct state *s = net_state_of(r);
	struct str line = {0};
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(&line, fmt, ap);
	va_end(ap);
	str_add(&line, "\r\n");
	s->step = step;
	net_send(r, str_slice(&line));
	str_free(&line);
}

static void
say_helo(struct net_run *r, enum step step)
{
	const struct plan *p = net_plan_of(r);
	char name[256] = "";

	if (p->fqdn == NULL)
		gethostname(name, sizeof(name) - 1);
	say(r, step, "%s %s",
	    p->lmtp       ? "LHLO"
		: p->ehlo ? "EHLO"
			  : "HELO",
	    p->fqdn != NULL ? p->fqdn : name);
}

static void
say_base64(struct net_run *r, enum step step, const char *text)
{
	size_t n = strlen(text);
	unsigned char *out = xmalloc(4 * ((n + 2) / 3) + 1);

	EVP_EncodeBlock(out, (const unsigned char *)text, (int)n);
	say(r, step, "%s", (const char *)out);
	free(out);
}

/* --- the end ---------------------------------------------------------------
 */

static void
quit(struct net_run *r, uint32_t result, bool ends)
{
	struct state *s = net_state_of(r);

	s->result = result;
	s->ends = ends;
	say(r, QUIT, "QUIT");
}

static void
judge(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);
	struct net_level none = {false, 0};
	double seconds = net_seconds(r);

	if (s->result == NET_OK && p->crit.is_set && seconds > p->crit.value)
		s->result = NET_CRITICAL;
	else if (s->result == NET_OK && p->warn.is_set &&
	    seconds > p->warn.value)
		s->result = NET_WARNING;
	net_say(r, "SMTP %s - %s%.3f sec. response time|",
	    net_state_text(s->result), s->error == NULL ? "" : s->error,
	    seconds);
	net_perf(net_text(r), "time", seconds, "s", p->warn, p->crit, none);
	net_say(r, "\n");
	net_done(r, s->result);
}

static void
was_quit(struct net_run *r)
{
	struct state *s = net_state_of(r);

	if (s->ends)
		net_done(r, s->result);
	else
		judge(r);
}

/* --- the steps -------------------------------------------------------------
 */

static void
fail_auth(struct net_run *r, uint32_t result, const char *error)
{
	struct state *s = net_state_of(r);

	s->error = error;
	quit(r, result, false);
}

static void
begin_auth(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	if (p->auth == NULL)
		quit(r, s->result, false);
	else if (strcmp(p->auth, "LOGIN") != 0)
		fail_auth(
		    r, NET_CRITICAL, "only authtype LOGIN is supported, ");
	else if (p->user == NULL)
		fail_auth(r, NET_CRITICAL, "no authuser specified, ");
	else if (p->pass == NULL)
		fail_auth(r, NET_CRITICAL, "no authpass specified, ");
	else
		say(r, AUTH, "AUTH LOGIN");
}

static void
next_command(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	if (s->n == p->n_commands)
		begin_auth(r);
	else
		say(r, COMMAND, "%s", p->commands[s->n]);
}

/* Of the command number s->n. */
static void
look_at_response(struct net_run *r, const char *reply)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);
	regex_t re;
	int rc = REG_ESPACE;

	if (s->n < p->n_responses &&
	    regcomp(&re, p->responses[s->n],
		REG_EXTENDED | REG_NOSUB | REG_NEWLINE) == 0) {
		rc = regexec(&re, reply, 0, NULL, 0);
		regfree(&re);
		s->result = rc == 0 ? NET_OK : NET_WARNING;
		if (rc == REG_NOMATCH)
			net_say(r,
			    "SMTP WARNING - Invalid response '%s' to command "
			    "'%s'\n",
			    reply, p->commands[s->n]);
	}
	s->n++;
	next_command(r);
}

/* Greeting and answer to HELO are known. */
static void
greeted(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	smtp_strip(&s->greeting);
	if (strstr(str_get(&s->greeting), p->expect) == NULL) {
		if (p->to.port == PORT)
			net_say(r,
			    "Invalid SMTP response received from host: %s\n",
			    str_get(&s->greeting));
		else
			net_say(r,
			    "Invalid SMTP response received from host on "
			    "port %d: %s\n",
			    p->to.port, str_get(&s->greeting));
		net_done(r, NET_WARNING);
	} else if (p->from != NULL) {
		say(r, FROM, "MAIL FROM:<%s>", p->from);
	} else {
		next_command(r);
	}
}

static void
said_helo(struct net_run *r, const char *reply)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	if (!p->tls) {
		str_add(&s->greeting, reply);
		greeted(r);
	} else if (strstr(reply, "250 STARTTLS") != NULL ||
	    strstr(reply, "250-STARTTLS") != NULL) {
		say(r, STARTTLS, "STARTTLS");
	} else {
		net_say(r, "WARNING - TLS not supported by server\n");
		quit(r, NET_WARNING, true);
	}
}

static void
said_secure_helo(struct net_run *r, const char *reply)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	if (p->certificate) {
		quit(r, net_certificate(r, p->days_warn, p->days_crit), true);
		return;
	}
	str_add(&s->greeting, reply);
	greeted(r);
}

static void
said_auth(struct net_run *r, const char *reply)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);
	bool goes_on = strncmp(reply, "334", 3) == 0;

	if (s->step == AUTH && goes_on)
		say_base64(r, AUTH_USER, p->user);
	else if (s->step == AUTH)
		fail_auth(r, NET_CRITICAL,
		    "invalid response received after AUTH LOGIN, ");
	else if (s->step == AUTH_USER && goes_on)
		say_base64(r, AUTH_PASS, p->pass);
	else if (s->step == AUTH_USER)
		fail_auth(r, NET_CRITICAL,
		    "invalid response received after authuser, ");
	else if (strncmp(reply, "235", 3) == 0)
		quit(r, s->result, false);
	else
		fail_auth(r, NET_CRITICAL,
		    "invalid response received after authpass, ");
}

static void
replied(struct net_run *r, const char *reply, struct str *text)
{
	struct state *s = net_state_of(r);

	switch (s->step) {
	case GREETING:
		str_add(&s->greeting, reply);
		say_helo(r, HELO);
		break;
	case HELO:
		said_helo(r, reply);
		break;
	case STARTTLS:
		if (strstr(reply, "220") == NULL) {
			net_say(r, "Server does not support STARTTLS\n");
			quit(r, NET_UNKNOWN, true);
		} else {
			s->step = HANDSHAKE;
			net_secure(r, &(struct net_tls){.sni = NULL});
		}
		break;
	case HANDSHAKE:
		break;
	case SECURE_HELO:
		said_secure_helo(r, reply);
		break;
	case FROM:
		next_command(r);
		break;
	case COMMAND:
		smtp_strip(text);
		look_at_response(r, str_get(text));
		break;
	case AUTH:
	case AUTH_USER:
	case AUTH_PASS:
		said_auth(r, reply);
		break;
	case QUIT:
		was_quit(r);
		break;
	}
}

static void
take_reply(struct net_run *r)
{
	struct slice in = net_input(r);
	struct str text = {0};
	size_t n = smtp_reply(in);

	if (n == 0 && in.len >= SMTP_REPLY_BYTES) {
		net_give_up(r);
		return;
	}
	if (n == 0)
		return;
	str_addn(&text, in.s, n);
	net_consume(r, n);
	if (memchr(text.s, '\0', text.len) != NULL)
		net_give_up(r);
	else
		replied(r, str_get(&text), &text);
	str_free(&text);
}

/* The other side closed: what the plugin says to it. */
static void
closed(struct net_run *r)
{
	struct state *s = net_state_of(r);

	switch (s->step) {
	case GREETING:
	case HELO:
		net_say(r, "recv() failed\n");
		net_done(r, NET_WARNING);
		break;
	case SECURE_HELO:
		net_say(
		    r, "SMTP UNKNOWN - Cannot read EHLO response via TLS.\n");
		net_done(r, NET_UNKNOWN);
		break;
	case QUIT:
		was_quit(r);
		break;
	case STARTTLS:
	case HANDSHAKE:
	case FROM:
	case COMMAND:
	case AUTH:
	case AUTH_USER:
	case AUTH_PASS:
		net_give_up(r); /* depends on what its next write meets */
		break;
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
	case NET_REFUSED:
		net_say_refused(r, p->to.host, (uint16_t)p->to.port);
		s->result = NET_CRITICAL;
		judge(r);
		break;
	case NET_BYTES:
		take_reply(r);
		break;
	case NET_SECURE:
		say_helo(r, SECURE_HELO);
		break;
	case NET_INSECURE:
		net_say(r,
		    "CRITICAL - Cannot make SSL connection.\n%s"
		    "CRITICAL - Cannot create SSL context.\n",
		    net_tls_words(r));
		net_done(r, NET_CRITICAL);
		break;
	case NET_END:
	case NET_BROKEN:
		closed(r);
		break;
	case NET_OPEN:
	case NET_TIMER:
	case NET_PONG:
		break;
	}
}

static void
end(struct net_run *r)
{
	struct state *s = net_state_of(r);

	str_free(&s->greeting);
}

const struct net_check net_check_smtp = {.program = "check_smtp",
    .plan_size = sizeof(struct plan),
    .read = read_plan,
    .state_size = sizeof(struct state),
    .event = event,
    .end = end};
