/* SPDX-License-Identifier: Apache-2.0
 *
 * Bulk ping; see icmp.h. A request's number is an index into `slots` with a
 * generation, so that a late reply to an earlier request of the same slot is
 * told apart. Requests go out 64 at a time, and replies are taken in between,
 * so that a burst of hosts never overruns the receive buffer.
 */
#include "fetcher/icmp.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define BATCH         64
#define PACE_MS       2 /* between two batches of 64 */
#define RECEIVE_BYTES (8 << 20)
#define PAYLOAD_BYTES 56
#define HEADER_BYTES  8
#define PACKET_BYTES  (HEADER_BYTES + PAYLOAD_BYTES)
#define REPLY_BYTES   (60 + PACKET_BYTES) /* with the longest IP header */

struct payload { /* the start of it; zeros follow */
	uint64_t cookie;
	uint32_t slot, generation;
};

struct slot {
	struct icmp_probe *probe; /* NULL: free */
	uint32_t generation;
	uint32_t next_free;
	int64_t sent_mono, sent_wall;
};

struct family_socket {
	uv_poll_t poll;
	int fd; /* -1: none */
	int family;
	bool is_raw;
};

struct icmp {
	uv_loop_t *loop;
	struct family_socket sockets[2]; /* IPv4, IPv6 */
	uv_timer_t pump;
	struct icmp_probe *first[2], *last[2]; /* to be sent, by family */
	struct slot *slots;                    /* [0] is never used */
	uint32_t n_slots, cap_slots, free_slot;
	uint64_t cookie;
	uint16_t ident; /* of raw sockets */
	struct icmp_counters counters;
};

/* --- sockets ---------------------------------------------------------------
 */

/* Keeps other processes' replies from waking us. */
static void
filter_ident(int fd, int family, uint16_t ident)
{
	struct sock_filter v4[] = {
	    BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), /* X = IP header */
	    BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ident, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, 0x40000),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_filter v6[] = {
	    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ident, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, 0x40000),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = {
	    .len = family == AF_INET ? ARRAY_LEN(v4) : ARRAY_LEN(v6),
	    .filter = family == AF_INET ? v4 : v6,
	};

	setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
}

/* Echo replies only: keeps out our own requests on loopback too. */
static void
filter_type(int fd, int family)
{
	struct icmp_filter f4 = {.data = ~(1u << ICMP_ECHOREPLY)};
	struct icmp6_filter f6;

	if (family == AF_INET) {
		setsockopt(fd, SOL_RAW, ICMP_FILTER, &f4, sizeof(f4));
		return;
	}
	ICMP6_FILTER_SETBLOCKALL(&f6);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &f6);
	setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &f6, sizeof(f6));
}

static void
tune(int fd)
{
	int bytes = RECEIVE_BYTES, on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) !=
	    0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
}

