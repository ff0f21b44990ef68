/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole daemon in a throw-away site: a test that plays core sends notices,
 * the daemon is killed again and again, and in the end every notice was
 * delivered and reported.
 */
#include "notifyd/notifyd.h"

#include "common/log.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/notifyd/folder.h"
#include "tests/unit/notifyd/forwards.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOTICES 300
#define KILLS   5
#define NOBODY  65534

static char root[] = "/tmp/test-notifyd-XXXXXX";
static uv_loop_t loop;
static struct bus *bus;
static struct bus_link *link_;
static pid_t daemon_pid;
static int port;
static struct bus_curve known;

static bool stored[NOTICES], line_seen[10 * NOTICES];
static unsigned n_stored, n_results, n_peer_stored;

/* --- the site
 * ------------------------------------------------------------------ */

static void
make_site(void)
{
	static const char *const folders[] = {"etc/vedette/conf.d",
	    "var/vedette/snapshots", "var/log", "tmp/run/bus",
	    "local/share/vedette/notifications"};
	struct err err;
	char *yaml, *command;

	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char *path = xasprintf("%s/%s", root, folders[i]);

		assert_int_equal(file_mkdirs(path, 0755, &err), 0);
		free(path);
	}
	bus_keypair(known.public_key, known.secret_key);
	port = free_port();
	yaml = xasprintf("listen:\n  notify: {address: ['127.0.0.1'], "
			 "port: %d}\nnotifications:\n  peers:\n    other: "
			 "{key: '%s'}\n",
	    port, known.public_key);
	folder_put(root, "etc/vedette/site.yaml", yaml, 0644);
	free(yaml);
	folder_snapshot(root, true);
	/* a site's own script beats the built-in method */
	folder_put(root, "local/share/vedette/notifications/mail",
	    "#!/bin/sh\necho $NOTIFY_DELIVERY_ID >>sent\n", 0755);
	command = xasprintf("chown -R %d:%d %s", NOBODY, NOBODY, root);
	if (geteuid() == 0)
		assert_int_equal(system(command), 0);
	free(command);
}

