/* SPDX-License-Identifier: Apache-2.0
 *
 * What survives: records of objects, downtimes, comments, notices. The state
 * file and the journal hold the same records, each a whole value under its
 * key, so reading them in order, even twice, gives the last value of each.
 * Objects are named, not numbered. Pure.
 *
 * A payload of the file is any number of records one after the other; all of
 * one payload happened at once.
 */
#ifndef CORE_RETENTION_RECORD_H
#define CORE_RETENTION_RECORD_H

#include "common/config/renames.h"
#include "core/state/engine.h"

#define RECORD_VERSION 2

void record_put_program(struct str *out, const struct engine *e);
void record_put_object(
    struct str *out, const struct engine *e, uint32_t object);
/* Run-time state of a contact; see override.h. */
void record_put_contact(
    struct str *out, const struct engine *e, uint32_t contact);
void record_put_downtime(
    struct str *out, const struct engine *e, const struct downtime *d);
void record_put_downtime_gone(struct str *out, uint64_t id);
void record_put_comment(
    struct str *out, const struct engine *e, const struct comment *c);
void record_put_comment_gone(struct str *out, uint64_t id);
/* `message` is the encoded msg_notice. */
void record_put_notice(struct str *out, struct slice id, struct slice message);
void record_put_notice_gone(struct str *out, struct slice id);
/*
 * What follows was written under this configuration: renames (renames.h) of
 * later ones hold for it. Before the first such record all of them do.
 */
void record_put_generation(struct str *out, uint64_t generation);
/* The state file is whole up to here. */
void record_put_end(struct str *out, uint64_t objects);

/* Reading back. */
struct record_reader {
	struct engine *engine; /* just made: nothing started */
	/* May be NULL: notices are skipped. */
	void (*notice)(void *arg, struct slice id, struct slice message);
	void (*notice_gone)(void *arg, struct slice id);
	/* The object is not configured (any more): bytes of its record. */
	void (*stranger)(void *arg, struct slice host, struct slice service,
	    struct slice record);
	void *arg;
	uint32_t hint; /* the object that is likely to be next */
	const struct renames *renames; /* the engine's, or NULL */
	uint64_t generation;           /* of the records; 0: unknown */
	uint64_t records, unknown_objects;
	bool ended; /* record_put_end() was seen */
};
/* Bytes of the whole records at the front, at most `max` unless one is longer.
 */
size_t record_split(struct slice records, size_t max);
/* 0, or -1: damaged (nothing of the damaged record was taken). */
int record_read(
    struct record_reader *r, struct slice payload, struct err *err_r);

#endif
