/* SPDX-License-Identifier: Apache-2.0
 *
 * Section postfix_mailq: queues of Postfix instances.
 */
#ifndef FETCHER_SECTIONS_POSTFIX_MAILQ_H
#define FETCHER_SECTIONS_POSTFIX_MAILQ_H

#include "fetcher/sections/section.h"

enum postfix_queue {
	POSTFIX_DEFERRED,
	POSTFIX_ACTIVE,
	POSTFIX_QUEUES
};

struct postfix_instance {
	struct slice name; /* "default" */
	bool has[POSTFIX_QUEUES];
	double bytes[POSTFIX_QUEUES], mails[POSTFIX_QUEUES];
};

struct section_postfix_mailq {
	struct postfix_instance *instances;
	size_t n, cap;
};

extern const struct section_type section_postfix_mailq;

#endif
