/* SPDX-License-Identifier: Apache-2.0
 *
 * Another site's connections and what it is asked; see site.h. Slot 0 is for
 * heartbeats, so that a long query does not look like a dead site, nor hide
 * one.
 */
#include "livestatusd/sites/site_parts.h"

#include "common/log.h"
#include "common/mem.h"

#include <openssl/ssl.h>
#include <stdlib.h>

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
void
site_finish(
    struct site_ask *k, unsigned code, struct str *body, const char *why)
{
	if (k->slot != NULL)
		k->slot->ask = NULL;
	if (code == 0)
		k->site->row.failures++;
	k->done(k->arg, code, body, why);
	ask_free(k);
}

void
site_unqueue(struct site_ask *k)
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

void
site_close_slot(struct slot *slot)
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
	site_pump(s);
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
		site_unqueue(k);
	} else { /* its answer would be taken for another's */
		slot->ask = NULL;
		site_close_slot(slot);
	}
	ask_free(k);
}

/* --- the connections ------------------------------------------------------ */

static void
send_ask(struct slot *slot, struct site_ask *k)
{
	struct site *s = slot->site;

	site_unqueue(k);
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
		site_open_slot(s, &s->slots[i]);
		need--;
	}
}

/* What is queued goes to connections that are free; others are made. */
void
site_pump(struct site *s)
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
on_up(void *arg)
{
	struct slot *slot = arg;
	struct site *s = slot->site;

	slot->up = true;
	s->last_bytes = clock_mono();
	if (slot == &s->slots[0])
		site_send_heartbeat(s);
	else
		site_pump(s);
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
	site_close_slot(slot);
	if (slot == &s->slots[0]) {
		if (was_up && used && s->beat == BEAT_NONE)
			s->next_beat = 0; /* it was idle: look again */
		else
			site_die(s, SITE_DEAD, text);
		return;
	}
	if (!was_up && !s->conf.own) {
		site_die(s, SITE_DEAD, text);
		return;
	}
	if (k != NULL && used && !k->again && !k->command) {
		k->again = true; /* closed by the site while it was idle */
		enqueue(k);
		site_pump(s);
		return;
	}
	if (k != NULL) {
		k->slot = NULL;
		site_finish(k, 0, NULL, text);
	}
	while (!was_up && s->first != NULL) { /* this site itself */
		k = s->first;
		site_unqueue(k);
		site_finish(k, 0, NULL, text);
	}
	s->next_beat = 0;
}

/* --- heartbeats ----------------------------------------------------------- */

void
site_set_state(struct site *s, enum site_state state, const char *why)
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
void
site_die(struct site *s, enum site_state state, const char *why)
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
		site_close_slot(&s->slots[i]);
	}
	s->beat = BEAT_NONE;
	s->retry_at = clock_mono() + SITE_COOLDOWN_NS;
	site_set_state(s, state, why);
	site_say(s, &text);
	while (all != NULL) {
		k = all;
		all = k->next;
		site_finish(k, 0, NULL, str_get(&text));
	}
	str_free(&text);
}

static void
on_answer(void *arg, unsigned code, struct str *body)
{
	struct slot *slot = arg;
	struct site *s = slot->site;
	struct site_ask *k = slot->ask;

	if (slot == &s->slots[0]) {
		site_on_beat(s, code, body);
		return;
	}
	if (k == NULL) {
		site_close_slot(slot); /* nobody asked */
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
		site_close_slot(slot);
	if (k->refused) {
		struct str words = k->body;

		k->body = (struct str){0};
		site_finish(k, k->code, &words, NULL);
		str_free(&words);
	} else {
		site_finish(k, code, body, NULL);
	}
	site_pump(s);
}

static bool
on_room(void *arg, size_t bytes)
{
	const struct slot *slot = arg;

	return slot->site->hooks.room(slot->site->hooks.arg, bytes);
}

static void
on_left(void *arg, size_t bytes)
{
	const struct slot *slot = arg;

	slot->site->hooks.left(slot->site->hooks.arg, bytes);
}

static const struct channel_handlers handlers = {.up = on_up,
    .room = on_room,
    .left = on_left,
    .moved = on_moved,
    .answer = on_answer,
    .down = on_down};

void
site_open_slot(struct site *s, struct slot *slot)
{
	slot->site = s;
	slot->up = slot->used = false;
	slot->since = clock_mono();
	slot->ch = channel_open(
	    s->loop, &s->conf, s->ctx, s->attempt, &handlers, slot);
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
site_close(struct site **sp, const char *why)
{
	struct site *s = *sp;

	if (s == NULL)
		return;
	*sp = NULL;
	s->hooks.changed = NULL;
	s->state = SITE_DISABLED;
	site_die(s, SITE_DISABLED, why);
	SSL_CTX_free(s->ctx);
	free(s->version);
	free(s->livestatus_version);
	site_conf_deinit(&s->conf);
	free(s);
}
