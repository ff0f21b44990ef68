/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests typed on a terminal; see query_shell.h. Each is asked by a child,
 * so that Ctrl-C ends the answer and not the program.
 */
#include "site/query_shell.h"

#include "common/file.h"
#include "common/mem.h"
#include "site/query_words.h"

#include <errno.h>
#include <histedit.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define HISTORY_LINES 1000
#define HISTORY_BYTES (4u << 20)
#define OFFERED_MAX   200u /* words that are listed */

struct shell {
	EditLine *el;
	History *history;
	const char *history_path;
	char *prompt, *more; /* of the first line, and of the others */
	struct str request;  /* whole lines */
	bool interrupted;    /* by Ctrl-C */
	query_shell_ask *ask;
	void *arg;
};

static struct shell *
shell_of(EditLine *el)
{
	struct shell *s = NULL;

	el_get(el, EL_CLIENTDATA, &s);
	return s;
}

static char *
prompt(EditLine *el)
{
	const struct shell *s = shell_of(el);

	return s->request.len == 0 ? s->prompt : s->more;
}

/* --- keys ----------------------------------------------------------------- */

static unsigned char
key_interrupt(EditLine *el, int c)
{
	(void)c;
	shell_of(el)->interrupted = true;
	return CC_EOF;
}

/* Ctrl-D: the end on an empty line, else what it does in a shell. */
static unsigned char
key_end(EditLine *el, int c)
{
	const LineInfo *li = el_line(el);

	(void)c;
	if (li->lastchar == li->buffer)
		return CC_EOF;
	if (li->cursor == li->lastchar)
		return CC_ERROR;
	el_cursor(el, 1);
	el_deletestr(el, 1);
	return CC_REFRESH;
}

static void
list_words(const struct query_words *w)
{
	struct winsize size = {0};
	size_t width = 1, columns, rows;
	size_t n = w->n < OFFERED_MAX ? w->n : OFFERED_MAX;

	for (size_t i = 0; i < n; i++)
		if (strlen(w->v[i]) + 2 > width)
			width = strlen(w->v[i]) + 2;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == -1 || size.ws_col == 0)
		size.ws_col = 80;
	columns = size.ws_col / width > 0 ? size.ws_col / width : 1;
	rows = (n + columns - 1) / columns;
	printf("\n");
	for (size_t r = 0; r < rows; r++) {
		for (size_t i = r; i < n; i += rows)
			printf("%-*s", i + rows < n ? (int)width : 0, w->v[i]);
		printf("\n");
	}
	if (n < w->n)
		printf("... and %zu more\n", w->n - n);
	fflush(stdout);
}

static unsigned char
key_complete(EditLine *el, int c)
{
	const struct shell *s = shell_of(el);
	const LineInfo *li = el_line(el);
	unsigned char done = CC_ERROR;
	struct query_words w;
	size_t common;

	(void)c;
	query_words(str_slice(&s->request),
	    (struct slice){li->buffer, (size_t)(li->cursor - li->buffer)}, &w);
	common = query_words_common(&w);
	if (w.n == 1) {
		char *rest = xasprintf("%s%s", w.v[0] + w.typed, w.end);

		done = *rest == '\0' || el_insertstr(el, rest) == 0 ? CC_REFRESH
								    : CC_ERROR;
		free(rest);
	} else if (common > w.typed) {
		w.v[0][common] = '\0';
		if (el_insertstr(el, w.v[0] + w.typed) == 0)
			done = CC_REFRESH;
	} else if (w.n > 1) {
		list_words(&w);
		done = CC_REDISPLAY;
	}
	query_words_free(&w);
	return done;
}

/* --- history -------------------------------------------------------------- */

static void
load_history(struct shell *s)
{
	struct str text = {0};
	struct slice rest, line;
	struct err err;
	HistEvent ev;

	if (s->history_path == NULL || !file_exists(s->history_path))
		return;
	if (file_read(s->history_path, HISTORY_BYTES, &text, &err) == -1)
		fprintf(stderr, "vedette: query: %s (no history)\n", err.text);
	rest = str_slice(&text);
	while (slice_next(&rest, '\n', &line)) {
		char *copy = slice_dup(line);

		if (*copy != '\0')
			history(s->history, &ev, H_ENTER, copy);
		free(copy);
	}
	str_free(&text);
}

