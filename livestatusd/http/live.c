/* SPDX-License-Identifier: Apache-2.0
 *
 * console/live: server-sent events (text/event-stream) that say that something
 * has changed, at most once a second, so that the pages ask again when it is
 * worth it. A stream holds one short message and waits suspended: it costs its
 * connection and nothing else. All streams say the same at the same time.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "livestatusd/http/internal.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define BEAT_S    15    /* a stream without changes says that it lives */
#define UNREAD_MS 60000 /* who takes nothing for so long is let go */
#define SEND_ROOM 4096

struct live {
	struct http_request *r;
	struct live *next, **link;
	char message[160];
	size_t len, sent;
	bool suspended, ended;
};

void
live_handle(struct http_request *r)
{
	if (r->h->n_lives >= LIVES_MAX) {
		r->h->lives_refused++;
		r->retry_after = 30;
		http_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE,
		    "Too many pages are live at once: this one asks every 5 s "
		    "instead.");
		return;
	}
	r->status = MHD_HTTP_OK;
	r->stream = true;
}

/* --- one stream ----------------------------------------------------------- */

static void
say(struct live *l, const char *event)
{
	const struct http *h = l->r->h;

	/* What is not yet taken is out of date now. */
	if (l->sent > 0 && l->sent < l->len)
		return;
	l->sent = 0;
	l->len = (size_t)snprintf(l->message, sizeof(l->message),
	    "event: %s\nid: %" PRIu64 "\ndata: {\"seq\":%" PRIu64
	    ",\"generation\":%" PRIu64 ",\"core\":%s}\n\n",
	    event, h->told.seq, h->told.seq, h->told.generation,
	    h->told.core_up ? "true" : "false");
}

static ssize_t
on_read(void *arg, uint64_t at, char *buf, size_t max)
{
	struct live *l = arg;
	size_t n = l->len - l->sent;

	(void)at;
	if (n > 0) {
		n = n < max ? n : max;
		memcpy(buf, l->message + l->sent, n);
		l->sent += n;
		return (ssize_t)n;
	}
	if (l->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	l->suspended = true;
	MHD_suspend_connection(l->r->connection);
	return 0;
}

static void
wake(struct live *l)
{
	if (!l->suspended)
		return;
	l->suspended = false;
	MHD_resume_connection(l->r->connection);
}

static void
on_gone(struct http_request *r)
{
	struct live *l = r->work;

	*l->link = l->next;
	if (l->next != NULL)
		l->next->link = l->link;
	r->h->n_lives--;
	free(l);
}

/*
 * The kernel keeps little for a client that does not read, and lets it go
 * after a minute; libmicrohttpd does the same while it has something to send.
 */
static void
bound_unread(struct MHD_Connection *connection)
{
	int fd = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD)
		     ->connect_fd;
	int room = SEND_ROOM, ms = UNREAD_MS;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
}

struct MHD_Response *
live_response(struct http_request *r)
{
	struct http *h = r->h;
	struct live *l = xnew(struct live);

	l->r = r;
	l->next = h->lives;
	l->link = &h->lives;
	if (l->next != NULL)
		l->next->link = &l->next;
	h->lives = l;
	h->n_lives++;
	r->work = l;
	r->cancel = on_gone;
	r->type = "text/event-stream";
	bound_unread(r->connection);
	say(l, "hello");
	return MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, 1024, on_read, l, NULL);
}

/* --- all streams ---------------------------------------------------------- */

static void
end(struct live *l)
{
	if (l->ended)
		return;
	say(l, "end");
	l->ended = true;
	wake(l);
}

/* Sessions end, and people lose rights. */
static void
end_strangers(struct http *h, bool all)
{
	uint64_t ended = sessions_ended(h->sessions);

	if (!all && ended == h->told_ended && h->d->snapshot == h->told_rights)
		return;
	h->told_ended = ended;
	h->told_rights = h->d->snapshot;
	for (struct live *l = h->lives; l != NULL; l = l->next)
		if (!auth_still(l->r))
			end(l);
}

void
live_tick(struct http *h)
{
	int64_t now = clock_mono();
	struct http_moment m;
	bool changed, beat = now - h->told_at >= BEAT_S * NS_PER_S;

	if (now - h->told_at < NS_PER_S)
		return;
	h->source.moment(h->source.arg, &m);
	changed = m.changes != h->told.changes ||
	    m.generation != h->told.generation || m.core_up != h->told.core_up;
	end_strangers(h, beat);
	if (changed || beat) {
		h->told = m;
		h->told_at = now;
	}
	for (struct live *l = h->lives; l != NULL; l = l->next) {
		if (!l->ended && (changed || beat)) {
			say(l, changed ? "change" : "beat");
			wake(l);
		}
	}
	if (h->lives != NULL)
		http_run(h);
}

void
live_end(struct http *h, const struct http_listener *only)
{
	for (struct live *l = h->lives; l != NULL; l = l->next)
		if (only == NULL || l->r->listener == only)
			end(l);
}
