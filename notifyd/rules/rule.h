/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the rule engine: what compile.c makes, match.c tests and plan.c
 * applies.
 */
#ifndef NOTIFYD_RULES_RULE_H
#define NOTIFYD_RULES_RULE_H

#include "notifyd/rules/gather.h"
#include "notifyd/rules/pattern.h"
#include "notifyd/rules/rules.h"

struct names {
	bool given;
	char **v;
	size_t n;
};

struct patterns {
	bool given;
	struct pattern **v;
	size_t n;
};

/* Names, or patterns for those written ~regex. */
struct hosts {
	bool given;
	struct host_item {
		char *name; /* NULL: the pattern */
		struct pattern *pattern;
	} * v;
	size_t n;
};

struct pairs { /* tags, labels, attributes */
	bool given;
	struct pair_item {
		char *key;
		char *full;          /* the key within the context, or NULL */
		struct names values; /* one of them */
		struct pattern *pattern; /* attributes: instead of values */
		bool negated;
	} * v;
	size_t n;
};

struct range {
	bool given;
	int64_t from, to; /* both inclusive */
};

struct throttle {
	bool given;
	int64_t from, every;
};

struct event_console {
	bool given, wanted; /* wanted false: no events */
	struct names rules;
	struct range priority, facility;
	struct pattern *comment;
};

struct when {
	struct names sites;
	char *folder;
	struct pairs tags, labels, service_labels;
	struct names host_groups;
	struct names service_groups, exclude_service_groups;
	struct patterns service_groups_regex, exclude_service_groups_regex;
	struct names contacts, contact_groups;
	struct hosts hosts, exclude_hosts;
	struct patterns services, exclude_services;
	struct pattern *output;
	struct names check_commands;
	char *time_period;
	bool hold; /* outside of it (NT-16) */
	struct range service_level;
	struct range number;
	struct throttle throttle;
	struct names host_events, service_events;
	struct pattern *comment;
	struct event_console events;
};

struct to {
	bool object_contacts, all_users, all_users_with_email;
	struct names users, groups, emails, only_groups;
	struct pairs only_attributes;
	/* Of all_users..., groups: set when all contacts are known. */
	const struct rules_contact **members;
	size_t n_members;
};

struct rule {
	char *id, *description;
	const struct rules_contact *user; /* whose own rule, or NULL */
	unsigned number;                  /* within its list, from 1 */
	bool disabled, locked, cancel;
	char *method; /* "*" of a cancelling rule: all */
	json_t *params;
	struct gather_bulk bulk;
	struct gather_group group;
	struct when when;
	uint32_t conditions; /* those of `when` that are given, one bit each */
	struct to to;
	/* Of one that escalates; then `to` means nobody. See escalation.h. */
	struct rule *steps;
	size_t n_steps;
	unsigned repeat;
	int64_t every_ms, ack_ms; /* ack_ms 0: an acknowledgement ends it */
	int64_t after_ms;         /* of a step */
};

struct rules_contact {
	char *name, *alias, *email, *pager;
	char *period; /* NULL: always */
	bool fallback;
	bool off;                 /* notifications: off */
	int64_t off_from, off_to; /* notifications off in [from, to) */
	struct names groups, sites;
	struct gather_quiet quiet;
	json_t *attributes; /* object of strings, never NULL */
	json_t *who;        /* as in struct plan_entry */
	struct rule *rules; /* own ones */
	size_t n_rules;
};

struct rules {
	bool absent; /* no file has the key */
	struct rule *v;
	size_t n;
	struct rules_contact *contacts; /* in byte order of name */
	size_t n_contacts;
	char *fallback_method;
	struct names fallback_emails;
	struct gather_group group; /* the site's */
	struct rules_world world;
	struct rule_index *index; /* rules/index.h */
};

/* What of the notice is asked for again and again. */
struct view {
	const struct rules *rules;
	const struct rules_notice *notice;
	const struct context *ctx;
	bool service, event, recovery, handler;
	const char *folder, *host_groups, *service_groups, *contacts;
	const char *contact_groups, *host, *description, *output, *check;
	char code[3];   /* event code: "rc", "x", "as" */
	int64_t number; /* of the notification */
	int64_t at;
};

void view_make(struct view *v, const struct rules *rules,
    const struct rules_notice *notice, int64_t at);

enum verdict {
	VERDICT_MATCH,
	VERDICT_NUMBER, /* number or throttle alone did not fit (NT-17) */
	VERDICT_NO
};
/* Which conditions a rule has: once, after it was read. */
void nd_rule_index(struct rule *rule);
/* Outside of its period, which it waits for? (NT-16) */
bool nd_rule_holds(const struct rule *rule, const struct view *v);
/* The first failing condition in words is appended to `why`, unless NULL. */
enum verdict nd_rule_match(
    const struct rule *rule, const struct view *v, struct str *why);

const struct rules_contact *rules_find_contact(
    const struct rules *rules, const char *name);
bool names_have(const struct names *names, const char *name);
/* Is one of the comma separated words among the names? */
bool names_meet(const struct names *names, const char *list);
void nd_rule_free(struct rule *rule);
void names_free(struct names *names);
void pairs_free(struct pairs *pairs);

/* Reads one list of rules; `contact` is the owner or NULL. 0 or -1. */
int rule_read_list(const json_t *list, const char *path,
    const struct rules_contact *contact, const struct rules_world *world,
    struct rule **rules_r, size_t *n_r, struct str *warnings,
    struct err *err_r);

/* Sticky reading of JSON with the path in the reason. */
struct reader {
	struct err *err;
	bool failed;
	char path[300];
};
void read_fail(struct reader *r, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void read_names(struct reader *r, const char *key, const json_t *value,
    struct names *names);
bool read_bool(struct reader *r, const char *key, const json_t *value);
char *read_string(struct reader *r, const char *key, const json_t *value);

#endif
