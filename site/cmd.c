/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds the verb, splits its options, finds the site, becomes its user.
 */
#include "site/cmd.h"

#include "common/daemon.h"
#include "common/log.h"
#include "common/mem.h"
#include "site/audit.h"
#include "site/term.h"
#include "site/user.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct cmd_option common_options[] = {
    {"site", 's', "SITE", "the site that is meant"},
    {"help", 'h', NULL, "print this help"},
    {NULL, 0, NULL, NULL},
};

const struct cmd *
cmd_find(const char *name)
{
	for (size_t i = 0; cmd_table[i] != NULL; i++)
		if (strcmp(cmd_table[i]->name, name) == 0)
			return cmd_table[i];
	return NULL;
}

static int
option_index(const struct cmd *cmd, const char *name)
{
	for (int i = 0; cmd->options != NULL && cmd->options[i].name; i++)
		if (strcmp(cmd->options[i].name, name) == 0)
			return i;
	panic("verb %s has no option %s", cmd->name, name);
}

bool
cmd_flag(const struct cmd_call *call, const char *option)
{
	return call->values[option_index(call->cmd, option)] != NULL;
}

const char *
cmd_value(const struct cmd_call *call, const char *option)
{
	return call->values[option_index(call->cmd, option)];
}

/* The table's entry for "--name", "--name=value" or one letter. */
static const struct cmd_option *
find_option(
    const struct cmd_option *table, const char *name, size_t len, char letter)
{
	for (; table != NULL && table->name != NULL; table++)
		if (letter != 0 ? table->letter == letter
				: strlen(table->name) == len &&
			    strncmp(table->name, name, len) == 0)
			return table;
	return NULL;
}

struct splitter {
	int argc, at;
	char **argv;
	struct cmd_line *line;
};

static void
store(struct cmd_line *line, const struct cmd_option *o, char *value)
{
	if (o == &common_options[0])
		line->site = value;
	else if (o == &common_options[1])
		line->help = true;
	else
		line->values[o - line->cmd->options] = value;
}

/* One word that begins with "-". `shown` is what the person wrote. */
static int
take_option(struct splitter *sp, const char *name, size_t len, char letter,
    char *value, struct err *err_r)
{
	static char given[] = "";
	struct cmd_line *line = sp->line;
	const struct cmd_option *o =
	    find_option(common_options, name, len, letter);

	if (o == NULL && line->cmd != NULL)
		o = find_option(line->cmd->options, name, len, letter);
	if (o == NULL) {
		err_set(err_r,
		    "unknown option %s%.*s (\"vedette %s --help\""
		    " lists them)",
		    letter ? "-" : "--", (int)len, name,
		    line->cmd ? line->cmd->name : "VERB");
		return -1;
	}
	if (o->value == NULL && value != NULL) {
		err_set(err_r, "--%s takes no value", o->name);
		return -1;
	}
	if (o->value != NULL && value == NULL) {
		if (sp->at + 1 >= sp->argc) {
			err_set(err_r, "--%s needs a value (%s)", o->name,
			    o->value);
			return -1;
		}
		value = sp->argv[++sp->at];
	}
	store(line, o, o->value != NULL ? value : given);
	return 0;
}

/* "-js demo", "-sdemo": letters up to one that takes a value. */
static int
take_letters(struct splitter *sp, char *word, struct err *err_r)
{
	for (char *p = word; *p != '\0'; p++) {
		const struct cmd_option *o =
		    find_option(common_options, NULL, 0, *p);
		bool takes;

		if (o == NULL && sp->line->cmd != NULL)
			o = find_option(sp->line->cmd->options, NULL, 0, *p);
		takes = o != NULL && o->value != NULL;
		if (take_option(sp, p, 1, *p,
			takes && p[1] != '\0' ? p + 1 : NULL, err_r) == -1)
			return -1;
		if (takes)
			break;
	}
	return 0;
}

