/* SPDX-License-Identifier: Apache-2.0
 *
 * The key `forward` of `eventd`. Pure.
 */
#ifndef EVENTD_FORWARD_OPTIONS_H
#define EVENTD_FORWARD_OPTIONS_H

#include "eventd/forward/format.h"
#include "eventd/rule/reader.h"

struct forward_target {
	char *name;
	char *to; /* name or address */
	uint16_t port;
	bool tls;
	char *ca, *cert, *key; /* files; NULL: the machine's CAs, none */
	char *tls_name;        /* of the certificate; NULL: `to` */
	bool matched;          /* only what a rule made use of */
	enum forward_format format;
	enum forward_framing framing;
	uint64_t queue; /* bytes */
};
struct forward_targets { /* {0} is empty */
	struct forward_target *v;
	size_t n;
};

void forward_targets_read(
    struct reader *parent, const char *key, struct forward_targets *t);
void forward_targets_free(struct forward_targets *t);
void forward_target_copy(
    struct forward_target *to, const struct forward_target *from);
void forward_target_clear(struct forward_target *t);
bool forward_target_same(
    const struct forward_target *a, const struct forward_target *b);

#endif
