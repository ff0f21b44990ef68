/* SPDX-License-Identifier: Apache-2.0
 *
 * A question to a name server and its answer. Pure.
 */
#ifndef FETCHER_NET_DNS_MESSAGE_H
#define FETCHER_NET_DNS_MESSAGE_H

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

#define DNS_ADDRESSES 64

enum {
	DNS_A = 1,
	DNS_AAAA = 28
};

/* False: the name has an empty or a too long label. */
bool dns_question(
    const char *name, uint16_t type, uint16_t id, struct str *out);

struct dns_answer {
	unsigned code; /* 0 good, 3 no such name */
	bool authoritative, cut, has_alias;
	char addresses[DNS_ADDRESSES][46];
	size_t n;
};
/*
 * Adds the addresses to *a. False: it is no answer to that question, or
 * broken, or has more than there is room for.
 */
bool dns_answer(struct slice in, const char *name, uint16_t type, uint16_t id,
    struct dns_answer *a);

#endif