static int
take_word(struct splitter *sp, char *word, struct err *err_r)
{
	struct cmd_line *line = sp->line;
	char *eq;

	if (line->cmd == NULL && strcmp(word, "--version") == 0) {
		line->version = true;
		return 0;
	}
	if (word[0] == '-' && word[1] == '-') {
		eq = strchr(word, '=');
		return take_option(sp, word + 2,
		    eq ? (size_t)(eq - word) - 2 : strlen(word + 2), 0,
		    eq ? eq + 1 : NULL, err_r);
	}
	if (word[0] == '-' && word[1] != '\0')
		return take_letters(sp, word + 1, err_r);
	if (line->cmd == NULL) {
		if ((line->cmd = cmd_find(word)) == NULL) {
			err_set(err_r,
			    "unknown verb \"%s\" (\"vedette help\""
			    " lists them)",
			    word);
			return -1;
		}
		return 0;
	}
	line->args[line->n_args++] = word;
	return 0;
}

int
cmd_parse(int argc, char **argv, struct cmd_line *line_r, struct err *err_r)
{
	struct splitter sp = {argc, 1, argv, line_r};
	bool only_words = false;

	*line_r = (struct cmd_line){0};
	line_r->args = xcalloc((size_t)argc + 1, sizeof(*line_r->args));
	for (; sp.at < argc; sp.at++) {
		char *word = argv[sp.at];

		if (only_words && line_r->cmd != NULL)
			line_r->args[line_r->n_args++] = word;
		else if (strcmp(word, "--") == 0)
			only_words = true;
		else if (take_word(&sp, word, err_r) == -1)
			return -1;
	}
	return 0;
}

int
cmd_fail(const char *what, const char *fmt, ...)
{
	struct str why = {0};
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(&why, fmt, ap);
	va_end(ap);
	fflush(stdout);
	term_clear();
	fprintf(stderr, "vedette: %s: %s\n", what, str_get(&why));
	str_free(&why);
	return CMD_FAILED;
}

/* Takes the site's name off the arguments, if it stands there. */
static struct site *
first_argument(struct cmd_line *line, struct err *err_r)
{
	struct site *s;

	if (line->n_args > 0) {
		s = site_open(line->args[0], err_r);
		if (s != NULL && (geteuid() == 0 || s->uid == geteuid())) {
			line->args++;
			line->n_args--;
			return s;
		}
		site_free(&s);
		if (geteuid() == 0)
			return NULL;
	} else if (geteuid() == 0) {
		err_set(err_r,
		    "which site? (root names it first:"
		    " \"vedette %s SITE\")",
		    line->cmd->name);
		return NULL;
	}
	return site_own(err_r);
}

/* Is there a site, where the verb can do without? */
static bool
names_site(const struct cmd_line *line)
{
	struct site *own = NULL;
	struct err err;
	bool is_own;

	for (const char *const *word = line->cmd->without_site;
	     word != NULL && *word != NULL; word++) {
		if (line->n_args > 0 && strcmp(*word, line->args[0]) == 0)
			return false;
	}
	if (line->cmd->scope != CMD_SITE_MAYBE || line->site != NULL ||
	    getenv("VEDETTE_SITE") != NULL)
		return true;
	if (geteuid() != 0)
		own = site_own(&err);
	is_own = own != NULL;
	site_free(&own);
	return is_own;
}

static struct site *
find_site(struct cmd_line *line, struct err *err_r)
{
	if (line->site != NULL)
		return site_open(line->site, err_r);
	if (line->cmd->scope == CMD_SITE_FIRST)
		return first_argument(line, err_r);
	if (geteuid() == 0 && getenv("VEDETTE_SITE") == NULL) {
		err_set(err_r,
		    "which site? (root says"
		    " \"vedette -s SITE %s\")",
		    line->cmd->name);
		return NULL;
	}
	return site_own(err_r);
}

/*
 * The site's own version does the work, as the site's user. Returns where
 * this process is both already.
 */
