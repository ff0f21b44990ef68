/* SPDX-License-Identifier: Apache-2.0
 *
 * Listening sockets; see listen.h.
 */
#include "common/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int last_errno;

static socklen_t
parse_address(const char *address, uint16_t port, struct sockaddr_storage *to_r)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)to_r;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to_r;

	memset(to_r, 0, sizeof(*to_r));
	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		return sizeof(*v6);
	}
	return 0;
}

static void
explain(const char *address, uint16_t port, int type, const char *setting,
    struct err *err_r)
{
	const char *protocol = type == SOCK_DGRAM ? "udp" : "tcp";
	const char *advice = "";
	char buf[160] = "";

	if (last_errno == EADDRINUSE)
		snprintf(buf, sizeof(buf),
		    " (another program has the port; `vedette config set "
		    "%s.port N` chooses another)",
		    setting);
	else if (last_errno == EACCES)
		snprintf(buf, sizeof(buf),
		    " (ports below 1024 need cap_net_bind_service on the "
		    "program, or set %s.port above)",
		    setting);
	else if (last_errno == EADDRNOTAVAIL)
		snprintf(buf, sizeof(buf),
		    " (this machine has no such address; see %s.address)",
		    setting);
	advice = buf;
	err_set(err_r, "%s: %s port %u/%s: %s%s", setting, address, port,
	    protocol, strerror(last_errno), advice);
}

int
listen_open(const char *address, uint16_t port, int type, const char *setting,
    struct err *err_r)
{
	struct sockaddr_storage to;
	socklen_t len = parse_address(address, port, &to);
	int fd, on = 1;

	last_errno = EINVAL;
	if (len == 0) {
		err_set(err_r, "%s: %s is not an IP address", setting, address);
		return -1;
	}
	fd = socket(to.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd != -1) {
		if (type == SOCK_STREAM)
			setsockopt(
			    fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		if (to.ss_family == AF_INET6)
			setsockopt(
			    fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
		if (bind(fd, (struct sockaddr *)&to, len) == 0 &&
		    (type != SOCK_STREAM || listen(fd, 1024) == 0))
			return fd;
	}
	last_errno = errno;
	explain(address, port, type, setting, err_r);
	if (fd != -1)
		close(fd);
	return -1;
}

bool
listen_missing_address(void)
{
	return last_errno == EADDRNOTAVAIL || last_errno == EAFNOSUPPORT;
}
