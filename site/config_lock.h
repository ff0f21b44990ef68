/* SPDX-License-Identifier: Apache-2.0
 *
 * One change of what a site works by at a time.
 */
#ifndef SITE_CONFIG_LOCK_H
#define SITE_CONFIG_LOCK_H

#include "common/err.h"
#include "site/site.h"

/*
 * Takes var/vedette/activate.lock and notes in it who does what since when.
 * The descriptor to close; or -1 with who holds it. It is free again when its
 * holder ends, however that is.
 */
int config_lock(const struct site *site, const char *action, struct err *err_r);

#endif
