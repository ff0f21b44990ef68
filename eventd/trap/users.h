/* SPDX-License-Identifier: Apache-2.0
 *
 * Users of version 3 and the engines at which they are known, with their keys
 * there. Ours is an engine for every user: that of informs. The library looks
 * for users in one list from its start, so it is lent the one of the message
 * that it reads.
 */
#ifndef EVENTD_TRAP_USERS_H
#define EVENTD_TRAP_USERS_H

#include "common/err.h"
#include "eventd/trap/options.h"

#define TRAP_LEARNED_MAX 10000 /* engines, beside those configured */

struct trap_users;

/* Starts the library; the id of our engine is fixed from the first one on. */
struct trap_users *trap_users_new(const struct engine_id *own, uint32_t boots);
void trap_users_free(struct trap_users **u);
/*
 * Those of the options (which must outlive their use) in place of all; what a
 * user who stays has learned stays. -1 with a reason: then there are none.
 */
int trap_users_set(
    struct trap_users *u, const struct trap_options *o, struct err *err_r);
bool trap_users_is_own(
    const struct trap_users *u, const struct engine_id *engine);
/* NULL: there is none. */
const struct trap_user *trap_users_named(
    const struct trap_users *u, const char *name);
bool trap_users_has(const struct trap_users *u, const struct trap_user *user,
    const struct engine_id *engine);
/* The library knows the user at that engine, until trap_users_return(). */
void trap_users_lend(const struct trap_users *u, const struct trap_user *user,
    const struct engine_id *engine);
void trap_users_return(const struct trap_users *u, const struct trap_user *user,
    const struct engine_id *engine);
/* The user is known there, too, until forgotten. -1: too many, or no id. */
int trap_users_try(struct trap_users *u, const struct trap_user *user,
    const struct engine_id *engine);
void trap_users_forget(struct trap_users *u, const struct trap_user *user,
    const struct engine_id *engine);
size_t trap_users_learned(const struct trap_users *u);

#endif
