/* SPDX-License-Identifier: Apache-2.0
 *
 * Readers of the rules' values, used by compile.c alone. What they fill
 * belongs to the target, also after a failure.
 */
#ifndef NOTIFYD_RULES_READ_H
#define NOTIFYD_RULES_READ_H

#include "notifyd/rules/rule.h"

struct pattern *read_pattern(
    struct reader *r, const char *key, const json_t *value, bool anchored);
void read_patterns(struct reader *r, const char *key, const json_t *value,
    struct patterns *patterns);
void read_hosts(struct reader *r, const char *key, const json_t *value,
    struct hosts *hosts);
void read_pairs(struct reader *r, const char *key, const json_t *value,
    bool regex, struct pairs *pairs);
void read_range(struct reader *r, const char *key, const json_t *value,
    bool open, struct range *range);
void read_throttle(struct reader *r, const char *key, const json_t *value,
    struct throttle *throttle);
void read_codes(struct reader *r, const char *key, const json_t *value,
    bool service, struct names *codes);
void read_to(struct reader *r, const json_t *object, struct to *to);
void read_events(
    struct reader *r, const json_t *value, struct event_console *ec);

#endif
