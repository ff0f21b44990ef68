/* SPDX-License-Identifier: Apache-2.0
 *
 * The built-in method `mail`: SMTP by libcurl, in threads.
 */
#ifndef NOTIFYD_METHODS_MAIL_H
#define NOTIFYD_METHODS_MAIL_H

#include "common/settings.h"
#include "notifyd/methods/method.h"

#include <uv.h>

struct mailer;

/* The loop must outlive it; `root`, of the site, is borrowed for ever. */
struct mailer *mailer_new(
    uv_loop_t *loop, const char *root, const char *machine);
/* Stops what is under way, which takes a second or two. Who has an end by
 * then is told of it, others get no callback. */
void mailer_free(struct mailer **mailer);
/* Takes what it needs of the settings. The password is read at each mail. */
void mailer_configure(struct mailer *mailer, const struct settings *settings);
/* The delivery is not looked at by anybody else until its `done`. */
void mailer_start(struct mailer *mailer, struct delivery *d);

#endif
