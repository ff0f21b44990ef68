/* SPDX-License-Identifier: Apache-2.0
 *
 * What happens in a replay as lines of JSON. Pure: appends to a string.
 */
#ifndef SITE_REPLAY_PRINT_H
#define SITE_REPLAY_PRINT_H

#include "common/str.h"
#include "eventd/event/event.h"
#include "eventd/parse/syslog.h"
#include "eventd/rule/match.h"

/* "t" in seconds, and "event"; the line is ended by print_end(). */
void print_begin(struct str *to, int64_t t_us, const char *event);
void print_text(struct str *to, const char *key, struct slice value);
void print_number(struct str *to, const char *key, int64_t value);
void print_bool(struct str *to, const char *key, bool value);
void print_null(struct str *to, const char *key);
void print_end(struct str *to);

/* The parts that lines are made of, each with its keys. */
void print_one_message(struct str *to, const struct message *m);
void print_groups(struct str *to, const char *key, const struct groups *g);
void print_event(struct str *to, const struct event *ev);
/* `list`: records pair, as a notice carries them. */
void print_context(struct str *to, struct slice list);

#endif
