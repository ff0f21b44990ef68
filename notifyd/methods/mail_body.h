/* SPDX-License-Identifier: Apache-2.0
 *
 * The two bodies of a mail: what they show comes from one table. Pure.
 */
#ifndef NOTIFYD_METHODS_MAIL_BODY_H
#define NOTIFYD_METHODS_MAIL_BODY_H

#include "notifyd/methods/mail_text.h"

/* Words of the parameter `elements`, NULL at the end. */
extern const char *const mail_elements[];

/* With LF; the context has the words of words.h. */
void mail_body_text(struct str *to, const struct context *ctx,
    const struct mail_options *options);
void mail_body_html(struct str *to, const struct context *ctx,
    const struct mail_options *options);

#endif
