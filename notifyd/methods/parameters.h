/* SPDX-License-Identifier: Apache-2.0
 *
 * The parameters of the built-in methods: typed tables with help.
 */
#ifndef NOTIFYD_METHODS_PARAMETERS_H
#define NOTIFYD_METHODS_PARAMETERS_H

#include "common/config/schema.h"

extern const struct schema parameters_mail;

#endif
