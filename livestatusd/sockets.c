/* SPDX-License-Identifier: Apache-2.0
 *
 * Listening sockets that follow the configuration; see sockets.h.
 */
#include "livestatusd/sockets.h"

#include "common/listen.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

static struct listening *
find(struct sockets *s, const char *address, uint16_t port)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].port == port &&
		    strcmp(s->v[i].address, address) == 0)
			return &s->v[i];
	return NULL;
}

static void
share_port(int fd, int on)
{
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
}

/* A second socket on a port of ours: 127.0.0.1 gives way to 0.0.0.0. */
static int
open_shared(const char *address, uint16_t port)
{
	struct sockaddr_storage to = {0};
	int fd, on = 1;

	if (uv_ip4_addr(address, port, (struct sockaddr_in *)&to) != 0 &&
	    uv_ip6_addr(address, port, (struct sockaddr_in6 *)&to) != 0)
		return -1;
	fd =
	    socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -1;
	if (to.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	share_port(fd, 1);
	if (bind(fd, (struct sockaddr *)&to,
		to.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					 : sizeof(struct sockaddr_in)) != 0 ||
	    listen(fd, 1024) != 0) {
		close(fd);
		return -1;
	}
	share_port(fd, 0);
	return fd;
}

/* Present sockets of the same port that are about to go may be in the way. */
static int
open_beside(struct sockets *have, const char *address, uint16_t port)
{
	int fd = -1;
	bool any = false;

	for (size_t i = 0; i < have->n; i++) {
		if (have->v[i].port == port && !have->v[i].keep) {
			share_port(have->v[i].fd, 1);
			any = true;
		}
	}
	if (any)
		fd = open_shared(address, port);
	for (size_t i = 0; any && i < have->n; i++)
		if (have->v[i].port == port)
			share_port(have->v[i].fd, 0);
	return fd;
}

static int
open_one(struct sockets *next, struct sockets *have, const char *address,
    uint16_t port, const char *setting, struct err *err_r)
{
	int fd = listen_open(address, port, SOCK_STREAM, setting, err_r);

	if (fd == -1 && !listen_missing_address())
		fd = open_beside(have, address, port);
	if (fd == -1)
		return -1;
	ARRAY_GROW(next->v, next->n, next->cap);
	next->v[next->n++] = (struct listening){
	    .address = xstrdup(address), .port = port, .fd = fd};
	return 0;
}

int
sockets_prepare(struct sockets *next, struct sockets *have,
    const struct settings_listener *l, const char *setting, struct err *err_r)
{
	struct err all = {""}, one = {""};
	struct listening *old;
	size_t kept = 0;

	for (size_t i = 0; i < have->n; i++)
		have->v[i].keep = false;
	for (size_t i = 0; l->enabled && i < l->n_addresses; i++) {
		old = find(have, l->addresses[i], l->port);
		if (old != NULL) {
			old->keep = true;
			kept++;
		}
	}
	for (size_t i = 0; l->enabled && i < l->n_addresses; i++) {
		const char *address = l->addresses[i];

		if (find(have, address, l->port) != NULL ||
		    find(next, address, l->port) != NULL)
			continue;
		if (open_one(next, have, address, l->port, setting, &one) == 0)
			continue;
		if (!listen_missing_address() || l->n_addresses == 1)
			err_also(&all, &one);
		else
			log_info("%s", one.text);
	}
	if (all.text[0] != '\0') {
		sockets_close(next, NULL);
		err_set(err_r, "%s", all.text);
		return -1;
	}
	if (!l->enabled || kept + next->n > 0)
		return 0;
	err_set(err_r, "%s.address: no address to listen on", setting);
	return -1;
}

static void
end(struct listening *s, void (*stop)(void *server))
{
	if (s->server != NULL)
		stop(s->server);
	else
		close(s->fd);
	free(s->address);
}

void
sockets_commit(
    struct sockets *have, struct sockets *next, void (*stop)(void *server))
{
	size_t n = 0;

	for (size_t i = 0; i < have->n; i++) {
		if (have->v[i].keep)
			have->v[n++] = have->v[i];
		else
			end(&have->v[i], stop);
	}
	have->n = n;
	for (size_t i = 0; i < next->n; i++) {
		ARRAY_GROW(have->v, have->n, have->cap);
		have->v[have->n++] = next->v[i];
	}
	free(next->v);
	*next = (struct sockets){0};
}

void
sockets_close(struct sockets *s, void (*stop)(void *server))
{
	for (size_t i = 0; i < s->n; i++)
		end(&s->v[i], stop);
	free(s->v);
	*s = (struct sockets){0};
}
