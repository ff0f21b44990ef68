/* SPDX-License-Identifier: Apache-2.0
 *
 * Another site; see site.h. Slot 0 is for heartbeats, so that a long query
 * does not look like a dead site, nor hide one.
 */
#include "livestatusd/sites/site.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"
#include "livestatusd/lql/answer.h"

#include <inttypes.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#define SLOTS (1 + SITE_CHANNELS + SITE_WAITING_CHANNELS)

struct site_ask {
	struct site_ask *next;
	struct site *site;
	struct slot *slot; /* NULL: it waits */
	char *text;
	size_t len;
	bool command, waits;
	bool refused;  /* a command's refusal is there, in body */
	unsigned code; /* of that */
	struct str body;
	bool again;    /* it was on a connection that had been closed */
	int64_t asked; /* monotonic */
	site_done_fn *done;
	void *arg;
};

struct slot {
	struct site *site;
	struct channel *ch; /* NULL: closed */
	bool up, used;      /* used: has answered before */
	struct site_ask *ask;
	int64_t since; /* monotonic: opened, or asked */
};

enum beat {
	BEAT_NONE,
	BEAT_STATUS,
	BEAT_HOSTS
};

struct site {
	struct site_conf conf;
	uv_loop_t *loop;
	struct site_hooks hooks;
	SSL_CTX *ctx;
	enum site_state state;
	char reason[200];
	struct slot slots[SLOTS];
	enum beat beat; /* what slot 0 has asked */
	unsigned attempt;
	int64_t next_beat, retry_at; /* monotonic */
	int64_t last_bytes, beat_sent;
	struct site_ask *first, **last; /* waiting */
	uint32_t n_waiting;
	bool vedette;
	char *version, *livestatus_version;
	struct lql_site row; /* numbers of it */
};

static void open_slot(struct site *s, struct slot *slot);
static void pump(struct site *s);
static void die(struct site *s, enum site_state state, const char *why);

const char *
site_state_name(enum site_state state)
{
	static const char *const names[] = {
	    [SITE_NEW] = "waiting",
	    [SITE_ONLINE] = "online",
	    [SITE_DEAD] = "dead",
	    [SITE_DISABLED] = "disabled",
	    [SITE_DOWN] = "down",
	    [SITE_UNREACH] = "unreach",
	    [SITE_WAITING] = "waiting",
	    [SITE_UNKNOWN] = "unknown",
	};

	return names[state];
}

static bool
is_asked(const struct site *s)
{
	return s->state == SITE_NEW || s->state == SITE_ONLINE;
}

/* --- asks ----------------------------------------------------------------- */

static void
ask_free(struct site_ask *k)
{
	free(k->text);
	str_free(&k->body);
	free(k);
}

/* Its slot is free afterwards, or closed by the caller. */
static void
finish(struct site_ask *k, unsigned code, struct str *body, const char *why)
{
	if (k->slot != NULL)
		k->slot->ask = NULL;
	if (code == 0)
		k->site->row.failures++;
	k->done(k->arg, code, body, why);
	ask_free(k);
}

static void
unqueue(struct site_ask *k)
{
	struct site *s = k->site;
	struct site_ask **at = &s->first;

	while (*at != k)
		at = &(*at)->next;
	*at = k->next;
	if (s->last == &k->next)
		s->last = at;
	k->next = NULL;
	s->n_waiting--;
}

static void
enqueue(struct site_ask *k)
{
	struct site *s = k->site;

	k->slot = NULL;
	k->next = NULL;
	*s->last = k;
	s->last = &k->next;
	s->n_waiting++;
}

static void
close_slot(struct slot *slot)
{
	channel_close(&slot->ch);
	slot->up = slot->used = false;
}

struct site_ask *
site_ask(struct site *s, struct slice request, unsigned flags,
    site_done_fn *done, void *arg, struct err *err_r)
{
	struct site_ask *k;
	struct str why = {0};

	if (!is_asked(s) || s->n_waiting >= SITE_QUEUE) {
		if (is_asked(s))
			str_addf(&why, "%u queries wait for it already",
			    s->n_waiting);
		else
			site_say(s, &why);
		err_set(err_r, "%s", str_get(&why));
		str_free(&why);
		return NULL;
	}
	k = xnew(struct site_ask);
	k->site = s;
	k->text = slice_dup(request);
	k->len = request.len;
	k->command = (flags & SITE_ASK_COMMAND) != 0;
	k->waits = (flags & SITE_ASK_WAITS) != 0;
	k->done = done;
	k->arg = arg;
	k->asked = clock_mono();
	s->row.queries++;
	enqueue(k);
	pump(s);
	return k;
}

