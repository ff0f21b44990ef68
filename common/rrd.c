/* SPDX-License-Identifier: Apache-2.0
 *
 * See rrd.h.
 */
#include "common/rrd.h"

#include "common/mem.h"
#include "common/num.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096

#define ARCHIVES(function)                                                     \
	" RRA:" function ":0.5:1:2880 RRA:" function ":0.5:5:2880"             \
	" RRA:" function ":0.5:30:4320 RRA:" function ":0.5:360:5840"
/* A value is good until 141 minutes after it: rare checks draw lines, too. */
#define SHAPE                                                                  \
	" -s 60 -O DS:value:GAUGE:8460:U:U" ARCHIVES("AVERAGE") ARCHIVES("MA"  \
									 "X")

struct rrd {
	int fd;
	size_t from, to; /* of what was read */
	char buffer[16384];
};

struct rrd *
rrd_open(const char *socket_path, struct err *err_r)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	struct timeval wait = {.tv_sec = RRD_WAIT_S};
	struct rrd *r;
	int fd;

	if (strlen(socket_path) >= sizeof(to.sun_path)) {
		err_set(err_r, "%s: the path is too long", socket_path);
		return NULL;
	}
	memcpy(to.sun_path, socket_path, strlen(socket_path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) ||
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)) == -1) {
		err_set(
		    err_r, "rrdcached: %s: %s", socket_path, strerror(errno));
		if (fd != -1)
			close(fd);
		return NULL;
	}
	r = xnew(struct rrd);
	r->fd = fd;
	return r;
}

void
rrd_close(struct rrd **rp)
{
	if (*rp == NULL)
		return;
	close((*rp)->fd);
	free(*rp);
	*rp = NULL;
}

static bool
send_all(struct rrd *r, struct slice text)
{
	while (text.len > 0) {
		ssize_t n = send(r->fd, text.s, text.len, MSG_NOSIGNAL);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text.s += n;
		text.len -= (size_t)n;
	}
	return true;
}

/* The next line, borrowed until the next call; false: the end. */
static bool
read_line(struct rrd *r, struct slice *line_r)
{
	for (;;) {
		char *at = r->buffer + r->from;
		char *end = memchr(at, '\n', r->to - r->from);
		ssize_t n;

		if (end != NULL) {
			*line_r = (struct slice){at, (size_t)(end - at)};
			r->from += line_r->len + 1;
			return true;
		}
		memmove(r->buffer, at, r->to - r->from);
		r->to -= r->from;
		r->from = 0;
		if (r->to == sizeof(r->buffer))
			return false; /* no line is so long */
		n = recv(
		    r->fd, r->buffer + r->to, sizeof(r->buffer) - r->to, 0);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		r->to += (size_t)n;
	}
}

/* "NUMBER words": how many lines follow, or less than 0: refused. */
static bool
read_status(struct rrd *r, int64_t *status_r, struct slice *words_r)
{
	struct slice line, word;

	if (!read_line(r, &line) || !slice_next(&line, ' ', &word) ||
	    !num_i64(word, status_r))
		return false;
	*words_r = line;
	return true;
}

int64_t
rrd_batch(struct rrd *r, struct slice lines, rrd_failed_fn *failed, void *arg)
{
	struct slice words, line, number;
	int64_t status, n;

	if (!send_all(r, SLICE("BATCH\n")) ||
	    !read_status(r, &status, &words) || status != 0 ||
	    !send_all(r, lines) || !send_all(r, SLICE(".\n")) ||
	    !read_status(r, &status, &words) || status < 0)
		return -1;
	for (int64_t i = 0; i < status; i++) {
		if (!read_line(r, &line) || !slice_next(&line, ' ', &number) ||
		    !num_i64(number, &n) || n < 0 || n > UINT32_MAX)
			return -1;
		failed(arg, (uint32_t)n, line);
	}
	return status;
}

int
rrd_create(struct rrd *r, struct slice path, int64_t begin)
{
	struct str text = {0};
	struct slice words;
	int64_t status;
	bool good;

	str_addf(&text, "CREATE %.*s -b %" PRId64 SHAPE "\n", (int)path.len,
	    path.s, begin);
	good = send_all(r, str_slice(&text)) &&
	    read_status(r, &status, &words) && status <= 0;
	str_free(&text);
	return !good ? -1 : status == 0;
}

static bool
keyed(struct slice line, const char *key, int64_t *value_r)
{
	struct slice word;

	return slice_next(&line, ':', &word) && slice_eqs(word, key) &&
	    num_i64(slice_trim(line), value_r);
}

/* "TIME: VALUE" */
static bool
add_value(struct slice line, struct rrd_series *s)
{
	struct slice time;
	double value;

	if (!slice_next(&line, ':', &time) || s->n >= RRD_POINTS_MAX)
		return false;
	if (!num_double(slice_trim(line), &value))
		value = NAN; /* "nan", "-nan" */
	ARRAY_GROW(s->values, s->n, s->cap);
	s->values[s->n++] = value;
	return true;
}

/* The lines of a FETCH: Start, Step, and others that need nobody. */
static bool
read_series(struct rrd *r, int64_t lines, struct rrd_series *s)
{
	struct slice line;
	int64_t value;

	for (int64_t i = 0; i < lines; i++) {
		if (!read_line(r, &line))
			return false;
		if (line.len > 0 && line.s[0] >= '0' && line.s[0] <= '9') {
			if (!add_value(line, s))
				return false;
		} else if (keyed(line, "Start", &value))
			s->start = value;
		else if (keyed(line, "Step", &value))
			s->step = value;
	}
	return s->step > 0;
}

int
rrd_fetch(struct rrd *r, const char *path, const char *function, int64_t from,
    int64_t until, struct rrd_series *s_r, struct err *err_r)
{
	struct str text = {0};
	struct slice words;
	int64_t status;
	bool good;

	str_addf(&text, "FETCH %s %s %" PRId64 " %" PRId64 "\n", path, function,
	    from, until);
	good = send_all(r, str_slice(&text)) && read_status(r, &status, &words);
	str_free(&text);
	if (!good) {
		err_set(err_r, "rrdcached does not answer");
		return -1;
	}
	if (status < 0) {
		err_set(err_r, "rrdcached: %.*s", (int)words.len, words.s);
		return strstr(err_r->text, "No such file") != NULL ? 1 : -1;
	}
	if (!read_series(r, status, s_r)) {
		err_set(err_r, "rrdcached's answer cannot be read");
		s_r->n = 0;
		return -1;
	}
	return 0;
}

int
rrd_command(struct rrd *r, const char *command, const char *path)
{
	struct str text = {0};
	struct slice words;
	int64_t status;
	bool good;

	str_addf(&text, "%s %s\n", command, path);
	good = send_all(r, str_slice(&text)) &&
	    read_status(r, &status, &words) && status <= 0;
	str_free(&text);
	return good ? 0 : -1;
}
