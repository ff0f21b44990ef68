/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects, downtimes and comments as the state stream carries them. Pure.
 */
#ifndef CORE_EFFECTS_ENCODE_H
#define CORE_EFFECTS_ENCODE_H

#include "common/msg.h"
#include "core/schedule/schedule.h"

/*
 * `schedule` may be NULL (next_check is 0 then); `now` in wall seconds;
 * `pairs` keeps what commands changed while the message is in use.
 */
void encode_checkable(struct msg *m, struct str *pairs, const struct engine *e,
    const struct schedule *schedule, uint32_t object, int64_t now);
void encode_contact(
    struct msg *m, struct str *pairs, const struct engine *e, uint32_t contact);
void encode_downtime(struct msg *m, const struct downtime *d);
void encode_comment(struct msg *m, const struct comment *c);

#endif
