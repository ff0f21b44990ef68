/* SPDX-License-Identifier: Apache-2.0
 *
 * What the configuration's files may hold, as schemas: keys.c the attributes
 * of objects and the tables around them, keys_rules.c rules of every kind.
 */
#ifndef SITE_COMPILE_KEYS_H
#define SITE_COMPILE_KEYS_H

#include "common/config/schema.h"
#include "site/compile/attrs.def"

#include <stdbool.h>

enum attr {
#define ATTR_ENUM(id, who, schema, eval, def, help) ATTR_##id,
	ATTRS(ATTR_ENUM)
#undef ATTR_ENUM
	ATTR_COUNT
};

#define ATTR_HOST    1u
#define ATTR_SERVICE 2u
#define ATTR_BOTH    3u

enum eval {          /* of the rules of one ruleset that match */
	EVAL_NONE,   /* no rules */
	EVAL_FIRST,  /* the first one's value */
	EVAL_KEYS,   /* each key from the first one that has it */
	EVAL_ALL,    /* all values together */
	EVAL_IN_OUT, /* the first one's true or false */
};

struct attr_def {
	const char *name;
	unsigned who;
	const struct schema *schema;
	enum eval eval;
	const char *def, *help;
};

extern const struct attr_def keys_attrs[ATTR_COUNT];
/* ATTR_COUNT if there is none. */
enum attr keys_attr(const char *name);

/* Rulesets that set no attribute. */
enum extra {
	EXTRA_IGNORED_SERVICES,
	EXTRA_IGNORED_CHECKS,
	EXTRA_CLUSTERED_SERVICES,
	EXTRA_CLUSTER_MODE,
	EXTRA_PERIODIC_DISCOVERY,
	EXTRA_COUNT
};

struct extra_def {
	const char *name;
	bool service;
	const struct schema *schema;
	enum eval eval;
	const char *def, *help;
};

extern const struct extra_def keys_extras[EXTRA_COUNT];

/* Is there a ruleset host_NAME or service_NAME? */
bool keys_has_ruleset(enum attr attr, bool service);

/* One of conf.d's files, a _folder.yaml, a file of var/vedette/discovered. */
extern const struct schema keys_file, keys_folder, keys_discovered;

extern const struct schema keys_text, keys_name, keys_names, keys_bool,
    keys_text_map, keys_name_map, keys_family, keys_agent,
    keys_agent_encryption, keys_piggyback, keys_snmp, keys_snmp_options,
    keys_snmp_fetch_interval, keys_host_check, keys_service_check,
    keys_interval, keys_pause, keys_attempts, keys_events, keys_flap,
    keys_staleness, keys_stalking, keys_cluster, keys_downtimes, keys_regex,
    keys_regexes, keys_duration;

/* keys_rules.c */
extern const struct schema keys_rules, keys_conditions, keys_notification_rules,
    keys_notification_parameters, keys_escalation_policies, keys_quiet_hours,
    keys_method_parameters, keys_event_rules, keys_event_actions,
    keys_aggregations, keys_aggregation_node, keys_aggregation_function;

#endif
