/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds and reads the files of the configuration, in a fixed order: the files
 * of a folder in byte order of name, then its subfolders. Names that begin
 * with a dot or do not end in .yaml or .yml or .json are passed over, so a
 * git repository works as it is.
 */
#include "common/file.h"
#include "common/mem.h"
#include "site/compile/model.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FOLDER_DEPTH 32

static bool
ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), e = strlen(end);

	return n > e && strcmp(name + n - e, end) == 0;
}

static bool
is_config_name(const char *name)
{
	return ends_with(name, ".yaml") || ends_with(name, ".yml") ||
	    ends_with(name, ".json");
}

static int
wanted(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int
in_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static struct source *
add_source(struct model *m, enum source_kind kind, uint32_t folder)
{
	struct source *s = xnew(struct source);

	s->kind = kind;
	s->folder = folder;
	ARRAY_GROW(m->sources, m->n_sources, m->sources_cap);
	m->sources[m->n_sources++] = s;
	return s;
}

static const struct schema *const schemas[] = {
    [SOURCE_CONF] = &keys_file,
    [SOURCE_FOLDER] = &keys_folder,
    [SOURCE_DISCOVERED] = &keys_discovered,
};

/* The schema's walk leaves the caller's own keys out. */
static void
check(struct model *m, struct source *s, json_t *root)
{
	json_t *part;

	if (!json_is_object(root) || m->also == NULL) {
		schema_check(schemas[s->kind], s->doc, s->way, root, m->m);
		s->root =
		    json_is_object(root) ? root : model_keep(m, json_object());
		return;
	}
	part = root;
	for (size_t i = 0; m->also[i] != NULL; i++)
		if (json_object_get(root, m->also[i]) != NULL && part == root)
			part = model_keep(m, json_copy(root));
	for (size_t i = 0; part != root && m->also[i] != NULL; i++)
		json_object_del(part, m->also[i]);
	schema_check(schemas[s->kind], s->doc, s->way, part, m->m);
	s->root = part;
}

/* A file to be read once all are known. */
static void
add_file(struct model *m, enum source_kind kind, const char *path,
    uint32_t folder, const char *host)
{
	struct source *s = add_source(m, kind, folder);

	s->path = xstrdup(path);
	s->host = host == NULL ? NULL : xstrdup(host);
	m->report->files++;
}

/* --- reading, in several threads ------------------------------------------ */

#define MAX_READERS     8
#define FILES_PER_BATCH 16

struct reading {
	struct source **sources;
	size_t n;
	_Atomic size_t next;
};

static void
read_as(struct source *s, bool lines, struct yaml_lines_cache *cache)
{
	s->own = lines ? yaml_read_lines(s->path, cache, &s->mistakes)
		       : yaml_read(s->path, &s->mistakes);
	s->doc = s->own;
	schema_check(
	    schemas[s->kind], s->doc, NULL, yaml_root(s->doc), &s->mistakes);
}

/* Touches nothing but the source itself. */
static void
read_source(struct source *s, struct yaml_lines_cache *cache)
{
	read_as(s, s->kind == SOURCE_DISCOVERED, cache);
	if (s->kind != SOURCE_DISCOVERED ||
	    (s->mistakes.n_mistakes == 0 && s->mistakes.n_warnings == 0))
		return;
	/* Once more, for the places of what is wrong. */
	yaml_doc_free(&s->own);
	mistakes_free(&s->mistakes);
	read_as(s, false, NULL);
}

static void *
reader(void *arg)
{
	struct reading *r = arg;
	struct yaml_lines_cache *cache = yaml_lines_cache_new();
	size_t at;

	while ((at = atomic_fetch_add(&r->next, FILES_PER_BATCH)) < r->n) {
		for (size_t i = at; i < at + FILES_PER_BATCH && i < r->n; i++)
			read_source(r->sources[i], cache);
	}
	yaml_lines_cache_free(&cache);
	return NULL;
}

static size_t
n_readers(size_t files)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t most = files / (2 * FILES_PER_BATCH) + 1;
	size_t n = cores < 1 ? 1 : (size_t)cores;

	n = n > MAX_READERS ? MAX_READERS : n;
	return n > most ? most : n;
}

/* Mistakes and roots end up as if read one after the other. */
static void
read_all(struct model *m)
{
	struct reading r = {.sources = m->sources, .n = m->n_sources};
	pthread_t threads[MAX_READERS];
	size_t started = 0, wanted = n_readers(r.n) - 1;

	while (started < wanted &&
	    pthread_create(&threads[started], NULL, reader, &r) == 0)
		started++;
	reader(&r);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < m->n_sources; i++) {
		struct source *s = m->sources[i];
		json_t *root = yaml_root(s->doc);

		mistakes_move(m->m, &s->mistakes);
		s->root =
		    json_is_object(root) ? root : model_keep(m, json_object());
	}
}

