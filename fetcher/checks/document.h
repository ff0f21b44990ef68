/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks as Markdown: what check.h does not have already.
 */
#ifndef FETCHER_CHECKS_DOCUMENT_H
#define FETCHER_CHECKS_DOCUMENT_H

#include "fetcher/checks/check.h"

/*
 * Appends a rule that sets the first parameter of the check, which has a
 * ruleset, as one line of YAML without its end.
 */
void check_example(const struct check *check, struct str *out);

#endif
