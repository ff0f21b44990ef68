/* SPDX-License-Identifier: Apache-2.0
 *
 * Gives every running daemon a new configuration: all of them or none. First
 * each is asked whether it can (prepare), then each is told to (commit).
 */
#ifndef SITE_RELOAD_H
#define SITE_RELOAD_H

#include "common/err.h"
#include "site/site.h"
#include "site/supervise.h"

#include <stdint.h>

struct reload {
	const struct site *site;
	uint64_t generation;
	struct supervise_list prepared; /* said yes; the caller frees it */
};

/*
 * Asks all daemons that are ready. 0, or -1 with the names and reasons
 * of those that refused; none keeps what it prepared then.
 */
int reload_prepare(struct reload *r, const struct site *site,
    uint64_t generation, struct err *err_r);
/*
 * Tells those, and daemons that became ready meanwhile. 0, or -1 with a
 * reason: a daemon works by another configuration.
 */
int reload_commit(struct reload *r, struct err *err_r);
void reload_abort(struct reload *r);

#endif
