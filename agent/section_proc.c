/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections that are little more than a file of /proc: check_mk, mem, cpu,
 * uptime, kernel, tcp_conn_stats, mounts.
 */
#include "agent/agent.h"
#include "agent/text.h"
#include "version.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* NAME="value" of /etc/os-release, without quotes. */
static void
write_os_release(FILE *out)
{
	static const struct {
		const char *key, *label;
	} keys[] = {{"ID=", "OSPlatform"}, {"NAME=", "OSName"},
	    {"VERSION_ID=", "OSVersion"}};
	char *data = text_read("/etc", "os-release", NULL), *rest = data, *line;

	while ((line = text_line(&rest)) != NULL)
		for (size_t i = 0; i < 3; i++) {
			size_t n = strlen(keys[i].key);
			if (strncmp(line, keys[i].key, n) != 0)
				continue;
			char *value = line + n;
			value += strspn(value, "\"'");
			value[strcspn(value, "\"'")] = '\0';
			fprintf(out, "%s: %s\n", keys[i].label, value);
		}
	free(data);
}

void
section_check_mk(const struct agent *agent, FILE *out)
{
	struct utsname name;

	fprintf(out, "<<<check_mk>>>\nVersion: %s\nAgentOS: linux\n",
	    VEDETTE_VERSION);
	if (uname(&name) == 0)
		fprintf(out, "Hostname: %s\n", name.nodename);
	fprintf(out, "AgentDirectory: %s\n", agent->confdirs[0]);
	fprintf(out, "DataDirectory: %s\n", agent->vardir);
	fprintf(out, "SpoolDirectory: %s\n", agent->spooldirs[0]);
	fprintf(out, "PluginsDirectory: %s/plugins\n", agent->libdirs[0]);
	fprintf(out, "LocalDirectory: %s/local\n", agent->libdirs[0]);
	if (agent->only_from != NULL)
		fprintf(out, "OnlyFrom: %s\n", agent->only_from);
	fputs("OSType: linux\n", out);
	write_os_release(out);
}

void
section_mem(const struct agent *agent, FILE *out)
{
	char *data = text_read(agent->proc, "meminfo", NULL);
	if (data != NULL)
		fprintf(out, "<<<mem>>>\n%s", data);
	free(data);
}

void
section_cpu(const struct agent *agent, FILE *out)
{
	char load[128], limit[64];
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	text_first_line(agent->proc, "loadavg", load, sizeof(load));
	if (load[0] == '\0')
		return;
	text_first_line(
	    agent->proc, "sys/kernel/threads-max", limit, sizeof(limit));
	fprintf(out, "<<<cpu>>>\n%s %ld\n%s%s", load, cpus > 0 ? cpus : 1,
	    limit, limit[0] == '\0' ? "" : "\n");
}

void
section_uptime(const struct agent *agent, FILE *out)
{
	char line[128];
	text_first_line(agent->proc, "uptime", line, sizeof(line));
	fprintf(out, "<<<uptime>>>\n%s\n", line);
}

void
section_kernel(const struct agent *agent, FILE *out)
{
	static const char *const files[] = {"vmstat", "stat"};

	fprintf(out, "<<<kernel>>>\n%lld\n", (long long)time(NULL));
	for (size_t i = 0; i < 2; i++) {
		char *data = text_read(agent->proc, files[i], NULL);
		char *rest = data, *line;
		/* The counts of single interrupts fill kilobytes for nobody. */
		while ((line = text_line(&rest)) != NULL)
			if (strncmp(line, "intr ", 5) != 0)
				fprintf(out, "%s\n", line);
		free(data);
	}
}

/* Sockets by state, the third word of each line's tail: "... 0A ...". */
static void
count_states(const struct agent *agent, const char *file, unsigned counts[16])
{
	char *data = text_read(agent->proc, file, NULL), *rest = data, *line;
	text_line(&rest);
	while ((line = text_line(&rest)) != NULL) {
		char *word = NULL;
		for (int i = 0; i < 4; i++)
			word = text_word(&line);
		unsigned long state =
		    word == NULL ? 0 : strtoul(word, NULL, 16);
		if (state < 16)
			counts[state]++;
	}
	free(data);
}

void
section_tcp_conn_stats(const struct agent *agent, FILE *out)
{
	unsigned counts[16] = {0};

	count_states(agent, "net/tcp", counts);
	count_states(agent, "net/tcp6", counts);
	fputs("<<<tcp_conn_stats>>>\n", out);
	for (unsigned i = 1; i < 16; i++)
		if (counts[i] > 0)
			fprintf(out, "%02X %u\n", i, counts[i]);
}

void
section_mounts(const struct agent *agent, FILE *out)
{
	char *data = text_read(agent->proc, "mounts", NULL);
	char *rest = data, *line;

	fputs("<<<mounts>>>\n", out);
	while ((line = text_line(&rest)) != NULL)
		if (strncmp(line, "/dev/", 5) == 0)
			fprintf(out, "%s\n", line);
	free(data);
}
