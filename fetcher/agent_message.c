/* SPDX-License-Identifier: Apache-2.0
 *
 * The controller's message; see agent_message.h.
 */
#include "fetcher/agent_message.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#define HEADER     3
#define PIECE      16384
#define RATIO_FROM (1u << 20) /* bytes of output that may be any ratio */
#define RATIO_MOST 500

enum compression {
	NONE = 0,
	ZLIB = 1
};

struct agent_message {
	agent_message_sink *sink;
	void *arg;
	unsigned char header[HEADER];
	size_t taken; /* bytes, the header's included */
	bool inflates, ended;
	z_stream z;
};

struct agent_message *
agent_message_new(agent_message_sink *sink, void *arg)
{
	struct agent_message *m = xnew(struct agent_message);

	m->sink = sink;
	m->arg = arg;
	return m;
}

void
agent_message_free(struct agent_message **mp)
{
	struct agent_message *m = *mp;

	if (m == NULL)
		return;
	if (m->inflates)
		inflateEnd(&m->z);
	free(m);
	*mp = NULL;
}

static int
look_at_header(struct agent_message *m, struct err *err_r)
{
	unsigned version = m->header[0] * 256u + m->header[1];

	if (version != 0) {
		err_set(err_r,
		    "its controller speaks version %u of the protocol, this "
		    "fetcher knows 0 (update the site)",
		    version);
		return -1;
	}
	if (m->header[2] == ZLIB) {
		must(inflateInit(&m->z) == Z_OK);
		m->inflates = true;
	} else if (m->header[2] != NONE) {
		err_set(err_r,
		    "its controller compresses by method %u, this fetcher "
		    "knows 0 and 1 (update the site)",
		    m->header[2]);
		return -1;
	}
	return 0;
}

static int
inflate_piece(struct agent_message *m, struct err *err_r)
{
	Bytef out[PIECE];
	size_t n;
	int rc;

	m->z.next_out = out;
	m->z.avail_out = sizeof(out);
	rc = inflate(&m->z, Z_NO_FLUSH);
	n = sizeof(out) - m->z.avail_out;
	if (n > 0 && m->sink(m->arg, (const char *)out, n, err_r) == -1)
		return -1;
	if (rc == Z_STREAM_END) {
		m->ended = true;
		return 0;
	}
	if (rc != Z_OK && rc != Z_BUF_ERROR) {
		err_set(err_r, "its compressed output is damaged (%s)",
		    m->z.msg == NULL ? "no reason" : m->z.msg);
		return -1;
	}
	if (m->z.total_out > RATIO_FROM &&
	    m->z.total_out / (m->taken - HEADER) > RATIO_MOST) {
		err_set(err_r,
		    "%lu bytes of output in %zu compressed ones: no agent "
		    "sends that",
		    m->z.total_out, m->taken - HEADER);
		return -1;
	}
	return 0;
}

static int
inflate_all(struct agent_message *m, struct slice bytes, struct err *err_r)
{
	m->z.next_in = (Bytef *)(uintptr_t)bytes.s;
	m->z.avail_in = (uInt)bytes.len;
	do {
		if (m->ended) {
			if (m->z.avail_in == 0)
				return 0;
			err_set(err_r,
			    "%u bytes follow the end of its compressed output",
			    m->z.avail_in);
			return -1;
		}
		if (inflate_piece(m, err_r) == -1)
			return -1;
		/* A full piece: there may be more in zlib's window. */
	} while (m->z.avail_in > 0 || m->z.avail_out == 0);
	return 0;
}

int
agent_message_take(
    struct agent_message *m, struct slice bytes, struct err *err_r)
{
	while (m->taken < HEADER && bytes.len > 0) {
		m->header[m->taken++] = (unsigned char)*bytes.s++;
		bytes.len--;
		if (m->taken == HEADER && look_at_header(m, err_r) == -1)
			return -1;
	}
	if (bytes.len == 0)
		return 0;
	must(bytes.len <= UINT32_MAX);
	m->taken += bytes.len;
	if (m->inflates)
		return inflate_all(m, bytes, err_r);
	return m->sink(m->arg, bytes.s, bytes.len, err_r);
}

int
agent_message_end(const struct agent_message *m, struct err *err_r)
{
	if (m->taken < HEADER) {
		err_set(
		    err_r, "%zu bytes came in place of its message", m->taken);
		return -1;
	}
	if (m->inflates && !m->ended) {
		err_set(err_r,
		    "its compressed output ends in the middle, after %zu bytes",
		    m->taken - HEADER);
		return -1;
	}
	return 0;
}
