/* SPDX-License-Identifier: Apache-2.0
 *
 * Section check_mk: what the agent says of itself.
 */
#ifndef FETCHER_SECTIONS_CHECK_MK_H
#define FETCHER_SECTIONS_CHECK_MK_H

#include "fetcher/sections/section.h"

#define CHECK_MK_MAX_LABELS 5

struct section_check_mk {
	struct slice version, os, hostname; /* empty if not said */
	struct slice failed_plugins;        /* FailedPythonPlugins */
	struct slice failed_reason;         /* FailedPythonReason */
	struct slice only_from;
	struct slice encryption_panic; /* EncryptionPanic */
	struct slice update_failed, update_recover_action;
	/* Labels of the host, of AgentOS and OS*: those that are given. */
	struct check_mk_label {
		const char *name; /* "cmk/os_name" */
		struct slice value;
	} labels[CHECK_MK_MAX_LABELS];
	size_t n_labels;
};

extern const struct section_type section_check_mk;

#endif
