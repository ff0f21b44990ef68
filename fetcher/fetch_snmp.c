/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a device by SNMP into sections. The only source of a job of kind SNMP,
 * the second one of a job that has an agent too.
 */
#include "fetcher/checks/check_mk_discovery.h"
#include "fetcher/fetch.h"
#include "fetcher/piggyback.h"
#include "fetcher/snmp/collect_memory.h"
#include "fetcher/snmp/options_memory.h"
#include "fetcher/snmp/session.h"

#include "common/clock.h"
#include "common/mem.h"

#include <stdlib.h>

struct snmp {
	const struct snmp_options *options;
	struct collect *collect;
	struct snmp_talk talk;
	struct device_session *session;
};

static void
release(struct fetch *f)
{
	struct snmp *s = f->transport;

	device_session_stop(&s->session);
	collect_memory_give(
	    runner_snmp_readings(f->runner), f->job.host, &s->collect);
	if (s->options != NULL)
		options_memory_release(&s->options);
	free(s);
	f->transport = NULL;
}

static bool
next(void *self, const struct snmp_request **request_r)
{
	return collect_next(self, request_r);
}

static int
answer(void *self, const struct snmp_answer *a, struct err *err_r)
{
	return collect_answer(self, a, err_r);
}

static void
done(const char *failure, void *arg)
{
	struct fetch *f = arg;
	struct snmp *s = f->transport;
	struct str *output;
	struct err why;

	s->session = NULL;
	runner_counting(f->runner)->snmp_requests +=
	    collect_requests(s->collect);
	if (failure != NULL) {
		err_set(&why, "%s", failure);
		release(f);
		fetch_fail(f, "%s", why.text);
		return;
	}
	bool none = f->job.items.len == 0 && collect_sections(s->collect) == 0;
	output = collect_memory_output(runner_snmp_readings(f->runner));
	collect_output(s->collect, output);
	f->snmp_news = collect_has_news(s->collect);
	runner_counting(f->runner)->snmp_cut += collect_over_limit(s->collect);
	int rc = fetch_take(f, str_get(output), output->len, &why);
	release(f);
	if (rc == -1)
		fetch_fail(f, "%s", why.text);
	else if (none)
		fetch_fail(f,
		    "The device answers, but has none of the tables that this "
		    "version knows");
	else
		fetch_success(f);
}

/* Discovery looks at all that a device has, checks at what they need. */
static bool
wants_all(const struct fetch *f)
{
	struct slice rest = f->job.items;
	struct msg_job_item item;

	if (rest.len == 0)
		return true;
	while (msg_job_item_next(&rest, &item)) {
		struct check_discovery_run run = {.job = &f->job,
		    .item = &item,
		    .now = clock_wall() / NS_PER_S};

		if (slice_eqs(item.check, "check_mk_discovery") &&
		    check_discovery_due(&run))
			return true;
	}
	return false;
}

static void
start(struct fetch *f)
{
	const struct section_type *wanted[COLLECT_MAX_SECTIONS];
	struct snmp *s = xnew(struct snmp);
	struct collect_settings set = {.agent_output = fetch_output(f)};
	struct err why;
	size_t n;

	f->transport = s;
	set.host = f->job.host;
	set.kept = piggyback_persisted(&f->job);
	set.now = clock_wall() / NS_PER_S;
	s->options = options_memory_take(runner_snmp_options(f->runner),
	    f->job.snmp, runner_identity(f->runner), &why);
	if (s->options == NULL) {
		release(f);
		fetch_fail_soon(f, "%s", why.text);
		return;
	}
	set.v1 = s->options->version == 1;
	set.no_bulk = s->options->no_bulk;
	set.bulk = s->options->bulk;
	set.bare = s->options->bare;
	set.options = s->options->of_sections;
	set.scan_anew = wants_all(f);
	n = collect_wanted(f->job.items, set.scan_anew, wanted);
	s->collect = collect_memory_take(
	    runner_snmp_readings(f->runner), &set, wanted, n);
	s->talk = (struct snmp_talk){next, answer, s->collect};
	address_set_port(&f->addresses[0], (uint16_t)s->options->port);
	s->session =
	    device_session_start(runner_loop(f->runner), runner_snmp(f->runner),
		&f->addresses[0], s->options, &s->talk, done, f);
}

static void
late(struct fetch *f)
{
	struct snmp *s = f->transport;
	char timeout[32];
	struct err why;

	device_session_silence(s->session, &why);
	release(f);
	fetch_fail(f, "%s, not done within %s", why.text,
	    fetch_timeout_text(f, timeout));
}

const struct fetch_kind fetch_kind_snmp = {
    .name = "snmp",
    .one_per_host = true,
    .needs_address = true,
    .start = start,
    .late = late,
    .stop = release,
};