void
site_forget(struct site_ask **kp)
{
	struct site_ask *k = *kp;
	struct slot *slot;

	if (k == NULL)
		return;
	*kp = NULL;
	slot = k->slot;
	if (slot == NULL) {
		unqueue(k);
	} else { /* its answer would be taken for another's */
		slot->ask = NULL;
		close_slot(slot);
	}
	ask_free(k);
}

/* --- the connections ------------------------------------------------------ */

static void
send_ask(struct slot *slot, struct site_ask *k)
{
	struct site *s = slot->site;

	unqueue(k);
	k->slot = slot;
	slot->ask = k;
	slot->since = clock_mono();
	s->row.sent += k->len;
	channel_send(slot->ch, (struct slice){k->text, k->len});
}

/* Queries that wait for something have connections of their own. */
static void
range_of(bool waits, size_t *from_r, size_t *to_r)
{
	*from_r = waits ? 1 + SITE_CHANNELS : 1;
	*to_r = waits ? SLOTS : 1 + SITE_CHANNELS;
}

static struct slot *
free_slot(struct site *s, bool waits)
{
	size_t i, to;

	for (range_of(waits, &i, &to); i < to; i++) {
		struct slot *slot = &s->slots[i];

		if (slot->ch != NULL && slot->up && slot->ask == NULL)
			return slot;
	}
	return NULL;
}

/* As many as wait, as far as there may be so many. */
static void
open_more(struct site *s, bool waits)
{
	uint32_t need = 0;
	size_t i, to;

	for (const struct site_ask *k = s->first; k != NULL; k = k->next)
		need += k->waits == waits;
	for (range_of(waits, &i, &to); i < to && need > 0; i++)
		if (s->slots[i].ch != NULL && !s->slots[i].up)
			need--;
	for (range_of(waits, &i, &to); i < to && need > 0; i++) {
		if (s->slots[i].ch != NULL)
			continue;
		open_slot(s, &s->slots[i]);
		need--;
	}
}

/* What is queued goes to connections that are free; others are made. */
static void
pump(struct site *s)
{
	struct site_ask **at = &s->first;
	struct slot *slot;

	while (*at != NULL) {
		slot = free_slot(s, (*at)->waits);
		if (slot != NULL)
			send_ask(slot, *at);
		else
			at = &(*at)->next;
	}
	open_more(s, false);
	open_more(s, true);
}

static void
send_beat(struct site *s, const char *text, size_t len, enum beat beat)
{
	struct slot *slot = &s->slots[0];

	s->beat = beat;
	slot->since = clock_mono();
	s->row.sent += len;
	channel_send(slot->ch, (struct slice){text, len});
}

static void
send_heartbeat(struct site *s)
{
	static const char text[] =
	    "GET status\nColumns: program_version livestatus_version "
	    "program_start num_hosts num_services\nOutputFormat: json\n"
	    "ColumnHeaders: off\nKeepAlive: on\nResponseHeader: fixed16\n\n";

	s->beat_sent = clock_mono();
	send_beat(s, text, sizeof(text) - 1, BEAT_STATUS);
}

static void
on_up(void *arg)
{
	struct slot *slot = arg;
	struct site *s = slot->site;

	slot->up = true;
	s->last_bytes = clock_mono();
	if (slot == &s->slots[0])
		send_heartbeat(s);
	else
		pump(s);
}

static void
on_moved(void *arg, size_t bytes)
{
	struct slot *slot = arg;

	slot->site->last_bytes = clock_mono();
	slot->site->row.received += bytes;
}

static void
on_down(void *arg, const char *why)
{
	struct slot *slot = arg;
	struct site *s = slot->site;
	struct site_ask *k = slot->ask;
	bool was_up = slot->up, used = slot->used;
	char text[160];

	snprintf(text, sizeof(text), "%s", why);
	slot->ask = NULL;
	close_slot(slot);
	if (slot == &s->slots[0]) {
		if (was_up && used && s->beat == BEAT_NONE)
			s->next_beat = 0; /* it was idle: look again */
		else
			die(s, SITE_DEAD, text);
		return;
	}
	if (!was_up && !s->conf.own) {
		die(s, SITE_DEAD, text);
		return;
	}
	if (k != NULL && used && !k->again && !k->command) {
		k->again = true; /* closed by the site while it was idle */
		enqueue(k);
		pump(s);
		return;
	}
	if (k != NULL) {
		k->slot = NULL;
		finish(k, 0, NULL, text);
	}
	while (!was_up && s->first != NULL) { /* this site itself */
		k = s->first;
		unqueue(k);
		finish(k, 0, NULL, text);
	}
	s->next_beat = 0;
}

