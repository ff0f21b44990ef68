/* SPDX-License-Identifier: Apache-2.0
 *
 * The folder of the archive's files: what is there at the start, what is set
 * aside, what is removed; see archive_internal.h.
 */
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"
#include "eventd/store/archive_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK   "last-line" /* the number of the last line that ever was */
#define OLDER  "older"     /* the one file of an earlier version */
#define ASIDE  ".damaged"
#define WAL    "-wal"
#define SHARED "-shm"

char *
archive_path(const struct archive_sql *s, const char *name)
{
	return xasprintf("%s/%s", s->folder, name);
}

void
archive_change(struct archive_sql *s)
{
	pthread_mutex_lock(&s->gate);
	atomic_store(&s->leave, true);
	pthread_mutex_lock(&s->files);
	atomic_store(&s->leave, false);
}

void
archive_changed(struct archive_sql *s)
{
	pthread_mutex_unlock(&s->files);
	pthread_mutex_unlock(&s->gate);
}

/* So that a power failure does not undo it. */
static void
sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
}

/* --- what belongs to a file ---------------------------------------------- */

static int
remove_one(const char *path, const char *end, struct err *err_r)
{
	char *name = xasprintf("%s%s", path, end);
	int rc = unlink(name) == 0 || errno == ENOENT ? 0 : -1;

	if (rc != 0)
		err_set(err_r, "%s: removing: %s", name, strerror(errno));
	free(name);
	return rc;
}

/* The log of changes first: a file without its log is as it was before them. */
static int
rename_both(const char *from, const char *to, struct err *err_r)
{
	char *from_wal = xasprintf("%s" WAL, from);
	char *to_wal = xasprintf("%s" WAL, to);
	int rc = rename(from_wal, to_wal) == 0 || errno == ENOENT ? 0 : -1;

	if (rc == 0)
		rc = rename(from, to);
	if (rc != 0)
		err_set(
		    err_r, "%s: renaming to %s: %s", from, to, strerror(errno));
	else
		rc = remove_one(from, SHARED, err_r);
	free(from_wal);
	free(to_wal);
	return rc;
}

/* "BASE", "BASE-2", ..., then END: the first that is not there. */
static char *
free_name(const char *base, const char *end)
{
	for (int i = 1;; i++) {
		char *path = i == 1 ? xasprintf("%s%s", base, end)
				    : xasprintf("%s-%d%s", base, i, end);

		if (!file_exists(path))
			return path;
		free(path);
	}
}

/* --- changes ------------------------------------------------------------- */

static void
close_both(struct partition *p)
{
	for (size_t i = 0; i < PARTITION_SIDES; i++)
		archive_file_close(&p->open[i].file);
}

struct partition *
archive_partition(struct archive_sql *s, int64_t week)
{
	char *name = partition_week_name(week);
	struct partition *p = partitions_find(&s->parts, name);

	if (p == NULL) {
		archive_change(s);
		p = partitions_add(&s->parts, name);
		archive_changed(s);
	}
	free(name);
	return p;
}

int
archive_set_aside(struct archive_sql *s, struct partition *p, struct err *err_r)
{
	char *path = archive_path(s, p->name), *base, *to;
	int rc;

	base = xasprintf("%s" ASIDE, path);
	to = free_name(base, "");
	archive_change(s);
	close_both(p);
	rc = file_exists(path) ? rename_both(path, to, err_r) : 0;
	if (rc == 0 && !file_exists(to)) {
		log_warn(
		    "archive: %s is gone: its lines are found no more", path);
		partitions_remove(&s->parts, p);
	} else if (rc == 0) {
		log_error("archive: %s is damaged and set aside as %s: its "
			  "lines are found no more (remove it, or put a copy "
			  "from a backup there while the event console is "
			  "stopped)",
		    path, to);
		partitions_remove(&s->parts, p);
		sync_folder(s->folder);
	}
	archive_changed(s);
	free(path);
	free(base);
	free(to);
	return rc;
}

static int
remove_file(struct archive_sql *s, struct partition *p, struct err *err_r)
{
	char *path = archive_path(s, p->name);
	int rc;

	close_both(p);
	rc = remove_one(path, "", err_r);
	if (rc == 0)
		rc = remove_one(path, WAL, err_r);
	if (rc == 0)
		rc = remove_one(path, SHARED, err_r);
	if (rc == 0)
		partitions_remove(&s->parts, p);
	free(path);
	return rc;
}

static int
keep_mark(struct archive_sql *s, struct err *err_r)
{
	char *path = archive_path(s, MARK), text[32];
	uint64_t last = archive_sql_last_line(s);
	int rc = 0;

	if (last > s->mark_kept) {
		snprintf(
		    text, sizeof(text), "%llu\n", (unsigned long long)last);
		rc = file_write(path, slice_of(text), 0640, err_r);
		if (rc == 0)
			s->mark = s->mark_kept = last;
	}
	free(path);
	return rc;
}

