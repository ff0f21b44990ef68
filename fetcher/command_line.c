/* SPDX-License-Identifier: Apache-2.0
 *
 * Command lines; see command_line.h.
 */
#include "fetcher/command_line.h"
#include "fetcher/child.h"

#include "common/clock.h"
#include "common/mem.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

/* --- splitting -------------------------------------------------------------
 */

struct words {
	char **list;
	size_t n, cap;
	struct str word; /* being gathered */
	bool in_word;
};

static void
end_word(struct words *w)
{
	if (!w->in_word)
		return;
	ARRAY_GROW(w->list, w->n, w->cap);
	w->list[w->n++] = str_steal(&w->word);
	w->in_word = false;
}

static void
add(struct words *w, char c)
{
	w->in_word = true;
	str_addc(&w->word, c);
}

/* What a shell gives a meaning outside of quotes. */
static bool
needs_shell(const struct words *w, char c)
{
	if (strchr("|&;<>()$`*?[\n", c) != NULL)
		return true;
	if (!w->in_word && strchr("~#", c) != NULL)
		return true;
	/* An assignment before the program, or a group or negation. */
	return w->n == 0 &&
	    (c == '=' || (!w->in_word && (c == '{' || c == '!')));
}

/*
 * Takes a quoted part; *i is at its first quote and ends at its last one.
 * False: a shell is needed, or a quote is missing (the shell has words for
 * that).
 */
static bool
take_quoted(struct words *w, struct slice line, size_t *i)
{
	char quote = line.s[(*i)++];

	w->in_word = true;
	for (; *i < line.len && line.s[*i] != quote; (*i)++) {
		char c = line.s[*i];

		if (quote == '"' && (c == '$' || c == '`'))
			return false;
		if (quote == '"' && c == '\\' && *i + 1 < line.len &&
		    strchr("\"\\$`\n", line.s[*i + 1]) != NULL)
			c = line.s[++*i];
		add(w, c);
	}
	return *i < line.len;
}

/* False: a shell is needed. */
static bool
split(struct words *w, struct slice line)
{
	if (line.len > 0 && memchr(line.s, '\0', line.len) != NULL)
		return false;
	for (size_t i = 0; i < line.len; i++) {
		char c = line.s[i];

		if (c == ' ' || c == '\t') {
			end_word(w);
		} else if (c == '\'' || c == '"') {
			if (!take_quoted(w, line, &i))
				return false;
		} else if (c == '\\') {
			if (++i == line.len || line.s[i] == '\n')
				return false;
			add(w, line.s[i]);
		} else if (needs_shell(w, c)) {
			return false;
		} else {
			add(w, c);
		}
	}
	end_word(w);
	return true;
}

/* Words that only a shell knows as a command. */
static bool
is_builtin(const char *word)
{
	static const char *const builtins[] = {".", ":", "case", "cd",
	    "command", "eval", "exec", "exit", "export", "for", "if", "set",
	    "trap", "ulimit", "umask", "unset", "until", "while"};

	for (size_t i = 0; i < ARRAY_LEN(builtins); i++)
		if (strcmp(word, builtins[i]) == 0)
			return true;
	return false;
}

char **
command_split(struct slice line)
{
	struct words w = {0};
	bool simple = split(&w, line);

	str_free(&w.word);
	ARRAY_GROW(w.list, w.n, w.cap);
	w.list[w.n] = NULL;
	if (simple && (w.n == 0 || !is_builtin(w.list[0])))
		return w.list;
	child_free_words(w.list);
	return NULL;
}

/* --- searching -------------------------------------------------------------
 */

/* Where a name without a slash is looked for; %s is the site's folder. */
static const struct place {
	const char *of_site; /* before the others, only with a site */
	const char *of_system;
	const char *words; /* of both, for a person */
} places[] = {
    [COMMAND_PLUGIN] = {"local/lib/nagios/plugins\0lib/nagios/plugins\0",
	"/usr/lib/nagios/plugins:",
	"local/lib/nagios/plugins, lib/nagios/plugins, "
	"/usr/lib/nagios/plugins"},
    [COMMAND_PROGRAM] = {"local/share/vedette/agents\0share/vedette/agents\0",
	"", "local/share/vedette/agents, share/vedette/agents"},
};

static char *
search_path(const char *root, enum command_use use)
{
	const char *path = getenv("PATH"), *folder = places[use].of_site;
	struct str all = {0};

	if (path == NULL || path[0] == '\0')
		path = "/usr/local/bin:/usr/bin:/bin";
	for (; root[0] != '\0' && *folder != '\0'; folder += strlen(folder) + 1)
		str_addf(&all, "%s/%s:", root, folder);
	str_addf(&all, "%s%s", places[use].of_system, path);
	return str_steal(&all);
}

static bool
is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/*
 * The full path, allocated, or NULL; then `*unfit_r` is the first file of that
 * name that cannot be executed, allocated, or NULL.
 */
