/* SPDX-License-Identifier: Apache-2.0
 *
 * A site's MIB files; see kept.h.
 */
#include "site/mib/kept.h"

#include "common/file.h"
#include "common/mem.h"
#include "eventd/rule/rule.h"
#include "eventd/trap/base.h"
#include "site/ask.h"
#include "site/mib/compile.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define MIB_MAX    (16u << 20)
#define TABLE_MAX  (64u << 20)
#define TIMEOUT_MS 20000

static const char *const system_folders[] = {"/usr/share/snmp/mibs",
    "/usr/share/snmp/mibs/ietf", "/usr/share/snmp/mibs/iana",
    "/var/lib/mibs/ietf", "/var/lib/mibs/iana"};

static char *
folder_of(const struct site *site)
{
	return xasprintf("%s/local/share/vedette/mibs", site->root);
}

static char *
table_of(const struct site *site)
{
	return xasprintf("%s/var/vedette/eventd/mibs", site->root);
}

/* Files of a folder whose names begin with no dot, as paths. */
static void
paths_in(const char *folder, struct strings *paths)
{
	struct dirent **found = NULL;
	int n = scandir(folder, &found, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (found[i]->d_name[0] != '.') {
			char *path =
			    xasprintf("%s/%s", folder, found[i]->d_name);

			strings_add(paths, slice_of(path));
			free(path);
		}
		free(found[i]);
	}
	free(found);
}

static int
write_table(const struct site *site, const struct str *table, struct err *err_r)
{
	char *path = table_of(site);
	char *folder = xasprintf("%s/var/vedette/eventd", site->root);
	struct mib *m = mib_read(str_slice(table), err_r);
	int rc = -1;

	if (m != NULL && file_mkdirs(folder, 0750, err_r) == 0)
		rc = file_write(path, str_slice(table), 0640, err_r);
	mib_free(&m);
	free(folder);
	free(path);
	return rc;
}

/* The files of `staged` (may be NULL) before those of the site. */
static int
compile_all(const struct site *site, const char *staged, struct str *table,
    struct str *mistakes, struct err *err_r)
{
	char *folder = folder_of(site);
	struct mib_folders folders = {{0}, 0};
	struct strings paths = {0};
	int rc;

	if (staged != NULL) {
		folders.v[folders.n++] = staged;
		paths_in(staged, &paths);
	} else {
		paths_in(folder, &paths);
	}
	folders.v[folders.n++] = folder;
	for (size_t i = 0; i < ARRAY_LEN(system_folders); i++)
		folders.v[folders.n++] = system_folders[i];
	rc = mib_compile((const char *const *)paths.v, paths.n, &folders, table,
	    mistakes, err_r);
	strings_free(&paths);
	free(folder);
	return rc;
}

static int
compile_and_write(
    const struct site *site, struct str *mistakes, struct err *err_r)
{
	struct str table = {0};
	int rc = compile_all(site, NULL, &table, mistakes, err_r);

	if (rc == 0)
		rc = write_table(site, &table, err_r);
	str_free(&table);
	return rc;
}

/* --- adding ---------------------------------------------------------------
 */

static bool
is_module_name(struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return name.len > 0 && name.len <= 64;
}

/* Copies it into the folder under the name of its first module. */
static int
stage(const char *path, const char *folder, struct str *added,
    struct str *mistakes, struct err *err_r)
{
	struct str text = {0}, names = {0};
	struct slice rest, name;
	char *to;
	int rc = -1;

	if (file_read(path, MIB_MAX, &text, err_r) != 0) {
		str_free(&text);
		return -1;
	}
	mib_modules_of(str_slice(&text), &names);
	rest = str_slice(&names);
	if (!slice_next(&rest, '\n', &name) || !is_module_name(name)) {
		str_addf(mistakes,
		    "%s:1: no module begins here (\"NAME DEFINITIONS ::= "
		    "BEGIN\")\n",
		    path);
		err_set(err_r, "%s is no MIB", path);
	} else {
		to = xasprintf("%s/%.*s", folder, (int)name.len, name.s);
		rc = file_write(to, str_slice(&text), 0640, err_r);
		free(to);
		str_addslice(added, str_slice(&names));
	}
	str_free(&text);
	str_free(&names);
	return rc;
}

/* The staged copies have other paths than the files that people named. */
static void
own_paths(struct str *mistakes, const char *staged, char *const *paths, int n)
{
	struct str out = {0};
	struct slice rest = str_slice(mistakes), line;
	size_t len = strlen(staged);

	while (slice_next(&rest, '\n', &line)) {
		if (line.len > len && slice_starts(line, staged)) {
			line.s += len + 1;
			line.len -= len + 1;
			if (n == 1) {
				const char *end = memchr(line.s, ':', line.len);

				str_add(&out, paths[0]);
				if (end != NULL) {
					line.len -= (size_t)(end - line.s);
					line.s = end;
				}
			}
		}
		str_addslice(&out, line);
		if (line.len > 0)
			str_addc(&out, '\n');
	}
	str_free(mistakes);
	*mistakes = out;
}

/* Mistakes in the new files, and those of no file, are in the way. */
static bool
is_blocked(const struct str *mistakes, const char *staged)
{
	struct slice rest = str_slice(mistakes), line;

	while (slice_next(&rest, '\n', &line)) {
		if (line.len > 0 &&
		    (line.s[0] != '/' || slice_starts(line, staged)))
			return true;
	}
	return false;
}

