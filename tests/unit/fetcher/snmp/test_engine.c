/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: what SNMPv3 remembers of a device is wrong: it was restarted, its
 * clock has gone back, it was replaced, somebody plays old answers again. All
 * by one process, as a worker lives through it.
 */
#include "fetcher/snmp/usm.h"
#include "snmpd.h"

#include <poll.h>
#include <pthread.h>

#define USER                                                                   \
	"'version': '3', 'user': 'shaaes', 'auth': ['sha', 'password-one'], "  \
	"'priv': ['aes', 'password-two'], 'timeout': 4, 'retries': 0"

static struct snmpd device, copy;

static void
start(struct snmpd *d, int boots, const char *engine)
{
	char config[512];

	snprintf(config, sizeof(config),
	    "exactEngineID %s\noldEngineID %s\nengineBoots %d\n"
	    "createUser shaaes SHA \"password-one\" AES \"password-two\"\n"
	    "rouser shaaes priv\nrocommunity public 127.0.0.1\n",
	    engine, engine, boots);
	snmpd_start(d, config);
}

static void
begin(int boots, const char *engine)
{
	start(&device, boots, engine);
}

static int
stop(void **state)
{
	(void)state;
	snmpd_remove(&copy);
	snmpd_remove(&device);
	return 0;
}

static void
assert_read(const char *what)
{
	struct run r;

	run_device(&r, "127.0.0.1", USER, device.port, 20000);
	if (r.failure.len > 0)
		print_error("%s: %s\n", what, str_get(&r.failure));
	assert_string_equal(str_get(&r.failure), "");
	assert_has(&r.output, "<<<if64:");
	run_free(&r);
}

/* Each step finds what the one before has left in the process. */
static void
test_engine_changes(void **state)
{
	static const struct {
		const char *what, *engine;
		int boots;
		bool restart;
	} steps[] = {{"first", "0x8000000001020304", 50, true},
	    {"known", "0x8000000001020304", 50, false},
	    {"restarted", "0x8000000001020304", 52, true},
	    {"boots went back", "0x8000000001020304", 3, true},
	    {"replaced", "0x80000000aabbccdd", 1, true}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (steps[i].restart) {
			snmpd_stop(&device);
			begin(steps[i].boots, steps[i].engine);
		}
		if (device.pid == 0)
			skip();
		assert_read(steps[i].what);
	}
}

static bool
has_keys(const char *auth, const char *priv)
{
	char *at = xasprintf("127.0.0.1:%d", device.port);
	char *json = xasprintf("{\"version\": \"3\", \"user\": \"shaaes\", "
			       "\"auth\": [\"sha\", \"%s\"], \"priv\": "
			       "[\"aes\", \"%s\"]}",
	    auth, priv);
	struct snmp_options o;
	struct err why;

	assert_int_equal(snmp_options_read(slice_of(json), NULL, &o, &why), 0);
	bool has = usm_has_keys(at, &o);
	snmp_options_free(&o);
	free(json);
	free(at);
	return has;
}

/* A password is made into keys once for a device, not at each check. */
static void
test_keys_are_kept(void **state)
{
	(void)state;
	if (device.pid == 0)
		skip();
	assert_true(has_keys("password-one", "password-two"));
	assert_false(has_keys("password-two", "password-two"));
	assert_false(has_keys("password-one", "password-one"));
}

/* --- replays --------------------------------------------------------------
 */

/* Passes packets on; after five answers it is always the last. With `other`
 * each second packet goes to that one, and nothing is played again. */
struct relay {
	int fd, back, other; /* other: 0 is none */
	int port;
	int stop[2];
};

