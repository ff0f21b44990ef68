/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries and commands for the web server; see source.h.
 */
#include "livestatusd/source.h"

#include "common/clock.h"
#include "common/mem.h"
#include "livestatusd/lql/lql.h"
#include "livestatusd/pool.h"
#include "livestatusd/server/logfiles.h"

#include <stdlib.h>

#define SLICE_NS (3 * NS_PER_MS)

/* A query on its way: maybe to eventd for rows, then in slices in the pool. */
struct asking {
	struct pool_job job; /* first */
	struct asking *next, **link;
	struct source *s;
	struct lql_query *q;
	const struct mirror *frozen;
	struct lql_env env;
	struct lql_run *run;
	struct str out;
	bool given; /* it is the pool's */
	bool stop, ended;
	http_answer_fn *done; /* NULL: forgotten */
	void *arg;
};

struct source {
	struct livestatusd *l;
	struct asking *asking;
};

static void
on_query(void *arg, struct slice request, struct str *out)
{
	struct source *s = arg;
	struct livestatusd *l = s->l;
	struct lql_query *q = lql_parse(request);
	bool history = lql_reads_log(q);
	struct lql_env env;

	/* Others of the history may have it for a slice. */
	if (history) {
		logfiles_lock(l->logfiles);
		logfiles_refresh(l->logfiles);
	}
	livestatusd_env(l, &env);
	lql_execute(q, feed_mirror(l->feed), &env, out);
	if (history)
		logfiles_unlock(l->logfiles);
	lql_free(&q);
}

static void
asking_free(struct asking *a)
{
	questions_forget(a->s->l->questions, a);
	questions_forget(a->s->l->of_notifier, a);
	if (a->run != NULL)
		lql_end(&a->run);
	lql_free(&a->q);
	mirror_release(&a->frozen);
	str_free(&a->out);
	*a->link = a->next;
	if (a->next != NULL)
		a->next->link = a->link;
	free(a);
}

/* In a thread. */
static void
work(struct pool_job *job)
{
	struct asking *a = (struct asking *)job;
	struct logfiles *log = a->s->l->logfiles;

	if (job->history)
		logfiles_lock(log);
	if (a->run == NULL) {
		if (job->history)
			logfiles_refresh(log);
		a->run = lql_begin(a->q, a->frozen, &a->env, &a->out);
	}
	if (a->stop || lql_go_on(a->run, a->frozen, SLICE_NS)) {
		lql_end(&a->run);
		a->ended = true;
	}
	if (job->history)
		logfiles_unlock(log);
}

/* On the loop. */
static void
after_work(struct pool_job *job)
{
	struct asking *a = (struct asking *)job;
	http_answer_fn *done = a->done;

	if (!a->ended && !pool_ends(a->s->l->pool)) {
		a->stop = done == NULL;
		pool_give(a->s->l->pool, job);
		return;
	}
	a->given = false;
	if (done != NULL && a->ended) {
		a->done = NULL;
		done(a->arg, str_slice(&a->out));
	}
	asking_free(a);
}

static void
give(struct asking *a)
{
	struct livestatusd *l = a->s->l;

	livestatusd_env(l, &a->env);
	a->frozen = feed_freeze(l->feed);
	a->job.work = work;
	a->job.done = after_work;
	a->job.history = lql_reads_log(a->q);
	a->given = true;
	pool_give(l->pool, &a->job);
}

static void
on_events(void *arg, struct slice answer, const char *why)
{
	struct asking *a = arg;

	if (why != NULL)
		lql_events_failed(a->q, why);
	else
		lql_take_events(a->q, answer);
	questions_forget(a->s->l->questions, a);
	questions_forget(a->s->l->of_notifier, a);
	give(a);
}

static void
on_ask(void *arg, struct slice request, http_answer_fn *done, void *done_arg)
{
	struct source *s = arg;
	struct asking *a = xnew(struct asking);
	struct str text = {0};
	struct lql_env env;

	a->s = s;
	a->q = lql_parse(request);
	a->done = done;
	a->arg = done_arg;
	a->next = s->asking;
	a->link = &s->asking;
	if (a->next != NULL)
		a->next->link = &a->next;
	s->asking = a;
	livestatusd_env(s->l, &env);
	if (lql_asks_events(a->q, feed_mirror(s->l->feed), &env, &text))
		questions_ask(lql_asks_notifier(a->q) ? s->l->of_notifier
						      : s->l->questions,
		    str_slice(&text), on_events, a);
	else
		give(a);
	str_free(&text);
}

static void
on_command(void *arg, struct slice who, struct slice line,
    command_done_fn *done, void *done_arg)
{
	struct source *s = arg;

	commands_send(
	    slice_starts(line, "EC_") ? s->l->event_commands : s->l->commands,
	    who, line, done, done_arg);
}

static void
on_forget(void *arg, const void *done_arg)
{
	struct source *s = arg;
	struct asking *a, *next;

	commands_forget(s->l->commands, done_arg);
	commands_forget(s->l->event_commands, done_arg);
	for (a = s->asking; a != NULL; a = next) {
		next = a->next;
		if (a->arg != done_arg || a->done == NULL)
			continue;
		a->done = NULL;
		if (!a->given)
			asking_free(a);
	}
}

static bool
on_shows(void *arg, uint64_t seq)
{
	const struct source *s = arg;

	/* Numbers of another core are no measure: it may have begun anew. */
	return seq == 0 ||
	    (feed_is_current(s->l->feed) && feed_seq(s->l->feed) >= seq);
}

static void
on_moment(void *arg, struct http_moment *moment_r)
{
	const struct source *s = arg;
	const struct mirror *m = feed_mirror(s->l->feed);

	*moment_r = (struct http_moment){.seq = feed_seq(s->l->feed),
	    .generation = m->snap->generation,
	    .core_up = feed_core_up(s->l->feed),
	    .eventd_up = commands_peer(s->l->event_commands) != NULL};
	for (size_t i = 0; i < MIRROR_EVENTS; i++)
		moment_r->changes += m->events[i];
}

struct source *
source_new(struct livestatusd *l)
{
	struct source *s = xnew(struct source);

	s->l = l;
	return s;
}

void
source_free(struct source **sp)
{
	struct source *s = *sp;

	*sp = NULL;
	if (s == NULL)
		return;
	while (s->asking != NULL)
		asking_free(s->asking);
	free(s);
}

void
source_for_http(struct source *s, struct http_source *source_r)
{
	*source_r = (struct http_source){
	    .query = on_query,
	    .ask = on_ask,
	    .command = on_command,
	    .forget = on_forget,
	    .shows = on_shows,
	    .moment = on_moment,
	    .arg = s,
	};
}
