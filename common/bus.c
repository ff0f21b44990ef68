/* SPDX-License-Identifier: Apache-2.0
 *
 * The bus's sockets: the only file that knows ZeroMQ. See bus.h for the
 * contract and bus_talk.c for the conversations.
 *
 * ZMQ_FD is edge-triggered, and a send can swallow the edge of an incoming
 * message. So its callback does nothing: before the loop sleeps `prepare` looks
 * at ZMQ_EVENTS and keeps the loop awake if there is something, and `check`
 * reads afterwards. Sockets are never written past EAGAIN: a ROUTER refuses
 * instead of dropping (ROUTER_MANDATORY); that waits in the peer's queue.
 */
#include "common/bus_internal.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#define READ_AT_ONCE 100 /* frames a socket, then the loop goes round */
#define FRAME_MAX    ((int64_t)64 << 20)
#define HIGH_WATER   1000            /* frames; own queues take over there */
#define REDIAL       (5 * NS_PER_S)  /* after a refused key */
#define TELL_AGAIN   (60 * NS_PER_S) /* the same words about one */

static void
set_int(void *socket, int option, int value)
{
	must(zmq_setsockopt(socket, option, &value, sizeof(value)) == 0);
}

enum bus_sent
bus_socket_send(
    struct bus_link *link, const struct bus_peer *peer, struct slice frame)
{
	link->quiet = false;
	if (peer != NULL && link->kind == BUS_LISTEN &&
	    zmq_send(link->socket, peer->id, peer->id_len,
		ZMQ_DONTWAIT | ZMQ_SNDMORE) == -1)
		return errno == EAGAIN ? BUS_FULL : BUS_GONE;
	if (zmq_send(link->socket, frame.s, frame.len, ZMQ_DONTWAIT) == -1)
		return errno == EAGAIN ? BUS_FULL : BUS_GONE;
	return BUS_SENT;
}

static bool
can_read(void *socket)
{
	int events = 0;
	size_t len = sizeof(events);

	return zmq_getsockopt(socket, ZMQ_EVENTS, &events, &len) == 0 &&
	    (events & ZMQ_POLLIN) != 0;
}

/* Drops the rest of a message that has more parts than it should. */
static void
skip_parts(void *socket, zmq_msg_t *part)
{
	while (zmq_msg_more(part)) {
		zmq_msg_close(part);
		zmq_msg_init(part);
		if (zmq_msg_recv(part, socket, ZMQ_DONTWAIT) == -1)
			return;
	}
}

/* Takes one message off the socket. False when there was none. */
static bool
read_one(struct bus_link *link)
{
	uint8_t id[BUS_ID_MAX];
	size_t id_len = 0;
	const char *key;
	zmq_msg_t part;

	zmq_msg_init(&part);
	if (zmq_msg_recv(&part, link->socket, ZMQ_DONTWAIT) == -1) {
		zmq_msg_close(&part);
		return false;
	}
	if (link->kind == BUS_LISTEN) {
		id_len = zmq_msg_size(&part);
		if (id_len > sizeof(id) || !zmq_msg_more(&part)) {
			link->bus->counters.damaged++;
			skip_parts(link->socket, &part);
			zmq_msg_close(&part);
			return true;
		}
		memcpy(id, zmq_msg_data(&part), id_len);
		zmq_msg_close(&part);
		zmq_msg_init(&part);
		if (zmq_msg_recv(&part, link->socket, ZMQ_DONTWAIT) == -1) {
			zmq_msg_close(&part);
			return false;
		}
	}
	if (zmq_msg_more(&part)) {
		link->bus->counters.damaged++;
		skip_parts(link->socket, &part);
	} else {
		key = zmq_msg_gets(&part, "User-Id");
		bus_talk_frame(link, id, id_len, key == NULL ? "" : key,
		    (struct slice){zmq_msg_data(&part), zmq_msg_size(&part)});
	}
	zmq_msg_close(&part);
	return true;
}

/* --- keys: who may come in over CURVE (RFC 27/ZAP) ----------------------- */

