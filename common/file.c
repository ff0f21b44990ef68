/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole files; see file.h.
 */
#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
file_read(const char *path, size_t max, struct str *to, struct err *err_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t start = to->len;
	ssize_t n;

	if (fd == -1) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		return -1;
	}
	for (;;) {
		str_reserve(to, 65536);
		n = read(fd, to->s + to->len, 65536);
		if (n <= 0)
			break;
		to->len += (size_t)n;
		to->s[to->len] = '\0';
		if (to->len - start > max) {
			err_set(err_r, "%s: larger than %zu bytes", path, max);
			close(fd);
			return -1;
		}
	}
	if (n == -1)
		err_set(err_r, "%s: %s", path, strerror(errno));
	close(fd);
	return n == -1 ? -1 : 0;
}

static int
write_all(int fd, struct slice content)
{
	while (content.len > 0) {
		ssize_t n = write(fd, content.s, content.len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		content.s += n;
		content.len -= (size_t)n;
	}
	return 0;
}

static void
sync_folder_of(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd;

	if (slash == NULL)
		snprintf(folder, sizeof(folder), ".");
	else
		snprintf(folder, sizeof(folder), "%.*s",
		    slash == path ? 1 : (int)(slash - path), path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd != -1) {
		/* Some file systems cannot; the rename is still atomic. */
		(void)fsync(fd);
		close(fd);
	}
}

int
file_write(
    const char *path, struct slice content, mode_t mode, struct err *err_r)
{
	char tmp[PATH_MAX];
	int fd, saved;

	if (snprintf(tmp, sizeof(tmp), "%s.tmp", path) >= (int)sizeof(tmp)) {
		err_set(err_r, "%s: path too long", path);
		return -1;
	}
	fd = open(
	    tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd == -1) {
		err_set(err_r, "%s: %s", tmp, strerror(errno));
		return -1;
	}
	if (fchmod(fd, mode) == -1 || write_all(fd, content) == -1 ||
	    fsync(fd) == -1 || rename(tmp, path) == -1) {
		saved = errno;
		err_set(err_r, "%s: %s", path, strerror(saved));
		close(fd);
		unlink(tmp);
		return -1;
	}
	close(fd);
	sync_folder_of(path);
	return 0;
}

bool
file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

int
file_mkdirs(const char *path, mode_t mode, struct err *err_r)
{
	char buf[PATH_MAX];

	if (strlen(path) >= sizeof(buf)) {
		err_set(err_r, "%s: path too long", path);
		return -1;
	}
	memcpy(buf, path, strlen(path) + 1);
	for (char *p = buf + 1;; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(buf, mode) == -1 && errno != EEXIST) {
			err_set(err_r, "%s: %s", buf, strerror(errno));
			return -1;
		}
		if (c == '\0')
			return 0;
		*p = c;
	}
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

int
file_remove_tree(const char *path, struct err *err_r)
{
	if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS) == -1 &&
	    errno != ENOENT) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		return -1;
	}
	return 0;
}
