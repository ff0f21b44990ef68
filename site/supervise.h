/* SPDX-License-Identifier: Apache-2.0
 *
 * The site's daemons under s6: one s6-svscan over ROOT/tmp/run/s6 with a
 * folder per service. Everything here is done as the site's user. What a
 * daemon prints goes to var/log/NAME.log, what s6 prints to
 * var/log/supervisor.log.
 *
 * A daemon that ends is started again at once; one that ended
 * SUPERVISE_DEATHS times within a minute is tried every 15 s only.
 */
#ifndef SITE_SUPERVISE_H
#define SITE_SUPERVISE_H

#include "common/err.h"
#include "common/settings.h"
#include "site/site.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SUPERVISE_DEATHS    12
#define SUPERVISE_WAIT_MS   30000
#define SUPERVISE_END_MS    15000
#define SUPERVISE_NAME_SIZE 40

struct supervise_service {
	char name[SUPERVISE_NAME_SIZE];   /* "core", "fetcher-2" */
	char daemon[SUPERVISE_NAME_SIZE]; /* "core", "fetcher" */
	/* Not a daemon of ours: rrdcached, or the operator's, from
	 * local/services/NAME/run. Nobody knows when it is ready. */
	bool own;
};
struct supervise_list {
	struct supervise_service *items;
	size_t n, cap;
};
void supervise_list_free(struct supervise_list *list);
struct supervise_wish {  /* of the settings */
	int64_t workers; /* 0: one a core */
	bool metrics;    /* rrdcached, if it is installed */
};
/* `set` NULL: as by default. */
struct supervise_wish supervise_wish_of(const struct settings *set);
/* What is to run, in order of start. */
void supervise_wanted(const struct site *site,
    const struct supervise_wish *wish, struct supervise_list *list_r);
/* What stands in tmp/run/s6 now. */
void supervise_present(const struct site *site, struct supervise_list *list_r);
/* Is `name` a daemon (or one of its instances)? */
bool supervise_matches(const struct supervise_service *s, const char *name);

struct supervise_state {
	bool up, ready, wanted_up;
	pid_t pid;
	int64_t since; /* wall seconds of the last change up or down */
};
/* 0, or -1: not supervised (all members 0). */
int supervise_state(
    const struct site *site, const char *name, struct supervise_state *state_r);
/* Deaths since the start of the site, as the finish script counted them. */
size_t supervise_deaths(const struct site *site, const char *name);

/* Does any of its daemons, supervisor or not? */
bool supervise_is_any_up(const struct site *site);
/* Does an s6-svscan of the site run? */
bool supervise_is_running(const struct site *site);
/* Writes the folder of a service. 0 or -1. */
int supervise_write(const struct site *site,
    const struct supervise_service *service, struct err *err_r);
/* Runs "s6-svc FLAGS" on the service. 0 or -1. */
int supervise_control(const struct site *site, const char *name,
    const char *flag, struct err *err_r);
/* Adds and removes services of a running site as the settings ask. */
int supervise_sync(const struct site *site, const struct supervise_wish *wish,
    struct err *err_r);

/* supervise_scan.c */
/* Only one start or stop at a time; the descriptor to close, or -1. */
int supervise_lock(const struct site *site, struct err *err_r);
/* An empty tmp/ with the services' folders. */
int supervise_prepare(const struct site *site,
    const struct supervise_wish *wish, struct err *err_r);
/* Starts s6-svscan in the background and waits until it listens. */
int supervise_begin(const struct site *site, struct err *err_r);
/* Becomes s6-svscan; returns on failure only. */
int supervise_become(const struct site *site, struct err *err_r);
/* Ends s6-svscan, the daemons and whatever was left. 0 or -1. */
int supervise_end(const struct site *site, struct err *err_r);

/* supervise_wait.c */
/*
 * Waits until the services that match `name` (NULL: all, and the sockets for
 * clients answer) are ready. Prints what keeps a daemon from it. Returns the
 * number of daemons that are not ready.
 */
size_t supervise_wait(const struct site *site, const char *name);
/* The same until they are down. */
size_t supervise_wait_down(const struct site *site, const char *name);

#endif
