/* SPDX-License-Identifier: Apache-2.0
 *
 * What a worker needs to speak for its site: the site's certificate towards
 * agents, the authority that signs theirs, and passphrases. A worker of the
 * site reads them from the site's files when it first needs them and again
 * when they change; a remote one has no such files and holds in memory what
 * core sent over CURVE. Nothing of it is ever logged.
 */
#ifndef FETCHER_IDENTITY_H
#define FETCHER_IDENTITY_H

#include "common/err.h"
#include "common/msg.h"
#include "common/str.h"

#include <openssl/types.h>

struct identity;

/* `root` is the site's directory or "", borrowed for ever. */
struct identity *identity_new(const char *root);
void identity_free(struct identity **i);
/* From core: replaces all that was there. */
void identity_give(struct identity *i, const struct msg_worker_setup *setup);

/* Borrowed until the next call; NULL with a reason. */
SSL_CTX *identity_tls(struct identity *i, struct err *err_r);
/*
 * Appends the content of a passphrase file, without the end of its line.
 * Relative to the site's directory; 0, or -1 with a reason.
 */
int identity_passphrase(struct identity *i, const char *file,
    struct str *passphrase_r, struct err *err_r);

#endif
