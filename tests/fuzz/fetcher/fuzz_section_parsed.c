/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: every section's parser and every check, by discovering an
 * output and evaluating what was found, twice, with the state kept. What
 * begins like a stored walk is read as an SNMP device first.
 */
#include "common/log.h"
#include "common/utf8.h"
#include "fetcher/discover.h"
#include "fetcher/evaluate.h"
#include "fetcher/sections/encoding.h"
#include "fetcher/snmp/stored.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
evaluate(struct slice output, const struct str *items, int64_t now,
    struct str *results)
{
	struct msg_job job = {.kind = MSG_JOB_AGENT,
	    .host = SLICE("web01"),
	    .items = str_slice(items)};
	struct evaluate_input in = {
	    .job = &job, .output = output, .now_us = now * 1000000};
	str_clear(results);
	evaluate_agent(&in, results);
}

/* Rules under which every check finds something. */
static const char rules[] =
    "{\"ps\": {\"discover\": {\"%s of %u\": \"~(.)\", \"all\": \"~\"}},"
    "\"systemd_service\": {\"discover\": [\"\"]},"
    "\"systemd_socket\": {\"discover\": [\"\"]},"
    "\"diskstat\": {\"discover\": [\"summary\", \"physical\", \"lvm\", "
    "\"dm\"]},"
    "\"filesystem\": {\"groups\": {\"all\": [\"*\"]}},"
    "\"fileinfo_groups\": {\"groups\": {\"all\": [\"*\"]}},"
    "\"interfaces\": {\"groups\": {\"all\": [\"*\"]}, "
    "\"discover_states\": [\"1\", \"2\", \"4\"]}}";

static void
discover(struct slice output, struct discovery *d)
{
	json_error_t why;
	json_t *params = json_loads(rules, 0, &why);
	struct discovery_input in = {
	    .output = output, .host = SLICE("web01"), .now = 1760000000};
	must(params != NULL);
	/* By the input's size, so that both ways are taken. */
	in.params = output.len % 2 == 0 ? params : NULL;
	discover_host(&in, d);
	json_decref(params);
}

static struct slice
read_walk(struct slice input, struct str *read)
{
	struct collect_settings settings = {.bare = true};
	struct err err;

	if (!slice_starts(input, ".1.") ||
	    stored_collect(input, SLICE(""), &settings, read, &err) != 0)
		return input;
	return str_slice(read);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str read = {0};
	struct slice output =
	    read_walk((struct slice){(const char *)data, size}, &read);
	struct discovery d = {0};
	struct str items = {0}, again = {0}, results = {0}, params = {0};
	struct msg_job_result r;

	discover(output, &d);
	for (size_t i = 0; i < d.n; i++) {
		struct err err;
		char *text = d.services[i].params == NULL
		    ? NULL
		    : json_dumps(d.services[i].params, 0);
		must(d.services[i].params == NULL ||
		    check_params_verify(
			d.services[i].check, d.services[i].params, &err) == 0);
		struct msg_job_item item = {.object = (uint32_t)i,
		    .check = slice_of(d.services[i].check->name),
		    .item = slice_of(d.services[i].item),
		    .params = slice_of(text)};
		msg_job_item_put(&items, &item);
		free(text);
	}
	evaluate(output, &items, 1760000000, &results);
	struct slice list = str_slice(&results), todo = str_slice(&items);
	struct msg_job_item item;
	must(msg_job_result_next(&list, &r) && r.object == MSG_OWN_OBJECT);
	while (msg_job_result_next(&list, &r)) {
		must(r.state <= 3 || r.state == MSG_RESULT_NONE);
		must(utf8_valid(r.output) && utf8_valid(r.long_output));
		must(r.state_blob.len <= 4096);
		while (
		    msg_job_item_next(&todo, &item) && item.object != r.object)
			;
		item.state = r.state_blob;
		msg_job_item_put(&again, &item);
	}
	evaluate(output, &again, 1760000060, &results);
	discovery_free(&d);
	str_free(&items);
	str_free(&again);
	str_free(&results);
	str_free(&params);
	str_free(&read);
	return 0;
}
