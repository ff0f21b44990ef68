/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding and reading the files of a configuration; see capture.h.
 */
#include "site/capture.h"

#include "common/file.h"
#include "common/mem.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/sha.h>
#include <stdlib.h>

#define MAX_DEPTH 32
#define MAX_FILE  (512u << 20)

static const char conf_folder[] = "etc/vedette/conf.d";
static const char found_folder[] = "var/vedette/discovered";
static const char settings_file[] = "etc/vedette/site.yaml";

void
capture_hash(struct slice bytes, uint8_t hash_r[CAPTURE_HASH])
{
	SHA256((const unsigned char *)(bytes.s != NULL ? bytes.s : ""),
	    bytes.len, hash_r);
}

struct capture_file *
capture_add(struct capture *c, const char *path)
{
	struct capture_file *f;

	ARRAY_GROW(c->files, c->n, c->cap);
	f = &c->files[c->n++];
	*f = (struct capture_file){.path = xstrdup(path), .mode = 0640};
	return f;
}

void
capture_set(struct capture_file *f, struct slice bytes)
{
	struct str fresh = {0};

	str_addslice(&fresh, bytes);
	str_free(&f->bytes);
	f->bytes = fresh;
	capture_hash(bytes, f->hash);
}

static int
by_path(const void *a, const void *b)
{
	const struct capture_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

void
capture_sort(struct capture *c)
{
	if (c->n > 1)
		qsort(c->files, c->n, sizeof(*c->files), by_path);
}

struct capture_file *
capture_find(const struct capture *c, const char *path)
{
	struct capture_file key = {.path = (char *)(uintptr_t)path};

	if (c->n == 0)
		return NULL;
	return bsearch(&key, c->files, c->n, sizeof(*c->files), by_path);
}

void
capture_copy(const struct capture *from, struct capture *to)
{
	*to = (struct capture){0};
	for (size_t i = 0; i < from->n; i++) {
		const struct capture_file *f = &from->files[i];
		struct capture_file *copy = capture_add(to, f->path);

		copy->mode = f->mode;
		memcpy(copy->hash, f->hash, sizeof(copy->hash));
		str_addslice(&copy->bytes, str_slice(&f->bytes));
	}
}

void
capture_free(struct capture *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->files[i].path);
		str_free(&c->files[i].bytes);
	}
	free(c->files);
	*c = (struct capture){0};
}

/* --- finding -------------------------------------------------------------- */

static void
remember(struct capture_file *f, const struct stat *st)
{
	f->mode = st->st_mode & 0777;
	f->changed = st->st_ctim;
	f->size = st->st_size;
	f->inode = st->st_ino;
}

static bool
is_config_name(const char *name)
{
	static const char *const ends[] = {".yaml", ".yml", ".json"};
	size_t n = strlen(name);

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		size_t e = strlen(ends[i]);

		if (n > e && strcmp(name + n - e, ends[i]) == 0)
			return true;
	}
	return false;
}

static int find_in(const char *root, const char *folder, unsigned depth,
    struct capture *c, struct err *err_r);

static int
find_one(const char *root, const char *folder, const char *name, unsigned depth,
    struct capture *c, struct err *err_r)
{
	char *path = xasprintf("%s/%s", folder, name);
	char *whole = xasprintf("%s/%s", root, path);
	struct stat st;
	int rc = 0;

	if (stat(whole, &st) == 0) {
		if (S_ISREG(st.st_mode) && is_config_name(name))
			remember(capture_add(c, path), &st);
		else if (S_ISDIR(st.st_mode) && folder[0] == 'e')
			rc = find_in(root, path, depth + 1, c, err_r);
	}
	free(path);
	free(whole);
	return rc;
}

static int
find_in(const char *root, const char *folder, unsigned depth, struct capture *c,
    struct err *err_r)
{
	char *whole = xasprintf("%s/%s", root, folder);
	DIR *dir = depth > MAX_DEPTH ? NULL : opendir(whole);
	const struct dirent *d;
	int rc = 0;

	if (dir == NULL && (errno != ENOENT || depth > 0)) {
		err_set(err_r, "%s: %s", whole,
		    depth > MAX_DEPTH ? "folders are nested too deeply"
				      : strerror(errno));
		rc = -1;
	}
	while (rc == 0 && dir != NULL && (d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.')
			rc = find_one(root, folder, d->d_name, depth, c, err_r);
	if (dir != NULL)
		closedir(dir);
	free(whole);
	return rc;
}

/* All paths, without contents. */
static int
find_all(const char *root, struct capture *c, struct err *err_r)
{
	char *settings = xasprintf("%s/%s", root, settings_file);
	struct stat st;

	if (stat(settings, &st) == 0 && S_ISREG(st.st_mode))
		remember(capture_add(c, settings_file), &st);
	free(settings);
	if (find_in(root, conf_folder, 0, c, err_r) == -1 ||
	    find_in(root, found_folder, 0, c, err_r) == -1)
		return -1;
	capture_sort(c);
	return 0;
}

int
capture_take(const char *root, struct capture *c, struct err *err_r)
{
	int rc;

	*c = (struct capture){0};
	rc = find_all(root, c, err_r);
	for (size_t i = 0; i < c->n && rc == 0; i++) {
		struct capture_file *f = &c->files[i];
		char *path = xasprintf("%s/%s", root, f->path);

		rc = file_read(path, MAX_FILE, &f->bytes, err_r);
		capture_hash(str_slice(&f->bytes), f->hash);
		free(path);
	}
	if (rc == -1)
		capture_free(c);
	return rc;
}

bool
capture_still(const char *root, const struct capture *c)
{
	struct capture now = {0};
	bool same = find_all(root, &now, NULL) == 0 && now.n == c->n;

	for (size_t i = 0; same && i < now.n; i++) {
		const struct capture_file *a = &now.files[i], *b = &c->files[i];

		same = strcmp(a->path, b->path) == 0 && a->size == b->size &&
		    a->inode == b->inode &&
		    a->changed.tv_sec == b->changed.tv_sec &&
		    a->changed.tv_nsec == b->changed.tv_nsec;
	}
	capture_free(&now);
	return same;
}

bool
capture_equal(const struct capture *a, const struct capture *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->files[i].path, b->files[i].path) != 0 ||
		    memcmp(a->files[i].hash, b->files[i].hash, CAPTURE_HASH) !=
			0)
			return false;
	return true;
}