static struct bus_link *
link_of_domain(struct bus *bus, const char *domain)
{
	char number[16];

	for (struct bus_link *l = bus->links; l != NULL; l = l->next) {
		snprintf(number, sizeof(number), "%u", l->number);
		if (strcmp(number, domain) == 0)
			return l;
	}
	return NULL;
}

/* A stranger tries again and again: one line a minute is enough. */
static void
tell_stranger(struct bus_link *link, const char *key)
{
	int64_t now = clock_mono();

	if (link == NULL ||
	    (strcmp(link->told_key, key) == 0 && link->told_at != 0 &&
		now - link->told_at < TELL_AGAIN))
		return;
	link->told_at = now;
	snprintf(link->told_key, sizeof(link->told_key), "%s", key);
	log_warn("bus %s: refused a client with the unknown key %s",
	    link->endpoint, key);
}

static void
zap_answer(struct bus *bus, char parts[7][256], const size_t lens[7])
{
	struct bus_link *link = link_of_domain(bus, parts[2]);
	char key[BUS_KEY_LEN + 1] = "";
	bool ok = lens[6] == 32 && strcmp(parts[5], "CURVE") == 0 &&
	    link != NULL &&
	    zmq_z85_encode(key, (const uint8_t *)parts[6], 32) != NULL &&
	    link->allow != NULL && link->allow(key, link->allow_arg);
	const char *answer[6] = {"1.0", parts[1], ok ? "200" : "400",
	    ok ? "OK" : "unknown key", ok ? key : "", ""};

	if (!ok) {
		bus->counters.strangers++;
		tell_stranger(link, key);
	}
	for (int i = 0; i < 6; i++)
		zmq_send(bus->zap, answer[i],
		    i == 1 ? lens[1] : strlen(answer[i]),
		    i < 5 ? ZMQ_SNDMORE : 0);
}

static void
zap_read(struct bus *bus)
{
	while (bus->zap != NULL && can_read(bus->zap)) {
		char parts[7][256];
		size_t lens[7] = {0};
		int more = 1, n = 0;

		memset(parts, 0, sizeof(parts));
		while (more) {
			size_t len = sizeof(more);
			char spare[256];
			char *to = n < 7 ? parts[n] : spare;
			int got = zmq_recv(bus->zap, to, 255, ZMQ_DONTWAIT);

			if (got == -1)
				return;
			if (n < 7)
				lens[n] = got < 255 ? (size_t)got : 255;
			n++;
			zmq_getsockopt(bus->zap, ZMQ_RCVMORE, &more, &len);
		}
		zap_answer(bus, parts, lens);
	}
}

/* --- cut connections: a dialler learns at once, not by silence ------------ */

static void
monitor_open(struct bus_link *l)
{
	char name[64];

	snprintf(name, sizeof(name), "inproc://monitor.%u", l->number);
	must(zmq_socket_monitor(l->socket, name,
		 ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
		     ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
		     ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
		     ZMQ_EVENT_CONNECT_RETRIED) == 0);
	l->monitor = zmq_socket(l->bus->context, ZMQ_PAIR);
	must(l->monitor != NULL);
	set_int(l->monitor, ZMQ_LINGER, 0);
	must(zmq_connect(l->monitor, name) == 0);
}

static void
monitor_close(struct bus_link *l)
{
	if (l->monitor == NULL)
		return;
	zmq_socket_monitor(l->socket, NULL, 0);
	zmq_close(l->monitor);
	l->monitor = NULL;
}

/* ZeroMQ itself does not try again after this one. */
static void
key_refused(struct bus_link *l)
{
	int64_t now = clock_mono();

	l->redial_at = now + REDIAL;
	snprintf(l->trouble, sizeof(l->trouble),
	    "the other side does not know our key, or we do not know its");
	if (l->told_at != 0 && now - l->told_at < TELL_AGAIN)
		return;
	l->told_at = now;
	log_warn("bus %s: the other side does not know our key (or we do not "
		 "know its), trying again every %d s",
	    l->endpoint, (int)(REDIAL / NS_PER_S));
}

