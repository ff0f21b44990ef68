/* SPDX-License-Identifier: Apache-2.0
 *
 * The compiled configuration: one file that daemons map and read in place,
 * written by `vedette activate` as var/vedette/snapshots/GENERATION.snap; the
 * link var/vedette/snapshots/current names the one in use. The file is
 * written beside and renamed, and carries its length and a checksum, so one
 * cut short is never taken.
 *
 * All numbers are native (one machine, one build); strings are offsets into
 * one pool, each NUL-terminated and valid UTF-8, 0 being "". Every offset and
 * index is checked once at opening; readers need no checks.
 *
 * Objects: hosts first, in byte order of name; then services in order of
 * (host's index, description). An object's number is its index here and holds
 * for this generation alone.
 */
#ifndef COMMON_CONFIG_SNAPSHOT_H
#define COMMON_CONFIG_SNAPSHOT_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

#define SNAP_VERSION 3
#define SNAP_NONE    UINT32_MAX

typedef uint32_t snap_str; /* offset into the pool of strings */
struct snap_list { /* of indexes, or of strings, in the pool of numbers */
	uint32_t off, n;
};

/* How an object gets its results. */
enum snap_check {
	SNAP_CHECK_PASSIVE, /* from outside only */
	SNAP_CHECK_PING,
	SNAP_CHECK_TCP,       /* check_port */
	SNAP_CHECK_COMMAND,   /* check_line, by the Nagios contract */
	SNAP_CHECK_AGENT,     /* the service that fetches the host's agent */
	SNAP_CHECK_SNMP,      /* the service that reads the host by SNMP */
	SNAP_CHECK_COLLECTED, /* fed by `collector` */
	SNAP_CHECK_SERVICE,   /* host: takes over the state of `collector` */
	SNAP_CHECK_ALWAYS_UP,
	SNAP_CHECK_CLUSTER,   /* host: UP while one of `nodes` is UP (CL-1) */
	SNAP_CHECK_CLUSTERED, /* service of a cluster: judged on the data of
				 each of the host's nodes, see `cluster_mode` */
	SNAP_CHECK_KINDS
};

enum snap_agent {
	SNAP_AGENT_NONE,
	SNAP_AGENT_TCP,
	SNAP_AGENT_PUSH,
	SNAP_AGENT_PROGRAM
};

/* How a clustered service's state follows from those on the nodes (CL-2). */
enum snap_cluster {
	SNAP_CLUSTER_NONE,
	SNAP_CLUSTER_BEST,
	SNAP_CLUSTER_WORST,
	SNAP_CLUSTER_FAILOVER, /* expected on one node; several: WARN */
	SNAP_CLUSTER_MODES
};

/* snap_object.flags: defaults of the switches */
#define SNAP_ACTIVE         0x0001u
#define SNAP_PASSIVE        0x0002u
#define SNAP_NOTIFICATIONS  0x0004u
#define SNAP_FLAP_DETECTION 0x0008u
#define SNAP_VOLATILE       0x0010u
#define SNAP_EVENT_HANDLER  0x0020u
#define SNAP_NO_INPROCESS   0x0080u /* plugins are run, always */
#define SNAP_FRESHNESS      0x0040u /* freshness checking (FR-1) */

/* snap_object.notify_on */
#define SNAP_ON_RECOVERY 0x0001u /* r */
#define SNAP_ON_WARN     0x0002u /* w */
#define SNAP_ON_CRIT     0x0004u /* c */
#define SNAP_ON_UNKNOWN  0x0008u /* u of a service */
#define SNAP_ON_DOWN     0x0010u /* d */
#define SNAP_ON_UNREACH  0x0020u /* u of a host */
#define SNAP_ON_FLAPPING 0x0040u /* f */
#define SNAP_ON_DOWNTIME 0x0080u /* s */

