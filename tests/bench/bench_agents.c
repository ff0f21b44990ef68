/* SPDX-License-Identifier: Apache-2.0
 *
 * Any number of fake agents in one process: bench_agents PORT FILE sends the
 * file's content to each connection and closes it; 127.0.0.0/8 is all ours, so
 * each host may have an address of its own. Ends on SIGTERM.
 */
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <uv.h>

static struct str content;

struct client {
	uv_tcp_t tcp;
	uv_write_t write;
};

static void
on_close(uv_handle_t *handle)
{
	free(handle->data);
}

static void
on_written(uv_write_t *req, int status)
{
	(void)status;
	uv_close((uv_handle_t *)req->handle, on_close);
}

static void
on_connection(uv_stream_t *listener, int status)
{
	struct client *c;
	uv_buf_t buf = uv_buf_init(content.s, (unsigned)content.len);

	if (status < 0)
		return;
	c = xnew(struct client);
	uv_tcp_init(listener->loop, &c->tcp);
	c->tcp.data = c;
	if (uv_accept(listener, (uv_stream_t *)&c->tcp) != 0 ||
	    uv_write(&c->write, (uv_stream_t *)&c->tcp, &buf, 1, on_written) !=
		0)
		uv_close((uv_handle_t *)&c->tcp, on_close);
}

int
main(int argc, char **argv)
{
	uv_loop_t *loop = uv_default_loop();
	struct sockaddr_in address;
	uv_tcp_t listener;
	struct err err;

	if (argc < 3)
		return 2;
	if (file_read(argv[2], 1 << 24, &content, &err) == -1)
		fatal("%s", err.text);
	uv_ip4_addr("0.0.0.0", (int)strtol(argv[1], NULL, 10), &address);
	uv_tcp_init(loop, &listener);
	if (uv_tcp_bind(&listener, (struct sockaddr *)&address, 0) != 0 ||
	    uv_listen((uv_stream_t *)&listener, 4096, on_connection) != 0)
		fatal("port %s: cannot listen", argv[1]);
	return uv_run(loop, UV_RUN_DEFAULT);
}
