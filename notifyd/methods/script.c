/* SPDX-License-Identifier: Apache-2.0
 *
 * Scripts: posix_spawn into a process group of their own, output through a
 * pipe on the loop, the end by SIGCHLD, a timer for the time-out.
 */
#include "notifyd/methods/script.h"

#include "common/log.h"
#include "common/mem.h"
#include "notifyd/bulk.h"
#include "notifyd/methods/env.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct scripts {
	uv_loop_t *loop;
	const char *root;
	uv_signal_t child;
	struct running *first;
	unsigned handles;
	bool ending;
};

struct running {
	struct running *next, **prev;
	struct scripts *scripts;
	struct delivery *d;
	pid_t pid; /* and process group */
	uv_pipe_t out;
	uv_timer_t timer;
	struct str output; /* its beginning */
	struct str tail;   /* what followed: the last words count */
	size_t left_out;   /* between the two */
	char buf[4096];
	unsigned handles; /* still to be closed */
	bool timed_out;
};

extern char **environ;

char *
script_path(const char *root, const char *name)
{
	static const char *const folders[] = {
	    "local/share/vedette/notifications", "share/vedette/notifications"};

	if (name[0] == '.' || name[0] == '\0' || strchr(name, '/') != NULL)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char *path = xasprintf("%s/%s/%s", root, folders[i], name);

		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

bool
script_is_local(const char *root, const char *name)
{
	char *path = script_path(root, name);
	size_t len = strlen(root);
	bool local = path != NULL && strncmp(path + len, "/local/", 7) == 0;

	free(path);
	return local;
}

bool
script_bulks(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[400] = "";
	char *at;

	if (f == NULL)
		return false;
	for (int i = 0; i < 3; i++) {
		if (fgets(line, sizeof(line), f) == NULL)
			line[0] = '\0';
	}
	fclose(f);
	for (at = line; *at == '#' || *at == '/' || *at == ' ';)
		at++;
	if (at == line || strncmp(at, "Bulk:", 5) != 0)
		return false;
	return slice_eqs(slice_trim(slice_of(at + 5)), "yes");
}

/* --- the end of a script
 * ------------------------------------------------------ */

static void
scripts_gone(struct scripts *scripts)
{
	if (--scripts->handles == 0 && scripts->ending)
		free(scripts);
}

static void
on_closed(uv_handle_t *handle)
{
	struct running *r = handle->data;

	if (--r->handles > 0)
		return;
	scripts_gone(r->scripts);
	str_free(&r->output);
	str_free(&r->tail);
	free(r);
}

static void
running_close(struct running *r)
{
	*r->prev = r->next;
	if (r->next != NULL)
		r->next->prev = r->prev;
	uv_close((uv_handle_t *)&r->out, on_closed);
	uv_close((uv_handle_t *)&r->timer, on_closed);
}

#define HALF ((size_t)SCRIPT_MAX_OUTPUT / 2)

/* Keeps the first and the last of it. */
static void
add_output(struct running *r, const char *data, size_t n)
{
	size_t room = HALF - r->output.len;

	if (n <= room) {
		str_addn(&r->output, data, n);
		return;
	}
	str_addn(&r->output, data, room);
	str_addn(&r->tail, data + room, n - room);
	if (r->tail.len > 2 * HALF) {
		size_t gone = r->tail.len - HALF;

		memmove(r->tail.s, r->tail.s + gone, HALF + 1);
		r->tail.len = HALF;
		r->left_out += gone;
	}
}

static void
whole_output(struct running *r, struct str *text)
{
	struct str all = {0};
	struct slice tail = str_slice(&r->tail);

	if (tail.len > HALF) {
		r->left_out += tail.len - HALF;
		tail.s += tail.len - HALF;
		tail.len = HALF;
	}
	str_addslice(&all, str_slice(&r->output));
	if (r->left_out > 0)
		str_addf(&all, "\n... (%zu bytes left out)\n", r->left_out);
	str_addslice(&all, tail);
	text_add_clean(text, slice_trim(str_slice(&all)));
	str_free(&all);
}

/* What is in the pipe now; a grandchild may keep it open for ever. */
static void
drain(struct running *r)
{
	uv_os_fd_t fd;
	ssize_t n;

	if (uv_fileno((uv_handle_t *)&r->out, &fd) != 0)
		return;
	for (int i = 0; i < 64; i++) {
		n = read(fd, r->buf, sizeof(r->buf));
		if (n <= 0)
			return;
		add_output(r, r->buf, (size_t)n);
	}
}

static void
running_end(struct running *r, int status)
{
	struct delivery *d = r->d;
	struct str text = {0};
	enum method_code code;

	drain(r);
	whole_output(r, &text);
	if (r->timed_out) {
		code = METHOD_AGAIN;
		str_addf(&text, "\ntimed out after %lld ms, killed",
		    (long long)d->timeout_ms);
	} else if (WIFSIGNALED(status)) {
		code = METHOD_AGAIN; /* out of memory, an operator */
		str_addf(&text, "\nended by signal %d", WTERMSIG(status));
	} else {
		int exit_code = WEXITSTATUS(status);

		code = exit_code == 0 ? METHOD_DONE
		    : exit_code == 1  ? METHOD_AGAIN
				      : METHOD_FAILED;
	}
	running_close(r);
	d->done(d, code, str_get(&text));
	str_free(&text);
}

static void
on_child(uv_signal_t *signal, int number)
{
	struct scripts *scripts = signal->data;
	struct running *r, *next;

	(void)number;
	for (r = scripts->first; r != NULL; r = next) {
		int status;
		pid_t pid = waitpid(r->pid, &status, WNOHANG);

		next = r->next;
		if (pid == r->pid)
			running_end(r, status);
	}
}

static void
on_timer(uv_timer_t *timer)
{
	struct running *r = timer->data;

	r->timed_out = true;
	kill(-r->pid, SIGKILL);
}

static void
on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct running *r = handle->data;

	(void)size;
	*buf = uv_buf_init(r->buf, sizeof(r->buf));
}