/* --- finding -------------------------------------------------------------- */

static bool
is_folder_file(const char *name)
{
	return strcmp(name, "_folder.yaml") == 0;
}

static int read_folder(struct model *m, const char *path, const char *folder,
    unsigned depth, struct err *err_r);

static int
read_subfolder(struct model *m, const char *path, const char *folder,
    const char *name, unsigned depth, struct err *err_r)
{
	char *sub_path = xasprintf("%s/%s", path, name);
	char *sub =
	    xasprintf("%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name);
	struct stat st;
	int rc = 0;

	if (stat(sub_path, &st) == 0 && S_ISDIR(st.st_mode))
		rc = read_folder(m, sub_path, sub, depth + 1, err_r);
	free(sub_path);
	free(sub);
	return rc;
}

static int
read_folder(struct model *m, const char *path, const char *folder,
    unsigned depth, struct err *err_r)
{
	struct dirent **names;
	uint32_t index = folder_get(m, folder);
	int n, rc = 0;

	if (depth > MAX_FOLDER_DEPTH) {
		err_set(err_r, "%s: folders are nested too deeply", path);
		return -1;
	}
	n = scandir(path, &names, wanted, in_bytes);
	if (n < 0 && errno == ENOENT && depth == 0)
		return 0;
	if (n < 0) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		return -1;
	}
	for (int i = 0; i < n; i++) {
		char *file = xasprintf("%s/%s", path, names[i]->d_name);
		struct stat st;

		if (is_config_name(names[i]->d_name) && stat(file, &st) == 0 &&
		    S_ISREG(st.st_mode))
			add_file(m,
			    is_folder_file(names[i]->d_name) ? SOURCE_FOLDER
							     : SOURCE_CONF,
			    file, index, NULL);
		free(file);
	}
	for (int i = 0; i < n && rc == 0; i++)
		rc = read_subfolder(
		    m, path, folder, names[i]->d_name, depth, err_r);
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	return rc;
}

/* The file's name is the host's, with ".yaml". */
static int
read_discovered(struct model *m, const char *path, struct err *err_r)
{
	struct dirent **names;
	int n = scandir(path, &names, wanted, in_bytes);

	if (n < 0 && errno == ENOENT)
		return 0;
	if (n < 0) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		return -1;
	}
	for (int i = 0; i < n; i++) {
		char *file = xasprintf("%s/%s", path, names[i]->d_name);
		size_t len = strlen(names[i]->d_name);

		if (ends_with(names[i]->d_name, ".yaml")) {
			char *host = xstrndup(names[i]->d_name, len - 5);

			add_file(m, SOURCE_DISCOVERED, file, 0, host);
			free(host);
		}
		free(file);
		free(names[i]);
	}
	free(names);
	return 0;
}

int
sources_read_site(struct model *m, struct err *err_r)
{
	char *conf = xasprintf("%s/etc/vedette/conf.d", m->root);
	char *found = xasprintf("%s/var/vedette/discovered", m->root);
	int rc = read_folder(m, conf, "/", 0, err_r);

	if (rc == 0)
		rc = read_discovered(m, found, err_r);
	read_all(m);
	free(conf);
	free(found);
	return rc;
}

int
sources_read_folder(struct model *m, const char *conf, struct err *err_r)
{
	int rc = read_folder(m, conf, "/", 0, err_r);

	read_all(m);
	if (rc == 0 && m->n_sources == 0) {
		err_set(err_r,
		    "%s: no configuration is there (name a site's folder, its "
		    "etc/vedette or a folder of YAML files)",
		    conf);
		rc = -1;
	}
	return rc;
}

void
sources_add_config(struct model *m, json_t *config, const struct yaml_doc *doc,
    const struct schema_way *way)
{
	struct source *s = add_source(m, SOURCE_CONF, folder_get(m, "/"));

	s->doc = doc;
	s->way = way;
	check(m, s, config);
	m->report->files++;
}

void
sources_free(struct model *m)
{
	for (size_t i = 0; i < m->n_sources; i++) {
		yaml_doc_free(&m->sources[i]->own);
		mistakes_free(&m->sources[i]->mistakes);
		free(m->sources[i]->path);
		free(m->sources[i]->host);
		free(m->sources[i]);
	}
	free(m->sources);
}
