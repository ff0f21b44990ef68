/* SPDX-License-Identifier: Apache-2.0
 *
 * What the web server asks of the daemon: queries on the mirror and of eventd,
 * commands to core and to eventd.
 */
#ifndef LIVESTATUSD_SOURCE_H
#define LIVESTATUSD_SOURCE_H

#include "livestatusd/http/http.h"
#include "livestatusd/livestatusd.h"

struct source;

struct source *source_new(struct livestatusd *l);
/* Calls nobody. */
void source_free(struct source **s);
/* Valid until source_free(). */
void source_for_http(struct source *s, struct http_source *source_r);

#endif
