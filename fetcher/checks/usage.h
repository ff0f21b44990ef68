/* SPDX-License-Identifier: Apache-2.0
 *
 * What checks of used space have in common: text and the metrics fs_*.
 */
#ifndef FETCHER_CHECKS_USAGE_H
#define FETCHER_CHECKS_USAGE_H

#include "fetcher/checks/out.h"

/* In MiB; levels are on the used space, percentages of the size. */
void usage_say(struct check_out *out, double used, double size,
    const struct check_value *levels);

#endif
