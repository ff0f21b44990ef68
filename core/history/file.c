/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of the history; see file.h.
 */
#include "core/history/file.h"

#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/msg.h"
#include "common/num.h"
#include "core/history/lines.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define STATES_A_SLICE 2000
#define FLUSH_BYTES    32768
#define RECENT_S       10

struct history {
	char *dir;
	struct engine *engine;
	int fd;
	char day[16];                 /* of the open file, "2026-03-02" */
	int64_t day_begins, day_ends; /* wall seconds */
	int64_t last;                 /* newest stamp */
	struct str buffer;
	bool failing;
	/* A block of states is written in one piece: other lines wait. */
	uint32_t states_at; /* next object of the block, UINT32_MAX: none */
	enum history_state states_kind;
	int64_t states_time;
	bool *only;        /* by object: belongs to the block; NULL: all do */
	struct str late;   /* i64 time, u32 length, text; ... */
	int late_fd;       /* the same lines, for after a crash; -1: none */
	bool late_over;    /* they are in the buffer */
	struct str recent; /* lines of the last RECENT_S before the start */
	uint64_t lines, lost;
};

static void
stamp(struct history *h, int64_t now)
{
	if (now > h->last)
		h->last = now;
	str_addc(&h->buffer, '[');
	str_addi(&h->buffer, h->last);
	str_add(&h->buffer, "] ");
}

/* The day of `now` and the second when it ends, by the local calendar. */
static void
find_day(struct history *h, int64_t now)
{
	time_t at = (time_t)now;
	struct tm tm;

	if (localtime_r(&at, &tm) == NULL)
		panic("no local time for %" PRId64, now);
	strftime(h->day, sizeof(h->day), "%Y-%m-%d", &tm);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	h->day_begins = mktime(&tm);
	tm.tm_mday++;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	h->day_ends = mktime(&tm);
	if (h->day_ends <= now)
		h->day_ends = now + 3600;
}

#define TAIL_BYTES (256u << 10)

/* The newest stamp in the last lines: time must not go back behind it. */
static void
take_last_stamp(struct history *h, struct slice tail)
{
	struct slice line, number;
	int64_t time;

	while (slice_next(&tail, '\n', &line)) {
		const char *end = line.len == 0 || line.s[0] != '['
		    ? NULL
		    : memchr(line.s, ']', line.len);

		if (end == NULL)
			continue;
		number = (struct slice){line.s + 1, (size_t)(end - line.s) - 1};
		if (num_i64(number, &time) && time > h->last)
			h->last = time;
	}
}

static void
take_recent(struct history *h, struct slice tail)
{
	struct slice line, rest, number;
	int64_t time;

	while (slice_next(&tail, '\n', &line)) {
		const char *end = line.len == 0 || line.s[0] != '['
		    ? NULL
		    : memchr(line.s, ']', line.len);

		if (end == NULL || end + 2 > line.s + line.len)
			continue;
		number = (struct slice){line.s + 1, (size_t)(end - line.s) - 1};
		rest = (struct slice){
		    end + 2, (size_t)(line.s + line.len - end) - 2};
		if (!num_i64(number, &time) || time < h->last - RECENT_S)
			continue;
		str_addslice(&h->recent, rest);
		str_addc(&h->recent, '\n');
	}
}

bool
history_had(struct history *h, struct slice line)
{
	struct slice rest = str_slice(&h->recent), one;

	while (h->recent.len > 0 && slice_next(&rest, '\n', &one)) {
		if (one.len != line.len || one.len == 0 ||
		    memcmp(one.s, line.s, one.len) != 0)
			continue;
		memset(h->recent.s + (one.s - h->recent.s), '\n', one.len);
		return true;
	}
	return false;
}

