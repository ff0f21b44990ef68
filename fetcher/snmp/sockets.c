/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared sockets; see sockets.h. To the library each device has a transport of
 * its own, over a link as others have it: sending goes out by a shared socket,
 * receiving takes the packet that is being looked at.
 */
#include "fetcher/snmp/sockets.h"

#include "common/log.h"
#include "common/mem.h"
#include "fetcher/snmp/packet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOCKETS      8 /* of a family: each has its own queue in the kernel */
#define BUCKETS      4096
#define NUMBERS      8 /* sent by one device and not forgotten */
#define PACKETS      32
#define PACKET_BYTES 65536
#define QUEUE_BYTES  (4 << 20)
#define ROUNDS       8 /* of PACKETS, then others have their turn */
#define BEAT_MS      1
#define BEAT_PACKETS 4  /* in a millisecond */
#define BEAT_LINKS   16 /* open */
#define BEAT_POOR    8  /* beats in a row with fewer packets: the last ones */

struct number {
	struct number *next, **at; /* at NULL: not in the table */
	uint32_t value;
	struct snmp_link *link;
};

struct snmp_link { /* to one device */
	struct snmp_sockets *sockets;
	int fd;
	union address to;
	snmp_arrived_fn *arrived;
	void *arg;
	struct number numbers[NUMBERS];
	unsigned n_sent;
};

struct shared {
	uv_poll_t poll;
	struct snmp_sockets *sockets;
	int fd;
};

struct snmp_sockets {
	uv_timer_t beat; /* the memory is its own until it is closed */
	uv_loop_t *loop;
	struct shared *v4[SOCKETS], *v6[SOCKETS];
	unsigned turn, n_links;
	uint64_t ms; /* of the loop, in which n_packets came */
	size_t n_packets;
	bool beats;
	unsigned poor; /* beats, in a row */
	struct number *buckets[BUCKETS];
	const unsigned char *packet; /* being looked at */
	size_t packet_len;
};

/* Of the process: one thread speaks SNMP. */
static unsigned char packets[PACKETS][PACKET_BYTES];

/* --- numbers of packets ---------------------------------------------------
 */

static void
forget(struct number *n)
{
	if (n->at == NULL)
		return;
	*n->at = n->next;
	if (n->next != NULL)
		n->next->at = n->at;
	n->at = NULL;
}

static void
note_sent(struct snmp_link *l, uint32_t value)
{
	struct number *n = &l->numbers[l->n_sent % NUMBERS], **bucket;

	for (unsigned i = 0; i < NUMBERS; i++) /* it was sent again */
		if (l->numbers[i].at != NULL && l->numbers[i].value == value)
			return;
	forget(n);
	l->n_sent++;
	bucket = &l->sockets->buckets[value % BUCKETS];
	*n = (struct number){
	    .next = *bucket, .at = bucket, .value = value, .link = l};
	if (n->next != NULL)
		n->next->at = &n->next;
	*bucket = n;
}

static struct snmp_link *
find(const struct snmp_sockets *s, uint32_t value)
{
	struct number *n = s->buckets[value % BUCKETS];

	while (n != NULL && n->value != value)
		n = n->next;
	return n == NULL ? NULL : n->link;
}

/* --- sockets --------------------------------------------------------------
 */

/*
 * Nothing that was asked for, which is rare: whoever talks to that address
 * should be able to say so. Answers are not told apart by their address,
 * because some devices answer from another one.
 */
static void
blame(const struct snmp_sockets *s, const union address *from,
    enum snmp_arrival what)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		struct number *n = s->buckets[i];

		for (; n != NULL; n = n->next) {
			struct snmp_link *l = n->link;
			bool is_last =
			    n == &l->numbers[(l->n_sent - 1) % NUMBERS];

			if (is_last && address_same(&l->to, from) &&
			    address_port(&l->to) == address_port(from))
				l->arrived(l->arg, what);
		}
	}
}

static void
look_at(struct snmp_sockets *s, const unsigned char *packet, size_t n,
    const union address *from)
{
	struct snmp_link *l;
	uint32_t number;

	s->packet = packet;
	s->packet_len = n;
	if (!snmp_packet_number(packet, n, &number))
		blame(s, from, SNMP_GARBAGE);
	else if ((l = find(s, number)) == NULL)
		blame(s, from, SNMP_UNASKED);
	else
		l->arrived(l->arg, SNMP_ANSWER);
	s->packet = NULL;
}

