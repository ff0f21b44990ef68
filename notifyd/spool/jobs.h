/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the spool's two files alone.
 */
#ifndef NOTIFYD_SPOOL_JOBS_H
#define NOTIFYD_SPOOL_JOBS_H

#include "notifyd/spool/store.h"

struct spool {
	struct store *store;
};

#endif
