/* SPDX-License-Identifier: Apache-2.0
 *
 * The clients' connections: who sends a request a byte now and then is let go,
 * and answers that nobody reads do not fill the memory.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/http/internal.h"

#include <stdlib.h>
#include <sys/socket.h>

/*
 * From the start of a connection, or the end of its last answer, to the whole
 * next request. Longer than libmicrohttpd lets a silent connection live.
 */
#define REQUEST_S 75

struct peer {
	struct peer *next, **link;
	int fd;
	int64_t since; /* monotonic */
	bool busy;     /* its request is whole, the answer not at its end */
};

static struct peer *
peer_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
	    ->socket_context;
}

static void
peer_new(struct http *h, struct MHD_Connection *connection, void **context)
{
	struct peer *p = xnew(struct peer);

	p->fd = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD)
		    ->connect_fd;
	p->since = clock_mono();
	p->next = h->peers;
	p->link = &h->peers;
	if (p->next != NULL)
		p->next->link = &p->next;
	h->peers = p;
	h->n_peers++;
	*context = p;
}

void
peers_notify(void *arg, struct MHD_Connection *connection, void **context,
    enum MHD_ConnectionNotificationCode code)
{
	struct http *h = arg;
	struct peer *p;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		peer_new(h, connection, context);
		return;
	}
	p = *context;
	*p->link = p->next;
	if (p->next != NULL)
		p->next->link = p->link;
	h->n_peers--;
	free(p);
}

void
peers_busy(struct http_request *r, bool busy)
{
	struct peer *p = peer_of(r->connection);

	p->busy = busy;
	p->since = clock_mono();
}

void
peers_tick(struct http *h)
{
	int64_t now = clock_mono();

	for (struct peer *p = h->peers; p != NULL; p = p->next) {
		if (p->busy || now - p->since < REQUEST_S * NS_PER_S)
			continue;
		/* libmicrohttpd sees the end, and closes it. */
		shutdown(p->fd, SHUT_RDWR);
		p->since = now;
		h->peers_slow++;
	}
}

void
peers_take_answer(struct http_request *r)
{
	struct http *h = r->h;

	if (h->unread > 0 && h->unread + r->out.len > h->unread_max) {
		h->answers_refused++;
		log_warn("an answer of %zu bytes: others are not read, refused",
		    r->out.len);
		str_free(&r->out);
		r->retry_after = 10;
		http_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE,
		    "Too many large answers are on their way; try again.");
	}
	r->unread = r->out.len;
	h->unread += r->unread;
}
