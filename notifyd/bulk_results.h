/* SPDX-License-Identifier: Apache-2.0
 *
 * What a bulk's result is for each of its entries.
 */
#ifndef NOTIFYD_BULK_RESULTS_H
#define NOTIFYD_BULK_RESULTS_H

#include "notifyd/bulk.h"
#include "notifyd/history.h"
#include "notifyd/methods/method.h"
#include "notifyd/spool/bulk.h"

/*
 * Fills id, results and lines of `mark`, whose state, code and text say what
 * became of the bulk; `rows` are the entries' in the spool. `lines` must live
 * as long as the mark.
 */
void bulk_results(const struct bulk *bulk, const int64_t *rows,
    const struct delivery *d, enum history_result result,
    struct spool_bulk_mark *mark, struct str *lines);

#endif