void
bus_socket_redial(struct bus_link *l)
{
	if (l->redial_at == 0 || clock_mono() < l->redial_at)
		return;
	l->redial_at = 0;
	(void)zmq_disconnect(l->socket, l->endpoint);
	if (zmq_connect(l->socket, l->endpoint) == -1)
		l->redial_at = clock_mono() + REDIAL;
}

static void
monitor_read(struct bus_link *l)
{
	while (!l->closed && l->monitor != NULL && can_read(l->monitor)) {
		zmq_msg_t part;

		uint16_t event = 0;

		/* An event has two parts: number and value, endpoint. */
		zmq_msg_init(&part);
		if (zmq_msg_recv(&part, l->monitor, ZMQ_DONTWAIT) != -1) {
			if (zmq_msg_size(&part) >= sizeof(event))
				memcpy(
				    &event, zmq_msg_data(&part), sizeof(event));
			skip_parts(l->monitor, &part);
		}
		zmq_msg_close(&part);
		if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH ||
		    event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)
			key_refused(l);
		else if (event == ZMQ_EVENT_DISCONNECTED)
			bus_talk_cut(l);
		else if (event == ZMQ_EVENT_CONNECT_RETRIED)
			snprintf(l->trouble, sizeof(l->trouble),
			    "nobody answers at %.200s", l->endpoint);
	}
}

bool
bus_sockets_ready(struct bus *bus)
{
	if (bus->zap != NULL && can_read(bus->zap))
		return true;
	for (struct bus_link *l = bus->links; l != NULL; l = l->next) {
		if (l->closed || l->quiet || l->kind == BUS_PUBLISH)
			continue;
		if (can_read(l->socket) ||
		    (l->monitor != NULL && can_read(l->monitor)))
			return true;
		l->quiet = true;
	}
	return false;
}

void
bus_sockets_read(struct bus *bus)
{
	zap_read(bus);
	for (struct bus_link *l = bus->links; l != NULL; l = l->next) {
		if (l->closed || l->quiet || l->kind == BUS_PUBLISH)
			continue;
		for (int i = 0; i < READ_AT_ONCE && !l->closed; i++)
			if (!can_read(l->socket) || !read_one(l))
				break;
		monitor_read(l);
	}
}

static uint64_t
random_boot(void)
{
	uint64_t boot = 0;

	must(getrandom(&boot, sizeof(boot), 0) == (ssize_t)sizeof(boot));
	return boot >> 1;
}

struct bus *
bus_new(uv_loop_t *loop, const struct bus_self *self)
{
	struct bus *bus = xnew(struct bus);

	bus->loop = loop;
	bus->self = *self;
	bus->boot = random_boot();
	bus->context = zmq_ctx_new();
	must(bus->context != NULL);
	bus_loop_open(bus);
	return bus;
}

void
bus_free(struct bus **bp)
{
	struct bus *bus = *bp;

	*bp = NULL;
	if (bus == NULL)
		return;
	for (struct bus_link *l = bus->links, *next; l != NULL; l = next) {
		struct bus_link *closing = l;

		next = l->next;
		l->handlers = (struct bus_handlers){0};
		bus_close(&closing);
	}
	bus_loop_free_closed(bus);
	if (bus->zap != NULL)
		zmq_close(bus->zap);
	zmq_ctx_term(bus->context);
	bus_loop_close(bus);
	free(bus);
}

/* --- links ---------------------------------------------------------------- */

/* A line that is cut says nothing: both sides ask each other. */
static void
watch_line(void *socket, int silence_ms)
{
	set_int(socket, ZMQ_HEARTBEAT_IVL, 1000);
	set_int(socket, ZMQ_HEARTBEAT_TIMEOUT, silence_ms);
	set_int(socket, ZMQ_HEARTBEAT_TTL, silence_ms);
	set_int(socket, ZMQ_HANDSHAKE_IVL, 5000);
	set_int(socket, ZMQ_CONNECT_TIMEOUT, 3000);
}

