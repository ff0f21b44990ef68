/* SPDX-License-Identifier: Apache-2.0
 *
 * One run of `vedette discover`: what it was told, what it found; one host's
 * part in it.
 */
#ifndef SITE_DISCOVER_RUN_H
#define SITE_DISCOVER_RUN_H

#include "fetcher/checks/pattern.h"
#include "site/cmd.h"
#include "site/discover_file.h"
#include "site/written.h"

/* What of a discovery is taken over. */
struct discover_mode {
	const char *name;
	bool add, remove, change, labels, anew;
};

/* What --apply did or would do, over all hosts. */
struct discover_sums {
	size_t states[DISCOVER_STATES], actions[DISCOVER_ACTIONS];
	size_t new_labels, gone_labels, written, services;
};

struct discover_run {
	const struct cmd_call *call;
	struct written *w;
	const struct discover_mode *mode;
	struct pattern *only, *ignore, *accept; /* NULL: not given */
	uint32_t *hosts;
	size_t n, cap;
	json_t *rows;
	json_t *failures; /* reason -> array of hosts */
	struct discover_sums sums;
	bool apply;
	/* Each host by the rule periodic_discovery, key update. */
	bool automatic;
	struct patterns auto_only, auto_not; /* of the present host */
};

/* NULL: there is none of that name. */
const struct discover_mode *discover_mode_find(const char *name);
/* `vedette discover --auto`; see discover_auto.c. Exit code of a plugin. */
int discover_auto(const struct cmd_call *call);
size_t discover_run_found(void *arg);

/* The job of host i (an index of `hosts`): see struct bulk_job. */
int discover_run_job(
    size_t i, struct msg_job *job_r, struct err *err_r, void *arg);
/* Compares its output, tells the rows, applies. */
void discover_run_done(
    size_t i, struct slice output, const char *failure, void *arg);

#endif
