/* SPDX-License-Identifier: Apache-2.0
 *
 * Segments on disk; see queue.h.
 */
#include "eventd/forward/queue.h"

#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEGMENT   (8u << 20)
#define FRAME_MAX (4u << 20)
#define BLOCK     65536
#define HEADER    4

struct forward_queue {
	char *folder;
	uint64_t max, lost;
	/* Segments first ... last; last is written. */
	uint64_t first, last;
	uint64_t *sizes; /* of each of them, from first on */
	size_t n_sizes, sizes_cap;
	uint64_t stored;   /* sum of sizes */
	int out, in, sent; /* in: -1 or of cursor.segment */
	struct forward_place cursor, committed;
	struct str waiting;
	uint64_t n_waiting; /* frames */
};

static char *
segment_path(const struct forward_queue *q, uint64_t number)
{
	return xasprintf("%s/%016" PRIx64, q->folder, number);
}

/* --- opening -------------------------------------------------------------- */

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Numbers of the segments that are there, in order. */
static size_t
list_segments(const char *folder, uint64_t **numbers_r)
{
	DIR *dir = opendir(folder);
	size_t n = 0, cap = 0;
	struct dirent *e;

	*numbers_r = NULL;
	while (dir != NULL && (e = readdir(dir)) != NULL) {
		char *end;
		uint64_t number = strtoull(e->d_name, &end, 16);

		if (strlen(e->d_name) != 16 || *end != '\0')
			continue;
		ARRAY_GROW(*numbers_r, n, cap);
		(*numbers_r)[n++] = number;
	}
	if (dir != NULL)
		closedir(dir);
	if (n > 0)
		qsort(*numbers_r, n, sizeof(**numbers_r), by_number);
	return n;
}

static void
add_size(struct forward_queue *q, uint64_t size)
{
	ARRAY_GROW(q->sizes, q->n_sizes, q->sizes_cap);
	q->sizes[q->n_sizes++] = size;
	q->stored += size;
}

static int
new_segment(struct forward_queue *q, struct err *err_r)
{
	char *path = segment_path(q, q->last + 1);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd == -1) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		free(path);
		return -1;
	}
	free(path);
	if (q->out != -1)
		close(q->out);
	q->out = fd;
	q->last++;
	add_size(q, 0);
	return 0;
}

static void
read_sent(struct forward_queue *q)
{
	uint64_t place[2] = {0, 0};

	if (pread(q->sent, place, sizeof(place), 0) != sizeof(place))
		return;
	q->committed = (struct forward_place){place[0], place[1]};
}

static int
open_files(struct forward_queue *q, struct err *err_r)
{
	char *path = xasprintf("%s/sent", q->folder);
	uint64_t *numbers;
	size_t n;

	q->sent = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (q->sent == -1) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		free(path);
		return -1;
	}
	free(path);
	read_sent(q);
	n = list_segments(q->folder, &numbers);
	q->first = n > 0 ? numbers[0] : q->committed.segment + 1;
	q->last = n > 0 ? numbers[n - 1] : q->committed.segment;
	free(numbers);
	for (uint64_t i = q->first; n > 0 && i <= q->last; i++) {
		struct stat sb = {0};

		path = segment_path(q, i);
		if (stat(path, &sb) != 0)
			sb.st_size = 0;
		free(path);
		add_size(q, (uint64_t)sb.st_size);
	}
	if (q->committed.segment < q->first || q->committed.segment > q->last)
		q->committed = (struct forward_place){q->first, 0};
	q->cursor = q->committed;
	/* Never behind what a crash cut short. */
	return new_segment(q, err_r);
}

struct forward_queue *
forward_queue_open(const char *folder, uint64_t max, struct err *err_r)
{
	struct forward_queue *q;

	if (file_mkdirs(folder, 0750, err_r) != 0)
		return NULL;
	q = xnew(struct forward_queue);
	q->folder = xstrdup(folder);
	q->max = max;
	q->out = q->in = q->sent = -1;
	if (open_files(q, err_r) != 0)
		forward_queue_close(&q);
	return q;
}

void
forward_queue_close(struct forward_queue **qp)
{
	struct forward_queue *q = *qp;
	struct err err;

	if (q == NULL)
		return;
	if (q->out != -1 && forward_queue_flush(q, &err) != 0)
		log_error("forwarding: %s", err.text);
	if (q->out != -1)
		close(q->out);
	if (q->in != -1)
		close(q->in);
	if (q->sent != -1)
		close(q->sent);
	str_free(&q->waiting);
	free(q->sizes);
	free(q->folder);
	free(q);
	*qp = NULL;
}

void
forward_queue_set_max(struct forward_queue *q, uint64_t max)
{
	q->max = max;
}

/* --- writing -------------------------------------------------------------- */

uint64_t
forward_queue_bytes(const struct forward_queue *q)
{
	return q->stored + q->waiting.len - q->committed.offset;
}

