/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: what SNMPv3 remembers of a device is wrong: it was restarted, its
 * clock has gone back, it was replaced, somebody plays old answers again. All
 * by one process, as a worker lives through it.
 */
#include "snmpd.h"

#include <poll.h>
#include <pthread.h>

#define USER                                                                   \
	"'version': '3', 'user': 'shaaes', 'auth': ['sha', 'password-one'], "  \
	"'priv': ['aes', 'password-two'], 'timeout': 1, 'retries': 1"

static struct snmpd device;

static void
begin(int boots, const char *engine)
{
	char config[512];

	snprintf(config, sizeof(config),
	    "exactEngineID %s\noldEngineID %s\nengineBoots %d\n"
	    "createUser shaaes SHA \"password-one\" AES \"password-two\"\n"
	    "rouser shaaes priv\nrocommunity public 127.0.0.1\n",
	    engine, engine, boots);
	snmpd_start(&device, config);
}

static int
stop(void **state)
{
	(void)state;
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

/* --- replays --------------------------------------------------------------
 */

/* Passes packets on; after five answers it is always the last. */
struct relay {
	int fd, back;
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
	unsigned answers = 0;
	struct pollfd fds[] = {
	    {r->fd, POLLIN, 0}, {r->back, POLLIN, 0}, {r->stop[0], POLLIN, 0}};

	while (poll(fds, 3, -1) > 0 && fds[2].revents == 0) {
		unsigned char buf[65536];

		if (fds[0].revents & POLLIN) {
			ssize_t n = recvfrom(r->fd, buf, sizeof(buf), 0,
			    (struct sockaddr *)&from, &n_from);

			if (answers < 5)
				send(r->back, buf, (size_t)n, 0);
			else
				sendto(r->fd, answer, (size_t)n_answer, 0,
				    (struct sockaddr *)&from, n_from);
		}
		if (fds[1].revents & POLLIN) {
			n_answer = recv(r->back, answer, sizeof(answer), 0);
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

static void
test_replay(void **state)
{
	struct relay r = {.port = snmpd_free_port()};
	pthread_t thread;
	struct run run;

	(void)state;
	if (device.pid == 0)
		skip();
	r.fd = udp(r.port, false);
	r.back = udp(device.port, true);
	assert_int_equal(pipe(r.stop), 0);
	assert_int_equal(pthread_create(&thread, NULL, relay, &r), 0);
	run_device(&run, "127.0.0.1",
	    "'version': '3', 'user': 'shaaes', 'auth': ['sha', "
	    "'password-one'], 'priv': ['aes', 'password-two'], "
	    "'timeout': 0.1, 'retries': 1",
	    r.port, 20000);
	print_message("%s\n", str_get(&run.failure));
	assert_has(&run.failure, "stopped answering");
	run_free(&run);
	close(r.stop[1]); /* the relay sees the end */
	pthread_join(thread, NULL);
	close(r.fd);
	close(r.back);
	close(r.stop[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_engine_changes),
	    cmocka_unit_test(test_replay),
	};

	return cmocka_run_group_tests(tests, NULL, stop);
}
