/* SPDX-License-Identifier: Apache-2.0
 *
 * The key eventd.replication of site.yaml (event-console.md section 20). Pure.
 */
#ifndef EVENTD_REPLICA_OPTIONS_H
#define EVENTD_REPLICA_OPTIONS_H

#include "eventd/rule/reader.h"

enum replica_role {
	REPLICA_DISABLED,
	REPLICA_MASTER,
	REPLICA_SLAVE
};

struct replica_options {
	enum replica_role role;
	char *key;           /* of the other event console; own */
	char *connect;       /* slave: tcp://HOST:PORT; own */
	bool automatic;      /* slave: takes over and returns by itself */
	int64_t interval_us; /* slave: between two questions */
	int64_t takeover_us; /* without an answer for so long */
	int64_t fallback_us; /* returns by itself for so long */
	int64_t wait_us;     /* master: for the slave, at start */
};

void replica_options_read(struct replica_options *o, struct reader *parent);
void replica_options_free(struct replica_options *o);
bool replica_options_same(
    const struct replica_options *a, const struct replica_options *b);

#endif
