/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: Debian's snmpd on loopback, read by all versions and levels, with
 * wrong credentials, and a device that is not there.
 */
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

static char dir[] = "/tmp/test-snmp-XXXXXX";
static pid_t daemon_pid;
static int port;

static const char config[] =
    "rocommunity public 127.0.0.1\n"
    "sysName snmp-test\nsysLocation rack 7\nsysContact noc\n"
    "createUser plain\nrouser plain noauth\n"
    "createUser md5des MD5 \"password-one\" DES \"password-two\"\n"
    "createUser shaaes SHA \"password-one\" AES \"password-two\"\n"
    "createUser sha256aes256 SHA-256 \"password-one\" AES-256 "
    "\"password-two\"\n"
    "createUser sha512aes192 SHA-512 \"password-one\" AES-192 "
    "\"password-two\"\n"
    "createUser sha224 SHA-224 \"password-one\"\n"
    "createUser sha384 SHA-384 \"password-one\"\n"
    "rouser md5des priv\nrouser shaaes priv\nrouser sha256aes256 priv\n"
    "rouser sha512aes192 priv\nrouser sha224 auth\nrouser sha384 auth\n";

static int
free_port(void)
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
static void
await(const char *log)
{
	for (int i = 0; i < 600; i++) {
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

static int
start_daemon(void **state)
{
	char conf[96], log[96], at[64], option[128];

	(void)state;
	if (access("/usr/sbin/snmpd", X_OK) != 0)
		return 0;
	assert_non_null(mkdtemp(dir));
	snprintf(conf, sizeof(conf), "%s/snmpd.conf", dir);
	snprintf(log, sizeof(log), "%s/log", dir);
	FILE *f = fopen(conf, "w");
	assert_non_null(f);
	fputs(config, f);
	fclose(f);
	port = free_port();
	snprintf(at, sizeof(at), "udp:127.0.0.1:%d", port);
	snprintf(option, sizeof(option), "-Lf%s", log);
	daemon_pid = fork();
	if (daemon_pid == 0) {
		setenv("SNMP_PERSISTENT_DIR", dir, 1);
		setenv("MIBS", "", 1);
		execl("/usr/sbin/snmpd", "snmpd", "-f", "-C", "-c", conf,
		    option, "-I", "-smux", at, (char *)NULL);
		_exit(127);
	}
	await(log);
	return 0;
}

static int
stop_daemon(void **state)
{
	char *line = xasprintf("rm -rf %s", dir);

	(void)state;
	if (daemon_pid > 0) {
		kill(daemon_pid, SIGKILL);
		waitpid(daemon_pid, NULL, 0);
		assert_int_equal(system(line), 0);
	}
	free(line);
	return 0;
}

#define V3(user, auth, one, priv, two)                                         \
	"'version': '3', 'user': '" user "', 'auth': ['" auth "', '" one       \
	"'], 'priv': ['" priv "', '" two "']"

struct run {
	uv_loop_t loop;
	struct runner *runner;
	struct str output, failure;
	int left;
};

static void
done(struct fetch *f, void *arg)
{
	struct run *r = arg;

	if (fetch_failure(f) != NULL)
		str_add(&r->failure, fetch_failure(f));
	str_addslice(&r->output, fetch_output(f));
	r->left--;
}

static void
read_device(struct run *r, const char *snmp, int at, uint32_t timeout_ms)
{
	char *options = xasprintf("{%s, 'port': %d}", snmp, at);

	for (char *c = options; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	struct msg_job job = {.kind = MSG_JOB_SNMP,
	    .host = SLICE("h"),
	    .address = SLICE("127.0.0.1"),
	    .timeout_ms = timeout_ms,
	    .snmp = slice_of(options)};

	*r = (struct run){.left = 1};
	uv_loop_init(&r->loop);
	r->runner = runner_new(&r->loop, "");
	runner_start(r->runner, &job, done, r);
	while (r->left > 0)
		uv_run(&r->loop, UV_RUN_ONCE);
	runner_close(r->runner);
	while (uv_loop_close(&r->loop) != 0)
		uv_run(&r->loop, UV_RUN_NOWAIT);
	runner_free(&r->runner);
	free(options);
}

static void
assert_has(const struct str *text, const char *part)
{
	if (strstr(str_get(text), part) == NULL)
		print_error("without \"%s\": %s\n", part, str_get(text));
	assert_non_null(strstr(str_get(text), part));
}

static void
run_free(struct run *r)
{
	str_free(&r->output);
	str_free(&r->failure);
}

static void
test_good(void **state)
{
	static const char *const ways[] = {"'version': '1'",
	    "'version': '2c', 'community': 'public'",
	    "'version': '2c', 'bulk': false",
	    "'version': '2c', 'bulk_size': 50",
	    "'version': '3', 'user': 'plain'",
	    "'version': '3', 'user': 'sha224', 'auth': ['sha224', "
	    "'password-one']",
	    "'version': '3', 'user': 'sha384', 'auth': ['SHA-384', "
	    "'password-one']",
	    V3("md5des", "md5", "password-one", "des", "password-two"),
	    V3("shaaes", "sha", "password-one", "aes", "password-two"),
	    V3("sha256aes256", "sha256", "password-one", "aes256",
		"password-two"),
	    V3("sha512aes192", "sha512", "password-one", "aes192",
		"password-two")};

	(void)state;
	if (daemon_pid == 0)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct run r;

		read_device(&r, ways[i], port, 20000);
		if (r.failure.len > 0)
			print_error("%s\n", ways[i]);
		assert_string_equal(str_get(&r.failure), "");
		assert_has(&r.output, "<<<snmp_uptime:");
		assert_has(&r.output, i == 0 ? "<<<if:" : "<<<if64:");
		assert_has(&r.output, "\tlo\t24\t");
		run_free(&r);
	}
}

static void
test_refused(void **state)
{
	static const struct {
		const char *snmp, *words;
	} rows[] = {{"'version': '2c', 'community': 'wrong', 'timeout': 0.1, "
		     "'retries': 1",
			"is the community right?"},
	    {"'version': '3', 'user': 'nobody'", "does not know the user"},
	    {V3("shaaes", "sha", "password-bad", "aes", "password-two"),
		"wrong authentication password or protocol of user shaaes"},
	    {V3("shaaes", "sha", "password-one", "aes",
		 "password-bad") ", 'timeout': 0.1, 'retries': 1",
		"privacy password"},
	    {"'version': '3', 'user': 'sha224'", "not what it is"},
	    {"'version': '3'", "version 3 needs a user"},
	    {"'version': '3', 'user': 'a', 'auth': ['rot13', 'x']",
		"none of md5, sha"}};

	(void)state;
	if (daemon_pid == 0)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct run r;

		read_device(&r, rows[i].snmp, port, 20000);
		print_message("%s\n", str_get(&r.failure));
		assert_has(&r.failure, rows[i].words);
		assert_null(strstr(str_get(&r.failure), "password-"));
		run_free(&r);
	}
}

/* Nothing listens: no answer, and the loop never waits for it. */
static void
test_silent(void **state)
{
	static const char *const ways[] = {
	    "'version': '2c', 'timeout': 0.05, 'retries': 1",
	    "'version': '3', 'user': 'u', 'timeout': 0.05, 'retries': 1",
	    /* the job's deadline comes first */
	    "'version': '3', 'user': 'u', 'timeout': 60"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct run r;

		read_device(&r, ways[i], free_port(), 300);
		assert_has(&r.failure, "No answer from 127.0.0.1:");
		run_free(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_silent),
	};
	return cmocka_run_group_tests(tests, start_daemon, stop_daemon);
}
