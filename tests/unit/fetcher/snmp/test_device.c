/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: Debian's snmpd on loopback, read by all versions and levels, with
 * wrong credentials, and a device that is not there.
 */
#include "snmpd.h"

static struct snmpd device;

static const char config[] =
    "rocommunity public 127.0.0.1\nrocommunity6 public ::1\n"
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
start_daemon(void **state)
{
	(void)state;
	snmpd_start(&device, config);
	return 0;
}

static int
stop_daemon(void **state)
{
	(void)state;
	snmpd_remove(&device);
	return 0;
}

#define V3(user, auth, one, priv, two)                                         \
	"'version': '3', 'user': '" user "', 'auth': ['" auth "', '" one       \
	"'], 'priv': ['" priv "', '" two "']"

static void
read_device(struct run *r, const char *snmp, int at, uint32_t timeout_ms)
{
	run_device(r, "127.0.0.1", snmp, at, timeout_ms);
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
	if (device.pid == 0)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct run r;

		read_device(&r, ways[i], device.port, 20000);
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
test_ipv6(void **state)
{
	struct run r;

	(void)state;
	if (device.pid == 0 || !snmpd_has_ipv6())
		skip();
	run_device(&r, "::1", "'version': '2c'", device.port, 20000);
	assert_string_equal(str_get(&r.failure), "");
	assert_has(&r.output, "<<<if64:");
	run_free(&r);
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
		 "password-bad") ", 'timeout': 3, 'retries': 0",
		"privacy password"},
	    {"'version': '3', 'user': 'sha224'", "not what it is"},
	    {"'version': '3'", "version 3 needs a user"},
	    {"'version': '3', 'user': 'a', 'auth': ['rot13', 'x']",
		"none of md5, sha"}};

	(void)state;
	if (device.pid == 0)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct run r;

		read_device(&r, rows[i].snmp, device.port, 20000);
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

		read_device(&r, ways[i], snmpd_free_port(), 300);
		assert_has(&r.failure, "No answer from 127.0.0.1:");
		run_free(&r);
	}
}

/* Devices that never answer wait for an hour; the others do not wait. */
static void
test_slow_delays_nobody(void **state)
{
	static const char *const silent[] = {"'version': '2c', 'timeout': 600",
	    "'version': '1', 'timeout': 600",
	    "'version': '3', 'user': 'u', 'timeout': 600",
	    V3("shaaes", "sha", "password-one", "aes",
		"password-two") ", 'timeout': 600"};
	struct run slow = {.left = ARRAY_LEN(silent)}, good = {.left = 1};
	int sink = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in in = {.sin_family = AF_INET};
	socklen_t n = sizeof(in);
	uv_loop_t loop;

	(void)state;
	if (device.pid == 0)
		skip();
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(sink, (struct sockaddr *)&in, n), 0);
	getsockname(sink, (struct sockaddr *)&in, &n);
	uv_loop_init(&loop);
	struct runner *runner = runner_new(&loop, "");
	for (size_t i = 0; i < ARRAY_LEN(silent); i++) {
		char host[] = {(char)('a' + i), '\0'};

		run_start(runner, &slow, host, "127.0.0.1", silent[i],
		    ntohs(in.sin_port), 3600000);
	}
	run_start(runner, &good, "good", "127.0.0.1", "'version': '2c'",
	    device.port, 3600000);
	while (good.left > 0)
		uv_run(&loop, UV_RUN_ONCE);
	assert_string_equal(str_get(&good.failure), "");
	assert_has(&good.output, "<<<if64:");
	assert_int_equal(slow.left, ARRAY_LEN(silent));
	runner_cancel_all(runner);
	run_close(&loop, runner);
	close(sink);
	run_free(&good);
	run_free(&slow);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good),
	    cmocka_unit_test(test_ipv6),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_silent),
	    cmocka_unit_test(test_slow_delays_nobody),
	};
	return cmocka_run_group_tests(tests, start_daemon, stop_daemon);
}
