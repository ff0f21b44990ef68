/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of renamed hosts; see renamed.h.
 */
#include "site/renamed.h"

#include "common/clock.h"
#include "common/config/renames.h"
#include "common/file.h"
#include "common/mem.h"

#include <stdlib.h>

#define MAX_BYTES (16u << 20)
#define PENDING   UINT64_MAX

static char *
path_of(const char *root)
{
	return xasprintf("%s/var/vedette/renames", root);
}

void
renamed_read(const char *root, struct str *to)
{
	char *path = path_of(root);

	if (file_exists(path) && file_read(path, MAX_BYTES, to, NULL) == -1)
		str_clear(to);
	free(path);
}

static int
rewrite(const char *root, const struct str *text, struct err *err_r)
{
	char *path = path_of(root);
	int rc = file_write(path, str_slice(text), 0640, err_r);

	free(path);
	return rc;
}

static int64_t
now(void)
{
	return clock_wall() / NS_PER_S;
}

int
renamed_add(
    const char *root, const char *from, const char *to, struct err *err_r)
{
	struct str text = {0};
	int rc;

	renamed_read(root, &text);
	renames_add(&text, PENDING, now(), slice_of(from), slice_of(to));
	rc = rewrite(root, &text, err_r);
	str_free(&text);
	return rc;
}

/* Each line is kept, given another generation, or dropped (0). */
static int
restamp(const char *root, uint64_t current, uint64_t next, struct err *err_r)
{
	struct str text = {0}, fresh = {0};
	bool changed = false;
	struct renames r;
	int rc = 0;

	renamed_read(root, &text);
	renames_parse(str_slice(&text), &r);
	for (size_t i = r.n > RENAMED_MAX ? r.n - RENAMED_MAX : 0; i < r.n;
	     i++) {
		const struct rename_entry *e = &r.items[i];
		bool late = e->generation > current;

		changed = changed || late;
		if (!late)
			renames_add(
			    &fresh, e->generation, e->time, e->from, e->to);
		else if (next != 0)
			renames_add(&fresh, next, now(), e->from, e->to);
	}
	if (changed)
		rc = rewrite(root, &fresh, err_r);
	renames_free(&r);
	str_free(&text);
	str_free(&fresh);
	return rc;
}

int
renamed_stamp(
    const char *root, uint64_t current, uint64_t next, struct err *err_r)
{
	return restamp(root, current, next, err_r);
}

int
renamed_drop(const char *root, uint64_t current, struct err *err_r)
{
	return restamp(root, current, 0, err_r);
}

int
renamed_undo(const char *root, uint64_t generation, struct err *err_r)
{
	struct str text = {0}, fresh = {0};
	struct renames r;
	int rc = 0;

	renamed_read(root, &text);
	renames_parse(str_slice(&text), &r);
	for (size_t i = 0; i < r.n; i++)
		if (r.items[i].generation != PENDING)
			renames_add(&fresh, r.items[i].generation,
			    r.items[i].time, r.items[i].from, r.items[i].to);
	for (size_t i = r.n; i-- > 0;)
		if (r.items[i].generation > generation &&
		    r.items[i].generation != PENDING)
			renames_add(&fresh, PENDING, now(), r.items[i].to,
			    r.items[i].from);
	if (!slice_eq(str_slice(&text), str_slice(&fresh)))
		rc = rewrite(root, &fresh, err_r);
	renames_free(&r);
	str_free(&text);
	str_free(&fresh);
	return rc;
}