static void
save_history(const struct shell *s)
{
	struct str text = {0};
	struct err err;
	HistEvent ev;
	int rc;

	if (s->history_path == NULL)
		return;
	for (rc = history(s->history, &ev, H_LAST); rc != -1;
	     rc = history(s->history, &ev, H_PREV))
		str_addf(&text, "%.*s\n", (int)strcspn(ev.str, "\n"), ev.str);
	if (file_write(s->history_path, str_slice(&text), 0600, &err) == -1)
		fprintf(stderr, "vedette: query: %s\n", err.text);
	str_free(&text);
}

/* --- requests ------------------------------------------------------------- */

static void
ask(struct shell *s)
{
	int status = 0;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		struct sigaction end = {.sa_handler = SIG_DFL};

		sigaction(SIGINT, &end, NULL);
		status = s->ask(s->arg, str_slice(&s->request));
		fflush(NULL);
		_exit(status);
	}
	if (child == -1)
		fprintf(stderr, "vedette: query: fork: %s\n", strerror(errno));
	while (
	    child != -1 && waitpid(child, &status, 0) == -1 && errno == EINTR)
		;
	if (child != -1 && WIFSIGNALED(status))
		printf("\n");
	str_clear(&s->request);
}

/* False: the end. */
static bool
take_line(struct shell *s)
{
	HistEvent ev;
	const char *line;
	int n = 0;

	s->interrupted = false;
	/* Else keys typed just behind the prompt come as a line's do. */
	el_set(s->el, EL_PREP_TERM, 1);
	line = el_gets(s->el, &n);
	if (s->interrupted) {
		printf("^C\n");
		str_clear(&s->request);
		el_reset(s->el);
		return true;
	}
	if (line == NULL || n <= 0) {
		printf("\n");
		return false;
	}
	if (line[strspn(line, " \t\r\n")] != '\0') {
		char *copy = xasprintf("%.*s", (int)strcspn(line, "\n"), line);

		history(s->history, &ev, H_ENTER, copy);
		str_addf(&s->request, "%s\n", copy);
		free(copy);
	} else if (s->request.len > 0) {
		save_history(s);
		ask(s);
	}
	return true;
}

static int
set_up(struct shell *s, struct err *err_r)
{
	HistEvent ev;

	s->el = el_init("vedette", stdin, stdout, stderr);
	s->history = history_init();
	if (s->el == NULL || s->history == NULL) {
		err_set(err_r, "the terminal cannot be set up");
		return -1;
	}
	history(s->history, &ev, H_SETSIZE, HISTORY_LINES);
	history(s->history, &ev, H_SETUNIQUE, 1);
	load_history(s);
	el_set(s->el, EL_CLIENTDATA, s);
	el_set(s->el, EL_PROMPT, prompt);
	el_set(s->el, EL_EDITOR, "emacs");
	el_set(s->el, EL_SIGNAL, 0);
	el_set(s->el, EL_HIST, history, s->history);
	el_set(s->el, EL_ADDFN, "query-complete", "complete", key_complete);
	el_set(s->el, EL_ADDFN, "query-end", "end", key_end);
	el_set(s->el, EL_ADDFN, "query-leave", "leave", key_interrupt);
	el_set(s->el, EL_BIND, "^I", "query-complete", NULL);
	el_set(s->el, EL_BIND, "^D", "query-end", NULL);
	el_set(s->el, EL_BIND, "^C", "query-leave", NULL);
	el_set(s->el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	/* While a line is edited Ctrl-C is a key as any other. */
	el_set(s->el, EL_SETTY, "-d", "-isig", NULL);
	return 0;
}

int
query_shell(const char *name, const char *history_path, query_shell_ask *fn,
    void *arg, struct err *err_r)
{
	struct shell s = {.history_path = history_path, .ask = fn, .arg = arg};
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	int rc;

	/* Between two lines the terminal may make a signal of Ctrl-C. */
	sigaction(SIGINT, &ignore, &before);
	s.prompt = xasprintf("%s> ", name);
	s.more = xasprintf("%*s> ", (int)strlen(name), "");
	rc = set_up(&s, err_r);
	if (rc == 0) {
		printf("A request ends with an empty line. Tab completes, "
		       "Ctrl-C leaves a request, Ctrl-D ends.\n");
		while (take_line(&s))
			;
		save_history(&s);
	}
	if (s.history != NULL)
		history_end(s.history);
	if (s.el != NULL)
		el_end(s.el);
	sigaction(SIGINT, &before, NULL);
	str_free(&s.request);
	free(s.prompt);
	free(s.more);
	return rc;
}
