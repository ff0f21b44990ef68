/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a stream of Livestatus requests, over a small mirror.
 */
#include "common/clock.h"
#include "common/config/snapshot_build.h"
#include "common/log.h"
#include "livestatusd/history/memory.h"
#include "livestatusd/lql/lql.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
put(struct mirror *m, uint32_t object, const char *output)
{
	struct msg msg = {.id = MSG_CHECKABLE,
	    .checkable = {.object = object,
		.state = object % 4,
		.flags = object,
		.last_check = 1700000000,
		.output = slice_of(output),
		.long_output = SLICE("more\nlines"),
		.perfdata = SLICE("a=1 'b c'=2.5;;;")}};

	mirror_apply(m, &msg, 1700000000 * NS_PER_S);
}

static struct snapshot *
config(void)
{
	struct snapb *b = snapb_new(1, 1);
	struct err err = {""};
	struct snapshot *snap;
	uint32_t members[] = {0, 1}, strings[3], zero[] = {0};
	struct snap_list list;

	snapb_host(b, "a");
	snapb_host(b, "b");
	snapb_service(b, 0, "x");
	snapb_service(b, 0, "y");
	snapb_service(b, 1, "x");
	strings[0] = snapb_str(b, "k");
	strings[1] = snapb_str(b, "v");
	strings[2] = snapb_str(b, "explicit");
	list = snapb_list(b, strings, 3);
	snapb_object(b, 0)->labels = list;
	snapb_contact(b, "me");
	list = snapb_list(b, zero, 1);
	snapb_object(b, 0)->contacts = list;
	snapb_object(b, 0)->groups = list;
	snapb_object(b, 1)->groups = list;
	snapb_group(b, SNAPB_HOST_GROUPS, "g");
	list = snapb_list(b, members, 2);
	snapb_group_at(b, SNAPB_HOST_GROUPS, 0)->members = list;
	snap = snapb_open(b, &err);
	if (snap == NULL)
		fatal("%s", err.text);
	snapb_free(&b);
	return snap;
}

static struct mirror *
make(struct past_memory *log)
{
	struct err err = {""};
	struct mirror *m = mirror_new(config(), &err);
	struct msg d = {.id = MSG_DOWNTIME,
	    .downtime = {.id = 4, .object = 2, .author = SLICE("me")}};
	struct msg c = {.id = MSG_COMMENT, .comment = {.id = 5, .object = 0}};

	if (m == NULL)
		fatal("%s", err.text);
	for (uint32_t i = 0; i < 4; i++)
		put(m, i, i % 2 ? "fine" : "bad \"\xe2\x82\xac\xff");
	mirror_apply(m, &d, 1);
	mirror_apply(m, &c, 1);
	past_memory_add(
	    log, "2023-11-14", SLICE("[1700000000] HOST ALERT: a;UP;HARD;1;o"));
	past_memory_add(log, "2023-11-14",
	    SLICE("[1700000001] SERVICE NOTIFICATION: me;a;x;"
		  "CUSTOM (CRITICAL);mail;o;me;c"));
	return m;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mirror *m;
	static struct past_memory *log;
	struct slice in = {(const char *)data, size}, request;
	struct lql_env env = {.now_ns = 1700000100 * NS_PER_S};
	uint64_t before[MIRROR_EVENTS] = {0};
	struct str out = {0};
	size_t scanned = 0, used;

	if (m == NULL) {
		log = past_memory_new();
		m = make(log);
	}
	env.past = past_memory_past(log);
	while (lql_frame(in, true, &scanned, &request, &used) ==
	    LQL_FRAME_REQUEST) {
		struct lql_query *q = lql_parse(request);

		str_clear(&out);
		lql_must_wait(q, m, &env, before);
		lql_execute(q, m, &env, &out);
		lql_free(&q);
		in.s += used;
		in.len -= used;
	}
	str_free(&out);
	return 0;
}
