/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of commands; see files.h.
 */
#include "core/command/files.h"

#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int
read_all(int fd, off_t size, struct str *to)
{
	char block[65536];

	while (to->len <= (size_t)size) {
		ssize_t n = read(fd, block, sizeof(block));

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? 0 : -1;
		str_addn(to, block, (size_t)n);
		if (to->len > FILES_MAX_BYTES)
			break;
	}
	return 0;
}

/* A FIFO or a device must not make us wait: O_NONBLOCK, regular files alone. */
int
files_read(const char *path, struct str *text_r, struct err *err_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int rc = -1;

	if (fd == -1 || fstat(fd, &st) == -1)
		err_set(err_r, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		err_set(err_r, "%s: not a regular file", path);
	else if (st.st_size > (off_t)FILES_MAX_BYTES)
		err_set(err_r, "%s: longer than %u MiB (split it)", path,
		    FILES_MAX_BYTES >> 20);
	else if (read_all(fd, st.st_size, text_r) == -1)
		err_set(err_r, "%s: %s", path, strerror(errno));
	else
		rc = 0;
	if (fd != -1)
		close(fd);
	return rc;
}

int
files_add(struct files *f, const char *path, bool remove, void *token,
    uint64_t id, struct err *err_r)
{
	struct file_of_commands *file;
	struct str text = {0};

	if (f->n >= FILES_MAX_OPEN) {
		err_set(err_r, "%u files of commands wait already", f->n);
		return -1;
	}
	if (files_read(path, &text, err_r) == -1) {
		str_free(&text);
		return -1;
	}
	file = xnew(struct file_of_commands);
	*file = (struct file_of_commands){.path = xstrdup(path),
	    .remove = remove,
	    .token = token,
	    .id = id,
	    .text = text};
	if (f->last == NULL)
		f->last = &f->first;
	*f->last = file;
	f->last = &file->next;
	f->n++;
	return 0;
}

bool
files_next(struct files *f, struct slice *line_r)
{
	struct file_of_commands *file = f->first;
	struct slice rest = {
	    file->text.s + file->at, file->text.len - file->at};

	if (file->text.len == 0)
		return false;
	while (slice_next(&rest, '\n', line_r)) {
		file->at = file->text.len - rest.len;
		*line_r = slice_trim(*line_r);
		if (line_r->len > 0 && line_r->s[0] != '#')
			return true;
	}
	return false;
}

void
files_drop(struct files *f)
{
	struct file_of_commands *file = f->first;

	log_info("commands of %s: %" PRIu64 " done, %" PRIu64 " refused",
	    file->path, file->done, file->refused);
	if (file->remove && unlink(file->path) == -1)
		log_warn("commands of %s: not deleted: %s", file->path,
		    strerror(errno));
	f->first = file->next;
	if (f->first == NULL)
		f->last = &f->first;
	f->n--;
	free(file->path);
	str_free(&file->text);
	free(file);
}

void
files_free(struct files *f)
{
	while (f->first != NULL) {
		f->first->remove = false; /* not all of it was done */
		files_drop(f);
	}
}
