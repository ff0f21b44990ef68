/* SPDX-License-Identifier: Apache-2.0
 *
 * What site.c, beat.c and tick.c share.
 */
#ifndef LIVESTATUSD_SITES_SITE_PARTS_H
#define LIVESTATUSD_SITES_SITE_PARTS_H

#include "livestatusd/sites/site.h"

#define SLOTS (1 + SITE_CHANNELS + SITE_WAITING_CHANNELS)

struct site_ask {
	struct site_ask *next;
	struct site *site;
	struct slot *slot; /* NULL: it waits */
	char *text;
	size_t len;
	bool command, waits;
	bool refused;  /* a command's refusal is there, in body */
	unsigned code; /* of that */
	struct str body;
	bool again;    /* it was on a connection that had been closed */
	int64_t asked; /* monotonic */
	site_done_fn *done;
	void *arg;
};

struct slot {
	struct site *site;
	struct channel *ch; /* NULL: closed */
	bool up, used;      /* used: has answered before */
	struct site_ask *ask;
	int64_t since; /* monotonic: opened, or asked */
};

enum beat {
	BEAT_NONE,
	BEAT_STATUS,
	BEAT_HOSTS
};

struct site {
	struct site_conf conf;
	uv_loop_t *loop;
	struct site_hooks hooks;
	SSL_CTX *ctx;
	enum site_state state;
	char reason[200];
	struct slot slots[SLOTS];
	enum beat beat; /* what slot 0 has asked */
	unsigned attempt;
	int64_t next_beat, retry_at; /* monotonic */
	int64_t last_bytes, beat_sent;
	struct site_ask *first, **last; /* waiting */
	uint32_t n_waiting;
	bool vedette;
	char *version, *livestatus_version;
	struct lql_site row; /* numbers of it */
};

/* site.c */
void site_open_slot(struct site *s, struct slot *slot);
void site_close_slot(struct slot *slot);
/* Its slot is free afterwards, or closed by the caller. */
void site_finish(
    struct site_ask *k, unsigned code, struct str *body, const char *why);
void site_unqueue(struct site_ask *k);
/* What is queued goes to connections that are free; others are made. */
void site_pump(struct site *s);
void site_set_state(struct site *s, enum site_state state, const char *why);
/* Connections are closed, and all that was asked fails. */
void site_die(struct site *s, enum site_state state, const char *why);
/* beat.c */
void site_send_heartbeat(struct site *s);
/* An answer on slot 0. */
void site_on_beat(struct site *s, unsigned code, struct str *body);

#endif
