/* SPDX-License-Identifier: Apache-2.0
 *
 * Options and environment: one table, of which --help is made.
 */
#include "agent/options.h"

#include "agent/allow.h"
#include "version.h"

#include <stdlib.h>
#include <string.h>

enum option_id {
	O_LISTEN,
	O_ONLY_FROM,
	O_LIBDIR,
	O_CONFDIR,
	O_VARDIR,
	O_TIMEOUT,
	O_CLIENT_TIMEOUT,
	O_MAX_CLIENTS,
	O_SKIP,
	O_COUNT
};

static const struct {
	const char *name, *value, *variable, *help;
} table[O_COUNT] = {
    [O_LISTEN] = {"--listen", "ADDRESS:PORT", "VEDETTE_AGENT_LISTEN",
	"answer there; else one answer on standard output"},
    [O_ONLY_FROM] = {"--only-from", "NETWORKS", "VEDETTE_AGENT_ONLY_FROM",
	"who may ask: addresses and networks, joined by commas"},
    [O_LIBDIR] = {"--libdir", "DIR", "VEDETTE_AGENT_LIBDIR",
	"plugins/ and local/ are here (/usr/lib/vedette-agent and "
	"/usr/lib/check_mk_agent)"},
    [O_CONFDIR] = {"--confdir", "DIR", "VEDETTE_AGENT_CONFDIR",
	"mrpe.cfg is here (/etc/vedette-agent and /etc/check_mk)"},
    [O_VARDIR] = {"--vardir", "DIR", "VEDETTE_AGENT_VARDIR",
	"cache/ and spool/ are here (/var/lib/vedette-agent; spool of "
	"/var/lib/check_mk_agent too)"},
    [O_TIMEOUT] = {"--timeout", "SECONDS", "VEDETTE_AGENT_TIMEOUT",
	"time limit of a plugin or local check (30)"},
    [O_CLIENT_TIMEOUT] = {"--client-timeout", "SECONDS",
	"VEDETTE_AGENT_CLIENT_TIMEOUT", "time limit of an answer (90)"},
    [O_MAX_CLIENTS] = {"--max-clients", "N", "VEDETTE_AGENT_MAX_CLIENTS",
	"answers at once with --listen (8)"},
    [O_SKIP] = {"--skip", "SECTIONS", "VEDETTE_AGENT_SKIP",
	"sections to leave out, joined by commas"},
};

static void
print_help(void)
{
	puts("vedette-agent: tells a monitoring site how this host is, in the "
	     "agent format\n\n"
	     "Usage: vedette-agent [OPTION...]\n\n"
	     "Without --listen it writes one answer to standard output, as "
	     "inetd and\nsystemd sockets (Accept=yes) want it.\n");
	for (size_t i = 0; i < O_COUNT; i++)
		printf("  %s %s\n        %s [%s]\n", table[i].name,
		    table[i].value, table[i].help, table[i].variable);
	puts("  --version\n        print the version\n"
	     "  --help\n        print this\n\nSections (--skip):");
	for (const struct agent_section *s = agent_sections; s->name != NULL;
	     s++)
		printf("  %-16s %s\n", s->name, s->help);
}

static int
complain(const char *what, const char *why)
{
	fprintf(stderr, "vedette-agent: %s: %s (see vedette-agent --help)\n",
	    what, why);
	return 2;
}

/* A number of an option, or -1 after a complaint. */
static int
number(const char *const *values, enum option_id id, int def)
{
	char *end;
	if (values[id] == NULL)
		return def;
	long n = strtol(values[id], &end, 10);
	if (*values[id] == '\0' || *end != '\0' || n < 1 || n > 86400) {
		complain(table[id].name, "expected a number from 1 to 86400");
		return -1;
	}
	return (int)n;
}

static int
read_arguments(const char **values, int argc, char **argv)
{
	for (size_t i = 0; i < O_COUNT; i++) {
		values[i] = getenv(table[i].variable);
		if (values[i] != NULL && *values[i] == '\0')
			values[i] = NULL;
	}
	for (int i = 1; i < argc; i++) {
		size_t id = 0;
		if (strcmp(argv[i], "--help") == 0) {
			print_help();
			return 0;
		}
		if (strcmp(argv[i], "--version") == 0) {
			puts("vedette-agent " VEDETTE_VERSION);
			return 0;
		}
		while (id < O_COUNT && strcmp(argv[i], table[id].name) != 0)
			id++;
		if (id == O_COUNT)
			return complain(argv[i], "unknown option");
		if (++i == argc)
			return complain(argv[i - 1], "a value is missing");
		values[id] = argv[i];
	}
	return -1;
}

static void
set_dirs(struct agent *agent, const char *const *values)
{
	static char spool[4096];

	agent->libdirs[0] = values[O_LIBDIR];
	if (agent->libdirs[0] == NULL) {
		agent->libdirs[0] = "/usr/lib/check_mk_agent";
		agent->libdirs[1] = "/usr/lib/vedette-agent";
	}
	agent->confdirs[0] = values[O_CONFDIR];
	if (agent->confdirs[0] == NULL) {
		agent->confdirs[0] = "/etc/check_mk";
		agent->confdirs[1] = "/etc/vedette-agent";
	}
	agent->vardir = values[O_VARDIR];
	if (agent->vardir == NULL) {
		agent->vardir = "/var/lib/vedette-agent";
		agent->spooldirs[1] = "/var/lib/check_mk_agent/spool";
	}
	snprintf(spool, sizeof(spool), "%s/spool", agent->vardir);
	agent->spooldirs[0] = spool;
}

int
options_read(struct agent *agent, int argc, char **argv)
{
	const char *values[O_COUNT];
	char part[64];
	int code = read_arguments(values, argc, argv);

	if (code >= 0)
		return code;
	*agent = (struct agent){.proc = "/proc", .sys = "/sys"};
	agent->listen = values[O_LISTEN];
	agent->only_from = values[O_ONLY_FROM];
	agent->skip = values[O_SKIP];
	agent->plugin_timeout = number(values, O_TIMEOUT, 30);
	agent->client_timeout = number(values, O_CLIENT_TIMEOUT, 90);
	agent->max_clients = number(values, O_MAX_CLIENTS, 8);
	if (agent->plugin_timeout < 0 || agent->client_timeout < 0 ||
	    agent->max_clients < 0)
		return 2;
	if (allow_verify(agent->only_from, part, sizeof(part)) != NULL)
		return complain(part, "neither address nor network");
	set_dirs(agent, values);
	return -1;
}

void
options_export(const struct agent *agent)
{
	setenv("MK_LIBDIR", agent->libdirs[0], 1);
	setenv("MK_CONFDIR", agent->confdirs[0], 1);
	setenv("MK_VARDIR", agent->vardir, 1);
	setenv("MK_LOGDIR", agent->vardir, 1);
	setenv("LC_ALL", "C", 1);
	if (getenv("PATH") == NULL)
		setenv("PATH",
		    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:"
		    "/bin",
		    1);
}
