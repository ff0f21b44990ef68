/* SPDX-License-Identifier: Apache-2.0
 *
 * Feeds passive results into a running core over its own socket, as
 * livestatusd does, in order, at most WINDOW unanswered:
 * bench_passive ENDPOINT RESULTS HOSTS SERVICES_PER_HOST STATE. The sender's
 * figures do not matter; the caller reads core's CPU from /proc. Prints the
 * answers and the seconds it took.
 */
#include "common/bus.h"
#include "common/clock.h"
#include "common/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define WINDOW 20000

struct feeder {
	uv_loop_t loop;
	uint64_t results, hosts, services, sent, answered, refused;
	int state;
};

static void
send_more(struct feeder *f, struct bus_peer *peer)
{
	char line[256];

	while (f->sent < f->results && f->sent - f->answered < WINDOW) {
		uint64_t service = f->sent % (f->hosts * f->services);
		int n = snprintf(line, sizeof(line),
		    "[1] PROCESS_SERVICE_CHECK_RESULT;host%05" PRIu64
		    ";service%03" PRIu64 ";%d;OK - all is well | time=1.5",
		    service / f->services, service % f->services, f->state);

		if (bus_send(peer,
			&(struct msg){.id = MSG_COMMAND,
			    .command = {.id = f->sent + 1,
				.line = {line, (size_t)n}}}) == -1)
			return;
		f->sent++;
	}
}

static void
on_up(struct bus_peer *peer, void *arg)
{
	send_more(arg, peer);
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct feeder *f = arg;

	if (m->id != MSG_ANSWER)
		return;
	f->answered++;
	f->refused += m->answer.status != MSG_OK;
	if (f->answered == f->results)
		uv_stop(&f->loop);
	else
		send_more(f, peer);
}

int
main(int argc, char **argv)
{
	static const struct bus_self self = {"site", "bench", "", ""};
	static const struct bus_handlers handlers = {
	    .up = on_up, .message = on_message};
	struct feeder f = {0};
	struct bus *bus;
	struct err err;
	int64_t before;

	if (argc < 6)
		return 2;
	f.results = strtoull(argv[2], NULL, 10);
	f.hosts = strtoull(argv[3], NULL, 10);
	f.services = strtoull(argv[4], NULL, 10);
	f.state = (int)strtol(argv[5], NULL, 10);
	uv_loop_init(&f.loop);
	bus = bus_new(&f.loop, &self);
	if (bus_dial(bus, argv[1], NULL, &handlers, &f, &err) == NULL)
		fatal("%s", err.text);
	before = clock_mono();
	uv_run(&f.loop, UV_RUN_DEFAULT);
	printf("%" PRIu64 " %" PRIu64 " %.3f\n", f.answered, f.refused,
	    (double)(clock_mono() - before) / 1e9);
	bus_free(&bus);
	return 0;
}
