/* SPDX-License-Identifier: Apache-2.0
 *
 * A network check in this process, N times, AT ONCE side by side:
 *     bench_net N AT_ONCE PROGRAM ARGS...
 * Prints the state and text of the last one and the microseconds of CPU each
 * took; the kernel's part of the wire is among them.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "fetcher/net/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static struct net_services services;
static char **argv_of;
static long left, running, given_up;
static int last_state;
static struct str last_text;

static double
cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void start(void);

static void
done(int state, struct slice text, void *arg)
{
	(void)arg;
	running--;
	given_up += state < 0;
	last_state = state;
	str_clear(&last_text);
	str_addslice(&last_text, text);
	start();
}

static void
start(void)
{
	struct net_plan *plan;

	if (left == 0)
		return;
	left--;
	plan = net_read(argv_of);
	if (plan == NULL) {
		fputs("left to the plugin\n", stderr);
		exit(3);
	}
	running++;
	net_start(&services, plan, done, NULL);
}

int
main(int argc, char **argv)
{
	struct err why;
	double before;
	long n, at_once;

	if (argc < 4)
		return 2;
	n = left = strtol(argv[1], NULL, 10);
	at_once = strtol(argv[2], NULL, 10);
	argv_of = argv + 3;
	services.loop = uv_default_loop();
	services.resolver = resolver_new(services.loop);
	services.icmp = icmp_new(services.loop, &why);
	services.buffer = xmalloc(NET_BUFFER);
	before = cpu_us();
	while (at_once-- > 0)
		start();
	while (running > 0)
		uv_run(services.loop, UV_RUN_ONCE);
	fputs(str_get(&last_text), stdout);
	fprintf(stderr, "%.1f us a check, %ld left to the plugin, state %d\n",
	    (cpu_us() - before) / (double)n, given_up, last_state);
	return last_state < 0 ? 4 : last_state;
}
