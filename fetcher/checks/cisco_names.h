/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of the CISCO-ENVMON-MIB. Pure.
 */
#ifndef FETCHER_CHECKS_CISCO_NAMES_H
#define FETCHER_CHECKS_CISCO_NAMES_H

#include "common/str.h"

/*
 * The name without the state that many devices write behind it: "SW#1,
 * Sensor#1" of "SW#1, Sensor#1, GREEN", "Sw1, PS1" of "Sw1, PS1 Normal, RPS
 * NotExist". Borrows.
 */
struct slice cisco_name(struct slice name);

#endif
