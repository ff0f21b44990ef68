/* SPDX-License-Identifier: Apache-2.0
 *
 * The durable journal; see journal.h. One thread owns the descriptor. The loop
 * appends to `queued` under the lock; the thread takes all of it at once,
 * writes, syncs, and tells the loop by uv_async. So a group is whatever came
 * while the last sync ran.
 */
#include "common/journal.h"

#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAGIC     "VDTJRN1\n"
#define MAGIC_LEN 8
#define HEAD_LEN  16 /* magic and the first record's serial number */

struct journal {
	char *path, *old_path;
	int fd;
	uint64_t size;   /* of the file, thread's after opening */
	uint64_t before; /* serial number = this + number since opening */
	size_t max_queued;
	journal_durable_fn *durable_fn;
	void *arg;
	uv_async_t *async;
	pthread_t thread;

	uint64_t appended; /* loop's: number of the last record */
	uint64_t reported; /* loop's: last number given to durable_fn */

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t work;
	struct str queued;
	uint64_t queued_upto;  /* number of the last record in `queued` */
	bool rotate;           /* rotate before what is in `queued_new` */
	struct str queued_new; /* records after the rotation */
	uint64_t bytes;        /* of the file with what waits */
	uint64_t durable;      /* number of the last record on disk */
	struct err failure;    /* "" while the disk is well */
	bool failed, ending;
};

/* How far a reader came: the next serial number, and the good bytes. */
struct reader {
	journal_replay_fn *fn;
	void *arg;
	uint64_t next; /* serial number expected; those before are known */
	uint64_t good; /* length of the last file's good part; 0: no file */
};

/* Reads one file's records; stops at the first that is not whole. */
static void
read_records(struct slice file, struct reader *r)
{
	size_t at = HEAD_LEN;
	uint64_t serial;

	memcpy(&serial, file.s + MAGIC_LEN, sizeof(serial));
	while (file.len - at >= 8) {
		uint32_t len, crc;

		memcpy(&len, file.s + at, 4);
		memcpy(&crc, file.s + at + 4, 4);
		if (len > JOURNAL_MAX_RECORD || len > file.len - at - 8 ||
		    crc32c(file.s + at + 8, len) != crc)
			break;
		if (r->fn != NULL && serial >= r->next)
			r->fn((struct slice){file.s + at + 8, len}, r->arg);
		at += 8 + len;
		serial++;
	}
	if (serial > r->next)
		r->next = serial;
	r->good = at;
}

/* Reads a file if it is there. */
static int
read_path(const char *path, struct reader *r, struct err *err_r)
{
	struct str content = {0};

	r->good = 0;
	if (!file_exists(path))
		return 0;
	if (file_read(path, (size_t)1 << 40, &content, err_r) == -1) {
		str_free(&content);
		return -1;
	}
	/* Shorter: made and never written, a crash right at its birth. */
	if (content.len >= HEAD_LEN) {
		if (memcmp(content.s, MAGIC, MAGIC_LEN) != 0) {
			err_set(err_r,
			    "%s: not a journal of this version (move it away "
			    "to start without it)",
			    path);
			str_free(&content);
			return -1;
		}
		read_records(str_slice(&content), r);
		if (r->good < content.len)
			log_warn("journal %s: dropped %zu bytes at its end "
				 "that a crash cut short",
			    path, content.len - (size_t)r->good);
	}
	str_free(&content);
	return 0;
}

int
journal_read(
    const char *path, journal_replay_fn *fn, void *arg, struct err *err_r)
{
	struct reader r = {.fn = fn, .arg = arg};

	if (!file_exists(path)) {
		err_set(err_r, "%s: no such file", path);
		return -1;
	}
	return read_path(path, &r, err_r);
}

/*
 * Opens for appending after `good` bytes; 0 means a new file that begins with
 * record `serial`.
 */
static int
open_file(const char *path, uint64_t good, uint64_t serial, struct err *err_r)
{
	char head[HEAD_LEN];
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd == -1) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		err_set(err_r, "%s: in use by another process", path);
		close(fd);
		return -1;
	}
	memcpy(head, MAGIC, MAGIC_LEN);
	memcpy(head + MAGIC_LEN, &serial, sizeof(serial));
	if (ftruncate(fd, (off_t)good) == -1 ||
	    (good == 0 && pwrite(fd, head, HEAD_LEN, 0) != HEAD_LEN) ||
	    fsync(fd) == -1) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

