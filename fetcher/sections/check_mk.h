/* SPDX-License-Identifier: Apache-2.0
 *
 * Section check_mk: what the agent says of itself.
 */
#ifndef FETCHER_SECTIONS_CHECK_MK_H
#define FETCHER_SECTIONS_CHECK_MK_H

#include "fetcher/sections/section.h"

struct section_check_mk {
	struct slice version, os, hostname; /* empty if not said */
	struct slice failed_plugins;        /* FailedPythonPlugins */
	struct slice failed_reason;         /* FailedPythonReason */
	struct slice only_from;
};

extern const struct section_type section_check_mk;

#endif
