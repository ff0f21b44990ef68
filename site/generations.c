/* SPDX-License-Identifier: Apache-2.0
 *
 * Manifests of generations, beside packs of contents; see generations.h. The
 * list of files is kept as a content too, cut into pieces by the hash of the
 * path, so that a change of one file among thousands costs one small piece.
 */
#include "site/generations.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/mem.h"
#include "common/num.h"
#include "site/audit.h"
#include "site/packs.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PIECES       64
#define ONE_PIECE    256 /* up to so many files are one piece */
#define MANIFEST_MAX (1u << 20)

static char *
folder_of(const char *root)
{
	return xasprintf("%s/var/vedette/generations", root);
}

static char *
manifest_of(const char *root, uint64_t number)
{
	return xasprintf(
	    "%s/var/vedette/generations/%" PRIu64 ".json", root, number);
}

/* "12.json": 12; else 0. */
static uint64_t
number_of(const char *name)
{
	struct slice s = slice_of(name);
	uint64_t n = 0;

	if (s.len < 6 || memcmp(s.s + s.len - 5, ".json", 5) != 0)
		return 0;
	s.len -= 5;
	return num_u64(s, &n) ? n : 0;
}

struct numbers {
	uint64_t *items;
	size_t n, cap;
};

static int
newest_first(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x < y) - (x > y);
}

static struct numbers
numbers_of(const char *root)
{
	struct numbers list = {0};
	char *folder = folder_of(root);
	DIR *dir = opendir(folder);
	const struct dirent *d;

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		uint64_t n = number_of(d->d_name);

		if (n == 0)
			continue;
		ARRAY_GROW(list.items, list.n, list.cap);
		list.items[list.n++] = n;
	}
	if (dir != NULL)
		closedir(dir);
	if (list.n > 1)
		qsort(list.items, list.n, sizeof(*list.items), newest_first);
	free(folder);
	return list;
}

uint64_t
generations_newest(const char *root)
{
	struct numbers list = numbers_of(root);
	uint64_t n = list.n > 0 ? list.items[0] : 0;

	free(list.items);
	return n;
}

/* --- hashes as text ------------------------------------------------------- */

