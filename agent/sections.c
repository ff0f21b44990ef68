/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of sections, and the whole output in its order.
 */
#include "agent/agent.h"
#include "agent/plugins.h"
#include "agent/text.h"

#include <stdlib.h>
#include <string.h>

const struct agent_section agent_sections[] = {
    {"check_mk", section_check_mk, "the agent itself"},
    {"df", section_df, "space and inodes of local filesystems"},
    {"systemd_units", section_systemd_units, "services of systemd"},
    {"nfsmounts", section_nfsmounts, "NFS mounts, with a time limit"},
    {"cifsmounts", section_cifsmounts, "CIFS mounts, with a time limit"},
    {"mounts", section_mounts, "mount options"},
    {"ps_lnx", section_ps_lnx, "processes"},
    {"mem", section_mem, "RAM and swap"},
    {"cpu", section_cpu, "load averages, threads"},
    {"uptime", section_uptime, "time since the start"},
    {"lnx_if", section_lnx_if, "network interfaces"},
    {"tcp_conn_stats", section_tcp_conn_stats, "TCP sockets by state"},
    {"diskstat", section_diskstat, "disk I/O"},
    {"kernel", section_kernel, "counters of CPU and kernel"},
    {"md", section_md, "software RAID"},
    {"job", section_job, "jobs run under mk-job"},
    {"lnx_thermal", section_lnx_thermal, "temperatures"},
    {"chrony", section_chrony, "time kept by chrony"},
    {"timesyncd", section_timesyncd, "time kept by systemd-timesyncd"},
    {"spool", plugins_write_spool, "files of the spool folders"},
    {"mrpe", plugins_write_mrpe, "Nagios plugins of mrpe.cfg"},
    {"local", plugins_write_local, "local checks"},
    {"plugins", plugins_write_plugins, "plugins' own sections"}, {0}};

/* The environment's MK_SKIP_MEM=yes is understood as --skip mem. */
static bool
is_skipped(const struct agent *agent, const char *name)
{
	char variable[64];
	snprintf(variable, sizeof(variable), "MK_SKIP_%s", name);
	for (char *p = variable; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	const char *value = getenv(variable);
	return text_in_list(agent->skip, name) ||
	    (value != NULL && *value != '\0' && strcmp(value, "no") != 0);
}

void
agent_write(const struct agent *agent, FILE *out)
{
	for (const struct agent_section *s = agent_sections; s->name != NULL;
	     s++)
		if (!is_skipped(agent, s->name)) {
			s->write(agent, out);
			fflush(out);
		}
}
