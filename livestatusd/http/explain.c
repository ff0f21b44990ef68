/* SPDX-License-Identifier: Apache-2.0
 *
 * console/explain: why an object is as it is. The body is {what, host,
 * service}: "configuration" tells each setting with the line that it is from,
 * "notifications" who would be told and what holds that back. Both are what
 * `vedette config explain` and `vedette notify explain` print as JSON; the
 * program reads the files as they stand, so it may take seconds on a large
 * site.
 */
#include "common/mem.h"
#include "livestatusd/http/chore.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIME_S    60
#define MOST      (8u << 20) /* bytes of an answer */
#define ARGUMENTS 8

extern char **environ;

static const struct what {
	const char *name;
	const char *words[4]; /* of the command line */
	bool object;          /* host and service follow */
} whats[] = {
    {"configuration", {"config", "--json", "explain", "--"}, true},
    {"notifications", {"notify", "--json", "explain", "--"}, true},
    {"daemons", {"status", "--json"}, false},
    {"workers", {"fetcher", "--json", "list"}, false},
};

struct job {
	struct chore chore; /* first */
	const struct what *what;
	char *program, *host, *service;
	struct str out;
	const char *failed; /* words, or NULL */
};

static void
job_free(struct job *j)
{
	free(j->program);
	free(j->host);
	free(j->service);
	str_free(&j->out);
	free(j);
}

/* --- in a thread ---------------------------------------------------------- */

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until its end; false: it takes too long, or says too much. */
static bool
read_all(int fd, struct str *out)
{
	int64_t until = now_ms() + TIME_S * 1000;
	char buffer[16384];

	while (out->len < MOST && now_ms() < until) {
		struct pollfd p = {fd, POLLIN, 0};
		ssize_t n;

		if (poll(&p, 1, (int)(until - now_ms())) <= 0)
			continue;
		n = read(fd, buffer, sizeof(buffer));
		if (n == 0)
			return true;
		if (n > 0)
			str_addn(out, buffer, (size_t)n);
		else if (errno != EINTR)
			return false;
	}
	return false;
}

static pid_t
start(const struct job *j, int out)
{
	char *argv[ARGUMENTS] = {j->program};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none;
	pid_t pid = -1;
	size_t n = 1;

	for (size_t i = 0; i < ARRAY_LEN(j->what->words); i++)
		if (j->what->words[i] != NULL)
			argv[n++] = (char *)(uintptr_t)j->what->words[i];
	if (j->what->object)
		argv[n++] = j->host;
	if (j->what->object && j->service[0] != '\0')
		argv[n] = j->service;
	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&how);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_addopen(
	    &files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(
	    &files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, j->program, &files, &how, argv, environ) != 0)
		pid = -1;
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&how);
	return pid;
}

static void
run(struct chore *e)
{
	struct job *j = (struct job *)e;
	int ends[2], status = 0;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) == -1) {
		j->failed = "There are no file descriptors left.";
		return;
	}
	pid = start(j, ends[1]);
	close(ends[1]);
	if (pid == -1)
		j->failed = "The program vedette cannot be started.";
	else if (!read_all(ends[0], &j->out)) {
		j->failed = "The explanation takes too long.";
		kill(pid, SIGKILL);
	}
	close(ends[0]);
	while (pid != -1 && waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (j->failed == NULL && j->out.len == 0)
		j->failed = "There is no explanation of that.";
}

/* --- on the loop ---------------------------------------------------------- */

static void
explained(struct http_request *r, struct chore *e)
{
	struct job *j = (struct job *)e;
	json_t *doc = NULL;

	if (r != NULL && j->failed == NULL)
		doc = json_loadb(str_get(&j->out), j->out.len, 0, NULL);
	if (r != NULL && doc == NULL)
		http_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE,
		    j->failed != NULL ? j->failed
				      : "The explanation cannot be read.");
	else if (r != NULL)
		http_json(r, MHD_HTTP_OK, json_pack("{s:o}", "rows", doc));
	job_free(j);
}

static void
begin(struct http_request *r, struct job *j)
{
	j->chore.work = run;
	j->chore.done = explained;
	chore_begin(r->h->explained, r, &j->chore);
}

/* Whoever may look at the site itself may see an existing object's. */
static void
on_rows(struct http_request *r, json_t *rows, void *arg)
{
	struct job *j = arg;

	if (r != NULL && rows != NULL && json_array_size(rows) > 0) {
		begin(r, j);
		return;
	}
	if (r != NULL && rows != NULL)
		http_fail(r, MHD_HTTP_NOT_FOUND, "There is no such object.");
	job_free(j);
}

static void
find_object(struct http_request *r, struct job *j)
{
	bool of_host = j->service[0] == '\0';
	struct str lql = {0};

	str_addf(&lql, "Columns: %s\nFilter: %s = %s\n",
	    of_host ? "name" : "description", of_host ? "name" : "host_name",
	    j->host);
	if (!of_host)
		str_addf(&lql, "Filter: description = %s\n", j->service);
	http_ask(r, of_host ? "hosts" : "services", str_get(&lql), on_rows, j);
	str_free(&lql);
}

static bool
is_line(const char *text)
{
	return text != NULL && strpbrk(text, "\n\r") == NULL;
}

/* What the body asks for; NULL: it cannot be. */
static const struct what *
what_of(const json_t *doc, const char *host, const char *service)
{
	const char *name = json_string_value(json_object_get(doc, "what"));

	for (size_t i = 0; name != NULL && i < ARRAY_LEN(whats); i++)
		if (strcmp(whats[i].name, name) == 0)
			return !whats[i].object ||
				(is_line(host) && is_line(service))
			    ? &whats[i]
			    : NULL;
	return NULL;
}

void
explain_handle(struct http_request *r)
{
	json_t *doc = json_loadb(
	    str_get(&r->body), r->body.len, JSON_REJECT_DUPLICATES, NULL);
	const char *host = json_string_value(json_object_get(doc, "host"));
	const char *service =
	    json_string_value(json_object_get(doc, "service"));
	const struct what *what = what_of(doc, host, service);
	struct job *j;

	if (!http_may(r, "general.server_side_requests"))
		http_fail(r, MHD_HTTP_FORBIDDEN,
		    "You may not look at how the site works.");
	else if (what == NULL)
		http_fail(r, MHD_HTTP_BAD_REQUEST,
		    "Expected what: daemons, workers, or with host and service "
		    "configuration or notifications.");
	else {
		j = xnew(struct job);
		j->program = daemon_path(r->h->d, "bin/vedette");
		j->what = what;
		j->host = xstrdup(what->object ? host : "");
		j->service = xstrdup(what->object ? service : "");
		if (what->object)
			find_object(r, j);
		else
			begin(r, j);
	}
	json_decref(doc);
}
