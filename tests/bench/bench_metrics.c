/* SPDX-License-Identifier: Apache-2.0
 *
 * What metrics cost core: bench_metrics RESULTS. Results with two values each
 * are given in turns of 500, as core does; a thread of this program takes them
 * as rrdcached would, and forgets them. Prints nanoseconds of CPU a result: of
 * the thread that gives them, which is core's loop, and of the one that sends.
 */
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/metric_path.h"
#include "common/rrd.h"
#include "core/effects/metrics.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define TURN 500u

static double
cpu_ns(clockid_t clock)
{
	struct timespec t;

	must(clock_gettime(clock, &t) == 0);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void
say(int fd, const char *text)
{
	ssize_t n = send(fd, text, strlen(text), MSG_NOSIGNAL);

	(void)n; /* the other side may have gone */
}

/* rrdcached: a batch ends with a dot on a line of its own. */
static void *
serve(void *arg)
{
	static char buffer[1 << 20];
	int fd = accept(*(int *)arg, NULL, NULL);
	char last[3] = "";
	bool begun = false;
	ssize_t n;

	while ((n = recv(fd, buffer, sizeof(buffer), 0)) > 0) {
		if (!begun) {
			say(fd,
			    "0 Go ahead.  End with dot '.' on its own "
			    "line.\n");
			begun = true;
			continue;
		}
		memmove(last, n > 2 ? buffer + n - 3 : last + n,
		    n > 2 ? 3 : 3 - (size_t)n);
		if (n <= 2)
			memcpy(last + 3 - n, buffer, (size_t)n);
		if (memcmp(last, "\n.\n", 3) != 0)
			continue;
		say(fd, "0 errors\n");
		begun = false;
	}
	close(fd);
	return NULL;
}

static int
listen_at(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(strlen(path) < sizeof(to.sun_path));
	memcpy(to.sun_path, path, strlen(path) + 1);
	must(bind(fd, (const struct sockaddr *)&to, sizeof(to)) == 0);
	must(listen(fd, 1) == 0);
	return fd;
}

/* Nanoseconds of CPU that giving `results` took. */
static double
give(struct metrics *m, uint32_t results)
{
	double used = 0;

	for (uint32_t done = 0; done < results; done += TURN) {
		double before = cpu_ns(CLOCK_THREAD_CPUTIME_ID);

		for (uint32_t i = done; i < done + TURN; i++) {
			char host[32], service[32];

			snprintf(host, sizeof(host), "host%05u", i / 50);
			snprintf(
			    service, sizeof(service), "service%03u", i % 50);
			if (m != NULL)
				metrics_add(m, slice_of(host),
				    slice_of(service), 1000000 + i,
				    SLICE("time=0.015s;;;0 size=1024B;;;0"));
		}
		used += cpu_ns(CLOCK_THREAD_CPUTIME_ID) - before;
		usleep(2000);
	}
	return used;
}

int
main(int argc, char **argv)
{
	uint32_t results = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
	char root[] = "/tmp/bench-metrics-XXXXXX", *path;
	struct metrics_counters c;
	struct metrics *m;
	pthread_t server;
	clockid_t clock;
	double names, with, all, theirs;
	struct err err;
	int fd;

	if (results < TURN) {
		fputs("usage: bench_metrics RESULTS\n", stderr);
		return 2;
	}
	must(mkdtemp(root) != NULL);
	path = xasprintf("%s/tmp/run", root);
	must(file_mkdirs(path, 0700, &err) == 0);
	free(path);
	path = xasprintf("%s/" METRIC_SOCKET, root);
	fd = listen_at(path);
	must(pthread_create(&server, NULL, serve, &fd) == 0);
	must(pthread_getcpuclockid(server, &clock) == 0);
	m = metrics_new(root);
	names = give(NULL, results);
	all = cpu_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_ns(clock);
	with = give(m, results);
	do {
		usleep(10000);
		metrics_counters(m, &c);
	} while (c.values < 2u * (uint64_t)results && c.dropped == 0);
	theirs = cpu_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_ns(clock) - all - with;
	printf("loop_ns %.0f\nthread_ns %.0f\nvalues %" PRIu64
	       "\ndropped %" PRIu64 "\n",
	    (with - names) / results, theirs / results, c.values, c.dropped);
	metrics_free(&m);
	pthread_join(server, NULL);
	close(fd);
	free(path);
	must(file_remove_tree(root, &err) == 0);
	return 0;
}
