/* SPDX-License-Identifier: Apache-2.0
 *
 * A host's key `snmp`, as it comes with a job.
 */
#ifndef FETCHER_SNMP_OPTIONS_H
#define FETCHER_SNMP_OPTIONS_H

#include "common/err.h"
#include "common/str.h"
#include "fetcher/snmp/keys.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct identity;

struct snmp_options {
	unsigned version; /* 1, 2, 3 */
	char *community;
	/* Version 3; NULL: no authentication, no privacy, no context. */
	char *user, *auth, *auth_secret, *priv, *priv_secret, *context;
	/* Of the two secrets, if `auth` is a hash that there is. */
	struct snmp_key_id auth_id, priv_id;
	uint32_t port, timeout_ms, retries; /* after the first try */
	uint32_t bulk;                      /* repetitions of a GetBulk */
	bool no_bulk, bare;
	bool has_files; /* secrets came from files, which may change */
	/* What the collector asks of the object (collect.h), without secrets;
	 * owned, may be NULL. */
	json_t *of_sections;
};

/*
 * Secrets that are {file: PATH} are read by `identity`. -1 with a reason;
 * *options_r is to be freed in both cases.
 */
int snmp_options_read(struct slice json, struct identity *identity,
    struct snmp_options *options_r, struct err *err_r);
/* Overwrites the secrets first. */
void snmp_options_free(struct snmp_options *options);

#endif
