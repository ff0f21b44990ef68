/* SPDX-License-Identifier: Apache-2.0
 *
 * UDP: a thread empties the kernel's buffers in batches into bounded lanes, one
 * for the senders whose addresses fall into it, and the loop takes from each
 * lane in turn (EC-1). So a host that sends faster than its messages can be
 * looked at fills its own lane and delays nobody else's.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "eventd/receive/receive.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH       64
#define DATAGRAM    65536
#define QUEUE_BYTES (64u << 20)
#define LANES       256 /* a power of two */
#define LANE_BYTES  (16u << 20)
#define LANE_TURN   64   /* messages of a lane, then the next lane's */
#define TURN        1024 /* messages a turn of the loop */
#define SOCKETS_MAX 32
/*
 * At some thousand datagrams a second each would wake two threads: those that
 * come so close behind others wait for company.
 */
#define CLOSE_NS  (1000 * 1000)
#define GATHER_NS (250 * 1000)

struct datagram { /* in a block, its bytes behind it, aligned to 8 */
	struct sockaddr_in6 from; /* or sockaddr_in */
	int64_t received_us;
	uint32_t len;
	int fd;
	bool truncated;
};
struct block { /* datagrams of one lane */
	struct block *next;
	size_t n, taken; /* datagrams; at: the next one's place */
	size_t at, size;
	char bytes[];
};
struct lane {
	struct lane *next; /* of those that hold something */
	struct block *first, *last;
	size_t queued;
	bool listed;
};
struct socket {
	int fd;
	uint32_t drops; /* the kernel's count at the last look */
};

struct udp_receiver {
	enum input input;
	size_t max_message;
	size_t lane_bytes; /* traps come in bursts from one relay */
	struct receive_counters *counters;
	receive_fn *fn;
	void *arg;
	uv_async_t async;
	pthread_t thread;
	bool running;
	int wake; /* eventfd */
	uint64_t seed;
	pthread_mutex_t lock;
	/* Under the lock. */
	struct lane lanes[LANES];
	struct lane *first, *last; /* that hold something */
	size_t queued;
	uint64_t queue_drops;
	bool stop;
	/* The thread's; changed only while it does not run. */
	struct socket sockets[SOCKETS_MAX];
	size_t n_sockets;
	char *buffer;
	struct mmsghdr msgs[BATCH];
	struct iovec iov[BATCH];
	struct sockaddr_in6 from[BATCH];
	bool paused;
	const struct datagram *given; /* that fn is being called for */
	struct sockaddr_in6 known;    /* whose text it is; the port apart */
	char address[64];
};

static size_t
padded(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

/* Which lane a sender's datagrams take: by the address alone. */
static unsigned
lane_of(const struct udp_receiver *u, const struct sockaddr_in6 *from)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)from;
	uint64_t h = u->seed, half[2];

	if (from->sin6_family == AF_INET) {
		h ^= in->sin_addr.s_addr;
	} else {
		memcpy(half, &from->sin6_addr, sizeof(half));
		h ^= half[0] * 0x9e3779b97f4a7c15u + half[1];
	}
	h *= 0xd6e8feb86659fd93u;
	return (unsigned)(h >> 48) & (LANES - 1);
}

