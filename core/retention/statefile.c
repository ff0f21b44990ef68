/* SPDX-License-Identifier: Apache-2.0
 *
 * State files; see statefile.h. Writing runs in a thread: no logging.
 */
#include "core/retention/statefile.h"

#include "common/file.h"
#include "common/journal.h"
#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MAGIC "VDTSTA1\n"

struct statefile {
	char *path, *tmp, *old;
	int fd;
};

static int
write_all(struct statefile *f, const void *data, size_t n, struct err *err_r)
{
	const char *p = data;

	while (n > 0) {
		ssize_t wrote = write(f->fd, p, n);

		if (wrote == -1 && errno == EINTR)
			continue;
		if (wrote <= 0) {
			err_set(err_r, "%s: %s", f->tmp, strerror(errno));
			return -1;
		}
		p += wrote;
		n -= (size_t)wrote;
	}
	return 0;
}

static void
free_file(struct statefile **file)
{
	struct statefile *f = *file;

	if (f->fd != -1)
		close(f->fd);
	free(f->path);
	free(f->tmp);
	free(f->old);
	free(f);
	*file = NULL;
}

struct statefile *
statefile_new(const char *path, struct err *err_r)
{
	struct statefile *f = xnew(struct statefile);

	f->path = xstrdup(path);
	f->tmp = xasprintf("%s.tmp", path);
	f->old = xasprintf("%s.old", path);
	f->fd = open(f->tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (f->fd == -1) {
		err_set(err_r, "%s: %s", f->tmp, strerror(errno));
		free_file(&f);
		return NULL;
	}
	if (write_all(f, MAGIC, sizeof(MAGIC) - 1, err_r) == -1)
		statefile_abort(&f);
	return f;
}

static void
put_u32(uint8_t *to, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(v >> 8 * i);
}

int
statefile_write(struct statefile *f, struct slice payload, struct err *err_r)
{
	uint8_t head[8];

	if (payload.len > JOURNAL_MAX_RECORD) {
		err_set(err_r, "%s: a payload of %zu bytes is too long", f->tmp,
		    payload.len);
		return -1;
	}
	put_u32(head, (uint32_t)payload.len);
	put_u32(head + 4, crc32c(payload.s, payload.len));
	if (write_all(f, head, sizeof(head), err_r) == -1)
		return -1;
	return write_all(f, payload.s, payload.len, err_r);
}

static int
sync_folder(const char *path)
{
	char *copy = xstrdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	free(copy);
	if (fd == -1)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

int
statefile_commit(struct statefile **file, struct err *err_r)
{
	struct statefile *f = *file;

	if (fsync(f->fd) == -1) {
		err_set(err_r, "%s: %s", f->tmp, strerror(errno));
		return -1;
	}
	/* Between the two there is only the old one, and that is good, too:
	 * the journal that goes with it is dropped later. */
	if ((rename(f->path, f->old) == -1 && errno != ENOENT) ||
	    rename(f->tmp, f->path) == -1 || sync_folder(f->path) == -1) {
		err_set(err_r, "%s: %s", f->path, strerror(errno));
		return -1;
	}
	free_file(file);
	return 0;
}

void
statefile_abort(struct statefile **file)
{
	if (*file == NULL)
		return;
	unlink((*file)->tmp);
	free_file(file);
}

static uint32_t
get_u32(const char *from)
{
	const uint8_t *p = (const uint8_t *)from;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static int
read_payloads(struct slice file, statefile_fn *fn, void *arg)
{
	size_t at = sizeof(MAGIC) - 1;

	if (file.len < at || memcmp(file.s, MAGIC, at) != 0)
		return -1;
	while (file.len - at >= 8) {
		uint32_t len = get_u32(file.s + at);
		uint32_t crc = get_u32(file.s + at + 4);
		struct slice payload = {file.s + at + 8, len};

		if (len > file.len - at - 8 || crc32c(payload.s, len) != crc)
			return -1;
		fn(payload, arg);
		at += 8 + (size_t)len;
	}
	return at == file.len ? 0 : -1;
}

int
statefile_read(const char *path, statefile_fn *fn, void *arg, struct err *err_r)
{
	struct str content = {0};
	int rc;

	if (file_read(path, (size_t)1 << 36, &content, err_r) == -1) {
		str_free(&content);
		return -1;
	}
	rc = read_payloads(str_slice(&content), fn, arg);
	if (rc == -1)
		err_set(err_r, "%s: damaged", path);
	str_free(&content);
	return rc;
}
