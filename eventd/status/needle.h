/* SPDX-License-Identifier: Apache-2.0
 *
 * A text that everything must hold that a regular expression fits, for an index
 * of texts. Pure.
 */
#ifndef EVENTD_STATUS_NEEDLE_H
#define EVENTD_STATUS_NEEDLE_H

#include "common/str.h"

/*
 * The longest run of ASCII characters without alternatives that the expression
 * (PCRE2) cannot do without, case ignored; "" where none is sure.
 */
void needle_of(const char *regex, struct str *needle);

#endif
