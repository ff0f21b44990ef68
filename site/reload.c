/* SPDX-License-Identifier: Apache-2.0
 *
 * The two phases of a reload, over each daemon's own socket.
 */
#include "site/reload.h"

#include "common/clock.h"
#include "common/daemon.h"
#include "common/file.h"
#include "common/mem.h"
#include "site/ask_daemon.h"
#include "site/proc.h"
#include "site/term.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREPARE_MS 60000
#define COMMIT_MS  30000
#define SETTLE_MS  5000

/* 1: done, 0: refused with a reason, -1: nobody answers, with a reason. */
static int
ask(const struct site *site, const char *name, unsigned phase,
    uint64_t generation, int timeout_ms, struct err *err_r)
{
	struct msg m = {.id = MSG_RELOAD, .reload = {1, phase, generation}};
	struct str text = {0};
	int rc = ask_daemon(site, name, &m, timeout_ms, &text, err_r);

	if (rc == 0)
		err_set(err_r, "%s", str_get(&text));
	str_free(&text);
	return rc;
}

static bool
is_ready(const struct site *site, const char *name)
{
	struct supervise_state st;

	return supervise_state(site, name, &st) == 0 && st.ready;
}

static bool
is_in(const struct supervise_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i].name, name) == 0)
			return true;
	return false;
}

static int
prepare_one(
    struct reload *r, const struct supervise_service *s, struct err *err_r)
{
	int rc = -1;

	term_progress("asking %s", s->name);
	/* One that ends meanwhile reads the configuration when it starts. */
	for (int i = 0; i < 2 && rc == -1 && is_ready(r->site, s->name); i++)
		rc = ask(r->site, s->name, MSG_RELOAD_PREPARE, r->generation,
		    PREPARE_MS, err_r);
	if (rc == -1 && !is_ready(r->site, s->name))
		return 0;
	if (rc != 1) {
		err_prefix(err_r, "%s", s->name);
		return -1;
	}
	ARRAY_GROW(r->prepared.items, r->prepared.n, r->prepared.cap);
	r->prepared.items[r->prepared.n++] = *s;
	return 0;
}

int
reload_prepare(struct reload *r, const struct site *site, uint64_t generation,
    struct err *err_r)
{
	struct supervise_list list;
	struct err all = {""}, one;
	int rc = 0;

	*r = (struct reload){.site = site, .generation = generation};
	supervise_present(site, &list);
	/* All are asked even after a refusal: a person learns everything. */
	for (size_t i = 0; i < list.n; i++)
		if (!list.items[i].own && is_ready(site, list.items[i].name) &&
		    prepare_one(r, &list.items[i], &one) == -1) {
			err_also(&all, &one);
			rc = -1;
		}
	if (rc == -1)
		*err_r = all;
	supervise_list_free(&list);
	term_clear();
	if (rc == -1)
		reload_abort(r);
	return rc;
}

/*
 * A daemon that started anew since it was asked knows nothing of it, and may
 * have read the old configuration: it is asked and told once more.
 */
static int
commit_one(
    const struct reload *r, const char *name, bool was_asked, struct err *err_r)
{
	int rc = 0;

	term_progress("reloading %s", name);
	if (was_asked)
		rc = ask(r->site, name, MSG_RELOAD_COMMIT, r->generation,
		    COMMIT_MS, err_r);
	if (rc != 1 && is_ready(r->site, name)) {
		rc = ask(r->site, name, MSG_RELOAD_PREPARE, r->generation,
		    PREPARE_MS, err_r);
		if (rc == 1)
			rc = ask(r->site, name, MSG_RELOAD_COMMIT,
			    r->generation, COMMIT_MS, err_r);
	}
	if (rc == 1 || !is_ready(r->site, name))
		return 0;
	err_prefix(err_r, "%s", name);
	return -1;
}

/*
 * A daemon that was starting when the link was moved may have read the old
 * configuration: waits until it is ready or another process. One that is held
 * back after too many deaths reads it when it is let go.
 */
static void
settle(const struct site *site, const char *name)
{
	int64_t until = clock_mono() + SETTLE_MS * NS_PER_MS;
	char *delayed = site_path(site, "tmp/run/s6/%s/delayed", name);
	struct supervise_state first, st;

	supervise_state(site, name, &first);
	st = first;
	while (st.up && !st.ready && st.pid == first.pid &&
	    !file_exists(delayed) && clock_mono() < until) {
		proc_sleep_ms(20);
		supervise_state(site, name, &st);
	}
	free(delayed);
}

int
reload_commit(struct reload *r, struct err *err_r)
{
	struct supervise_list list;
	struct err one;
	int rc = 0;

	supervise_present(r->site, &list);
	for (size_t i = 0; i < list.n; i++) {
		const char *name = list.items[i].name;
		bool asked = is_in(&r->prepared, name);

		if (list.items[i].own)
			continue;
		if (!asked)
			settle(r->site, name);
		if (!asked && !is_ready(r->site, name))
			continue;
		if (commit_one(r, name, asked, &one) == -1) {
			rc = -1;
			*err_r = one;
		}
	}
	supervise_list_free(&list);
	term_clear();
	return rc;
}

void
reload_abort(struct reload *r)
{
	for (size_t i = 0; i < r->prepared.n; i++)
		ask(r->site, r->prepared.items[i].name, MSG_RELOAD_ABORT,
		    r->generation, COMMIT_MS, NULL);
	supervise_list_free(&r->prepared);
	term_clear();
}
