/* SPDX-License-Identifier: Apache-2.0
 *
 * Sockets and the timer that libcurl asks for, as handles of the loop.
 */
#include "notifyd/methods/curl_loop.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdbool.h>
#include <stdlib.h>

struct curl_loop {
	CURLM *multi;
	uv_loop_t *loop;
	uv_timer_t timer;
	unsigned handles; /* to be closed before it can be freed */
	bool ending;
};

struct watch { /* of a socket */
	uv_poll_t poll;
	struct curl_loop *loop;
	curl_socket_t fd;
};

struct transfer { /* CURLOPT_PRIVATE */
	curl_loop_done_fn *done;
	void *arg;
};

static void
collect(struct curl_loop *loop)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(loop->multi, &left)) != NULL) {
		struct transfer *t = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
		t->done(m->easy_handle, m->data.result, t->arg);
	}
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
	struct watch *w = poll->data;
	struct curl_loop *loop = w->loop;
	int flags = 0, running;

	if (status < 0)
		flags = CURL_CSELECT_ERR;
	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	curl_multi_socket_action(loop->multi, w->fd, flags, &running);
	collect(loop);
}

static void
handle_gone(struct curl_loop *loop)
{
	if (--loop->handles == 0 && loop->ending)
		free(loop);
}

static void
on_watch_closed(uv_handle_t *handle)
{
	struct watch *w = handle->data;

	handle_gone(w->loop);
	free(w);
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *data)
{
	struct curl_loop *loop = arg;
	struct watch *w = data;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w != NULL) {
			uv_poll_stop(&w->poll);
			uv_close((uv_handle_t *)&w->poll, on_watch_closed);
			curl_multi_assign(loop->multi, fd, NULL);
		}
		return 0;
	}
	if (w == NULL) {
		w = xnew(struct watch);
		w->loop = loop;
		w->fd = fd;
		w->poll.data = w;
		if (uv_poll_init_socket(loop->loop, &w->poll, fd) != 0) {
			free(w);
			return -1;
		}
		loop->handles++;
		curl_multi_assign(loop->multi, fd, w);
	}
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= UV_READABLE;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= UV_WRITABLE;
	uv_poll_start(&w->poll, events, on_poll);
	return 0;
}

static void
on_timer(uv_timer_t *timer)
{
	struct curl_loop *loop = timer->data;
	int running;

	curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(loop);
}

static int
on_timeout(CURLM *multi, long ms, void *arg)
{
	struct curl_loop *loop = arg;

	(void)multi;
	if (loop->ending)
		return 0;
	if (ms < 0)
		uv_timer_stop(&loop->timer);
	else
		uv_timer_start(&loop->timer, on_timer, (uint64_t)ms, 0);
	return 0;
}

void
curl_loop_add(
    struct curl_loop *loop, CURL *easy, curl_loop_done_fn *done, void *arg)
{
	struct transfer *t = xnew(struct transfer);

	*t = (struct transfer){done, arg};
	curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* A thread that resolves a name is left alone at a time-out: libcurl
	 * would wait for it, here on the loop. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	must(curl_multi_add_handle(loop->multi, easy) == CURLM_OK);
}

void
curl_loop_remove(struct curl_loop *loop, CURL *easy)
{
	struct transfer *t = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t);
	curl_multi_remove_handle(loop->multi, easy);
	curl_easy_cleanup(easy);
	free(t);
}

struct curl_loop *
curl_loop_new(uv_loop_t *uv)
{
	struct curl_loop *loop = xnew(struct curl_loop);

	must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	loop->loop = uv;
	loop->multi = curl_multi_init();
	must(loop->multi != NULL);
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
	uv_timer_init(uv, &loop->timer);
	loop->timer.data = loop;
	loop->handles = 1;
	return loop;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	handle_gone(handle->data);
}

void
curl_loop_free(struct curl_loop **loopp)
{
	struct curl_loop *loop = *loopp;

	if (loop == NULL)
		return;
	*loopp = NULL;
	loop->ending = true;
	curl_multi_cleanup(loop->multi);
	uv_close((uv_handle_t *)&loop->timer, on_timer_closed);
	curl_global_cleanup();
}