/* Returns how many packets there were. */
static size_t
read_some(struct shared *h)
{
	struct mmsghdr messages[PACKETS] = {0};
	struct iovec parts[PACKETS];
	union address from[PACKETS];
	int n;

	for (int i = 0; i < PACKETS; i++) {
		parts[i] = (struct iovec){packets[i], PACKET_BYTES};
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
		messages[i].msg_hdr.msg_name = &from[i];
		messages[i].msg_hdr.msg_namelen = sizeof(from[i]);
	}
	n = recvmmsg(h->fd, messages, PACKETS, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++)
		look_at(h->sockets, packets[i], messages[i].msg_len, &from[i]);
	return n > 0 ? (size_t)n : 0;
}

static size_t
read_socket(struct shared *h)
{
	size_t all = 0, n = PACKETS;

	for (int i = 0; i < ROUNDS && n == PACKETS; i++) {
		n = read_some(h);
		all += n;
	}
	return all;
}

/* --- the beat -------------------------------------------------------------
 *
 * While many devices answer, to wake up for each costs more than its packet.
 * Then the sockets are read once a millisecond, until there is less to do.
 */

static void readable(uv_poll_t *poll, int status, int events);

static struct shared *
socket_at(const struct snmp_sockets *s, size_t i)
{
	return i < SOCKETS ? s->v4[i] : s->v6[i - SOCKETS];
}

static void
listen_to(struct shared *h)
{
	must(uv_poll_start(&h->poll, UV_READABLE, readable) == 0);
}

static void
beat(uv_timer_t *timer)
{
	struct snmp_sockets *s = timer->data;
	size_t n = 0;

	for (size_t i = 0; i < 2 * SOCKETS; i++)
		if (socket_at(s, i) != NULL)
			n += read_socket(socket_at(s, i));
	s->poor = n >= BEAT_PACKETS ? 0 : s->poor + 1;
	if (s->poor < BEAT_POOR)
		return;
	s->beats = false;
	uv_timer_stop(timer);
	for (size_t i = 0; i < 2 * SOCKETS; i++)
		if (socket_at(s, i) != NULL)
			listen_to(socket_at(s, i));
}

static void
begin_beat(struct snmp_sockets *s)
{
	s->beats = true;
	s->poor = 0;
	uv_timer_start(&s->beat, beat, BEAT_MS, BEAT_MS);
	for (size_t i = 0; i < 2 * SOCKETS; i++)
		if (socket_at(s, i) != NULL)
			uv_poll_stop(&socket_at(s, i)->poll);
}

static void
readable(uv_poll_t *poll, int status, int events)
{
	struct shared *h = poll->data;
	struct snmp_sockets *s = h->sockets;

	(void)status;
	(void)events;
	if (s->ms != uv_now(s->loop))
		s->n_packets = 0;
	s->ms = uv_now(s->loop);
	s->n_packets += read_socket(h);
	if (!s->beats && s->n_packets >= BEAT_PACKETS &&
	    s->n_links >= BEAT_LINKS)
		begin_beat(s);
}

static struct shared *
open_one(struct snmp_sockets *s, int family)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int bytes = QUEUE_BYTES;
	struct shared *h;

	if (fd == -1)
		return NULL;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) ==
	    -1)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	h = xnew(struct shared);
	h->sockets = s;
	h->fd = fd;
	must(uv_poll_init(s->loop, &h->poll, fd) == 0);
	h->poll.data = h;
	if (!s->beats)
		listen_to(h);
	uv_unref((uv_handle_t *)&h->poll);
	return h;
}

struct snmp_sockets *
snmp_sockets_new(uv_loop_t *loop)
{
	struct snmp_sockets *s = xnew(struct snmp_sockets);

	s->loop = loop;
	uv_timer_init(loop, &s->beat);
	s->beat.data = s;
	uv_unref((uv_handle_t *)&s->beat);
	return s;
}

static void
closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void
close_all(struct shared **list)
{
	for (int i = 0; i < SOCKETS; i++) {
		if (list[i] == NULL)
			continue;
		uv_poll_stop(&list[i]->poll);
		close(list[i]->fd);
		uv_close((uv_handle_t *)&list[i]->poll, closed);
	}
}

