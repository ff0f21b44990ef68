/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections in which an agent tells of its parts: the controller's status
 * (cmk_agent_ctl_status), the plugins installed (checkmk_agent_plugins_lnx),
 * plugins that took too long (checkmk_cached_plugins).
 */
#ifndef FETCHER_SECTIONS_AGENT_STATUS_H
#define FETCHER_SECTIONS_AGENT_STATUS_H

#include "fetcher/sections/section.h"

struct section_agent_controller {
	struct slice version;
	bool operational; /* the agent's socket works */
	bool legacy_pull; /* it may be asked without TLS */
	size_t n_connections;
	struct slice *allowed; /* addresses and networks; none: everybody */
	size_t n_allowed, cap_allowed;
};

struct agent_plugin {
	struct slice name, version; /* "mk_apt", "2.4.0p16" or "unversioned" */
	bool local;                 /* a local check */
};
struct section_agent_plugins {
	struct agent_plugin *plugins;
	size_t n, cap;
};

struct agent_late {
	struct slice name;
	double seconds;
	bool kill_failed; /* it could not even be ended */
};
struct section_cached_plugins {
	struct agent_late *late;
	size_t n, cap;
};

extern const struct section_type section_agent_controller;
extern const struct section_type section_agent_plugins;
extern const struct section_type section_cached_plugins;

#endif
