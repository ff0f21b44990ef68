/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading eventd.replication; see options.h.
 */
#include "eventd/replica/options.h"

#include "common/bus.h"
#include "common/mem.h"

#include <stdlib.h>

#define SECOND INT64_C(1000000)

static void
check(struct reader *r, const struct replica_options *o)
{
	if (o->role == REPLICA_DISABLED)
		return;
	if (o->key == NULL || strlen(o->key) != BUS_KEY_LEN)
		reader_mistake(r, "key",
		    "the public key of the other event console, %d "
		    "characters, is expected (\"vedette event key\" there)",
		    BUS_KEY_LEN);
	if (o->role == REPLICA_SLAVE &&
	    (o->connect == NULL || strncmp(o->connect, "tcp://", 6) != 0))
		reader_mistake(
		    r, "connect", "tcp://HOST:PORT of the master is expected");
	if (o->role == REPLICA_MASTER && o->connect != NULL)
		reader_mistake(r, "connect",
		    "the slave connects to the master (see "
		    "listen.event_replication)");
	if (o->takeover_us < 3 * o->interval_us)
		reader_mistake(r, "takeover",
		    "at least three times the interval is expected");
}

void
replica_options_read(struct replica_options *o, struct reader *parent)
{
	static const char *const roles[] = {
	    "disabled", "master", "slave", NULL};
	const char *s;
	struct reader r;

	*o = (struct replica_options){0};
	reader_sub(&r, parent, "replication");
	o->role = (enum replica_role)reader_word(&r, "role", roles, 0);
	s = reader_string(&r, "key");
	o->key = s == NULL ? NULL : xstrdup(s);
	s = reader_string(&r, "connect");
	o->connect = s == NULL ? NULL : xstrdup(s);
	o->automatic = reader_bool(&r, "automatic", true);
	o->interval_us = reader_duration(&r, "interval", SECOND / 10, SECOND);
	o->takeover_us = reader_duration(&r, "takeover", SECOND, 30 * SECOND);
	o->fallback_us = reader_duration(&r, "fallback", SECOND, 3600 * SECOND);
	o->wait_us = reader_duration(&r, "wait", SECOND / 10, 5 * SECOND);
	check(&r, o);
	reader_end(&r);
}

void
replica_options_free(struct replica_options *o)
{
	free(o->key);
	free(o->connect);
	*o = (struct replica_options){0};
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool
replica_options_same(
    const struct replica_options *a, const struct replica_options *b)
{
	return a->role == b->role && same(a->key, b->key) &&
	    same(a->connect, b->connect);
}
