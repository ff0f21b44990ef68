/* SPDX-License-Identifier: Apache-2.0
 *
 * What `vedette snmp` prints.
 */
#ifndef SITE_SNMP_H
#define SITE_SNMP_H

#include <jansson.h>
#include <stdbool.h>

/* Rows of collect_explain(); those that are not read too with `all`. */
void snmp_print_scan(const json_t *rows, bool all);

#endif
