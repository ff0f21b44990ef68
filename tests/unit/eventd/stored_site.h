/* SPDX-License-Identifier: Apache-2.0
 *
 * A console with a store of its own on a loop of its own, whose notices nobody
 * takes.
 */
#ifndef TESTS_UNIT_EVENTD_STORED_SITE_H
#define TESTS_UNIT_EVENTD_STORED_SITE_H

#include "tests/unit/eventd/stored.h"

struct site {
	uv_loop_t loop;
	struct harness *h;
	struct store *store;
	bool answered; /* for the test */
	struct str lines;
};

static void
no_notice(struct slice id, struct slice body, void *arg)
{
	(void)id;
	(void)body;
	(void)arg;
}

static void
no_notice_gone(struct slice id, void *arg)
{
	(void)id;
	(void)arg;
}

static void
no_notices(void *arg)
{
	(void)arg;
}

static void
no_pressure(bool full, void *arg)
{
	(void)full;
	(void)arg;
}

static void
start(struct site *s, const char *folder)
{
	struct store_handlers handlers = {
	    no_notice, no_notice_gone, no_notices, no_pressure, s, NULL};
	struct err err;

	*s = (struct site){0};
	uv_loop_init(&s->loop);
	s->h = harness_new("[{\"id\":\"r\"}]", NULL);
	harness_stores(s->h, &s->store);
	s->store = ec_store_open(&s->loop, folder, s->h->e, &handlers, &err);
	if (s->store == NULL)
		fail_msg("%s", err.text);
	ec_engine_start(s->h->e, at(0));
}

static void
stop(struct site *s)
{
	ec_store_close(&s->store);
	harness_free(s->h);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&s->loop), 0);
	str_free(&s->lines);
}

#endif
