/* SPDX-License-Identifier: Apache-2.0
 *
 * For the tests: Debian's snmpd on loopback, and one reading of it by the
 * runner, as a worker makes it.
 */
#ifndef TESTS_SNMPD_H
#define TESTS_SNMPD_H

#include "common/mem.h"
#include "common/msg.h"
#include "fetcher/runner.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Without IPv6 there is no ::1 to listen on. */
static inline bool
snmpd_has_ipv6(void)
{
	struct sockaddr_in6 in = {
	    .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	bool has =
	    fd != -1 && bind(fd, (struct sockaddr *)&in, sizeof(in)) == 0;

	if (fd != -1)
		close(fd);
	return has;
}

struct snmpd {
	char dir[32];
	pid_t pid; /* 0: it is not installed, or does not run */
	int port;
};

static inline int
snmpd_free_port(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	socklen_t n = sizeof(in);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, n), 0);
	getsockname(fd, (struct sockaddr *)&in, &n);
	close(fd);
	return ntohs(in.sin_port);
}

/* snmpd tells of its readiness in its log. */
static inline void
snmpd_await(const char *log)
{
	for (int i = 0; i < 1500; i++) {
		char text[4096] = "";
		FILE *f = fopen(log, "r");

		if (f != NULL) {
			size_t n = fread(text, 1, sizeof(text) - 1, f);
			text[n] = '\0';
			fclose(f);
		}
		if (strstr(text, "NET-SNMP version") != NULL)
			return;
		usleep(20000);
	}
	fail_msg("snmpd does not start");
}

/* With that configuration, on 127.0.0.0/8 and ::1; the port stays. */
static inline void
snmpd_start(struct snmpd *d, const char *config)
{
	char conf[96], log[96], at[64], at6[64], option[128];

	if (access("/usr/sbin/snmpd", X_OK) != 0)
		return;
	if (d->port == 0) {
		strcpy(d->dir, "/tmp/test-snmp-XXXXXX");
		assert_non_null(mkdtemp(d->dir));
		d->port = snmpd_free_port();
	}
	snprintf(conf, sizeof(conf), "%s/snmpd.conf", d->dir);
	snprintf(log, sizeof(log), "%s/log", d->dir);
	unlink(log);
	FILE *f = fopen(conf, "w");
	assert_non_null(f);
	fputs(config, f);
	fclose(f);
	snprintf(at, sizeof(at), "udp:127.0.0.1:%d", d->port);
	snprintf(at6, sizeof(at6), "udp6:[::1]:%d", d->port);
	snprintf(option, sizeof(option), "-Lf%s", log);
	d->pid = fork();
	if (d->pid == 0) {
		setenv("SNMP_PERSISTENT_DIR", d->dir, 1);
		setenv("SNMPCONFPATH", d->dir, 1); /* this folder alone */
		setenv("MIBS", "", 1);
		execl("/usr/sbin/snmpd", "snmpd", "-f", option, "-I", "-smux",
		    at, snmpd_has_ipv6() ? at6 : NULL, (char *)NULL);
		_exit(127);
	}
	snmpd_await(log);
}

static inline void
snmpd_stop(struct snmpd *d)
{
	if (d->pid > 0) {
		kill(d->pid, SIGKILL);
		waitpid(d->pid, NULL, 0);
	}
	d->pid = 0;
}

static inline void
snmpd_remove(struct snmpd *d)
{
	char *line = xasprintf("rm -rf %s", d->dir);

	snmpd_stop(d);
	if (d->dir[0] != '\0')
		assert_int_equal(system(line), 0);
	free(line);
}

struct run {
	struct str output, failure;
	int left;
};

static inline void
run_done(struct fetch *f, void *arg)
{
	struct run *r = arg;

	if (fetch_failure(f) != NULL)
		str_add(&r->failure, fetch_failure(f));
	str_addslice(&r->output, fetch_output(f));
	r->left--;
}

/* `snmp`: the host's key, with ' for ". */
static inline void
run_start(struct runner *runner, struct run *r, const char *host,
    const char *address, const char *snmp, int at, uint32_t timeout_ms)
{
	char *options = xasprintf("{%s, 'port': %d}", snmp, at);

	for (char *c = options; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	struct msg_job job = {.kind = MSG_JOB_SNMP,
	    .host = slice_of(host),
	    .address = slice_of(address),
	    .timeout_ms = timeout_ms,
	    .snmp = slice_of(options)};

	runner_start(runner, &job, run_done, r);
	free(options);
}

static inline void
run_close(uv_loop_t *loop, struct runner *runner)
{
	runner_close(runner);
	while (uv_loop_close(loop) != 0)
		uv_run(loop, UV_RUN_ONCE);
	runner_free(&runner);
}

static inline void
run_device(struct run *r, const char *address, const char *snmp, int at,
    uint32_t timeout_ms)
{
	struct runner *runner;
	uv_loop_t loop;

	*r = (struct run){.left = 1};
	uv_loop_init(&loop);
	runner = runner_new(&loop, "");
	run_start(runner, r, "h", address, snmp, at, timeout_ms);
	while (r->left > 0)
		uv_run(&loop, UV_RUN_ONCE);
	run_close(&loop, runner);
}

static inline void
assert_has(const struct str *text, const char *part)
{
	if (strstr(str_get(text), part) == NULL)
		print_error("without \"%s\": %s\n", part, str_get(text));
	assert_non_null(strstr(str_get(text), part));
}

static inline void
run_free(struct run *r)
{
	str_free(&r->output);
	str_free(&r->failure);
}

#endif
