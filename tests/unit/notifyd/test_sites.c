/* SPDX-License-Identifier: Apache-2.0
 *
 * Two notifiers, a remote site that forwards and a central one that delivers,
 * under random faults with a fixed seed: SIGKILL of either, a line that is cut
 * or goes silent in one direction, disks that are full, scripts that hang,
 * fork, fail or print 10 MB. Counted: nothing is lost, nothing comes twice
 * that was marked, the order is kept, the remote site's history has every
 * result once.
 *
 * NOTIFY_FAULTS (notifications) and NOTIFY_SEED make it longer or another one.
 */
#include "notifyd/notifyd.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/notifyd/folder.h"
#include "tests/unit/notifyd/line.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOTICES   250
#define WINDOW    200 /* of the one that plays core */
#define NOBODY    65534
#define FULL_DISK 20000 /* bytes that a file may have then */

enum who {
	REMOTE,
	CENTRAL,
	SITES
};

struct site {
	const char *name;
	char *root;
	int port;
	pid_t pid;
	struct bus_curve key;
	struct bus_link *core;
	struct bus_peer *line;
	uint64_t last_line; /* lines come in the order of their numbers */
	unsigned kills;
	bool full;
};

static char top[] = "/tmp/test-sites-XXXXXX";
static struct site sites[SITES] = {{.name = "remote"}, {.name = "central"}};
static struct bus *buses[SITES];
static unsigned n_notices = NOTICES, faults[16];
static uint64_t chance = 1;

/* what became of each notice */
static bool *stored;
static unsigned *sent, *sent_at_mark, *results, *plans;
static unsigned n_stored, n_results, n_out_of_order, next_plan;

static unsigned
dice(unsigned n)
{
	chance = chance * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(chance >> 33) % n;
}

/* --- a site ----------------------------------------------------------------
 */

static char *
at(const struct site *s, const char *name)
{
	return xasprintf("%s/%s", s->root, name);
}

static void
make_site(struct site *s, const char *settings)
{
	static const char *const folders[] = {"etc/vedette/conf.d",
	    "var/vedette/snapshots", "var/vedette/notifyd", "var/log",
	    "tmp/run/bus", "local/share/vedette/notifications", "tried"};
	struct err err;
	char *text;

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char *path = at(s, folders[i]);

		assert_int_equal(file_mkdirs(path, 0755, &err), 0);
		free(path);
	}
	folder_put(s->root, "etc/vedette/site.yaml", settings, 0644);
	text = xasprintf(
	    "public %s\nsecret %s\n", s->key.public_key, s->key.secret_key);
	folder_put(s->root, "var/vedette/notifyd/key", text, 0600);
	free(text);
	folder_snapshot(s->root, s == &sites[REMOTE]);
}

