/* SPDX-License-Identifier: Apache-2.0
 *
 * Section systemd_units: units of systemd, their files and how long they have
 * been between two states.
 */
#ifndef FETCHER_SECTIONS_SYSTEMD_UNITS_H
#define FETCHER_SECTIONS_SYSTEMD_UNITS_H

#include "fetcher/sections/section.h"

enum systemd_kind {
	SYSTEMD_SERVICE,
	SYSTEMD_SOCKET,
	SYSTEMD_KINDS
};

struct systemd_unit {
	enum systemd_kind kind;
	struct slice name; /* without ".service" */
	struct slice load, active, sub, description;
	struct slice file;   /* "enabled", "static", ...; empty: not said */
	double changing_for; /* seconds; -1: not said */
};

struct section_systemd_units {
	struct systemd_unit *units; /* services and sockets alone */
	size_t n, cap;
};

extern const struct section_type section_systemd_units;

/* NULL: there is no such unit. */
const struct systemd_unit *section_systemd_find(
    const struct section_systemd_units *s, enum systemd_kind kind,
    struct slice name);

#endif
