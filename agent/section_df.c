/* SPDX-License-Identifier: Apache-2.0
 *
 * Section df_v2: space and inodes of local filesystems, as `df -PTlk` and `df
 * -PTli` print them.
 *
 * statvfs() can hang for ever (FUSE, a dying disk), so a child asks and the
 * parent reads its rows: if none comes for a while, the child is left behind
 * and another one goes on after the mount that hung.
 */
#include "agent/agent.h"
#include "agent/text.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_MOUNTS  1024
#define MAX_HANGING 4 /* then the rest is left out */
#define PATIENCE_MS 2000

struct mount {
	char *device, *dir, *type;
};

struct answer { /* of one mount, through the pipe */
	unsigned index;
	bool ok;
	dev_t dev;
	unsigned long long size_kb, used_kb, available_kb;
	unsigned long long inodes, inodes_used, inodes_free;
};

static bool
is_wanted(const char *type)
{
	static const char others[] =
	    "nfs,nfs4,cifs,smb3,smbfs,afs,ceph,glusterfs,lustre,9p,ncpfs,"
	    "fuse.sshfs,fuse.glusterfs,fuse.s3fs,fuse.rclone,"
	    "fuse.gvfsd-fuse,fuse.portal,fuse.lxcfs,autofs,proc,sysfs,devpts,"
	    "devtmpfs,cgroup,cgroup2,mqueue,debugfs,tracefs,securityfs,pstore,"
	    "bpf,configfs,fusectl,hugetlbfs,binfmt_misc,rpc_pipefs,nsfs,"
	    "efivarfs,ramfs,selinuxfs,iso9660,udf,squashfs,mvfs,prl_fs";
	return !text_in_list(others, type);
}

/* Later mounts hide earlier ones of the same folder. */
static size_t
read_mounts(char *data, struct mount *mounts)
{
	size_t n = 0;
	char *line;
	while ((line = text_line(&data)) != NULL && n < MAX_MOUNTS) {
		struct mount m;
		m.device = text_word(&line);
		m.dir = text_word(&line);
		m.type = text_word(&line);
		if (m.type == NULL || !is_wanted(m.type))
			continue;
		text_unescape(m.dir);
		if (strpbrk(m.dir, "\n\r") != NULL)
			continue;
		size_t same = 0;
		while (same < n && strcmp(mounts[same].dir, m.dir) != 0)
			same++;
		mounts[same] = m;
		n += same == n;
	}
	return n;
}

static struct answer
ask(const struct mount *m, unsigned index)
{
	struct answer a = {.index = index};
	struct statvfs s;
	struct stat st;

	if (stat(m->dir, &st) != 0 || statvfs(m->dir, &s) != 0 ||
	    s.f_blocks == 0)
		return a;
	unsigned long long unit = s.f_frsize;
	a.ok = true;
	a.dev = st.st_dev;
	a.size_kb = s.f_blocks * unit / 1024;
	a.used_kb = (s.f_blocks - s.f_bfree) * unit / 1024;
	a.available_kb = s.f_bavail * unit / 1024;
	a.inodes = s.f_files;
	a.inodes_free = s.f_ffree;
	a.inodes_used = s.f_files - s.f_ffree;
	return a;
}

/* Reads what a child says of mounts[from...]; where to go on. */
static size_t
ask_in_child(
    const struct mount *mounts, size_t from, size_t n, struct answer *answers)
{
	int fds[2];
	if (pipe(fds) != 0)
		return n;
	pid_t pid = fork();
	if (pid < 0) {
		close(fds[0]);
		close(fds[1]);
		return n;
	}
	if (pid == 0) {
		for (size_t i = from; i < n; i++) {
			struct answer a = ask(&mounts[i], (unsigned)i);
			if (write(fds[1], &a, sizeof(a)) != sizeof(a))
				break;
		}
		_exit(0);
	}
	close(fds[1]);
	size_t next = from;
	while (next < n) {
		struct pollfd p = {.fd = fds[0], .events = POLLIN};
		struct answer a;
		if (poll(&p, 1, PATIENCE_MS) <= 0 ||
		    read(fds[0], &a, sizeof(a)) != sizeof(a))
			break;
		answers[a.index] = a;
		next = a.index + 1;
	}
	close(fds[0]);
	/* One that hangs in the kernel is reaped by whoever comes later. */
	kill(pid, SIGKILL);
	waitpid(pid, NULL, next < n ? WNOHANG : 0);
	return next;
}

/* Of several mounts of one device the shortest folder stands for all. */
static bool
is_shown(const struct mount *mounts, const struct answer *answers, size_t n,
    size_t i)
{
	if (!answers[i].ok)
		return false;
	for (size_t k = 0; k < n; k++) {
		size_t a = strlen(mounts[k].dir), b = strlen(mounts[i].dir);
		if (k != i && answers[k].ok &&
		    answers[k].dev == answers[i].dev &&
		    (a < b || (a == b && k < i)))
			return false;
	}
	return true;
}

static unsigned long long
percent(unsigned long long used, unsigned long long free_ones)
{
	unsigned long long all = used + free_ones;
	return all == 0 ? 0 : (used * 100 + all - 1) / all;
}

static void
write_rows(const struct mount *mounts, const struct answer *answers, size_t n,
    bool inodes, FILE *out)
{
	for (size_t i = 0; i < n; i++) {
		const struct answer *a = &answers[i];
		if (!is_shown(mounts, answers, n, i))
			continue;
		unsigned long long all = inodes ? a->inodes : a->size_kb;
		unsigned long long used = inodes ? a->inodes_used : a->used_kb;
		unsigned long long left =
		    inodes ? a->inodes_free : a->available_kb;
		fprintf(out, "%s %s %llu %llu %llu ", mounts[i].device,
		    mounts[i].type, all, used, left);
		if (all == 0)
			fprintf(out, "- %s\n", mounts[i].dir);
		else
			fprintf(out, "%llu%% %s\n", percent(used, left),
			    mounts[i].dir);
	}
}

void
section_df(const struct agent *agent, FILE *out)
{
	char *data = text_read(agent->proc, "mounts", NULL);
	struct mount *mounts = text_alloc(MAX_MOUNTS * sizeof(*mounts));
	struct answer *answers = text_alloc(MAX_MOUNTS * sizeof(*answers));
	size_t n = data == NULL ? 0 : read_mounts(data, mounts);
	size_t next = 0;

	for (int hanging = 0; next < n && hanging <= MAX_HANGING; hanging++) {
		next = ask_in_child(mounts, next, n, answers);
		next += next < n; /* the one that hung */
	}
	fputs("<<<df_v2>>>\n", out);
	write_rows(mounts, answers, n, false, out);
	fputs("<<<df_v2>>>\n[df_inodes_start]\n", out);
	write_rows(mounts, answers, n, true, out);
	fputs("[df_inodes_end]\n", out);
	free(answers);
	free(mounts);
	free(data);
}
