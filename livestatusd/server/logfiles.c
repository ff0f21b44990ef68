/* SPDX-License-Identifier: Apache-2.0
 *
 * History files; see logfiles.h. Files are taken in the order of their names,
 * which are days; only the newest one grows.
 */
#include "livestatusd/server/logfiles.h"

#include "common/log.h"
#include "common/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define READ_BYTES     262144u
#define LINE_MAX_BYTES 65536u

struct logfiles {
	char *dir;
	struct loglines *lines;
	char name[32]; /* the file that is open; "" before the first */
	int fd;
	uint32_t lineno;
	struct str rest; /* the line that has no end yet */
	bool used;
};

struct logfiles *
logfiles_new(const char *dir, size_t max_lines)
{
	struct logfiles *l = xnew(struct logfiles);

	l->dir = xstrdup(dir);
	l->lines = loglines_new(max_lines);
	l->fd = -1;
	return l;
}

void
logfiles_free(struct logfiles **lp)
{
	struct logfiles *l = *lp;

	if (l == NULL)
		return;
	*lp = NULL;
	if (l->fd != -1)
		close(l->fd);
	loglines_free(&l->lines);
	str_free(&l->rest);
	free(l->dir);
	free(l);
}

static void
take_lines(struct logfiles *l, struct slice bytes)
{
	const char *lf;

	while ((lf = memchr(bytes.s, '\n', bytes.len)) != NULL) {
		size_t n = (size_t)(lf - bytes.s);

		l->lineno++;
		if (l->rest.len > 0) {
			str_addn(&l->rest, bytes.s, n);
			loglines_add(l->lines, str_slice(&l->rest), l->lineno);
			str_clear(&l->rest);
		} else {
			loglines_add(
			    l->lines, (struct slice){bytes.s, n}, l->lineno);
		}
		bytes.s += n + 1;
		bytes.len -= n + 1;
	}
	if (l->rest.len + bytes.len <= LINE_MAX_BYTES)
		str_addslice(&l->rest, bytes);
}

static bool
read_open(struct logfiles *l)
{
	char *buf;
	bool any = false;
	ssize_t n;

	if (l->fd == -1)
		return false;
	buf = xmalloc(READ_BYTES);
	while ((n = read(l->fd, buf, READ_BYTES)) > 0 ||
	    (n == -1 && errno == EINTR)) {
		if (n > 0)
			take_lines(l, (struct slice){buf, (size_t)n});
		any = any || n > 0;
	}
	free(buf);
	return any;
}

static bool
is_log(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && n < sizeof(((struct logfiles *)NULL)->name) &&
	    name[0] >= '0' && name[0] <= '9' &&
	    strcmp(name + n - 4, ".log") == 0;
}

/* The first name behind the present one; false: there is none. */
static bool
next_name(const struct logfiles *l, char name_r[32])
{
	DIR *dir = opendir(l->dir);
	struct dirent *e;

	name_r[0] = '\0';
	if (dir == NULL)
		return false;
	while ((e = readdir(dir)) != NULL) {
		if (!is_log(e->d_name) || strcmp(e->d_name, l->name) <= 0)
			continue;
		if (name_r[0] == '\0' || strcmp(e->d_name, name_r) < 0)
			memcpy(name_r, e->d_name, strlen(e->d_name) + 1);
	}
	closedir(dir);
	return name_r[0] != '\0';
}

bool
logfiles_refresh(struct logfiles *l)
{
	char name[32];
	bool any = read_open(l);

	l->used = true;
	while (next_name(l, name)) {
		char *path = xasprintf("%s/%s", l->dir, name);
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd == -1)
			log_warn("%s: %s", path, strerror(errno));
		free(path);
		memcpy(l->name, name, sizeof(name));
		if (fd == -1)
			continue;
		any = read_open(l) || any; /* what came last */
		if (l->fd != -1)
			close(l->fd);
		l->fd = fd;
		l->lineno = 0;
		str_clear(&l->rest);
		any = read_open(l) || any;
	}
	return any;
}

bool
logfiles_is_used(const struct logfiles *l)
{
	return l->used;
}

const struct loglines *
logfiles_lines(const struct logfiles *l)
{
	return l->lines;
}
