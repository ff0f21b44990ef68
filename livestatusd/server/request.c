/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests of a client: queries, which may have to wait, and commands for
 * core.
 */
#include "common/clock.h"
#include "common/log.h"
#include "livestatusd/server/client.h"

#include <stdio.h>

/* "[1234] NAME;..." */
static bool
is_command_text(struct slice s)
{
	size_t n = 1;

	if (s.len < 4 || s.s[0] != '[')
		return false;
	while (n < s.len && s.s[n] >= '0' && s.s[n] <= '9')
		n++;
	if (n == 1 || n + 2 >= s.len || s.s[n] != ']' || s.s[n + 1] != ' ')
		return false;
	return s.s[n + 2] >= 'A' && s.s[n + 2] <= 'Z';
}

static void
add_failure(struct client *c, const char *reason)
{
	struct str line = {0};

	str_addf(&line, "%d: %s", (int)LQL_BAD, reason);
	for (size_t i = 0; i < line.len; i++)
		if ((unsigned char)line.s[i] < 0x20)
			line.s[i] = ' ';
	c->server->counters.commands_refused++;
	if (c->failures_now)
		lql_failure(&c->failures, true, LQL_BAD, str_get(&line));
	else if (c->failures.len < 65536)
		lql_failure(&c->failures, false, LQL_BAD, str_get(&line));
	str_free(&line);
}

void
client_command_done(void *arg, const char *refused, uint64_t seq)
{
	struct client *c = arg;

	c->open_commands--;
	if (seq > c->need_seq)
		c->need_seq = seq;
	if (refused != NULL) {
		log_warn("command: refused: %s", refused);
		if (c->failures_now || c->query == NULL)
			add_failure(c, refused);
		else /* nobody has asked, as in client_request() */
			c->server->counters.commands_refused++;
	}
	client_go(c);
}

bool
client_wants_header(struct slice request)
{
	struct slice line;

	while (slice_next(&request, '\n', &line))
		if (slice_starts(line, "ResponseHeader:") &&
		    memmem(line.s, line.len, "fixed16", 7) != NULL)
			return true;
	return false;
}

/* Each line that begins with COMMAND; all others are ignored. */
static void
send_commands(struct client *c, struct slice request)
{
	struct slice line, rest = request, sites = {NULL, 0};
	bool header = client_wants_header(request);

	while (slice_next(&rest, '\n', &line)) {
		if (slice_starts(line, "OnlySites:"))
			sites = slice_trim(
			    (struct slice){line.s + 10, line.len - 10});
	}
	/* Answers to earlier ones may still be due: their wish holds. */
	c->failures_now = header || (c->failures_now && c->open_commands > 0);
	while (slice_next(&request, '\n', &line)) {
		struct slice text = slice_trim(line);

		if (!slice_starts(text, "COMMAND "))
			continue;
		text = slice_trim((struct slice){text.s + 8, text.len - 8});
		c->server->counters.commands++;
		if (!is_command_text(text)) {
			log_warn("command: refused: no [time] NAME: %.*s",
			    (int)(text.len < 200 ? text.len : 200), text.s);
			add_failure(c, "expected COMMAND [time] NAME;...");
			continue;
		}
		if (!c->commands) {
			add_failure(c,
			    "commands are not taken here "
			    "(listen.livestatus.commands is false)");
			continue;
		}
		if (client_commands_others(c, sites, text))
			continue;
		c->open_commands++;
		commands_send(commands_is_event(text)
			? c->server->l->event_commands
			: c->server->l->commands,
		    c->remote ? SLICE(MSG_WHO_NETWORK) : SLICE(""), text,
		    client_command_done, c);
	}
}

