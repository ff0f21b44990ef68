/* SPDX-License-Identifier: Apache-2.0
 *
 * UDP: a thread empties the kernel's buffers in batches into a bounded queue,
 * the loop takes it from there (EC-1).
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "eventd/receive/receive.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH       64
#define DATAGRAM    65536
#define QUEUE_BYTES (64u << 20)
#define TURN        1024 /* messages a turn of the loop */
#define SOCKETS_MAX 32

struct datagram { /* in a block, its bytes behind it, aligned to 8 */
	struct sockaddr_in6 from; /* or sockaddr_in */
	int64_t received_us;
	uint32_t len;
	bool truncated;
};
struct block {
	struct block *next;
	size_t n, taken; /* datagrams; at: the next one's place */
	size_t at, size;
	char bytes[];
};
struct socket {
	int fd;
	uint32_t drops; /* the kernel's count at the last look */
};

struct udp_receiver {
	size_t max_message;
	struct receive_counters *counters;
	receive_fn *fn;
	void *arg;
	uv_async_t async;
	pthread_t thread;
	bool running;
	int wake; /* eventfd */
	pthread_mutex_t lock;
	/* Under the lock. */
	struct block *first, *last;
	size_t queued;
	uint64_t kernel_drops, queue_drops;
	bool stop;
	/* The thread's; changed only while it does not run. */
	struct socket sockets[SOCKETS_MAX];
	size_t n_sockets;
	char *buffer;
	struct mmsghdr msgs[BATCH];
	struct iovec iov[BATCH];
	struct sockaddr_in6 from[BATCH];
	char control[BATCH][64];
	bool paused;
};

static size_t
padded(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

/* The kernel tells how many it dropped so far, with each datagram. */
static uint32_t
drops_of(struct msghdr *h, uint32_t known)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL;
	     c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
			memcpy(&known, CMSG_DATA(c), sizeof(known));
	}
	return known;
}

static struct block *
make_block(struct udp_receiver *u, int n, int64_t now_us)
{
	struct block *b;
	size_t size = 0;

	for (int i = 0; i < n; i++)
		size += sizeof(struct datagram) + padded(u->msgs[i].msg_len);
	b = xmalloc(sizeof(*b) + size);
	*b = (struct block){.n = (size_t)n, .size = size};
	size = 0;
	for (int i = 0; i < n; i++) {
		struct datagram d = {.from = u->from[i],
		    .received_us = now_us,
		    .len = u->msgs[i].msg_len,
		    .truncated =
			(u->msgs[i].msg_hdr.msg_flags & MSG_TRUNC) != 0};

		memcpy(b->bytes + size, &d, sizeof(d));
		memcpy(b->bytes + size + sizeof(d),
		    u->buffer + (size_t)i * DATAGRAM, d.len);
		size += sizeof(d) + padded(d.len);
	}
	return b;
}

static void
enqueue(struct udp_receiver *u, struct block *b, uint32_t kernel)
{
	pthread_mutex_lock(&u->lock);
	u->kernel_drops += kernel;
	if (u->queued + b->size > QUEUE_BYTES) {
		u->queue_drops += b->n;
		pthread_mutex_unlock(&u->lock);
		free(b);
		return;
	}
	if (u->last == NULL)
		u->first = b;
	else
		u->last->next = b;
	u->last = b;
	u->queued += b->size;
	pthread_mutex_unlock(&u->lock);
	uv_async_send(&u->async);
}

/* One batch from a socket that has some. */
static void
receive(struct udp_receiver *u, struct socket *s)
{
	uint32_t drops = s->drops;
	int n;

	for (int i = 0; i < BATCH; i++) {
		u->iov[i] =
		    (struct iovec){u->buffer + (size_t)i * DATAGRAM, DATAGRAM};
		u->msgs[i].msg_hdr = (struct msghdr){.msg_name = &u->from[i],
		    .msg_namelen = sizeof(u->from[i]),
		    .msg_iov = &u->iov[i],
		    .msg_iovlen = 1,
		    .msg_control = u->control[i],
		    .msg_controllen = sizeof(u->control[i])};
	}
	n = recvmmsg(s->fd, u->msgs, BATCH, MSG_DONTWAIT, NULL);
	if (n <= 0)
		return;
	for (int i = 0; i < n; i++)
		drops = drops_of(&u->msgs[i].msg_hdr, drops);
	enqueue(
	    u, make_block(u, n, clock_wall() / NS_PER_US), drops - s->drops);
	s->drops = drops;
}

