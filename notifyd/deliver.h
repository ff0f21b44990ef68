/* SPDX-License-Identifier: Apache-2.0
 *
 * Deliveries under way: a queue for each method with its own concurrency, so
 * that a slow method delays itself alone; tries with back-off; results marked
 * in the spool.
 */
#ifndef NOTIFYD_DELIVER_H
#define NOTIFYD_DELIVER_H

#include "common/err.h"
#include "common/settings.h"
#include "notifyd/context.h"
#include "notifyd/spool/spool.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct deliverer;

struct deliverer_counters {
	uint64_t delivered, failed, deferred, started; /* a bulk is one */
	uint64_t bulks, bulk_entries;                  /* delivered */
};

/* `root` and `machine` are borrowed for ever. */
struct deliverer *deliverer_new(uv_loop_t *loop, struct spool *spool,
    const char *root, const char *machine);
/* Kills scripts and ends mails; their deliveries stay in the spool. */
void deliverer_free(struct deliverer **deliverer);

/* Is notifications.methods good? 0, or -1 with path and reason. */
int deliverer_check(const json_t *methods, struct err *err_r);
/* The settings were checked. */
void deliverer_configure(
    struct deliverer *deliverer, const struct settings *settings);
bool deliverer_has_method(const char *root, const char *method);
/* Does one call tell many notifications? Of scripts their third line says it.
 */
bool deliverer_bulks(const char *root, const char *method);

/* A planned delivery (negative: a bulk), due at next_ms of wall time. */
void deliverer_put(struct deliverer *deliverer, int64_t row, const char *method,
    int64_t next_ms);
/* A bulk of the spool; it may be put again when it becomes due earlier. */
static inline void
deliverer_put_bulk(
    struct deliverer *deliverer, int64_t id, const char *method, int64_t due_ms)
{
	deliverer_put(deliverer, -id, method, due_ms);
}
/*
 * What a delivery carries: `ctx` is filled; the parameters are returned, new.
 * `def` NULL: a script. `console_url` may be NULL.
 */
struct method_def;
json_t *deliver_context(const struct method_def *def, const char *console_url,
    const struct spool_delivery *sd, const struct spool_notice *notice,
    const char *id, struct context *ctx);

/* Asked before what was held is told; without it the rules are not. */
struct held_judge;
void deliverer_judge(
    struct deliverer *deliverer, const struct held_judge *judge);
/* Nothing new is started from now on. */
void deliverer_stop(struct deliverer *deliverer);
unsigned deliverer_running(const struct deliverer *deliverer);
/* Those that wait for their turn or their next try. */
size_t deliverer_queued(const struct deliverer *deliverer);
const struct deliverer_counters *deliverer_counters(
    const struct deliverer *deliverer);
/* {METHOD: {delivered, failed, deferred, waiting, processing}} */
json_t *deliverer_methods_json(const struct deliverer *deliverer);

#endif