/* A crash may have cut the last line: the next one must not continue it. */
static void
look_at_end(struct history *h, const char *path)
{
	char *tail = xmalloc(TAIL_BYTES);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t size = fd == -1 ? 0 : lseek(fd, 0, SEEK_END);
	off_t from = size > (off_t)TAIL_BYTES ? size - (off_t)TAIL_BYTES : 0;
	ssize_t n = size > 0 ? pread(fd, tail, TAIL_BYTES, from) : 0;

	if (n > 0) {
		take_last_stamp(h, (struct slice){tail, (size_t)n});
		if (h->fd == -1)
			take_recent(h, (struct slice){tail, (size_t)n});
		if (tail[n - 1] != '\n')
			str_addc(&h->buffer, '\n');
	}
	if (fd != -1)
		close(fd);
	free(tail);
}

/* True: the file is new. */
static int
open_day(struct history *h, int64_t now, bool *new_r, struct err *err_r)
{
	char *path;
	int fd;

	find_day(h, now);
	path = xasprintf("%s/%s.log", h->dir, h->day);
	*new_r = !file_exists(path);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (fd == -1) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		free(path);
		return -1;
	}
	if (!*new_r)
		look_at_end(h, path);
	free(path);
	if (h->fd != -1)
		close(h->fd);
	h->fd = fd;
	return 0;
}

static void
add_version(struct history *h, int64_t now)
{
	stamp(h, now);
	str_add(&h->buffer, "LOG VERSION: 2.0\n");
}

#define LATE_FILE "late" /* in the history's directory */

/* A line that waits for a block must survive the process. */
static void
keep_late(struct history *h, int64_t now, struct slice line)
{
	char *path;
	struct str text = {0};

	if (h->late_fd == -1) {
		path = xasprintf("%s/" LATE_FILE, h->dir);
		h->late_fd =
		    open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
		free(path);
	}
	str_addf(&text, "[%" PRId64 "] ", now);
	str_addslice(&text, line);
	str_addc(&text, '\n');
	if ((h->late_fd == -1 ||
		write(h->late_fd, text.s, text.len) != (ssize_t)text.len) &&
	    !h->failing)
		log_warn(
		    "history: %s/" LATE_FILE ": %s", h->dir, strerror(errno));
	str_free(&text);
}

/* They are in the day's file. */
static void
forget_late(struct history *h)
{
	h->late_over = false;
	if (h->late_fd != -1 && ftruncate(h->late_fd, 0) == -1)
		log_warn(
		    "history: %s/" LATE_FILE ": %s", h->dir, strerror(errno));
}

/* What a killed process had no time to write behind its block. */
static int
recover_late(struct history *h, struct err *err_r)
{
	char *path = xasprintf("%s/" LATE_FILE, h->dir);
	struct str text = {0};
	struct slice rest, line;
	int rc = 0;

	if (file_exists(path) &&
	    (rc = file_read(path, 2 * HISTORY_BUFFER, &text, err_r)) == 0) {
		rest = str_slice(&text);
		while (slice_next(&rest, '\n', &line)) {
			const char *end = memchr(line.s, ']', line.len);
			struct slice number, said;
			int64_t time;

			if (end == NULL || end + 2 > line.s + line.len)
				continue;
			number = (struct slice){
			    line.s + 1, (size_t)(end - line.s) - 1};
			said = (struct slice){
			    end + 2, (size_t)(line.s + line.len - end) - 2};
			if (!num_i64(number, &time) || history_had(h, said))
				continue;
			stamp(h, time);
			str_addslice(&h->buffer, said);
			str_addc(&h->buffer, '\n');
		}
		h->late_fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
		h->late_over = true;
	}
	str_free(&text);
	free(path);
	return rc;
}

static void
add_late(struct history *h, int64_t now, struct slice line)
{
	uint32_t len = (uint32_t)line.len;

	keep_late(h, now, line);

	str_addn(&h->late, (const char *)&now, sizeof(now));
	str_addn(&h->late, (const char *)&len, sizeof(len));
	str_addslice(&h->late, line);
}

/* The block is complete, or cut: what has waited follows it. */
static void
end_block(struct history *h)
{
	size_t at = 0;

	h->states_at = UINT32_MAX;
	free(h->only);
	h->only = NULL;
	h->late_over = h->late.len > 0;
	while (at < h->late.len) {
		int64_t time;
		uint32_t len;

		memcpy(&time, h->late.s + at, sizeof(time));
		memcpy(&len, h->late.s + at + sizeof(time), sizeof(len));
		at += sizeof(time) + sizeof(len);
		stamp(h, time);
		str_addn(&h->buffer, h->late.s + at, len);
		str_addc(&h->buffer, '\n');
		at += len;
	}
	str_clear(&h->late);
}

