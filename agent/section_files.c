/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections that are files found in folders: md, lnx_thermal, job.
 */
#include "agent/agent.h"
#include "agent/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_ZONES 256
#define MAX_TRIPS 16
#define MAX_JOBS  1000  /* files of all users */
#define MAX_JOB   16384 /* bytes of one */

void
section_md(const struct agent *agent, FILE *out)
{
	char *data = text_read(agent->proc, "mdstat", NULL);
	if (data != NULL && strstr(data, "md") != NULL)
		fprintf(out, "<<<md>>>\n%s", data);
	free(data);
}

static void
write_zone(const char *dir, unsigned zone, FILE *out)
{
	char mode[64], type[128], temp[64];

	text_first_line(dir, "mode", mode, sizeof(mode));
	text_first_line(dir, "type", type, sizeof(type));
	text_first_line(dir, "temp", temp, sizeof(temp));
	if (temp[0] == '\0')
		return; /* a sensor that cannot be read just now */
	fprintf(out, "thermal_zone%u|%s|%s|%s", zone,
	    mode[0] == '\0' ? "-" : mode, type, temp);
	for (unsigned i = 0; i < MAX_TRIPS; i++) {
		char name[64];
		snprintf(name, sizeof(name), "trip_point_%u_temp", i);
		text_first_line(dir, name, temp, sizeof(temp));
		snprintf(name, sizeof(name), "trip_point_%u_type", i);
		text_first_line(dir, name, type, sizeof(type));
		if (temp[0] == '\0')
			break;
		fprintf(out, "|%s|%s", temp, type);
	}
	fputc('\n', out);
}

void
section_lnx_thermal(const struct agent *agent, FILE *out)
{
	bool any = false;
	for (unsigned i = 0; i < MAX_ZONES; i++) {
		char *dir = text_format(
		    "%s/class/thermal/thermal_zone%u", agent->sys, i);
		bool there = access(dir, F_OK) == 0;
		if (there && !any)
			fputs("<<<lnx_thermal:sep(124)>>>\n", out);
		any = any || there;
		if (there)
			write_zone(dir, i, out);
		free(dir);
		if (!there)
			break;
	}
}

/*
 * Users write into these folders, and the agent may be root: nothing but a
 * file itself is read, neither what a link points to nor a pipe.
 */
static bool
write_job(int dir, const char *name, FILE *out)
{
	char buf[MAX_JOB];
	struct stat st;
	int fd =
	    openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return false;
	ssize_t n = -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1)
		n = read(fd, buf, sizeof(buf));
	close(fd);
	if (n <= 0 || strpbrk(name, "\r\n") != NULL)
		return false;
	fprintf(out, "==> %s <==\n", name);
	/* Headers of the agent's format have no place in a job's file. */
	for (ssize_t i = 0; i < n; i++)
		fputc(buf[i] == '<' || buf[i] == '\0' ? '_' : buf[i], out);
	if (buf[n - 1] != '\n')
		fputc('\n', out);
	return true;
}

static void
write_user(int parent, const char *user, size_t *n_jobs, FILE *out)
{
	int fd = openat(
	    parent, user, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL && *n_jobs < MAX_JOBS)
		if (entry->d_name[0] != '.' &&
		    write_job(fd, entry->d_name, out))
			++*n_jobs;
	closedir(dir);
}

/* VARDIR/job/USER/JOB, written by the wrapper mk-job. */
void
section_job(const struct agent *agent, FILE *out)
{
	char *path = text_format("%s/job", agent->vardir);
	DIR *dir = opendir(path);
	struct dirent *entry;
	size_t n = 0;

	free(path);
	if (dir == NULL)
		return;
	fputs("<<<job>>>\n", out);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			write_user(dirfd(dir), entry->d_name, &n, out);
	closedir(dir);
}