void
client_request(struct client *c, struct slice request)
{
	struct slice start = request;

	while (start.len > 0 && strchr(" \t\r\n", start.s[0]) != NULL) {
		start.s++;
		start.len--;
	}
	c->server->counters.requests++;
	if (slice_starts(start, "COMMAND ")) {
		send_commands(c, start);
		return;
	}
	if (slice_eqs(slice_trim(start), "LOGROTATE"))
		return; /* the history has a file for each day by itself */
	if (!c->failures_now)
		str_clear(&c->failures); /* nobody has asked */
	c->query = lql_parse(request);
	c->started = false;
	c->held_since = clock_mono();
}

/*
 * The client's own commands must be visible, and the configuration that was
 * activated must be shown; but nobody waits for a core that is down.
 */
static bool
is_held(struct client *c)
{
	struct livestatusd *l = c->server->l;

	if (c->open_commands > 0)
		return true; /* these end by themselves */
	if (clock_mono() - c->held_since > CLIENT_HOLD_NS)
		return false;
	if (!livestatusd_is_current(l))
		return true;
	return feed_core_up(l->feed) && feed_seq(l->feed) < c->need_seq;
}

static bool
must_wait(struct client *c, const struct mirror *m, const struct lql_env *env)
{
	int64_t now = clock_mono(), ms;

	if (!c->started) {
		c->started = true;
		memcpy(c->before, m->events, sizeof(c->before));
		ms = lql_wait_timeout_ms(c->query);
		c->wait_until = ms == 0 || ms > INT64_MAX / NS_PER_MS / 2
		    ? INT64_MAX
		    : now + ms * NS_PER_MS;
	}
	return lql_must_wait(c->query, m, env, c->before) &&
	    now < c->wait_until;
}

static void
on_events(void *arg, struct slice answer, const char *why)
{
	struct client *c = arg;

	c->told = true;
	if (why != NULL)
		lql_events_failed(c->query, why);
	else
		lql_take_events(c->query, answer);
	client_go(c);
}

/* Rows of the event console's tables are eventd's to give. */
static bool
has_events(struct client *c, const struct mirror *m, const struct lql_env *env)
{
	struct str text = {0};

	if (!c->asked && lql_asks_events(c->query, m, env, &text)) {
		c->asked = true;
		questions_ask(lql_asks_notifier(c->query)
			? c->server->l->of_notifier
			: c->server->l->questions,
		    str_slice(&text), on_events, c);
	}
	str_free(&text);
	if (c->asked && !c->told && c->server->stopping) {
		c->told = true;
		questions_forget(c->server->l->questions, c);
		questions_forget(c->server->l->of_notifier, c);
		lql_events_failed(c->query, "the status daemon ends");
	}
	return !c->asked || c->told;
}

void
client_end_query(struct client *c)
{
	lql_free(&c->query);
	client_weigh(c);
	if (c->asked) {
		questions_forget(c->server->l->questions, c);
		questions_forget(c->server->l->of_notifier, c);
	}
	c->asked = c->told = false;
	c->moved = clock_mono();
}

/* At once, on the loop: what costs less than the way to another thread. */
static void
answer_cheap(
    struct client *c, const struct mirror *m, const struct lql_env *env)
{
	bool keep = lql_keeps_alive(c->query);

	if (lql_execute(c->query, m, env, &c->out) != LQL_OK)
		c->server->counters.failed++;
	client_end_query(c);
	client_write(c, !keep);
}

bool
client_try_query(struct client *c)
{
	struct livestatusd *l = c->server->l;
	const struct mirror *m;
	struct lql_env env;

	if (c->query == NULL)
		return true;
	if (client_asks_others(c))
		return client_try_others(c);
	if (c->at != CARRY_NOT)
		return false;
	m = feed_mirror(l->feed);
	if (!c->server->stopping && is_held(c))
		return false;
	livestatusd_env(l, &env);
	if (!c->server->stopping && must_wait(c, m, &env)) {
		livestatus_look_soon(c->server);
		return false;
	}
	if (!has_events(c, m, &env))
		return false;
	if (!lql_is_long(c->query) && lql_is_cheap(c->query, m)) {
		answer_cheap(c, m, &env);
		return true;
	}
	carry_start(c);
	return false;
}
