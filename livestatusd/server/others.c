/* SPDX-License-Identifier: Apache-2.0
 *
 * What a client asks other sites: a query with OnlySites, or any query where
 * all sites are asked by default (tmp/run/sites); and commands for them.
 */
#include "livestatusd/server/client.h"

#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/lql/several.h"
#include "livestatusd/sites/gather.h"

#include <stdlib.h>

struct client_errand {
	struct client_errand *next;
	struct client *client;
	struct errand *errand;
};

/* The sites that are to be asked; {NULL, 0}: this one alone. */
static struct slice
others_of(const struct client *c, struct slice names)
{
	if (slice_eqs(names, "."))
		return (struct slice){NULL, 0};
	if (names.len > 0)
		return names;
	return c->all_sites && sites_any(c->server->l->sites)
	    ? SLICE("*")
	    : (struct slice){NULL, 0};
}

bool
client_asks_others(const struct client *c)
{
	struct slice names;

	if (c->gather != NULL)
		return true;
	if (lql_is_own(c->query))
		return false;
	names = others_of(c, lql_only_sites(c->query));
	return names.len > 0;
}

static void
on_gathered(void *arg, enum lql_code code, struct str *answer)
{
	struct client *c = arg;

	if (code != LQL_OK)
		c->server->counters.failed++;
	c->gathered = true;
	c->keep = lql_keeps_alive(c->query);
	str_free(&c->made);
	c->made = *answer;
	*answer = (struct str){0};
	client_go(c);
}

bool
client_try_others(struct client *c)
{
	struct livestatusd *l = c->server->l;

	if (c->gather == NULL) {
		if (c->open_commands > 0)
			return false;
		c->gather = gather_begin(l->sites, c->query,
		    others_of(c, lql_only_sites(c->query)), on_gathered, c);
		return false;
	}
	if (!c->gathered)
		return false;
	c->query = NULL; /* was the gather's */
	c->gathered = false;
	gather_end(&c->gather);
	client_add(c, &c->made, !c->keep);
	str_free(&c->made);
	carry_count(c);
	return true;
}

static void
forget_errand(struct client_errand *e)
{
	struct client_errand **at = &e->client->errands;

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	errand_end(&e->errand);
	free(e);
}

static void
on_errand(void *arg, const char *refused, uint64_t seq)
{
	struct client_errand *e = arg;
	struct client *c = e->client;
	char *why = refused == NULL ? NULL : xstrdup(refused);

	forget_errand(e);
	client_command_done(c, why, seq);
	free(why);
}

bool
client_commands_others(struct client *c, struct slice names, struct slice text)
{
	struct livestatusd *l = c->server->l;
	struct client_errand *e;

	if (others_of(c, names).len == 0)
		return false;
	e = xnew(struct client_errand);
	e->client = c;
	e->next = c->errands;
	c->errands = e;
	c->open_commands++;
	e->errand = errand_begin(l->sites,
	    c->remote ? SLICE(MSG_WHO_NETWORK) : SLICE(""), text, names,
	    on_errand, e);
	return true;
}

void
client_forget_others(struct client *c)
{
	while (c->errands != NULL)
		forget_errand(c->errands);
	if (c->gather != NULL) {
		c->query = NULL;
		gather_end(&c->gather);
	}
}
