/* SPDX-License-Identifier: Apache-2.0
 *
 * Livestatus over TCP: listen.livestatus of site.yaml, now and as the next
 * configuration has it.
 */
#include "common/log.h"
#include "common/mem.h"
#include "common/tls_listener.h"
#include "livestatusd/server/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

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
check_plain(const struct settings_listener *l, struct err *err_r)
{
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

/* --- who may connect ------------------------------------------------------ */

/* "10.0.0.0/8", "::1" */
static bool
read_network(const char *text, struct network *n_r)
{
	char address[64], *slash;
	unsigned most;

	snprintf(address, sizeof(address), "%s", text);
	slash = strchr(address, '/');
	if (slash != NULL)
		*slash++ = '\0';
	n_r->family = strchr(address, ':') != NULL ? AF_INET6 : AF_INET;
	most = n_r->family == AF_INET6 ? 128 : 32;
	n_r->bits = most;
	if (inet_pton(n_r->family, address, n_r->address) != 1)
		return false;
	if (slash == NULL)
		return true;
	if (slash[0] < '0' || slash[0] > '9' || strlen(slash) > 3)
		return false;
	n_r->bits = (unsigned)strtoul(slash, &slash, 10);
	return *slash == '\0' && n_r->bits <= most;
}

static int
read_allow(struct tcp_policy *p, const json_t *list, struct err *err_r)
{
	const json_t *item;
	const char *text;
	size_t i;

	p->allow = xcalloc(json_array_size(list) + 1, sizeof(*p->allow));
	json_array_foreach(list, i, item)
	{
		text = json_string_value(item);
		if (text == NULL || !read_network(text, &p->allow[i])) {
			err_set(err_r,
			    "listen.livestatus.allow: %s is no network (such "
			    "as 10.0.0.0/8)",
			    text == NULL ? "an entry" : text);
			return -1;
		}
		p->n_allow++;
	}
	return 0;
}

static bool
is_in(const struct network *n, int family, const unsigned char *address)
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;
	unsigned mask = 0xffu << (8 - rest) & 0xffu;

	return n->family == family && memcmp(n->address, address, whole) == 0 &&
	    (rest == 0 ||
		(n->address[whole] & mask) == (address[whole] & mask));
}

bool
livestatus_peer(const uv_tcp_t *client, struct network *peer_r)
{
	struct sockaddr_storage ss = {0};
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&ss;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&ss;
	int len = sizeof(ss);

	*peer_r = (struct network){0};
	if (uv_tcp_getpeername(client, (struct sockaddr *)&ss, &len) != 0)
		return false;
	if (ss.ss_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
		*peer_r = (struct network){.family = AF_INET6, .bits = 128};
		memcpy(peer_r->address, v6->sin6_addr.s6_addr, 16);
		return true;
	}
	*peer_r = (struct network){.family = AF_INET, .bits = 32};
	memcpy(peer_r->address,
	    ss.ss_family == AF_INET6 ? v6->sin6_addr.s6_addr + 12
				     : (const unsigned char *)&v4->sin_addr,
	    4);
	return true;
}

bool
livestatus_allows(const struct livestatus *s, const struct network *peer)
{
	if (s->policy.n_allow == 0)
		return true;
	for (size_t i = 0; i < s->policy.n_allow; i++)
		if (is_in(&s->policy.allow[i], peer->family, peer->address))
			return true;
	return false;
}

/* --- the policy ----------------------------------------------------------- */

static void
policy_deinit(struct tcp_policy *p)
{
	SSL_CTX_free(p->tls);
	free(p->allow);
	*p = (struct tcp_policy){0};
}

static int
make_policy(
    struct livestatus *s, const struct settings_listener *l, struct err *err_r)
{
	struct tcp_policy *p = &s->next_policy;

	p->commands = !json_is_false(json_object_get(l->extra, "commands"));
	p->sites = json_is_true(json_object_get(l->extra, "sites"));
	if (!l->enabled)
		return 0;
	if (read_allow(p, json_object_get(l->extra, "allow"), err_r) == -1)
		return -1;
	if (tls_is_off(l))
		return check_plain(l, err_r);
	p->tls = tls_listener_context(
	    s->l->d->root, s->l->d->site, "listen.livestatus", l, err_r);
	return p->tls == NULL ? -1 : 0;
}

/* --- listeners ------------------------------------------------------------ */

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

	policy_deinit(&s->next_policy);
	if (make_policy(s, l, err_r) != 0 ||
	    sockets_prepare(
		&s->next, &s->sockets, l, "listen.livestatus", err_r) != 0) {
		policy_deinit(&s->next_policy);
		return -1;
	}
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
	policy_deinit(&s->policy);
	s->policy = s->next_policy;
	s->next_policy = (struct tcp_policy){0};
}

void
livestatus_abort(struct livestatus *s)
{
	sockets_close(&s->next, stop_tcp);
	policy_deinit(&s->next_policy);
}

void
livestatus_close_tcp(struct livestatus *s)
{
	livestatus_abort(s);
	sockets_close(&s->sockets, stop_tcp);
	policy_deinit(&s->policy);
}