static void
on_output(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct running *r = stream->data;

	if (n < 0)
		uv_read_stop(stream);
	else
		add_output(r, buf->base, (size_t)n);
}

/* --- the start
 * ------------------------------------------------------------------ */

static int
spawn(char *const *argv, const char *root, int in, int out, char **env,
    pid_t *pid_r)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr,
	    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
		POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&files);
	if (in < 0)
		posix_spawn_file_actions_addopen(
		    &files, 0, "/dev/null", O_RDONLY, 0);
	else
		posix_spawn_file_actions_adddup2(&files, in, 0);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_adddup2(&files, out, 2);
	posix_spawn_file_actions_addchdir_np(&files, root);
	rc = posix_spawnp(pid_r, argv[0], &files, &attr, argv, env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return rc;
}

static int
open_pipe(int fds[2])
{
	if (pipe2(fds, O_CLOEXEC) < 0)
		return errno;
	if (fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0) {
		close(fds[0]);
		close(fds[1]);
		return errno;
	}
	return 0;
}

static void
watch(struct scripts *scripts, struct delivery *d, pid_t pid, int fd)
{
	struct running *r = xnew(struct running);

	r->scripts = scripts;
	r->d = d;
	r->pid = pid;
	r->handles = 2;
	scripts->handles++;
	uv_pipe_init(scripts->loop, &r->out, 0);
	must(uv_pipe_open(&r->out, fd) == 0);
	r->out.data = r;
	uv_read_start((uv_stream_t *)&r->out, on_alloc, on_output);
	uv_timer_init(scripts->loop, &r->timer);
	r->timer.data = r;
	uv_timer_start(&r->timer, on_timer, (uint64_t)d->timeout_ms, 0);
	r->next = scripts->first;
	r->prev = &scripts->first;
	if (r->next != NULL)
		r->next->prev = &r->next;
	scripts->first = r;
}

/* A file in memory with the standard input; -1: there is none. */
static int
make_input(struct slice input)
{
	int fd;

	if (input.len == 0)
		return -1;
	fd = memfd_create("input", MFD_CLOEXEC);
	if (fd >= 0 &&
	    (write(fd, input.s, input.len) != (ssize_t)input.len ||
		lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

void
script_run(struct scripts *scripts, struct delivery *d, char *const *argv,
    struct slice input)
{
	int fds[2], in = make_input(input), rc;
	char text[600], **env;
	pid_t pid;

	rc = input.len > 0 && in < 0 ? errno : open_pipe(fds);
	if (rc == 0) {
		env = env_make(&d->ctx, scripts->root, environ);
		rc = spawn(argv, scripts->root, in, fds[1], env, &pid);
		env_free(&env);
		close(fds[1]);
		if (rc == 0)
			watch(scripts, d, pid, fds[0]);
		else
			close(fds[0]);
	}
	if (in >= 0)
		close(in);
	if (rc != 0) {
		bool final = rc == ENOENT || rc == EACCES || rc == ENOEXEC;

		snprintf(text, sizeof(text), "%s: %s", argv[0], strerror(rc));
		d->done(d, final ? METHOD_FAILED : METHOD_AGAIN, text);
	}
}

void
script_start(struct scripts *scripts, struct delivery *d)
{
	char *argv[] = {script_path(scripts->root, d->method), NULL, NULL};
	static char many[] = "--bulk";
	struct str input = {0};
	char text[600];

	if (argv[0] == NULL) {
		snprintf(text, sizeof(text),
		    "there is no method \"%s\" (neither built in nor an "
		    "executable in local/share/vedette/notifications)",
		    d->method);
		d->done(d, METHOD_FAILED, text);
		return;
	}
	if (d->bulk != NULL) {
		argv[1] = many;
		bulk_stdin(d->bulk, &input);
	}
	script_run(scripts, d, argv, str_slice(&input));
	str_free(&input);
	free(argv[0]);
}

struct scripts *
scripts_new(uv_loop_t *loop, const char *root)
{
	struct scripts *scripts = xnew(struct scripts);

	scripts->loop = loop;
	scripts->root = root;
	scripts->handles = 1;
	uv_signal_init(loop, &scripts->child);
	scripts->child.data = scripts;
	uv_signal_start(&scripts->child, on_child, SIGCHLD);
	return scripts;
}

static void
on_signal_closed(uv_handle_t *handle)
{
	scripts_gone(handle->data);
}

void
scripts_free(struct scripts **scriptsp)
{
	struct scripts *scripts = *scriptsp;

	if (scripts == NULL)
		return;
	*scriptsp = NULL;
	scripts->ending = true;
	while (scripts->first != NULL) {
		struct running *r = scripts->first;

		kill(-r->pid, SIGKILL);
		waitpid(r->pid, NULL, 0);
		running_close(r);
	}
	uv_close((uv_handle_t *)&scripts->child, on_signal_closed);
}
