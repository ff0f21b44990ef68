/* SPDX-License-Identifier: Apache-2.0
 *
 * Feeds passive results into a running core over its own socket, as
 * livestatusd does, in order, at most WINDOW unanswered:
 * bench_passive ENDPOINT RESULTS HOSTS SERVICES_PER_HOST STATE [RATE]. The
 * sender's figures do not matter; the caller reads core's CPU from /proc.
 * Prints the answers and the seconds it took, and with a RATE (results a
 * second) the milliseconds until the answer: half of them, 99 % of them, and
 * all are faster.
 */
#include "common/bus.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define WINDOW 20000

struct feeder {
	uv_loop_t loop;
	uint64_t results, hosts, services, sent, answered, refused;
	uint64_t rate; /* a second; 0: as fast as it goes */
	int state;
	struct bus_peer *peer;
	uv_timer_t timer;
	int64_t begun;
	int64_t *at; /* by result: when it was sent, then how long it took */
};

/* How many may have been sent by now. */
static uint64_t
due(const struct feeder *f)
{
	uint64_t n;

	if (f->rate == 0)
		return f->answered + WINDOW;
	n = (uint64_t)(clock_mono() - f->begun) * f->rate / NS_PER_S;
	return n < f->answered + WINDOW ? n : f->answered + WINDOW;
}

static void
send_more(struct feeder *f, struct bus_peer *peer)
{
	char line[256];

	while (f->sent < f->results && f->sent < due(f)) {
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
		f->at[f->sent++] = clock_mono();
	}
}

static void
on_tick(uv_timer_t *timer)
{
	struct feeder *f = timer->data;

	send_more(f, f->peer);
	bus_flush(f->peer);
}

static void
on_up(struct bus_peer *peer, void *arg)
{
	struct feeder *f = arg;

	f->peer = peer;
	f->begun = clock_mono();
	if (f->rate > 0)
		uv_timer_start(&f->timer, on_tick, 10, 10);
	send_more(f, peer);
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct feeder *f = arg;

	if (m->id != MSG_ANSWER)
		return;
	f->answered++;
	if (m->answer.id > 0 && m->answer.id <= f->sent)
		f->at[m->answer.id - 1] =
		    clock_mono() - f->at[m->answer.id - 1];
	f->refused += m->answer.status != MSG_OK;
	if (f->answered == f->results)
		uv_stop(&f->loop);
	else if (f->rate == 0)
		send_more(f, peer);
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
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
	f.rate = argc > 6 ? strtoull(argv[6], NULL, 10) : 0;
	f.at = xcalloc(f.results + 1, sizeof(*f.at));
	uv_loop_init(&f.loop);
	uv_timer_init(&f.loop, &f.timer);
	f.timer.data = &f;
	bus = bus_new(&f.loop, &self);
	if (bus_dial(bus, argv[1], NULL, &handlers, &f, &err) == NULL)
		fatal("%s", err.text);
	before = clock_mono();
	uv_run(&f.loop, UV_RUN_DEFAULT);
	printf("%" PRIu64 " %" PRIu64 " %.3f", f.answered, f.refused,
	    (double)(clock_mono() - before) / 1e9);
	qsort(f.at, f.results, sizeof(*f.at), by_value);
	if (f.rate > 0)
		printf(" %.2f %.2f %.2f", (double)f.at[f.results / 2] / 1e6,
		    (double)f.at[f.results * 99 / 100] / 1e6,
		    (double)f.at[f.results - 1] / 1e6);
	putchar('\n');
	free(f.at);
	bus_free(&bus);
	return 0;
}
