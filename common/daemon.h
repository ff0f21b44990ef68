/* SPDX-License-Identifier: Apache-2.0
 *
 * The one skeleton of every daemon: options, settings, log, lock, privileges,
 * the configuration's snapshot, the daemon's own socket, readiness, the loop
 * and an orderly end. A daemon is a constant struct daemon_def; its main()
 * calls daemon_main() and nothing else.
 *
 * Started as: vedette-NAME --root SITE_DIR [--name INSTANCE] [--log FILE]
 * [--ready-fd N] [--debug]. Signals: TERM and INT end it in order, a second
 * one at once; HUP takes the present configuration, HUP and USR1 reopen the log
 * file.
 */
#ifndef COMMON_DAEMON_H
#define COMMON_DAEMON_H

#include "common/bus.h"
#include "common/config/snapshot.h"
#include "common/err.h"
#include "common/settings.h"

#include <uv.h>

struct daemon;

struct daemon_option {     /* beyond the common ones; {0} ends the table */
	const char *name;  /* "connect" is given as --connect VALUE */
	const char *value; /* name of the value in --help; never NULL */
	const char *help;
};

struct daemon_def {
	const char *name;    /* "core": the program is vedette-core */
	const char *summary; /* one line for --help */
	const struct daemon_option *options; /* may be NULL */
	bool remote; /* may run without a site's root (a remote fetcher) */

	/* Opens sockets and files. After it returns 0 the daemon is ready, if
	 * `settled` has no objection. */
	int (*init)(struct daemon *d, struct err *err_r);
	/*
	 * Has it found the daemons that it hands work to? It runs meanwhile,
	 * but calls itself ready only then, or after two seconds: whoever has
	 * waited for that is not told that they are not running. May be NULL.
	 */
	bool (*settled)(struct daemon *d);
	/*
	 * Is `next` good for this daemon? It may build what it needs and keep
	 * it until commit or abort. -1 with a reason refuses: all daemons
	 * then stay with the present configuration. May be NULL.
	 */
	int (*reload_prepare)(
	    struct daemon *d, struct snapshot *next, struct err *err_r);
	/* reload_prepare runs in a thread of its own while the loop goes on:
	 * it writes nothing that anything but commit and abort looks at. */
	bool prepares_aside;
	/* d->snapshot and d->settings are the new ones; the old ones live
	 * until the return. */
	void (*reload_commit)(struct daemon *d, struct snapshot *old);
	void (*reload_abort)(struct daemon *d);
	/*
	 * A command or query came to the daemon's own socket. Answer with
	 * daemon_answer(), now or later (copy what you need). NULL: refused.
	 */
	void (*command)(struct daemon *d, struct bus_peer *peer,
	    const struct msg_command *c);
	void (*query)(
	    struct daemon *d, struct bus_peer *peer, const struct msg_query *q);
	/* A peer of the daemon's own socket went; forget its questions. */
	void (*peer_down)(struct daemon *d, struct bus_peer *peer);
	/* Appends counters (msg_counter_put). May be NULL. */
	void (*counters)(struct daemon *d, struct str *list);
	/*
	 * The end is asked for: stop taking work, finish what must be
	 * finished, then call daemon_exit(). NULL: exit at once. After 10 s
	 * the skeleton ends the loop anyway.
	 */
	void (*stop)(struct daemon *d);
	void (*deinit)(struct daemon *d);
};

struct daemon {
	const struct daemon_def *def;
	uv_loop_t *loop;
	struct bus *bus;
	struct bus_link *own; /* ipc:// tmp/run/bus/INSTANCE.sock */
	const char *root;     /* the site's directory, absolute; "" if remote */
	const char *site;     /* its name */
	const char *instance; /* "core", "fetcher-2" */
	struct settings *settings;
	struct snapshot *snapshot; /* never NULL unless remote */
	void *state;               /* the daemon's own */
	struct daemon_private *priv;
};

int daemon_main(const struct daemon_def *def, int argc, char **argv);

/* The value of an own option, or NULL. */
const char *daemon_option(const struct daemon *d, const char *name);
/* Inside of reload_prepare: the settings to come; otherwise NULL. */
const struct settings *daemon_next_settings(const struct daemon *d);
/* "ROOT/relative", formatted; freed by the caller. */
char *daemon_path(const struct daemon *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), malloc));
/* "ipc://ROOT/tmp/run/bus/NAME.sock", freed by the caller. */
char *daemon_endpoint(const struct daemon *d, const char *name);
/* Sent at once. A peer that is gone by now is not an error. */
void daemon_answer(struct daemon *d, struct bus_peer *peer, uint64_t id,
    enum msg_status status, struct slice text, uint64_t seq);
/* Ends the loop; the exit code of the process. */
void daemon_exit(struct daemon *d, int code);
/* "core" etc. as bus_self; `version` is the build's. */
const char *vedette_version(void);

#endif