/* In this order the greatest line is on disk at every moment, and a full disk
 * gets room before something is written. */
int
archive_remove(struct archive_sql *s, struct err *err_r)
{
	uint64_t last = archive_sql_last_line(s);
	int rc = 0;

	archive_change(s);
	for (size_t i = s->parts.n; i-- > 0 && rc == 0;) {
		if (s->parts.v[i]->leaving && s->parts.v[i]->last < last)
			rc = remove_file(s, s->parts.v[i], err_r);
	}
	if (rc == 0 && partitions_last(&s->parts, true) < last)
		rc = keep_mark(s, err_r);
	for (size_t i = s->parts.n; i-- > 0 && rc == 0;) {
		if (s->parts.v[i]->leaving)
			rc = remove_file(s, s->parts.v[i], err_r);
	}
	for (size_t i = 0; i < s->parts.n; i++)
		s->parts.v[i]->leaving = false;
	sync_folder(s->folder);
	archive_changed(s);
	return rc;
}

void
archive_remove_aside(struct archive_sql *s, int64_t before_us)
{
	DIR *dir = opendir(s->folder);
	const struct dirent *d;
	struct stat st;

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		if (strstr(d->d_name, PARTITION_END ASIDE) != NULL &&
		    fstatat(dirfd(dir), d->d_name, &st, 0) == 0 &&
		    (int64_t)st.st_mtime * 1000000 < before_us)
			unlinkat(dirfd(dir), d->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
}

/* --- at the start -------------------------------------------------------- */

static int
read_mark(struct archive_sql *s)
{
	char *path = archive_path(s, MARK);
	struct str text = {0};
	struct err err;
	int64_t n = 0;

	if (file_exists(path)) {
		if (file_read(path, 64, &text, &err) != 0 ||
		    !num_range(slice_trim(str_slice(&text)), 0, INT64_MAX, &n))
			log_warn("archive: %s holds no number and is not "
				 "looked at",
			    path);
	}
	s->mark = s->mark_kept = (uint64_t)n;
	str_free(&text);
	free(path);
	return 0;
}

/* One file had everything once. */
static int
take_over(struct archive_sql *s, struct err *err_r)
{
	char *old = xasprintf("%s" PARTITION_END, s->folder), *base, *to;
	enum partition_fault fault;
	struct archive_file *f;
	int rc = 0;

	if (!file_exists(old)) {
		free(old);
		return 0;
	}
	base = archive_path(s, OLDER);
	to = free_name(base, PARTITION_END);
	f = archive_file_open(old, &fault, err_r);
	if (f == NULL && fault == PARTITION_SOUND)
		rc = -1;
	archive_file_close(&f); /* its log of changes goes into it */
	if (rc == 0)
		rc = rename_both(old, to, err_r);
	if (rc == 0) {
		sync_folder(s->folder);
		log_info(
		    "archive: the lines of an earlier version are in %s", to);
	}
	free(base);
	free(to);
	free(old);
	return rc;
}

static int
look_into(struct archive_sql *s, const char *name, struct err *err_r)
{
	struct partition *p = partitions_add(&s->parts, name);
	enum partition_fault fault;
	struct archive_file *f = archive_writer(s, p, &fault, err_r);
	uint64_t seen = 0;
	int rc = -1;

	if (f != NULL) {
		rc = archive_file_range(f, p, &seen, err_r);
		fault = archive_file_fault(f);
	}
	if (rc == 0 && seen > s->mark)
		s->mark = seen;
	if (rc != 0 && fault != PARTITION_SOUND) {
		log_error("archive: %s", err_r->text);
		rc = archive_set_aside(s, p, err_r);
	}
	return rc;
}

/* A file is gone, and a crash left what belonged to it. */
static void
remove_stray(struct archive_sql *s, const char *name)
{
	char *path = archive_path(s, name), *end = strrchr(path, '-');

	*end = '\0';
	if (!file_exists(path)) {
		*end = '-';
		unlink(path);
	}
	free(path);
}

int
archive_scan(struct archive_sql *s, struct err *err_r)
{
	struct str names = {0};
	struct slice rest, one;
	const struct dirent *d;
	DIR *dir;
	int rc = file_mkdirs(s->folder, 0750, err_r);

	if (rc == 0)
		rc = read_mark(s);
	if (rc == 0)
		rc = take_over(s, err_r);
	dir = rc == 0 ? opendir(s->folder) : NULL;
	while (dir != NULL && (d = readdir(dir)) != NULL) {
		if (strstr(d->d_name, PARTITION_END WAL) != NULL ||
		    strstr(d->d_name, PARTITION_END SHARED) != NULL)
			remove_stray(s, d->d_name);
		else if (partition_is_name(d->d_name))
			str_addf(&names, "%s\n", d->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	rest = str_slice(&names);
	while (rc == 0 && slice_next(&rest, '\n', &one)) {
		char *name = slice_dup(one);

		rc = look_into(s, name, err_r);
		free(name);
	}
	str_free(&names);
	return rc;
}
