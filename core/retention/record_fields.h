/* SPDX-License-Identifier: Apache-2.0
 *
 * The kinds of records and their fields, listed once; private to record.c and
 * record_read.c.
 */
#ifndef CORE_RETENTION_RECORD_FIELDS_H
#define CORE_RETENTION_RECORD_FIELDS_H

enum kind {
	RECORD_PROGRAM = 1,
	RECORD_OBJECT,
	RECORD_DOWNTIME,
	RECORD_DOWNTIME_GONE,
	RECORD_COMMENT,
	RECORD_COMMENT_GONE,
	RECORD_NOTICE,
	RECORD_NOTICE_GONE,
	RECORD_END,
	RECORD_GENERATION,
	RECORD_CONTACT
};

/* clang-format off */
#define OBJECT_FIELDS(F)                                                       \
	F(u64, problem_id) F(u64, last_problem_id)                             \
	F(u64, event_id) F(u64, last_event_id)                                 \
	F(i64, problem_start) F(i64, problem_end)                              \
	F(i64, last_check) F(i64, last_change) F(i64, last_hard_change)        \
	F(i64, last_time[0]) F(i64, last_time[1]) F(i64, last_time[2])         \
	F(i64, last_time[3]) F(i64, last_notification) F(i64, not_before)      \
	F(i64, first_problem) F(i64, ack_expire) F(i64, evidence_from)         \
	F(i64, flap_at) F(i64, cached_at) F(f64, flap_level)                   \
	F(u32, cache_interval) F(u32, latency_us) F(u32, execution_us)         \
	F(u32, check_interval_ms) F(u32, retry_interval_ms) F(u32, number)     \
	F(u32, modified) F(u32, flags) F(u32, attempt) F(u32, max_attempts)    \
	F(u32, state) F(u32, last_state) F(u32, hard_state)                    \
	F(u32, previous_hard) F(u32, notified) F(u32, settled) F(u32, ack)     \
	F(u32, held) F(u32, held_for)
#define DOWNTIME_FIELDS(F)                                                     \
	F(u64, id) F(u64, comment_id) F(u64, triggered_by) F(u64, origin)      \
	F(u32, recurring) F(i64, entry) F(i64, start) F(i64, end)              \
	F(i64, duration) F(i64, actual_start) F(i64, first) F(bool, fixed) F(bool, active)
#define COMMENT_FIELDS(F)                                                      \
	F(u64, id) F(u32, type) F(bool, external) F(bool, persistent)          \
	F(i64, entry) F(i64, expire)
/* clang-format on */
#define CONTACT_FIELDS(F)                                                      \
	F(bool, host_on)                                                       \
	F(bool, service_on)                                                    \
	F(u32, modified) F(u32, modified_host) F(u32, modified_service)
#define COUNT(type, name)   +1
#define PUT(type, name)     wire_put_##type(out, v->name);
#define ROOM(type, name)    +WIRE_ROOM_##type(v->name)
#define PUT_RAW(type, name) p = wire_raw_##type(p, v->name);
#define GET(type, name)     v->name = (typeof(v->name))wire_get_##type(w);

enum {
	OBJECT_N = 13 + 0 OBJECT_FIELDS(COUNT),
	DOWNTIME_N = 5 + 0 DOWNTIME_FIELDS(COUNT),
	COMMENT_N = 5 + 0 COMMENT_FIELDS(COUNT),
	CONTACT_N = 5 + 0 CONTACT_FIELDS(COUNT)
};

#endif