/* Writes all at the known end, so that a retry after a failure starts clean. */
static int
write_at_end(struct journal *j, const struct str *bytes, struct err *err_r)
{
	size_t done = 0;

	while (done < bytes->len) {
		ssize_t n = pwrite(j->fd, bytes->s + done, bytes->len - done,
		    (off_t)(j->size + done));

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			err_set(err_r, "journal %s: %s", j->path,
			    n == 0 ? "nothing written" : strerror(errno));
			return -1;
		}
		done += (size_t)n;
	}
	if (bytes->len > 0 && fdatasync(j->fd) == -1) {
		err_set(err_r, "journal %s: %s", j->path, strerror(errno));
		return -1;
	}
	j->size += bytes->len;
	return 0;
}

static void
put_record(struct slice record, void *arg)
{
	uint32_t head[2] = {(uint32_t)record.len, crc32c(record.s, record.len)};

	str_addn(arg, (const char *)head, sizeof(head));
	str_addslice(arg, record);
}

/* PATH.old is still needed: it takes the present file's records, too. */
static int
add_to_old(struct journal *j, struct err *err_r)
{
	struct str both = {0}, present = {0};
	struct reader r = {0};
	int rc = -1;

	if (file_read(j->old_path, (size_t)1 << 40, &both, err_r) == 0 &&
	    file_read(j->path, (size_t)1 << 40, &present, err_r) == 0) {
		if (both.len >= HEAD_LEN) {
			read_records(str_slice(&both), &r);
			both.len = (size_t)r.good;
		} else {
			str_clear(&both);
			str_addn(&both, present.s, HEAD_LEN);
		}
		r.fn = put_record;
		r.arg = &both;
		read_records(str_slice(&present), &r);
		rc = file_write(j->old_path, str_slice(&both), 0600, err_r);
	}
	str_free(&both);
	str_free(&present);
	return rc;
}

/*
 * Thread: the present file becomes PATH.old, a new one, whose first record has
 * the given number since opening, takes its place.
 */
static int
start_anew(struct journal *j, uint64_t first, struct err *err_r)
{
	char *fresh = xasprintf("%s.new", j->path);
	int fd = open_file(fresh, 0, j->before + first, err_r), rc = -1;

	if (fd == -1) {
		free(fresh);
		return -1;
	}
	if (!file_exists(j->path))
		rc = 0; /* an earlier try came so far */
	else if (file_exists(j->old_path))
		rc = add_to_old(j, err_r);
	else if ((rc = rename(j->path, j->old_path)) == -1)
		err_set(err_r, "%s: %s", j->old_path, strerror(errno));
	if (rc == 0 && (rc = rename(fresh, j->path)) == -1)
		err_set(err_r, "%s: %s", j->path, strerror(errno));
	free(fresh);
	if (rc == -1) {
		close(fd);
		return -1;
	}
	close(j->fd);
	j->fd = fd;
	j->size = HEAD_LEN;
	return 0;
}

/* Thread, lock held: tells the loop, and waits a second if the disk refuses. */
static void
report(struct journal *j, const struct err *failure)
{
	struct timespec until;

	j->failed = failure != NULL;
	if (failure != NULL)
		j->failure = *failure;
	uv_async_send(j->async);
	if (failure == NULL || j->ending)
		return;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	pthread_cond_timedwait(&j->work, &j->lock, &until);
}

/* Thread, lock held: writes one batch, trying until it is on disk. */
static void
write_batch(struct journal *j, struct str *batch, uint64_t upto, bool rotate)
{
	struct err err;
	bool written = false, ok = false;

	while (!ok) {
		pthread_mutex_unlock(&j->lock);
		written = written || write_at_end(j, batch, &err) == 0;
		ok = written && (!rotate || start_anew(j, upto + 1, &err) == 0);
		pthread_mutex_lock(&j->lock);
		if (written)
			j->durable = upto;
		if (!ok && j->ending) {
			log_error("%s: given up at the end", err.text);
			return;
		}
		report(j, ok ? NULL : &err);
	}
}

static void *
run(void *arg)
{
	struct journal *j = arg;
	struct str batch = {0}, empty;

	pthread_mutex_lock(&j->lock);
	for (;;) {
		bool rotate = j->rotate;
		uint64_t upto = j->queued_upto;

		if (j->queued.len == 0 && !rotate) {
			if (j->ending)
				break;
			pthread_cond_wait(&j->work, &j->lock);
			continue;
		}
		empty = batch;
		batch = j->queued;
		j->queued = rotate ? j->queued_new : empty;
		if (rotate) {
			j->queued_new = empty;
			j->queued_upto = j->queued.len > 0 ? j->appended : upto;
			j->rotate = false;
		}
		write_batch(j, &batch, upto, rotate);
		str_clear(&batch);
	}
	pthread_mutex_unlock(&j->lock);
	str_free(&batch);
	return NULL;
}

