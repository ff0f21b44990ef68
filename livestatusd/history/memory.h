/* SPDX-License-Identifier: Apache-2.0
 *
 * A history without files: for `vedette simulate` and tests.
 */
#ifndef LIVESTATUSD_HISTORY_MEMORY_H
#define LIVESTATUSD_HISTORY_MEMORY_H

#include "livestatusd/history/past.h"

struct past_memory;
struct past_memory *past_memory_new(void);
void past_memory_free(struct past_memory **m);
/* A line without its LF; days come in ascending order. */
void past_memory_add(struct past_memory *m, const char *day, struct slice line);
/* What can be looked through; owned by `m`. */
struct past *past_memory_past(struct past_memory *m);

#endif
