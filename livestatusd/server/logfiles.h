/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads core's history files, var/history/DAY.log, as they grow.
 */
#ifndef LIVESTATUSD_SERVER_LOGFILES_H
#define LIVESTATUSD_SERVER_LOGFILES_H

#include "livestatusd/loglines/loglines.h"

struct logfiles;

/* Opens nothing yet: the first logfiles_refresh() does. */
struct logfiles *logfiles_new(const char *dir, size_t max_lines);
void logfiles_free(struct logfiles **l);
/* Takes in what was written since; true if there was something. */
bool logfiles_refresh(struct logfiles *l);
/* Was it read at all? */
bool logfiles_is_used(const struct logfiles *l);
const struct loglines *logfiles_lines(const struct logfiles *l);

#endif
