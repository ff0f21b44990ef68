/* SPDX-License-Identifier: Apache-2.0
 *
 * A sender of syslog: COUNT messages with sequence numbers to 127.0.0.1:PORT,
 * over TCP with octet counting or UDP in batches, at most RATE a second (0: as
 * fast as it goes), from SOURCE. Prints {"seconds": ...}.
 *
 * Usage: bench_syslog tcp|udp PORT COUNT [RATE [SOURCE [TEXT]]]
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"
#include "common/str.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64

struct sender {
	int fd;
	bool tcp;
	const char *text;
	unsigned long count, rate;
};

static void
message(struct str *out, const struct sender *s, unsigned long i)
{
	str_addf(out,
	    "<30>1 2026-03-05T13:59:58.250Z loud dhcpd 512 - - %s seq=%lu ",
	    s->text, i);
	str_add(out,
	    "DHCPACK on 192.0.2.17 to 00:16:3e:11:22:33 (notebook) via eth0");
}

static void
send_tcp(const struct sender *s, unsigned long from, unsigned long to)
{
	struct str all = {0}, one = {0};
	size_t done = 0;

	for (unsigned long i = from; i < to; i++) {
		str_clear(&one);
		message(&one, s, i);
		str_addf(&all, "%zu ", one.len);
		str_addslice(&all, str_slice(&one));
	}
	while (done < all.len) {
		ssize_t n = write(s->fd, all.s + done, all.len - done);

		if (n <= 0)
			fatal("the connection was closed");
		done += (size_t)n;
	}
	str_free(&all);
	str_free(&one);
}

static void
send_udp(const struct sender *s, unsigned long from, unsigned long to)
{
	struct str texts[BATCH] = {{0}};
	struct iovec iov[BATCH];
	struct mmsghdr msgs[BATCH];
	unsigned n = 0, done = 0;

	memset(msgs, 0, sizeof(msgs));
	for (unsigned long i = from; i < to; i++, n++) {
		message(&texts[n], s, i);
		iov[n] = (struct iovec){texts[n].s, texts[n].len};
		msgs[n].msg_hdr.msg_iov = &iov[n];
		msgs[n].msg_hdr.msg_iovlen = 1;
	}
	while (done < n) {
		int sent = sendmmsg(s->fd, msgs + done, n - done, 0);

		if (sent > 0)
			done += (unsigned)sent;
	}
	for (unsigned i = 0; i < n; i++)
		str_free(&texts[i]);
}

static void
run(const struct sender *s)
{
	int64_t start = clock_mono();

	for (unsigned long i = 0; i < s->count; i += BATCH) {
		unsigned long to = i + BATCH < s->count ? i + BATCH : s->count;
		int64_t due;

		if (s->tcp)
			send_tcp(s, i, to);
		else
			send_udp(s, i, to);
		if (s->rate == 0)
			continue;
		due = start + (int64_t)((double)to / (double)s->rate * 1e9);
		if (due > clock_mono()) {
			int64_t ns = due - clock_mono();

			nanosleep(&(struct timespec){.tv_sec = ns / NS_PER_S,
				      .tv_nsec = ns % NS_PER_S},
			    NULL);
		}
	}
	printf("{\"seconds\": %.6f}\n",
	    (double)(clock_mono() - start) / (double)NS_PER_S);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET},
			   from = {.sin_family = AF_INET};
	int64_t port, count, rate = 0;
	struct sender s = {.text = argc > 6 ? argv[6] : "lease"};

	if (argc < 4 || !num_range(slice_of(argv[2]), 1, 65535, &port) ||
	    !num_range(slice_of(argv[3]), 1, 1000000000, &count) ||
	    (argc > 4 && !num_range(slice_of(argv[4]), 0, 1000000000, &rate)))
		fatal("usage: bench_syslog tcp|udp PORT COUNT [RATE [SOURCE "
		      "[TEXT]]]");
	s.tcp = strcmp(argv[1], "tcp") == 0;
	s.count = (unsigned long)count;
	s.rate = (unsigned long)rate;
	to.sin_port = htons((uint16_t)port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	inet_pton(AF_INET, argc > 5 ? argv[5] : "127.0.0.1", &from.sin_addr);
	s.fd = socket(AF_INET, s.tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
	if (bind(s.fd, (struct sockaddr *)&from, sizeof(from)) != 0 ||
	    connect(s.fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		fatal("127.0.0.1:%lld: no connection", (long long)port);
	run(&s);
	close(s.fd);
	return 0;
}
