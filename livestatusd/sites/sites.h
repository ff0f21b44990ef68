/* SPDX-License-Identifier: Apache-2.0
 *
 * All sites that can be asked: this one, by its own socket, and those of the
 * key `sites`. Follows the configuration; what did not change keeps its
 * connections.
 */
#ifndef LIVESTATUSD_SITES_SITES_H
#define LIVESTATUSD_SITES_SITES_H

#include "common/daemon.h"
#include "livestatusd/feed/commands.h"
#include "livestatusd/sites/site.h"

struct feed;
struct sites;

struct sites *sites_new(struct daemon *d, const struct feed *feed,
    struct commands *core, struct commands *eventd);
void sites_free(struct sites **s);
/* d->snapshot is a new one. */
void sites_reload(struct sites *s);

/* Is there any other than this one? */
bool sites_any(const struct sites *s);
/*
 * Those that `names` (blanks between; "*" all, "." this one) names, each once,
 * this one first: *v_r is freed by the caller. -1: one is unknown, in *err_r.
 */
int sites_named(struct sites *s, struct slice names, struct site ***v_r,
    size_t *n_r, struct err *err_r);
uv_loop_t *sites_loop(const struct sites *s);
/* NULL: there is no such site any more. */
struct site *sites_find(const struct sites *s, const char *name);

/* A command for this site itself, as commands_send(). */
void sites_command(struct sites *s, struct slice who, struct slice line,
    command_done_fn *done, void *arg);
void sites_forget_command(struct sites *s, const void *arg);

/* For struct lql_env: rows that stay for a minute at least. */
const struct lql_site *sites_rows(struct sites *s, size_t *n_r);
/* Appends counters (msg_counter_put). */
void sites_counters(const struct sites *s, struct str *list);
/*
 * Memory of answers that come or wait for others, and as much again for the
 * keys by which their rows are ordered; false: there is too much of it.
 */
bool sites_hold(struct sites *s, size_t bytes);
void sites_release(struct sites *s, size_t bytes);

#endif
