/* SPDX-License-Identifier: Apache-2.0
 *
 * A harness whose events and history go into a store.
 */
#ifndef TESTS_UNIT_EVENTD_STORED_H
#define TESTS_UNIT_EVENTD_STORED_H

#include "eventd/store/store.h"
#include "tests/unit/eventd/harness.h"

static void
stored_changed(struct event *ev, void *arg)
{
	ec_store_changed(*(struct store **)arg, ev);
}

static void
stored_gone(const struct event *ev, void *arg)
{
	ec_store_gone(*(struct store **)arg, ev);
}

static void
stored_history(const char *what, const char *who, const char *addinfo,
    const struct event *ev, int64_t now_us, void *arg)
{
	ec_store_history(*(struct store **)arg, what, who, addinfo, ev, now_us);
}

static void
stored_action(struct event *ev, const char *name, bool recovery, void *arg)
{
	(void)ev;
	(void)name;
	(void)recovery;
	(void)arg;
}

/* The store may be opened later; actions are not run. */
static void
harness_stores(struct harness *h, struct store **store)
{
	h->effects = (struct engine_effects){.changed = stored_changed,
	    .gone = stored_gone,
	    .history = stored_history,
	    .action = stored_action,
	    .arg = store};
}

#endif
