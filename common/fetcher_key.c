/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and affinities of remote fetchers; see fetcher_key.h.
 */
#include "common/fetcher_key.h"

#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MOST 65536

bool
fetcher_name_ok(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= FETCHER_NAME_MOST && name[0] != '-' &&
	    strcmp(name, "server") != 0 &&
	    strspn(name,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-") == n;
}

/* --- affinity ------------------------------------------------------------- */

static int
parse_one(struct slice word, struct fetcher_def *def, struct err *err_r)
{
	struct fetcher_pair p = {0};
	const char *equals;

	if (slice_starts(word, "folder:/")) {
		p.value = xstrndup(word.s + 7, word.len - 7);
	} else if (slice_starts(word, "label:") &&
	    (equals = memchr(word.s + 6, '=', word.len - 6)) != NULL &&
	    equals > word.s + 6) {
		p.is_label = true;
		p.name = xstrndup(word.s + 6, (size_t)(equals - word.s) - 6);
		p.value = xstrndup(
		    equals + 1, word.len - (size_t)(equals + 1 - word.s));
	} else {
		err_set(err_r,
		    "\"%.*s\": expected folder:/PATH or label:NAME=VALUE",
		    (int)word.len, word.s);
		return -1;
	}
	def->affinity =
	    xreallocarray(def->affinity, def->n_affinity + 1, sizeof(p));
	def->affinity[def->n_affinity++] = p;
	return 0;
}

int
fetcher_affinity_parse(
    const char *text, struct fetcher_def *def, struct err *err_r)
{
	struct slice rest = slice_of(text), word;

	while (slice_next(&rest, ',', &word)) {
		word = slice_trim(word);
		if (word.len > 0 && parse_one(word, def, err_r) == -1)
			return -1;
	}
	return 0;
}

void
fetcher_affinity_put(const struct fetcher_def *def, struct str *to)
{
	for (size_t i = 0; i < def->n_affinity; i++) {
		const struct fetcher_pair *p = &def->affinity[i];

		if (i > 0)
			str_addc(to, ',');
		if (p->is_label)
			str_addf(to, "label:%s=%s", p->name, p->value);
		else
			str_addf(to, "folder:%s", p->value);
	}
}

void
fetcher_def_free(struct fetcher_def *def)
{
	for (size_t i = 0; i < def->n_affinity; i++) {
		free(def->affinity[i].name);
		free(def->affinity[i].value);
	}
	free(def->affinity);
	*def = (struct fetcher_def){0};
}

/* --- files ---------------------------------------------------------------- */

static char *
path_of(const char *root, const char *name, const char *suffix)
{
	return xasprintf("%s/var/vedette/fetchers/%s%s", root, name, suffix);
}

static json_t *
read_json(const char *path, struct err *err_r)
{
	struct str text = {0};
	json_error_t why;
	json_t *doc = NULL;

	if (file_read(path, FILE_MOST, &text, err_r) == 0) {
		doc = json_loadb(str_get(&text), text.len, 0, &why);
		if (doc == NULL)
			err_set(err_r, "%s:%d: %s", path, why.line, why.text);
	}
	if (text.s != NULL)
		explicit_bzero(text.s, text.len);
	str_free(&text);
	return doc;
}

/* Keeps the key out of memory that is given back. */
static int
write_json(const char *path, json_t *doc, struct err *err_r)
{
	char *text = json_dumps(doc, JSON_INDENT(1));
	struct str line = {0};
	int rc;

	must(text != NULL);
	str_addf(&line, "%s\n", text);
	explicit_bzero(text, strlen(text));
	free(text);
	rc = file_write(path, str_slice(&line), 0600, err_r);
	explicit_bzero(line.s, line.len);
	str_free(&line);
	json_decref(doc);
	return rc;
}

static bool
take_key(const json_t *doc, const char *name, char to[BUS_KEY_LEN + 1])
{
	const char *text = json_string_value(json_object_get(doc, name));

	if (text == NULL || strlen(text) != BUS_KEY_LEN)
		return false;
	memcpy(to, text, BUS_KEY_LEN + 1);
	return true;
}

static int
def_read(const char *path, const char *name, struct fetcher_def *def,
    struct err *err_r)
{
	json_t *doc = read_json(path, err_r);
	const char *affinity = "";
	int alone = 0, rc = 0;

	if (doc == NULL)
		return -1;
	*def = (struct fetcher_def){0};
	snprintf(def->name, sizeof(def->name), "%s", name);
	json_unpack(doc, "{s?s, s?b}", "affinity", &affinity, "alone", &alone);
	def->alone = alone != 0;
	if (!take_key(doc, "key", def->key)) {
		err_set(err_r, "%s: has no key of %d characters", path,
		    BUS_KEY_LEN);
		rc = -1;
	} else {
		rc = fetcher_affinity_parse(affinity, def, err_r);
	}
	json_decref(doc);
	if (rc == -1)
		fetcher_def_free(def);
	return rc;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct fetcher_def *)a)->name,
	    ((const struct fetcher_def *)b)->name);
}

