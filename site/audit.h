/* SPDX-License-Identifier: Apache-2.0
 *
 * var/log/audit.log: who changed the configuration, from where, when and why,
 * one JSON object a line.
 */
#ifndef SITE_AUDIT_H
#define SITE_AUDIT_H

#include "site/site.h"

#include <jansson.h>
#include <stdint.h>

/*
 * The person behind this process: SUDO_USER, else the name of the login, else
 * the user; and the terminal, the address of SSH's client and the user of
 * sudo. Both are remembered in the environment by audit_remember(), because
 * a verb that root gives goes on as the site's user.
 */
void audit_remember(void);
const char *audit_who(void);
const char *audit_from(void);

/*
 * Appends {time, who, from, action, generation, message, counts}; generation 0
 * and NULLs are left out; `counts` is taken over. A log that cannot be written
 * is said on standard error and stops nothing.
 */
void audit_write(const struct site *site, const char *action,
    uint64_t generation, const char *message, json_t *counts);

/* "2026-03-02 08:00:00" in local time; freed by the caller. */
char *audit_time(int64_t wall_s);

#endif
