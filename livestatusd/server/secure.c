/* SPDX-License-Identifier: Apache-2.0
 *
 * A client behind TLS: what is read goes through the session into c->in, the
 * answer in c->out is sealed piece by piece, so that a client that reads slowly
 * costs its answer once.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/tls.h"
#include "livestatusd/server/client.h"

#define PIECE 131072u

static void
on_raw_written(uv_write_t *write, int status)
{
	struct client *c = write->data;

	c->raw_busy = false;
	c->moved = clock_mono();
	str_clear(&c->raw);
	if (status != 0) {
		client_close(c);
		return;
	}
	secure_push(c);
	if (c->writing && !c->raw_busy && !c->closing)
		client_written(c);
}

/* The next piece of the answer, and after the last one the end. */
static int
seal(struct client *c, struct err *err_r)
{
	size_t n = c->out.len - c->sealed;

	if (n > PIECE)
		n = PIECE;
	if (tls_send(c->tls, (struct slice){c->out.s + c->sealed, n}, err_r) ==
	    -1)
		return -1;
	c->sealed += n;
	if (c->sealed == c->out.len && c->close_after_write)
		tls_end(c->tls);
	return 0;
}

void
secure_push(struct client *c)
{
	struct err err = {""};
	uv_buf_t buf;

	if (c->raw_busy || c->closing)
		return;
	if (c->writing && c->sealed < c->out.len && seal(c, &err) == -1) {
		log_debug("client: TLS: %s", err.text);
		client_close(c);
		return;
	}
	tls_take(c->tls, &c->raw);
	if (c->raw.len == 0)
		return;
	buf = uv_buf_init(c->raw.s, (unsigned)c->raw.len);
	c->raw_busy = true;
	c->raw_write.data = c;
	if (uv_write(&c->raw_write, &c->stream, &buf, 1, on_raw_written) != 0) {
		c->raw_busy = false;
		client_close(c);
	}
}

void
secure_received(struct client *c, struct slice bytes)
{
	struct err err = {""};
	size_t had = c->in.len;
	enum tls_state state = tls_receive(c->tls, bytes, &c->in, &err);

	if (state == TLS_FAILED) {
		log_info("client: TLS: %s", err.text);
		c->server->counters.failed++;
		secure_push(c); /* the alert, if it fits */
		client_close(c);
		return;
	}
	if (state != TLS_SHAKING && !c->shaken) {
		c->shaken = true;
		c->begun = 0;
	}
	if (c->in.len > had && c->begun == 0)
		c->begun = c->moved;
	if (state == TLS_ENDED)
		c->eof = true;
	secure_push(c);
}