static int
become_site(const struct cmd *cmd, const struct site *site, char **argv,
    struct err *err_r)
{
	char self[PATH_MAX], own[PATH_MAX], *program;
	bool root = geteuid() == 0;
	ssize_t n;

	if (root && (cmd->flags & CMD_ROOT_STAYS))
		return 0;
	if (!root && site->uid != geteuid()) {
		err_set(err_r,
		    "site %s is not yours (work as its user, or as"
		    " root)",
		    site->name);
		return -1;
	}
	audit_remember();
	if (root && user_become(site, err_r) == -1)
		return -1;
	user_environment(site, root);
	program = site_path(site, "bin/vedette");
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	if (realpath(program, own) == NULL) {
		err_set(err_r,
		    "%s: %s (the link \"version\" of the site must"
		    " lead to an installed version)",
		    program, strerror(errno));
		free(program);
		return -1;
	}
	if (root ||
	    (strcmp(self, own) != 0 && getenv("VEDETTE_AGAIN") == NULL)) {
		setenv("VEDETTE_AGAIN", "1", 1);
		execv(own, argv);
		err_set(err_r, "%s: %s", own, strerror(errno));
		free(program);
		return -1;
	}
	unsetenv("VEDETTE_AGAIN");
	free(program);
	return 0;
}

static int
check_count(const struct cmd_line *line, struct err *err_r)
{
	const struct cmd *cmd = line->cmd;

	if (line->n_args < cmd->min_args) {
		err_set(err_r,
		    "an argument is missing"
		    " (\"vedette %s --help\")",
		    cmd->name);
		return -1;
	}
	if (cmd->max_args >= 0 && line->n_args > cmd->max_args) {
		err_set(err_r,
		    "\"%s\" is one argument too many"
		    " (\"vedette %s --help\")",
		    line->args[cmd->max_args], cmd->name);
		return -1;
	}
	return 0;
}

static int
run(struct cmd_line *line, char **argv)
{
	struct cmd_call call = {.cmd = line->cmd};
	struct err err;
	int code;

	if (line->cmd->scope >= CMD_SITE_FIRST && names_site(line)) {
		call.site = find_site(line, &err);
		if (call.site == NULL ||
		    become_site(line->cmd, call.site, argv, &err) == -1)
			return cmd_fail(line->cmd->name, "%s", err.text);
	} else if (line->cmd->scope == CMD_NEW_SITE && line->site != NULL) {
		memmove(line->args + 1, line->args,
		    (size_t)line->n_args++ * sizeof(*line->args));
		line->args[0] = line->site;
	}
	if (check_count(line, &err) == -1)
		return cmd_fail(line->cmd->name, "%s", err.text);
	memcpy(call.values, line->values, sizeof(call.values));
	call.argc = line->n_args;
	call.argv = line->args;
	code = line->cmd->run(&call);
	if (fflush(stdout) == EOF || ferror(stdout))
		code = cmd_fail(
		    line->cmd->name, "standard output: %s", strerror(errno));
	site_free(&call.site);
	return code;
}

static int
print_help(const struct cmd *cmd)
{
	struct str text = {0};

	if (cmd != NULL)
		cmd_usage(&text, cmd);
	else
		cmd_overview(&text);
	fputs(str_get(&text), stdout);
	str_free(&text);
	return 0;
}

int
cmd_main(int argc, char **argv)
{
	struct cmd_line line;
	struct err err;
	char **args;
	int code;

	log_set_name("vedette");
	log_set_level(LOG_LEVEL_WARN);
	code = cmd_parse(argc, argv, &line, &err);
	args = line.args;
	if (code == -1) {
		code = cmd_fail(
		    line.cmd ? line.cmd->name : "command line", "%s", err.text);
	} else if (line.version) {
		printf("%s\n", vedette_version());
		code = 0;
	} else if (line.help) {
		code = print_help(line.cmd);
	} else if (line.cmd == NULL) {
		print_help(NULL);
		code = CMD_FAILED;
	} else {
		code = run(&line, argv);
	}
	free(args);
	return code;
}
