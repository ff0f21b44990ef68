/* SPDX-License-Identifier: Apache-2.0
 *
 * One connection of a Livestatus client. Requests are answered in order, one
 * at a time: while an answer waits to be read, the next request waits too, so
 * a client that never reads costs one answer's memory, until it is closed.
 */
#ifndef LIVESTATUSD_SERVER_CLIENT_H
#define LIVESTATUSD_SERVER_CLIENT_H

#include "common/tls.h"
#include "livestatusd/lql/lql.h"
#include "livestatusd/pool.h"
#include "livestatusd/server/server.h"
#include "livestatusd/sockets.h"

#include <uv.h>

#define CLIENT_MAX_REQUEST (16u << 20)  /* bytes */
#define CLIENT_READ_AHEAD  (256u << 10) /* beyond the present request */
/* Beyond this no request may be large: bytes of all, of one. */
#define CLIENT_ASKED_MAX (256u << 20)
#define CLIENT_SMALL     (16u << 10)
#define CLIENT_AT_ONCE   8u              /* answers in one turn of the loop */
#define CLIENT_EARLY     4096u           /* bytes that are read at accept() */
#define CLIENT_QUERY_NS  (10 * NS_PER_S) /* first to last byte */
#define CLIENT_IDLE_NS   (300 * NS_PER_S)
#define CLIENT_STALL_NS  (60 * NS_PER_S) /* nothing read of an answer */
/* How long a query waits for its own commands, or for a new configuration. */
#define CLIENT_HOLD_NS (5 * NS_PER_S)

enum carry { /* where a query is on its way through the pool */
	CARRY_NOT,
	CARRY_LINE,  /* stands in line */
	CARRY_WORKS, /* the pool has it */
	CARRY_RESTS  /* between two slices, until the client has read more */
};

enum carry_queue {
	QUEUE_PLAIN,
	QUEUE_HISTORY,
	QUEUE_METRICS, /* may wait for rrdcached: threads of their own */
	QUEUES
};

struct network {
	int family;
	unsigned char address[16];
	unsigned bits;
};

struct client {
	struct client *next, **prev;
	struct livestatus *server;
	unsigned refs; /* the handle's and the pool's */
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_pipe_t pipe;
		uv_tcp_t tcp;
	};
	struct str in;    /* received */
	size_t taken;     /* of it, already */
	size_t scanned;   /* of the rest; see lql_frame() */
	size_t weight;    /* bytes of its requests that are counted */
	unsigned at_once; /* answers since the loop came round */
	bool going;       /* inside of client_go() */
	bool eof, reading, closing, writing, close_after_write;
	struct str out;      /* being written */
	struct str next_out; /* what follows */
	bool last;           /* and then the connection ends */
	uv_write_t write;
	/* TLS; NULL without. */
	struct tls *tls;
	struct str raw; /* sealed, being written */
	uv_write_t raw_write;
	bool raw_busy, shaken;
	bool cut;            /* ended without TLS's own end */
	size_t sealed;       /* of `out` */
	bool commands;       /* may give commands */
	bool remote;         /* not by the site's own socket */
	struct network peer; /* of TCP: one address */
	size_t left;         /* of the answer, at the last look */
	int64_t moved;       /* monotonic: last progress of any kind */
	int64_t begun;       /* monotonic: first byte of the request; 0: none */
	/* A query that is held or waits. */
	struct lql_query *query;
	bool started; /* `before` and `wait_until` are set */
	uint64_t before[MIRROR_EVENTS];
	int64_t held_since, wait_until;
	bool asked, told; /* eventd: asked, and it has answered */
	/* carry.c. What the job works on is its own while it is in the pool. */
	enum carry at;
	struct pool_job job;
	enum carry_queue queue;
	struct metric_source *metrics;
	struct client *line_next, **line_prev;
	const struct mirror *frozen;
	struct lql_env env;
	struct lql_run *run;
	struct str made; /* bytes of the answer */
	size_t made_cap; /* its room, when no thread was at it */
	enum lql_code code;
	bool ended, streams, closing_run;
	bool wide;      /* its socket has more room */
	int direct;     /* a descriptor of its own for threads; -1: none */
	bool may_send;  /* a thread may: the loop has nothing to write */
	bool some_sent; /* of the answer */
	bool hurry;     /* it has rested long enough */
	int64_t rests_since;
	size_t held; /* bytes that are counted */
	/* Commands. */
	unsigned open_commands;
	uint64_t need_seq;   /* the mirror must have reached this */
	struct str failures; /* lines of refused commands */
	bool failures_now;   /* fixed16 was asked for */
	/* Other sites; see others.c. */
	bool all_sites; /* are asked unless the request says which */
	struct gather *gather;
	bool gathered, keep; /* it has the answer; the connection stays */
	struct client_errand *errands;
};

