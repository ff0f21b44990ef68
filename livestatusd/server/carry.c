/* SPDX-License-Identifier: Apache-2.0
 *
 * Carrying out a client's query in the pool: it stands in line, works in slices
 * on a frozen mirror, and hands over its answer, piece by piece where that is
 * possible. A client that reads slowly makes its query rest for a moment; then
 * the answer is made to its end, so that the mirror's old pages can go.
 *
 * Answers that nobody has read yet are counted. If they are too many, further
 * queries stay in line, and clients that have not read for a second are closed,
 * those first that have not for longest, until half of the room is free.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/metric_path.h"
#include "livestatusd/server/client.h"
#include "livestatusd/server/logfiles.h"
#include "livestatusd/server/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define SLICE_NS       (3 * NS_PER_MS)
#define PIECE          (256u << 10) /* bytes */
#define PIECE_DIRECT   (64u << 10)  /* is still in the cache when it is sent */
#define WIDE_BYTES     (1 << 20)    /* of a socket, or what the kernel allows */
#define WIDE_MAX       64u          /* clients that have it at a time */
#define KEPT           (64u << 10)  /* of memory, between two queries */
#define AHEAD          (1u << 20)   /* of them not yet written: rest */
#define REST_NS        NS_PER_S     /* at most */
#define UNREAD_MAX     (100u << 20) /* of one answer that is made in pieces */
#define HELD_MAX       (256u << 20) /* of all answers */
#define BEGUN_A_THREAD 2u           /* queries of the mirror */
#define BEGUN_HISTORY  64u
#define EVICT_NS       NS_PER_S

static struct client *
of_job(struct pool_job *job)
{
	return (struct client *)((char *)job - offsetof(struct client, job));
}

/* --- in a thread ---------------------------------------------------------- */

