/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions to a daemon; see questions.h.
 */
#include "livestatusd/feed/questions.h"

#include "common/clock.h"
#include "common/mem.h"

#include <stdlib.h>

#define OPEN_MAX_QUESTIONS 4u /* asked, or their answers being worked on */

enum stage {
	WAITS,
	ASKED,
	ANSWERED /* its rows are in memory until it is forgotten */
};

struct question {
	struct question *next;
	enum stage stage;
	uint64_t id;
	char *text;
	question_done_fn *done;
	void *arg;
	int64_t until; /* monotonic */
};

struct questions {
	struct commands *link; /* the one connection to the daemon */
	const char *who;
	struct question *list; /* oldest first */
	uint64_t last_id;
	uv_timer_t timer;
	struct questions_counters counters;
};

static void on_timer(uv_timer_t *timer);

/* The timer is due when something can have happened. */
static void
arm(struct questions *q, bool at_once)
{
	int64_t now = clock_mono(), first = INT64_MAX;

	for (const struct question *k = q->list; k != NULL; k = k->next)
		if (k->stage != ANSWERED && k->until < first)
			first = k->until;
	if (at_once)
		uv_timer_start(&q->timer, on_timer, 0, 0);
	else if (first == INT64_MAX)
		uv_timer_stop(&q->timer);
	else
		uv_timer_start(&q->timer, on_timer,
		    first <= now ? 0
				 : (uint64_t)((first - now) / NS_PER_MS) + 1,
		    0);
}

static void
question_free(struct question *k)
{
	free(k->text);
	free(k);
}

/* It stays in the list, as ANSWERED, until whoever asked forgets it. */
static void
finish(struct questions *q, struct question *k, struct slice answer,
    const char *why)
{
	k->stage = ANSWERED;
	if (why != NULL)
		q->counters.failed++;
	k->done(k->arg, answer, why);
}

/* Without an answer; `why` follows the daemon's name. */
static void
fail(struct questions *q, struct question *k, const char *why)
{
	char *text = xasprintf("%s%s", q->who, why);

	finish(q, k, (struct slice){NULL, 0}, text);
	free(text);
}

static struct question *
first_at(struct questions *q, enum stage stage)
{
	struct question *k = q->list;

	while (k != NULL && k->stage != stage)
		k = k->next;
	return k;
}

static unsigned
count_open(const struct questions *q)
{
	unsigned n = 0;

	for (const struct question *k = q->list; k != NULL; k = k->next)
		n += k->stage != WAITS;
	return n;
}

/* Those whose turn it is. */
static void
send_next(struct questions *q)
{
	struct question *k;

	while ((k = first_at(q, WAITS)) != NULL &&
	    count_open(q) < OPEN_MAX_QUESTIONS) {
		struct bus_peer *peer = commands_peer(q->link);
		struct msg m = {.id = MSG_QUERY,
		    .query = {k->id, SLICE(""), slice_of(k->text)}};

		if (peer == NULL) {
			fail(q, k, " is not running");
			continue;
		}
		if (bus_send(peer, &m) == -1) {
			fail(q, k, " is too busy");
			continue;
		}
		bus_flush(peer);
		k->stage = ASKED;
		q->counters.asked++;
	}
}

static void
on_timer(uv_timer_t *timer)
{
	struct questions *q = timer->data;
	int64_t now = clock_mono();
	struct question *k = q->list;

	send_next(q);
	for (k = q->list; k != NULL;) {
		if (k->stage == ANSWERED || k->until > now) {
			k = k->next;
			continue;
		}
		fail(q, k,
		    k->stage == WAITS ? " is too busy" : " does not answer");
		k = q->list; /* the call may have changed the list */
	}
	arm(q, false);
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct questions *q = arg;
	struct question *k = q->list;
	struct str why = {0};

	(void)peer;
	if (m->id != MSG_ANSWER)
		return;
	while (k != NULL && (k->stage != ASKED || k->id != m->answer.id))
		k = k->next;
	if (k == NULL)
		return; /* too late */
	if (m->answer.status == MSG_OK) {
		finish(q, k, m->answer.text, NULL);
		return;
	}
	str_add(&why, ": ");
	str_addslice(&why, m->answer.text);
	fail(q, k, str_get(&why));
	str_free(&why);
}

static void
on_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct questions *q = arg;
	struct question *k;

	(void)peer;
	(void)why;
	while ((k = first_at(q, ASKED)) != NULL)
		fail(q, k, " is not running");
}

struct questions *
questions_new(struct daemon *d, struct commands *link, const char *who)
{
	static const struct bus_handlers handlers = {
	    .down = on_down, .message = on_message};
	struct questions *q = xnew(struct questions);

	uv_timer_init(d->loop, &q->timer);
	q->timer.data = q;
	q->last_id = COMMANDS_OTHER_ID;
	q->link = link;
	q->who = who;
	commands_share(link, &handlers, q);
	return q;
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
questions_free(struct questions **qp)
{
	struct questions *q = *qp;

	if (q == NULL)
		return;
	*qp = NULL;
	commands_share(q->link, NULL, NULL);
	while (q->list != NULL) {
		struct question *k = q->list;

		q->list = k->next;
		question_free(k);
	}
	uv_close((uv_handle_t *)&q->timer, on_closed);
}

void
questions_ask(
    struct questions *q, struct slice text, question_done_fn *done, void *arg)
{
	struct question *k = xnew(struct question), **at = &q->list;

	k->id = ++q->last_id;
	k->text = slice_dup(text);
	k->done = done;
	k->arg = arg;
	k->until = clock_mono() + QUESTION_NS;
	while (*at != NULL)
		at = &(*at)->next;
	*at = k;
	arm(q, true);
}

void
questions_forget(struct questions *q, const void *arg)
{
	bool any = false;

	if (q == NULL)
		return;
	for (struct question **at = &q->list; *at != NULL;) {
		struct question *k = *at;

		if (k->arg != arg) {
			at = &k->next;
			continue;
		}
		*at = k->next;
		question_free(k);
		any = true;
	}
	if (any)
		arm(q, first_at(q, WAITS) != NULL);
}

const struct questions_counters *
questions_counters(const struct questions *q)
{
	return &q->counters;
}
