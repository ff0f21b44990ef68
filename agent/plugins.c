/* SPDX-License-Identifier: Apache-2.0
 *
 * What others put on the host: plugins, local checks, the spool.
 */
#include "agent/plugins.h"

#include "agent/cache.h"
#include "agent/run.h"
#include "agent/text.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_PROGRAMS 500 /* of one kind */

typedef void mark_fn(char *text, long long at, long long interval, FILE *out);

struct programs {
	struct run runs[MAX_PROGRAMS];
	size_t n;
};

void
plugins_mark_headers(char *text, long long at, long long interval, FILE *out)
{
	char *line;
	while ((line = text_line(&text)) != NULL) {
		size_t len = strlen(line);
		while (len > 0 && line[len - 1] == '\r')
			line[--len] = '\0';
		if (len > 6 && strncmp(line, "<<<", 3) == 0 && line[3] != '<' &&
		    strcmp(line + len - 3, ">>>") == 0 &&
		    strstr(line, "cached(") == NULL && line[3] != ':')
			fprintf(out, "%.*s:cached(%lld,%lld)>>>\n",
			    (int)len - 3, line, at, interval);
		else
			fprintf(out, "%s\n", line);
	}
}

void
plugins_mark_lines(char *text, long long at, long long interval, FILE *out)
{
	char *line;
	while ((line = text_line(&text)) != NULL) {
		if (line[0] == '\0')
			continue;
		if (strncmp(line, "<<<", 3) != 0 &&
		    strncmp(line, "cached(", 7) != 0)
			fprintf(out, "cached(%lld,%lld) ", at, interval);
		fprintf(out, "%s\n", line);
	}
}

/* What a program wrote, with a line end even if it forgot the last one. */
static void
write_output(const char *text, size_t len, FILE *out)
{
	fwrite(text, 1, len, out);
	if (len > 0 && text[len - 1] != '\n')
		fputc('\n', out);
}

static int
is_candidate(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return entry->d_name[0] != '.' &&
	    (len < 9 || strcmp(entry->d_name + len - 9, ".dpkg-new") != 0) &&
	    (len < 9 || strcmp(entry->d_name + len - 9, ".dpkg-old") != 0);
}

static bool
is_program(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    access(path, X_OK) == 0;
}

/* N of a folder named N, or 0. */
static int
interval_of(const char *name)
{
	char *end;
	long n = strtol(name, &end, 10);
	return *name >= '1' && *name <= '9' && *end == '\0' && n < 10000000
	    ? (int)n
	    : 0;
}

static void
write_cached_folder(const struct agent *agent, const char *dir,
    const char *kind, int interval, mark_fn *mark, FILE *out)
{
	struct dirent **names;
	int n = scandir(dir, &names, is_candidate, alphasort);
	for (int i = 0; i < n; i++) {
		char *path = text_format("%s/%s", dir, names[i]->d_name);
		long long at;
		char *text = is_program(path)
		    ? cache_get(agent, kind, path, false, interval, &at)
		    : NULL;
		if (text != NULL)
			mark(text, at, interval, out);
		free(text);
		free(path);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

/* Gathers the programs of a folder; cached ones are written at once. */
static void
look_into(const struct agent *agent, const char *dir, const char *kind,
    struct programs *programs, mark_fn *mark, FILE *out)
{
	struct dirent **names;
	int n = scandir(dir, &names, is_candidate, alphasort);
	for (int i = 0; i < n; i++) {
		char *path = text_format("%s/%s", dir, names[i]->d_name);
		int interval = interval_of(names[i]->d_name);
		free(names[i]);
		if (is_program(path) && programs->n < MAX_PROGRAMS) {
			programs->runs[programs->n++].path = path;
			continue;
		}
		if (interval > 0)
			write_cached_folder(
			    agent, path, kind, interval, mark, out);
		free(path);
	}
	if (n >= 0)
		free(names);
}

static void
write_kind(
    const struct agent *agent, const char *kind, mark_fn *mark, FILE *out)
{
	struct programs *programs = text_alloc(sizeof(*programs));

	for (size_t i = 0; i < AGENT_MAX_DIRS; i++) {
		if (agent->libdirs[i] == NULL)
			break;
		char *dir = text_format("%s/%s", agent->libdirs[i], kind);
		look_into(agent, dir, kind, programs, mark, out);
		free(dir);
	}
	run_all(programs->runs, programs->n, agent->plugin_timeout);
	for (size_t i = 0; i < programs->n; i++) {
		struct run *run = &programs->runs[i];
		/* Half an output would be half a truth. */
		if (!run->timed_out && !run->cut)
			write_output(run->output, run->len, out);
		free(run->output);
		free((char *)run->path);
	}
	free(programs);
}

void
plugins_write_local(const struct agent *agent, FILE *out)
{
	fputs("<<<local:sep(0)>>>\n", out);
	write_kind(agent, "local", plugins_mark_lines, out);
}

void
plugins_write_plugins(const struct agent *agent, FILE *out)
{
	write_kind(agent, "plugins", plugins_mark_headers, out);
}

/* Digits at the beginning of the name are the file's greatest age. */
static bool
is_fresh(const char *path, const char *name)
{
	struct stat st;
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	if (name[0] < '0' || name[0] > '9')
		return true;
	return time(NULL) - st.st_mtime <= strtol(name, NULL, 10);
}

static void
write_spool_of(const char *dir, FILE *out)
{
	struct dirent **names;
	int n = scandir(dir, &names, is_candidate, alphasort);
	for (int i = 0; i < n; i++) {
		char *path = text_format("%s/%s", dir, names[i]->d_name);
		size_t len = 0;
		char *text = is_fresh(path, names[i]->d_name)
		    ? text_read(dir, names[i]->d_name, &len)
		    : NULL;
		if (text != NULL)
			write_output(text, len, out);
		free(text);
		free(path);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

void
plugins_write_spool(const struct agent *agent, FILE *out)
{
	for (size_t i = 0; i < AGENT_MAX_DIRS; i++)
		if (agent->spooldirs[i] != NULL)
			write_spool_of(agent->spooldirs[i], out);
}