void
snmp_sockets_free(struct snmp_sockets **sp)
{
	struct snmp_sockets *s = *sp;

	if (s == NULL)
		return;
	close_all(s->v4);
	close_all(s->v6);
	uv_close((uv_handle_t *)&s->beat, closed);
	*sp = NULL;
}

/* --- links ----------------------------------------------------------------
 */

struct snmp_link *
snmp_link_open(struct snmp_sockets *s, const union address *to,
    snmp_arrived_fn *arrived, void *arg, struct err *err_r)
{
	struct shared **h = &(
	    to->sa.sa_family == AF_INET6 ? s->v6 : s->v4)[s->turn++ % SOCKETS];
	struct snmp_link *l;

	if (*h == NULL)
		*h = open_one(s, to->sa.sa_family);
	if (*h == NULL) {
		err_set(err_r, "no socket: %s", strerror(errno));
		return NULL;
	}
	l = xnew(struct snmp_link);
	s->n_links++;
	l->sockets = s;
	l->fd = (*h)->fd;
	l->to = *to;
	l->arrived = arrived;
	l->arg = arg;
	return l;
}

/* It is to be freed. */
static void
forget_all(struct snmp_link *l)
{
	l->sockets->n_links--;
	for (int i = 0; i < NUMBERS; i++)
		forget(&l->numbers[i]);
}

void
snmp_link_close(struct snmp_link **l)
{
	if (*l == NULL)
		return;
	forget_all(*l);
	free(*l);
	*l = NULL;
}

int
snmp_link_send(
    struct snmp_link *l, uint32_t number, const void *bytes, size_t n)
{
	note_sent(l, number);
	/* A full queue is a lost packet: it is sent again. */
	return sendto(l->fd, bytes, n, 0, &l->to.sa, address_len(&l->to)) ==
		    -1 &&
		errno != EAGAIN && errno != ENOBUFS
	    ? -1
	    : 0;
}

struct slice
snmp_link_packet(const struct snmp_link *l)
{
	const struct snmp_sockets *s = l->sockets;

	return (struct slice){(const char *)s->packet, s->packet_len};
}

/* --- the library's transport ----------------------------------------------
 */

static int
transport_recv(netsnmp_transport *t, void *buf, int size, void **opaque,
    int *opaque_length)
{
	struct slice packet = snmp_link_packet(t->data);
	int n = packet.len > (size_t)size ? size : (int)packet.len;

	*opaque = NULL;
	*opaque_length = 0;
	if (packet.s == NULL)
		return -1;
	memcpy(buf, packet.s, (size_t)n);
	return n;
}

static int
transport_send(netsnmp_transport *t, const void *buf, int size, void **opaque,
    int *opaque_length)
{
	uint32_t number;

	(void)opaque;
	(void)opaque_length;
	if (!snmp_packet_number(buf, (size_t)size, &number))
		return -1; /* whose answer would never be known */
	return snmp_link_send(t->data, number, buf, (size_t)size) == 0 ? size
								       : -1;
}

static int
transport_close(netsnmp_transport *t)
{
	forget_all(t->data);
	t->sock = -1;
	return 0;
}

static char *
transport_name(netsnmp_transport *t, const void *data, int length)
{
	(void)t;
	(void)data;
	(void)length;
	return strdup("SNMP");
}

netsnmp_transport *
snmp_sockets_transport(struct snmp_sockets *s, const union address *to,
    snmp_arrived_fn *arrived, void *arg, struct err *err_r)
{
	struct snmp_link *l = snmp_link_open(s, to, arrived, arg, err_r);
	netsnmp_transport *t;

	if (l == NULL)
		return NULL;
	/* The library frees both. */
	t = xcalloc(1, sizeof(*t));
	t->domain = netsnmpUDPDomain;
	t->domain_length = (int)netsnmpUDPDomain_len;
	t->sock = l->fd;
	t->data = l;
	t->data_length = sizeof(*l);
	t->msgMaxSize = PACKET_BYTES - 1 - 8 - 20;
	t->f_recv = transport_recv;
	t->f_send = transport_send;
	t->f_close = transport_close;
	t->f_fmtaddr = transport_name;
	return t;
}
