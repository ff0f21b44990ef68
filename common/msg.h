/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of the bus, expanded from msg.def. On the wire a message is
 * [id, field, field, ...] in MessagePack; a frame is any number of messages,
 * one after the other. Decoding allocates nothing: strings and lists borrow
 * the frame's bytes.
 */
#ifndef COMMON_MSG_H
#define COMMON_MSG_H

#include "common/msg.def"
#include "common/str.h"
#include "common/wire.h"

#include <stdbool.h>
#include <stdint.h>

/* Spoken by hello; two programs with different numbers do not talk. */
#define MSG_PROTOCOL   3

#define MSG_OWN_OBJECT UINT32_MAX
/* `who` of a command from the network: nobody's name, no rights of its own. */
#define MSG_WHO_NETWORK "network;"
/*
 * A job_result with this state carries a new state_blob and nothing else: a
 * counter was seen for the first time, the service is not updated.
 */
#define MSG_RESULT_NONE 255u

enum msg_status {
	MSG_OK,
	MSG_REFUSED
};
enum msg_reload_phase {
	MSG_RELOAD_PREPARE, /* load and check; keep the present one */
	MSG_RELOAD_COMMIT,  /* work by the prepared one */
	MSG_RELOAD_ABORT    /* forget the prepared one */
};
enum msg_replicate_want {
	MSG_REPLICATE_FOLLOW, /* the whole state, then what changes */
	MSG_REPLICATE_RETURN, /* takes back what was done in a takeover */
	MSG_REPLICATE_STAY    /* the fallback goes on working */
};
#define MSG_REPLICA_STATE 1 /* part of the whole state */
#define MSG_REPLICA_END   2 /* the last part of what belongs together */
enum msg_job_kind {
	MSG_JOB_AGENT,     /* fetch from address:port, evaluate items */
	MSG_JOB_PROGRAM,   /* run command, its output is agent output */
	MSG_JOB_PING,      /* is the address alive? */
	MSG_JOB_TCP,       /* does the port accept? */
	MSG_JOB_PLUGIN,    /* run command by the Nagios contract */
	MSG_JOB_SNMP,      /* read from address, evaluate items */
	MSG_JOB_PIGGYBACK, /* nothing is fetched: evaluate what others sent */
	MSG_JOB_KINDS
};
/* msg_checkable.flags */
#define MSG_CHECKABLE_CHECKED           0x0001u /* has_been_checked */
#define MSG_CHECKABLE_ACTIVE            0x0002u /* active checks enabled */
#define MSG_CHECKABLE_PASSIVE           0x0004u /* passive results accepted */
#define MSG_CHECKABLE_NOTIFICATIONS     0x0008u /* enabled */
#define MSG_CHECKABLE_FLAP_DETECTION    0x0010u /* enabled */
#define MSG_CHECKABLE_FLAPPING          0x0020u /* is flapping now */
#define MSG_CHECKABLE_IN_CHECK_PERIOD   0x0040u
#define MSG_CHECKABLE_IN_NOTIFY_PERIOD  0x0080u
#define MSG_CHECKABLE_IN_SERVICE_PERIOD 0x0100u
#define MSG_CHECKABLE_EVENT_HANDLER     0x0200u /* enabled */
#define MSG_CHECKABLE_EXECUTING         0x0400u /* a job is under way */
#define MSG_CHECKABLE_LAST_PASSIVE      0x0800u /* last result was passive */
#define MSG_CHECKABLE_NO_MORE           0x1000u /* no more notifications */
#define MSG_CHECKABLE_FRESHNESS         0x2000u /* freshness is checked */
/* msg_core_status.switches */
/* What a check says of an item that the data does not have; clusters need to
 * know (CL-2). */
#define MSG_ITEM_MISSING             "Item not found in monitoring data"

#define MSG_SWITCH_NOTIFICATIONS     0x0001u
#define MSG_SWITCH_HOST_CHECKS       0x0002u
#define MSG_SWITCH_SVC_CHECKS        0x0004u
#define MSG_SWITCH_HOST_PASSIVE      0x0008u
#define MSG_SWITCH_SVC_PASSIVE       0x0010u
#define MSG_SWITCH_FLAPPING          0x0020u
#define MSG_SWITCH_HANDLERS          0x0040u
#define MSG_SWITCH_PERFDATA          0x0080u
#define MSG_SWITCH_HOST_FRESHNESS    0x0100u
#define MSG_SWITCH_SVC_FRESHNESS     0x0200u
#define MSG_SWITCH_ALL               0x03ffu

#define MSG_CTYPE_u32                uint32_t
#define MSG_CTYPE_u64                uint64_t
#define MSG_CTYPE_i64                int64_t
#define MSG_CTYPE_f64                double
#define MSG_CTYPE_bool               bool
#define MSG_CTYPE_str                struct slice
#define MSG_CTYPE_list               struct slice

#define MSG_MEMBER(type, name, help) MSG_CTYPE_##type name;
#define MSG_STRUCT(id, name, NAME, help)                                       \
	struct msg_##name {                                                    \
		MSG_##NAME##_FIELDS(MSG_MEMBER)                                \
	};
#define MSG_RECORD_STRUCT(name, NAME) MSG_STRUCT(0, name, NAME, "")
MSG_CATALOGUE(MSG_STRUCT)
MSG_RECORDS(MSG_RECORD_STRUCT)

#define MSG_ENUM(num, name, NAME, help) MSG_##NAME = num,
enum msg_id {
	MSG_NONE,
	MSG_CATALOGUE(MSG_ENUM)
};

#define MSG_UNION(num, name, NAME, help) struct msg_##name name;
struct msg {
	enum msg_id id;
	union {
		MSG_CATALOGUE(MSG_UNION)
	};
};

/* Appends the message. */
void msg_put(struct str *out, const struct msg *m);
/*
 * Takes the next message off the frame. 1: there was one; 0: the frame is at
 * its end; -1: it is damaged (why in *why_r, a constant text). A message with
 * a field too few or too many is damaged.
 */
int msg_get(struct wire *frame, struct msg *m_r, const char **why_r);
const char *msg_name(enum msg_id id);
/* For people: "job job_id=7 host=web01 ...". Strings are cut at 60 bytes. */
void msg_print(struct str *out, const struct msg *m);
/* The catalogue as Markdown, docs/messages.md. */
void msg_document(struct str *out);

/*
 * Records: append one to a list; take the next one off a list (false at its
 * end or where it is damaged).
 */
#define MSG_RECORD_PROTO(name, NAME)                                           \
	void msg_##name##_put(struct str *list, const struct msg_##name *r);   \
	bool msg_##name##_next(struct slice *list, struct msg_##name *r_r);
MSG_RECORDS(MSG_RECORD_PROTO)

#endif
