/* SPDX-License-Identifier: Apache-2.0
 *
 * What the daemon tells about itself.
 */
#ifndef EVENTD_COUNTERS_H
#define EVENTD_COUNTERS_H

#include "common/daemon.h"

struct eventd;

/* For the skeleton. */
void eventd_counters(struct daemon *d, struct str *list);
/* Every 5 seconds: rates. */
void eventd_sample(struct eventd *ed);

#endif
