/* SPDX-License-Identifier: Apache-2.0
 *
 * Any number of fake agents in one process:
 *
 *	bench_agents PORT FILE [HOLE]
 *
 * sends the file's content to each connection to PORT and closes it;
 * 127.0.0.0/8 is all ours, so each host may have an address of its own. HOLE
 * is a port whose line of connections is full and never emptied: the kernel
 * drops what comes to it, silently, as a dead host's network does. SIGUSR1
 * forgets what was counted; SIGTERM prints it and ends: addresses that were
 * asked, the least and the most often that one was, the longest milliseconds
 * between two times (or from the last to now).
 */
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#define ADDRESSES 65536 /* by the last two bytes */
#define FILLERS   8     /* connections that fill a line of one */

static struct str content;
static struct seen {
	unsigned n;
	int64_t last, gap; /* ns */
} seen[ADDRESSES];
static int64_t since;

struct client {
	uv_tcp_t tcp;
	uv_write_t write;
};

/* --- counting ------------------------------------------------------------- */

static void
count(const uv_tcp_t *tcp)
{
	struct sockaddr_in here;
	int n = sizeof(here);
	int64_t now = clock_mono();
	struct seen *s;

	if (uv_tcp_getsockname(tcp, (struct sockaddr *)&here, &n) != 0)
		return;
	s = &seen[ntohl(here.sin_addr.s_addr) % ADDRESSES];
	/* Where a host's first interval ends is the scheduler's choice. */
	if (s->n++ > 0 && now - s->last > s->gap)
		s->gap = now - s->last;
	s->last = now;
}

static void
forget(uv_signal_t *signal, int number)
{
	(void)signal;
	(void)number;
	memset(seen, 0, sizeof(seen));
	since = clock_mono();
}

static void
report(uv_signal_t *signal, int number)
{
	unsigned hosts = 0, least = 0, most = 0;
	int64_t now = clock_mono(), gap = 0;

	(void)number;
	for (size_t i = 0; i < ADDRESSES; i++) {
		const struct seen *s = &seen[i];

		if (s->n == 0)
			continue;
		least = hosts++ == 0 || s->n < least ? s->n : least;
		most = s->n > most ? s->n : most;
		gap = s->gap > gap ? s->gap : gap;
		gap = now - s->last > gap ? now - s->last : gap;
	}
	printf("%u %u %u %lld %lld\n", hosts, least, most,
	    (long long)(gap / NS_PER_MS),
	    (long long)((now - since) / NS_PER_MS));
	uv_stop(signal->loop);
}

/* --- agents --------------------------------------------------------------- */

static void
on_close(uv_handle_t *handle)
{
	free(handle->data);
}

static void
on_written(uv_write_t *req, int status)
{
	(void)status;
	uv_close((uv_handle_t *)req->handle, on_close);
}

static void
on_connection(uv_stream_t *listener, int status)
{
	struct client *c;
	uv_buf_t buf = uv_buf_init(content.s, (unsigned)content.len);

	if (status < 0)
		return;
	c = xnew(struct client);
	uv_tcp_init(listener->loop, &c->tcp);
	c->tcp.data = c;
	if (uv_accept(listener, (uv_stream_t *)&c->tcp) != 0) {
		uv_close((uv_handle_t *)&c->tcp, on_close);
		return;
	}
	count(&c->tcp);
	if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &buf, 1, on_written) !=
	    0)
		uv_close((uv_handle_t *)&c->tcp, on_close);
}

/* The sockets stay open until the process ends. */
static void
dig(uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr = {htonl(INADDR_ANY)}};
	int hole = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(hole, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(hole, 0) != 0)
		fatal("port %u: cannot listen", port);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < FILLERS; i++) {
		int fd = socket(
		    AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

		(void)connect(fd, (struct sockaddr *)&at, sizeof(at));
		usleep(1000);
	}
}

int
main(int argc, char **argv)
{
	uv_loop_t *loop = uv_default_loop();
	struct sockaddr_in address;
	uv_signal_t usr1, term;
	uv_tcp_t listener;
	struct err err;

	if (argc < 3)
		return 2;
	if (file_read(argv[2], 1 << 24, &content, &err) == -1)
		fatal("%s", err.text);
	uv_ip4_addr("0.0.0.0", (int)strtol(argv[1], NULL, 10), &address);
	uv_tcp_init(loop, &listener);
	if (uv_tcp_bind(&listener, (struct sockaddr *)&address, 0) != 0 ||
	    uv_listen((uv_stream_t *)&listener, 4096, on_connection) != 0)
		fatal("port %s: cannot listen", argv[1]);
	if (argc > 3)
		dig((uint16_t)strtol(argv[3], NULL, 10));
	since = clock_mono();
	uv_signal_init(loop, &usr1);
	uv_signal_init(loop, &term);
	uv_signal_start(&usr1, forget, SIGUSR1);
	uv_signal_start(&term, report, SIGTERM);
	uv_run(loop, UV_RUN_DEFAULT);
	return 0;
}
