/* SPDX-License-Identifier: Apache-2.0
 *
 * One line per log message, its subject first: "host web01: fetch: refused".
 * Lines go to standard error or to the file of log_open(); under systemd's
 * journal the level is given as a "<N>" prefix and the time is left out.
 * Control characters of the message are escaped, so that nothing a peer sends
 * can forge a line.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include "common/err.h"

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/* The name stands in each line; borrowed for ever. */
void log_set_name(const char *name);
void log_set_level(enum log_level level);
/*
 * Appends to the file from now on, standard error included (so that reports
 * of the runtime land there too). Calling it again reopens the file after a
 * rotation. 0 or -1; on failure the old target stays.
 */
int log_open(const char *path, struct err *err_r);

#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...)  log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
void log_write(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
bool log_is_enabled(enum log_level level);

/* Tests see each line instead of the target. NULL ends that. */
typedef void log_sink_fn(enum log_level level, const char *line, void *arg);
void log_set_sink(log_sink_fn *sink, void *arg);

/* The outside is to blame: exit code 1. */
void fatal(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));
/* We are to blame: abort. */
void panic(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));

/* An assertion that stays on. */
#define must(cond)                                                             \
	((cond) ? (void)0                                                      \
		: panic("%s:%d: %s does not hold", __FILE__, __LINE__, #cond))

#endif