static struct bus_link *
link_new(struct bus *bus, enum bus_kind kind, const char *endpoint,
    const struct bus_options *options, const struct bus_handlers *handlers,
    void *arg)
{
	static const int types[] = {ZMQ_ROUTER, ZMQ_DEALER, ZMQ_PUB, ZMQ_SUB};
	struct bus_link *l = xnew(struct bus_link);

	l->bus = bus;
	l->kind = kind;
	l->number = ++bus->numbers;
	l->endpoint = xstrdup(endpoint);
	l->queue_bytes = options != NULL && options->queue_bytes > 0
	    ? options->queue_bytes
	    : (size_t)16 << 20;
	l->silence_ms = options != NULL && options->silence_ms > 0
	    ? options->silence_ms
	    : BUS_SILENCE_MS;
	if (options != NULL)
		l->refuse = options->refuse;
	if (handlers != NULL)
		l->handlers = *handlers;
	l->arg = arg;
	l->socket = zmq_socket(bus->context, types[kind]);
	must(l->socket != NULL);
	set_int(l->socket, ZMQ_LINGER, 100);
	set_int(l->socket, ZMQ_SNDHWM, HIGH_WATER);
	set_int(l->socket, ZMQ_RCVHWM, HIGH_WATER);
	set_int(l->socket, ZMQ_RECONNECT_IVL, 50);
	set_int(l->socket, ZMQ_RECONNECT_IVL_MAX, 1000);
	set_int(l->socket, ZMQ_IPV6, 1);
	if (strncmp(endpoint, "tcp://", 6) == 0)
		watch_line(l->socket, l->silence_ms);
	zmq_setsockopt(
	    l->socket, ZMQ_MAXMSGSIZE, &(int64_t){FRAME_MAX}, sizeof(int64_t));
	if (kind == BUS_LISTEN)
		set_int(l->socket, ZMQ_ROUTER_MANDATORY, 1);
	if (kind == BUS_DIAL)
		set_int(l->socket, ZMQ_IMMEDIATE, 1);
	if (kind == BUS_SUBSCRIBE)
		zmq_setsockopt(l->socket, ZMQ_SUBSCRIBE, "", 0);
	return l;
}

static int
zap_open(struct bus *bus, struct err *err_r)
{
	if (bus->zap != NULL)
		return 0;
	bus->zap = zmq_socket(bus->context, ZMQ_REP);
	must(bus->zap != NULL);
	set_int(bus->zap, ZMQ_LINGER, 0);
	if (zmq_bind(bus->zap, "inproc://zeromq.zap.01") == 0)
		return 0;
	err_set(err_r, "bus: key handler: %s", zmq_strerror(errno));
	return -1;
}

static int
set_keys(struct bus_link *l, const struct bus_curve *c, struct err *err_r)
{
	char domain[16];
	bool ok;

	if (c == NULL)
		return 0;
	l->allow = c->allow;
	l->allow_arg = c->allow_arg;
	snprintf(domain, sizeof(domain), "%u", l->number);
	ok = zmq_setsockopt(l->socket, ZMQ_CURVE_SECRETKEY, c->secret_key,
		 BUS_KEY_LEN) == 0;
	if (l->kind == BUS_LISTEN) {
		set_int(l->socket, ZMQ_CURVE_SERVER, 1);
		zmq_setsockopt(
		    l->socket, ZMQ_ZAP_DOMAIN, domain, strlen(domain));
		if (zap_open(l->bus, err_r) == -1)
			return -1;
	} else {
		ok = ok &&
		    zmq_setsockopt(l->socket, ZMQ_CURVE_PUBLICKEY,
			c->public_key, BUS_KEY_LEN) == 0 &&
		    zmq_setsockopt(l->socket, ZMQ_CURVE_SERVERKEY,
			c->server_key, BUS_KEY_LEN) == 0;
	}
	if (ok)
		return 0;
	err_set(err_r, "%s: a key is not valid (40 characters of Z85)",
	    l->endpoint);
	return -1;
}

static void
link_drop(struct bus_link *l)
{
	monitor_close(l);
	zmq_close(l->socket);
	free(l->endpoint);
	free(l);
}

