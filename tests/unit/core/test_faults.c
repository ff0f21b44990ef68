/* SPDX-License-Identifier: Apache-2.0
 *
 * Core and the disk: at each system call that writes a file in turn it is
 * killed before, after or in the middle, or told that the disk is full, broken
 * or slow. Whatever was answered is there after the next start, nothing is
 * there that nobody wanted, each notice is told and none is planned twice.
 *
 * The calls are those of this program: what stands below is linked instead of
 * the library's. VEDETTE_FAULTS=all tries every fault at every call, else they
 * take turns; VEDETTE_FAULTS=12:0 tries one.
 */
#include "tests/unit/core/live.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/uio.h>

enum fault {
	KILL_BEFORE,
	KILL_AFTER,
	KILL_AMID, /* half of it is written */
	DISK_FULL, /* from here on, until the process ends */
	DISK_BROKEN,
	SHORT_WRITE, /* once */
	FAULTS
};

static struct shared {     /* with the process of core */
	atomic_uint calls; /* so far */
	unsigned at;       /* from 1 on; 0: never */
	enum fault fault;
} * shared;
static bool in_core;

/* --- the calls -------------------------------------------------------------
 */

ssize_t write(int fd, const void *data, size_t n);
ssize_t pwrite(int fd, const void *data, size_t n, off_t at);
ssize_t writev(int fd, const struct iovec *iov, int n);
int fsync(int fd);
int fdatasync(int fd);
int ftruncate(int fd, off_t length);
int rename(const char *from, const char *to);

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

/* Is it this call's turn? The log of the process does not count. */
static bool
hits(int fd, bool *go_on_failing)
{
	struct stat st;
	unsigned nth;

	*go_on_failing = false;
	if (!in_core || shared->at == 0)
		return false;
	if (fd >= 0 &&
	    (fd <= 2 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)))
		return false;
	nth = atomic_fetch_add(&shared->calls, 1) + 1;
	*go_on_failing = nth > shared->at &&
	    (shared->fault == DISK_FULL || shared->fault == DISK_BROKEN);
	return nth == shared->at;
}

static int
fails(void)
{
	errno = shared->fault == DISK_FULL ? ENOSPC : EIO;
	return -1;
}

/* A call that has nothing to cut: true, it failed. */
static bool
strike(int fd)
{
	bool on, hit = hits(fd, &on);

	if (hit && (shared->fault == KILL_BEFORE || shared->fault == KILL_AMID))
		raise(SIGKILL);
	return on ||
	    (hit &&
		(shared->fault == DISK_FULL || shared->fault == DISK_BROKEN));
}

static void
after(unsigned before)
{
	if (in_core && shared->at != 0 && shared->fault == KILL_AFTER &&
	    before < shared->at && atomic_load(&shared->calls) >= shared->at)
		raise(SIGKILL);
}

/* How much of `n` bytes is to be written; SIZE_MAX: it fails. */
static size_t
share_of(int fd, size_t n, bool *kill_r)
{
	bool on, hit = hits(fd, &on);

	*kill_r = false;
	if (on)
		return SIZE_MAX;
	if (!hit)
		return n;
	switch (shared->fault) {
	case KILL_BEFORE:
		raise(SIGKILL);
		return n;
	case KILL_AFTER:
		*kill_r = true;
		return n;
	case KILL_AMID:
		*kill_r = true;
		return n / 2;
	case SHORT_WRITE:
		return n > 1 ? n / 2 : n;
	case DISK_FULL:
	case DISK_BROKEN:
	case FAULTS:
	default:
		return SIZE_MAX;
	}
}

ssize_t
write(int fd, const void *data, size_t n)
{
	bool end;
	size_t part = share_of(fd, n, &end);
	ssize_t rc;

	if (part == SIZE_MAX)
		return fails();
	rc = REAL(write)(fd, data, part);
	if (end)
		raise(SIGKILL);
	return rc;
}

ssize_t
pwrite(int fd, const void *data, size_t n, off_t at)
{
	bool end;
	size_t part = share_of(fd, n, &end);
	ssize_t rc;

	if (part == SIZE_MAX)
		return fails();
	rc = REAL(pwrite)(fd, data, part, at);
	if (end)
		raise(SIGKILL);
	return rc;
}

ssize_t
writev(int fd, const struct iovec *iov, int n)
{
	if (strike(fd))
		return fails();
	return REAL(writev)(fd, iov, n);
}

int
fsync(int fd)
{
	unsigned before = atomic_load(&shared->calls);
	int rc;

	if (strike(fd))
		return fails();
	rc = REAL(fsync)(fd);
	after(before);
	return rc;
}

