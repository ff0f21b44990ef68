/* SPDX-License-Identifier: Apache-2.0
 *
 * Log lines; see log.h.
 */
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *log_name = "vedette";
static enum log_level log_max = LOG_LEVEL_INFO;
static log_sink_fn *log_sink;
static void *log_sink_arg;

void
log_set_name(const char *name)
{
	log_name = name;
}

void
log_set_level(enum log_level level)
{
	log_max = level;
}

bool
log_is_enabled(enum log_level level)
{
	return level <= log_max;
}

void
log_set_sink(log_sink_fn *sink, void *arg)
{
	log_sink = sink;
	log_sink_arg = arg;
}

int
log_open(const char *path, struct err *err_r)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);

	if (fd == -1) {
		err_set(err_r, "log file %s: %s", path, strerror(errno));
		return -1;
	}
	if (dup2(fd, STDERR_FILENO) == -1) {
		err_set(err_r, "log file %s: %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	close(fd);
	return 0;
}

/* Appends at most `room` bytes of `s` to `to`, control characters escaped. */
static size_t
escape(char *to, size_t room, const char *s)
{
	size_t n = 0;

	for (; *s != '\0' && n + 5 < room; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '\n')
			n += (size_t)snprintf(to + n, room - n, "\\n");
		else if (c < 0x20 && c != '\t')
			n += (size_t)snprintf(to + n, room - n, "\\x%02x", c);
		else
			to[n++] = *s;
	}
	to[n] = '\0';
	return n;
}

static size_t
stamp(char *to, size_t room, enum log_level level)
{
	static const char *const words[] = {
	    "error", "warning", "info", "debug"};
	static const int priorities[] = {3, 4, 6, 7};
	struct timespec now;
	struct tm tm;
	size_t n;

	if (getenv("JOURNAL_STREAM") != NULL)
		return (size_t)snprintf(
		    to, room, "<%d>%s: ", priorities[level], log_name);
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	n = strftime(to, room, "%Y-%m-%dT%H:%M:%S", &tm);
	n +=
	    (size_t)snprintf(to + n, room - n, ".%03ld", now.tv_nsec / 1000000);
	n += strftime(to + n, room - n, "%z", &tm);
	return n +
	    (size_t)snprintf(to + n, room - n, " %s[%d] %s: ", log_name,
		(int)getpid(), words[level]);
}

static void
write_line(enum log_level level, const char *fmt, va_list ap)
{
	char text[4096], line[6144];
	size_t n;
	ssize_t unused;

	vsnprintf(text, sizeof(text), fmt, ap);
	if (log_sink != NULL) {
		escape(line, sizeof(line), text);
		log_sink(level, line, log_sink_arg);
		return;
	}
	n = stamp(line, sizeof(line), level);
	n += escape(line + n, sizeof(line) - n - 1, text);
	line[n++] = '\n';
	/* Nobody can be told when the log itself cannot be written. */
	unused = write(STDERR_FILENO, line, n);
	(void)unused;
}

void
log_write(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if (level > log_max)
		return;
	va_start(ap, fmt);
	write_line(level, fmt, ap);
	va_end(ap);
}

void
fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line(LOG_LEVEL_ERROR, fmt, ap);
	va_end(ap);
	exit(1);
}

void
panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line(LOG_LEVEL_ERROR, fmt, ap);
	va_end(ap);
	abort();
}
