/* SPDX-License-Identifier: Apache-2.0
 *
 * How rules are kept between rule_read.c, which reads and checks them, and
 * rules.c, which evaluates them.
 */
#ifndef SITE_COMPILE_RULES_KEPT_H
#define SITE_COMPILE_RULES_KEPT_H

#include "site/compile/rule_index.h"

struct rule {
	json_t *value;
	json_t *layer;  /* of parameters: as in the snapshot, or NULL: value */
	unsigned depth; /* of when.folder */
	struct rule_when when;
	bool hit; /* it held for some service that was asked about */
	const struct source *src; /* where it stands: rules[index] */
	size_t index;
};

struct ruleset {
	char *name;
	enum attr attr; /* ATTR_COUNT: a check's parameters */
	bool service;
	enum eval eval;
	char *check;                   /* or NULL */
	const struct extra_def *extra; /* or NULL */
	bool timed; /* a value of its rules depends on time periods */
	struct rule *rules;
	size_t n, cap;
	/* One row of bits a host: the rules whose conditions on hosts hold.
	 * Made when the set is first asked. */
	uint64_t *bits;
	size_t words; /* of a row */
};

struct text_slot {
	const char *text;
	uint32_t id;
};

struct ruleset_table {
	struct ruleset *sets;
	size_t n, cap;
	struct ruleset *extra_sets[EXTRA_COUNT];
	struct ruleset *host_sets[ATTR_COUNT], *service_sets[ATTR_COUNT];
	struct text_slot *texts; /* hash, a power of two */
	size_t n_texts, texts_cap;
	struct rule_index *index;
};

/* rules.c: the bits, if they are not made yet; the first one's value counts. */
void rules_make_bits(const struct model *m, struct ruleset *set);
bool rules_is_first(const struct ruleset *set);
/* rule_read.c: fills the sets and sorts their rules. */
void rulesets_read(struct model *m);

#endif
