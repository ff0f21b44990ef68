/* SPDX-License-Identifier: Apache-2.0
 *
 * What a schema cannot say of how hosts are read by SNMP: keys that go with
 * some versions alone, names of sections.
 */
#ifndef SITE_COMPILE_SNMP_CHECK_H
#define SITE_COMPILE_SNMP_CHECK_H

#include "site/compile/model.h"

/* A host's key `snmp`, `snmp_options`, `snmp_fetch_interval`, wherever it is
 * written. Adds mistakes, and warnings of sections that nothing reads. */
void snmp_check(struct model *m, const json_t *snmp, struct place at);
void snmp_check_options(
    struct model *m, const json_t *options, struct place at);
void snmp_check_intervals(
    struct model *m, const json_t *intervals, struct place at);

#endif
