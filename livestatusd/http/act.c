/* SPDX-License-Identifier: Apache-2.0
 *
 * External commands for core and eventd in a person's name, and waiting until
 * all are answered and can be seen; see internal.h.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/http/internal.h"

#include <stdlib.h>

struct act {
	struct http_request *r;
	struct act_result result;
	char *why;
	uint64_t seq;
	int64_t until; /* monotonic */
	bool sending;  /* answers may come before all are sent */
	act_done_fn *done;
	void *arg;
};

static void
act_end(struct act *a)
{
	struct http_request *r = a->r;
	bool suspended = !a->sending;

	r->h->source.forget(r->h->source.arg, a);
	r->work = NULL;
	r->cancel = NULL;
	r->tick = NULL;
	a->result.why = a->why;
	a->done(r, &a->result, a->arg);
	free(a->why);
	free(a);
	if (suspended)
		http_done(r);
}

/* Ends it if there is nothing to wait for any more. */
static bool
act_try(struct act *a)
{
	const struct http_source *s = &a->r->h->source;

	if (clock_mono() < a->until &&
	    (a->result.open > 0 || !s->shows(s->arg, a->seq)))
		return false;
	act_end(a);
	return true;
}

static void
on_answer(void *arg, const char *refused, uint64_t seq)
{
	struct act *a = arg;
	struct http *h = a->r->h;

	a->result.open--;
	if (seq > a->seq)
		a->seq = seq;
	if (refused != NULL) {
		a->result.refused++;
		h->commands_refused++;
		if (a->why == NULL)
			a->why = xstrdup(refused);
	}
	if (!a->sending && a->result.open == 0)
		act_try(a);
}

static void
on_tick(struct http_request *r)
{
	act_try(r->work);
}

static void
on_gone(struct http_request *r)
{
	struct act *a = r->work;

	r->h->source.forget(r->h->source.arg, a);
	a->done(NULL, NULL, a->arg);
	free(a->why);
	free(a);
}

void
act_start(struct http_request *r, char **lines, size_t n, act_done_fn *done,
    void *arg)
{
	const struct http_source *s = &r->h->source;
	struct act *a = xnew(struct act);

	a->r = r;
	a->done = done;
	a->arg = arg;
	a->until = clock_mono() + ACT_WAIT_S * NS_PER_S;
	a->sending = true;
	a->result.sent = a->result.open = n;
	r->work = a;
	r->cancel = on_gone;
	r->tick = on_tick;
	r->h->commands += n;
	for (size_t i = 0; i < n; i++) {
		s->command(s->arg, slice_of(r->user), slice_of(lines[i]),
		    on_answer, a);
		free(lines[i]);
	}
	free(lines);
	if (n > 0)
		log_info("user %s: %zu commands", r->user, n);
	if (act_try(a))
		return;
	a->sending = false;
}
