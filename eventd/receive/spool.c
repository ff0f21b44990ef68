/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of the spool folder, a block a turn of the loop; see spool.h.
 */
#include "eventd/receive/spool.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_MS 5000 /* where nothing told of a new file */
#define BLOCK   16384

struct spool {
	char *path;
	struct receive_counters *counters;
	receive_fn *fn;
	spool_sync_fn *sync;
	void *arg;
	size_t max_message;
	struct frame_reader lines;
	char *name; /* of the file that is read, or waits to be durable */
	int fd;     /* -1: none is open */
	bool waiting, paused, stuck, closing;
	uv_idle_t idle; /* runs while there is something to read */
	uv_timer_t timer;
	uv_fs_event_t watch;
	int handles;
	char block[BLOCK];
};

static void
on_line(struct slice line, void *arg)
{
	struct spool *s = arg;

	s->fn(line, "", INPUT_SPOOL, clock_wall() / NS_PER_US, s->arg);
}

static void
drop_file(struct spool *s)
{
	if (s->fd != -1)
		close(s->fd);
	s->fd = -1;
	free(s->name);
	s->name = NULL;
	frame_free(&s->lines);
}

/* Out of the way, for a person to look at. */
static void
set_aside(struct spool *s, const char *why)
{
	char *from = xasprintf("%s/%s", s->path, s->name);
	char *to = xasprintf("%s/.%s.bad", s->path, s->name);

	log_warn("spool: %s: %s (set aside as %s)", from, why, to);
	if (rename(from, to) != 0) {
		log_error("spool: %s: %s: the spool rests until the next start",
		    from, strerror(errno));
		s->stuck = true;
	}
	free(from);
	free(to);
	drop_file(s);
}

/* --- choosing ------------------------------------------------------------- */

static bool
older(const struct stat *a, const struct stat *b)
{
	if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
		return a->st_mtim.tv_sec < b->st_mtim.tv_sec;
	return a->st_mtim.tv_nsec < b->st_mtim.tv_nsec;
}

/* The oldest file's name, or NULL. */
static char *
oldest(const struct spool *s)
{
	DIR *dir = opendir(s->path);
	struct stat least = {0};
	char *found = NULL;
	struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		struct stat sb;

		if (e->d_name[0] == '.' ||
		    fstatat(dirfd(dir), e->d_name, &sb, AT_SYMLINK_NOFOLLOW) !=
			0 ||
		    !S_ISREG(sb.st_mode))
			continue;
		if (found != NULL &&
		    (older(&least, &sb) ||
			(!older(&sb, &least) && strcmp(found, e->d_name) < 0)))
			continue;
		free(found);
		found = xstrdup(e->d_name);
		least = sb;
	}
	if (dir != NULL)
		closedir(dir);
	return found;
}

/* Opens the next file. False: there is none. */
static bool
open_next(struct spool *s)
{
	char *path;

	s->name = oldest(s);
	if (s->name == NULL)
		return false;
	path = xasprintf("%s/%s", s->path, s->name);
	s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	free(path);
	if (s->fd == -1) {
		set_aside(s, strerror(errno));
		return false;
	}
	frame_init(&s->lines, s->max_message);
	s->lines.lines = true;
	return true;
}

/* --- reading -------------------------------------------------------------- */

static void work(struct spool *s);

static void
on_durable(const char *why, void *arg)
{
	struct spool *s = arg;
	char *path;

	s->waiting = false;
	if (s->closing)
		return;
	path = xasprintf("%s/%s", s->path, s->name);
	if (why != NULL) {
		/* Left where it is: read again. */
		log_warn("spool: %s: %s", path, why);
		drop_file(s);
	} else if (unlink(path) != 0 && errno != ENOENT) {
		set_aside(s, strerror(errno));
	} else {
		drop_file(s);
		work(s);
	}
	free(path);
}

static void
on_idle(uv_idle_t *idle)
{
	struct spool *s = idle->data;
	struct err err;
	ssize_t n;

	if (s->fd == -1 && !open_next(s)) {
		uv_idle_stop(idle);
		return;
	}
	n = read(s->fd, s->block, sizeof(s->block));
	if (n < 0) {
		set_aside(s, strerror(errno));
		return;
	}
	if (n > 0) {
		/* Lines alone cannot fail. */
		frame_feed(&s->lines, (struct slice){s->block, (size_t)n},
		    &s->counters->frames, on_line, s, &err);
		return;
	}
	frame_end(&s->lines, &s->counters->frames, on_line, s);
	close(s->fd);
	s->fd = -1;
	s->waiting = true;
	uv_idle_stop(idle);
	s->sync(on_durable, s, s->arg);
}

static void
work(struct spool *s)
{
	if (!s->paused && !s->waiting && !s->stuck && !s->closing)
		uv_idle_start(&s->idle, on_idle);
}

static void
on_timer(uv_timer_t *timer)
{
	work(timer->data);
}

static void
on_change(uv_fs_event_t *watch, const char *name, int events, int status)
{
	(void)events;
	(void)status;
	if (name == NULL || name[0] != '.')
		work(watch->data);
}

struct spool *
spool_new(uv_loop_t *loop, const char *path, struct receive_counters *counters,
    receive_fn *fn, spool_sync_fn *sync, void *arg, struct err *err_r)
{
	struct spool *s;

	if (file_mkdirs(path, 0770, err_r) != 0)
		return NULL;
	s = xnew(struct spool);
	s->path = xstrdup(path);
	s->counters = counters;
	s->fn = fn;
	s->sync = sync;
	s->arg = arg;
	s->fd = -1;
	s->max_message = 65536;
	must(uv_idle_init(loop, &s->idle) == 0);
	must(uv_timer_init(loop, &s->timer) == 0);
	must(uv_fs_event_init(loop, &s->watch) == 0);
	s->idle.data = s->timer.data = s->watch.data = s;
	s->handles = 3;
	uv_timer_start(&s->timer, on_timer, LOOK_MS, LOOK_MS);
	uv_unref((uv_handle_t *)&s->timer);
	/* Where it cannot be watched it is looked at. */
	uv_fs_event_start(&s->watch, on_change, path, 0);
	uv_unref((uv_handle_t *)&s->watch);
	work(s);
	return s;
}

static void
closed(uv_handle_t *handle)
{
	struct spool *s = handle->data;

	if (--s->handles > 0)
		return;
	free(s->path);
	free(s);
}

void
spool_free(struct spool **sp)
{
	struct spool *s = *sp;

	if (s == NULL)
		return;
	s->closing = true;
	drop_file(s);
	uv_close((uv_handle_t *)&s->idle, closed);
	uv_close((uv_handle_t *)&s->timer, closed);
	uv_close((uv_handle_t *)&s->watch, closed);
	*sp = NULL;
}

void
spool_set_max_message(struct spool *s, size_t max_message)
{
	s->max_message = max_message;
}

void
spool_pause(struct spool *s, bool paused)
{
	s->paused = paused;
	if (paused)
		uv_idle_stop(&s->idle);
	else
		work(s);
}
