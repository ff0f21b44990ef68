/* SPDX-License-Identifier: Apache-2.0
 *
 * What network checks are measured against:
 *     bench_wire serve KIND        prints its port, answers until its input
 * ends bench_wire ask KIND PORT N   the same exchange without a check, N times;
 *                                  prints the microseconds of CPU of each
 * KIND is tcp (a line), ssh (a banner) or http (one page). What `ask` prints is
 * the wire: system calls and the kernel's both ends of loopback.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct kind {
	const char *name, *ask, *answer;
};

static const struct kind kinds[] = {{"tcp", NULL, "ready\n"},
    {"ssh", NULL, "SSH-2.0-OpenSSH_9.2p1\r\n"},
    {"http", "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	"Content-Length: 3\r\nConnection: close\r\n\r\nok\n"}};

static const struct kind *
kind_named(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	fprintf(stderr, "bench_wire: %s: no such kind\n", name);
	exit(2);
}

static void
put(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		perror("bench_wire: write");
}

static void
answer(int fd, const struct kind *k)
{
	char buf[4096];

	if (k->ask == NULL || read(fd, buf, sizeof(buf)) > 0)
		put(fd, k->answer);
	shutdown(fd, SHUT_WR);
	while (k->ask == NULL && read(fd, buf, sizeof(buf)) > 0)
		;
	close(fd);
}

static int
serve(const struct kind *k)
{
	struct sockaddr_in here = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(here);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pollfd p[] = {{listener, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};

	if (bind(listener, (struct sockaddr *)&here, size) != 0 ||
	    listen(listener, 4096) != 0 ||
	    getsockname(listener, (struct sockaddr *)&here, &size) != 0) {
		perror("bench_wire");
		return 1;
	}
	printf("%d\n", ntohs(here.sin_port));
	fflush(stdout);
	while (poll(p, 2, -1) >= 0 && p[1].revents == 0) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0)
			answer(fd, k);
	}
	return 0;
}

static void
ask_once(const struct kind *k, const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char buf[4096];

	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) != 0) {
		perror("bench_wire: connect");
		exit(1);
	}
	if (k->ask != NULL)
		put(fd, k->ask);
	/* A page is read to its end, a line once, as the checks do it. */
	while (read(fd, buf, sizeof(buf)) > 0 && k->ask != NULL)
		;
	close(fd);
}

static int
ask(const struct kind *k, const char *port, const char *times)
{
	struct sockaddr_in to = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	long n = strtol(times, NULL, 10);
	struct rusage u;

	to.sin_port = htons((uint16_t)strtol(port, NULL, 10));
	for (long i = 0; i < n; i++)
		ask_once(k, &to);
	getrusage(RUSAGE_SELF, &u);
	printf("%.1f\n",
	    ((double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
		(double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec)) /
		(double)n);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "serve") == 0)
		return serve(kind_named(argv[2]));
	if (argc == 5 && strcmp(argv[1], "ask") == 0)
		return ask(kind_named(argv[2]), argv[3], argv[4]);
	fputs("usage: bench_wire serve KIND | ask KIND PORT N\n", stderr);
	return 2;
}
