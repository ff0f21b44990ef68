/* SPDX-License-Identifier: Apache-2.0
 *
 * Heartbeats of another site: is it there, what is it, and how are the status
 * hosts that it monitors for others?
 */
#include "livestatusd/sites/site_parts.h"

#include "common/mem.h"
#include "livestatusd/lql/answer.h"

#include <stdlib.h>

static void
send_beat(struct site *s, const char *text, size_t len, enum beat beat)
{
	struct slot *slot = &s->slots[0];

	s->beat = beat;
	slot->since = clock_mono();
	s->row.sent += len;
	channel_send(slot->ch, (struct slice){text, len});
}

void
site_send_heartbeat(struct site *s)
{
	static const char text[] =
	    "GET status\nColumns: program_version livestatus_version "
	    "program_start num_hosts num_services\nOutputFormat: json\n"
	    "ColumnHeaders: off\nKeepAlive: on\nResponseHeader: fixed16\n\n";

	s->beat_sent = clock_mono();
	send_beat(s, text, sizeof(text) - 1, BEAT_STATUS);
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

void
site_on_beat(struct site *s, unsigned code, struct str *body)
{
	struct slot *slot = &s->slots[0];
	int64_t now = clock_mono();

	slot->used = true;
	if (s->beat == BEAT_STATUS) {
		if (code != 200 || !take_status(s, body)) {
			site_die(s, SITE_DEAD,
			    "what answers there speaks no Livestatus");
			return;
		}
		s->row.response_time =
		    (double)(now - s->beat_sent) / (double)NS_PER_S;
		s->row.last_answer = clock_wall() / NS_PER_S;
		site_set_state(s, SITE_ONLINE, "");
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
		site_close_slot(slot);
	site_pump(s);
}
