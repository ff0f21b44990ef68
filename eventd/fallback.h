/* SPDX-License-Identifier: Apache-2.0
 *
 * The other event console, master or fallback: the connection over CURVE, and
 * what replication (replica/) asks of this daemon.
 */
#ifndef EVENTD_FALLBACK_H
#define EVENTD_FALLBACK_H

#include "common/settings.h"
#include "eventd/replica/replica.h"

struct eventd;
struct fallback;

/*
 * Before the store is opened: the site's key pair for this
 * (var/vedette/eventd/key). NULL with a reason.
 */
struct fallback *fallback_new(struct eventd *ed, struct err *err_r);
void fallback_free(struct fallback **f);
/* After the store is open; the engine works by the return, or waits. */
void fallback_start(struct fallback *f);
/* The engine's options are new; listens and dials by them. */
void fallback_configure(struct fallback *f);
struct replica *fallback_replica(struct fallback *f);
/* Our public key. */
const char *fallback_key(const struct fallback *f);

/* The rules that a fallback has of its master; false: it has none. */
bool fallback_rules(
    const char *root, const json_t *eventd, char **rules_r, char **actions_r);

#endif