/* 0, or the errno of the raw socket. */
static int
open_socket(struct icmp *icmp, struct family_socket *s, int family)
{
	int protocol = family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	int why = 0;

	s->family = family;
	s->is_raw = true;
	s->fd =
	    socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	if (s->fd < 0) {
		why = errno;
		s->is_raw = false;
		s->fd = socket(family,
		    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	}
	if (s->fd < 0)
		return why;
	if (s->is_raw) {
		filter_type(s->fd, family);
		filter_ident(s->fd, family, icmp->ident);
	}
	tune(s->fd);
	return 0;
}

/* --- slots -----------------------------------------------------------------
 */

static uint32_t
take_slot(struct icmp *icmp, struct icmp_probe *probe)
{
	uint32_t i = icmp->free_slot;

	if (i != 0) {
		icmp->free_slot = icmp->slots[i].next_free;
	} else {
		ARRAY_GROW(icmp->slots, icmp->n_slots, icmp->cap_slots);
		i = icmp->n_slots++;
		memset(&icmp->slots[i], 0, sizeof(icmp->slots[i]));
	}
	icmp->slots[i].probe = probe;
	icmp->slots[i].generation++;
	return i;
}

static void
unqueue(struct icmp *icmp, struct icmp_probe *probe)
{
	int q = probe->to.sa.sa_family == AF_INET6;

	if (probe->prev != NULL)
		probe->prev->next = probe->next;
	else
		icmp->first[q] = probe->next;
	if (probe->next != NULL)
		probe->next->prev = probe->prev;
	else
		icmp->last[q] = probe->prev;
	probe->prev = probe->next = NULL;
	probe->queued = false;
}

void
icmp_stop(struct icmp *icmp, struct icmp_probe *probe)
{
	struct slot *s;

	if (probe->slot == 0)
		return;
	if (probe->queued)
		unqueue(icmp, probe);
	s = &icmp->slots[probe->slot];
	must(s->probe == probe);
	s->probe = NULL;
	s->next_free = icmp->free_slot;
	icmp->free_slot = probe->slot;
	probe->slot = 0;
}

static void
finish(struct icmp *icmp, struct icmp_probe *probe, int status, int64_t rtt)
{
	icmp_stop(icmp, probe);
	probe->done(probe, status, rtt);
}

/* --- receiving -------------------------------------------------------------
 */

/* When the kernel got it: a busy loop does not lengthen the round trip. */
static int64_t
received_wall(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL;
	     c = CMSG_NXTHDR(msg, c)) {
		struct timespec ts;

		if (c->cmsg_level != SOL_SOCKET ||
		    c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		return ts.tv_sec * NS_PER_S + ts.tv_nsec;
	}
	return 0;
}

static int64_t
round_trip(const struct slot *s, int64_t wall)
{
	int64_t most = clock_mono() - s->sent_mono;
	int64_t rtt = wall - s->sent_wall;

	/* The wall clock may have been set in between. */
	return wall != 0 && rtt >= 0 && rtt <= most ? rtt : most;
}

/* The slot that the reply fits, or 0. */
static uint32_t
match(const struct icmp *icmp, const struct family_socket *sock,
    const uint8_t *p, size_t n, const union address *from)
{
	struct payload load;
	uint16_t ident, seq;
	uint8_t type =
	    sock->family == AF_INET ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY;

	if (sock->family == AF_INET && sock->is_raw) {
		size_t ip = n > 0 ? (p[0] & 15u) * 4u : 0;

		if (ip < 20 || ip > n)
			return 0;
		p += ip;
		n -= ip;
	}
	if (n < HEADER_BYTES + sizeof(load) || p[0] != type || p[1] != 0)
		return 0;
	memcpy(&ident, p + 4, 2);
	memcpy(&seq, p + 6, 2);
	memcpy(&load, p + HEADER_BYTES, sizeof(load));
	/* A datagram socket's ident is the kernel's, and it has checked it. */
	if (load.cookie != icmp->cookie ||
	    (sock->is_raw && ident != htons(icmp->ident)) ||
	    seq != htons((uint16_t)load.slot) || load.slot == 0 ||
	    load.slot >= icmp->n_slots)
		return 0;
	if (icmp->slots[load.slot].probe == NULL ||
	    icmp->slots[load.slot].generation != load.generation ||
	    icmp->slots[load.slot].probe->queued ||
	    !address_same(&icmp->slots[load.slot].probe->to, from))
		return 0;
	return load.slot;
}

/* Takes one batch. True: there may be more. */
static bool
receive_batch(struct icmp *icmp, struct family_socket *sock)
{
	static uint8_t data[BATCH][REPLY_BYTES];
	static char control[BATCH][64];
	struct mmsghdr msgs[BATCH];
	struct iovec iov[BATCH];
	union address from[BATCH];
	int n;

	memset(msgs, 0, sizeof(msgs));
	for (int i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){data[i], sizeof(data[i])};
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
		msgs[i].msg_hdr.msg_name = &from[i];
		msgs[i].msg_hdr.msg_namelen = sizeof(from[i]);
		msgs[i].msg_hdr.msg_control = control[i];
		msgs[i].msg_hdr.msg_controllen = sizeof(control[i]);
	}
	n = recvmmsg(sock->fd, msgs, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++) {
		uint32_t slot =
		    match(icmp, sock, data[i], msgs[i].msg_len, &from[i]);
		int64_t wall = received_wall(&msgs[i].msg_hdr);

		if (slot == 0) {
			icmp->counters.strange++;
			continue;
		}
		icmp->counters.received++;
		finish(icmp, icmp->slots[slot].probe, 0,
		    round_trip(&icmp->slots[slot], wall));
	}
	return n == BATCH;
}

static void
receive(struct icmp *icmp, struct family_socket *sock)
{
	/* Bounded, so that a flood does not stop the loop. */
	for (int i = 0; i < 16 && receive_batch(icmp, sock); i++)
		;
}

static void
readable(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	receive(poll->data, (struct family_socket *)poll);
}

/* --- sending ---------------------------------------------------------------
 */

static uint16_t
checksum(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2) {
		uint16_t word;

		memcpy(&word, p + i, 2);
		sum += word;
	}
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void
make_packet(struct icmp *icmp, const struct icmp_probe *probe,
    uint8_t packet[PACKET_BYTES])
{
	struct payload load = {
	    .cookie = icmp->cookie,
	    .slot = probe->slot,
	    .generation = icmp->slots[probe->slot].generation,
	};
	uint16_t ident = htons(icmp->ident), seq = htons((uint16_t)load.slot);
	uint16_t sum;
	bool is4 = probe->to.sa.sa_family == AF_INET;

	memset(packet, 0, PACKET_BYTES);
	packet[0] = is4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
	memcpy(packet + 4, &ident, 2);
	memcpy(packet + 6, &seq, 2);
	memcpy(packet + HEADER_BYTES, &load, sizeof(load));
	if (!is4)
		return; /* the kernel's work */
	sum = checksum(packet, PACKET_BYTES);
	memcpy(packet + 2, &sum, 2);
}

/*
 * Sends the first requests of the queue. False: the kernel takes no more now.
 * A request that it refuses is answered with its errno.
 */
