/* SPDX-License-Identifier: Apache-2.0
 *
 * A queue of frames on disk: segments, written in order and deleted once they
 * are sent. What was flushed survives SIGKILL; after one, what was sent but not
 * committed is sent again.
 *
 * Files: FOLDER/NUMBER (16 hexadecimal digits): u32 length, little-endian, and
 * bytes of each frame; FOLDER/sent: number and offset up to where all is sent.
 */
#ifndef EVENTD_FORWARD_QUEUE_H
#define EVENTD_FORWARD_QUEUE_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

struct forward_queue;
struct forward_place { /* behind a frame */
	uint64_t segment, offset;
};

/* Makes the folder. `max`: bytes. NULL with a reason. */
struct forward_queue *forward_queue_open(
    const char *folder, uint64_t max, struct err *err_r);
/* Flushes. */
void forward_queue_close(struct forward_queue **q);
void forward_queue_set_max(struct forward_queue *q, uint64_t max);

/* Written by the next flush. False: the queue is full, the frame is lost. */
bool forward_queue_put(struct forward_queue *q, struct slice frame);
/* 0, or -1 with a reason: what was put since the last flush is lost. */
int forward_queue_flush(struct forward_queue *q, struct err *err_r);
bool forward_queue_dirty(const struct forward_queue *q);

/*
 * Appends frames that were not taken yet, at least one if there is one, not
 * much more than `max` bytes. How many; *place_r is behind the last.
 */
size_t forward_queue_take(struct forward_queue *q, struct str *out, size_t max,
    struct forward_place *place_r);
/* Everything up to there is sent, for good. */
void forward_queue_commit(
    struct forward_queue *q, const struct forward_place *place);
/* What is not committed will be taken again. */
void forward_queue_rewind(struct forward_queue *q);

/* Bytes that are not committed. */
uint64_t forward_queue_bytes(const struct forward_queue *q);
/* Frames that were lost: the queue was full, or the disk. */
uint64_t forward_queue_lost(const struct forward_queue *q);

#endif