/* What holds for connections by TCP. */
struct tcp_policy {
	SSL_CTX *tls; /* NULL: plain */
	struct network *allow;
	size_t n_allow; /* 0: everybody */
	bool commands, sites;
};

struct livestatus {
	struct livestatusd *l;
	uv_pipe_t unix_socket, sites_socket;
	struct sockets sockets, next; /* TCP; their servers are uv_tcp_t */
	struct tcp_policy policy, next_policy;
	uv_timer_t sweep;
	bool open, stopping;
	struct client_line {
		struct client *first, **last;
	} line[QUEUES]; /* carry.c */
	unsigned begun[QUEUES];
	size_t asked;    /* bytes of all requests that are not answered yet */
	unsigned queued; /* clients in these lines */
	unsigned wide;   /* clients with a wide socket */
	size_t held;     /* bytes of answers that are not read yet */
	struct client *clients;
	struct livestatus_counters counters;
	unsigned handles; /* its own and the clients': freed after the last */
	char *path, *sites_path;
	/* How busy the pool was: at the last look, and averaged. */
	int64_t looked;   /* monotonic; 0: not yet */
	uint64_t busy_ns; /* of all its threads */
	double usage;
};

#define LIVESTATUS_BACKLOG 1024
#define LIVESTATUS_MAX     2000u /* connections */
/* Those of one address of the network: others find room beside it. */
#define LIVESTATUS_MAX_PEER 1500u
void livestatus_on_connection(uv_stream_t *listener, int status);
/* A query waits: its time is looked at. */
void livestatus_look_soon(struct livestatus *s);
/* tcp.c */
void livestatus_close_tcp(struct livestatus *s);
/* Who is it? false: it has gone already. */
bool livestatus_peer(const uv_tcp_t *client, struct network *peer_r);
bool livestatus_allows(const struct livestatus *s, const struct network *peer);
/* A handle of the server's or of a client's is closed. */
void livestatus_handle_closed(struct livestatus *s);

/* Takes the connection that waits. */
void client_accept(struct livestatus *s, uv_stream_t *listener, bool tcp);
/* Its request often lies there already. */
void client_read_early(struct client *c);
/* Goes on with whatever can go on. */
void client_go(struct client *c);
void client_close(struct client *c);
/* Once a second: time-outs. */
void client_sweep(struct client *c, int64_t now);

void client_unref(struct client *c);
/* Its requests are counted. */
void client_weigh(struct client *c);

/* carry.c: the query is to be carried out; client_go() when it is. */
void carry_start(struct client *c);
/* Some of the answer was written. */
void carry_written(struct client *c);
/* The client is closing. */
void carry_forget(struct client *c);
/* Memory that the client holds; no thread works for it. */
void carry_count(struct client *c);
/* Queries begin as far as there is room. */
void carry_admit(struct livestatus *s);
void carry_sweep(struct livestatus *s, int64_t now);
/* Too much lies here unread. */
bool carry_is_full(const struct livestatus *s);

/* request.c */
void client_request(struct client *c, struct slice request);
void client_end_query(struct client *c);
/* Does a line ask for fixed16? Of what may be no request at all. */
bool client_wants_header(struct slice request);
/* The held query; true: it has been answered or there is none. */
bool client_try_query(struct client *c);
/* One of its commands is in core's journal, or is refused. */
void client_command_done(void *client, const char *refused, uint64_t seq);
/* others.c: is the held query one for other sites? */
bool client_asks_others(const struct client *c);
/* As client_try_query(). */
bool client_try_others(struct client *c);
/* Sends the command to the sites that it is for; false: to this one. */
bool client_commands_others(
    struct client *c, struct slice names, struct slice text);
void client_forget_others(struct client *c);
/* secure.c: bytes came; bytes may go. */
void secure_received(struct client *c, struct slice bytes);
void secure_push(struct client *c);
/* The answer has been written. */
void client_written(struct client *c);
/* An answer is in c->out. */
void client_write(struct client *c, bool close_after);
/* Bytes to be written behind those that are; `bytes` is empty afterwards. */
void client_add(struct client *c, struct str *bytes, bool last);

#endif