static bool
send_batch(struct icmp *icmp, struct family_socket *sock, int q)
{
	static uint8_t packets[BATCH][PACKET_BYTES];
	struct icmp_probe *probes[BATCH], *p = icmp->first[q];
	struct mmsghdr msgs[BATCH];
	struct iovec iov[BATCH];
	int64_t mono = clock_mono(), wall = clock_wall();
	int n = 0, sent;

	memset(msgs, 0, sizeof(msgs));
	for (; n < BATCH && p != NULL; n++, p = p->next) {
		make_packet(icmp, p, packets[n]);
		probes[n] = p;
		iov[n] = (struct iovec){packets[n], PACKET_BYTES};
		msgs[n].msg_hdr.msg_iov = &iov[n];
		msgs[n].msg_hdr.msg_iovlen = 1;
		msgs[n].msg_hdr.msg_name = &p->to;
		msgs[n].msg_hdr.msg_namelen = address_len(&p->to);
		icmp->slots[p->slot].sent_mono = mono;
		icmp->slots[p->slot].sent_wall = wall;
	}
	sent = sendmmsg(sock->fd, msgs, (unsigned)n, MSG_DONTWAIT);
	if (sent < 0) {
		int why = errno;

		if (why == EAGAIN || why == ENOBUFS || why == EINTR)
			return false;
		icmp->counters.refused++;
		finish(icmp, probes[0], -why, 0);
		return true;
	}
	icmp->counters.sent += (uint64_t)sent;
	for (int i = 0; i < sent; i++)
		unqueue(icmp, probes[i]);
	return true;
}

static void
pump(uv_timer_t *timer)
{
	struct icmp *icmp = timer->data;

	for (int q = 0; q < 2; q++) {
		if (icmp->first[q] == NULL)
			continue;
		send_batch(icmp, &icmp->sockets[q], q);
		receive(icmp, &icmp->sockets[q]);
	}
	if (icmp->first[0] != NULL || icmp->first[1] != NULL)
		uv_timer_start(&icmp->pump, pump, PACE_MS, 0);
}

void
icmp_start(struct icmp *icmp, struct icmp_probe *probe)
{
	int q = probe->to.sa.sa_family == AF_INET6;

	must(probe->slot == 0 && icmp_has_family(icmp, probe->to.sa.sa_family));
	/* Raw sockets would take it for a protocol. */
	address_set_port(&probe->to, 0);
	probe->slot = take_slot(icmp, probe);
	probe->queued = true;
	probe->next = NULL;
	probe->prev = icmp->last[q];
	if (icmp->last[q] != NULL)
		icmp->last[q]->next = probe;
	else
		icmp->first[q] = probe;
	icmp->last[q] = probe;
	if (!uv_is_active((uv_handle_t *)&icmp->pump))
		uv_timer_start(&icmp->pump, pump, 0, 0);
}

/* --- from start to end -----------------------------------------------------
 */

struct icmp *
icmp_new(uv_loop_t *loop, struct err *err_r)
{
	struct icmp *icmp = xnew(struct icmp);
	int why4, why6;

	must(getrandom(&icmp->cookie, sizeof(icmp->cookie), 0) ==
	    sizeof(icmp->cookie));
	icmp->ident = (uint16_t)(icmp->cookie >> 17);
	icmp->loop = loop;
	icmp->n_slots = 1;
	icmp->cap_slots = 64;
	icmp->slots = xcalloc(icmp->cap_slots, sizeof(*icmp->slots));
	why4 = open_socket(icmp, &icmp->sockets[0], AF_INET);
	why6 = open_socket(icmp, &icmp->sockets[1], AF_INET6);
	if (why4 != 0 && why6 != 0) {
		err_set(err_r,
		    "cannot open an ICMP socket: %s (give the program the "
		    "capability: setcap cap_net_raw+ep "
		    "VERSION/bin/vedette-fetcher, or let the site's group "
		    "ping: sysctl net.ipv4.ping_group_range)",
		    strerror(why4));
		icmp_free(&icmp);
		return NULL;
	}
	uv_timer_init(loop, &icmp->pump);
	icmp->pump.data = icmp;
	for (int q = 0; q < 2; q++) {
		struct family_socket *s = &icmp->sockets[q];

		if (s->fd < 0)
			continue;
		must(uv_poll_init(loop, &s->poll, s->fd) == 0);
		s->poll.data = icmp;
		uv_poll_start(&s->poll, UV_READABLE, readable);
	}
	return icmp;
}

void
icmp_close(struct icmp *icmp)
{
	uv_close((uv_handle_t *)&icmp->pump, NULL);
	for (int q = 0; q < 2; q++) {
		if (icmp->sockets[q].fd < 0)
			continue;
		uv_close((uv_handle_t *)&icmp->sockets[q].poll, NULL);
		close(icmp->sockets[q].fd);
		icmp->sockets[q].fd = -1;
	}
}

void
icmp_free(struct icmp **icmp)
{
	if (*icmp == NULL)
		return;
	free((*icmp)->slots);
	free(*icmp);
	*icmp = NULL;
}

bool
icmp_has_family(const struct icmp *icmp, int family)
{
	return icmp->sockets[family == AF_INET6].fd >= 0;
}

const struct icmp_counters *
icmp_counters(const struct icmp *icmp)
{
	return &icmp->counters;
}
