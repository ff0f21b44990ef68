/* SPDX-License-Identifier: Apache-2.0
 *
 * See rename_metrics.h.
 */
#include "site/rename_metrics.h"

#include "common/file.h"
#include "common/mem.h"
#include "common/metric_path.h"
#include "common/rrd.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of each file below `path`: rrdcached writes it, and forgets it. */
static int
settle(struct rrd *link, const char *root, const char *path)
{
	char *folder = xasprintf("%s/" METRIC_FOLDER "/%s", root, path);
	DIR *dir = opendir(folder);
	const struct dirent *d;
	int rc = 0;

	free(folder);
	while (dir != NULL && rc == 0 && (d = readdir(dir)) != NULL) {
		char *below = xasprintf("%s/%s", path, d->d_name);

		if (d->d_name[0] == '.')
			;
		else if (d->d_type == DT_DIR)
			rc = settle(link, root, below);
		else if (rrd_command(link, "FLUSH", below) == -1 ||
		    rrd_command(link, "FORGET", below) == -1)
			rc = -1;
		free(below);
	}
	if (dir != NULL)
		closedir(dir);
	return rc;
}

static char *
folder_of(const char *root, const char *host)
{
	struct str path = {0};

	str_addf(&path, "%s/" METRIC_FOLDER "/", root);
	metric_folder(&path, slice_of(host));
	return str_steal(&path);
}

int
rename_metrics(
    const char *root, const char *from, const char *to, struct err *err_r)
{
	char *old = folder_of(root, from), *new = folder_of(root, to);
	char *socket = xasprintf("%s/" METRIC_SOCKET, root);
	struct rrd *link = NULL;
	struct str name = {0};
	struct err ignored;
	int rc = 0;

	metric_folder(&name, slice_of(from));
	if (file_exists(old)) {
		link = rrd_open(socket, &ignored);
		if (link != NULL && settle(link, root, str_get(&name)) == -1) {
			err_set(err_r, "rrdcached does not answer");
			rc = -1;
		} else if (rename(old, new) == -1) {
			err_set(err_r, "%s: %s", new, strerror(errno));
			rc = -1;
		}
	}
	rrd_close(&link);
	str_free(&name);
	free(socket);
	free(old);
	free(new);
	return rc;
}
