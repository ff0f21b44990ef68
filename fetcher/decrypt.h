/* SPDX-License-Identifier: Apache-2.0
 *
 * Encrypted output to plain one, off the loop: in at most LIMIT_DECRYPTS
 * threads of libuv's, first come, first served.
 */
#ifndef FETCHER_DECRYPT_H
#define FETCHER_DECRYPT_H

#include "common/str.h"

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct decrypts;
struct decrypt;

/* `why` NULL: `output` is the text, borrowed until the return. */
typedef void decrypt_fn(void *arg, struct slice output, const char *why);

struct decrypts_counters {
	uint64_t done, microseconds; /* of threads, the waiting left out */
	size_t running, waiting;     /* now */
	size_t bytes;                /* held now, encrypted ones */
};

struct decrypts *decrypts_new(uv_loop_t *loop);
/* Those that run end by themselves and hold the loop until then. */
void decrypts_free(struct decrypts **d);
/* Takes the memory of both; the passphrase is wiped. `done` comes later. */
struct decrypt *decrypt_start(struct decrypts *d, struct str *bytes,
    struct str *passphrase, decrypt_fn *done, void *arg);
/* `done` does not come any more. NULL is fine. */
void decrypt_cancel(struct decrypt **job);
struct decrypts_counters decrypts_counters(const struct decrypts *d);

#endif
