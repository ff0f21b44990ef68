/* SPDX-License-Identifier: Apache-2.0
 *
 * Files with a passphrase; see agent_secret.h.
 */
#include "common/agent_secret.h"

#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int
read_line(int fd, const char *path, struct str *to, struct err *err_r)
{
	char buf[AGENT_SECRET_BYTES + 2];
	ssize_t n = read(fd, buf, sizeof(buf));
	const char *end;

	if (n < 0) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		return -1;
	}
	end = memchr(buf, '\n', (size_t)n);
	if (end != NULL)
		n = end - buf;
	if (n > 0 && buf[n - 1] == '\r')
		n--;
	if (n == 0 || n > AGENT_SECRET_BYTES) {
		err_set(err_r, "%s: %s", path,
		    n == 0 ? "holds no passphrase" : "its line is too long");
		n = -1;
	} else {
		str_addn(to, buf, (size_t)n);
	}
	explicit_bzero(buf, sizeof(buf));
	return n > 0 ? 0 : -1;
}

int
agent_secret_read(const char *root, const char *file, struct str *passphrase_r,
    struct err *err_r)
{
	char *path =
	    file[0] == '/' ? xstrdup(file) : xasprintf("%s/%s", root, file);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int rc = -1;

	if (fd == -1 || fstat(fd, &st) == -1)
		err_set(err_r, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		err_set(err_r, "%s: not a file", path);
	else if (st.st_mode & 077)
		err_set(err_r,
		    "%s: others may read it (chmod 600, and give it to the "
		    "site's user)",
		    path);
	else
		rc = read_line(fd, path, passphrase_r, err_r);
	if (fd != -1)
		close(fd);
	free(path);
	return rc;
}
