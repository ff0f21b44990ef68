/* SPDX-License-Identifier: Apache-2.0
 *
 * History files and their indexes; see logfiles.h. Files are named after
 * days; the folder is read again when a second has passed, the newest file is
 * looked at each time.
 */
#include "livestatusd/server/logfiles.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_FILES  8
#define INDEX_BYTES (256u << 10) /* of the history in one slice */

struct open_file {
	char day[PAST_DAY]; /* "": free */
	bool index;
	int fd;
	uint64_t used;
};

struct logfiles {
	char *dir;
	struct past *past;
	struct open_file files[OPEN_FILES];
	uint64_t clock, unwritten, changes;
	pthread_mutex_t lock;
	int64_t looked;         /* monotonic: at the folder */
	char newest[PAST_DAY];  /* day; "": none */
	char (*days)[PAST_DAY]; /* that the folder had, ascending */
	size_t n_days;
};

static char *
path_of(const struct logfiles *l, const char *day, bool index)
{
	return xasprintf("%s/%s.%s", l->dir, day, index ? "idx" : "log");
}

static void
forget(struct open_file *f)
{
	if (f->day[0] != '\0')
		close(f->fd);
	f->day[0] = '\0';
}

/* -1: it cannot be opened. */
static int
file_of(struct logfiles *l, const char *day, bool index)
{
	struct open_file *best = &l->files[0];
	char *path;

	for (size_t i = 0; i < OPEN_FILES; i++) {
		struct open_file *f = &l->files[i];

		if (f->day[0] != '\0' && f->index == index &&
		    strcmp(f->day, day) == 0) {
			f->used = ++l->clock;
			return f->fd;
		}
		if (f->day[0] == '\0')
			f->used = 0;
		if (f->used < best->used)
			best = f;
	}
	forget(best);
	path = path_of(l, day, index);
	best->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (best->fd == -1 && errno != ENOENT)
		log_warn("%s: %s", path, strerror(errno));
	free(path);
	if (best->fd == -1)
		return -1;
	memcpy(best->day, day, strlen(day) + 1);
	best->index = index;
	best->used = ++l->clock;
	return best->fd;
}

static ssize_t
read_day(
    void *arg, const char *day, bool index, uint64_t at, void *buf, size_t n)
{
	struct logfiles *l = arg;
	int fd = file_of(l, day, index);
	ssize_t got;

	if (fd == -1)
		return -1;
	do
		got = pread(fd, buf, n, (off_t)at);
	while (got == -1 && errno == EINTR);
	return got;
}

static bool
write_all(int fd, uint64_t at, struct slice bytes)
{
	while (bytes.len > 0) {
		ssize_t n = pwrite(fd, bytes.s, bytes.len, (off_t)at);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += (uint64_t)n;
		bytes.s += n;
		bytes.len -= (size_t)n;
	}
	return true;
}

static bool
put_index(void *arg, const char *day, uint64_t at, struct slice bytes)
{
	struct logfiles *l = arg;
	char *path = path_of(l, day, true);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	struct stat st;
	bool done = fd != -1 && fstat(fd, &st) == 0 &&
	    (uint64_t)st.st_size >= at && ftruncate(fd, (off_t)at) == 0 &&
	    write_all(fd, at, bytes);

	if (!done && l->unwritten++ == 0)
		log_warn("%s: %s; the index stays in memory (make room, or "
			 "give the site's user the folder)",
		    path, strerror(errno));
	if (fd != -1)
		close(fd);
	free(path);
	return done;
}

struct logfiles *
logfiles_new(const char *dir)
{
	struct logfiles *l = xnew(struct logfiles);
	struct past_store store = {
	    .arg = l, .read = read_day, .put = put_index};

	l->dir = xstrdup(dir);
	l->past = past_new(&store);
	must(pthread_mutex_init(&l->lock, NULL) == 0);
	l->looked = INT64_MIN;
	return l;
}

void
logfiles_free(struct logfiles **lp)
{
	struct logfiles *l = *lp;

	if (l == NULL)
		return;
	*lp = NULL;
	past_free(&l->past);
	pthread_mutex_destroy(&l->lock);
	for (size_t i = 0; i < OPEN_FILES; i++)
		forget(&l->files[i]);
	free(l->days);
	free(l->dir);
	free(l);
}

/* Is it YYYY-MM-DD.log? */
static bool
is_log(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && n - 4 < PAST_DAY && name[0] >= '0' && name[0] <= '9' &&
	    strcmp(name + n - 4, ".log") == 0;
}

static bool
look_at(struct logfiles *l, const char *day)
{
	char *path = path_of(l, day, false);
	struct stat st;
	bool is_new = stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    past_day(l->past, day, (uint64_t)st.st_size);

	free(path);
	return is_new;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool
is_known(const struct logfiles *l, const char *day)
{
	return l->n_days > 0 &&
	    bsearch(day, l->days, l->n_days, sizeof(*l->days), by_name) != NULL;
}

/* What is gone from the folder is gone. */
static void
drop_gone(struct logfiles *l, char (*days)[PAST_DAY], size_t n)
{
	for (size_t i = 0, k = 0; i < l->n_days; i++) {
		while (k < n && strcmp(days[k], l->days[i]) < 0)
			k++;
		if (k < n && strcmp(days[k], l->days[i]) == 0)
			continue;
		past_drop(l->past, l->days[i]);
		for (size_t f = 0; f < OPEN_FILES; f++)
			if (strcmp(l->files[f].day, l->days[i]) == 0)
				forget(&l->files[f]);
	}
}

static bool
look_at_folder(struct logfiles *l)
{
	DIR *dir = opendir(l->dir);
	char(*days)[PAST_DAY] = NULL;
	size_t n = 0, cap = 0;
	struct dirent *e;
	bool any = false;

	l->looked = clock_mono();
	if (dir == NULL)
		return false;
	while ((e = readdir(dir)) != NULL) {
		if (!is_log(e->d_name))
			continue;
		ARRAY_GROW(days, n, cap);
		memset(days[n], 0, PAST_DAY);
		memcpy(days[n++], e->d_name, strlen(e->d_name) - 4);
	}
	closedir(dir);
	if (n > 1)
		qsort(days, n, sizeof(*days), by_name);
	drop_gone(l, days, n);
	for (size_t i = 0; i < n; i++) /* older files do not grow */
		if (i + 2 >= n || !is_known(l, days[i]))
			any = look_at(l, days[i]) || any;
	free(l->days);
	l->days = days;
	l->n_days = n;
	if (n > 0)
		memcpy(l->newest, days[n - 1], PAST_DAY);
	return any;
}

bool
logfiles_refresh(struct logfiles *l)
{
	bool any = l->newest[0] != '\0' && look_at(l, l->newest);

	if (l->looked == INT64_MIN || clock_mono() - l->looked >= NS_PER_S)
		any = look_at_folder(l) || any;
	l->changes += any;
	return any;
}

uint64_t
logfiles_changes(const struct logfiles *l)
{
	return l->changes;
}

void
logfiles_lock(struct logfiles *l)
{
	must(pthread_mutex_lock(&l->lock) == 0);
}

void
logfiles_unlock(struct logfiles *l)
{
	must(pthread_mutex_unlock(&l->lock) == 0);
}

bool
logfiles_index(struct logfiles *l)
{
	return past_index(l->past, INDEX_BYTES);
}

struct past *
logfiles_past(struct logfiles *l)
{
	return l->past;
}

uint64_t
logfiles_unwritten(const struct logfiles *l)
{
	return l->unwritten;
}