struct history *
history_open(const char *dir, struct engine *engine, struct err *err_r)
{
	struct history *h = xnew(struct history);
	int64_t now = clock_wall() / NS_PER_S;
	bool is_new;

	h->dir = xstrdup(dir);
	h->engine = engine;
	h->fd = h->late_fd = -1;
	h->states_at = UINT32_MAX;
	if (file_mkdirs(dir, 0750, err_r) == -1 ||
	    open_day(h, now, &is_new, err_r) == -1 ||
	    recover_late(h, err_r) == -1) {
		history_close(&h);
		return NULL;
	}
	if (is_new)
		add_version(h, now);
	return h;
}

void
history_close(struct history **history)
{
	struct history *h = *history;

	if (h == NULL)
		return;
	if (h->fd != -1) {
		end_block(h);
		history_flush(h);
		close(h->fd);
	}
	if (h->late_fd != -1)
		close(h->late_fd);
	str_free(&h->buffer);
	str_free(&h->recent);
	str_free(&h->late);
	free(h->only);
	free(h->dir);
	free(h);
	*history = NULL;
}

void
history_adopt(struct history *h, struct engine *engine)
{
	h->engine = engine;
	free(h->only);
	h->only = NULL;
	if (h->states_at != UINT32_MAX)
		h->states_at = 0;
}

