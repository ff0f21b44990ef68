/* SPDX-License-Identifier: Apache-2.0
 *
 * Does an entry of the plan wait for others, for how long, and which others
 * may go with it: bulks of rules (notifications.md section 9), quiet hours of
 * contacts, and groups of problems that seem to have one cause. Pure.
 */
#ifndef NOTIFYD_RULES_GATHER_H
#define NOTIFYD_RULES_GATHER_H

#include "notifyd/rules/rules.h"

/* What can keep bulks apart, beside macros. */
enum gather_by {
	GATHER_BY_HOST,
	GATHER_BY_FOLDER,
	GATHER_BY_SERVICE,
	GATHER_BY_SERVICE_LEVEL,
	GATHER_BY_CHECK_TYPE,
	GATHER_BY_STATE,
	GATHER_BY_EVENT_CONTACT,
	GATHER_BY_EVENT_COMMENT,
	GATHER_BY_COUNT
};

/* Of one cause: what problems may have in common. */
enum gather_cause {
	GATHER_CAUSE_PARENTS,
	GATHER_CAUSE_HOST,
	GATHER_CAUSE_OUTPUT,
	GATHER_CAUSE_COUNT
};

/* `bulk` of a rule. */
struct gather_bulk {
	bool given;
	int64_t horizon_ms; /* 0: the period */
	char *period;
	unsigned max;
	bool by[GATHER_BY_COUNT];
	struct gather_macros {
		char **v;
		size_t n;
	} macros;
	bool outside; /* a second horizon outside of the period */
	int64_t outside_ms;
	unsigned outside_max;
	json_t *how; /* {subject, drop_resolved, newest_first} */
};

/* `group` of a rule or of the site. */
struct gather_group {
	bool given; /* also if it says no */
	bool wanted;
	int64_t window_ms;
	unsigned max;
	bool by[GATHER_CAUSE_COUNT];
};

/* `quiet_hours` of a contact. */
struct gather_quiet {
	char *period; /* NULL: none */
	int through;  /* the least severity that comes through; 4: nothing */
	char **methods;
	size_t n_methods; /* 0: all */
	json_t *how;
};

struct reader;
void gather_read_bulk(struct reader *r, const json_t *value,
    const struct rules_world *world, struct gather_bulk *bulk);
/* `key` is the path's last part in what is said of a mistake. */
void gather_read_group(struct reader *r, const char *key, const json_t *value,
    struct gather_group *group);
void gather_read_quiet(struct reader *r, const json_t *value,
    const struct rules_world *world, struct gather_quiet *quiet);
void gather_bulk_free(struct gather_bulk *bulk);
void gather_quiet_free(struct gather_quiet *quiet);

/* What decides; each may be NULL. */
struct gather_rules {
	const struct gather_bulk *bulk;
	const struct gather_group *group;
	const struct gather_quiet *quiet;
	const char *period; /* held until it begins (NT-16) */
	bool locked; /* what nobody can cancel is not kept quiet either */
};
void gather_decide(const struct gather_rules *rules,
    const struct rules_world *world, const struct context *ctx,
    const char *method, int64_t at, struct plan_gather *gather_r);

#endif
