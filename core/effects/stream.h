/* SPDX-License-Identifier: Apache-2.0
 *
 * The state stream: changed objects, coalesced, in numbered frames; and the
 * snapshot for who begins or saw a gap. Nothing goes out before the journal
 * has what it shows.
 *
 * A snapshot is sent in slices between frames. It begins with a stream_head
 * (the number of the last frame that it surely contains, and the generation)
 * and ends with snapshot_end of that number; frames after it, applied in
 * order, make it exact. After a reload it begins anew with another head.
 */
#ifndef CORE_EFFECTS_STREAM_H
#define CORE_EFFECTS_STREAM_H

#include "common/bus.h"
#include "core/schedule/schedule.h"

#define STREAM_FRAME_BYTES (256u << 10)

struct stream;

/* What the stream speaks of; changed by a reload. */
struct stream_view {
	struct engine *engine;
	const struct schedule *schedule;
};

/* `status` appends a core_status message. NULL with a reason. */
struct stream *stream_new(struct bus *bus, const char *state_endpoint,
    const char *snapshot_endpoint, uint64_t boot,
    const struct stream_view *view, void (*status)(void *arg, struct str *out),
    void *arg, struct err *err_r);
void stream_free(struct stream **stream);
void stream_adopt(struct stream *s, const struct stream_view *view);

void stream_mark(struct stream *s, uint32_t object);
/* A message other than an object, in order. */
void stream_add(struct stream *s, const struct msg *m);
/* Is there anything that no frame has yet? */
bool stream_dirty(const struct stream *s);
/*
 * Encodes what is dirty, at most `max` objects; the frames may go out once the
 * journal is durable up to `number`. Returns the last frame's number.
 */
uint64_t stream_frame(
    struct stream *s, uint64_t number, uint32_t max, int64_t now);
/* A frame without content: the sign of life. */
void stream_heartbeat(struct stream *s, uint64_t number);
/* Publishes what may go; goes on with snapshots. True: call again soon. */
bool stream_release(
    struct stream *s, uint64_t appended, uint64_t durable, int64_t now);
uint64_t stream_seq(const struct stream *s);
void stream_counters(const struct stream *s, struct str *list);

#endif
