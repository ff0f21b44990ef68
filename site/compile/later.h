/* SPDX-License-Identifier: Apache-2.0
 *
 * What the configuration may say already and this version does not do yet.
 * Each is a warning; this file goes when the last of them is done.
 */
#ifndef SITE_COMPILE_LATER_H
#define SITE_COMPILE_LATER_H

#include "site/compile/model.h"

/* A host's value, wherever it is written: agents that push. */
void later_warn_attr(
    struct model *m, enum attr attr, const json_t *value, struct place at);
/* Listeners of site.yaml that are switched on in so many words. */
void later_warn_settings(struct model *m);

#endif
