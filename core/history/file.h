/* SPDX-License-Identifier: Apache-2.0
 *
 * var/history/YYYY-MM-DD.log: one file a day of the site's zone, lines
 * buffered for at most HISTORY_FLUSH_NS. Each new file begins with a version
 * line and the states of all objects, so that it can be read alone. Such a
 * block is made in slices and stands in the file in one piece: lines that come
 * meanwhile follow it.
 */
#ifndef CORE_HISTORY_FILE_H
#define CORE_HISTORY_FILE_H

#include "common/clock.h"
#include "core/history/lines.h"

#define HISTORY_FLUSH_NS (200 * NS_PER_MS)
#define HISTORY_BUFFER   (4u << 20) /* while the disk refuses */

struct history;

/* `dir` is made if need be. `engine` is borrowed. NULL with a reason. */
struct history *history_open(
    const char *dir, struct engine *engine, struct err *err_r);
/* Writes what waits. */
void history_close(struct history **history);
void history_adopt(struct history *h, struct engine *engine);

/* Wall seconds; the stamp in the file never goes back (LG-5). */
void history_add(struct history *h, int64_t now, struct slice line);
/* The block of all states: HISTORY_INITIAL at start, HISTORY_CURRENT. */
void history_begin_states(
    struct history *h, enum history_state kind, int64_t now);
/*
 * After history_adopt(): the states of those objects that have no `old_of`, by
 * number, a block of their own without a heading (LG-6).
 */
void history_introduce(struct history *h, const uint32_t *old_of, int64_t now);
/* Goes on with a block of states, a new day, the buffer. True: call again
 * soon. */
bool history_turn(struct history *h, int64_t now);
/* Everything added is with the kernel; false: the disk refuses. */
bool history_flush(struct history *h);
/* The same at the end of a turn, unless the disk refuses: a killed process
 * loses no line of a turn that is over. */
void history_push(struct history *h);
/*
 * Was this line among the last ones when the file was opened? Each is found
 * once: what is sent again after a crash must not stand there twice.
 */
bool history_had(struct history *h, struct slice line);
/* Does anything wait to be written? */
bool history_waits(const struct history *h);
/* Removes files that are older than so many milliseconds. */
void history_expire(struct history *h, int64_t now, int64_t keep_ms);
void history_counters(const struct history *h, struct str *list);

#endif
