/* SPDX-License-Identifier: Apache-2.0
 *
 * Section check_mk: lines "Key: value"; unknown keys are for others.
 */
#include "fetcher/sections/check_mk.h"

static void
take_label(struct section_check_mk *agent, struct slice key, struct slice value)
{
	static const struct {
		const char *key, *label;
	} labels[CHECK_MK_MAX_LABELS] = {
	    {"AgentOS", "cmk/os_family"},
	    {"OSType", "cmk/os_type"},
	    {"OSPlatform", "cmk/os_platform"},
	    {"OSName", "cmk/os_name"},
	    {"OSVersion", "cmk/os_version"},
	};

	for (size_t i = 0; value.len > 0 && i < CHECK_MK_MAX_LABELS; i++) {
		size_t at = 0;
		if (!slice_eqs(key, labels[i].key))
			continue;
		while (at < agent->n_labels &&
		    agent->labels[at].name != labels[i].label)
			at++;
		agent->labels[at] =
		    (struct check_mk_label){labels[i].label, value};
		if (at == agent->n_labels)
			agent->n_labels++;
	}
}

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
	    {"EncryptionPanic", &agent->encryption_panic},
	    {"UpdateFailed", &agent->update_failed},
	    {"UpdateRecoverAction", &agent->update_recover_action},
	};
	struct slice line, key;

	(void)arena;
	(void)err_r;
	while (split_line(in, &line)) {
		slice_next(&line, ':', &key);
		take_label(agent, key, slice_trim(line));
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
