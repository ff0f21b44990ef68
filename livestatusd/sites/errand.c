/* SPDX-License-Identifier: Apache-2.0
 *
 * A command for other sites: first who has the object, then the command, with
 * a query behind it whose answer says that it was taken. See gather.h.
 */
#include "livestatusd/sites/gather.h"

#include "common/mem.h"

#include <stdlib.h>

struct leg { /* to one site */
	struct errand *e;
	char *name; /* of the site, which may go before the end */
	struct site_ask *ask;
	bool own, remote; /* this site; one that is asked by TCP */
	bool has;         /* it has the host */
};

struct errand {
	struct sites *sites;
	char *line, *who;
	uint64_t seq; /* of this site's core */
	struct leg *legs;
	size_t n, open;
	bool looking; /* for the host */
	struct str refused;
	errand_done_fn *done; /* NULL: nobody waits */
	void *arg;
	uv_timer_t soon;
};

static void
on_closed(uv_handle_t *handle)
{
	struct errand *e = handle->data;

	for (size_t i = 0; i < e->n; i++)
		free(e->legs[i].name);
	free(e->line);
	free(e->who);
	free(e->legs);
	str_free(&e->refused);
	free(e);
}

void
errand_end(struct errand **ep)
{
	struct errand *e = *ep;

	if (e == NULL)
		return;
	*ep = NULL;
	for (size_t i = 0; i < e->n; i++) {
		site_forget(&e->legs[i].ask);
		sites_forget_command(e->sites, &e->legs[i]);
	}
	e->done = NULL;
	uv_close((uv_handle_t *)&e->soon, on_closed);
}

static void
refuse(struct errand *e, const char *site, const char *why)
{
	if (e->refused.len > 0)
		str_add(&e->refused, "; ");
	str_addf(
	    &e->refused, "site %s: %.*s", site, (int)strcspn(why, "\n"), why);
}

static void go_on(struct errand *e);

static void
on_answer(void *arg, unsigned code, struct str *body, const char *why)
{
	struct leg *leg = arg;
	struct errand *e = leg->e;

	leg->ask = NULL;
	if (e->looking)
		leg->has = code == LQL_OK && body->len > 4; /* "[]\n" */
	else if (code != LQL_OK)
		refuse(e, leg->name, code == 0 ? why : str_get(body));
	if (--e->open == 0)
		go_on(e);
}

static void
send_to(struct leg *leg, const struct str *text, unsigned flags)
{
	struct errand *e = leg->e;
	struct site *site = sites_find(e->sites, leg->name);
	struct err err = {"the configuration has changed"};

	if (site != NULL)
		leg->ask = site_ask(
		    site, str_slice(text), flags, on_answer, leg, &err);
	if (leg->ask != NULL)
		e->open++;
	else if (!e->looking)
		refuse(e, leg->name, err.text);
}

static void
on_own(void *arg, const char *refused, uint64_t seq)
{
	struct leg *leg = arg;
	struct errand *e = leg->e;

	if (refused != NULL)
		refuse(e, leg->name, refused);
	if (seq > e->seq)
		e->seq = seq;
	if (--e->open == 0)
		go_on(e);
}

/*
 * Who has come over the network does not get the rights of the site's own user
 * by way of a Unix socket.
 */
static void
send_command(struct leg *leg)
{
	struct str text = {0};

	if (leg->own) {
		leg->e->open++;
		sites_command(leg->e->sites, slice_of(leg->e->who),
		    slice_of(leg->e->line), on_own, leg);
		return;
	}
	if (leg->e->who[0] != '\0' && !leg->remote) {
		refuse(leg->e, leg->name,
		    "commands from the network are not passed on to a site "
		    "that is asked by a Unix socket");
		return;
	}
	str_addf(&text,
	    "COMMAND %s\nResponseHeader: fixed16\n\n"
	    "GET status\nColumns: program_start\nOutputFormat: json\n"
	    "KeepAlive: on\nResponseHeader: fixed16\n\n",
	    leg->e->line);
	send_to(leg, &text, SITE_ASK_COMMAND);
	str_free(&text);
}

/* "[1] NAME;host;..."; commands on global things have none. */
static struct slice
host_of(const char *line)
{
	const char *name = strchr(line, ']'), *semicolon;
	struct slice host = {NULL, 0};

	if (name == NULL)
		return host;
	semicolon = strchr(name, ';');
	if (semicolon == NULL ||
	    (memmem(name, (size_t)(semicolon - name), "HOST", 4) == NULL &&
		memmem(name, (size_t)(semicolon - name), "SVC", 3) == NULL &&
		memmem(name, (size_t)(semicolon - name), "SERVICE", 7) == NULL))
		return host;
	host.s = semicolon + 1;
	host.len = strcspn(host.s, ";");
	return host;
}

static void
look(struct errand *e, struct slice host)
{
	struct str text = {0};

	e->looking = true;
	str_addf(&text,
	    "GET hosts\nColumns: name\nFilter: name = %.*s\n"
	    "OutputFormat: json\nColumnHeaders: off\nKeepAlive: on\n"
	    "ResponseHeader: fixed16\n\n",
	    (int)host.len, host.s);
	for (size_t i = 0; i < e->n; i++)
		send_to(&e->legs[i], &text, 0);
	str_free(&text);
}

/* All answers are there. */
static void
go_on(struct errand *e)
{
	bool any = false;

	if (!e->looking) {
		e->done(e->arg,
		    e->refused.len == 0 ? NULL : str_get(&e->refused), e->seq);
		return;
	}
	e->looking = false;
	e->open++;
	for (size_t i = 0; i < e->n; i++) {
		any = any || e->legs[i].has;
		if (e->legs[i].has)
			send_command(&e->legs[i]);
	}
	if (!any) /* this one says what is wrong with it */
		send_command(&e->legs[0]);
	if (--e->open == 0)
		go_on(e);
}

static void
on_soon(uv_timer_t *timer)
{
	struct errand *e = timer->data;
	struct slice host = {NULL, 0};

	e->open++;
	if (e->looking)
		host = host_of(e->line);
	if (host.len > 0) {
		look(e, host);
	} else if (e->looking) { /* about no host: this one's */
		e->looking = false;
		send_command(&e->legs[0]);
	} else {
		for (size_t i = 0; i < e->n; i++)
			send_command(&e->legs[i]);
	}
	if (--e->open == 0)
		go_on(e);
}

struct errand *
errand_begin(struct sites *s, struct slice who, struct slice line,
    struct slice names, errand_done_fn *done, void *arg)
{
	struct errand *e = xnew(struct errand);
	struct site **v = NULL;
	struct err err;
	size_t n = 0;

	e->sites = s;
	e->line = slice_dup(line);
	e->who = slice_dup(who);
	e->done = done;
	e->arg = arg;
	e->looking = names.len == 0;
	if (sites_named(s, e->looking ? SLICE("*") : names, &v, &n, &err) ==
	    -1) {
		e->looking = false;
		str_add(&e->refused, err.text);
	}
	e->legs = xcalloc(n + 1, sizeof(*e->legs));
	for (size_t i = 0; i < n; i++) {
		const struct site_conf *c = site_conf(v[i]);

		e->legs[e->n++] = (struct leg){.e = e,
		    .name = xstrdup(c->name),
		    .own = c->own,
		    .remote = c->path == NULL};
	}
	free(v);
	uv_timer_init(sites_loop(s), &e->soon);
	e->soon.data = e;
	uv_timer_start(&e->soon, on_soon, 0, 0);
	return e;
}
