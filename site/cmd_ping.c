/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette ping: one host, asked by hand (liboping). Where this program may not
 * ping, vedette-fetcher does, whose file has the capability.
 */
#include "fetcher/fetch_once.h"
#include "fetcher/limits.h"
#include "site/cmd.h"
#include "site/written.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct times { /* milliseconds; of a result's perfdata */
	double min, avg, max;
	int lost; /* percent */
};

/* The service PING's own perfdata; false: it could not be asked. */
static bool
read_times(struct slice perfdata, struct times *t)
{
	char text[256];

	snprintf(text, sizeof(text), "%.*s", (int)perfdata.len,
	    perfdata.s == NULL ? "" : perfdata.s);
	return sscanf(text,
		   "rta=%lfms;%*[^ ] pl=%d%%;%*[^ ] rtmax=%lfms;;;; "
		   "rtmin=%lfms",
		   &t->avg, &t->lost, &t->max, &t->min) == 4;
}

static int
say(const struct cmd_call *call, const char *name, unsigned count,
    const struct msg_job_result *r)
{
	struct times t;
	bool answers;
	json_t *doc;

	if (!read_times(r->perfdata, &t))
		return cmd_fail(
		    "ping", "%s: %.*s", name, (int)r->output.len, r->output.s);
	answers = t.lost < 100;
	if (cmd_flag(call, "json")) {
		doc = json_pack("{s:s, s:i, s:i}", "host", name, "sent",
		    (int)count, "lost_percent", t.lost);
		if (answers)
			json_object_update_new(doc,
			    json_pack("{s:f, s:f, s:f}", "min_ms", t.min,
				"avg_ms", t.avg, "max_ms", t.max));
		json_dumpf(doc, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
		json_decref(doc);
		putchar('\n');
	} else if (answers) {
		printf("%s: %u sent, %d%% lost, min %.3f ms, avg %.3f ms, max "
		       "%.3f ms\n",
		    name, count, t.lost, t.min, t.avg, t.max);
	} else {
		printf("%s: %u sent, 100%% lost\n", name, count);
	}
	return answers ? 0 : CMD_FAILED;
}

/* The host's address and family, if the site has one of that name. */
static struct msg_job
job_of(struct written *w, const char *name, unsigned count, struct str *options)
{
	uint32_t host =
	    w == NULL ? SNAP_NONE : snap_find_host(w->snap, slice_of(name));
	struct msg_job job = {.kind = MSG_JOB_PING,
	    .host = slice_of(name),
	    .service = SLICE("PING"),
	    .address = slice_of(name),
	    .timeout_ms = 2000 * count};

	if (host != SNAP_NONE) {
		const struct snap_object *o = &w->snap->objects[host];

		if (o->address != 0)
			job.address = slice_of(snap_s(w->snap, o->address));
		job.family = o->family;
	}
	str_addf(options, "{\"packets\": %u}", count);
	job.options = str_slice(options);
	return job;
}

static int
run(const struct cmd_call *call)
{
	const char *text = cmd_value(call, "count"), *name = call->argv[0];
	struct str options = {0}, results = {0};
	unsigned long count = 5;
	struct written *w = NULL;
	struct msg_job_result r;
	struct slice list;
	struct msg_job job;
	char *end;
	int code;

	if (text != NULL) {
		count = strtoul(text, &end, 10);
		if (*text < '0' || *text > '9' || *end != '\0' || count == 0 ||
		    count > LIMIT_PING_PACKETS)
			return cmd_fail("ping",
			    "--count %s: expected a number from 1 to %d", text,
			    LIMIT_PING_PACKETS);
	}
	if (call->site != NULL) {
		w = written_open(call->site, "ping");
		if (w == NULL)
			return CMD_FAILED;
		fetch_once_root(call->site->root);
	}
	job = job_of(w, name, (unsigned)count, &options);
	fetch_results_once(&job, &results);
	list = str_slice(&results);
	code = msg_job_result_next(&list, &r)
	    ? say(call, name, (unsigned)count, &r)
	    : cmd_fail("ping", "%s: no result", name);
	str_free(&options);
	str_free(&results);
	written_close(&w);
	return code;
}

static const struct cmd_option options[] = {
    {"count", 'c', "N", "so many requests, 1 to 20 (5)"},
    {"json", 0, NULL, "one JSON object"},
    {0},
};

const struct cmd cmd_ping = {
    .name = "ping",
    .args = "HOST|ADDRESS",
    .summary = "does it answer, and how fast",
    .details = "Sends ICMP echo requests to a host of the configuration, or "
	       "to a name or\naddress, and prints how many were lost and the "
	       "least, average and\ngreatest round trip. Exit code 1 if "
	       "nothing answered.",
    .scope = CMD_SITE_MAYBE,
    .min_args = 1,
    .max_args = 1,
    .options = options,
    .run = run,
};
