/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the two files of actions.
 */
#ifndef EVENTD_ACTION_INTERNAL_H
#define EVENTD_ACTION_INTERNAL_H

#include "eventd/action.h"

struct action {
	char *id;
	char *script;              /* NULL: a mail */
	char *to, *subject, *body; /* of a mail, with $VARIABLES$ */
	bool disabled;
};
struct action_table {
	struct action *v;
	size_t n;
};
const struct action *action_find(const struct action_table *t, const char *id);

#endif