static void *
run(void *arg)
{
	struct udp_receiver *u = arg;
	struct pollfd polls[SOCKETS_MAX + 1];
	bool stop = false;

	while (!stop) {
		for (size_t i = 0; i < u->n_sockets; i++)
			polls[i] = (struct pollfd){
			    .fd = u->sockets[i].fd, .events = POLLIN};
		polls[u->n_sockets] =
		    (struct pollfd){.fd = u->wake, .events = POLLIN};
		if (poll(polls, u->n_sockets + 1, -1) < 0 && errno != EINTR)
			return NULL;
		for (size_t i = 0; i < u->n_sockets; i++) {
			if (polls[i].revents != 0)
				receive(u, &u->sockets[i]);
		}
		pthread_mutex_lock(&u->lock);
		stop = u->stop;
		pthread_mutex_unlock(&u->lock);
	}
	return NULL;
}

/* --- on the loop -------------------------------------------------------------
 */

/* The block's next datagrams; true: it is used up. */
static bool
give(struct udp_receiver *u, struct block *b, size_t *budget)
{
	char address[64];

	while (b->taken<b->n && * budget> 0) {
		struct datagram d;
		struct slice raw;

		memcpy(&d, b->bytes + b->at, sizeof(d));
		raw = (struct slice){b->bytes + b->at + sizeof(d), d.len};
		b->at += sizeof(d) + padded(d.len);
		b->taken++;
		(*budget)--;
		u->counters->udp_bytes += raw.len;
		raw = frame_strip(raw);
		if (raw.len > u->max_message || d.truncated) {
			u->counters->frames.truncated++;
			if (raw.len > u->max_message)
				raw.len = u->max_message;
		}
		if (raw.len == 0)
			continue;
		ec_address_text((const struct sockaddr *)&d.from, address);
		u->fn(raw, address, INPUT_UDP, d.received_us, u->arg);
	}
	return b->taken == b->n;
}

static void
on_async(uv_async_t *async)
{
	struct udp_receiver *u = async->data;
	size_t budget = TURN;

	while (budget > 0 && !u->paused) {
		struct block *b;

		pthread_mutex_lock(&u->lock);
		b = u->first;
		u->counters->kernel_drops = u->kernel_drops;
		u->counters->queue_drops = u->queue_drops;
		pthread_mutex_unlock(&u->lock);
		if (b == NULL)
			return;
		if (!give(u, b, &budget))
			break;
		pthread_mutex_lock(&u->lock);
		u->first = b->next;
		if (u->first == NULL)
			u->last = NULL;
		u->queued -= b->size;
		pthread_mutex_unlock(&u->lock);
		free(b);
	}
	if (!u->paused)
		uv_async_send(&u->async);
}

struct udp_receiver *
udp_new(uv_loop_t *loop, size_t max_message, struct receive_counters *counters,
    receive_fn *fn, void *arg)
{
	struct udp_receiver *u = xnew(struct udp_receiver);

	u->max_message = max_message;
	u->counters = counters;
	u->fn = fn;
	u->arg = arg;
	u->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	must(u->wake != -1);
	pthread_mutex_init(&u->lock, NULL);
	must(uv_async_init(loop, &u->async, on_async) == 0);
	u->async.data = u;
	uv_unref((uv_handle_t *)&u->async);
	return u;
}

static void
stop_thread(struct udp_receiver *u)
{
	uint64_t one = 1;

	if (!u->running)
		return;
	pthread_mutex_lock(&u->lock);
	u->stop = true;
	pthread_mutex_unlock(&u->lock);
	must(write(u->wake, &one, sizeof(one)) == sizeof(one));
	pthread_join(u->thread, NULL);
	must(read(u->wake, &one, sizeof(one)) == sizeof(one));
	u->stop = u->running = false;
}

void
udp_set_sockets(struct udp_receiver *u, const int *fds, size_t n)
{
	struct socket old[SOCKETS_MAX];
	size_t n_old = u->n_sockets;

	stop_thread(u);
	memcpy(old, u->sockets, sizeof(old));
	must(n <= SOCKETS_MAX);
	u->n_sockets = n;
	for (size_t i = 0; i < n; i++) {
		u->sockets[i] = (struct socket){.fd = fds[i]};
		for (size_t k = 0; k < n_old; k++) {
			if (old[k].fd == fds[i])
				u->sockets[i] = old[k];
		}
	}
	if (n == 0) {
		free(u->buffer);
		u->buffer = NULL;
		return;
	}
	if (u->buffer == NULL)
		u->buffer = xmalloc((size_t)BATCH * DATAGRAM);
	must(pthread_create(&u->thread, NULL, run, u) == 0);
	u->running = true;
}

void
udp_set_max_message(struct udp_receiver *u, size_t max_message)
{
	u->max_message = max_message;
}

void
udp_pause(struct udp_receiver *u, bool paused)
{
	u->paused = paused;
	if (!paused)
		uv_async_send(&u->async);
}

static void
closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
udp_free(struct udp_receiver **up)
{
	struct udp_receiver *u = *up;
	struct block *next;

	if (u == NULL)
		return;
	stop_thread(u);
	for (struct block *b = u->first; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	close(u->wake);
	free(u->buffer);
	pthread_mutex_destroy(&u->lock);
	uv_close((uv_handle_t *)&u->async, closed);
	*up = NULL;
}