/* --- heartbeats ----------------------------------------------------------- */

static void
set_state(struct site *s, enum site_state state, const char *why)
{
	bool changed = s->state != state;

	s->state = state;
	snprintf(s->reason, sizeof(s->reason), "%s", why);
	if (!changed)
		return;
	s->row.since = clock_wall() / NS_PER_S;
	if (state == SITE_ONLINE)
		log_info("site %s: online", s->conf.name);
	else
		log_warn("site %s: %s: %s", s->conf.name,
		    site_state_name(state), s->reason);
	if (s->hooks.changed != NULL)
		s->hooks.changed(s->hooks.arg, s);
}

/* Connections are closed, and all that was asked fails. */
static void
die(struct site *s, enum site_state state, const char *why)
{
	struct site_ask *all = s->first, *k;
	struct str text = {0};

	*s->last = NULL;
	s->first = NULL;
	s->last = &s->first;
	s->n_waiting = 0;
	for (size_t i = 0; i < SLOTS; i++) {
		k = s->slots[i].ask;
		if (k != NULL) {
			k->slot = NULL;
			k->next = all;
			all = k;
			s->slots[i].ask = NULL;
		}
		close_slot(&s->slots[i]);
	}
	s->beat = BEAT_NONE;
	s->retry_at = clock_mono() + SITE_COOLDOWN_NS;
	set_state(s, state, why);
	site_say(s, &text);
	while (all != NULL) {
		k = all;
		all = k->next;
		finish(k, 0, NULL, str_get(&text));
	}
	str_free(&text);
}

static void
keep_text(char **to, const struct value *v)
{
	free(*to);
	*to = slice_dup(v->kind == VALUE_STRING ? v->s : SLICE(""));
}

/* False: that is no Livestatus. */
static bool
take_status(struct site *s, struct str *body)
{
	struct value v[5];
	struct answer a;
	bool ok;

	answer_init(&a, body);
	ok = answer_next(&a, v, ARRAY_LEN(v)) == 1;
	if (ok) {
		keep_text(&s->version, &v[0]);
		keep_text(&s->livestatus_version, &v[1]);
		s->row.program_start = value_int(&v[2]);
		s->row.num_hosts = value_int(&v[3]);
		s->row.num_services = value_int(&v[4]);
		s->vedette = strncmp(s->version, "Vedette ", 8) == 0;
	}
	answer_deinit(&a);
	return ok;
}

static void
take_hosts(struct site *s, struct str *body)
{
	struct site_host *hosts;
	size_t n = s->hooks.hosts(s->hooks.arg, s, &hosts);
	struct value v[3];
	struct answer a;

	for (size_t i = 0; i < n; i++)
		*hosts[i].gate = GATE_UNKNOWN;
	answer_init(&a, body);
	while (answer_next(&a, v, ARRAY_LEN(v)) == 1) {
		for (size_t i = 0; i < n && v[0].kind == VALUE_STRING; i++) {
			if (!slice_eqs(v[0].s, hosts[i].host))
				continue;
			*hosts[i].gate = value_int(&v[2]) == 0 ? GATE_PENDING
			    : value_int(&v[1]) == 0            ? GATE_OPEN
			    : value_int(&v[1]) == 1            ? GATE_DOWN
							       : GATE_UNREACH;
		}
	}
	answer_deinit(&a);
}

/* Status hosts of other sites that this one monitors. */
static bool
ask_hosts(struct site *s)
{
	struct site_host *hosts;
	size_t n = s->hooks.hosts == NULL
	    ? 0
	    : s->hooks.hosts(s->hooks.arg, s, &hosts);
	struct str text = {0};

	if (n == 0)
		return false;
	str_add(&text, "GET hosts\nColumns: name state has_been_checked\n");
	for (size_t i = 0; i < n; i++)
		str_addf(&text, "Filter: name = %s\n", hosts[i].host);
	str_addf(&text,
	    "Or: %zu\nOutputFormat: json\nColumnHeaders: off\n"
	    "KeepAlive: on\nResponseHeader: fixed16\n\n",
	    n);
	send_beat(s, text.s, text.len, BEAT_HOSTS);
	str_free(&text);
	return true;
}

