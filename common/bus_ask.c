/* SPDX-License-Identifier: Apache-2.0
 *
 * One question and its answer, waited for: what the command line needs of the
 * bus. See bus.h.
 */
#include "common/bus.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/log.h"

struct question {
	uv_loop_t loop;
	const struct msg *ask;
	const char *endpoint;
	int timeout_ms;
	bus_got_fn *got;
	void *arg;
	struct err *err_r;
	int rc; /* 1 while open */
};

/* ZeroMQ would wait for ever where nobody listens. */
static int
someone_listens(const char *endpoint, struct err *err_r)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd, rc;

	if (strncmp(endpoint, "ipc://", 6) != 0)
		return 0;
	if (strlen(endpoint + 6) >= sizeof(to.sun_path)) {
		err_set(err_r, "%s: path too long", endpoint);
		return -1;
	}
	memcpy(to.sun_path, endpoint + 6, strlen(endpoint + 6) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1) {
		err_set(err_r, "socket: %s", strerror(errno));
		return -1;
	}
	rc = connect(fd, (struct sockaddr *)&to, sizeof(to));
	if (rc == -1)
		err_set(err_r, "%s: %s", endpoint + 6,
		    errno == ENOENT || errno == ECONNREFUSED ? "not running"
							     : strerror(errno));
	close(fd);
	return rc;
}

static void
on_up(struct bus_peer *peer, void *arg)
{
	struct question *q = arg;

	bus_send(peer, q->ask);
	bus_flush(peer);
}

static void
end(struct question *q, int rc)
{
	q->rc = rc;
	uv_stop(&q->loop);
}

static void
on_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct question *q = arg;

	(void)peer;
	if (q->rc != 1)
		return;
	err_set(q->err_r, "%s: %s", q->endpoint, why);
	end(q, -1);
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct question *q = arg;

	(void)peer;
	if (q->rc != 1 || (m->id != MSG_ANSWER && m->id != MSG_COUNTERS_ANSWER))
		return;
	q->got(m, q->arg);
	end(q, 0);
}

static void
on_timeout(uv_timer_t *timer)
{
	struct question *q = timer->data;

	if (q->rc != 1)
		return;
	err_set(
	    q->err_r, "%s: no answer within %d ms", q->endpoint, q->timeout_ms);
	end(q, -1);
}

int
bus_ask(const char *endpoint, const struct bus_self *self,
    const struct msg *ask, int timeout_ms, bus_got_fn *got, void *arg,
    struct err *err_r)
{
	static const struct bus_handlers handlers = {
	    .up = on_up, .down = on_down, .message = on_message};
	struct question q = {.ask = ask,
	    .endpoint = endpoint,
	    .timeout_ms = timeout_ms,
	    .got = got,
	    .arg = arg,
	    .err_r = err_r,
	    .rc = 1};
	uv_timer_t timer;
	struct bus *bus;

	if (someone_listens(endpoint, err_r) == -1)
		return -1;
	must(uv_loop_init(&q.loop) == 0);
	uv_timer_init(&q.loop, &timer);
	timer.data = &q;
	uv_timer_start(&timer, on_timeout, (uint64_t)timeout_ms, 0);
	bus = bus_new(&q.loop, self);
	if (bus_dial(bus, endpoint, NULL, &handlers, &q, err_r) == NULL)
		q.rc = -1;
	while (q.rc == 1)
		uv_run(&q.loop, UV_RUN_DEFAULT);
	bus_free(&bus);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&q.loop, UV_RUN_DEFAULT);
	must(uv_loop_close(&q.loop) == 0);
	return q.rc;
}
