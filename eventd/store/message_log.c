/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines gathered during a turn of the loop, written at its end; see
 * message_log.h.
 */
#include "eventd/store/message_log.h"

#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define BLOCK (256 * 1024)
#define NAME  "YYYY-MM-DD.log"

struct message_log {
	char *folder;
	struct str waiting;
	uint64_t lines, lost; /* lines: those that wait */
	int fd;               /* -1: none is open */
	int64_t until_us;     /* its day ends */
	bool failing;
	struct stamp_text stamp;
	uv_prepare_t prepare;
};

static struct tm
local(int64_t us)
{
	time_t t = (time_t)(us / US_PER_S);
	struct tm tm;

	localtime_r(&t, &tm);
	return tm;
}

void
message_log_line(
    struct str *out, const struct message *m, struct stamp_text *stamp)
{
	stamp_put_bsd(out, m->time_us, stamp);
	str_addc(out, ' ');
	str_addslice(out, m->host);
	if (m->application.len > 0 || m->pid != 0) {
		str_addc(out, ' ');
		str_addslice(out, m->application);
		if (m->pid != 0) {
			str_addc(out, '[');
			str_addi(out, m->pid);
			str_addc(out, ']');
		}
		str_addc(out, ':');
	}
	str_addc(out, ' ');
	str_addslice(out, m->text);
	str_addc(out, '\n');
}

static void
failed(struct message_log *l, const char *what)
{
	if (!l->failing)
		log_error("message archive: %s: %s: %s (make room, or set "
			  "eventd.log_messages to false)",
		    l->folder, what, strerror(errno));
	l->failing = true;
	l->lost += l->lines;
	l->lines = 0;
	str_clear(&l->waiting);
}

static int
open_day(struct message_log *l, int64_t now_us)
{
	struct tm tm = local(now_us), next = tm;
	char name[sizeof(NAME)];
	struct err err;
	char *path;

	next.tm_mday++;
	next.tm_hour = next.tm_min = next.tm_sec = 0;
	next.tm_isdst = -1;
	l->until_us = (int64_t)mktime(&next) * US_PER_S;
	if (file_mkdirs(l->folder, 0750, &err) != 0) {
		errno = ENOENT;
		return -1;
	}
	strftime(name, sizeof(name), "%Y-%m-%d.log", &tm);
	path = xasprintf("%s/%s", l->folder, name);
	l->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	free(path);
	return l->fd == -1 ? -1 : 0;
}

static void
flush(struct message_log *l)
{
	struct slice rest = str_slice(&l->waiting);

	while (rest.len > 0) {
		ssize_t n = write(l->fd, rest.s, rest.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			failed(l, "writing");
			return;
		}
		rest.s += n;
		rest.len -= (size_t)n;
	}
	l->lines = 0;
	l->failing = false;
	str_clear(&l->waiting);
}

void
message_log_add(struct message_log *l, const struct message *m)
{
	if (l->fd == -1 || m->received_us >= l->until_us) {
		if (l->fd != -1) {
			flush(l);
			close(l->fd);
			l->fd = -1;
		}
		if (open_day(l, m->received_us) != 0) {
			l->lines++;
			failed(l, "opening");
			return;
		}
	}
	message_log_line(&l->waiting, m, &l->stamp);
	l->lines++;
	if (l->waiting.len > BLOCK)
		flush(l);
}

static void
on_prepare(uv_prepare_t *prepare)
{
	struct message_log *l = prepare->data;

	if (l->waiting.len > 0)
		flush(l);
}

struct message_log *
message_log_new(uv_loop_t *loop, const char *folder)
{
	struct message_log *l = xnew(struct message_log);

	l->folder = xstrdup(folder);
	l->fd = -1;
	must(uv_prepare_init(loop, &l->prepare) == 0);
	l->prepare.data = l;
	uv_prepare_start(&l->prepare, on_prepare);
	uv_unref((uv_handle_t *)&l->prepare);
	return l;
}

static void
closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
message_log_free(struct message_log **lp)
{
	struct message_log *l = *lp;

	if (l == NULL)
		return;
	if (l->fd != -1) {
		flush(l);
		close(l->fd);
	}
	str_free(&l->waiting);
	free(l->folder);
	uv_close((uv_handle_t *)&l->prepare, closed);
	*lp = NULL;
}

void
message_log_expire(struct message_log *l, int64_t before_us)
{
	struct tm tm = local(before_us);
	char least[sizeof(NAME)];
	DIR *dir = opendir(l->folder);
	struct dirent *e;

	strftime(least, sizeof(least), "%Y-%m-%d.log", &tm);
	while (dir != NULL && (e = readdir(dir)) != NULL) {
		size_t n = strlen(e->d_name);

		/* Names of that form sort by their day. */
		if (n == strlen(NAME) &&
		    strcmp(e->d_name + n - 4, ".log") == 0 &&
		    strcmp(e->d_name, least) < 0)
			unlinkat(dirfd(dir), e->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
}

uint64_t
message_log_lost(const struct message_log *l)
{
	return l->lost;
}
