/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections that are the words of a tool: systemd_units, ps_lnx, chrony,
 * timesyncd. A tool that is missing or does not end in time leaves its section
 * out.
 */
#include "agent/agent.h"
#include "agent/run.h"
#include "agent/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOOL_SECONDS 5

static void
run_tools(const struct agent *agent, struct run *runs, size_t n)
{
	int limit = agent->plugin_timeout < TOOL_SECONDS ? agent->plugin_timeout
							 : TOOL_SECONDS;
	for (size_t i = 0; i < n; i++)
		runs[i].shell = true;
	run_all(runs, n, limit);
}

static bool
is_good(const struct run *run)
{
	return run->code == 0 && !run->timed_out && !run->cut && run->len > 0;
}

static void
free_tools(struct run *runs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(runs[i].output);
}

/*
 * The status, which costs systemd much, is asked only of units on their way
 * from one state to another.
 */
void
section_systemd_units(const struct agent *agent, FILE *out)
{
	struct run runs[] = {
	    {.path = "systemctl list-unit-files --full --no-legend --no-pager "
		     "--type service,socket"},
	    {.path = "u=$(systemctl list-units --plain --no-legend --no-pager "
		     "--full --type service,socket "
		     "--state activating,deactivating,reloading | cut -d' ' "
		     "-f1); if [ -n \"$u\" ]; then systemctl status --no-pager "
		     "--lines 0 $u; fi; exit 0"},
	    {.path = "systemctl list-units --all --full --no-legend --no-pager "
		     "--type service,socket"},
	};

	if (access("/run/systemd/system", F_OK) != 0)
		return;
	run_tools(agent, runs, 3);
	if (is_good(&runs[0]) && is_good(&runs[2]))
		fprintf(out,
		    "<<<systemd_units>>>\n[list-unit-files]\n%s[status]\n%s"
		    "[all]\n%s",
		    runs[0].output, runs[1].code == 0 ? runs[1].output : "",
		    runs[2].output);
	free_tools(runs, 3);
}

void
section_ps_lnx(const struct agent *agent, FILE *out)
{
	struct run runs[] = {
	    {.path = "date +%s; "
		     "ps ax -ww --no-headers -o cgroup:512,user:32,vsz,rss,"
		     "cputime,etime,pid,command --columns 10000"},
	};
	char *rest;

	run_tools(agent, runs, 1);
	if (is_good(&runs[0])) {
		rest = runs[0].output;
		char *time = text_line(&rest);
		fprintf(out,
		    "<<<ps_lnx>>>\n[time]\n%s\n[processes]\n[header] CGROUP "
		    "USER VSZ RSS TIME ELAPSED PID COMMAND\n%s",
		    time, rest == NULL ? "" : rest);
	}
	free_tools(runs, 1);
}

/* Said only where chrony runs: elsewhere its complaint would be no news. */
void
section_chrony(const struct agent *agent, FILE *out)
{
	struct run runs[] = {{.path = "chronyc -n tracking 2>&1"}};

	if (access("/run/chrony/chronyd.pid", F_OK) != 0 &&
	    access("/run/chronyd.pid", F_OK) != 0)
		return;
	run_tools(agent, runs, 1);
	if (runs[0].len > 0 && runs[0].code != 127)
		fprintf(out, "<<<chrony>>>\n%s\n", runs[0].output);
	free_tools(runs, 1);
}

void
section_timesyncd(const struct agent *agent, FILE *out)
{
	static const char stamp[] = "/run/systemd/timesync/synchronized";
	struct run runs[] = {{.path = "timedatectl timesync-status"},
	    {.path = "TZ=UTC timedatectl show-timesync --property NTPMessage"}};
	struct stat st;

	if (access("/run/systemd/timesync", F_OK) != 0)
		return;
	run_tools(agent, runs, 2);
	if (is_good(&runs[0])) {
		fprintf(out, "<<<timesyncd>>>\n%s", runs[0].output);
		if (stat(stamp, &st) == 0)
			fprintf(out, "[[[%lld.%02ld]]]\n",
			    (long long)st.st_mtim.tv_sec,
			    st.st_mtim.tv_nsec / 10000000);
		if (is_good(&runs[1]))
			fprintf(out, "<<<timesyncd_ntpmessage:sep(10)>>>\n%s",
			    runs[1].output);
	}
	free_tools(runs, 2);
}