static void
add_hex(struct str *to, const uint8_t *hash)
{
	for (size_t i = 0; i < CAPTURE_HASH; i++)
		str_addf(to, "%02x", hash[i]);
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
get_hex(struct slice text, uint8_t *hash_r)
{
	if (text.len != 2u * CAPTURE_HASH)
		return false;
	for (size_t i = 0; i < CAPTURE_HASH; i++) {
		int a = digit(text.s[2 * i]), b = digit(text.s[2 * i + 1]);

		if (a < 0 || b < 0)
			return false;
		hash_r[i] = (uint8_t)(a << 4 | b);
	}
	return true;
}

/* --- saving --------------------------------------------------------------- */

static size_t
piece_of(const char *path, size_t n_files)
{
	uint32_t h = 2166136261u;

	if (n_files <= ONE_PIECE)
		return 0;
	for (; *path != '\0'; path++)
		h = (h ^ (uint8_t)*path) * 16777619u;
	return (h ^ h >> 16) % PIECES;
}

/* Adds contents and lists to the packs; the array of the pieces' hashes. */
static json_t *
add_files(struct packs *p, const struct capture *files)
{
	struct str pieces[PIECES] = {{0}}, hex = {0};
	json_t *lists = json_array();

	for (size_t i = 0; i < files->n; i++) {
		const struct capture_file *f = &files->files[i];
		struct str *piece = &pieces[piece_of(f->path, files->n)];

		packs_add(p, f->hash, str_slice(&f->bytes));
		add_hex(piece, f->hash);
		str_addf(piece, " %o %s\n", (unsigned)f->mode, f->path);
	}
	for (size_t i = 0; i < PIECES; i++) {
		uint8_t hash[CAPTURE_HASH];

		if (pieces[i].len == 0)
			continue;
		capture_hash(str_slice(&pieces[i]), hash);
		packs_add(p, hash, str_slice(&pieces[i]));
		str_clear(&hex);
		add_hex(&hex, hash);
		json_array_append_new(lists, json_string(str_get(&hex)));
		str_free(&pieces[i]);
	}
	str_free(&hex);
	return lists;
}

static json_t *
describe(uint64_t number, const char *kind, const char *message,
    const struct capture *files, const json_t *counts)
{
	json_t *about = json_pack("{s:I, s:s, s:I, s:s, s:s, s:s?, s:I}",
	    "generation", (json_int_t)number, "kind", kind, "time",
	    (json_int_t)(clock_wall() / NS_PER_S), "who", audit_who(), "from",
	    audit_from(), "message", message, "files", (json_int_t)files->n);

	if (counts != NULL)
		json_object_update(about, (json_t *)(uintptr_t)counts);
	return about;
}

int
generations_save(const char *root, uint64_t number, const char *kind,
    const char *message, const struct capture *files, const json_t *counts,
    struct err *err_r)
{
	char *folder = folder_of(root), *path = manifest_of(root, number);
	json_t *about = describe(number, kind, message, files, counts);
	struct packs *p = packs_open(folder);
	char *text = NULL;
	int rc;

	json_object_set_new(about, "lists", add_files(p, files));
	rc = packs_write(p, err_r);
	if (rc == 0)
		rc = file_mkdirs(folder, 0750, err_r);
	if (rc == 0) {
		text = json_dumps(about, JSON_INDENT(1));
		rc = file_write(path, slice_of(text), 0640, err_r);
	}
	free(text);
	json_decref(about);
	packs_close(&p);
	free(path);
	free(folder);
	return rc;
}

/* --- loading -------------------------------------------------------------- */

static json_t *
read_manifest(const char *root, uint64_t number, struct err *err_r)
{
	char *path = manifest_of(root, number);
	struct str text = {0};
	json_t *about = NULL;

	if (!file_exists(path))
		err_set(err_r,
		    "there is no generation %" PRIu64
		    " (\"vedette activate --list\" lists them)",
		    number);
	else if (file_read(path, MANIFEST_MAX, &text, err_r) == 0 &&
	    ((about = json_loadb(str_get(&text), text.len, 0, NULL)) == NULL ||
		!json_is_array(json_object_get(about, "lists"))))
		err_set(err_r, "%s: damaged", path);
	if (about != NULL && !json_is_array(json_object_get(about, "lists"))) {
		json_decref(about);
		about = NULL;
	}
	str_free(&text);
	free(path);
	return about;
}

json_t *
generations_list(const char *root)
{
	struct numbers list = numbers_of(root);
	json_t *rows = json_array();

	for (size_t i = 0; i < list.n; i++) {
		json_t *about = read_manifest(root, list.items[i], NULL);

		if (about == NULL)
			continue;
		json_object_del(about, "lists");
		json_array_append_new(rows, about);
	}
	free(list.items);
	return rows;
}

/* A path that a restore may write to. */
static bool
is_ours(const char *path)
{
	if (strstr(path, "../") != NULL)
		return false;
	return strncmp(path, "etc/vedette/", 12) == 0 ||
	    strncmp(path, "var/vedette/discovered/", 23) == 0;
}

/* "HASH MODE PATH" */
static bool
add_line(struct capture *c, struct slice line)
{
	struct slice hash, mode;
	struct capture_file *f;
	unsigned bits = 0;
	char *path;

	if (!slice_next(&line, ' ', &hash) || !slice_next(&line, ' ', &mode) ||
	    line.len == 0)
		return false;
	for (size_t i = 0; i < mode.len; i++)
		bits = bits * 8 + (unsigned)(mode.s[i] - '0');
	path = slice_dup(line);
	if (!is_ours(path)) {
		free(path);
		return false;
	}
	f = capture_add(c, path);
	f->mode = (mode_t)(bits & 0777);
	free(path);
	return get_hex(hash, f->hash);
}

static int
load_files(struct packs *p, const json_t *lists, bool contents,
    struct capture *c, struct err *err_r)
{
	struct str piece = {0};
	const json_t *one;
	int rc = 0;
	size_t i;

	json_array_foreach(lists, i, one)
	{
		uint8_t hash[CAPTURE_HASH];
		struct slice rest, line;

		str_clear(&piece);
		if (rc == -1 ||
		    !get_hex(slice_of(json_string_value(one)), hash))
			rc = -1;
		else
			rc = packs_get(p, hash, &piece, err_r);
		rest = str_slice(&piece);
		while (rc == 0 && slice_next(&rest, '\n', &line))
			if (line.len > 0 && !add_line(c, line)) {
				err_set(err_r, "its list of files is damaged");
				rc = -1;
			}
	}
	for (i = 0; i < c->n && rc == 0 && contents; i++)
		rc = packs_get(p, c->files[i].hash, &c->files[i].bytes, err_r);
	capture_sort(c);
	str_free(&piece);
	return rc;
}

int
generations_load(const char *root, uint64_t number, bool contents,
    struct generation *g_r, struct err *err_r)
{
	char *folder = folder_of(root);
	struct packs *p;
	int rc;

	*g_r = (struct generation){.number = number};
	g_r->about = read_manifest(root, number, err_r);
	if (g_r->about == NULL) {
		free(folder);
		return -1;
	}
	p = packs_open(folder);
	rc = load_files(p, json_object_get(g_r->about, "lists"), contents,
	    &g_r->files, err_r);
	packs_close(&p);
	free(folder);
	if (rc == -1) {
		err_prefix(err_r, "generation %" PRIu64, number);
		generation_free(g_r);
	}
	return rc;
}

int
generations_file(const char *root, uint64_t number, const char *path,
    struct str *to, struct err *err_r)
{
	const struct capture_file *f;
	struct generation g;
	struct packs *p;
	char *folder;
	int rc = -1;

	if (generations_load(root, number, false, &g, err_r) == -1)
		return -1;
	f = capture_find(&g.files, path);
	if (f != NULL) {
		folder = folder_of(root);
		p = packs_open(folder);
		rc = packs_get(p, f->hash, to, err_r);
		packs_close(&p);
		free(folder);
	} else {
		err_set(err_r, "%s was not there", path);
	}
	generation_free(&g);
	return rc;
}

void
generation_free(struct generation *g)
{
	json_decref(g->about);
	capture_free(&g->files);
	*g = (struct generation){0};
}

void
generations_forget(const char *root, uint64_t number)
{
	char *path = manifest_of(root, number);

	unlink(path);
	free(path);
}

/* --- sweeping ------------------------------------------------------------- */

static bool
is_saved(const json_t *about)
{
	const char *kind = json_string_value(json_object_get(about, "kind"));

	return kind != NULL && strcmp(kind, "saved") == 0;
}

struct wanted { /* hashes that manifests name, sorted */
	uint8_t (*items)[CAPTURE_HASH];
	size_t n, cap;
};

static void
want(struct wanted *w, const uint8_t *hash)
{
	ARRAY_GROW(w->items, w->n, w->cap);
	memcpy(w->items[w->n++], hash, CAPTURE_HASH);
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, CAPTURE_HASH);
}

