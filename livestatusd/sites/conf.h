/* SPDX-License-Identifier: Apache-2.0
 *
 * The key `sites` of the configuration, as it lies in a snapshot: where other
 * sites are asked and how.
 */
#ifndef LIVESTATUSD_SITES_CONF_H
#define LIVESTATUSD_SITES_CONF_H

#include "common/err.h"

#include <jansson.h>
#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

#define SITE_TIMEOUT_NS (INT64_C(10) * 1000000000)

struct site_conf {
	char *name;
	char *json;                         /* all of it, to see changes by */
	char *alias, *address, *url_prefix; /* "" if not given */
	char *path;                         /* of a Unix socket; NULL: TCP */
	char *host, *port;                  /* TCP */
	char *ca, *cert, *key;
	char *status_site, *status_host; /* NULL: none */
	char *status_key;                /* SITE/HOST; NULL: none */
	int64_t timeout_ns;
	bool tls, persist, disabled;
	bool own; /* this site itself */
};

/* From what the compiler has checked. */
void site_conf_read(struct site_conf *c, const char *name, const json_t *doc);
void site_conf_deinit(struct site_conf *c);
/* *ctx_r NULL: without TLS. 0, or -1 with a reason. */
int site_conf_tls(
    const struct site_conf *c, SSL_CTX **ctx_r, struct err *err_r);

#endif
