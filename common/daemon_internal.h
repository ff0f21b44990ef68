/* SPDX-License-Identifier: Apache-2.0
 *
 * What daemon.c and daemon_own.c share. Nobody else includes it.
 */
#ifndef COMMON_DAEMON_INTERNAL_H
#define COMMON_DAEMON_INTERNAL_H

#include "common/daemon.h"
#include "common/num.h"

#define DAEMON_MAX_OPTIONS 32

struct daemon_private {
	uv_loop_t loop;
	struct bus_self self;
	char *root;
	const char *names[DAEMON_MAX_OPTIONS], *values[DAEMON_MAX_OPTIONS];
	int lock;
	bool stopping, ended, deinited;
	int code;
	uv_signal_t signals[4];
	uv_timer_t stop_timer, settle_timer;
	/* prepared and not yet in use */
	struct snapshot *next;
	struct settings *next_settings;
	struct daemon_preparing *preparing; /* in a thread; or NULL */
	uv_timer_t look_timer; /* while one is prepared: is it in use? */
};

/* After the loop was made. */
void daemon_own_init(struct daemon *d);
/* PR-5: takes the present configuration, if it is another. */
void daemon_own_hangup(struct daemon *d);
/* Waits for what is being prepared. */
void daemon_own_settle(struct daemon *d);
/* Binds tmp/run/bus/INSTANCE.sock. */
int daemon_own_open(struct daemon *d, struct err *err_r);

#endif
