/* SPDX-License-Identifier: Apache-2.0
 *
 * Livestatus over TCP: listen.livestatus of site.yaml, now and as the next
 * configuration has it.
 */
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/server/client.h"

#include <stdlib.h>

static bool
is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

/* YAML takes the word off for false. */
static bool
tls_is_off(const struct settings_listener *l)
{
	return json_is_false(json_object_get(l->extra, "tls"));
}

static int
check_listener(const struct settings_listener *l, struct err *err_r)
{
	if (!l->enabled)
		return 0;
	if (!tls_is_off(l)) {
		err_set(err_r,
		    "listen.livestatus: this version serves TCP without TLS "
		    "only (set listen.livestatus.tls to off, which allows "
		    "loopback addresses alone, or listen.livestatus.enabled "
		    "to false)");
		return -1;
	}
	for (size_t i = 0; i < l->n_addresses; i++) {
		if (!is_loopback(l->addresses[i])) {
			err_set(err_r,
			    "listen.livestatus: without TLS only loopback "
			    "addresses are allowed, not %s",
			    l->addresses[i]);
			return -1;
		}
	}
	return 0;
}

static void
on_closed(uv_handle_t *handle)
{
	struct livestatus *s = handle->data;

	free(handle);
	livestatus_handle_closed(s);
}

static void
stop_tcp(void *server)
{
	uv_close(server, on_closed);
}

static uv_tcp_t *
take_socket(struct livestatus *s, int fd)
{
	uv_tcp_t *tcp = xnew(uv_tcp_t);

	must(uv_tcp_init(s->l->d->loop, tcp) == 0);
	must(uv_tcp_open(tcp, fd) == 0);
	tcp->data = s;
	s->handles++;
	return tcp;
}

int
livestatus_prepare(
    struct livestatus *s, const struct settings *settings, struct err *err_r)
{
	const struct settings_listener *l = &settings->livestatus;

	if (check_listener(l, err_r) != 0 ||
	    sockets_prepare(
		&s->next, &s->sockets, l, "listen.livestatus", err_r) != 0)
		return -1;
	for (size_t i = 0; i < s->next.n; i++)
		s->next.v[i].server = take_socket(s, s->next.v[i].fd);
	return 0;
}

void
livestatus_commit(struct livestatus *s)
{
	int rc;

	for (size_t i = 0; i < s->next.n; i++) {
		rc = uv_listen(s->next.v[i].server, LIVESTATUS_BACKLOG,
		    livestatus_on_connection);
		if (rc != 0)
			log_error("listen.livestatus: %s", uv_strerror(rc));
	}
	sockets_commit(&s->sockets, &s->next, stop_tcp);
}

void
livestatus_abort(struct livestatus *s)
{
	sockets_close(&s->next, stop_tcp);
}

void
livestatus_close_tcp(struct livestatus *s)
{
	sockets_close(&s->next, stop_tcp);
	sockets_close(&s->sockets, stop_tcp);
}
