/* SPDX-License-Identifier: Apache-2.0
 *
 * Notices that a site forwards whose clock is not ours, and what must become of
 * them. Include cmocka.h before.
 */
#ifndef TESTS_UNIT_NOTIFYD_FORWARDS_H
#define TESTS_UNIT_NOTIFYD_FORWARDS_H

#include "common/bus.h"
#include "common/clock.h"
#include "common/mem.h"

#include <jansson.h>
#include <stdlib.h>

/* Its clock is many years behind ours, then one ahead: what counts is the age
 * by the origin's own. */
#define FAR_US  (INT64_C(1000000000) * 1000000)
#define YEAR_US (INT64_C(31536000) * 1000000)
static const struct {
	const char *id;
	int64_t created_us, age_us;
	bool ahead, late;
} forwards[] = {{"far-core-1-1", 0, 0, false, false},
    {"far-core-1-2", FAR_US, INT64_C(60) * 1000000, false, false},
    {"far-core-1-3", FAR_US, INT64_C(172800) * 1000000, false, true},
    {"far-core-1-4", YEAR_US, 0, true, false},
    {"far-core-1-5", YEAR_US, INT64_C(172800) * 1000000, true, true}};

static void
send_forwards(struct bus_peer *peer)
{
	for (unsigned i = 0; i < ARRAY_LEN(forwards); i++) {
		int64_t created = forwards[i].created_us +
		    (forwards[i].ahead ? clock_wall() / NS_PER_US : 0);
		struct msg m = {.id = MSG_FORWARD,
		    .forward = {.number = 7 + i,
			.position = 1 + i,
			.tries = 1,
			.sent_us = created + forwards[i].age_us,
			.created_us = created,
			.id = slice_of(forwards[i].id),
			.site = SLICE("far"),
			.what = SLICE("PROBLEM"),
			.host = SLICE("web01")}};

		assert_int_equal(bus_send(peer, &m), 0);
	}
}

/* `ask` puts a question to the daemon. */
static void
check_late(json_t *(*ask)(const char *text))
{
	for (size_t i = 0; i < ARRAY_LEN(forwards); i++) {
		char *question =
		    xasprintf("list {\"id\": \"%s\"}", forwards[i].id);
		json_t *list = ask(question);
		const char *mark = json_string_value(json_object_get(
		    json_object_get(json_array_get(list, 0), "context"),
		    "NOTIFICATIONMARK"));

		assert_int_equal(json_array_size(list), 1);
		if (forwards[i].late)
			assert_string_equal(mark, "late by 2d 00:00");
		else
			assert_null(mark);
		json_decref(list);
		free(question);
	}
}

#endif
