/* SPDX-License-Identifier: Apache-2.0
 *
 * Small sections of mail servers: nullmailer_mailq, postfix_mailq_status.
 */
#ifndef FETCHER_SECTIONS_MAIL_H
#define FETCHER_SECTIONS_MAIL_H

#include "fetcher/sections/section.h"

struct nullmailer_queue {
	struct slice name; /* "deferred", "failed" */
	double mails, kb;
};
struct section_nullmailer_mailq {
	struct nullmailer_queue *queues;
	size_t n, cap;
};

struct postfix_status {
	struct slice name, text, pid; /* pid: empty if it does not run */
};
struct section_postfix_mailq_status {
	struct postfix_status *instances;
	size_t n, cap;
};

extern const struct section_type section_nullmailer_mailq;
extern const struct section_type section_postfix_mailq_status;

#endif
