/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of a generation back in their places. A note says which one it
 * is before the first file is touched, so that a restore that was cut short
 * is finished and never left half done.
 */
#include "site/generations.h"

#include "common/file.h"
#include "common/mem.h"
#include "common/num.h"
#include "site/renamed.h"
#include "site/term.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static char *
note_of(const char *root)
{
	return xasprintf("%s/var/vedette/generations/restoring", root);
}

/* Through a link, where one stands in its place. */
static int
write_file(const char *root, const struct capture_file *f, struct err *err_r)
{
	char *path = xasprintf("%s/%s", root, f->path), real[PATH_MAX];
	char *slash = strrchr(path, '/');
	int rc;

	*slash = '\0';
	rc = file_mkdirs(path, 0750, err_r);
	*slash = '/';
	if (rc == 0)
		rc = file_write(realpath(path, real) != NULL ? real : path,
		    str_slice(&f->bytes), f->mode | 0600, err_r);
	free(path);
	return rc;
}

/* And the folders that are empty without it. */
static int
remove_file(const char *root, const char *relative, struct err *err_r)
{
	char *path = xasprintf("%s/%s", root, relative), *slash;
	size_t top = strlen(root) + strlen("/etc/vedette/conf.d");

	if (unlink(path) == -1 && errno != ENOENT) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		free(path);
		return -1;
	}
	while (strncmp(relative, "etc/", 4) == 0 &&
	    (slash = strrchr(path, '/')) != NULL) {
		*slash = '\0';
		if (strlen(path) <= top || rmdir(path) == -1)
			break;
	}
	free(path);
	return 0;
}

static int
apply(const char *root, const struct capture *to, size_t *changed_r,
    struct err *err_r)
{
	struct capture have;
	int rc = capture_take(root, &have, err_r);

	*changed_r = 0;
	if (rc == -1)
		return -1;
	for (size_t i = 0; i < to->n && rc == 0; i++) {
		const struct capture_file *f = &to->files[i];
		const struct capture_file *old = capture_find(&have, f->path);

		if (old != NULL &&
		    memcmp(old->hash, f->hash, CAPTURE_HASH) == 0)
			continue;
		rc = write_file(root, f, err_r);
		++*changed_r;
		if (*changed_r % 100 == 0)
			term_progress("restoring files: %zu", *changed_r);
	}
	for (size_t i = 0; i < have.n && rc == 0; i++)
		if (capture_find(to, have.files[i].path) == NULL) {
			rc = remove_file(root, have.files[i].path, err_r);
			++*changed_r;
		}
	term_clear();
	capture_free(&have);
	return rc;
}

static int
rename_back(const char *root, const struct generation *g, struct err *err_r)
{
	const char *old = NULL, *new = NULL;
	int rc = renamed_undo(root, g->number, err_r);

	json_unpack(
	    g->about, "{s:{s:s, s:s}}", "rename", "old", &old, "new", &new);
	if (rc == 0 && old != NULL && new != NULL)
		rc = renamed_add(root, old, new, err_r);
	return rc;
}

uint64_t
generations_keep(const char *root, uint64_t current, uint64_t next,
    const char *message, bool *saved_r, struct err *err_r)
{
	struct capture now = {0};
	struct generation was;
	bool same = false;
	int rc = capture_take(root, &now, err_r);

	*saved_r = false;
	if (rc == 0 && current > 0 &&
	    generations_load(root, current, false, &was, NULL) == 0) {
		same = capture_equal(&now, &was.files);
		generation_free(&was);
	}
	if (rc == 0 && !same) {
		rc = generations_save(
		    root, next, "saved", message, &now, NULL, err_r);
		*saved_r = rc == 0;
	}
	capture_free(&now);
	if (rc == -1)
		return 0;
	return same ? current : next;
}

int
generations_restore(
    const char *root, uint64_t number, size_t *changed_r, struct err *err_r)
{
	char *note = note_of(root);
	char *text = xasprintf("%" PRIu64 "\n", number);
	struct generation g;
	int rc = generations_load(root, number, true, &g, err_r);

	if (rc == 0) {
		rc = file_write(note, slice_of(text), 0640, err_r);
		if (rc == 0)
			rc = rename_back(root, &g, err_r);
		if (rc == 0)
			rc = apply(root, &g.files, changed_r, err_r);
		if (rc == 0)
			unlink(note);
		generation_free(&g);
	}
	free(text);
	free(note);
	return rc;
}

int
generations_finish(const char *root, uint64_t *number_r, struct err *err_r)
{
	char *note = note_of(root);
	struct str text = {0};
	size_t changed;
	int rc = 0;

	*number_r = 0;
	if (file_exists(note)) {
		rc = file_read(note, 64, &text, err_r);
		if (rc == 0 &&
		    !num_u64(slice_trim(str_slice(&text)), number_r)) {
			err_set(err_r, "%s: damaged (remove it)", note);
			rc = -1;
		}
		if (rc == 0)
			rc = generations_restore(
			    root, *number_r, &changed, err_r);
		rc = rc == 0 ? 1 : -1;
	}
	str_free(&text);
	free(note);
	return rc;
}
