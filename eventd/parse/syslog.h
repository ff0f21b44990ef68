/* SPDX-License-Identifier: Apache-2.0
 *
 * One line or datagram to a message: decoding, PRI, and the formats of
 * event-console.md section 4. Pure but for the process's zone (TZ).
 */
#ifndef EVENTD_PARSE_SYSLOG_H
#define EVENTD_PARSE_SYSLOG_H

#include "common/str.h"
#include "eventd/parse/stamp.h"

#include <stdbool.h>
#include <stdint.h>

#define FACILITY_USER    1
#define FACILITY_LOGFILE 30
#define FACILITY_SNMP    31
#define PRIORITY_NOTICE  5

/* How a message came in. */
enum input {
	INPUT_UDP,
	INPUT_TCP,
	INPUT_SOCKET,  /* Unix socket eventsocket */
	INPUT_PIPE,    /* FIFO events */
	INPUT_COMMAND, /* CREATE */
	INPUT_TLS,
	INPUT_SPOOL, /* files in var/vedette/eventd/spool */
	INPUT_TRAP,  /* SNMP, port 162 */
	INPUT_COUNT
};
const char *input_name(enum input input);

/* Numbers are those of event-console.md 4.1. */
enum message_format {
	FORMAT_UNREADABLE = 0,
	FORMAT_BSD = 1,
	FORMAT_BSD_NO_HOST = 2,
	FORMAT_MONITORING = 3,
	FORMAT_BSD_MONITORING = 4,
	FORMAT_ISO = 5,
	FORMAT_TAG = 6,
	FORMAT_EPOCH = 7,
	FORMAT_UTM = 8,
	FORMAT_5424 = 9,
	FORMAT_YEAR = 10,
	FORMAT_TRAP = 31 /* no line: SNMP */
};

/* All text is valid UTF-8 without control characters. */
struct message {
	struct slice host, application, text, contact;
	struct slice ipaddress; /* the sender's, or what the message says */
	uint32_t pid;
	uint8_t facility, priority;
	int32_t sl;
	enum message_format format;
	bool decode_fallback; /* it was not UTF-8 */
	int64_t time_us;      /* the message's own time, else received_us */
	int64_t received_us;
	enum input input;
};

struct syslog_parser { /* {0} is ready */
	struct str decoded, built, kept;
	struct stamp_cache cache;
};

void syslog_parser_free(struct syslog_parser *p);
/*
 * Cannot fail: what fits no format is FORMAT_UNREADABLE. The message borrows
 * the parser's memory and `address` until the next call. `address` is the
 * sender's, "" if unknown.
 */
void syslog_parse(struct syslog_parser *p, struct slice raw,
    const char *address, int64_t now_us, struct message *m_r);

/* Names of section 3; false: unknown. */
bool facility_of(struct slice name, uint8_t *facility_r);
bool priority_of(struct slice name, uint8_t *priority_r);
const char *priority_name(uint8_t priority);

#endif