static void
start(struct site *s)
{
	char *log = at(s, "var/log/notifyd.log");

	s->pid = fork();
	if (s->pid == 0) {
		char *argv[] = {(char *)"vedette-notifyd", (char *)"--root",
		    s->root, (char *)"--log", log, NULL};

		signal(SIGXFSZ, SIG_IGN);
		if (geteuid() == 0 &&
		    (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
			_exit(99);
		_exit(daemon_main(&notifyd_def, 5, argv));
	}
	s->full = false;
	free(log);
}

static void
kill_and_start(struct site *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	s->kills++;
	start(s);
}

static void
fill_disk(struct site *s, bool full)
{
	struct rlimit limit = {full ? FULL_DISK : RLIM_INFINITY, RLIM_INFINITY};

	s->full = full;
	prlimit(s->pid, RLIMIT_FSIZE, &limit, NULL);
}

/* --- the one that plays core at both ---------------------------------------
 */

static void
send_notice(unsigned i)
{
	struct str pairs = {0};
	char id[60], output[30];
	struct msg m = {.id = MSG_NOTICE};
	struct msg_pair pair = {SLICE("HOSTSTATE"), SLICE("DOWN")};

	snprintf(id, sizeof(id), "remote-core-1-%u", i);
	snprintf(output, sizeof(output), "number %u.", i);
	msg_pair_put(&pairs, &pair);
	pair = (struct msg_pair){SLICE("HOSTOUTPUT"), slice_of(output)};
	msg_pair_put(&pairs, &pair);
	m.notice = (struct msg_notice){.id = slice_of(id),
	    .created_us = clock_wall() / NS_PER_US,
	    .site = SLICE("remote"),
	    .what = SLICE("PROBLEM"),
	    .host = SLICE("web01"),
	    .context = str_slice(&pairs)};
	bus_send(sites[REMOTE].line, &m);
	str_free(&pairs);
}

/* The oldest that are not stored, in order. */
static void
send_some(void)
{
	unsigned n = 0;

	if (sites[REMOTE].line == NULL)
		return;
	for (unsigned i = 0; i < n_notices && n < WINDOW; i++) {
		if (!stored[i]) {
			send_notice(i);
			n++;
		}
	}
}

/* What the scripts wrote since the last look. */
static void
read_sent(void)
{
	static FILE *f;
	char text[100];

	if (f == NULL) {
		char *path = at(&sites[CENTRAL], "sent");

		f = fopen(path, "r");
		free(path);
	}
	while (f != NULL && fgets(text, sizeof(text), f) != NULL) {
		unsigned i;

		if (sscanf(text, "remote-core-1-%u-1", &i) == 1 &&
		    i < n_notices)
			sent[i]++;
	}
	if (f != NULL)
		clearerr(f);
}

static unsigned
number_of(const char *text)
{
	const char *p = strstr(text, "number ");
	unsigned i = n_notices;

	if (p == NULL || sscanf(p, "number %u.", &i) != 1 || i >= n_notices)
		fail_msg("%s", text);
	return i;
}

static void
on_line(struct site *s, const char *text)
{
	unsigned i;

	if (s == &sites[CENTRAL] &&
	    strncmp(text, "HOST NOTIFICATION: ", 19) == 0) {
		i = number_of(text);
		n_out_of_order += i != next_plan;
		next_plan = i + 1;
		plans[i]++;
	} else if (strstr(text, "RESULT: ann;web01;OK;mail;") != NULL) {
		i = number_of(text);
		if (s == &sites[REMOTE]) {
			results[i]++;
			n_results++;
			return;
		}
		read_sent();
		sent_at_mark[i] = sent[i];
	}
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct site *s = arg;

	if (m->id == MSG_NOTICE_STORED) {
		char *id = slice_dup(m->notice_stored.id);
		unsigned i;

		if (sscanf(id, "remote-core-1-%u", &i) == 1 && i < n_notices &&
		    !stored[i]) {
			stored[i] = true;
			n_stored++;
		}
		free(id);
	} else if (m->id == MSG_DELIVERY_LOG) {
		struct msg answer = {.id = MSG_DELIVERY_LOG_STORED,
		    .delivery_log_stored = {m->delivery_log.id}};
		char *text = slice_dup(m->delivery_log.line);

		if (m->delivery_log.id > s->last_line) {
			s->last_line = m->delivery_log.id;
			on_line(s, text);
		}
		bus_send(peer, &answer);
		free(text);
	}
}

static void
on_up(struct bus_peer *peer, void *arg)
{
	struct site *s = arg;

	s->line = peer;
	if (s == &sites[REMOTE])
		send_some();
}

static void
on_down(struct bus_peer *peer, const char *why, void *arg)
{
	(void)peer;
	(void)why;
	((struct site *)arg)->line = NULL;
}

static const struct bus_handlers core_handlers = {
    .up = on_up, .down = on_down, .message = on_message};

/* --- faults ----------------------------------------------------------------
 */

/* As core does: what got no answer is sent again. */
static void
on_again(uv_timer_t *timer)
{
	(void)timer;
	if (n_stored < n_notices)
		send_some();
}

static void
one_fault(void)
{
	struct site *s = &sites[dice(SITES)];
	unsigned kind = dice(5);

	faults[kind]++;
	switch (kind) {
	case 0:
	case 1:
		kill_and_start(s);
		break;
	case 2:
		cut_line();
		break;
	case 3:
		silence((int)dice(2), true);
		break;
	default:
		fill_disk(s, true);
	}
}

static void
mend(void)
{
	silence(FROM_REMOTE, false);
	silence(FROM_CENTRAL, false);
	for (int i = 0; i < SITES; i++) {
		if (sites[i].full)
			fill_disk(&sites[i], false);
	}
}

static void
on_fault(uv_timer_t *timer)
{
	static bool broken;

	if (broken || n_results >= n_notices)
		mend();
	else
		one_fault();
	broken = !broken;
	if (n_results < n_notices)
		uv_timer_start(timer, on_fault, 100 + dice(400), 0);
}

static void
on_end(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

static void
run_until_done(int64_t ms)
{
	uv_timer_t again, fault, end;
	bool late = false;

	uv_timer_init(&loop, &again);
	uv_timer_init(&loop, &fault);
	uv_timer_init(&loop, &end);
	end.data = &late;
	uv_timer_start(&again, on_again, 500, 500);
	uv_timer_start(&fault, on_fault, 300, 0);
	uv_timer_start(&end, on_end, (uint64_t)ms, 0);
	while (!late && (n_stored < n_notices || n_results < n_notices))
		uv_run(&loop, UV_RUN_ONCE);
	mend();
	uv_close((uv_handle_t *)&again, NULL);
	uv_close((uv_handle_t *)&fault, NULL);
	uv_close((uv_handle_t *)&end, NULL);
	uv_run(&loop, UV_RUN_NOWAIT);
}

static void
nothing_is_lost_between_sites(void **state)
{
	unsigned lost = 0, doubles = 0, after_mark = 0, unplanned = 0;

	(void)state;
	run_until_done((int64_t)n_notices * 100 + 120000);
	read_sent();
	for (unsigned i = 0; i < n_notices; i++) {
		lost += sent[i] == 0;
		doubles += sent[i] > 1 ? sent[i] - 1 : 0;
		after_mark += sent[i] != sent_at_mark[i];
		unplanned += plans[i] != 1;
	}
	print_message("%u notices: %u kills, %u cuts, %u silences, %u full "
		      "disks; %u lost, %u twice (%u after their mark), %u out "
		      "of order, %u results\n",
	    n_notices, sites[REMOTE].kills + sites[CENTRAL].kills, faults[2],
	    faults[3], faults[4], lost, doubles, after_mark, n_out_of_order,
	    n_results);
	assert_int_equal(n_stored, n_notices);
	assert_int_equal(lost, 0);
	assert_int_equal(unplanned, 0);
	assert_int_equal(n_out_of_order, 0);
	assert_int_equal(after_mark, 0);
	for (unsigned i = 0; i < n_notices; i++)
		assert_int_equal(results[i], 1);
	/* what a kill met between the script's end and the mark: 4 at once;
	 * a full disk never doubles, it only delays the mark */
	assert_true(doubles <= sites[CENTRAL].kills * 4);
}

/* --- set up ----------------------------------------------------------------
 */

/* Delivers at once, or has a bad first try that depends on the number. */
static const char script[] =
    "#!/bin/sh\n"
    "ulimit -S -f unlimited\n"
    "id=$NOTIFY_DELIVERY_ID\n"
    "n=${id%-1}; n=${n##*-}\n"
    "if ! [ -e tried/$n ]; then : >tried/$n\n"
    "if [ $((n % 50)) = 7 ]; then echo busy; exit 1; fi\n"
    "if [ $((n % 97)) = 3 ]; then sleep 100 & sleep 100; fi\n"
    "if [ $((n % 101)) = 5 ]; then head -c 10000000 /dev/zero; exit 1; fi\n"
    "fi\n"
    "echo $id >>sent || exit 1\n"
    "if [ $((n % 89)) = 2 ]; then sleep 1 & fi\n"
    "echo \"$NOTIFY_HOSTOUTPUT\"\n";

static void
make_sites(void)
{
	char *text;

	for (int i = 0; i < SITES; i++) {
		sites[i].root = xasprintf("%s/%s", top, sites[i].name);
		sites[i].port = free_port();
		bus_keypair(sites[i].key.public_key, sites[i].key.secret_key);
	}
	text = xasprintf("listen: {notify: {enabled: false}}\n"
			 "notifications:\n  mode: forward\n"
			 "  forward_to: [central]\n  peers:\n"
			 "    central: {key: '%s', connect: "
			 "'tcp://127.0.0.1:%d', heartbeat: 1s, timeout: "
			 "500ms, cooldown: 200ms}\n",
	    sites[CENTRAL].key.public_key, line.port);
	make_site(&sites[REMOTE], text);
	free(text);
	text = xasprintf("listen: {notify: {address: ['127.0.0.1'], port: "
			 "%d}}\nnotifications:\n  peers:\n    remote: "
			 "{key: '%s', heartbeat: 1s, timeout: 500ms}\n"
			 "  methods: {mail: {timeout: 1s, tries: 100, retry: "
			 "[100ms], concurrency: 4}}\n",
	    sites[CENTRAL].port, sites[REMOTE].key.public_key);
	make_site(&sites[CENTRAL], text);
	free(text);
	folder_put(sites[CENTRAL].root,
	    "local/share/vedette/notifications/mail", script, 0755);
}

static void
dial_cores(void)
{
	for (int i = 0; i < SITES; i++) {
		struct bus_self self = {"core", "core", sites[i].name, "1"};
		char *path = at(&sites[i], "tmp/run/bus/notify.sock");
		char *endpoint = xasprintf("ipc://%s", path);
		struct err err;

		buses[i] = bus_new(&loop, &self);
		sites[i].core = bus_dial(
		    buses[i], endpoint, NULL, &core_handlers, &sites[i], &err);
		assert_non_null(sites[i].core);
		free(path);
		free(endpoint);
	}
}

static int
set_up(void **state)
{
	const char *n = getenv("NOTIFY_FAULTS"), *seed = getenv("NOTIFY_SEED");
	char *command;

	(void)state;
	n_notices = n == NULL ? NOTICES : (unsigned)strtoul(n, NULL, 10);
	chance = seed == NULL ? 1 : strtoull(seed, NULL, 10);
	stored = xcalloc(n_notices, sizeof(*stored));
	sent = xcalloc(n_notices, sizeof(*sent));
	sent_at_mark = xcalloc(n_notices, sizeof(*sent_at_mark));
	results = xcalloc(n_notices, sizeof(*results));
	plans = xcalloc(n_notices, sizeof(*plans));
	uv_loop_init(&loop);
	assert_non_null(mkdtemp(top));
	open_line();
	make_sites();
	command = xasprintf("chown -R %d:%d %s", NOBODY, NOBODY, top);
	if (geteuid() == 0)
		assert_int_equal(system(command), 0);
	free(command);
	line.to = sites[CENTRAL].port;
	dial_cores();
	start(&sites[REMOTE]);
	start(&sites[CENTRAL]);
	return 0;
}

static int
tear_down(void **state)
{
	struct err err;

	(void)state;
	for (int i = 0; i < SITES; i++) {
		kill(sites[i].pid, SIGKILL);
		waitpid(sites[i].pid, NULL, 0);
		bus_free(&buses[i]);
	}
	cut_line();
	uv_close((uv_handle_t *)&line.listener, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	if (getenv("NOTIFY_KEEP") == NULL)
		file_remove_tree(top, &err);
	else
		print_message("kept: %s\n", top);
	for (int i = 0; i < SITES; i++)
		free(sites[i].root);
	free(stored);
	free(sent);
	free(sent_at_mark);
	free(results);
	free(plans);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_lost_between_sites),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
