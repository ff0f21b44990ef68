/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections that their agent does not send at each fetch: persist(U) asks to
 * keep the last copy until U. The copy is a block of the host for itself and
 * goes the way of piggyback: with the outcome to core, with the next job to
 * whatever worker takes it. Pure.
 */
#ifndef FETCHER_PERSIST_H
#define FETCHER_PERSIST_H

#include "common/str.h"

#include <stdint.h>

#define PERSIST_MAX_BYTES (2u << 20) /* kept of one host */

/*
 * Appends what is to be kept after a fetch: its sections with persist(), and
 * those of the copy before that it lacks and that hold beyond `now` (seconds).
 * Headers without cached() get one with the time of the fetch that brought
 * them. Sections beyond PERSIST_MAX_BYTES are left out.
 */
void persist_keep(struct slice output, struct slice host, struct slice before,
    int64_t now, struct str *kept);

#endif
