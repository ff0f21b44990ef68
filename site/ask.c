/* SPDX-License-Identifier: Apache-2.0
 *
 * Asks a socket of the site.
 */
#include "site/ask.h"

#include "common/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int
dial(const char *path, struct err *err_r)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(sa.sun_path)) {
		err_set(err_r, "%s: the path is too long for a socket", path);
		return -1;
	}
	memcpy(sa.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == -1) {
		err_set(err_r, "%s: %s%s", path, strerror(errno),
		    errno == ENOENT || errno == ECONNREFUSED
			? " (is the site started?)"
			: "");
		if (fd != -1)
			close(fd);
		return -1;
	}
	return fd;
}

static int
send_all(int fd, const char *p, size_t len, struct err *err_r)
{
	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			err_set(err_r, "the question was not taken: %s",
			    strerror(errno));
			return -1;
		}
		p += n;
		len -= (size_t)n;
	}
	shutdown(fd, SHUT_WR);
	return 0;
}

int
ask_socket(const char *path, const char *question, int timeout_ms,
    struct str *answer, struct err *err_r)
{
	int64_t until = clock_mono() + timeout_ms * NS_PER_MS;
	int fd = dial(path, err_r), rc = -1, left = -1;
	char buf[4096];
	ssize_t n;

	if (fd == -1)
		return -1;
	if (send_all(fd, question, strlen(question), err_r) == 0)
		for (;;) {
			struct pollfd p = {fd, POLLIN, 0};

			if (timeout_ms >= 0)
				left =
				    (int)((until - clock_mono()) / NS_PER_MS);
			if (timeout_ms >= 0 &&
			    (left < 0 || poll(&p, 1, left) == 0)) {
				err_set(err_r, "no answer within %d ms",
				    timeout_ms);
				break;
			}
			n = read(fd, buf, sizeof(buf));
			if (n == 0) {
				rc = 0;
				break;
			}
			if (n > 0) {
				str_addn(answer, buf, (size_t)n);
			} else if (errno != EINTR) {
				err_set(err_r, "%s", strerror(errno));
				break;
			}
		}
	close(fd);
	return rc;
}

static int
write_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n == -1 && errno != EINTR)
			return -1;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

int
ask_socket_to(const char *path, const char *question, size_t len, int to,
    size_t n_head, struct str *head, struct err *err_r)
{
	int fd = dial(path, err_r), rc = 0;
	char buf[65536];
	ssize_t n;

	if (fd == -1)
		return -1;
	rc = send_all(fd, question, len, err_r);
	while (rc == 0 && (n = read(fd, buf, sizeof(buf))) != 0) {
		size_t taken = 0;

		if (n == -1 && errno == EINTR)
			continue;
		if (n > 0 && head->len < n_head) {
			taken = n_head - head->len;
			taken = taken < (size_t)n ? taken : (size_t)n;
			str_addn(head, buf, taken);
		}
		if (n > 0 && n_head > 0 && head->s[0] != '2') {
			str_addn(head, buf + taken, (size_t)n - taken);
			taken = (size_t)n;
		}
		if (n == -1 ||
		    write_all(to, buf + taken, (size_t)n - taken) == -1) {
			err_set(err_r, "%s", strerror(errno));
			rc = -1;
		}
	}
	close(fd);
	return rc;
}
