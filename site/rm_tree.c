/* SPDX-License-Identifier: Apache-2.0
 *
 * Removes a site's folder as root although the site's user may still write
 * there: each step goes through a descriptor, no link is followed.
 */
#include "common/log.h"
#include "common/mem.h"
#include "site/verbs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 256

static int remove_at(
    int parent, const char *name, dev_t dev, int depth, struct err *err_r);

/* Closes `fd`. */
static int
empty_folder(int fd, dev_t dev, int depth, struct err *err_r)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *d;
	int rc = 0;

	if (dir == NULL) {
		err_set(err_r, "%s", strerror(errno));
		close(fd);
		return -1;
	}
	while (rc == 0 && (d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			rc = remove_at(
			    dirfd(dir), d->d_name, dev, depth + 1, err_r);
	closedir(dir);
	return rc;
}

static int
remove_at(int parent, const char *name, dev_t dev, int depth, struct err *err_r)
{
	struct stat st;
	int fd;

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	fd = openat(
	    parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1) {
		err_set(err_r, "%s: %s", name, strerror(errno));
		if (fd != -1)
			close(fd);
		return -1;
	}
	if (st.st_dev != dev || depth > DEPTH_MAX) {
		err_set(err_r, "%s: %s", name,
		    st.st_dev != dev ? "something is mounted there (umount it)"
				     : "too deep");
		close(fd);
		return -1;
	}
	if (empty_folder(fd, dev, depth, err_r) == -1) {
		err_prefix(err_r, "%s", name);
		return -1;
	}
	if (unlinkat(parent, name, AT_REMOVEDIR) == -1 && errno != ENOENT) {
		err_set(err_r, "%s: %s", name, strerror(errno));
		return -1;
	}
	return 0;
}

int
rm_tree(const char *path, struct err *err_r)
{
	char *above = xstrdup(path), *slash = strrchr(above, '/');
	struct stat st;
	int fd, rc = -1;

	must(slash != NULL && slash != above);
	*slash = '\0';
	fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1)
		err_set(err_r, "%s: %s", above, strerror(errno));
	else
		rc = remove_at(fd, slash + 1, st.st_dev, 0, err_r);
	if (fd != -1)
		close(fd);
	free(above);
	return rc;
}
