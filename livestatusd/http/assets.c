/* SPDX-License-Identifier: Apache-2.0
 *
 * The console's files; see assets.h.
 */
#include "livestatusd/http/assets.h"

#include "common/file.h"
#include "common/journal.h"
#include "common/mem.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILE ((size_t)8 << 20)

#define HASH_LEN 10

struct assets {
	struct asset *files;
	size_t n, cap;
};

static const char *
content_type(const char *name)
{
	static const struct {
		const char *end, *type;
	} types[] = {
	    {".html", "text/html; charset=utf-8"},
	    {".js", "text/javascript; charset=utf-8"},
	    {".css", "text/css; charset=utf-8"},
	    {".svg", "image/svg+xml"},
	    {".txt", "text/plain; charset=utf-8"},
	    {".png", "image/png"},
	    {".webmanifest", "application/manifest+json"},
	};
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		size_t n = strlen(types[i].end);

		if (len > n && strcmp(name + len - n, types[i].end) == 0)
			return types[i].type;
	}
	return "application/octet-stream";
}

/* "console-0123456789.js": web/build.mjs gives such names. */
static bool
has_hash(const char *name)
{
	const char *dash = strrchr(name, '-');

	return dash != NULL &&
	    strspn(dash + 1, "0123456789abcdef") == HASH_LEN &&
	    dash[1 + HASH_LEN] == '.';
}

static int
load_zipped(const char *folder, struct asset *file, struct err *err_r)
{
	char *path = xasprintf("%s/%s.gz", folder, file->name);
	int rc = 0;

	if (file_exists(path))
		rc = file_read(path, MAX_FILE, &file->zipped, err_r);
	free(path);
	return rc;
}

static int
load_one(
    struct assets *a, const char *folder, const char *name, struct err *err_r)
{
	char *path = xasprintf("%s/%s", folder, name);
	struct asset *file;
	int rc;

	ARRAY_GROW(a->files, a->n, a->cap);
	file = &a->files[a->n];
	*file = (struct asset){.type = content_type(name)};
	rc = file_read(path, MAX_FILE, &file->content, err_r);
	free(path);
	if (rc == -1) {
		str_free(&file->content);
		return -1;
	}
	file->name = xstrdup(name);
	file->for_ever = has_hash(name);
	snprintf(file->etag, sizeof(file->etag), "\"%08x%zx\"",
	    crc32c(str_get(&file->content), file->content.len),
	    file->content.len);
	a->n++;
	return load_zipped(folder, file, err_r);
}

static bool
is_served(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && strchr(name, '.') != NULL &&
	    (len < 3 || strcmp(name + len - 3, ".gz") != 0);
}

struct assets *
assets_load(const char *folder, struct err *err_r)
{
	struct assets *a = xnew(struct assets);
	DIR *dir = opendir(folder);
	struct dirent *e;
	int rc = 0;

	if (dir == NULL) {
		err_set(err_r, "%s: %s (is the version installed whole?)",
		    folder, strerror(errno));
		free(a);
		return NULL;
	}
	while (rc == 0 && (e = readdir(dir)) != NULL)
		if (is_served(e->d_name))
			rc = load_one(a, folder, e->d_name, err_r);
	closedir(dir);
	if (rc == 0 && assets_find(a, "index.html") == NULL) {
		err_set(err_r,
		    "%s/index.html: not there (is the version "
		    "installed whole?)",
		    folder);
		rc = -1;
	}
	if (rc == -1)
		assets_free(&a);
	return a;
}

void
assets_free(struct assets **ap)
{
	struct assets *a = *ap;

	*ap = NULL;
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->n; i++) {
		free(a->files[i].name);
		str_free(&a->files[i].content);
		str_free(&a->files[i].zipped);
	}
	free(a->files);
	free(a);
}

const struct asset *
assets_find(const struct assets *a, const char *name)
{
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->files[i].name, name) == 0)
			return &a->files[i];
	return NULL;
}