static void
add_file(struct fetcher_defs *defs, const char *folder, const char *file)
{
	struct slice stem = slice_of(file);
	struct fetcher_def def;
	struct err err;
	char *path, *name;

	if (stem.len <= 5 || strcmp(file + stem.len - 5, ".json") != 0 ||
	    defs->n >= FETCHERS_MOST)
		return;
	name = xstrndup(file, stem.len - 5);
	path = xasprintf("%s/%s", folder, file);
	if (fetcher_name_ok(name)) {
		if (def_read(path, name, &def, &err) == 0)
			defs->items[defs->n++] = def;
		else
			log_warn("fetcher %s: %s", name, err.text);
	}
	free(name);
	free(path);
}

int
fetcher_defs_read(
    const char *root, struct fetcher_defs *defs_r, struct err *err_r)
{
	char *folder = path_of(root, "", "");
	DIR *dir = opendir(folder);
	const struct dirent *e;

	if (dir == NULL && errno != ENOENT) {
		err_set(err_r, "%s: %s", folder, strerror(errno));
		free(folder);
		return -1;
	}
	*defs_r = (struct fetcher_defs){0};
	defs_r->items = xcalloc(FETCHERS_MOST, sizeof(*defs_r->items));
	while (dir != NULL && (e = readdir(dir)) != NULL)
		add_file(defs_r, folder, e->d_name);
	if (dir != NULL)
		closedir(dir);
	qsort(defs_r->items, defs_r->n, sizeof(*defs_r->items), by_name);
	free(folder);
	return 0;
}

void
fetcher_defs_free(struct fetcher_defs *defs)
{
	for (size_t i = 0; i < defs->n; i++)
		fetcher_def_free(&defs->items[i]);
	free(defs->items);
	*defs = (struct fetcher_defs){0};
}

static int
make_folder(const char *root, struct err *err_r)
{
	char *folder = path_of(root, "", "");
	int rc = file_mkdirs(folder, 0750, err_r);

	free(folder);
	return rc;
}

int
fetcher_def_write(
    const char *root, const struct fetcher_def *def, struct err *err_r)
{
	char *path = path_of(root, def->name, ".json");
	struct str affinity = {0};
	int rc = make_folder(root, err_r);

	fetcher_affinity_put(def, &affinity);
	if (rc == 0)
		rc = write_json(path,
		    json_pack("{s:s, s:s, s:b}", "key", def->key, "affinity",
			str_get(&affinity), "alone", def->alone),
		    err_r);
	str_free(&affinity);
	free(path);
	return rc;
}

int
fetcher_def_remove(const char *root, const char *name, struct err *err_r)
{
	char *path = path_of(root, name, ".json");
	int rc = unlink(path);

	if (rc == -1 && errno == ENOENT) {
		rc = 1;
	} else if (rc == -1) {
		err_set(err_r, "%s: %s", path, strerror(errno));
	}
	free(path);
	return rc;
}

int
fetcher_server_keys(const char *root, char public_key[BUS_KEY_LEN + 1],
    char secret_key[BUS_KEY_LEN + 1], struct err *err_r)
{
	char *path = path_of(root, "server", ".key");
	json_t *doc = NULL;
	int rc = -1;

	if (!file_exists(path)) {
		bus_keypair(public_key, secret_key);
		rc = make_folder(root, err_r);
		if (rc == 0)
			rc = write_json(path,
			    json_pack("{s:s, s:s}", "public", public_key,
				"secret", secret_key),
			    err_r);
	} else if ((doc = read_json(path, err_r)) != NULL) {
		rc = take_key(doc, "public", public_key) &&
			take_key(doc, "secret", secret_key)
		    ? 0
		    : -1;
		if (rc == -1)
			err_set(err_r, "%s: holds no keys", path);
		json_decref(doc);
	}
	free(path);
	return rc;
}

int
fetcher_key_read(const char *path, struct fetcher_key *key_r, struct err *err_r)
{
	const char *name = "", *site = "";
	struct stat st;
	json_t *doc;
	int rc = 0;

	if (stat(path, &st) == 0 && (st.st_mode & 077) != 0) {
		err_set(err_r, "%s: others may read it (chmod 600)", path);
		return -1;
	}
	doc = read_json(path, err_r);
	if (doc == NULL)
		return -1;
	*key_r = (struct fetcher_key){0};
	json_unpack(doc, "{s?s, s?s}", "name", &name, "site", &site);
	if (!fetcher_name_ok(name) || strlen(site) >= sizeof(key_r->site) ||
	    !take_key(doc, "public", key_r->public_key) ||
	    !take_key(doc, "secret", key_r->secret_key) ||
	    !take_key(doc, "server", key_r->server_key)) {
		err_set(err_r,
		    "%s: not a fetcher's key (\"vedette fetcher add\" makes "
		    "one)",
		    path);
		rc = -1;
	} else {
		snprintf(key_r->name, sizeof(key_r->name), "%s", name);
		snprintf(key_r->site, sizeof(key_r->site), "%s", site);
	}
	json_decref(doc);
	return rc;
}

void
fetcher_key_put(const struct fetcher_key *key, struct str *to)
{
	str_addf(to,
	    "{\"name\": \"%s\", \"site\": \"%s\",\n \"public\": ", key->name,
	    key->site);
	/* Z85 has no character that JSON must escape. */
	str_addf(to, "\"%s\",\n \"secret\": \"%s\",\n \"server\": \"%s\"}\n",
	    key->public_key, key->secret_key, key->server_key);
}
