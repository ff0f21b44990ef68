/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries and commands for the web server; see source.h.
 */
#include "livestatusd/source.h"

#include "common/mem.h"
#include "livestatusd/lql/lql.h"
#include "livestatusd/server/logfiles.h"

#include <stdlib.h>

/* A query that waits for rows of eventd. */
struct asking {
	struct asking *next, **link;
	struct source *s;
	struct lql_query *q;
	http_answer_fn *done;
	void *arg;
};

struct source {
	struct livestatusd *l;
	struct asking *asking;
};

static void
execute(struct livestatusd *l, struct lql_query *q, struct str *out)
{
	struct lql_env env;

	logfiles_lock(l->logfiles);
	if (lql_reads_log(q))
		logfiles_refresh(l->logfiles);
	livestatusd_env(l, &env);
	lql_execute(q, feed_mirror(l->feed), &env, out);
	logfiles_unlock(l->logfiles);
}

static void
on_query(void *arg, struct slice request, struct str *out)
{
	struct source *s = arg;
	struct lql_query *q = lql_parse(request);

	execute(s->l, q, out);
	lql_free(&q);
}

static void
asking_free(struct asking *a)
{
	questions_forget(a->s->l->questions, a);
	lql_free(&a->q);
	*a->link = a->next;
	if (a->next != NULL)
		a->next->link = a->link;
	free(a);
}

static void
on_events(void *arg, struct slice answer, const char *why)
{
	struct asking *a = arg;
	http_answer_fn *done = a->done;
	void *done_arg = a->arg;
	struct str out = {0};

	if (why != NULL)
		lql_events_failed(a->q, why);
	else
		lql_take_events(a->q, answer);
	execute(a->s->l, a->q, &out);
	asking_free(a);
	done(done_arg, str_slice(&out));
	str_free(&out);
}

static void
on_ask(void *arg, struct slice request, http_answer_fn *done, void *done_arg)
{
	struct source *s = arg;
	struct lql_query *q = lql_parse(request);
	struct str text = {0}, out = {0};
	struct lql_env env;
	struct asking *a;

	livestatusd_env(s->l, &env);
	if (!lql_asks_events(q, &env, &text)) {
		execute(s->l, q, &out);
		lql_free(&q);
		done(done_arg, str_slice(&out));
		str_free(&out);
		str_free(&text);
		return;
	}
	a = xnew(struct asking);
	a->s = s;
	a->q = q;
	a->done = done;
	a->arg = done_arg;
	a->next = s->asking;
	a->link = &s->asking;
	if (a->next != NULL)
		a->next->link = &a->next;
	s->asking = a;
	questions_ask(s->l->questions, str_slice(&text), on_events, a);
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
		if (a->arg == done_arg)
			asking_free(a);
	}
}

static bool
on_shows(void *arg, uint64_t seq)
{
	const struct source *s = arg;

	return feed_seq(s->l->feed) >= seq;
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
	    .arg = s,
	};
}