bool
forward_queue_put(struct forward_queue *q, struct slice frame)
{
	uint32_t len = (uint32_t)frame.len;
	uint8_t header[HEADER] = {(uint8_t)len, (uint8_t)(len >> 8),
	    (uint8_t)(len >> 16), (uint8_t)(len >> 24)};

	if (frame.len > FRAME_MAX || frame.len == 0 ||
	    forward_queue_bytes(q) + HEADER + frame.len > q->max) {
		q->lost++;
		return false;
	}
	str_addn(&q->waiting, (const char *)header, HEADER);
	str_addslice(&q->waiting, frame);
	q->n_waiting++;
	return true;
}

bool
forward_queue_dirty(const struct forward_queue *q)
{
	return q->waiting.len > 0;
}

/* Writes all or nothing. */
static int
write_waiting(struct forward_queue *q, struct err *err_r)
{
	uint64_t *size = &q->sizes[q->n_sizes - 1];
	size_t done = 0;

	while (done < q->waiting.len) {
		ssize_t n = pwrite(q->out, q->waiting.s + done,
		    q->waiting.len - done, (off_t)(*size + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			err_set(err_r, "%s: %s", q->folder, strerror(errno));
			/* The next flush writes over what there is of it. */
			if (ftruncate(q->out, (off_t)*size) != 0)
				log_warn("%s: %s", q->folder, strerror(errno));
			return -1;
		}
		done += (size_t)n;
	}
	*size += done;
	q->stored += done;
	return 0;
}

int
forward_queue_flush(struct forward_queue *q, struct err *err_r)
{
	int rc = 0;

	if (q->waiting.len == 0)
		return 0;
	if (q->sizes[q->n_sizes - 1] > SEGMENT)
		rc = new_segment(q, err_r);
	if (rc == 0)
		rc = write_waiting(q, err_r);
	if (rc != 0)
		q->lost += q->n_waiting;
	q->n_waiting = 0;
	str_clear(&q->waiting);
	return rc;
}

/* --- reading -------------------------------------------------------------- */

static bool
open_in(struct forward_queue *q)
{
	char *path;

	if (q->in != -1)
		return true;
	path = segment_path(q, q->cursor.segment);
	q->in = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	return q->in != -1;
}

static void
close_in(struct forward_queue *q)
{
	if (q->in != -1)
		close(q->in);
	q->in = -1;
}

/* The whole frames of a block; the bytes that they take in the file. */
static size_t
take_frames(struct slice block, struct str *out, size_t max, size_t *n)
{
	size_t at = 0, start = out->len;

	while (at + HEADER <= block.len && out->len - start < max) {
		const uint8_t *h = (const uint8_t *)block.s + at;
		uint32_t len = (uint32_t)h[0] | (uint32_t)h[1] << 8 |
		    (uint32_t)h[2] << 16 | (uint32_t)h[3] << 24;

		if (len == 0 || len > FRAME_MAX ||
		    block.len - at - HEADER < len)
			break;
		str_addn(out, block.s + at + HEADER, len);
		at += HEADER + len;
		(*n)++;
	}
	return at;
}

static size_t
read_cursor(struct forward_queue *q, struct str *out, size_t max, size_t *n)
{
	size_t want = max + BLOCK, used = 0;

	if (!open_in(q))
		return 0;
	/* A frame that is longer than the block needs a longer one. */
	for (int try = 0; try < 2 && used == 0; try++) {
		char *block = xmalloc(want);
		ssize_t got =
		    pread(q->in, block, want, (off_t)q->cursor.offset);

		if (got > 0)
			used = take_frames(
			    (struct slice){block, (size_t)got}, out, max, n);
		free(block);
		if (got < (ssize_t)want)
			break;
		want = FRAME_MAX + HEADER;
	}
	return used;
}

size_t
forward_queue_take(struct forward_queue *q, struct str *out, size_t max,
    struct forward_place *place_r)
{
	size_t n = 0, used;

	for (;;) {
		used = read_cursor(q, out, max, &n);
		q->cursor.offset += used;
		if (n > 0 || q->cursor.segment >= q->last)
			break;
		/* At its end, or at what a crash cut short. */
		close_in(q);
		q->cursor = (struct forward_place){q->cursor.segment + 1, 0};
	}
	*place_r = q->cursor;
	return n;
}

void
forward_queue_rewind(struct forward_queue *q)
{
	close_in(q);
	q->cursor = q->committed;
}

void
forward_queue_commit(struct forward_queue *q, const struct forward_place *place)
{
	uint64_t bytes[2] = {place->segment, place->offset};

	q->committed = *place;
	if (pwrite(q->sent, bytes, sizeof(bytes), 0) != sizeof(bytes))
		log_warn("%s/sent: %s", q->folder, strerror(errno));
	while (q->first < place->segment) {
		char *path = segment_path(q, q->first);

		unlink(path);
		free(path);
		q->first++;
		q->stored -= q->sizes[0];
		q->n_sizes--;
		memmove(q->sizes, q->sizes + 1, q->n_sizes * sizeof(*q->sizes));
	}
}

uint64_t
forward_queue_lost(const struct forward_queue *q)
{
	return q->lost;
}
