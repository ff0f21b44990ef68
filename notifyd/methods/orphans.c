/* SPDX-License-Identifier: Apache-2.0
 *
 * Orphans are known by what script.c gives every script: a process group of
 * its own, the site's folder, and a delivery id in the environment.
 */
#include "notifyd/methods/orphans.h"

#include "common/file.h"
#include "common/mem.h"
#include "common/num.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ENVIRON_MAX (4u << 20)

/* One file of /proc/PID; the process may be gone, or another user's. */
static bool
read_proc(const char *pid, const char *name, struct str *text)
{
	char *path = xasprintf("/proc/%s/%s", pid, name);
	struct err err;
	bool done;

	str_clear(text);
	done = file_read(path, ENVIRON_MAX, text, &err) == 0;
	free(path);
	return done;
}

/* Leads a group, but no session: started by script.c or a shell's job. */
static bool
leads_group(const struct str *stat, int64_t pid)
{
	const char *end = strrchr(str_get(stat), ')');
	long group, session;

	return end != NULL &&
	    sscanf(end, ") %*c %*d %ld %ld", &group, &session) == 2 &&
	    group == pid && session != pid;
}

static bool
delivers(const struct str *environment)
{
	struct slice rest = str_slice(environment), entry;

	while (slice_next(&rest, '\0', &entry)) {
		if (slice_starts(entry, "NOTIFY_DELIVERY_ID="))
			return true;
	}
	return false;
}

/* In the site's folder: where every script begins. */
static bool
is_in(const char *pid, const char *folder)
{
	char *path = xasprintf("/proc/%s/cwd", pid);
	char *is = realpath(path, NULL);
	bool same = is != NULL && strcmp(is, folder) == 0;

	free(path);
	free(is);
	return same;
}

unsigned
orphans_kill(const char *root)
{
	DIR *dir = opendir("/proc");
	char *folder = realpath(root, NULL);
	struct str text = {0};
	struct dirent *d;
	unsigned n = 0;

	while (dir != NULL && folder != NULL && (d = readdir(dir)) != NULL) {
		int64_t pid;

		if (!num_range(slice_of(d->d_name), 2, INT32_MAX, &pid) ||
		    !read_proc(d->d_name, "stat", &text) ||
		    !leads_group(&text, pid) ||
		    !read_proc(d->d_name, "environ", &text) ||
		    !delivers(&text) || !is_in(d->d_name, folder))
			continue;
		if (kill(-(pid_t)pid, SIGKILL) == 0)
			n++;
	}
	if (dir != NULL)
		closedir(dir);
	str_free(&text);
	free(folder);
	return n;
}
