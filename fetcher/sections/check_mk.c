/* SPDX-License-Identifier: Apache-2.0
 *
 * Section check_mk: lines "Key: value"; unknown keys are for others.
 */
#include "fetcher/sections/check_mk.h"

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_check_mk *agent = section;
	const struct {
		const char *key;
		struct slice *value;
	} keys[] = {
	    {"Version", &agent->version},
	    {"AgentOS", &agent->os},
	    {"Hostname", &agent->hostname},
	    {"OnlyFrom", &agent->only_from},
	    {"FailedPythonPlugins", &agent->failed_plugins},
	    {"FailedPythonReason", &agent->failed_reason},
	};
	struct slice line, key;

	(void)arena;
	(void)err_r;
	while (split_line(in, &line)) {
		slice_next(&line, ':', &key);
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (slice_eqs(key, keys[i].key))
				*keys[i].value = slice_trim(line);
	}
	return 0;
}

const struct section_type section_check_mk = {
    .names = {"check_mk", NULL},
    .size = sizeof(struct section_check_mk),
    .may_be_empty = true,
    .parse = parse,
};
