/* SPDX-License-Identifier: Apache-2.0
 *
 * The lines of the history (core-semantics section 17.2), without the leading
 * "[time] ". Pure.
 */
#ifndef CORE_HISTORY_LINES_H
#define CORE_HISTORY_LINES_H

#include "core/state/engine.h"

#define HISTORY_LONG_MAX 2000u /* bytes of long output in a line (CR-5) */

/* "HOST ALERT", "INITIAL SERVICE STATE", ...: `what` holds a %s for the kind.
 */
enum history_state {
	HISTORY_ALERT,
	HISTORY_INITIAL,
	HISTORY_CURRENT
};
void history_state_line(struct str *out, const struct engine *e,
    uint32_t object, enum history_state kind, bool hard, unsigned attempt);
/*
 * In a block of states, behind the object's: an active downtime, flapping, an
 * acknowledgement, so that each file can be read alone (LG-1). `which` is below
 * HISTORY_FLAGS; false, and nothing written, where the object has none.
 */
#define HISTORY_FLAGS 3
bool history_flag_line(
    struct str *out, const struct engine *e, uint32_t object, int which);
/* KIND is DOWNTIME, ACKNOWLEDGE or FLAPPING; `rest` follows after STATUS. */
void history_event_line(struct str *out, const struct engine *e,
    uint32_t object, const char *kind, const char *status, struct slice rest);
/* HOST, or HOST;SERVICE */
void history_add_object(
    struct str *out, const struct engine *e, uint32_t object);
/* EVENT HANDLER, GLOBAL ... EVENT HANDLER */
void history_handler_line(
    struct str *out, const struct engine *e, const struct handler *h);
void history_notice_line(
    struct str *out, const struct engine *e, const struct notice *n);
/* Line breaks become the two characters \n; other controls a blank. */
void history_add_text(struct str *out, struct slice text);

#endif