static void
on_beat(struct site *s, unsigned code, struct str *body)
{
	struct slot *slot = &s->slots[0];
	int64_t now = clock_mono();

	slot->used = true;
	if (s->beat == BEAT_STATUS) {
		if (code != 200 || !take_status(s, body)) {
			die(s, SITE_DEAD,
			    "what answers there speaks no Livestatus");
			return;
		}
		s->row.response_time =
		    (double)(now - s->beat_sent) / (double)NS_PER_S;
		s->row.last_answer = clock_wall() / NS_PER_S;
		set_state(s, SITE_ONLINE, "");
		if (slot->ch == NULL || ask_hosts(s))
			return;
	} else if (s->beat == BEAT_HOSTS && code == 200) {
		take_hosts(s, body);
	}
	s->beat = BEAT_NONE;
	s->next_beat = now +
	    (s->conf.timeout_ns / 2 < SITE_HEARTBEAT_NS ? s->conf.timeout_ns / 2
							: SITE_HEARTBEAT_NS);
	if (!s->conf.persist)
		close_slot(slot);
	pump(s);
}

static void
on_answer(void *arg, unsigned code, struct str *body)
{
	struct slot *slot = arg;
	struct site *s = slot->site;
	struct site_ask *k = slot->ask;

	if (slot == &s->slots[0]) {
		on_beat(s, code, body);
		return;
	}
	if (k == NULL) {
		close_slot(slot); /* nobody asked */
		return;
	}
	slot->used = true;
	s->row.last_answer = clock_wall() / NS_PER_S;
	if (k->command && code != 200 && !k->refused) {
		k->refused = true; /* the query's answer follows */
		k->code = code;
		k->body = *body;
		*body = (struct str){0};
		return;
	}
	if (!s->conf.persist)
		close_slot(slot);
	if (k->refused) {
		struct str words = k->body;

		k->body = (struct str){0};
		finish(k, k->code, &words, NULL);
		str_free(&words);
	} else {
		finish(k, code, body, NULL);
	}
	pump(s);
}

static const struct channel_handlers handlers = {
    .up = on_up, .moved = on_moved, .answer = on_answer, .down = on_down};

static void
open_slot(struct site *s, struct slot *slot)
{
	slot->site = s;
	slot->up = slot->used = false;
	slot->since = clock_mono();
	slot->ch = channel_open(
	    s->loop, &s->conf, s->ctx, s->attempt, &handlers, slot);
}

/* --- time ----------------------------------------------------------------- */

static void
set_gate(struct site *s, enum site_gate gate)
{
	static const struct {
		enum site_state state;
		const char *why;
	} gates[] = {
	    [GATE_DOWN] = {SITE_DOWN, "is DOWN"},
	    [GATE_UNREACH] = {SITE_UNREACH, "is UNREACHABLE"},
	    [GATE_PENDING] = {SITE_WAITING, "has not been checked yet"},
	    [GATE_UNKNOWN] = {SITE_UNKNOWN, "is not to be found"},
	};
	char why[160];

	if (gate == GATE_OPEN) {
		if (s->state >= SITE_DOWN)
			set_state(s, SITE_NEW, "has not been asked yet");
		return;
	}
	snprintf(why, sizeof(why), "its status host %s %s", s->conf.status_host,
	    gates[gate].why);
	if (s->state != gates[gate].state)
		die(s, gates[gate].state, why);
}

/* Something is asked, and not a byte has come for too long. */
static bool
is_silent(const struct site *s, int64_t now)
{
	for (size_t i = 0; i < SLOTS; i++) {
		const struct slot *slot = &s->slots[i];
		int64_t since = slot->since;

		if (slot->ch == NULL ||
		    (slot->up && slot->ask == NULL &&
			!(i == 0 && s->beat != BEAT_NONE)))
			continue;
		if (slot->up && s->last_bytes > since)
			since = s->last_bytes;
		if (now - since > s->conf.timeout_ns)
			return true;
	}
	return false;
}

static void
drop_late(struct site *s, int64_t now)
{
	struct site_ask *k;

	while ((k = s->first) != NULL && now - k->asked > s->conf.timeout_ns) {
		unqueue(k);
		finish(k, 0, NULL, "all connections to it are busy");
	}
	for (size_t i = 1; i < SLOTS; i++) {
		k = s->slots[i].ask;
		if (k == NULL || k->waits || now - k->asked < SITE_QUERY_NS)
			continue;
		k->slot = NULL;
		s->slots[i].ask = NULL;
		close_slot(&s->slots[i]);
		finish(k, 0, NULL, "it has not answered in two minutes");
	}
}

