/* SPDX-License-Identifier: Apache-2.0
 *
 * The verbs' help as text and as the man page vedette(1), both from the table
 * of verbs.
 */
#include "site/help.h"
#include "common/daemon.h"
#include "site/cmd.h"

#include <stdio.h>
#include <string.h>

static void
add_usage(struct str *to, const struct cmd *cmd)
{
	const char *site = "";

	if (cmd->scope == CMD_NEW_SITE)
		site = " SITE";
	else if (cmd->scope == CMD_SITE_FIRST)
		site = " [SITE]";
	else if (cmd->scope == CMD_SITE_OPTION)
		site = " [-s SITE]";
	str_addf(to, "vedette %s%s%s%s%s", cmd->name,
	    cmd->options != NULL ? " [OPTION...]" : "", site,
	    *cmd->args ? " " : "", cmd->args);
}

static void
add_option(struct str *to, const struct cmd_option *o)
{
	char left[64];

	if (o->letter != 0)
		snprintf(left, sizeof(left), "-%c, --%s%s%s", o->letter,
		    o->name, o->value ? " " : "", o->value ? o->value : "");
	else
		snprintf(left, sizeof(left), "    --%s%s%s", o->name,
		    o->value ? " " : "", o->value ? o->value : "");
	str_addf(to, "  %-26s %s\n", left, o->help);
}

void
cmd_usage(struct str *to, const struct cmd *cmd)
{
	static const struct cmd_option help = {
	    "help", 'h', NULL, "print this help"};

	str_add(to, "Usage: ");
	add_usage(to, cmd);
	str_addf(to, "\n\n%s\n", cmd->details);
	if (cmd->scope == CMD_SITE_FIRST)
		str_add(to,
		    "\nRoot names the site first; its own user need"
		    " not.\n");
	else if (cmd->scope == CMD_SITE_OPTION)
		str_add(to,
		    "\nRoot names the site with -s SITE, before or"
		    " after the verb; its own\nuser need not.\n");
	str_add(to, "\nOptions:\n");
	for (const struct cmd_option *o = cmd->options;
	     o != NULL && o->name != NULL; o++)
		add_option(to, o);
	add_option(to, &help);
}

void
cmd_overview(struct str *to)
{
	str_add(to,
	    "Usage: vedette VERB [ARGUMENT...]\n\n"
	    "A monitoring site: hosts, services, notifications,"
	    " events.\n\nVerbs:\n");
	for (size_t i = 0; cmd_table[i] != NULL; i++)
		str_addf(to, "  %-14s %s\n", cmd_table[i]->name,
		    cmd_table[i]->summary);
	str_add(to,
	    "\n\"vedette VERB --help\" explains each. Root names the"
	    " site: \"vedette start SITE\",\n\"vedette -s SITE"
	    " query\"; the site's own user need not.\n");
}

/* Text for roff: backslashes, hyphens and dots at the start of a line. */
static void
add_roff(struct str *to, const char *text)
{
	bool begins = true;

	for (; *text != '\0'; text++) {
		if (begins && (*text == '.' || *text == '\''))
			str_add(to, "\\&");
		begins = *text == '\n';
		if (*text == '\\')
			str_add(to, "\\e");
		else if (*text == '-')
			str_add(to, "\\-");
		else if (begins && text[1] == '\n')
			str_add(to, "\n.PP"), text++, str_addc(to, '\n');
		else
			str_addc(to, *text);
	}
}

static void
add_roff_option(struct str *to, const struct cmd_option *o)
{
	str_add(to, ".TP\n.B ");
	if (o->letter != 0)
		str_addf(to, "\\-%c, ", o->letter);
	str_add(to, "\\-\\-");
	add_roff(to, o->name);
	if (o->value != NULL)
		str_addf(to, " \\fI%s\\fR", o->value);
	str_addc(to, '\n');
	add_roff(to, o->help);
	str_addc(to, '\n');
}

static void
add_roff_verb(struct str *to, const struct cmd *cmd)
{
	struct str usage = {0};

	add_usage(&usage, cmd);
	str_add(to, ".SS ");
	add_roff(to, str_get(&usage));
	str_addc(to, '\n');
	add_roff(to, cmd->details);
	str_addc(to, '\n');
	for (const struct cmd_option *o = cmd->options;
	     o != NULL && o->name != NULL; o++)
		add_roff_option(to, o);
	str_free(&usage);
}

void
help_man(struct str *to)
{
	str_add(to,
	    ".\\\" Printed by \"vedette reference man\".\n"
	    ".TH VEDETTE 1 \"\" \"Vedette\" \"User Commands\"\n"
	    ".SH NAME\nvedette \\- manage monitoring sites\n"
	    ".SH SYNOPSIS\n.B vedette\n.RB [ \\-s\n.IR SITE ]\n"
	    ".I VERB\n[\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n"
	    ".SH DESCRIPTION\n"
	    "A site is one self\\-contained monitoring system with a"
	    " Unix user and a folder of\nits own below"
	    " VEDETTE_ROOT/sites.\nRoot names the site: as the first"
	    " argument of the verbs that manage it, with\n"
	    ".B \\-s\n.I SITE\nfor the others.\nThe site's own user"
	    " names none.\nErrors are printed as \\(lqvedette: what:"
	    " why (what to do)\\(rq.\n.SH VERBS\n");
	for (size_t i = 0; cmd_table[i] != NULL; i++)
		add_roff_verb(to, cmd_table[i]);
	str_add(to,
	    ".SH EXIT STATUS\n0: done; 1: not done, with a reason on"
	    " standard error.\n.B status\nand\n.B start\nhave 2 for"
	    " sites of which a part runs, and 3 for an unknown"
	    " daemon.\n.SH ENVIRONMENT\n.TP\n.B VEDETTE_ROOT\n"
	    "Where versions and sites are; /opt/vedette by default."
	    "\n.TP\n.B VEDETTE_SITE\nThe site of a user who has"
	    " several.\n.TP\n.B NO_COLOR\nNo colours on terminals.\n"
	    ".SH FILES\n.TP\n.I VEDETTE_ROOT/sites/SITE/etc/vedette/\n"
	    "The site's configuration: site.yaml and conf.d/.\n"
	    ".TP\n.I VEDETTE_ROOT/sites/SITE/var/log/\n"
	    "Logs, one file a daemon.\n");
}