static uv_poll_t *
watch(struct bus *bus, struct bus_link *link, void *socket)
{
	int fd = -1;
	size_t len = sizeof(fd);

	must(zmq_getsockopt(socket, ZMQ_FD, &fd, &len) == 0);
	return bus_loop_watch(bus, link, fd);
}

/* Puts the socket on the loop. */
static struct bus_link *
link_start(struct bus_link *l)
{
	if (l->kind != BUS_PUBLISH)
		l->poll = watch(l->bus, l, l->socket);
	if (l->monitor != NULL)
		l->monitor_poll = watch(l->bus, l, l->monitor);
	l->next = l->bus->links;
	l->bus->links = l;
	return l;
}

static struct bus_link *
bind_link(struct bus_link *l, struct err *err_r)
{
	/* Daemons hold a lock of their own: a file here is a dead one's. */
	if (strncmp(l->endpoint, "ipc://", 6) == 0)
		unlink(l->endpoint + 6);
	if (zmq_bind(l->socket, l->endpoint) == -1) {
		err_set(err_r, "%s: %s%s", l->endpoint, zmq_strerror(errno),
		    errno == EADDRINUSE
			? " (another program has the port; choose another "
			  "with `vedette config`)"
			: "");
		link_drop(l);
		return NULL;
	}
	if (strncmp(l->endpoint, "ipc://", 6) == 0)
		(void)chmod(l->endpoint + 6, 0660);
	return link_start(l);
}

struct bus_link *
bus_listen(struct bus *bus, const char *endpoint,
    const struct bus_options *options, const struct bus_handlers *handlers,
    void *arg, struct err *err_r)
{
	struct bus_link *l =
	    link_new(bus, BUS_LISTEN, endpoint, options, handlers, arg);

	if (set_keys(l, options == NULL ? NULL : options->curve, err_r) == -1) {
		link_drop(l);
		return NULL;
	}
	return bind_link(l, err_r);
}

static struct bus_link *
connect_link(struct bus_link *l, struct err *err_r)
{
	if (zmq_connect(l->socket, l->endpoint) == -1) {
		err_set(err_r, "%s: %s", l->endpoint, zmq_strerror(errno));
		link_drop(l);
		return NULL;
	}
	return link_start(l);
}

struct bus_link *
bus_dial(struct bus *bus, const char *endpoint,
    const struct bus_options *options, const struct bus_handlers *handlers,
    void *arg, struct err *err_r)
{
	struct bus_link *l =
	    link_new(bus, BUS_DIAL, endpoint, options, handlers, arg);

	if (set_keys(l, options == NULL ? NULL : options->curve, err_r) == -1) {
		link_drop(l);
		return NULL;
	}
	monitor_open(l);
	l = connect_link(l, err_r);
	if (l != NULL)
		bus_talk_open(l);
	return l;
}

struct bus_link *
bus_publish(struct bus *bus, const char *endpoint, struct err *err_r)
{
	return bind_link(
	    link_new(bus, BUS_PUBLISH, endpoint, NULL, NULL, NULL), err_r);
}

struct bus_link *
bus_subscribe(struct bus *bus, const char *endpoint,
    const struct bus_handlers *handlers, void *arg, struct err *err_r)
{
	return connect_link(
	    link_new(bus, BUS_SUBSCRIBE, endpoint, NULL, handlers, arg), err_r);
}

void
bus_close(struct bus_link **lp)
{
	struct bus_link *l = *lp;

	*lp = NULL;
	if (l == NULL || l->closed)
		return;
	l->closed = true;
	l->busy++;
	bus_talk_close(l);
	l->busy--;
	bus_loop_unwatch(l->poll);
	bus_loop_unwatch(l->monitor_poll);
	monitor_close(l);
	zmq_close(l->socket);
}

const struct bus_counters *
bus_counters(const struct bus *bus)
{
	return &bus->counters;
}

void
bus_keypair(char public_key[BUS_KEY_LEN + 1], char secret_key[BUS_KEY_LEN + 1])
{
	must(zmq_curve_keypair(public_key, secret_key) == 0);
}
