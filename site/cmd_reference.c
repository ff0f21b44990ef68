/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette reference: what the programs know about themselves. docs/ is made
 * from it and compared with it by a test.
 */
#include "common/config/settings_table.h"
#include "common/mem.h"
#include "common/msg.h"
#include "core/command/command.h"
#include "fetcher/checks/check.h"
#include "livestatusd/table/table.h"
#include "notifyd/methods/table.h"
#include "site/cmd.h"
#include "site/compile/compile.h"
#include "site/help.h"

#include <stdio.h>
#include <string.h>

/* For completion: verb, how it takes its site, options. */
static void
print_verbs(struct str *to)
{
	static const char *const scopes[] = {
	    [CMD_ANYWHERE] = "none",
	    [CMD_NEW_SITE] = "new",
	    [CMD_SITE_FIRST] = "first",
	    [CMD_SITE_OPTION] = "option",
	    [CMD_SITE_MAYBE] = "option",
	};

	for (size_t i = 0; cmd_table[i] != NULL; i++) {
		const struct cmd *cmd = cmd_table[i];

		str_addf(to, "%s %s", cmd->name, scopes[cmd->scope]);
		for (const struct cmd_option *o = cmd->options;
		     o != NULL && o->name != NULL; o++)
			str_addf(to, " --%s", o->name);
		str_addc(to, '\n');
	}
}

static void
print_settings(struct str *to)
{
	const struct settings_listener_entry *l;
	const struct settings_entry *e;

	str_add(to,
	    "# Settings: etc/vedette/site.yaml\n\n"
	    "Printed by `vedette reference settings`.\n\n"
	    "## Listeners\n\n"
	    "Each is `{enabled, address: [..], port}`."
	    " The site's port offset is\nadded to a default port."
	    " Loopback unless it says otherwise.\n\n"
	    "| name | on | port | what |\n|---|---|---|---|\n");
	for (size_t i = 0; (l = settings_listener_entry(i)) != NULL; i++)
		str_addf(to, "| `listen.%s` | %s | %u%s | %s |\n", l->name,
		    l->enabled ? "yes" : "no", l->port,
		    l->open ? ", all addresses" : "", l->help);
	str_add(to, "\n## Others\n\n| key | default | what |\n|---|---|---|\n");
	for (size_t i = 0; (e = settings_entry(i)) != NULL; i++)
		str_addf(
		    to, "| `%s` | `%s` | %s |\n", e->path, e->def, e->help);
}

static void
print_columns(struct str *to)
{
	struct column_ref ref;

	str_add(to,
	    "# Livestatus: tables and columns\n\n"
	    "Printed by `vedette reference columns`.\n");
	for (size_t t = 0; t < table_count; t++) {
		str_addf(to,
		    "\n## %s\n\n| column | type | meaning |\n"
		    "|---|---|---|\n",
		    table_all[t]->name);
		for (size_t i = 0; table_column(table_all[t], i, &ref); i++)
			str_addf(to, "| `%s%s` | %s | %s |\n", ref.join->prefix,
			    ref.column->name,
			    column_type_name(ref.column->type),
			    ref.column->help);
	}
}

/* The letters that name objects begin the arguments. */
static void
add_command(
    const char *name, const char *arguments, const char *help, void *arg)
{
	str_addf(arg, "| `%s` |", name);
	for (; *arguments != '\0' && strchr("hsHSCG", *arguments); arguments++)
		str_addf(arg, " %s;",
		    *arguments == 'h'       ? "host"
			: *arguments == 's' ? "service"
			: *arguments == 'C' ? "contact"
			: *arguments == 'G' ? "contact group"
			: *arguments == 'H' ? "host group"
					    : "service group");
	str_addf(arg, " | %s |\n", help);
}

static void
print_commands(struct str *to)
{
	str_add(to,
	    "# External commands\n\n"
	    "Printed by `vedette reference commands`. Sent as"
	    " `COMMAND [time] NAME;...` to the\nLivestatus socket."
	    "\n\n| command | object | further arguments, or what it is"
	    " about |\n|---|---|---|\n");
	command_list(add_command, to);
}

static void
print_parameter(struct str *to, const struct schema_key *k)
{
	struct schema plain = *k->type;
	struct str type = {0};

	plain.null_ok = false; /* said at the head: takes a key away */
	schema_expected(&plain, &type);
	str_addf(to, "| `%s` | ", k->key);
	for (const char *p = str_get(&type); *p != '\0'; p++)
		str_add(to, *p == '|' ? "\\|" : (char[]){*p, '\0'});
	str_add(to, " | ");
	if (k->def != NULL) {
		str_addc(to, '`');
		for (const char *p = k->def; *p != '\0'; p++)
			str_add(to, *p == '\n' ? "\\n" : (char[]){*p, '\0'});
		str_addc(to, '`');
	}
	str_addf(to, " | %s |\n", k->help);
	str_free(&type);
}

static void
print_methods(struct str *to)
{
	const struct method_def *def;

	str_add(to,
	    "# Methods of notification\n\n"
	    "Printed by `vedette reference methods`. Examples are in\n"
	    "[notify-methods.md](notify-methods.md). Parameters stand in a"
	    " rule, in a set that it\nnames, in `method_parameters` of a host"
	    " or service, or in\n`notifications.methods.NAME.parameters`; the"
	    " nearer wins, key by key, and `null`\ntakes a key away. Paths of"
	    " files begin at the site's folder.\n");
	for (size_t i = 0; (def = method_def_at(i)) != NULL; i++) {
		str_addf(to,
		    "\n## %s\n\nSends %s.\n\n"
		    "| parameter | type | default | what |\n|---|---|---|---|"
		    "\n",
		    def->name, def->help);
		for (const struct schema_key *k = def->parameters->keys;
		     k->key != NULL; k++)
			print_parameter(to, k);
	}
}

static const struct topic {
	const char *name, *help;
	void (*print)(struct str *to);
} topics[] = {
    {"verbs", "the verbs with their options, for completion", print_verbs},
    {"man", "the man page vedette(1)", help_man},
    {"settings", "keys of site.yaml (docs/settings.md)", print_settings},
    {"configuration", "keys of conf.d (docs/configuration.md)",
	compile_document_keys},
    {"rulesets", "rulesets of rules (docs/rulesets.md)",
	compile_document_rulesets},
    {"messages", "messages of the bus (docs/messages.md)", msg_document},
    {"checks", "checks, parameters, metrics (docs/checks.md)", checks_document},
    {"columns", "tables of Livestatus (docs/columns.md)", print_columns},
    {"commands", "external commands (docs/commands.md)", print_commands},
    {"methods", "methods of notification (docs/methods.md)", print_methods},
};

static int
run(const struct cmd_call *call)
{
	struct str text = {0};

	for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
		if (call->argc == 0)
			str_addf(&text, "%-14s %s\n", topics[i].name,
			    topics[i].help);
		else if (strcmp(topics[i].name, call->argv[0]) == 0)
			topics[i].print(&text);
	}
	if (text.len == 0)
		return cmd_fail("reference",
		    "unknown topic \"%s\" (\"vedette"
		    " reference\" lists them)",
		    call->argv[0]);
	fputs(str_get(&text), stdout);
	str_free(&text);
	return 0;
}

const struct cmd cmd_reference = {
    .name = "reference",
    .args = "[TOPIC]",
    .summary = "print a reference: settings, checks, columns, ...",
    .details = "Tables of what the programs themselves offer, as Markdown.\n"
	       "Without a topic the topics are listed.",
    .scope = CMD_ANYWHERE,
    .max_args = 1,
    .run = run,
};