int
fdatasync(int fd)
{
	unsigned before = atomic_load(&shared->calls);
	int rc;

	if (strike(fd))
		return fails();
	rc = REAL(fdatasync)(fd);
	after(before);
	return rc;
}

int
ftruncate(int fd, off_t length)
{
	unsigned before = atomic_load(&shared->calls);
	int rc;

	if (strike(fd))
		return fails();
	rc = REAL(ftruncate)(fd, length);
	after(before);
	return rc;
}

int
rename(const char *from, const char *to)
{
	unsigned before = atomic_load(&shared->calls);
	int rc;

	if (strike(-1))
		return fails();
	rc = REAL(rename)(from, to);
	after(before);
	return rc;
}

/* --- the play --------------------------------------------------------------
 */

/* What is there after so many of the commands. */
struct picture {
	uint8_t state, ack;
	uint32_t depth, downtimes, comments;
};
static const struct {
	const char *line;
	struct picture then;
	const char *notice; /* that it plans */
} series[] = {
    {NULL, {0, 0, 0, 0, 0}, NULL},
    {"PROCESS_SERVICE_CHECK_RESULT;web;X Backup;2;bad", {2, 0, 0, 0, 0}, NULL},
    {"ADD_SVC_COMMENT;web;X Backup;1;me;first", {2, 0, 0, 0, 1}, NULL},
    {"SCHEDULE_HOST_DOWNTIME;web;1;4000000000;1;0;0;me;works", {2, 0, 1, 1, 2},
	"DOWNTIMESTART"},
    {"SAVE_STATE_INFORMATION", {2, 0, 1, 1, 2}, NULL},
    {"ACKNOWLEDGE_SVC_PROBLEM;web;X Backup;2;1;1;me;seen", {2, 2, 1, 1, 3},
	"ACKNOWLEDGEMENT"},
    {"DEL_HOST_DOWNTIME;1", {2, 2, 0, 0, 2}, "DOWNTIMECANCELLED"},
    {"SAVE_STATE_INFORMATION", {2, 2, 0, 0, 2}, NULL},
    {"ADD_HOST_COMMENT;web;1;me;last", {2, 2, 0, 0, 3}, NULL},
};
#define LAST (ARRAY_LEN(series) - 1)

struct play {
	struct live *l;
	bool dead;
	unsigned done; /* commands that were answered */
	char ids[16][128];
	unsigned n_ids, planned[ARRAY_LEN(series)];
};
static struct play play; /* the notifier's handler needs it */

static void
note_notice(struct bus_peer *peer, const struct msg *m, void *arg)
{
	char id[128];

	notifier_message(peer, m, arg);
	snprintf(id, sizeof(id), "%.*s", (int)m->alert.id.len, m->alert.id.s);
	for (unsigned i = 0; i < play.n_ids; i++)
		if (strcmp(play.ids[i], id) == 0)
			return;
	assert_true(play.n_ids < ARRAY_LEN(play.ids));
	strcpy(play.ids[play.n_ids++], id);
	for (size_t i = 0; i < ARRAY_LEN(series); i++)
		if (series[i].notice != NULL &&
		    slice_eqs(m->alert.what, series[i].notice))
			play.planned[i]++;
}

static bool
is_dead(void)
{
	int status;

	if (!play.dead && waitpid(play.l->pid, &status, WNOHANG) == play.l->pid)
		play.dead = true;
	return play.dead;
}

static bool
is_up_or_dead(struct live *l)
{
	return is_up(l) || is_dead();
}

static bool
has_answer_or_died(struct live *l)
{
	return has_answer(l) || is_dead();
}

static bool
comes(struct live *l, bool (*done)(struct live *l))
{
	int64_t end = clock_mono() + PATIENCE * NS_PER_MS;
	uv_timer_t timer;

	uv_timer_init(&l->loop, &timer);
	uv_timer_start(&timer, tick, 10, 10);
	while (!done(l) && clock_mono() < end)
		uv_run(&l->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&l->loop, UV_RUN_NOWAIT);
	return done(l);
}

