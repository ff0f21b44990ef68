/* SPDX-License-Identifier: Apache-2.0
 *
 * What the daemons would say of their part of the configuration. To be asked
 * when everything else is right; adds mistakes.
 */
#ifndef SITE_COMPILE_DAEMONS_H
#define SITE_COMPILE_DAEMONS_H

#include "site/compile/model.h"

void daemons_check_notify(struct model *m);
void daemons_check_events(struct model *m);
/* The keys of site.yaml that a daemon reads by itself. */
void daemons_check_settings(struct model *m);

#endif