/* Straight into the socket, as far as it takes it; false: not all of it. */
static bool
send_made(struct client *c)
{
	size_t sent = 0;
	ssize_t n;

	while (sent < c->made.len) {
		n = send(c->direct, c->made.s + sent, c->made.len - sent,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			sent += (size_t)n;
		else if (n == 0 || errno != EINTR)
			break; /* the loop finds out why */
	}
	if (sent > 0 && !c->ended)
		c->some_sent = true;
	c->made.len -= sent;
	if (c->made.len > 0 && sent > 0)
		memmove(c->made.s, c->made.s + sent, c->made.len);
	if (c->made.len > 0)
		return false;
	if (!c->ended)
		lql_took(c->run);
	return true;
}

/* What is left must be moved: not much. */
static bool
is_sent_here(const struct client *c)
{
	return c->may_send && (c->ended || c->streams) && c->made.len <= PIECE;
}

static void
slice(struct client *c)
{
	struct logfiles *log = c->server->l->logfiles;
	int64_t until = clock_mono() + SLICE_NS, now;

	if (c->run == NULL) {
		if (c->job.history)
			logfiles_refresh(log);
		c->run = lql_begin(c->query, c->frozen, &c->env, &c->made);
	}
	c->streams = lql_stream(c->run, c->may_send ? PIECE_DIRECT : PIECE);
	do {
		now = clock_mono();
		if (lql_go_on(
			c->run, c->frozen, now < until ? until - now : 1)) {
			c->code = lql_end(&c->run);
			c->ended = true;
		}
	} while (is_sent_here(c) && send_made(c) && !c->ended &&
	    clock_mono() < until);
}

static void
work(struct pool_job *job)
{
	struct client *c = of_job(job);
	struct logfiles *log = c->server->l->logfiles;

	if (job->history)
		logfiles_lock(log);
	if (!c->closing_run)
		slice(c);
	else if (c->run != NULL)
		lql_end(&c->run);
	if (job->history)
		logfiles_unlock(log);
}

/* --- on the loop -----------------------------------------------------------
 */

static void
count(struct client *c)
{
	size_t now = c->out.cap + c->next_out.cap + c->made_cap;

	c->server->held += now - c->held;
	c->held = now;
}

void
carry_count(struct client *c)
{
	c->made_cap = c->made.cap;
	count(c);
}

static void
unlink_line(struct client *c)
{
	*c->line_prev = c->line_next;
	if (c->line_next != NULL)
		c->line_next->line_prev = c->line_prev;
	else
		c->server->line[c->queue].last = c->line_prev;
	c->line_next = NULL;
	c->line_prev = NULL;
	c->server->queued--;
}

/*
 * A thread may write while the loop closes the client's own descriptor, whose
 * number could be somebody else's by then. With more room in the socket the
 * two ends wake each other less often.
 */
static void
begin_direct(struct client *c)
{
	static const int room = WIDE_BYTES;
	struct livestatus *s = c->server;
	uv_os_fd_t fd;

	if (c->tls != NULL || uv_fileno(&c->handle, &fd) != 0)
		return;
	c->direct = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (c->direct != -1 && !c->remote && !c->wide && s->wide < WIDE_MAX) {
		c->wide = true;
		s->wide++;
		setsockopt(
		    c->direct, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	}
}

static void
end_direct(struct client *c)
{
	if (c->direct != -1)
		close(c->direct);
	c->direct = -1;
}

/* The run is over, or was never begun. */
static void
leave(struct client *c)
{
	struct livestatus *s = c->server;

	c->at = CARRY_NOT;
	end_direct(c);
	mirror_release(&c->frozen);
	metric_link_free(&c->metrics);
	s->begun[c->queue]--;
	carry_admit(s);
}

static struct pool *
pool_of(const struct livestatus *s, enum carry_queue queue)
{
	return queue == QUEUE_METRICS ? s->l->metrics : s->l->pool;
}

/*
 * While a thread has the job the loop writes nothing, unless it has not
 * finished what it had.
 */
static void
to_thread(struct client *c)
{
	c->may_send = c->direct != -1 && !c->writing && c->next_out.len == 0;
	c->at = CARRY_WORKS;
	pool_give(pool_of(c->server, c->queue), &c->job);
}

static void
give(struct client *c)
{
	struct livestatusd *l = c->server->l;
	const struct mirror *newer;

	if (c->job.history && !c->closing_run) {
		/* What its lines are about is shown as it is by now. */
		newer = feed_freeze(l->feed);
		if (newer->snap == c->frozen->snap) {
			const struct mirror *older = c->frozen;

			c->frozen = newer;
			newer = older;
		}
		mirror_release(&newer);
	}
	to_thread(c);
}

static void
finish(struct client *c)
{
	bool keep = lql_keeps_alive(c->query);

	if (c->code != LQL_OK) {
		c->server->counters.failed++;
		keep = keep && !c->some_sent;
	}
	client_end_query(c);
	client_add(c, &c->made, !keep);
	if (c->made.cap > KEPT)
		str_free(&c->made);
	carry_count(c);
	leave(c);
	client_go(c);
	client_unref(c);
}

/* Between two slices. */
static void
go_on(struct client *c)
{
	if (c->streams && c->made.len > 0) {
		client_add(c, &c->made, false);
		lql_took(c->run);
		c->some_sent = true;
	}
	carry_count(c);
	if (c->closing)
		return;
	if (c->next_out.len > UNREAD_MAX) {
		log_warn("client: reads too slowly for an answer of more than "
			 "%u MiB, closed",
		    UNREAD_MAX >> 20);
		c->server->counters.stalled++;
		client_close(c);
	} else if (!c->hurry &&
	    (c->next_out.len > AHEAD || (c->direct != -1 && c->writing))) {
		c->at = CARRY_RESTS;
		c->rests_since = clock_mono();
		c->server->begun[c->queue]--; /* others may */
		carry_admit(c->server);
	} else {
		give(c);
	}
}

static void
end_rest(struct client *c)
{
	c->server->begun[c->queue]++;
	c->at = CARRY_WORKS;
}

/* The client goes, or the pool: what the run has opened is let go. */
static void
abandon(struct client *c)
{
	const struct pool *pool = pool_of(c->server, c->queue);

	if (c->run != NULL && pool != NULL && !pool_ends(pool)) {
		c->closing_run = true;
		give(c);
		return;
	}
	if (c->run != NULL)
		lql_end(&c->run); /* there are no threads any more */
	leave(c);
	client_unref(c);
}

static void
done(struct pool_job *job)
{
	struct client *c = of_job(job);

	if (c->ended && !c->closing) {
		finish(c);
		return;
	}
	if (!c->closing && !pool_ends(pool_of(c->server, c->queue))) {
		go_on(c);
		if (!c->closing)
			return;
	}
	abandon(c);
}

static bool
may_begin(struct livestatus *s, enum carry_queue queue)
{
	const struct pool *pool = pool_of(s, queue);
	unsigned most;

	if (pool == NULL || pool_ends(pool))
		return false;
	most = queue == QUEUE_HISTORY ? BEGUN_HISTORY
				      : BEGUN_A_THREAD * pool_threads(pool);
	return s->begun[queue] < most && s->held <= HELD_MAX;
}

static struct metric_source *
new_metrics(struct daemon *d)
{
	char *path = daemon_path(d, METRIC_SOCKET);
	struct metric_source *src = metric_link_new(path);

	free(path);
	return src;
}

static void
begin(struct client *c)
{
	struct livestatusd *l = c->server->l;

	unlink_line(c);
	c->server->begun[c->queue]++;
	c->refs++;
	c->closing_run = c->ended = c->some_sent = c->hurry = false;
	c->frozen = feed_freeze(l->feed);
	livestatusd_env(l, &c->env);
	if (c->queue == QUEUE_METRICS)
		c->env.metrics = c->metrics = new_metrics(l->d);
	begin_direct(c);
	to_thread(c);
}

void
carry_admit(struct livestatus *s)
{
	for (int q = 0; q < QUEUES; q++)
		while (s->line[q].first != NULL &&
		    may_begin(s, (enum carry_queue)q))
			begin(s->line[q].first);
}

void
carry_start(struct client *c)
{
	struct livestatus *s = c->server;
	struct client_line *line;

	c->job = (struct pool_job){
	    .work = work, .done = done, .history = lql_reads_log(c->query)};
	c->queue = c->job.history         ? QUEUE_HISTORY
	    : lql_reads_metrics(c->query) ? QUEUE_METRICS
					  : QUEUE_PLAIN;
	line = &s->line[c->queue];
	c->at = CARRY_LINE;
	c->line_next = NULL;
	c->line_prev = line->last;
	*line->last = c;
	line->last = &c->line_next;
	s->queued++;
	carry_admit(s);
}

void
carry_written(struct client *c)
{
	count(c); /* a thread may be at c->made */
	if (c->at == CARRY_RESTS && !c->closing &&
	    (c->direct == -1 ? c->next_out.len <= AHEAD / 2 : !c->writing)) {
		end_rest(c);
		give(c);
	}
}

void
carry_forget(struct client *c)
{
	if (c->at == CARRY_LINE) {
		unlink_line(c);
		c->at = CARRY_NOT;
	} else if (c->at == CARRY_RESTS) {
		end_rest(c);
		abandon(c);
	}
}

/* The client that has not read for longest. */
static struct client *
laziest(struct livestatus *s, int64_t now)
{
	struct client *found = NULL;

	for (struct client *c = s->clients; c != NULL; c = c->next)
		if (c->writing && !c->closing && now - c->moved > EVICT_NS &&
		    (found == NULL || c->moved < found->moved))
			found = c;
	return found;
}

bool
carry_is_full(const struct livestatus *s)
{
	return s->held > HELD_MAX;
}

void
carry_sweep(struct livestatus *s, int64_t now)
{
	struct client *c;

	for (c = s->clients; c != NULL; c = c->next)
		if (c->at == CARRY_RESTS && !c->closing &&
		    now - c->rests_since > REST_NS) {
			c->hurry = true;
			end_rest(c);
			give(c);
		}
	if (s->held <= HELD_MAX) {
		carry_admit(s);
		return;
	}
	while (s->held > HELD_MAX / 2 && (c = laziest(s, now)) != NULL) {
		log_warn("client: has not read its answer, and other clients "
			 "need the memory: closed");
		s->counters.stalled++;
		str_free(&c->next_out);
		client_close(c);
		s->held -= c->held;
		c->held = 0;
	}
	carry_admit(s);
}