/* A host or a service. */
struct snap_object {
	uint32_t is_service;
	uint32_t host; /* its host's index; a host's own */
	snap_str name; /* host name, or description */
	snap_str alias, display_name, address; /* address: hosts */
	uint32_t check;                        /* enum snap_check */
	uint32_t check_port;
	snap_str
	    check_command;   /* as Livestatus shows it: NAME!args, check_mk-X */
	snap_str check_line; /* command line, macros not yet expanded */
	snap_str check_name; /* collected: name of the check, "filesystem" */
	/* collected: params are canonical JSON, an object; or, where values
	 * depend on time periods, an array of layers (common/config/params.h)
	 */
	snap_str item, params;
	uint32_t collector; /* object that feeds it, or SNAP_NONE */
	uint32_t check_interval_ms, retry_interval_ms;
	uint32_t max_check_attempts;
	uint32_t timeout_ms; /* of one check */
	uint32_t check_period, notification_period, service_period,
	    passive_period; /* indexes of periods; SNAP_NONE: always */
	uint32_t notification_interval_ms, first_notification_delay_ms;
	uint32_t notify_on; /* SNAP_ON_* */
	uint32_t flags;
	double flap_low, flap_high, flap_decay; /* changes; decay per minute */
	double staleness;          /* feeding intervals until stale, 1.5 */
	struct snap_list parents;  /* hosts' indexes */
	struct snap_list services; /* host: {first service's index, count} in
				      off and n, not in the pool */
	struct snap_list contacts; /* indexes, those of groups included */
	struct snap_list contact_groups,
	    groups;              /* indexes; host or service groups */
	struct snap_list labels; /* strings: name, value, source, ... */
	struct snap_list tags;   /* strings: group, tag, ... */
	struct snap_list custom_variables; /* strings: NAME, value, ... */
	snap_str notes, notes_url, action_url, icon_image;
	snap_str folder; /* hosts: "/munich/linux" */
	uint32_t agent;  /* hosts: enum snap_agent */
	uint32_t agent_port;
	snap_str agent_command;       /* SNAP_AGENT_PROGRAM */
	snap_str agent_options, snmp; /* hosts: JSON or "" */
	snap_str piggyback;           /* hosts: JSON or "" */
	uint32_t family;              /* 0 any, 4, 6 */
	uint32_t stalking; /* bit 1 << state: output is stalked (ST-40) */
	/* EH-1: as Livestatus shows it, and the line; "" for none. */
	snap_str event_handler, event_handler_line;
	snap_str alert_handler, alert_handler_line; /* EH-2 */
	/* {METHOD: {KEY: VALUE}}: canonical JSON, "" for none */
	snap_str method_parameters;
	uint32_t freshness_ms; /* FR-1: 0: from the interval */
	/* DT-16: canonical JSON array, "" for none: {start: local time,
	 * end: local time, recur: WORD, duration: seconds, comment: TEXT} */
	snap_str downtimes;
	struct snap_list nodes; /* cluster: hosts' indexes, ascending (CL-1) */
	uint32_t cluster_mode;  /* clustered service: enum snap_cluster */
};

struct snap_contact {
	snap_str name, alias, email, pager;
	snap_str role;                /* a built-in one, or of `roles` */
	snap_str password_hash;       /* "" for none */
	uint32_t notification_period; /* index or SNAP_NONE */
	struct snap_list groups;      /* contact groups' indexes */
	snap_str json; /* the whole entry as configured, canonical JSON */
};

struct snap_group { /* contact group, host group, service group */
	snap_str name, alias, notes, notes_url, action_url;
	struct snap_list members; /* contacts' or objects' indexes, ascending */
};

struct snap_period {
	snap_str name, alias;
	snap_str json; /* definition for period_compile() */
};

struct snap_command {
	snap_str name, line;
};

struct snapshot {
	uint64_t generation;
	int64_t created;                   /* wall seconds */
	const struct snap_object *objects; /* n_hosts, then services */
	uint32_t n_hosts, n_objects;
	const struct snap_contact *contacts; /* in byte order of name */
	const struct snap_group *contact_groups, *host_groups, *service_groups;
	const struct snap_period *periods; /* in byte order of name */
	const struct snap_command *commands;
	uint32_t n_contacts, n_contact_groups, n_host_groups, n_service_groups,
	    n_periods, n_commands;
	const uint32_t *numbers; /* what snap_list points into */
	const char *strings;
	uint32_t n_numbers, n_string_bytes;
	/* JSON documents for the daemons that compile them; "" if absent. */
	snap_str notification_rules; /* array, or "" if no file has the key */
	snap_str event_rules, event_actions;
	/* Every role by name, resolved: {alias, based_on, builtin, permissions:
	 * [NAME, ...]}; other sites by name, as written. */
	snap_str roles, sites;
	snap_str renames;      /* see renames.h */
	snap_str aggregations; /* by name, as written (BI-1); "" if none */
	struct snapshot_private *priv;
};

/* Opens and checks a file. NULL with a reason. */
struct snapshot *snapshot_open(const char *path, struct err *err_r);
/* The generation that ROOT/var/vedette/snapshots/current names; 0: none. */
uint64_t snapshot_current(const char *root);
/* The generation in a file's name, "12.snap": 12; else 0. */
uint64_t snapshot_number(const char *name);
/* ROOT/var/vedette/snapshots/current, or generation N if not 0. */
struct snapshot *snapshot_open_site(
    const char *root, uint64_t generation, struct err *err_r);
/* As snapshot_open, from a copy of these bytes. */
struct snapshot *snapshot_from_memory(struct slice bytes, struct err *err_r);
void snapshot_close(struct snapshot **snap);

static inline const char *
snap_s(const struct snapshot *snap, snap_str off)
{
	return snap->strings + off;
}
static inline uint32_t
snap_at(const struct snapshot *snap, struct snap_list list, uint32_t i)
{
	return snap->numbers[list.off + i];
}
/* Binary search by name; SNAP_NONE if there is none. */
uint32_t snap_find_host(const struct snapshot *snap, struct slice name);
uint32_t snap_find_service(
    const struct snapshot *snap, uint32_t host, struct slice description);
uint32_t snap_find_contact(const struct snapshot *snap, struct slice name);
uint32_t snap_find_period(const struct snapshot *snap, struct slice name);
uint32_t snap_find_command(const struct snapshot *snap, struct slice name);
uint32_t snap_find_contact_group(
    const struct snapshot *snap, struct slice name);
uint32_t snap_find_host_group(const struct snapshot *snap, struct slice name);
uint32_t snap_find_service_group(
    const struct snapshot *snap, struct slice name);
/* Is the contact one of the object (or of the service's host)? */
bool snap_is_contact(
    const struct snapshot *snap, uint32_t object, uint32_t contact);

#endif
