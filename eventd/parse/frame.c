/* SPDX-License-Identifier: Apache-2.0
 *
 * Stream framing; see frame.h.
 */
#include "eventd/parse/frame.h"

#define MAX_DIGITS 7

enum verdict {
	FRAME_COUNTED,
	FRAME_LINE,
	FRAME_UNDECIDED
};

void
frame_init(struct frame_reader *fr, size_t max)
{
	*fr = (struct frame_reader){.max = max};
}

void
frame_free(struct frame_reader *fr)
{
	str_free(&fr->buf);
}

struct slice
frame_strip(struct slice m)
{
	while (m.len > 0) {
		char c = m.s[m.len - 1];

		if (c != '\r' && c != '\n' && c != '\0')
			break;
		m.len--;
	}
	return m;
}

/* How does the message that begins here end? */
static enum verdict
decide(struct slice in, size_t *header_r, size_t *count_r)
{
	size_t n = 0, count = 0;

	if (in.s[0] < '1' || in.s[0] > '9')
		return FRAME_LINE;
	while (n < in.len && in.s[n] >= '0' && in.s[n] <= '9') {
		if (n == MAX_DIGITS)
			return FRAME_LINE;
		count = count * 10 + (size_t)(in.s[n++] - '0');
	}
	if (n == in.len)
		return FRAME_UNDECIDED;
	if (in.s[n] != ' ')
		return FRAME_LINE;
	if (n + 1 == in.len)
		return FRAME_UNDECIDED;
	if (in.s[n + 1] != '<' && in.s[n + 1] != '@')
		return FRAME_LINE;
	*header_r = n + 1;
	*count_r = count;
	return FRAME_COUNTED;
}

static void
emit(struct slice m, frame_fn *fn, void *arg)
{
	m = frame_strip(m);
	if (m.len > 0)
		fn(m, arg);
}

/* A line from the front of `in`. False: it is not whole yet. */
static bool
take_line(struct frame_reader *fr, struct slice *in, struct frame_counters *c,
    frame_fn *fn, void *arg)
{
	const char *lf =
	    memchr(in->s + fr->scanned, '\n', in->len - fr->scanned);
	size_t n = lf == NULL ? in->len : (size_t)(lf - in->s);

	if (lf == NULL && n <= fr->max && !fr->skipping) {
		fr->scanned = n;
		return false;
	}
	if (!fr->skipping) {
		if (n > fr->max)
			c->truncated++;
		emit((struct slice){in->s, n > fr->max ? fr->max : n}, fn, arg);
	}
	fr->skipping = lf == NULL;
	fr->scanned = 0;
	in->s += n + (lf != NULL);
	in->len -= n + (lf != NULL);
	return true;
}

/* One message from the front of `in`. 1: taken; 0: more is needed; -1. */
static int
take(struct frame_reader *fr, struct slice *in, struct frame_counters *c,
    frame_fn *fn, void *arg, struct err *err_r)
{
	size_t header = 0, count = 0;

	if (!fr->skipping && fr->scanned == 0 && !fr->lines) {
		switch (decide(*in, &header, &count)) {
		case FRAME_UNDECIDED:
			return 0;
		case FRAME_COUNTED:
			if (count > fr->max) {
				c->bad++;
				fr->broken = true;
				err_set(err_r,
				    "a message of %zu bytes is announced, at "
				    "most %zu are allowed (max_message)",
				    count, fr->max);
				return -1;
			}
			if (in->len - header < count)
				return 0;
			emit((struct slice){in->s + header, count}, fn, arg);
			in->s += header + count;
			in->len -= header + count;
			return 1;
		case FRAME_LINE:
			break;
		}
	}
	return take_line(fr, in, c, fn, arg) ? 1 : 0;
}

int
frame_feed(struct frame_reader *fr, struct slice bytes,
    struct frame_counters *c, frame_fn *fn, void *arg, struct err *err_r)
{
	struct slice in;
	int rc = 0;

	if (fr->broken) {
		err_set(err_r, "the stream is broken");
		return -1;
	}
	if (fr->buf.len > 0) {
		str_addslice(&fr->buf, bytes);
		in = str_slice(&fr->buf);
	} else {
		in = bytes;
	}
	while (in.len > 0) {
		rc = take(fr, &in, c, fn, arg, err_r);
		if (rc != 1)
			break;
	}
	if (rc == -1)
		in.len = 0;
	if (fr->buf.len == 0) {
		str_addslice(&fr->buf, in);
	} else {
		if (in.len > 0)
			memmove(fr->buf.s, in.s, in.len);
		fr->buf.len = in.len;
		fr->buf.s[in.len] = '\0';
	}
	/* What one long message needed is not kept for ever. */
	if (fr->buf.len == 0 && fr->buf.cap > 16384)
		str_free(&fr->buf);
	return rc == -1 ? -1 : 0;
}

void
frame_end(
    struct frame_reader *fr, struct frame_counters *c, frame_fn *fn, void *arg)
{
	struct slice in = str_slice(&fr->buf);
	size_t header, count, digits = 0;

	if (in.len > 0 && !fr->skipping && !fr->broken) {
		while (digits < in.len && in.s[digits] >= '0' &&
		    in.s[digits] <= '9')
			digits++;
		if (fr->lines)
			emit(in, fn, arg);
		else if (digits == in.len && digits <= MAX_DIGITS &&
		    in.s[0] != '0')
			c->bad++;
		else if (decide(in, &header, &count) == FRAME_COUNTED)
			c->bad++;
		else
			emit(in, fn, arg);
	}
	str_free(&fr->buf);
	fr->scanned = 0;
}
