/* SPDX-License-Identifier: Apache-2.0
 *
 * The built-in names of standard modules; see base.def.
 */
#ifndef EVENTD_TRAP_BASE_H
#define EVENTD_TRAP_BASE_H

#include "eventd/trap/mib.h"

/* A new table with nothing but them. */
struct mib *mib_base(void);

/* The modules as MIB files, in order of their first mention. */
typedef void mib_base_module_fn(
    const char *module, struct slice text, void *arg);
void mib_base_modules(mib_base_module_fn *fn, void *arg);

#endif