static char *
find(const char *root, enum command_use use, const char *name, char **unfit_r)
{
	char *path = search_path(root, use), *found = NULL;
	struct slice rest = slice_of(path), dir;

	*unfit_r = NULL;
	while (found == NULL && slice_next(&rest, ':', &dir)) {
		char *candidate;

		if (dir.len == 0)
			continue; /* the current directory: never */
		candidate = xasprintf("%.*s/%s", (int)dir.len, dir.s, name);
		if (!is_file(candidate))
			free(candidate);
		else if (access(candidate, X_OK) == 0)
			found = candidate;
		else if (*unfit_r == NULL)
			*unfit_r = candidate;
		else
			free(candidate);
	}
	free(path);
	return found;
}

static void
say_missing(const char *root, enum command_use use, const char *name,
    const char *unfit, struct err *err_r)
{
	const char *words = root[0] != '\0' ? places[use].words
	    : use == COMMAND_PLUGIN         ? "/usr/lib/nagios/plugins"
					    : "";

	if (unfit != NULL)
		err_set(err_r, "%s is not executable (chmod +x)", unfit);
	else
		err_set(err_r,
		    "%s was not found in %s%sPATH (install it, or write its "
		    "whole path)",
		    name, words, words[0] == '\0' ? "" : " or ");
}

static char **
shell_argv(struct slice line)
{
	char **argv = xcalloc(4, sizeof(*argv));

	argv[0] = xstrdup("/bin/sh");
	argv[1] = xstrdup("-c");
	argv[2] = slice_dup(line);
	return argv;
}

/* Its place in the table, whatever stands there. */
static struct command_path *
place_of(struct command_paths *paths, enum command_use use, const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name != '\0'; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	return &paths->of[use][(h ^ h >> 16) % COMMAND_PATHS];
}

static char *
recall(const struct command_path *p, const char *name, int64_t now)
{
	if (p->name == NULL || now >= p->until || strcmp(p->name, name) != 0)
		return NULL;
	return xstrdup(p->path);
}

static void
remember(
    struct command_path *p, const char *name, const char *path, int64_t now)
{
	free(p->name);
	free(p->path);
	p->name = xstrdup(name);
	p->path = xstrdup(path);
	p->until = now + NS_PER_S;
}

void
command_paths_free(struct command_paths *paths)
{
	for (size_t use = 0; use < COMMAND_USES; use++)
		for (size_t i = 0; i < COMMAND_PATHS; i++) {
			free(paths->of[use][i].name);
			free(paths->of[use][i].path);
		}
	*paths = (struct command_paths){0};
}

char **
command_argv(const char *root, enum command_use use, struct slice line,
    struct err *err_r)
{
	return command_argv_soon(NULL, 0, root, use, line, err_r);
}

char **
command_argv_soon(struct command_paths *paths, int64_t now, const char *root,
    enum command_use use, struct slice line, struct err *err_r)
{
	char **argv = command_split(line), *path = NULL, *unfit = NULL;
	struct command_path *place;

	if (argv == NULL)
		return shell_argv(line);
	if (argv[0] == NULL) {
		err_set(err_r, "the command line is empty");
		child_free_words(argv);
		return NULL;
	}
	if (strchr(argv[0], '/') != NULL)
		return argv;
	place = paths == NULL ? NULL : place_of(paths, use, argv[0]);
	if (place != NULL)
		path = recall(place, argv[0], now);
	if (path == NULL) {
		path = find(root, use, argv[0], &unfit);
		if (path != NULL && place != NULL)
			remember(place, argv[0], path, now);
	}
	if (path == NULL) {
		say_missing(root, use, argv[0], unfit, err_r);
		child_free_words(argv);
		free(unfit);
		return NULL;
	}
	free(unfit);
	free(argv[0]);
	argv[0] = path;
	return argv;
}

static bool
is_inherited(const char *entry)
{
	static const char *const dropped[] = {"LC_",
	    "LANG=", "LANGUAGE=", "PATH=", "NOTIFY_SOCKET=",
	    "UV_THREADPOOL_SIZE=", "LISTEN_FDS=", "LISTEN_PID="};

	for (size_t i = 0; i < ARRAY_LEN(dropped); i++)
		if (strncmp(entry, dropped[i], strlen(dropped[i])) == 0)
			return false;
	return true;
}

char **
command_environment(const char *root, enum command_use use)
{
	char **env = NULL, *path = search_path(root, use);
	size_t n = 0, cap = 0;

	for (char **e = environ; *e != NULL; e++) {
		if (!is_inherited(*e))
			continue;
		ARRAY_GROW(env, n, cap);
		env[n++] = xstrdup(*e);
	}
	env = xreallocarray(env, n + 3, sizeof(*env));
	env[n++] = xasprintf("PATH=%s", path);
	env[n++] = xstrdup("LC_ALL=C");
	env[n] = NULL;
	free(path);
	return env;
}
