/* SPDX-License-Identifier: Apache-2.0
 *
 * A line of the history, taken apart (core-semantics section 17, livestatus
 * section 15.12). Pure.
 */
#ifndef LIVESTATUSD_HISTORY_LINE_H
#define LIVESTATUSD_HISTORY_LINE_H

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

/* What stands before the colon. Numbers are on disk, in indexes: a change of
 * their meaning needs another INDEX_MAGIC. */
enum line_kind {
	LINE_INFO, /* anything else */
	LINE_HOST_ALERT,
	LINE_SERVICE_ALERT,
	LINE_INITIAL_HOST,
	LINE_CURRENT_HOST,
	LINE_INITIAL_SERVICE,
	LINE_CURRENT_SERVICE,
	LINE_HOST_DOWNTIME,
	LINE_SERVICE_DOWNTIME,
	LINE_HOST_FLAPPING,
	LINE_SERVICE_FLAPPING,
	LINE_HOST_ACK,
	LINE_SERVICE_ACK,
	LINE_PERIOD,
	LINE_HOST_NOTIFICATION,
	LINE_SERVICE_NOTIFICATION,
	LINE_HOST_RESULT,
	LINE_SERVICE_RESULT,
	LINE_HOST_PROGRESS,
	LINE_SERVICE_PROGRESS,
	LINE_HOST_SUPPRESSED,
	LINE_SERVICE_SUPPRESSED,
	LINE_HOST_HANDLER_STARTED,
	LINE_SERVICE_HANDLER_STARTED,
	LINE_HOST_HANDLER_STOPPED,
	LINE_SERVICE_HANDLER_STOPPED,
	LINE_HOST_EVENT_HANDLER,
	LINE_SERVICE_EVENT_HANDLER,
	LINE_GLOBAL_HOST_EVENT_HANDLER,
	LINE_GLOBAL_SERVICE_EVENT_HANDLER,
	LINE_PASSIVE_HOST,
	LINE_PASSIVE_SERVICE,
	LINE_COMMAND,
	LINE_VANISHED_HOST,
	LINE_VANISHED_SERVICE,
	LINE_HOST_RENAMED,
	LINE_SERVICE_RENAMED,
	/* In blocks of states: what else holds for the object. */
	LINE_HOST_DOWNTIME_STATE,
	LINE_SERVICE_DOWNTIME_STATE,
	LINE_HOST_FLAPPING_STATE,
	LINE_SERVICE_FLAPPING_STATE,
	LINE_HOST_ACK_STATE,
	LINE_SERVICE_ACK_STATE,
	/* Of the program; found by words anywhere in the line. */
	LINE_LOG_VERSION,
	LINE_LOG_ROTATION,
	LINE_INITIAL_STATES,
	LINE_INTERMEDIATE_STATES,
	LINE_STARTING,
	LINE_ACTIVE_MODE,
	LINE_SHUTTING_DOWN,
	LINE_BAILING_OUT,
	LINE_STANDBY_MODE,
	LINE_KINDS,
	LINE_NONE = 255 /* no line of the history */
};
#define LINE_BIT(kind) (UINT64_C(1) << (kind))
#define LINE_ALL       (LINE_BIT(LINE_KINDS) - 1)

/* 0 info, 1 alert, 2 program, 3 notification, 4 passive check, 5 command,
 * 6 state, 8 alert handler. */
uint32_t line_class(enum line_kind kind);
/* "HOST ALERT"; NULL where the type is the line's own text. */
const char *line_type(enum line_kind kind);

struct line { /* borrows its text; fields are empty where it has none */
	int64_t time;
	uint32_t lineno, class;
	enum line_kind kind;
	int64_t state, attempt;
	struct slice message, type, options;
	struct slice host, service, contact, command;
	struct slice state_type, state_word, output, long_output, comment;
};
/* False: it does not begin with "[time]". */
bool line_parse(struct slice text, uint32_t lineno, struct line *line_r);

/* The object's hash in an index; 0: there is no such field. */
uint32_t line_hash(struct slice name);

#endif
