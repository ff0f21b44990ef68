/* SPDX-License-Identifier: Apache-2.0
 *
 * Replies of a mail server: lines "250-text" and at last "250 text". Pure.
 */
#ifndef FETCHER_NET_SMTP_REPLY_H
#define FETCHER_NET_SMTP_REPLY_H

#include "common/str.h"

#define SMTP_REPLY_BYTES 1023 /* of one reply, as the plugin has room for */

/* Bytes of the first whole reply; 0: it is not complete. */
size_t smtp_reply(struct slice in);
/* Cuts blanks and ends of lines off its end. */
void smtp_strip(struct str *text);

#endif
