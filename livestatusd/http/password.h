/* SPDX-License-Identifier: Apache-2.0
 *
 * Is it this person's password? The hash of crypt(3) costs milliseconds on
 * purpose, so a thread of libuv's pool computes it. What was right is
 * remembered, hashed with a key of this process, for PASSWORD_KEEP_S seconds:
 * scripts send their secret with each request. An unknown name costs the same
 * as a wrong password, so that names cannot be found out by the clock.
 */
#ifndef LIVESTATUSD_HTTP_PASSWORD_H
#define LIVESTATUSD_HTTP_PASSWORD_H

#include <stdbool.h>
#include <uv.h>

#define PASSWORD_KEEP_S  300
#define PASSWORD_AT_ONCE 8    /* hashes under way */
#define PASSWORD_MAX     1024 /* bytes of a password */

struct passwords; /* what is remembered */
struct password_check;
typedef void password_done_fn(void *arg, bool ok);

struct passwords *passwords_new(void);
void passwords_free(struct passwords **p);

/* Is this known to be right? `now`: monotonic seconds. */
bool password_is_known(const struct passwords *p, const char *name,
    const char *password, const char *hash, int64_t now);
/*
 * Calls `done` on the loop later; NULL, and no call, if PASSWORD_AT_ONCE are
 * under way. `hash`: NULL if the name is unknown. All texts are copied.
 */
struct password_check *password_start(struct passwords *p, uv_loop_t *loop,
    const char *name, const char *password, const char *hash,
    password_done_fn *done, void *arg);
/* `done` will not be called. */
void password_forget(struct password_check *c);
/* What another place found right; `hash`: as for password_is_known(). */
void password_remember(struct passwords *p, const char *name,
    const char *password, const char *hash);

/*
 * A new hash (yescrypt) of a password, made in the pool. `hash` is NULL if that
 * failed. NULL, and no call, if PASSWORD_AT_ONCE are under way.
 */
typedef void password_made_fn(void *arg, const char *hash);
struct password_new *password_make(struct passwords *p, uv_loop_t *loop,
    const char *password, password_made_fn *done, void *arg);
void password_new_forget(struct password_new *c);

#endif