static void
start_daemon(void)
{
	char *log = xasprintf("%s/var/log/notifyd.log", root);

	daemon_pid = fork();
	if (daemon_pid == 0) {
		char *argv[] = {(char *)"vedette-notifyd", (char *)"--root",
		    root, (char *)"--log", log, NULL};

		if (geteuid() == 0 &&
		    (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
			_exit(99);
		_exit(daemon_main(&notifyd_def, 5, argv));
	}
	free(log);
}

static void
kill_daemon(void)
{
	kill(daemon_pid, SIGKILL);
	waitpid(daemon_pid, NULL, 0);
}

/* --- core
 * -------------------------------------------------------------------------- */

static void
send_notice(struct bus_peer *peer, const char *id)
{
	struct str pairs = {0};
	struct msg m = {.id = MSG_NOTICE,
	    .notice = {.id = slice_of(id),
		.created_us = 1000000,
		.site = slice_of(strrchr(root, '/') + 1),
		.what = SLICE("PROBLEM"),
		.host = SLICE("web01")}};
	struct msg_pair state = {SLICE("HOSTSTATE"), SLICE("DOWN")};

	msg_pair_put(&pairs, &state);
	m.notice.context = str_slice(&pairs);
	assert_int_equal(bus_send(peer, &m), 0);
	str_free(&pairs);
}

static void
on_up(struct bus_peer *peer, void *arg)
{
	(void)arg;
	for (int i = 0; i < NOTICES; i++) {
		char id[40];

		snprintf(id, sizeof(id), "demo-core-1-%d", i);
		if (!stored[i])
			send_notice(peer, id);
	}
}

static void
on_down(struct bus_peer *peer, const char *why, void *arg)
{
	(void)peer;
	(void)why;
	(void)arg;
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	(void)arg;
	if (m->id == MSG_NOTICE_STORED) {
		char *id = slice_dup(m->notice_stored.id);
		int i = atoi(id + strlen("demo-core-1-"));

		free(id);
		if (i >= 0 && i < NOTICES && !stored[i]) {
			stored[i] = true;
			n_stored++;
		}
	} else if (m->id == MSG_DELIVERY_LOG) {
		struct msg answer = {.id = MSG_DELIVERY_LOG_STORED,
		    .delivery_log_stored = {m->delivery_log.id}};
		uint64_t id = m->delivery_log.id;
		char *line = slice_dup(m->delivery_log.line);

		/* lines come at least once, under the same number */
		must(id < ARRAY_LEN(line_seen));
		n_results += !line_seen[id] &&
		    strstr(line, "HOST NOTIFICATION RESULT: ann;web01;OK;") !=
			NULL;
		line_seen[id] = true;
		free(line);
		bus_send(peer, &answer);
	}
}

static const struct bus_handlers core_handlers = {
    .up = on_up, .down = on_down, .message = on_message};

static void
on_tick(uv_timer_t *timer)
{
	(*(int *)timer->data)++;
}

/* Runs the loop for so many milliseconds, or until the number is reached. */
static void
run_until(const unsigned *number, unsigned want, int ms)
{
	uv_timer_t timer;
	int ticks = 0;

	uv_timer_init(&loop, &timer);
	timer.data = &ticks;
	uv_timer_start(&timer, on_tick, 10, 10);
	while (ticks * 10 < ms && (number == NULL || *number < want))
		uv_run(&loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&loop, UV_RUN_NOWAIT);
}

/* --- the stories
 * ------------------------------------------------------------------- */

/* How often each of the ids was delivered. */
static unsigned
deliveries(unsigned *doubles_r)
{
	char *path = xasprintf("%s/sent", root);
	unsigned times[NOTICES] = {0}, all = 0;
	FILE *f = fopen(path, "r");
	int i;

	*doubles_r = 0;
	while (f != NULL && fscanf(f, "demo-core-1-%d-1\n", &i) == 1)
		times[i]++;
	for (i = 0; i < NOTICES; i++) {
		all += times[i] > 0;
		*doubles_r += times[i] > 1 ? times[i] - 1 : 0;
	}
	if (f != NULL)
		fclose(f);
	free(path);
	return all;
}

static void
nothing_is_lost(void **state)
{
	struct bus_self self = {"core", "core", strrchr(root, '/') + 1, "1"};
	char *endpoint = xasprintf("ipc://%s/tmp/run/bus/notify.sock", root);
	unsigned doubles;
	struct err err;

	(void)state;
	bus = bus_new(&loop, &self);
	link_ = bus_dial(bus, endpoint, NULL, &core_handlers, NULL, &err);
	assert_non_null(link_);
	start_daemon();
	for (int i = 0; i < KILLS; i++) {
		run_until(&n_results, NOTICES, 300 + 130 * i);
		kill_daemon();
		start_daemon();
	}
	run_until(&n_stored, NOTICES, 20000);
	assert_int_equal(n_stored, NOTICES);
	run_until(&n_results, NOTICES, 60000);
	assert_int_equal(n_results, NOTICES);
	assert_int_equal(deliveries(&doubles), NOTICES);
	/* only what a kill met between the script and its mark */
	assert_true(doubles <= KILLS * 4);
	free(endpoint);
}

static void
got_text(const struct msg *answer, void *arg)
{
	json_t **to = arg;

	if (answer->id == MSG_ANSWER && answer->answer.status == MSG_OK)
		*to = json_loadb(answer->answer.text.s, answer->answer.text.len,
		    JSON_DECODE_ANY, NULL);
}

static json_t *
ask(const char *text)
{
	struct bus_self self = {"site", "test", strrchr(root, '/') + 1, "1"};
	struct msg m = {.id = MSG_QUERY, .query = {.text = slice_of(text)}};
	char *endpoint = xasprintf("ipc://%s/tmp/run/bus/notifyd.sock", root);
	json_t *value = NULL;
	struct err err;

	/* it may be starting */
	for (int i = 0; value == NULL && i < 100; i++) {
		if (bus_ask(endpoint, &self, &m, 5000, got_text, &value, &err) <
			0 ||
		    value == NULL)
			run_until(NULL, 0, 50);
	}
	free(endpoint);
	assert_non_null(value);
	return value;
}

static void
it_explains(void **state)
{
	json_t *status = ask("status"), *list, *one, *test;

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(
			     json_object_get(status, "spool"), "failed")),
	    0);
	assert_int_equal(json_array_size(json_object_get(status, "peers")), 1);
	list = ask("explain {\"last\": 2}");
	assert_int_equal(json_array_size(list), 2);
	one =
	    json_array_get(json_object_get(json_array_get(list, 0), "plan"), 0);
	assert_string_equal(
	    json_string_value(json_object_get(one, "contact")), "ann");
	test = ask("test {\"host\": \"web01\", \"state\": \"UP\"}");
	assert_string_equal(
	    json_string_value(json_object_get(test, "what")), "RECOVERY");
	json_decref(status);
	json_decref(list);
	json_decref(test);
}

/* --- other sites
 * ---------------------------------------------------------------------- */

static void
peer_up(struct bus_peer *peer, void *arg)
{
	*(unsigned *)arg += 1;
	send_forwards(peer);
}

static void
peer_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	(void)peer;
	(void)arg;
	n_peer_stored += m->id == MSG_FORWARD_STORED &&
	    m->forward_stored.number >= 7 &&
	    m->forward_stored.number < 7 + ARRAY_LEN(forwards);
}

static const struct bus_handlers peer_handlers = {
    peer_up, on_down, peer_message};

