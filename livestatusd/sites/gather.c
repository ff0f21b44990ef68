/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking several sites and putting their answers together, which a thread
 * does: it may take long. See gather.h.
 */
#include "livestatusd/sites/gather.h"

#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/lql/several.h"

#include <stdlib.h>

struct part {
	struct gather *g;
	char *name; /* of the site, which may go before the end */
	struct site_ask *ask;
	bool waits; /* it was asked with what the query says about waiting */
};

struct gather {
	struct sites *sites;
	struct lql_query *q;
	struct lql_several *several;
	struct part *parts;
	size_t n, open;
	size_t held;          /* bytes of answers */
	bool answered;        /* a waiting query has waited enough */
	gather_done_fn *done; /* NULL: nobody waits */
	void *arg;
	uv_work_t work;
	bool working, finished;
	uv_timer_t soon; /* for what is known at once */
	bool timer;
	enum lql_code code;
	struct str answer;
};

static void
release(struct gather *g)
{
	sites_release(g->sites, g->held);
	for (size_t i = 0; i < g->n; i++)
		free(g->parts[i].name);
	free(g->parts);
	lql_several_free(&g->several);
	lql_free(&g->q);
	str_free(&g->answer);
	free(g);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	struct gather *g = handle->data;

	g->timer = false;
	if (g->done == NULL && !g->working)
		release(g);
}

void
gather_end(struct gather **gp)
{
	struct gather *g = *gp;

	if (g == NULL)
		return;
	*gp = NULL;
	g->done = NULL;
	for (size_t i = 0; i < g->n; i++)
		site_forget(&g->parts[i].ask);
	if (g->timer) {
		if (!uv_is_closing((uv_handle_t *)&g->soon))
			uv_close((uv_handle_t *)&g->soon, on_timer_closed);
	} else if (!g->working) {
		release(g);
	}
}

/* --- in a thread ---------------------------------------------------------- */

static void
on_work(uv_work_t *work)
{
	struct gather *g = work->data;

	g->code = lql_several_write(g->several, &g->answer);
}

static void
after_work(uv_work_t *work, int status)
{
	struct gather *g = work->data;

	(void)status;
	g->working = false;
	g->finished = true;
	if (g->done != NULL)
		g->done(g->arg, g->code, &g->answer);
	else if (!g->timer)
		release(g);
}

static void
merge(struct gather *g)
{
	g->working = true;
	g->work.data = g;
	must(uv_queue_work(
		 sites_loop(g->sites), &g->work, on_work, after_work) == 0);
}

/* --- answers -------------------------------------------------------------- */

static void part_ask(struct part *p, bool wait);

static void
part_done(struct part *p)
{
	struct gather *g = p->g;

	if (--g->open == 0)
		merge(g);
}

/* One site has what was waited for: the others say what they have now. */
static void
stop_waiting(struct gather *g, const struct part *but)
{
	if (!lql_waits(g->q) || g->answered)
		return;
	g->answered = true;
	for (size_t i = 0; i < g->n; i++) {
		struct part *p = &g->parts[i];

		if (p == but || p->ask == NULL || !p->waits)
			continue;
		site_forget(&p->ask);
		part_ask(p, false);
	}
}

static void
on_answer(void *arg, unsigned code, struct str *body, const char *why)
{
	struct part *p = arg;
	struct gather *g = p->g;

	p->ask = NULL;
	if (code == LQL_OK && sites_hold(g->sites, body->len)) {
		g->held += body->len;
		lql_several_take(g->several, p->name, body);
		if (p->waits)
			stop_waiting(g, p);
	} else if (code == LQL_OK) {
		lql_several_fail(g->several, p->name, LQL_LIMIT,
		    "too many large answers at a time");
	} else if (code == LQL_INVALID && p->waits) {
		/* The object is another site's. */
		if (g->open > 1 || g->answered) {
			part_ask(p, false);
			return;
		}
		lql_several_fail(
		    g->several, p->name, LQL_INVALID, str_get(body));
	} else if (code != 0) {
		lql_several_fail(
		    g->several, p->name, (enum lql_code)code, str_get(body));
	} else {
		lql_several_fail(g->several, p->name, LQL_NO_BACKEND, why);
	}
	part_done(p);
}

/* A site that is known not to answer costs nothing. */
static void
part_ask(struct part *p, bool wait)
{
	struct gather *g = p->g;
	struct site *site = sites_find(g->sites, p->name);
	struct lql_asked to = {p->name, site != NULL && site_is_vedette(site),
	    wait && lql_waits(g->q)};
	struct str request = {0};
	struct err err = {"the configuration has changed"};

	p->waits = to.wait;
	lql_several_ask(g->several, &to, &request);
	if (site != NULL)
		p->ask = site_ask(site, str_slice(&request),
		    to.wait ? SITE_ASK_WAITS : 0, on_answer, p, &err);
	str_free(&request);
	if (p->ask != NULL)
		return;
	lql_several_fail(g->several, p->name, LQL_NO_BACKEND, err.text);
	part_done(p);
}

/* --- the beginning -------------------------------------------------------- */

static void
on_soon(uv_timer_t *timer)
{
	struct gather *g = timer->data;

	uv_close((uv_handle_t *)timer, on_timer_closed);
	if (g->open == 0) {
		merge(g);
		return;
	}
	g->open++; /* not done before all are asked */
	for (size_t i = 0; i < g->n; i++)
		part_ask(&g->parts[i], true);
	if (--g->open == 0)
		merge(g);
}

static void
add_parts(struct gather *g, struct site **v, size_t n)
{
	g->parts = xcalloc(n + 1, sizeof(*g->parts));
	for (size_t i = 0; i < n; i++) {
		if (n > 1 && site_state(v[i]) == SITE_DISABLED)
			continue;
		g->parts[g->n++] = (struct part){
		    .g = g, .name = xstrdup(site_conf(v[i])->name)};
	}
	g->open = g->n;
}

struct gather *
gather_begin(struct sites *s, struct lql_query *q, struct slice names,
    gather_done_fn *done, void *arg)
{
	struct gather *g = xnew(struct gather);
	struct site **v = NULL;
	struct err err;
	size_t n = 0;

	g->sites = s;
	g->q = q;
	g->done = done;
	g->arg = arg;
	if (sites_named(s, names, &v, &n, &err) == -1)
		lql_refuse(q, LQL_BAD, err.text);
	g->several = lql_several_new(q);
	if (lql_several_is_wrong(g->several))
		n = 0;
	add_parts(g, v, n);
	free(v);
	uv_timer_init(sites_loop(s), &g->soon);
	g->soon.data = g;
	g->timer = true;
	uv_timer_start(&g->soon, on_soon, 0, 0);
	return g;
}