static void
tick_beat(struct site *s, int64_t now)
{
	struct slot *slot = &s->slots[0];

	if (s->state == SITE_DEAD && slot->ch == NULL && now < s->retry_at)
		return;
	if (slot->ch == NULL) {
		if (s->state == SITE_ONLINE && now < s->next_beat)
			return;
		s->attempt++;
		open_slot(s, slot);
	} else if (slot->up && s->beat == BEAT_NONE && now >= s->next_beat) {
		send_heartbeat(s);
	}
}

void
site_tick(struct site *s, enum site_gate gate)
{
	int64_t now = clock_mono();
	struct str why = {0};

	if (s->state == SITE_DISABLED)
		return;
	if (s->conf.own) {
		drop_late(s, now);
		return;
	}
	set_gate(s, gate);
	if (s->state >= SITE_DISABLED)
		return;
	if (is_silent(s, now)) {
		str_add(&why, "no answer within ");
		num_duration_add(&why, s->conf.timeout_ns / NS_PER_MS);
		die(s, SITE_DEAD, str_get(&why));
		str_free(&why);
		return;
	}
	drop_late(s, now);
	tick_beat(s, now);
}

/* --- what others see ------------------------------------------------------ */

void
site_say(const struct site *s, struct str *to)
{
	int64_t now = clock_wall() / NS_PER_S;

	str_addf(to, "%s for ", site_state_name(s->state));
	num_duration_add(
	    to, (now > s->row.since ? now - s->row.since : 0) * 1000);
	if (s->reason[0] != '\0')
		str_addf(to, " (%s)", s->reason);
	if (s->row.last_answer == 0) {
		str_add(to, ", it has never answered");
		return;
	}
	str_add(to, ", it answered last ");
	num_duration_add(to, (now - s->row.last_answer) * 1000);
	str_add(to, " ago");
}

void
site_row(const struct site *s, struct lql_site *row_r)
{
	const struct site_conf *c = &s->conf;

	*row_r = s->row;
	row_r->name = c->name;
	row_r->alias = c->alias;
	row_r->address = c->address;
	row_r->url_prefix = c->url_prefix;
	row_r->state = site_state_name(s->state);
	row_r->reason = s->reason;
	row_r->version = s->version == NULL ? "" : s->version;
	row_r->livestatus_version =
	    s->livestatus_version == NULL ? "" : s->livestatus_version;
	row_r->status_host = c->status_key == NULL ? "" : c->status_key;
	row_r->own = c->own;
	row_r->status = s->state == SITE_ONLINE                ? 0
	    : s->state == SITE_NEW || s->state == SITE_WAITING ? 4
							       : 2;
	row_r->waiting = s->n_waiting;
	for (size_t i = 0; i < SLOTS; i++)
		row_r->connections += s->slots[i].ch != NULL;
}

const struct site_conf *
site_conf(const struct site *s)
{
	return &s->conf;
}

enum site_state
site_state(const struct site *s)
{
	return s->state;
}

bool
site_is_vedette(const struct site *s)
{
	return s->vedette;
}

/* --- beginning and end ---------------------------------------------------- */

struct site *
site_new(
    uv_loop_t *loop, struct site_conf *conf, const struct site_hooks *hooks)
{
	struct site *s = xnew(struct site);
	struct err err = {""};

	s->conf = *conf;
	*conf = (struct site_conf){0};
	s->loop = loop;
	s->hooks = *hooks;
	s->last = &s->first;
	s->row.since = clock_wall() / NS_PER_S;
	s->state = s->conf.own                               ? SITE_ONLINE
	    : s->conf.disabled || s->conf.address[0] == '\0' ? SITE_DISABLED
							     : SITE_NEW;
	s->vedette = s->conf.own;
	if (s->state == SITE_NEW)
		snprintf(
		    s->reason, sizeof(s->reason), "has not been asked yet");
	if (s->state == SITE_DISABLED)
		snprintf(s->reason, sizeof(s->reason), "%s",
		    s->conf.disabled ? "by the configuration"
				     : "it has no address");
	if (s->state == SITE_NEW &&
	    site_conf_tls(&s->conf, &s->ctx, &err) == -1) {
		s->state = SITE_DISABLED;
		snprintf(s->reason, sizeof(s->reason), "%.150s", err.text);
		log_error("site %s: %s", s->conf.name, s->reason);
	}
	return s;
}

void
site_free(struct site **sp, const char *why)
{
	struct site *s = *sp;

	if (s == NULL)
		return;
	*sp = NULL;
	s->hooks.changed = NULL;
	s->state = SITE_DISABLED;
	die(s, SITE_DISABLED, why);
	SSL_CTX_free(s->ctx);
	free(s->version);
	free(s->livestatus_version);
	site_conf_deinit(&s->conf);
	free(s);
}
