/* SPDX-License-Identifier: Apache-2.0
 *
 * Links in messages that do one thing without a login: a short-lived token,
 * signed by HMAC-SHA-256 with a key of the site. notifyd writes them,
 * livestatusd takes them.
 */
#ifndef COMMON_SIGNED_LINK_H
#define COMMON_SIGNED_LINK_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

#define SIGNED_LINK_KEY   32   /* bytes */
#define SIGNED_LINK_NONCE 32   /* characters */
#define SIGNED_LINK_MAX   4000 /* of a token that is looked at */
/* Below the site's folder. */
#define SIGNED_LINK_FILE "var/vedette/links.key"

enum signed_link_purpose {
	SIGNED_LINK_ACKNOWLEDGE,
	SIGNED_LINK_DOWNTIME
};

struct signed_link {
	enum signed_link_purpose purpose;
	char *host, *service; /* service "": the host itself */
	char *contact;        /* who got it: the command is in this name */
	int64_t expires;      /* wall seconds */
	int64_t seconds;      /* DOWNTIME: how long */
	char nonce[SIGNED_LINK_NONCE + 1]; /* hexadecimal: once each */
};

void signed_link_free(struct signed_link *link); /* ready for use again */

/* Reads the site's key; `make`: makes one if there is none. 0 or -1. */
int signed_link_key(const char *path, bool make,
    unsigned char key[SIGNED_LINK_KEY], struct err *err_r);
/* Appends a token of letters, digits, '-', '_' and '.'. A nonce is made. */
void signed_link_make(struct str *to, const struct signed_link *link,
    const unsigned char key[SIGNED_LINK_KEY]);
/* -1 with a reason for people: not ours, or too old. */
int signed_link_read(struct slice token,
    const unsigned char key[SIGNED_LINK_KEY], int64_t now,
    struct signed_link *link_r, struct err *err_r);

#endif
