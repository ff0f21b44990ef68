/* SPDX-License-Identifier: Apache-2.0
 *
 * The message archive (eventd.log_messages): every message, its host name
 * translated, as a line "Mon dd HH:MM:SS host app[pid]: text" of a file of the
 * day it came, FOLDER/YYYY-MM-DD.log in local time. For finding out what comes;
 * not synced to the disk.
 */
#ifndef EVENTD_STORE_MESSAGE_LOG_H
#define EVENTD_STORE_MESSAGE_LOG_H

#include "eventd/parse/stamp.h"
#include "eventd/parse/syslog.h"

#include <uv.h>

struct message_log;

/* The folder is made with the first message. */
struct message_log *message_log_new(uv_loop_t *loop, const char *folder);
/* Writes what waits. */
void message_log_free(struct message_log **l);
/* Written at the end of the loop's turn. */
void message_log_add(struct message_log *l, const struct message *m);
/* Files of days before this time are deleted. */
void message_log_expire(struct message_log *l, int64_t before_us);
/* Lines that could not be written. */
uint64_t message_log_lost(const struct message_log *l);

/* One line, with its end. */
void message_log_line(
    struct str *out, const struct message *m, struct stamp_text *stamp);

#endif
