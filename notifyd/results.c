/* SPDX-License-Identifier: Apache-2.0
 *
 * Results of deliveries between sites: a window a peer.
 */
#include "notifyd/results.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "notifyd/history.h"

#include <stdlib.h>

#define WINDOW   500
#define LOOK_MS  50    /* results are gathered for so long */
#define AGAIN_MS 30000 /* without an answer */

struct line { /* to one peer; lives as long as the daemon */
	struct line *next;
	struct results *results;
	char *peer;
	int64_t sent;
	unsigned under_way;
	int64_t moved; /* monotonic: sent or answered */
	bool reading, more, anew;
};

struct results {
	struct spool *spool;
	struct peers *peers;
	struct line *lines;
	uv_timer_t *timer;
	struct results_counters counters;
};

static struct line *
line_of(struct results *r, const char *peer)
{
	struct line *line = r->lines;

	while (line != NULL && strcmp(line->peer, peer) != 0)
		line = line->next;
	if (line != NULL)
		return line;
	line = xnew(struct line);
	line->results = r;
	line->peer = xstrdup(peer);
	line->next = r->lines;
	r->lines = line;
	return line;
}

/* --- out -------------------------------------------------------------------
 */

static void read_more(struct line *line);

static bool
send_one(struct peer *peer, const struct spool_result *one)
{
	struct msg m = {.id = MSG_FORWARD_RESULT,
	    .forward_result = {.number = (uint64_t)one->id,
		.key = slice_of(one->key),
		.id = slice_of(one->notice),
		.host = slice_of(one->host),
		.service = slice_of(one->service),
		.contact = slice_of(one->contact),
		.method = slice_of(one->method),
		.code = (uint32_t)one->code,
		.text = slice_of(one->text)}};

	return bus_send(peer_line(peer), &m) == 0;
}

static void
on_results(const struct spool_result *list, size_t n, void *arg)
{
	struct line *line = arg;
	struct results *r = line->results;
	struct peer *peer = peers_named(r->peers, line->peer);
	bool again = line->more;

	line->reading = line->more = false;
	if (peer == NULL || peer_line(peer) == NULL)
		return;
	if (line->anew) { /* it was for the connection before */
		line->anew = false;
		read_more(line);
		return;
	}
	for (size_t i = 0; i < n && send_one(peer, &list[i]); i++) {
		line->sent = list[i].id;
		line->under_way++;
		r->counters.sent++;
		line->moved = clock_mono();
	}
	if (again)
		read_more(line);
}

static void
read_more(struct line *line)
{
	struct results *r = line->results;

	if (line->under_way >= WINDOW &&
	    clock_mono() - line->moved > AGAIN_MS * NS_PER_MS) {
		line->under_way = 0;
		line->sent = 0;
	}
	if (line->under_way >= WINDOW)
		return;
	if (line->reading) {
		line->more = true;
		return;
	}
	line->reading = true;
	spool_results(r->spool, line->peer, line->sent,
	    WINDOW - line->under_way, on_results, line);
}

static void
on_timer(uv_timer_t *timer)
{
	struct results *r = timer->data;

	for (struct peer *p = peers_next(r->peers, NULL); p != NULL;
	     p = peers_next(r->peers, p)) {
		if (peer_line(p) != NULL)
			read_more(line_of(r, p->name));
	}
}

void
results_kick(struct results *r)
{
	if (peers_next(r->peers, NULL) != NULL &&
	    !uv_is_active((uv_handle_t *)r->timer))
		uv_timer_start(r->timer, on_timer, LOOK_MS, 0);
}

void
results_up(struct results *r, const struct peer *peer)
{
	struct line *line = line_of(r, peer->name);

	line->sent = 0;
	line->under_way = 0;
	line->anew = line->reading;
	read_more(line);
}

void
results_taken(struct results *r, const struct peer *peer, uint64_t number)
{
	struct line *line = line_of(r, peer->name);

	spool_result_taken(r->spool, peer->name, (int64_t)number);
	line->moved = clock_mono();
	if (line->under_way > 0)
		line->under_way--;
	if (line->under_way == 0 || line->under_way == WINDOW / 2)
		read_more(line);
}

/* --- in --------------------------------------------------------------------
 */

struct arrived {
	struct results *results;
	char *peer;
	uint64_t number;
};

static void
on_stored(bool known, bool duplicate, bool committed, void *arg)
{
	struct arrived *a = arg;
	struct results *r = a->results;
	struct peer *peer = committed ? peers_named(r->peers, a->peer) : NULL;
	struct msg m = {.id = MSG_FORWARD_RESULT_STORED,
	    .forward_result_stored = {a->number}};

	r->counters.unknown += !known;
	r->counters.duplicates += duplicate;
	if (peer != NULL && peer_line(peer) != NULL)
		bus_send(peer_line(peer), &m);
	free(a->peer);
	free(a);
}

void
results_receive(
    struct results *r, struct peer *peer, const struct msg_forward_result *m)
{
	struct spool_result one = {.key = slice_dup(m->key),
	    .notice = slice_dup(m->id),
	    .host = slice_dup(m->host),
	    .service = slice_dup(m->service),
	    .contact = slice_dup(m->contact),
	    .method = slice_dup(m->method),
	    .text = slice_dup(m->text),
	    .code = m->code > 2 ? 2 : (int)m->code};
	struct slice contacts = m->contact, contact;
	struct arrived *a = xnew(struct arrived);
	struct str line = {0};

	r->counters.received++;
	a->results = r;
	a->peer = xstrdup(peer->name);
	a->number = m->number;
	while (slice_next(&contacts, ',', &contact)) { /* one call, NT-3 */
		char *name = slice_dup(contact);
		const struct history_fields of = {
		    one.host, one.service, name, one.method};

		if (line.len > 0)
			str_addc(&line, '\n');
		history_result_of(
		    &line, &of, (enum history_result)one.code, one.text);
		free(name);
	}
	spool_result_add(r->spool, &one, str_get(&line), on_stored, a);
	str_free(&line);
	free(one.key);
	free(one.notice);
	free(one.host);
	free(one.service);
	free(one.contact);
	free(one.method);
	free(one.text);
}

/* --- life
 * -------------------------------------------------------------------------- */

struct results *
results_new(uv_loop_t *loop, struct spool *spool, struct peers *peers)
{
	struct results *r = xnew(struct results);

	r->spool = spool;
	r->peers = peers;
	r->timer = xnew(uv_timer_t);
	uv_timer_init(loop, r->timer);
	r->timer->data = r;
	return r;
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle);
}

void
results_stop(struct results *r)
{
	r->peers = NULL;
	uv_timer_stop(r->timer);
}

void
results_free(struct results **results)
{
	struct results *r = *results;

	if (r == NULL)
		return;
	*results = NULL;
	while (r->lines != NULL) {
		struct line *line = r->lines;

		r->lines = line->next;
		free(line->peer);
		free(line);
	}
	uv_close((uv_handle_t *)r->timer, on_closed);
	free(r);
}

void
results_configure(struct results *r)
{
	const char **names;
	size_t n = 0;

	for (struct peer *p = peers_next(r->peers, NULL); p != NULL;
	     p = peers_next(r->peers, p))
		n++;
	names = xcalloc(n + 1, sizeof(*names));
	n = 0;
	for (struct peer *p = peers_next(r->peers, NULL); p != NULL;
	     p = peers_next(r->peers, p))
		names[n++] = p->name;
	spool_results_keep(r->spool, names, n);
	free(names);
}

const struct results_counters *
results_counters(const struct results *r)
{
	return &r->counters;
}