static void
only_known_sites_come_in(void **state)
{
	struct bus_curve mine = known, stranger = {0};
	struct bus_options options = {.curve = &mine};
	char *endpoint = xasprintf("tcp://127.0.0.1:%d", port);
	char *key = xasprintf("%s/var/vedette/notifyd/key", root);
	unsigned up = 0;
	struct str text = {0};
	struct err err;
	struct stat st;
	json_t *status;

	(void)state;
	assert_int_equal(stat(key, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(file_read(key, 1000, &text, &err), 0);
	memcpy(mine.server_key, text.s + strlen("public "), BUS_KEY_LEN);
	stranger = mine;
	bus_keypair(stranger.public_key, stranger.secret_key);
	options.curve = &stranger;
	assert_non_null(
	    bus_dial(bus, endpoint, &options, &peer_handlers, &up, &err));
	run_until(&up, 1, 700);
	assert_int_equal(up, 0);
	options.curve = &mine;
	assert_non_null(
	    bus_dial(bus, endpoint, &options, &peer_handlers, &up, &err));
	run_until(&n_peer_stored, ARRAY_LEN(forwards), 60000);
	assert_int_equal(up, 1);
	assert_int_equal(n_peer_stored, ARRAY_LEN(forwards));
	check_late(ask);
	status = ask("status");
	assert_true(
	    json_integer_value(json_object_get(
		json_object_get(status, "counters"), "strangers_refused")) > 0);
	json_decref(status);
	str_free(&text);
	free(endpoint);
	free(key);
}

/* --- reload
 * -------------------------------------------------------------------------- */

static void
got_answer(const struct msg *answer, void *arg)
{
	struct str *to = arg;

	str_addslice(to, answer->answer.text);
	if (answer->answer.status != MSG_OK && to->len == 0)
		str_add(to, "refused");
}

/* "" or why it was refused. */
static void
reload(uint32_t phase, struct str *why_r)
{
	struct bus_self self = {"site", "test", strrchr(root, '/') + 1, "1"};
	struct msg m = {
	    .id = MSG_RELOAD, .reload = {.generation = 1, .phase = phase}};
	char *endpoint = xasprintf("ipc://%s/tmp/run/bus/notifyd.sock", root);
	struct err err;

	str_clear(why_r);
	if (bus_ask(endpoint, &self, &m, 5000, got_answer, why_r, &err) < 0)
		fail_msg("%s", err.text);
	free(endpoint);
}

static void
put_listener(const char *address, int at)
{
	char *yaml = xasprintf(
	    "listen: {notify: {address: ['%s'], port: %d}}\n", address, at);

	folder_put(root, "etc/vedette/site.yaml", yaml, 0644);
	free(yaml);
}

/* Binding fails while somebody listens there. */
static bool
is_taken(const char *address, int at)
{
	struct sockaddr_in to = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)at)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool taken;

	inet_pton(AF_INET, address, &to.sin_addr);
	taken = connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0;
	close(fd);
	return taken;
}

static void
a_port_in_use_refuses_the_reload(void **state)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	int other = socket(AF_INET, SOCK_STREAM, 0), next = free_port();
	struct str why = {0};

	(void)state;
	assert_int_equal(bind(other, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(other, 1), 0);
	getsockname(other, (struct sockaddr *)&at, &len);
	put_listener("127.0.0.1", ntohs(at.sin_port));
	reload(MSG_RELOAD_PREPARE, &why);
	assert_non_null(strstr(str_get(&why), "listen.notify"));
	assert_true(is_taken("127.0.0.1", port));
	close(other);

	/* another port, given up again, then taken */
	put_listener("127.0.0.1", next);
	reload(MSG_RELOAD_PREPARE, &why);
	assert_string_equal(str_get(&why), "");
	reload(MSG_RELOAD_ABORT, &why);
	run_until(NULL, 0, 200);
	assert_false(is_taken("127.0.0.1", next));
	assert_true(is_taken("127.0.0.1", port));
	reload(MSG_RELOAD_PREPARE, &why);
	reload(MSG_RELOAD_COMMIT, &why);
	assert_string_equal(str_get(&why), "");
	run_until(NULL, 0, 200);
	assert_true(is_taken("127.0.0.1", next));
	assert_false(is_taken("127.0.0.1", port));

	/* another address on the same port: one goes before the other comes */
	put_listener("0.0.0.0", next);
	reload(MSG_RELOAD_PREPARE, &why);
	assert_string_equal(str_get(&why), "");
	reload(MSG_RELOAD_ABORT, &why);
	assert_true(is_taken("127.0.0.1", next));
	assert_false(is_taken("127.0.0.2", next));
	reload(MSG_RELOAD_PREPARE, &why);
	reload(MSG_RELOAD_COMMIT, &why);
	assert_true(is_taken("127.0.0.2", next));
	str_free(&why);
}

static void
it_ends_in_order(void **state)
{
	int status;

	(void)state;
	kill(daemon_pid, SIGTERM);
	assert_int_equal(waitpid(daemon_pid, &status, 0), daemon_pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int
set_up(void **state)
{
	(void)state;
	uv_loop_init(&loop);
	make_site();
	return 0;
}

static int
tear_down(void **state)
{
	struct err err;

	(void)state;
	bus_free(&bus);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	file_remove_tree(root, &err);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_lost),
	    cmocka_unit_test(it_explains),
	    cmocka_unit_test(only_known_sites_come_in),
	    cmocka_unit_test(a_port_in_use_refuses_the_reload),
	    cmocka_unit_test(it_ends_in_order),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
