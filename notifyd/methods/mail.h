/* SPDX-License-Identifier: Apache-2.0
 *
 * The built-in method `mail`: SMTP by libcurl, on the loop.
 */
#ifndef NOTIFYD_METHODS_MAIL_H
#define NOTIFYD_METHODS_MAIL_H

#include "common/settings.h"
#include "notifyd/methods/curl_loop.h"
#include "notifyd/methods/method.h"

struct mailer;

/* The loop must outlive it; `root`, of the site, is borrowed for ever. */
struct mailer *mailer_new(
    struct curl_loop *curl, const char *root, const char *machine);
/* Ends what is under way without a callback. */
void mailer_free(struct mailer **mailer);
/* Takes what it needs of the settings. The password is read at each mail. */
void mailer_configure(struct mailer *mailer, const struct settings *settings);
void mailer_start(struct mailer *mailer, struct delivery *d);

#endif