/* Datagrams `from` to before `to` of the batch. */
static struct block *
make_block(struct udp_receiver *u, const struct socket *s, int from, int to,
    int64_t now_us)
{
	struct block *b;
	size_t size = 0;

	for (int i = from; i < to; i++)
		size += sizeof(struct datagram) + padded(u->msgs[i].msg_len);
	b = xmalloc(sizeof(*b) + size);
	*b = (struct block){.n = (size_t)(to - from), .size = size};
	size = 0;
	for (int i = from; i < to; i++) {
		struct datagram d = {.from = u->from[i],
		    .received_us = now_us,
		    .len = u->msgs[i].msg_len,
		    .fd = s->fd,
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
list_lane(struct udp_receiver *u, struct lane *lane)
{
	lane->listed = true;
	lane->next = NULL;
	if (u->last == NULL)
		u->first = lane;
	else
		u->last->next = lane;
	u->last = lane;
}

/* Under the lock. False: there is no room. */
static bool
enqueue(struct udp_receiver *u, struct lane *lane, struct block *b)
{
	if (u->queued + b->size > QUEUE_BYTES ||
	    lane->queued + b->size > u->lane_bytes) {
		u->queue_drops += b->n;
		return false;
	}
	if (lane->last == NULL)
		lane->first = b;
	else
		lane->last->next = b;
	lane->last = b;
	lane->queued += b->size;
	u->queued += b->size;
	if (!lane->listed)
		list_lane(u, lane);
	return true;
}

/* One batch from a socket that has some; a block for each run of a lane. */
static int
receive(struct udp_receiver *u, struct socket *s)
{
	struct block *blocks[BATCH];
	unsigned lanes[BATCH];
	int n, end, runs = 0;
	int64_t now_us;

	for (int i = 0; i < BATCH; i++) {
		u->iov[i] =
		    (struct iovec){u->buffer + (size_t)i * DATAGRAM, DATAGRAM};
		u->msgs[i].msg_hdr = (struct msghdr){.msg_name = &u->from[i],
		    .msg_namelen = sizeof(u->from[i]),
		    .msg_iov = &u->iov[i],
		    .msg_iovlen = 1};
	}
	n = recvmmsg(s->fd, u->msgs, BATCH, MSG_DONTWAIT, NULL);
	now_us = clock_wall() / NS_PER_US;
	for (int i = 0; i < n; i = end) {
		lanes[runs] = lane_of(u, &u->from[i]);
		for (end = i + 1;
		     end < n && lane_of(u, &u->from[end]) == lanes[runs]; end++)
			;
		blocks[runs++] = make_block(u, s, i, end, now_us);
	}
	pthread_mutex_lock(&u->lock);
	for (int i = 0; i < runs; i++) {
		if (enqueue(u, &u->lanes[lanes[i]], blocks[i]))
			blocks[i] = NULL;
	}
	pthread_mutex_unlock(&u->lock);
	for (int i = 0; i < runs; i++)
		free(blocks[i]);
	if (n > 0)
		uv_async_send(&u->async);
	return n > 0 ? n : 0;
}

static void *
run(void *arg)
{
	struct udp_receiver *u = arg;
	struct pollfd polls[SOCKETS_MAX + 1];
	int64_t last = 0, now;
	bool stop = false;
	int n;

	while (!stop) {
		for (size_t i = 0; i < u->n_sockets; i++)
			polls[i] = (struct pollfd){
			    .fd = u->sockets[i].fd, .events = POLLIN};
		polls[u->n_sockets] =
		    (struct pollfd){.fd = u->wake, .events = POLLIN};
		if (poll(polls, u->n_sockets + 1, -1) < 0 && errno != EINTR)
			return NULL;
		n = 0;
		for (size_t i = 0; i < u->n_sockets; i++) {
			if (polls[i].revents != 0)
				n += receive(u, &u->sockets[i]);
		}
		now = clock_mono();
		if (n < BATCH / 2 && now - last < CLOSE_NS)
			nanosleep(
			    &(struct timespec){.tv_nsec = GATHER_NS}, NULL);
		last = now;
		pthread_mutex_lock(&u->lock);
		stop = u->stop;
		pthread_mutex_unlock(&u->lock);
	}
	return NULL;
}

/* --- on the loop -------------------------------------------------------------
 */

static struct slice
line_of(struct udp_receiver *u, struct slice raw, bool truncated)
{
	raw = frame_strip(raw);
	if (raw.len > u->max_message || truncated) {
		u->counters->frames.truncated++;
		if (raw.len > u->max_message)
			raw.len = u->max_message;
	}
	return raw;
}

void
udp_peer(const struct udp_receiver *u, struct sockaddr_in6 *from, int *fd)
{
	*from = u->given->from;
	*fd = u->given->fd;
}

/* The sender's address as text; one sender's datagrams come together. */
static const char *
address_of(struct udp_receiver *u, struct sockaddr_in6 from)
{
	/* At the same place for both families. */
	from.sin6_port = u->known.sin6_port;
	if (memcmp(&from, &u->known, sizeof(from)) != 0) {
		ec_address_text((const struct sockaddr *)&from, u->address);
		u->known = from;
	}
	return u->address;
}

/* The block's next datagrams; true: it is used up. */
static bool
give(struct udp_receiver *u, struct block *b, size_t *budget)
{
	while (b->taken<b->n && * budget> 0) {
		struct datagram d;
		struct slice raw;

		memcpy(&d, b->bytes + b->at, sizeof(d));
		raw = (struct slice){b->bytes + b->at + sizeof(d), d.len};
		b->at += sizeof(d) + padded(d.len);
		b->taken++;
		(*budget)--;
		u->counters->udp_bytes += raw.len;
		if (u->input == INPUT_UDP)
			raw = line_of(u, raw, d.truncated);
		if (raw.len == 0)
			continue;
		u->given = &d;
		u->fn(raw, address_of(u, d.from), u->input, d.received_us,
		    u->arg);
	}
	return b->taken == b->n;
}

/* The lane whose turn it is goes to the end, or out if it is empty. */
static void
turn_lane(struct udp_receiver *u, struct lane *lane)
{
	u->first = lane->next;
	if (u->first == NULL)
		u->last = NULL;
	lane->listed = false;
	if (lane->first != NULL)
		list_lane(u, lane);
}

/* Some messages of one lane. */
static void
give_lane(struct udp_receiver *u, struct lane *lane, size_t *budget)
{
	size_t share = *budget < LANE_TURN ? *budget : LANE_TURN, left = share;
	struct block *b, *used;

	pthread_mutex_lock(&u->lock);
	b = lane->first;
	pthread_mutex_unlock(&u->lock);
	while (b != NULL && left > 0 && !u->paused) {
		used = b;
		if (!give(u, b, &left))
			break;
		pthread_mutex_lock(&u->lock);
		b = lane->first = used->next;
		if (b == NULL)
			lane->last = NULL;
		lane->queued -= used->size;
		u->queued -= used->size;
		pthread_mutex_unlock(&u->lock);
		free(used);
	}
	*budget -= share - left;
	pthread_mutex_lock(&u->lock);
	turn_lane(u, lane);
	pthread_mutex_unlock(&u->lock);
}

static void
on_async(uv_async_t *async)
{
	struct udp_receiver *u = async->data;
	size_t budget = TURN;

	while (budget > 0 && !u->paused) {
		struct lane *lane;

		pthread_mutex_lock(&u->lock);
		lane = u->first;
		u->counters->queue_drops = u->queue_drops;
		u->counters->udp_queued = u->queued;
		pthread_mutex_unlock(&u->lock);
		if (lane == NULL)
			return;
		give_lane(u, lane, &budget);
	}
	if (!u->paused)
		uv_async_send(&u->async);
}

struct udp_receiver *
udp_new(uv_loop_t *loop, enum input input, size_t max_message,
    struct receive_counters *counters, receive_fn *fn, void *arg)
{
	struct udp_receiver *u = xnew(struct udp_receiver);

	u->input = input;
	u->lane_bytes = input == INPUT_TRAP ? QUEUE_BYTES : LANE_BYTES;
	u->max_message = max_message;
	u->counters = counters;
	u->fn = fn;
	u->arg = arg;
	/* So that nobody can choose whose lane to fill. */
	must(getrandom(&u->seed, sizeof(u->seed), 0) == sizeof(u->seed));
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

/* What the kernel holds and what it dropped so far, without a datagram. */
void
udp_look(struct udp_receiver *u)
{
	uint32_t info[SK_MEMINFO_VARS];

	u->counters->kernel_queued = 0;
	for (size_t i = 0; i < u->n_sockets; i++) {
		struct socket *s = &u->sockets[i];
		socklen_t len = sizeof(info);

		memset(info, 0, sizeof(info));
		if (getsockopt(s->fd, SOL_SOCKET, SO_MEMINFO, info, &len) != 0)
			continue;
		/* Counted in 32 bits, so that a wrap does no harm. */
		u->counters->kernel_drops += info[SK_MEMINFO_DROPS] - s->drops;
		s->drops = info[SK_MEMINFO_DROPS];
		u->counters->kernel_queued += info[SK_MEMINFO_RMEM_ALLOC];
		u->counters->receive_buffer = info[SK_MEMINFO_RCVBUF];
	}
}

void
udp_set_sockets(struct udp_receiver *u, const int *fds, size_t n)
{
	struct socket old[SOCKETS_MAX];
	size_t n_old = u->n_sockets;

	udp_look(u);
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
	for (int i = 0; i < LANES; i++) {
		for (struct block *b = u->lanes[i].first; b != NULL; b = next) {
			next = b->next;
			free(b);
		}
	}
	close(u->wake);
	free(u->buffer);
	pthread_mutex_destroy(&u->lock);
	uv_close((uv_handle_t *)&u->async, closed);
	*up = NULL;
}