static void
on_async(uv_async_t *async)
{
	struct journal *j = async->data;
	struct err failure;
	uint64_t upto;
	bool failed;

	pthread_mutex_lock(&j->lock);
	upto = j->durable;
	failed = j->failed;
	failure = j->failure;
	pthread_mutex_unlock(&j->lock);
	if (upto > j->reported || failed) {
		j->reported = upto;
		if (j->durable_fn != NULL)
			j->durable_fn(upto, failed ? &failure : NULL, j->arg);
	}
}

struct journal *
journal_open(uv_loop_t *loop, const char *path, size_t max_queued,
    journal_replay_fn *fn, journal_durable_fn *durable, void *arg,
    struct err *err_r)
{
	char *old_path = xasprintf("%s.old", path);
	struct reader r = {.fn = fn, .arg = arg, .next = 1};
	struct journal *j;
	int fd = -1;

	if (read_path(old_path, &r, err_r) == 0 &&
	    read_path(path, &r, err_r) == 0)
		fd = open_file(path, r.good, r.next, err_r);
	if (fd == -1) {
		free(old_path);
		return NULL;
	}
	j = xnew(struct journal);
	j->path = xstrdup(path);
	j->old_path = old_path;
	j->fd = fd;
	j->size = j->bytes = r.good > 0 ? r.good : HEAD_LEN;
	j->before = r.next - 1;
	j->max_queued = max_queued > 0 ? max_queued : (size_t)64 << 20;
	j->durable_fn = durable;
	j->arg = arg;
	j->async = xnew(uv_async_t);
	must(uv_async_init(loop, j->async, on_async) == 0);
	j->async->data = j;
	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->work, NULL);
	must(pthread_create(&j->thread, NULL, run, j) == 0);
	return j;
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle);
}

void
journal_close(struct journal **jp)
{
	struct journal *j = *jp;

	*jp = NULL;
	if (j == NULL)
		return;
	pthread_mutex_lock(&j->lock);
	j->ending = true;
	pthread_cond_signal(&j->work);
	pthread_mutex_unlock(&j->lock);
	pthread_join(j->thread, NULL);
	uv_close((uv_handle_t *)j->async, on_closed);
	close(j->fd);
	str_free(&j->queued);
	str_free(&j->queued_new);
	free(j->path);
	free(j->old_path);
	free(j);
}

uint64_t
journal_append(struct journal *j, struct slice record)
{
	uint32_t head[2] = {(uint32_t)record.len, 0};
	struct str *to;
	uint64_t number = 0;

	must(record.len <= JOURNAL_MAX_RECORD);
	head[1] = crc32c(record.s, record.len);
	pthread_mutex_lock(&j->lock);
	if (j->queued.len + j->queued_new.len + record.len + 8 <=
	    j->max_queued) {
		to = j->rotate ? &j->queued_new : &j->queued;
		str_addn(to, (const char *)head, sizeof(head));
		str_addslice(to, record);
		number = ++j->appended;
		if (!j->rotate)
			j->queued_upto = number;
		j->bytes += record.len + sizeof(head);
		pthread_cond_signal(&j->work);
	}
	pthread_mutex_unlock(&j->lock);
	return number;
}

uint64_t
journal_durable(const struct journal *j)
{
	uint64_t durable;

	pthread_mutex_lock((pthread_mutex_t *)&j->lock);
	durable = j->durable;
	pthread_mutex_unlock((pthread_mutex_t *)&j->lock);
	return durable;
}

uint64_t
journal_size(const struct journal *j)
{
	uint64_t bytes;

	pthread_mutex_lock((pthread_mutex_t *)&j->lock);
	bytes = j->bytes;
	pthread_mutex_unlock((pthread_mutex_t *)&j->lock);
	return bytes;
}

uint64_t
journal_rotate(struct journal *j)
{
	uint64_t last;

	pthread_mutex_lock(&j->lock);
	last = j->appended;
	if (!j->rotate) {
		j->rotate = true;
		j->queued_upto = last;
		j->bytes = HEAD_LEN;
		pthread_cond_signal(&j->work);
	} else {
		last = j->queued_upto;
	}
	pthread_mutex_unlock(&j->lock);
	return last;
}

void
journal_drop_old(struct journal *j)
{
	if (unlink(j->old_path) == -1 && errno != ENOENT)
		log_warn("journal %s: cannot be removed: %s", j->old_path,
		    strerror(errno));
}