static void
start(struct live *l, unsigned at, enum fault fault)
{
	char *log = xasprintf("%s/var/log/core.log", l->root);
	char *argv[] = {(char[]){"vedette-core"}, (char[]){"--root"}, l->root,
	    (char[]){"--log"}, log, NULL};

	shared->at = at;
	shared->fault = fault;
	atomic_store(&shared->calls, 0);
	play.dead = false;
	l->pid = fork();
	assert_true(l->pid >= 0);
	if (l->pid == 0) {
		if (geteuid() == 0 &&
		    (setgid(NOBODY) == -1 || setuid(NOBODY) == -1))
			_exit(9);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		in_core = true;
		log_set_level(LOG_LEVEL_INFO);
		_exit(daemon_main(&core_def, 5, argv));
	}
	free(log);
	connect_all(l);
	if (!comes(l, is_up_or_dead))
		fail_msg("call %u, fault %u: never up: worker %d asker %d "
			 "commander %d notifier %d",
		    at, fault, l->worker != NULL, l->asker != NULL,
		    l->commander != NULL, l->notifier != NULL);
}

/* The commands one after the other, as long as they are answered. */
static void
run_series(struct live *l)
{
	for (size_t i = 1; i <= LAST && !is_dead(); i++) {
		l->answered = l->refused = 0;
		say(l->commander,
		    &(struct msg){.id = MSG_COMMAND,
			.command = {
			    .id = i, .line = slice_of(series[i].line)}});
		wait_until(l, has_answer_or_died, series[i].line);
		if (l->answered == 0)
			return;
		play.done = (unsigned)i;
	}
}

static void
stop(struct live *l, int signal_number)
{
	int status;

	if (!is_dead()) {
		kill(l->pid, signal_number);
		assert_int_equal(waitpid(l->pid, &status, 0), l->pid);
		play.dead = true;
	}
	/* Also because a process with threads is a bad one to fork. */
	bus_free(&l->bus);
	while (uv_loop_close(&l->loop) == UV_EBUSY)
		uv_run(&l->loop, UV_RUN_ONCE);
	l->worker = l->asker = l->commander = l->notifier = NULL;
}

static bool
fits(const struct live *l, const struct picture *p)
{
	return l->seen[BACKUP].state == p->state &&
	    l->seen[BACKUP].acknowledgement == p->ack &&
	    l->seen[WEB].downtime_depth == p->depth &&
	    l->downtimes == p->downtimes && l->comments == p->comments;
}

static bool
has_the_notices(struct live *l)
{
	(void)l;
	for (unsigned i = 1; i <= play.done; i++)
		if (series[i].notice != NULL && play.planned[i] == 0)
			return false;
	return true;
}

static void
check(struct live *l, unsigned at, enum fault fault)
{
	const struct picture *p = &series[play.done].then;

	memset(l->seen, 0, sizeof(l->seen));
	look(l);
	if (!fits(l, p) &&
	    (play.done == LAST || !fits(l, &series[play.done + 1].then)))
		fail_msg("call %u, fault %u, after %u commands: state %u ack "
			 "%u depth %u, %u downtimes, %u comments",
		    at, fault, play.done, l->seen[BACKUP].state,
		    l->seen[BACKUP].acknowledgement,
		    l->seen[WEB].downtime_depth, l->downtimes, l->comments);
	wait_until(l, has_the_notices, "every notice");
	for (size_t i = 1; i <= LAST; i++)
		if (play.planned[i] > 1)
			fail_msg("call %u, fault %u: %s was planned twice", at,
			    fault, series[i].notice);
}

/* One fault at one call; how many calls there were. */
static unsigned
one(unsigned at, enum fault fault)
{
	struct live *l = xnew(struct live);
	struct err err;
	unsigned calls;

	play = (struct play){.l = l};
	l->mute = true;
	l->notified = note_notice;
	make_site(l);
	start(l, at, fault);
	if (!is_dead() && is_up(l))
		run_series(l);
	stop(
	    l, fault == KILL_BEFORE || fault == KILL_AFTER ? SIGTERM : SIGKILL);
	calls = atomic_load(&shared->calls);
	start(l, 0, FAULTS);
	assert_false(is_dead());
	check(l, at, fault);
	stop(l, SIGKILL);
	file_remove_tree(l->root, &err);
	free(l->root);
	str_free(&l->status);
	free(l);
	return calls;
}

static void
each_write_may_fail(void **state)
{
	const char *how = getenv("VEDETTE_FAULTS");
	bool all = how != NULL && strcmp(how, "all") == 0;
	unsigned calls, fault;

	if (how != NULL && sscanf(how, "%u:%u", &calls, &fault) == 2) {
		one(calls, (enum fault)fault);
		return;
	}
	calls = one(UINT_MAX, KILL_BEFORE);

	(void)state;
	assert_int_equal(play.done, LAST);
	assert_true(calls > 20);
	for (unsigned at = 1; at <= calls; at++)
		for (fault = 0; fault < FAULTS; fault++)
			if (all || at % FAULTS == fault)
				one(at, (enum fault)fault);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_write_may_fail),
	};

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
