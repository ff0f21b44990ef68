/* SPDX-License-Identifier: Apache-2.0
 *
 * Who was told of a problem that has not ended, by object (NT-5). The spool
 * keeps the same durably.
 */
#ifndef NOTIFYD_TOLD_H
#define NOTIFYD_TOLD_H

#include <stdbool.h>
#include <stddef.h>

struct told;

struct told *told_new(void);
void told_free(struct told **told);
/* Once is enough; again is no harm. */
void told_add(struct told *told, const char *object, const char *contact,
    const char *method);
bool told_has(const struct told *told, const char *object, const char *contact,
    const char *method);
/* The incident has ended. */
bool told_forget(struct told *told, const char *object);
size_t told_objects(const struct told *told);

#endif
