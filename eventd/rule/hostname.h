/* SPDX-License-Identifier: Apache-2.0
 *
 * Translation of host names before the rules (event-console.md section 5).
 * Pure.
 */
#ifndef EVENTD_RULE_HOSTNAME_H
#define EVENTD_RULE_HOSTNAME_H

#include "eventd/rule/pattern.h"
#include "eventd/rule/reader.h"

enum name_case {
	NAME_CASE_KEEP,
	NAME_CASE_LOWER,
	NAME_CASE_UPPER
};

struct hostname_rules { /* {0} translates nothing */
	enum name_case name_case;
	bool drop_domain;
	struct pattern **regex; /* n_regex, with a replacement each */
	char **replacement;
	size_t n_regex;
	json_t *mapping; /* NULL or an object of texts */
};

/* Reads the key of the settings; mistakes go to the reader. */
void hostname_read(
    struct hostname_rules *h, struct reader *parent, const char *key);
void hostname_free(struct hostname_rules *h);
/* Appends the name; a translation that gives nothing keeps it (EC-14). */
void hostname_translate(const struct hostname_rules *h, struct slice name,
    struct pattern_scratch *scratch, struct str *out);

#endif
