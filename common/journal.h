/* SPDX-License-Identifier: Apache-2.0
 *
 * A durable append-only file of records with checksums and group commit.
 * Appending never blocks the loop: a thread writes and syncs, and groups form
 * by themselves while a sync runs. A record cut short by a crash, and what
 * follows a damaged one, is dropped at opening with a log line that says how
 * many bytes.
 *
 * File: 8 bytes magic "VDTJRN1\n", u64 serial number of the first record, then
 * records of u32 length, u32 CRC-32C of the payload, payload; little-endian.
 * Serial numbers go on for the journal's whole life, so a record that stands in
 * two files after a crash is replayed once.
 */
#ifndef COMMON_JOURNAL_H
#define COMMON_JOURNAL_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define JOURNAL_MAX_RECORD (16u << 20)

struct journal;

/* Called for each whole record while opening, in order. */
typedef void journal_replay_fn(struct slice record, void *arg);
/*
 * Called on the loop once every record up to number `upto` is on disk. With
 * `failed` not NULL the disk refused (text says why): nothing beyond the last
 * call is durable; the thread tries again each second, and calls then.
 */
typedef void journal_durable_fn(
    uint64_t upto, const struct err *failed, void *arg);

/*
 * Opens or makes `path`, replays it, and keeps it locked. NULL with a reason
 * if it cannot be read, written or locked. `max_queued` bounds the bytes that
 * wait for the disk (0: 64 MiB).
 */
struct journal *journal_open(uv_loop_t *loop, const char *path,
    size_t max_queued, journal_replay_fn *replay, journal_durable_fn *durable,
    void *arg, struct err *err_r);
/* Writes and syncs what waits (blocking), then closes. */
void journal_close(struct journal **j);

/*
 * Queues a record; returns its number (from 1, counted from opening), or 0
 * when the queue is full: the caller refuses what it was about to promise.
 */
uint64_t journal_append(struct journal *j, struct slice record);
/* Everything up to this number is on disk. */
uint64_t journal_durable(const struct journal *j);
/* Size of the file with what waits, in bytes. */
uint64_t journal_size(const struct journal *j);

/*
 * Starts the file anew: after the records queued so far are on disk, a new
 * file beside it takes every later record. Returns the number of the last
 * record in the old file. The old one stays as PATH.old, and is replayed
 * before PATH at the next opening, until journal_drop_old() removes it: call
 * that when a saved state contains all of it. Rotating again before that adds
 * to the old file.
 */
uint64_t journal_rotate(struct journal *j);
void journal_drop_old(struct journal *j);

/* For tests and tools: reads a file without opening it for writing. */
int journal_read(
    const char *path, journal_replay_fn *replay, void *arg, struct err *err_r);

uint32_t crc32c(const void *data, size_t len);

#endif
