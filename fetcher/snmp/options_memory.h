/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings of devices that were read before. Each job brings its host's key
 * `snmp` as text, and it is mostly the same text as a minute ago, often that
 * of a thousand other hosts too: it is taken apart once. Secrets that come
 * from files are read again after OPTIONS_FILES_MS.
 */
#ifndef FETCHER_SNMP_OPTIONS_MEMORY_H
#define FETCHER_SNMP_OPTIONS_MEMORY_H

#include "fetcher/snmp/options.h"

#define OPTIONS_FILES_MS 2000

struct options_memory;

struct options_memory *options_memory_new(void);
/* What is still taken stays until it is released. */
void options_memory_free(struct options_memory **memory);

/* To be released; NULL with a reason. */
const struct snmp_options *options_memory_take(struct options_memory *memory,
    struct slice json, struct identity *identity, struct err *err_r);
void options_memory_release(const struct snmp_options **options);

#endif