static void *
relay(void *arg)
{
	struct relay *r = arg;
	struct sockaddr_in from = {0};
	socklen_t n_from = sizeof(from);
	static unsigned char answer[65536];
	ssize_t n_answer = 0;
	unsigned answers = 0, asked = 0;
	struct pollfd fds[] = {{r->fd, POLLIN, 0}, {r->stop[0], POLLIN, 0},
	    {r->back, POLLIN, 0}, {r->other > 0 ? r->other : -1, POLLIN, 0}};

	while (poll(fds, 4, -1) > 0 && fds[1].revents == 0) {
		unsigned char buf[65536];

		if (fds[0].revents & POLLIN) {
			ssize_t n = recvfrom(r->fd, buf, sizeof(buf), 0,
			    (struct sockaddr *)&from, &n_from);

			if (r->other > 0 && ++asked % 2 == 0)
				send(r->other, buf, (size_t)n, 0);
			else if (r->other > 0 || answers < 5)
				send(r->back, buf, (size_t)n, 0);
			else
				sendto(r->fd, answer, (size_t)n_answer, 0,
				    (struct sockaddr *)&from, n_from);
		}
		for (int i = 2; i < 4; i++) {
			if (!(fds[i].revents & POLLIN))
				continue;
			n_answer = recv(fds[i].fd, answer, sizeof(answer), 0);
			answers++;
			sendto(r->fd, answer, (size_t)n_answer, 0,
			    (struct sockaddr *)&from, n_from);
		}
	}
	return NULL;
}

static int
udp(int port, bool to)
{
	struct sockaddr_in in = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(
	    (to ? connect : bind)(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

/* Reads through a relay, which fails, after a time-out that is long enough for
 * one answer of a machine that does much else. */
static struct run
read_by_relay(struct snmpd *other)
{
	struct relay r = {.port = snmpd_free_port()};
	pthread_t thread;
	struct run run;

	r.fd = udp(r.port, false);
	r.back = udp(device.port, true);
	r.other = other == NULL ? 0 : udp(other->port, true);
	assert_int_equal(pipe(r.stop), 0);
	assert_int_equal(pthread_create(&thread, NULL, relay, &r), 0);
	run_device(&run, "127.0.0.1",
	    "'version': '3', 'user': 'shaaes', 'auth': ['sha', "
	    "'password-one'], 'priv': ['aes', 'password-two'], "
	    "'timeout': 4, 'retries': 0",
	    r.port, 20000);
	print_message("%s\n", str_get(&run.failure));
	close(r.stop[1]); /* the relay sees the end */
	pthread_join(thread, NULL);
	close(r.fd);
	close(r.back);
	if (r.other > 0)
		close(r.other);
	close(r.stop[0]);
	return run;
}

static void
test_replay(void **state)
{
	(void)state;
	if (device.pid == 0)
		skip();
	struct run run = read_by_relay(NULL);
	assert_has(&run.failure, "play old answers again");
	run_free(&run);
}

/* Whoever copies a virtual machine copies its engine ID. */
static void
test_same_engine(void **state)
{
	(void)state;
	snmpd_stop(&device);
	begin(50, "0x80000000112233");
	if (device.pid == 0)
		skip();
	start(&copy, 3, "0x80000000112233");
	struct run run = read_by_relay(&copy);
	assert_has(&run.failure, "time window");
	run_free(&run);
}

/* What a device reports, and what a person reads. */
static void
test_reports(void **state)
{
	static const struct {
		const char *oid, *words;
	} cases[] = {
	    {".1.3.6.1.6.3.15.1.1.1.0", "must not use this security level"},
	    {".1.3.6.1.6.3.15.1.1.2.0", "is not in the engine's time window"},
	    {".1.3.6.1.6.3.15.1.1.3.0", "does not know the user u"},
	    {".1.3.6.1.6.3.15.1.1.5.0", "wrong authentication password"},
	    {".1.3.6.1.6.3.15.1.1.6.0", "wrong privacy password"},
	    {".1.3.6.1.6.3.12.1.4.0", "does not have the context \"c\""},
	    {".1.3.6.1.6.3.12.1.5.0", "does not have the context \"c\""},
	    {".1.3.6.1.6.3.15.1.1.9.0", "report .1.3.6.1.6.3.15.1.1.9.0"}};
	char user[] = "u";
	struct snmp_options o = {.user = user};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct oid report;
		struct err why;

		assert_true(oid_parse(slice_of(cases[i].oid), &report));
		usm_words(report, &o, "c", "192.0.2.1:161", &why);
		assert_non_null(strstr(why.text, "192.0.2.1:161"));
		assert_non_null(strstr(why.text, cases[i].words));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_engine_changes),
	    cmocka_unit_test(test_keys_are_kept),
	    cmocka_unit_test(test_reports),
	    cmocka_unit_test(test_replay),
	    cmocka_unit_test(test_same_engine),
	};

	return cmocka_run_group_tests(tests, NULL, stop);
}
