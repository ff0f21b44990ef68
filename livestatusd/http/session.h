/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is logged in. A session is a random token of 32 bytes that the browser
 * keeps as a cookie; here only its hash is kept, in memory and in a file, so
 * that a restart logs nobody out and a stolen file opens nothing. Also the
 * growing delay after failed logins. Times are wall seconds, given by the
 * caller.
 */
#ifndef LIVESTATUSD_HTTP_SESSION_H
#define LIVESTATUSD_HTTP_SESSION_H

#include "common/err.h"
#include "common/str.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define SESSION_TOKEN_LEN 64          /* hexadecimal, without its NUL */
#define SESSION_ID_LEN    16          /* of its hash: names it for people */
#define SESSION_IDLE      (12 * 3600) /* seconds */
#define SESSION_MAX       10000       /* the oldest goes beyond that */

struct sessions;

/* Reads `path` if it is there; damaged lines are left out. */
struct sessions *sessions_open(const char *path, int64_t now);
/* Writes the file if something changed. */
void sessions_close(struct sessions **s);
int sessions_save(struct sessions *s, struct err *err_r);

void session_start(struct sessions *s, const char *user, int64_t now,
    char token_r[SESSION_TOKEN_LEN + 1]);
/* The user of the token, or NULL; counts as a use. Valid until changed. */
const char *session_find(struct sessions *s, const char *token, int64_t now);
/* Is there such a session? Counts as no use. */
bool session_lives(const struct sessions *s, const char *token, int64_t now);
void session_end(struct sessions *s, const char *token);
/* Counts sessions that are over, for whatever reason. */
uint64_t sessions_ended(const struct sessions *s);
/* The user's other sessions end; with `token` NULL all of them. */
void session_end_others(
    struct sessions *s, const char *user, const char *token);
/* The one of this user with that id; false: there is none. */
bool session_end_id(struct sessions *s, const char *user, const char *id);
/* [{id, started, used, this}]; `token` NULL: none is this one. */
json_t *sessions_list(
    const struct sessions *s, const char *user, const char *token);
size_t sessions_count(const struct sessions *s);

/*
 * Seconds until this name may try again; 0: now. Three failures are free, then
 * 1, 2, 4, ... 300 s.
 */
int64_t login_delay(const struct sessions *s, const char *user, int64_t now);
void login_failed(struct sessions *s, const char *user, int64_t now);
void login_succeeded(struct sessions *s, const char *user);

#endif
