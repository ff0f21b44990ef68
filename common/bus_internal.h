/* SPDX-License-Identifier: Apache-2.0
 *
 * What bus.c (sockets, the only file that knows ZeroMQ) and bus_talk.c (peers,
 * hello, heartbeats, gathering, queues) share. Nobody else includes it.
 */
#ifndef COMMON_BUS_INTERNAL_H
#define COMMON_BUS_INTERNAL_H

#include "common/bus.h"

#define BUS_ID_MAX 32

enum bus_kind {
	BUS_LISTEN,
	BUS_DIAL,
	BUS_PUBLISH,
	BUS_SUBSCRIBE
};

struct bus_frame {
	struct bus_frame *next;
	size_t len;
	char bytes[];
};

struct bus_peer {
	struct bus_peer *next; /* of the link */
	struct bus_link *link;
	uint8_t id[BUS_ID_MAX]; /* listener: how the socket names it */
	size_t id_len;
	bool up;
	char *role, *name, *site, *version;
	char key[BUS_KEY_LEN + 1];
	uint64_t boot;
	int64_t heard, said;             /* monotonic */
	struct str gather;               /* messages that wait for company */
	struct bus_frame *first, **last; /* frames the socket did not take */
	size_t queued;                   /* bytes in both */
	void *data;
};

struct bus_link {
	struct bus_link *next;
	struct bus *bus;
	enum bus_kind kind;
	void *socket;
	void *monitor; /* dial: tells when the connection is cut */
	char *endpoint;
	uv_poll_t *poll, *monitor_poll;
	struct bus_handlers handlers;
	void *arg;
	size_t queue_bytes;
	int silence_ms;
	const char *(*refuse)(struct bus_peer *peer, void *arg);
	bool (*allow)(const char *key, void *arg);
	void *allow_arg;
	unsigned number;        /* ZAP domain */
	struct bus_peer *peers; /* a dialled link always has exactly one */
	/* To look costs a poll(). A socket that had nothing to read and that
	 * nobody touched since can have something only after its descriptor
	 * became readable, which stays so until it is looked at. */
	bool quiet;
	bool closed; /* freed when no callback of it is under way */
	int busy;
	int64_t hello_at;  /* dial: when to say hello again */
	int64_t redial_at; /* dial: the key was refused; 0: it was not */
	int64_t told_at;   /* the last words about a refused key */
	char trouble[256]; /* dial: why it is not up */
	char told_key[BUS_KEY_LEN + 1]; /* listen: whose */
};

struct bus {
	uv_loop_t *loop;
	struct bus_self self;
	uint64_t boot;
	void *context;
	struct bus_link *links;
	unsigned numbers;
	void *zap;
	uv_prepare_t *prepare;
	uv_check_t *check;
	uv_idle_t *idle;
	uv_timer_t *beat, *gather;
	struct bus_counters counters;
};

enum bus_sent {
	BUS_SENT,
	BUS_FULL,
	BUS_GONE
};

/* bus.c: gives the socket one frame. */
enum bus_sent bus_socket_send(
    struct bus_link *link, const struct bus_peer *peer, struct slice frame);

/* Connects anew after a refused key, when it is time. */
void bus_socket_redial(struct bus_link *link);
bool bus_sockets_ready(struct bus *bus); /* is there anything to read? */
void bus_sockets_read(struct bus *bus);  /* and takes it, in bounds */

/* bus_loop.c */
void bus_loop_open(struct bus *bus);
void bus_loop_close(struct bus *bus);
/* Its link is looked at when the descriptor becomes readable; NULL: none. */
uv_poll_t *bus_loop_watch(struct bus *bus, struct bus_link *link, int fd);
void bus_loop_unwatch(uv_poll_t *poll); /* NULL is allowed */
void bus_loop_free_closed(struct bus *bus);

/* bus_talk.c */
void bus_talk_frame(struct bus_link *link, const uint8_t *id, size_t id_len,
    const char *key, struct slice frame);
void bus_talk_beat(struct bus_link *link);
void bus_talk_gathered(struct bus_link *link);
/* Frames that the socket did not take: another try. True if some still wait. */
bool bus_talk_retry(struct bus_link *link);
void bus_talk_open(struct bus_link *link);  /* dial: makes the peer */
void bus_talk_close(struct bus_link *link); /* all peers go down */
void bus_talk_cut(struct bus_link *link);   /* dial: the connection is cut */

#endif