static int
move_in(const char *staged, const char *folder, struct err *err_r)
{
	struct strings paths = {0};
	int rc = 0;

	paths_in(staged, &paths);
	for (size_t i = 0; rc == 0 && i < paths.n; i++) {
		char *to = xasprintf("%s%s", folder, strrchr(paths.v[i], '/'));

		if (rename(paths.v[i], to) != 0) {
			err_set(err_r, "%s: %s", to, strerror(errno));
			rc = -1;
		}
		free(to);
	}
	strings_free(&paths);
	return rc;
}

int
mibs_add(const struct site *site, char *const *paths, int n,
    struct str *added_r, struct str *mistakes_r, struct err *err_r)
{
	char *folder = folder_of(site);
	char *staged = xasprintf("%s/.adding", folder);
	struct str table = {0};
	struct err ignored;
	int rc = file_mkdirs(folder, 0750, err_r);

	file_remove_tree(staged, &ignored);
	if (rc == 0)
		rc = file_mkdirs(staged, 0750, err_r);
	for (int i = 0; rc == 0 && i < n; i++)
		rc = stage(paths[i], staged, added_r, mistakes_r, err_r);
	if (rc == 0)
		rc = compile_all(site, staged, &table, mistakes_r, err_r);
	if (is_blocked(mistakes_r, staged)) {
		if (rc == 0)
			err_set(err_r, "nothing was added");
		rc = -1;
	}
	own_paths(mistakes_r, staged, paths, n);
	if (rc == 0)
		rc = move_in(staged, folder, err_r);
	str_clear(&table);
	if (rc == 0)
		rc = compile_and_write(site, &table, err_r);
	file_remove_tree(staged, &ignored);
	str_free(&table);
	free(staged);
	free(folder);
	return rc;
}

int
mibs_remove(const struct site *site, char *const *names, int n,
    struct str *mistakes_r, struct err *err_r)
{
	char *folder = folder_of(site);
	int rc = 0;

	for (int i = 0; rc == 0 && i < n; i++) {
		char *path = xasprintf("%s/%s", folder, names[i]);

		if (!is_module_name(slice_of(names[i])) || unlink(path) != 0) {
			err_set(err_r,
			    "%s: no such module was added (\"vedette event "
			    "mib list\" names them)",
			    names[i]);
			rc = -1;
		}
		free(path);
	}
	if (rc == 0)
		rc = compile_and_write(site, mistakes_r, err_r);
	free(folder);
	return rc;
}

/* --- showing --------------------------------------------------------------
 */

static json_t *
row_of(json_t *rows, const char *module)
{
	json_t *row = json_object_get(rows, module);

	if (row == NULL) {
		row = json_pack("{s:s, s:i, s:i, s:s, s:n}", "module", module,
		    "objects", 0, "notifications", 0, "organization", "",
		    "file");
		json_object_set_new(rows, module, row);
	}
	return row;
}

static void
count(json_t *row, const char *key)
{
	json_t *n = json_object_get(row, key);

	json_integer_set(n, json_integer_value(n) + 1);
}

static void
add_file(json_t *rows, const char *path)
{
	struct str text = {0}, names = {0}, organization = {0};
	struct slice rest, name;
	struct err ignored;

	if (file_read(path, MIB_MAX, &text, &ignored) == 0) {
		mib_modules_of(str_slice(&text), &names);
		mib_organization_of(str_slice(&text), &organization);
	}
	rest = str_slice(&names);
	while (slice_next(&rest, '\n', &name)) {
		char *module = slice_dup(name);
		json_t *row = name.len == 0 ? NULL : row_of(rows, module);

		if (row != NULL) {
			json_object_set_new(row, "file", json_string(path));
			json_object_set_new(row, "organization",
			    json_string(str_get(&organization)));
		}
		free(module);
	}
	str_free(&text);
	str_free(&names);
	str_free(&organization);
}

json_t *
mibs_list(const struct site *site, struct err *err_r)
{
	char *path = table_of(site), *folder = folder_of(site);
	json_t *rows = json_object(), *list = json_array(), *row;
	struct strings paths = {0};
	struct str text = {0};
	struct mib *m = NULL;
	const char *module;

	if (!file_exists(path))
		m = mib_base();
	else if (file_read(path, TABLE_MAX, &text, err_r) == 0)
		m = mib_read(str_slice(&text), err_r);
	for (size_t i = 0; m != NULL && i < mib_size(m); i++) {
		const struct mib_node *node = mib_at(m, i);

		count(row_of(rows, node->module),
		    node->kind == 'n' ? "notifications" : "objects");
	}
	paths_in(folder, &paths);
	for (size_t i = 0; i < paths.n; i++)
		add_file(rows, paths.v[i]);
	json_object_foreach(rows, module, row)
	{
		json_array_append(list, row);
	}
	json_decref(rows);
	if (m == NULL) {
		json_decref(list);
		list = NULL;
	}
	mib_free(&m);
	strings_free(&paths);
	str_free(&text);
	free(path);
	free(folder);
	return list;
}

int
mibs_tell(const struct site *site, struct err *err_r)
{
	char *socket = xasprintf("%s/tmp/run/eventd/status", site->root);
	struct str answer = {0};
	int rc = 0;

	if (ask_socket(socket, "COMMAND RELOAD\n\n", TIMEOUT_MS, &answer,
		err_r) == 0) {
		rc = slice_starts(str_slice(&answer), "None") ? 1 : -1;
		if (rc == -1)
			err_set(err_r, "%s", str_get(&answer));
	}
	str_free(&answer);
	free(socket);
	return rc;
}
