/* SPDX-License-Identifier: Apache-2.0
 *
 * Sockets of listeners, and words for what goes wrong with them.
 */
#include "common/mem.h"
#include "eventd/receive/receive.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define UDP_BUFFER (32 * 1024 * 1024)

void
ec_address_text(const struct sockaddr *sa, char text[64])
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;

	text[0] = '\0';
	if (sa->sa_family == AF_INET)
		inet_ntop(AF_INET, &in->sin_addr, text, 64);
	else if (sa->sa_family == AF_INET6 &&
	    IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		inet_ntop(AF_INET, in6->sin6_addr.s6_addr + 12, text, 64);
	else if (sa->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &in6->sin6_addr, text, 64);
}

static socklen_t
make_address(const char *address, uint16_t port, struct sockaddr_storage *ss)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

	*ss = (struct sockaddr_storage){0};
	if (inet_pton(AF_INET, address, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		return sizeof(*in);
	}
	if (inet_pton(AF_INET6, address, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		return sizeof(*in6);
	}
	return 0;
}

static void
explain(struct err *err_r, const char *name, const char *address, uint16_t port,
    int type, int error)
{
	if (error == EACCES)
		err_set(err_r,
		    "listen.%s: %s port %u: no permission (give the program "
		    "cap_net_bind_service with `setcap`, or set "
		    "listen.%s.port above 1023)",
		    name, address, port, name);
	else if (error == EADDRINUSE)
		err_set(err_r,
		    "listen.%s: %s port %u is in use by another program (`ss "
		    "-%cnlp` names it; or set listen.%s.port)",
		    name, address, port, type == SOCK_DGRAM ? 'u' : 't', name);
	else
		err_set(err_r, "listen.%s: %s port %u: %s (see listen.%s)",
		    name, address, port, strerror(error), name);
}

/* "::" takes IPv4 too where no address of IPv4 is listened on beside it. */
static bool
both_families(const struct settings_listener *l, const char *address)
{
	if (strcmp(address, "::") != 0)
		return false;
	for (size_t i = 0; i < l->n_addresses; i++) {
		if (strchr(l->addresses[i], ':') == NULL)
			return false;
	}
	return true;
}

static void
tune(int fd, int family, bool both, int type)
{
	int on = 1, size = UDP_BUFFER, alone = !both;

	if (family == AF_INET6)
		setsockopt(
		    fd, IPPROTO_IPV6, IPV6_V6ONLY, &alone, sizeof(alone));
	if (type == SOCK_STREAM) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		return;
	}
	/* FORCE needs a capability; the other is cut to rmem_max. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) !=
	    0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static int
bind_one(const char *name, const char *address, uint16_t port, bool both,
    int type, struct err *err_r)
{
	struct sockaddr_storage ss;
	socklen_t len = make_address(address, port, &ss);
	int fd;

	if (len == 0) {
		err_set(
		    err_r, "listen.%s: \"%s\" is no address", name, address);
		return -1;
	}
	fd = socket(ss.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1 && errno == EAFNOSUPPORT && both)
		return bind_one(name, "0.0.0.0", port, false, type, err_r);
	if (fd == -1) {
		explain(err_r, name, address, port, type, errno);
		return -1;
	}
	tune(fd, ss.ss_family, both, type);
	if (bind(fd, (struct sockaddr *)&ss, len) != 0 ||
	    (type == SOCK_STREAM && listen(fd, 128) != 0)) {
		explain(err_r, name, address, port, type, errno);
		close(fd);
		return -1;
	}
	return fd;
}

void
bound_list_free(struct bound_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->v[i].fd != -1)
			close(list->v[i].fd);
		free(list->v[i].address);
	}
	free(list->v);
	*list = (struct bound_list){0};
}

static struct bound_socket *
find(struct bound_list *list, const char *address, uint16_t port, int type)
{
	for (size_t i = 0; i < list->n; i++) {
		struct bound_socket *b = &list->v[i];

		if (b->port == port && b->type == type &&
		    strcmp(b->address, address) == 0)
			return b;
	}
	return NULL;
}

/* IPv6 may be absent: its addresses are then left out. */
static bool
may_miss(const char *address, int error)
{
	return (strcmp(address, "::1") == 0 || strcmp(address, "::") == 0) &&
	    (error == EADDRNOTAVAIL || error == EAFNOSUPPORT);
}

int
bind_listener(struct bound_list *list, const char *name,
    const struct settings_listener *l, int type, struct bound_list *have,
    struct err *err_r)
{
	struct err all = {""}, one = {""};

	for (size_t i = 0; l->enabled && i < l->n_addresses; i++) {
		struct bound_socket *old =
		    find(have, l->addresses[i], l->port, type);
		bool both = both_families(l, l->addresses[i]);
		int fd = -1;

		if (old != NULL) {
			old->keep = true;
		} else {
			fd = bind_one(
			    name, l->addresses[i], l->port, both, type, &one);
			if (fd == -1 && may_miss(l->addresses[i], errno))
				continue;
			if (fd == -1) {
				err_also(&all, &one);
				continue;
			}
		}
		list->v = xreallocarray(list->v, list->n + 1, sizeof(*list->v));
		list->v[list->n++] =
		    (struct bound_socket){.address = xstrdup(l->addresses[i]),
			.port = l->port,
			.type = type,
			.fd = fd};
	}
	if (all.text[0] != '\0') {
		bound_list_free(list);
		err_set(err_r, "%s", all.text);
		return -1;
	}
	return 0;
}
