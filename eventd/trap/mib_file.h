/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of names that `vedette event mib` has compiled.
 */
#ifndef EVENTD_TRAP_MIB_FILE_H
#define EVENTD_TRAP_MIB_FILE_H

#include "eventd/trap/mib.h"

/*
 * ROOT/var/vedette/eventd/mibs, or the built-in names where there is none;
 * root NULL: those. One that is damaged is said in *why_r and the built-in
 * ones are used.
 */
struct mib *mib_of_site(const char *root, struct err *why_r);

#endif