bool
history_flush(struct history *h)
{
	size_t done = 0;

	while (done < h->buffer.len) {
		ssize_t n =
		    write(h->fd, h->buffer.s + done, h->buffer.len - done);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (done < h->buffer.len && !h->failing)
		log_error("history: %s/%s.log: %s; lines are kept and tried "
			  "again (make room on the disk)",
		    h->dir, h->day, strerror(errno));
	h->failing = done < h->buffer.len;
	if (done > 0) {
		memmove(h->buffer.s, h->buffer.s + done, h->buffer.len - done);
		h->buffer.len -= done;
		h->buffer.s[h->buffer.len] = '\0';
	}
	if (!h->failing && h->late_over)
		forget_late(h);
	return !h->failing;
}

/* A new day: the rest goes into the old file, states into the new. */
static void
turn_day(struct history *h, int64_t now)
{
	struct err err;
	bool is_new;

	if (now < h->day_ends)
		return;
	end_block(h);
	history_flush(h);
	if (open_day(h, now, &is_new, &err) == -1) {
		if (!h->failing)
			log_error("history: %s", err.text);
		h->failing = true;
		h->day_ends = now + 60;
		return;
	}
	if (is_new) {
		add_version(h, now);
		history_begin_states(h, HISTORY_CURRENT, now);
	}
}

void
history_add(struct history *h, int64_t now, struct slice line)
{
	turn_day(h, now);
	h->lines++;
	if (h->buffer.len + h->late.len + line.len > HISTORY_BUFFER) {
		h->lost++;
		return;
	}
	if (h->states_at != UINT32_MAX) {
		add_late(h, now, line);
		return;
	}
	stamp(h, now);
	str_addslice(&h->buffer, line);
	str_addc(&h->buffer, '\n');
	if (h->buffer.len >= FLUSH_BYTES && !h->failing)
		history_flush(h);
}

static void
add_periods(struct history *h, int64_t now)
{
	const struct engine *e = h->engine;

	for (uint32_t p = 0; p < e->snap->n_periods; p++) {
		bool in = period_is_in(e->periods, p, now);

		stamp(h, now);
		str_addf(&h->buffer, "TIMEPERIOD TRANSITION: %s;%d;%d\n",
		    snap_s(e->snap, e->snap->periods[p].name), in, in);
	}
}

void
history_begin_states(struct history *h, enum history_state kind, int64_t now)
{
	h->states_time = now;
	stamp(h, now);
	if (kind == HISTORY_INITIAL) {
		str_add(&h->buffer, "logging initial states\n");
	} else {
		str_add(&h->buffer, "logging intermediate states\n");
		add_periods(h, now);
	}
	h->states_kind = kind;
	h->states_at = 0;
}

void
history_introduce(struct history *h, const uint32_t *old_of, int64_t now)
{
	uint32_t n = h->engine->snap->n_objects;
	bool any = false;

	if (h->states_at != UINT32_MAX) /* a block of all begins anew */
		return;
	h->only = xcalloc((size_t)n + 1, sizeof(*h->only));
	for (uint32_t i = 0; i < n; i++) {
		h->only[i] = old_of[i] == SNAP_NONE;
		any |= h->only[i];
	}
	h->states_kind = HISTORY_INITIAL;
	h->states_time = now;
	h->states_at = 0;
	if (!any)
		end_block(h);
}

static void
add_flags(struct history *h, uint32_t object)
{
	struct str line = {0};

	for (int which = 0; which < HISTORY_FLAGS; which++) {
		str_clear(&line);
		if (!history_flag_line(&line, h->engine, object, which))
			continue;
		stamp(h, h->states_time);
		str_addslice(&h->buffer, str_slice(&line));
		str_addc(&h->buffer, '\n');
	}
	str_free(&line);
}

static void
add_states(struct history *h)
{
	const struct engine *e = h->engine;

	for (int n = 0; n < STATES_A_SLICE; n++, h->states_at++) {
		const struct checkable *o;

		while (h->only != NULL && h->states_at < e->snap->n_objects &&
		    !h->only[h->states_at])
			h->states_at++;
		if (h->states_at >= e->snap->n_objects) {
			end_block(h);
			return;
		}
		o = &e->objects[h->states_at];
		stamp(h, h->states_time);
		history_state_line(&h->buffer, e, h->states_at, h->states_kind,
		    (o->flags & CHECKABLE_HARD) != 0, o->attempt);
		str_addc(&h->buffer, '\n');
		add_flags(h, h->states_at);
	}
}

bool
history_turn(struct history *h, int64_t now)
{
	turn_day(h, now);
	if (h->states_at != UINT32_MAX && !h->failing) {
		add_states(h);
		history_flush(h);
	}
	return h->states_at != UINT32_MAX && !h->failing;
}

void
history_push(struct history *h)
{
	if (h->buffer.len > 0 && !h->failing)
		history_flush(h);
}

bool
history_waits(const struct history *h)
{
	return h->buffer.len > 0;
}

/* Is it YYYY-MM-DD.log or its index, and older than `limit`? */
static bool
is_expired(const char *name, const char *limit)
{
	struct slice s = slice_of(name);

	if (s.len != 14 || name[4] != '-' || name[7] != '-' ||
	    (strcmp(name + 10, ".log") != 0 && strcmp(name + 10, ".idx") != 0))
		return false;
	return strncmp(name, limit, 10) < 0;
}

void
history_expire(struct history *h, int64_t now, int64_t keep_ms)
{
	time_t at = (time_t)(now - keep_ms / 1000);
	char limit[16], *path;
	struct dirent *entry;
	struct tm tm;
	DIR *dir;

	if (localtime_r(&at, &tm) == NULL || (dir = opendir(h->dir)) == NULL)
		return;
	strftime(limit, sizeof(limit), "%Y-%m-%d", &tm);
	while ((entry = readdir(dir)) != NULL) {
		if (!is_expired(entry->d_name, limit))
			continue;
		path = xasprintf("%s/%s", h->dir, entry->d_name);
		if (unlink(path) == 0)
			log_info(
			    "history: %s: removed, its time is over", path);
		free(path);
	}
	closedir(dir);
}

void
history_counters(const struct history *h, struct str *list)
{
	struct msg_counter lines = {SLICE("log_messages"), (double)h->lines};
	struct msg_counter lost = {
	    SLICE("history_lines_lost"), (double)h->lost};
	struct msg_counter begun = {
	    SLICE("history_begun"), (double)h->day_begins};

	msg_counter_put(list, &lines);
	msg_counter_put(list, &lost);
	msg_counter_put(list, &begun);
}