static bool
is_wanted(const uint8_t *hash, void *arg)
{
	const struct wanted *w = arg;

	return w->n > 0 &&
	    bsearch(hash, w->items, w->n, CAPTURE_HASH, by_bytes) != NULL;
}

/* Everything that a manifest needs. False: it cannot be read. */
static bool
want_all(struct wanted *w, struct packs *p, const json_t *about)
{
	const json_t *lists = json_object_get(about, "lists"), *one;
	struct capture files = {0};
	bool good = load_files(p, lists, false, &files, NULL) == 0;
	size_t i;

	json_array_foreach(lists, i, one)
	{
		uint8_t hash[CAPTURE_HASH];

		if (get_hex(slice_of(json_string_value(one)), hash))
			want(w, hash);
	}
	for (i = 0; i < files.n; i++)
		want(w, files.files[i].hash);
	capture_free(&files);
	return good;
}

/* Which to keep of the numbers, newest first. */
static bool
is_kept(const json_t *about, uint64_t number, uint64_t current, size_t *saved,
    size_t *activated)
{
	if (number == current)
		return true;
	if (about == NULL)
		return false;
	if (is_saved(about))
		return (*saved)++ < GENERATIONS_KEEP;
	return number < current && ++*activated < GENERATIONS_KEEP;
}

void
generations_remove_halves(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *d;

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		size_t n = strlen(d->d_name);

		if (n > 4 && strcmp(d->d_name + n - 4, ".tmp") == 0)
			unlinkat(dirfd(dir), d->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
}

void
generations_sweep(const char *root, uint64_t current)
{
	struct numbers list = numbers_of(root);
	char *folder = folder_of(root);
	struct packs *p = packs_open(folder);
	size_t saved = 0, activated = 0;
	struct wanted w = {0};
	bool whole = true;

	generations_remove_halves(folder);
	for (size_t i = 0; i < list.n; i++) {
		json_t *about = read_manifest(root, list.items[i], NULL);

		if (!is_kept(about, list.items[i], current, &saved, &activated))
			generations_forget(root, list.items[i]);
		else if (about != NULL)
			whole = want_all(&w, p, about) && whole;
		json_decref(about);
	}
	if (w.n > 1)
		qsort(w.items, w.n, CAPTURE_HASH, by_bytes);
	/* With a list that cannot be read nobody knows what it needs. */
	if (whole)
		packs_sweep(p, is_wanted, &w, NULL);
	packs_close(&p);
	free(w.items);
	free(list.items);
	free(folder);
}
