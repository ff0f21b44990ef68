/* SPDX-License-Identifier: Apache-2.0
 *
 * See chore.h.
 */
#include "livestatusd/http/chore.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

struct chores {
	uv_loop_t *loop;
	struct chore *first, **last; /* that wait */
	unsigned waiting, running, at_once;
	struct chore *at[CHORES_RUNNING]; /* that run */
};

struct chores *
chores_new(uv_loop_t *loop, unsigned at_once)
{
	struct chores *q = xnew(struct chores);

	must(at_once <= CHORES_RUNNING);
	q->loop = loop;
	q->at_once = at_once;
	q->last = &q->first;
	return q;
}

void
chores_free(struct chores **qp)
{
	struct chores *q = *qp;
	struct chore *e;

	*qp = NULL;
	if (q == NULL)
		return;
	while ((e = q->first) != NULL) {
		q->first = e->next;
		e->done(NULL, e);
	}
	for (size_t i = 0; i < CHORES_RUNNING; i++)
		if (q->at[i] != NULL) {
			q->at[i]->q = NULL;
			q->at[i]->r = NULL;
		}
	free(q);
}

static void
work(uv_work_t *uv)
{
	struct chore *e = uv->data;

	e->work(e);
}

static void pump(struct chores *q);

static void
after(uv_work_t *uv, int status)
{
	struct chore *e = uv->data;
	struct chores *q = e->q;
	struct http_request *r = e->r;

	for (size_t i = 0; q != NULL && i < CHORES_RUNNING; i++)
		if (q->at[i] == e) {
			q->at[i] = NULL;
			q->running--;
		}
	if (r != NULL) {
		r->work = NULL;
		r->cancel = NULL;
	}
	if (r != NULL && status != 0) {
		http_fail(
		    r, MHD_HTTP_SERVICE_UNAVAILABLE, "The server is ending.");
		e->done(NULL, e);
	} else
		e->done(r, e);
	if (r != NULL)
		http_done(r);
	if (q != NULL)
		pump(q);
}

static void
pump(struct chores *q)
{
	while (q->first != NULL && q->running < q->at_once) {
		struct chore *e = q->first;
		size_t i = 0;

		q->first = e->next;
		if (q->first == NULL)
			q->last = &q->first;
		q->waiting--;
		while (q->at[i] != NULL)
			i++;
		q->at[i] = e;
		q->running++;
		uv_queue_work(q->loop, &e->uv, work, after);
	}
}

/* What is done for it is thrown away. */
static void
cancel(struct http_request *r)
{
	struct chore *e = r->work;

	e->r = NULL;
}

void
chore_begin(struct chores *q, struct http_request *r, struct chore *e)
{
	if (q->waiting >= CHORES_WAITING) {
		http_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE,
		    "Too much of this is asked for at once.");
		e->done(NULL, e);
		return;
	}
	e->q = q;
	e->r = r;
	e->next = NULL;
	e->uv.data = e;
	*q->last = e;
	q->last = &e->next;
	q->waiting++;
	r->work = e;
	r->cancel = cancel;
	pump(q);
}
