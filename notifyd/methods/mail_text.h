/* SPDX-License-Identifier: Apache-2.0
 *
 * A mail from a context: headers, a text part with the whole output and an
 * HTML part. Pure. Nothing that stands in the context can add a header, a
 * recipient or markup.
 */
#ifndef NOTIFYD_METHODS_MAIL_TEXT_H
#define NOTIFYD_METHODS_MAIL_TEXT_H

#include "common/err.h"
#include "common/str.h"
#include "notifyd/context.h"

#include <stdint.h>

#define MAIL_MAX_RECIPIENTS 20

struct mail {
	struct str data; /* whole message, CRLF lines */
	char *from;      /* envelope */
	char *to[MAIL_MAX_RECIPIENTS];
	size_t n_to;
};

struct mail_options {
	const char *from;     /* of the settings */
	const char *machine;  /* for Message-ID */
	int64_t now;          /* wall seconds, for Date */
	const json_t *params; /* of the method; NULL: none */
	/* Signed links, or NULL. */
	const char *acknowledge, *downtime;
	const struct str *chart; /* a PNG, or NULL */
};

/* The name of the picture within the mail: MAIL_CHART_ID, '@', machine. */
#define MAIL_CHART_ID "chart"

/* The context gets the words of words.h. -1 with a reason: there is no usable
 * address. */
int mail_make(struct context *ctx, const struct mail_options *options,
    struct mail *mail_r, struct err *err_r);
void mail_free(struct mail *mail); /* ready for use again */

#endif
