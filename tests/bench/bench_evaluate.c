/* SPDX-License-Identifier: Apache-2.0
 *
 * Benchmark: microseconds of CPU for a host with 50 services, from the agent's
 * bytes to the result records.
 *
 * Usage: bench_evaluate AGENT_OUTPUT [ROUNDS]. Prints "us_per_host N" and "
 * us_per_service N".
 */
#include "fetcher/discover.h"
#include "fetcher/evaluate.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SERVICES 50

static double
cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool
read_whole(const char *path, struct str *to)
{
	char buf[65536];
	size_t n;
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return false;
	while ((n = fread(buf, 1, sizeof(buf), file)) > 0)
		str_addn(to, buf, n);
	return fclose(file) == 0;
}

/* A real host's filesystems and local checks, up to 50 services. */
static void
enlarge(struct str *output, size_t have)
{
	str_add(output, "<<<>>>\n<<<df_v2>>>\n");
	for (size_t i = have; i < SERVICES; i += 2)
		str_addf(output,
		    "/dev/sd%zu ext4 51475068 18020456 30810076 37%% "
		    "/srv/%zu\n",
		    i, i);
	str_add(output, "<<<local:sep(0)>>>\n");
	for (size_t i = have + 1; i < SERVICES; i += 2)
		str_addf(output,
		    "0 Service_%zu size=52428800;;90000000|age=%zu;5;9 all "
		    "is well\n",
		    i, i);
}

static size_t
find_items(const struct str *output, struct str *items)
{
	struct discovery d = {0};
	size_t n;
	discover_agent(str_slice(output), SLICE("bench"), &d);
	str_clear(items);
	for (size_t i = 0; i < d.n; i++) {
		char *params = d.services[i].params == NULL
		    ? NULL
		    : json_dumps(d.services[i].params, JSON_COMPACT);
		struct msg_job_item item = {.object = (uint32_t)i,
		    .check = slice_of(d.services[i].check->name),
		    .item = slice_of(d.services[i].item),
		    .params = slice_of(params)};
		msg_job_item_put(items, &item);
		free(params);
	}
	n = d.n;
	discovery_free(&d);
	return n;
}

int
main(int argc, char **argv)
{
	struct str output = {0}, items = {0}, results = {0};
	long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 5000;

	if (argc < 2 || !read_whole(argv[1], &output)) {
		fprintf(stderr, "usage: bench_evaluate FILE [ROUNDS]\n");
		return 2;
	}
	size_t n = find_items(&output, &items);
	if (n < SERVICES) {
		enlarge(&output, n);
		n = find_items(&output, &items);
	}
	struct msg_job job = {.kind = MSG_JOB_AGENT,
	    .host = SLICE("bench"),
	    .items = str_slice(&items)};
	double begin = cpu_seconds();
	for (long i = 0; i < rounds; i++) {
		struct evaluate_input in = {.job = &job,
		    .output = str_slice(&output),
		    .now_us = (1760000000 + i) * 1000000,
		    .fetch_us = 1000};
		str_clear(&results);
		evaluate_agent(&in, &results);
	}
	double us = (cpu_seconds() - begin) / (double)rounds * 1e6;
	printf("services %zu\nbytes_in %zu\nbytes_out %zu\n", n, output.len,
	    results.len);
	printf("us_per_host %.1f\nus_per_service %.2f\n", us, us / (double)n);
	str_free(&output);
	str_free(&items);
	str_free(&results);
	return 0;
}
