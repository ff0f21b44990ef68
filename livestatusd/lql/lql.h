/* SPDX-License-Identifier: Apache-2.0
 *
 * The query language: bytes of a GET request and a mirror go in, the bytes of
 * the answer come out. Pure; a query reads a const mirror and owns everything
 * else that it needs, so several may run at once on one mirror.
 */
#ifndef LIVESTATUSD_LQL_LQL_H
#define LIVESTATUSD_LQL_LQL_H

#include "common/str.h"
#include "livestatusd/lql/env.h"
#include "livestatusd/mirror/mirror.h"

#include <stdbool.h>
#include <stdint.h>

/* Answers of ResponseHeader: fixed16. */
enum lql_code {
	LQL_OK = 200,
	LQL_BAD = 400,
	LQL_NOT_FOUND = 404,
	LQL_LIMIT = 413,
	LQL_INCOMPLETE = 451,
	LQL_INVALID = 452,
	LQL_NO_BACKEND = 502
};

/*
 * Takes the first request off the front of what a client has sent. `eof`: the
 * client will send no more.
 */
enum lql_frame_kind {
	LQL_FRAME_MORE,    /* not all of it is there */
	LQL_FRAME_REQUEST, /* *request_r, without the empty line */
	LQL_FRAME_EMPTY,   /* an empty line where a request should begin */
	LQL_FRAME_CUT      /* the end came inside of a line: 451 */
};
/*
 * *used_r: bytes to drop from the front; 0 for MORE. *scanned: bytes looked at
 * by earlier calls without finding an end; 0 at first, kept up to date.
 */
enum lql_frame_kind lql_frame(struct slice input, bool eof, size_t *scanned,
    struct slice *request_r, size_t *used_r);

struct lql_query;

/* Never NULL: mistakes become the answer. The request is copied. */
struct lql_query *lql_parse(struct slice request);
void lql_free(struct lql_query **q);
/* Names of headers, for completion; NULL beyond the last. */
const char *lql_header_name(size_t i);
/* Bytes that it holds, about. */
size_t lql_weight(const struct lql_query *q);
/* Does the connection stay open for another request? */
bool lql_keeps_alive(const struct lql_query *q);
/* Will it look at the history? */
bool lql_reads_log(const struct lql_query *q);
/* Will it ask env->metrics, and maybe wait for it? */
bool lql_reads_metrics(const struct lql_query *q);
/* Will it look at rows that the mirror does not have? */
bool lql_is_long(const struct lql_query *q);
bool lql_has_header(const struct lql_query *q); /* fixed16 */
/* Makes a mistake of it; the first one counts. */
void lql_refuse(struct lql_query *q, enum lql_code code, const char *why);
/* Names of OnlySites, with blanks between; {NULL, 0}: it was not given. */
struct slice lql_only_sites(const struct lql_query *q);

/*
 * Must the query still wait? `before` are the mirror's events as they were
 * when the query came. Resolves WaitObject at the first call.
 */
bool lql_must_wait(struct lql_query *q, const struct mirror *m,
    const struct lql_env *env, const uint64_t before[MIRROR_EVENTS]);
/* Milliseconds; 0: for ever. */
int64_t lql_wait_timeout_ms(const struct lql_query *q);

/* Appends the answer, and returns its code. Once for a query. */
enum lql_code lql_execute(struct lql_query *q, const struct mirror *m,
    const struct lql_env *env, struct str *out);

/*
 * Tables of the event console are eventd's, those of notifications notifyd's.
 * True: it must be asked the text first (a GET of eventd's status port, a
 * question of notifyd). Without an answer such a table is empty.
 */
bool lql_asks_events(struct lql_query *q, const struct mirror *m,
    const struct lql_env *env, struct str *text_r);
/* Is it not eventd but notifyd that must be asked? */
bool lql_asks_notifier(const struct lql_query *q);
/* What it answered, which is copied; or why there is no answer. */
void lql_take_events(struct lql_query *q, struct slice answer);
void lql_events_failed(struct lql_query *q, const char *why);

/*
 * Is it answered in no time, whatever its conditions are? Then it need not go
 * to another thread.
 */
bool lql_is_cheap(struct lql_query *q, const struct mirror *m);

/*
 * The same in slices, for queries that may take long: whoever calls can do
 * something else between two slices. `q` and `out` are borrowed until the end,
 * `m` until the next slice, which may have another, later state of the same
 * configuration.
 */
struct lql_run;
struct lql_run *lql_begin(struct lql_query *q, const struct mirror *m,
    const struct lql_env *env, struct str *out);
/*
 * Works for about `ns` (env->mono must be there); true: there is no more to do.
 */
bool lql_go_on(struct lql_run *run, const struct mirror *m, int64_t ns);
/* Ends it, done or not, and returns the answer's code. */
enum lql_code lql_end(struct lql_run **run);
/*
 * May the answer be sent while it is being made? Not with fixed16, which tells
 * the length first, with Timelimit, and where rows are sorted or counted. Then
 * a slice ends after `piece` bytes, and all bytes that are in `out` between two
 * slices may be taken; tell so by lql_took(). Such an answer has no bound. If
 * it fails later, the failure's text is all that is left to be sent, and the
 * connection should be closed.
 */
bool lql_stream(struct lql_run *run, size_t piece);
void lql_took(struct lql_run *run);

/* All in one, without waiting. */
enum lql_code lql_run(const struct mirror *m, const struct lql_env *env,
    struct slice request, struct str *out);

/*
 * An answer that is a failure: with `header` in fixed16, else the text alone.
 */
void lql_failure(
    struct str *out, bool header, enum lql_code code, const char *text);

#endif
