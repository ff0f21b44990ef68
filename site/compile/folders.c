/* SPDX-License-Identifier: Apache-2.0
 *
 * Folders of hosts: a directory each. Attributes in _folder.yaml are
 * inherited, the nearer wins; contact groups add up, labels, tags and
 * custom variables merge key by key.
 */
#include "common/mem.h"
#include "site/compile/attr_check.h"
#include "site/compile/merge.h"

#include <stdlib.h>

static uint32_t
find(const struct model *m, const char *path)
{
	for (uint32_t i = 0; i < m->n_folders; i++) {
		if (strcmp(m->folders[i].path, path) == 0)
			return i;
	}
	return NONE;
}

uint32_t
folder_get(struct model *m, const char *path)
{
	uint32_t index = find(m, path), up = NONE;
	const char *slash = strrchr(path, '/');

	if (index != NONE)
		return index;
	if (strcmp(path, "/") != 0) {
		char *parent = slash == path
		    ? xstrdup("/")
		    : xstrndup(path, (size_t)(slash - path));

		up = folder_get(m, parent);
		free(parent);
	}
	ARRAY_GROW(m->folders, m->n_folders, m->folders_cap);
	m->folders[m->n_folders] =
	    (struct folder){.path = xstrdup(path), .up = up};
	return m->n_folders++;
}

static void
inherit(struct model *m, struct folder *f)
{
	const struct folder *up = f->up == NONE ? NULL : &m->folders[f->up];
	const char *key;
	json_t *value;

	if (f->src != NULL) {
		json_object_foreach(f->src->root, key, value)
		{
			enum attr attr = keys_attr(key);

			if (attr == ATTR_COUNT || json_is_null(value))
				continue;
			attr_check(
			    m, attr, false, value, place_of(f->src, key));
			f->values[attr] = value;
		}
	}
	for (unsigned a = 0; up != NULL && a < ATTR_COUNT; a++)
		f->values[a] = merge_values(m, (enum attr)a, f->values[a],
		    up->values[a], a == ATTR_contact_groups);
}

void
folders_resolve(struct model *m)
{
	for (size_t i = 0; i < m->n_sources; i++) {
		if (m->sources[i]->kind == SOURCE_FOLDER)
			m->folders[m->sources[i]->folder].src = m->sources[i];
	}
	/* A folder comes after the one above it. */
	for (uint32_t i = 0; i < m->n_folders; i++)
		inherit(m, &m->folders[i]);
}

void
folders_free(struct model *m)
{
	for (uint32_t i = 0; i < m->n_folders; i++)
		free(m->folders[i].path);
	free(m->folders);
}

bool
folder_is_in(const struct model *m, uint32_t folder, const char *path)
{
	const char *have = m->folders[folder].path;
	size_t n = strlen(path);

	while (n > 0 && path[n - 1] == '/')
		n--;
	return strncmp(have, path, n) == 0 &&
	    (have[n] == '\0' || have[n] == '/');
}
