/* SPDX-License-Identifier: Apache-2.0
 *
 * The verbs of `vedette`: one struct cmd each, in a file of its own; cmd.c
 * finds the verb, its options and its site. As root it becomes the site's
 * user first and runs the site's own version, so a verb's run() is root's
 * only where CMD_ROOT_STAYS says so.
 */
#ifndef SITE_CMD_H
#define SITE_CMD_H

#include "common/err.h"
#include "common/str.h"
#include "site/site.h"

#include <stdbool.h>
#include <stddef.h>

#define CMD_MAX_OPTIONS 16

/* Exit codes beside 0; `status` has its own. */
enum {
	CMD_FAILED = 1,
	CMD_PARTLY = 2,
	CMD_NO_SUCH_DAEMON = 3
};

enum cmd_scope {
	CMD_ANYWHERE,    /* needs no site */
	CMD_NEW_SITE,    /* the first argument names a site to be made */
	CMD_SITE_FIRST,  /* root's first argument names the site */
	CMD_SITE_OPTION, /* root says -s SITE */
	CMD_SITE_MAYBE   /* the same, but it works without a site too */
};
#define CMD_ROOT_STAYS 0x1u /* run() handles root by itself */

struct cmd_option {
	const char *name;  /* "json" is given as --json; NULL ends */
	char letter;       /* 0 for none */
	const char *value; /* name of the value in help, or NULL: a switch */
	const char *help;
};

struct cmd_call;

struct cmd {
	const char *name;
	const char *args;    /* for the line of usage, without the site */
	const char *summary; /* one line */
	const char *details; /* paragraphs for --help and the man page */
	enum cmd_scope scope;
	unsigned flags;
	int min_args, max_args; /* without the site */
	/* CMD_SITE_FIRST: first arguments that need no site; NULL-ended, or
	 * NULL for none. */
	const char *const *without_site;
	const struct cmd_option *options; /* may be NULL */
	int (*run)(const struct cmd_call *call);
};

struct cmd_call {
	const struct cmd *cmd;
	struct site *site; /* NULL where the scope has none */
	int argc;          /* arguments without the site and without options */
	char **argv;
	const char *values[CMD_MAX_OPTIONS]; /* beside cmd->options */
};

/* All verbs, ordered for help; NULL ends. */
extern const struct cmd *const cmd_table[];
const struct cmd *cmd_find(const char *name);

int cmd_main(int argc, char **argv);

/* Was the option given? Its value, or NULL. Unknown names are our mistake. */
bool cmd_flag(const struct cmd_call *call, const char *option);
const char *cmd_value(const struct cmd_call *call, const char *option);

/* Splits argv of one verb; the pure half of cmd_main(). 0 or -1. */
struct cmd_line {
	const struct cmd *cmd; /* NULL: no verb was given */
	char *site;            /* of -s, or NULL */
	bool help, version;
	const char *values[CMD_MAX_OPTIONS];
	char **args; /* positional; the caller frees the array */
	int n_args;
};
int cmd_parse(
    int argc, char **argv, struct cmd_line *line_r, struct err *err_r);

void cmd_usage(struct str *to, const struct cmd *cmd);
void cmd_overview(struct str *to);

/* Prints "vedette: WHAT: WHY" and returns CMD_FAILED. */
int cmd_fail(const char *what, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
