/* SPDX-License-Identifier: Apache-2.0
 *
 * Asks a daemon for its counters over its own socket and prints them, NAME
 * VALUE a line: bench_counters ENDPOINT.
 */
#include "common/bus.h"
#include "common/log.h"

#include <stdio.h>

static void
on_up(struct bus_peer *peer, void *arg)
{
	(void)arg;
	bus_send(
	    peer, &(struct msg){.id = MSG_COUNTERS, .counters = {.id = 1}});
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct slice list = m->counters_answer.counters;
	struct msg_counter c;

	(void)peer;
	if (m->id != MSG_COUNTERS_ANSWER)
		return;
	while (msg_counter_next(&list, &c))
		printf("%.*s %.17g\n", (int)c.name.len, c.name.s, c.value);
	uv_stop(arg);
}

int
main(int argc, char **argv)
{
	static const struct bus_self self = {"site", "bench", "", ""};
	static const struct bus_handlers handlers = {
	    .up = on_up, .message = on_message};
	struct bus *bus;
	uv_loop_t loop;
	struct err err;

	if (argc < 2)
		return 2;
	uv_loop_init(&loop);
	bus = bus_new(&loop, &self);
	if (bus_dial(bus, argv[1], NULL, &handlers, &loop, &err) == NULL)
		fatal("%s", err.text);
	uv_run(&loop, UV_RUN_DEFAULT);
	bus_free(&bus);
	return 0;
}
