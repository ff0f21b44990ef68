/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette-agent: what runs on a monitored host. It links libc alone and
 * includes nothing outside this folder. See DESIGN.
 */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include <stdbool.h>
#include <stdio.h>

#define AGENT_MAX_DIRS 4

struct agent {
	/* Each has plugins/ and local/; those that do not exist are skipped. */
	const char *libdirs[AGENT_MAX_DIRS];
	const char *confdirs[AGENT_MAX_DIRS]; /* mrpe.cfg */
	const char *spooldirs[AGENT_MAX_DIRS];
	const char *vardir;     /* cache/ is made below it */
	const char *proc, *sys; /* "/proc", "/sys"; tests have others */
	const char *only_from;  /* networks joined by commas; NULL: anyone */
	const char *listen;     /* ADDRESS:PORT; NULL: standard output */
	int plugin_timeout;     /* seconds that a plugin may take */
	int client_timeout;     /* seconds that a client may take in all */
	int max_clients;        /* at once, with --listen */
	const char *skip;       /* names of sections joined by commas */
};

/* --- section_*.c: each writes its header and its lines ----------------------
 */
typedef void agent_section_fn(const struct agent *agent, FILE *out);
agent_section_fn section_check_mk, section_df, section_mounts, section_mem,
    section_cpu, section_uptime, section_lnx_if, section_tcp_conn_stats,
    section_diskstat, section_kernel, section_systemd_units, section_ps_lnx,
    section_chrony, section_timesyncd, section_md, section_lnx_thermal,
    section_job, section_nfsmounts, section_cifsmounts;

struct agent_section {
	const char *name;
	agent_section_fn *write;
	const char *help;
};
extern const struct agent_section agent_sections[]; /* {0} ends it */

/* The whole output: sections, spool, MRPE, local checks, plugins. */
void agent_write(const struct agent *agent, FILE *out);

#endif
