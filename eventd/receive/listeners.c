/* SPDX-License-Identifier: Apache-2.0
 *
 * Listening sockets; see listeners.h.
 */
#include "eventd/receive/listeners.h"

#include "common/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKLOG 128

struct listener {
	struct listener *next;
	struct listeners *owner;
	char *key;
	bool tcp;
	int kind;
	union stream_handle u;
};

void
stream_handle_init(
    union stream_handle *h, uv_loop_t *loop, bool tcp, void *data)
{
	if (tcp)
		uv_tcp_init(loop, &h->tcp);
	else
		uv_pipe_init(loop, &h->pipe, 0);
	h->handle.data = data;
}

void
stream_handle_push_tls(union stream_handle *h, struct tls *t)
{
	struct str bytes = {0};
	uv_buf_t buf;

	tls_take(t, &bytes);
	buf = uv_buf_init(bytes.s, (unsigned)bytes.len);
	if (bytes.len > 0)
		uv_try_write(&h->stream, &buf, 1);
	str_free(&bytes);
}

static void
on_connection(uv_stream_t *server, int status)
{
	struct listener *l = server->data;

	if (status >= 0)
		l->owner->fn(server, l->kind, l->owner->arg);
}

static struct listener *
listener_new(struct listeners *all, const char *key, bool tcp, int kind)
{
	struct listener *l = xnew(struct listener);

	l->owner = all;
	l->key = xstrdup(key);
	l->tcp = tcp;
	l->kind = kind;
	stream_handle_init(&l->u, all->loop, tcp, l);
	l->next = all->first;
	all->first = l;
	return l;
}

static void
listener_closed(uv_handle_t *handle)
{
	struct listener *l = handle->data;

	free(l->key);
	free(l);
}

void
listeners_close(struct listeners *all, const char *key)
{
	struct listener **at = &all->first;

	while (*at != NULL && strcmp((*at)->key, key) != 0)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	uv_close(&(*at)->u.handle, listener_closed);
	*at = (*at)->next;
}

void
listeners_close_all(struct listeners *all)
{
	while (all->first != NULL)
		listeners_close(all, all->first->key);
}

/* Listens, if all went well before. */
static int
finish(struct listeners *all, struct listener *l, int rc, struct err *err_r)
{
	if (rc == 0)
		rc = uv_listen(&l->u.stream, BACKLOG, on_connection);
	if (rc == 0 && !l->tcp && chmod(l->key, 0660) != 0)
		rc = -errno;
	if (rc == 0)
		return 0;
	err_set(err_r, "%s: %s", l->key, uv_strerror(rc));
	listeners_close(all, l->key);
	return -1;
}

int
listeners_tcp(
    struct listeners *all, int fd, const char *key, int kind, struct err *err_r)
{
	struct listener *l = listener_new(all, key, true, kind);

	return finish(all, l, uv_tcp_open(&l->u.tcp, fd), err_r);
}

int
listeners_unix(
    struct listeners *all, const char *path, int kind, struct err *err_r)
{
	struct listener *l = listener_new(all, path, false, kind);

	unlink(path);
	return finish(all, l, uv_pipe_bind(&l->u.pipe, path), err_r);
}
