/* SPDX-License-Identifier: Apache-2.0
 *
 * Generations of snapshots under var/vedette/snapshots/: N.snap, and the link
 * `current` to the one in use, which is replaced as a whole.
 */
#include "common/config/snapshot.h"
#include "common/file.h"
#include "common/mem.h"
#include "site/compile/compile.h"
#include "site/generations.h"
#include "site/renamed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
folder_path(const char *root)
{
	return xasprintf("%s/var/vedette/snapshots", root);
}

static char *
generation_path(const char *root, uint64_t generation)
{
	return xasprintf(
	    "%s/var/vedette/snapshots/%" PRIu64 ".snap", root, generation);
}

struct generations {
	uint64_t *items;
	size_t n, cap;
};

static int
in_order(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

static struct generations
list_generations(const char *root)
{
	struct generations g = {0};
	char *path = folder_path(root);
	DIR *dir = opendir(path);
	const struct dirent *d;

	free(path);
	while (dir != NULL && (d = readdir(dir)) != NULL) {
		uint64_t n = snapshot_number(d->d_name);

		if (n == 0)
			continue;
		ARRAY_GROW(g.items, g.n, g.cap);
		g.items[g.n++] = n;
	}
	if (dir != NULL)
		closedir(dir);
	if (g.n > 1)
		qsort(g.items, g.n, sizeof(g.items[0]), in_order);
	return g;
}

uint64_t
compile_next(const char *root)
{
	struct generations g = list_generations(root);
	uint64_t current = snapshot_current(root);
	uint64_t kept = generations_newest(root);
	uint64_t next = g.n == 0 ? 1 : g.items[g.n - 1] + 1;

	free(g.items);
	if (next <= current)
		next = current + 1;
	return next <= kept ? kept + 1 : next;
}

/* What activations that were cut short left. */
static void
remove_unused(const char *root, uint64_t current)
{
	struct generations g = list_generations(root);
	char *folder = folder_path(root);

	for (size_t i = 0; i < g.n; i++) {
		char *path = generation_path(root, g.items[i]);

		if (g.items[i] > current)
			unlink(path);
		free(path);
	}
	free(g.items);
	generations_remove_halves(folder);
	free(folder);
}

int
compile_prepare(const char *root, uint64_t *generation_r,
    struct compile_report *report, struct err *err_r)
{
	char *folder = folder_path(root), *path;
	uint64_t current = snapshot_current(root), next = compile_next(root);
	int rc;

	remove_unused(root, current);
	*generation_r = next;
	path = generation_path(root, next);
	rc = file_mkdirs(folder, 0750, err_r);
	if (rc == 0)
		rc = renamed_stamp(root, current, next, err_r);
	if (rc == 0)
		rc = compile_site(root, next, path, report, err_r);
	free(folder);
	free(path);
	return rc;
}

static void
remove_oldest(const char *root, uint64_t current)
{
	struct generations g = list_generations(root);
	uint64_t bytes = 0;

	for (size_t i = g.n; i-- > 0;) {
		char *path = generation_path(root, g.items[i]);
		struct stat st;

		if (stat(path, &st) == 0)
			bytes += (uint64_t)st.st_size;
		if (g.items[i] != current && i + 2 < g.n &&
		    (i + COMPILE_KEEP_GENERATIONS < g.n ||
			bytes > COMPILE_KEEP_BYTES))
			unlink(path);
		free(path);
	}
	free(g.items);
}

/* The link outlives a loss of power. */
static void
sync_folder(const char *root)
{
	char *path = folder_path(root);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd != -1) {
		(void)fsync(fd);
		close(fd);
	}
	free(path);
}

int
compile_commit(const char *root, uint64_t generation, struct err *err_r)
{
	char *link = xasprintf("%s/var/vedette/snapshots/current", root);
	char *fresh = xasprintf("%s.new", link);
	char *target = xasprintf("%" PRIu64 ".snap", generation);
	int rc = 0;

	unlink(fresh);
	if (symlink(target, fresh) != 0 || rename(fresh, link) != 0) {
		err_set(err_r, "%s: %s", link, strerror(errno));
		unlink(fresh);
		rc = -1;
	} else {
		sync_folder(root);
		remove_oldest(root, generation);
	}
	free(link);
	free(fresh);
	free(target);
	return rc;
}

void
compile_abort(const char *root, uint64_t generation)
{
	char *path = generation_path(root, generation);

	if (generation != snapshot_current(root))
		unlink(path);
	free(path);
}
