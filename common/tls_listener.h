/* SPDX-License-Identifier: Apache-2.0
 *
 * The key `tls` of a listener in site.yaml: {cert, key, ca, clients: optional |
 * required}; the site's own certificate without cert and key. Paths are those
 * of the site's folder.
 */
#ifndef COMMON_TLS_LISTENER_H
#define COMMON_TLS_LISTENER_H

#include "common/settings.h"
#include "common/tls.h"

/*
 * `name`: for messages ("listen.livestatus"). Freed by SSL_CTX_free(); NULL
 * with a reason.
 */
SSL_CTX *tls_listener_context(const char *root, const char *site,
    const char *name, const struct settings_listener *l, struct err *err_r);

#endif
