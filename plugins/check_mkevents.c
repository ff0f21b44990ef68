/* SPDX-License-Identifier: Apache-2.0
 *
 * check_mkevents: the events of a host as a state (event-console.md 17). A
 * program of its own, so that other cores can use it, too.
 */
#include "common/clock.h"
#include "common/err.h"
#include "common/event_sum.h"
#include "common/mem.h"
#include "common/num.h"
#include "common/str.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define UNKNOWN      3
#define PORT         "6558"
#define LOCAL_MS     3000
#define REMOTE_MS    10000
#define ANSWER_MAX   (64u << 20)
#define DEFAULT_PATH "tmp/run/eventd/status"

struct asked {
	const char *socket, *remote; /* one of them; both NULL: the site's */
	bool acknowledged_count_less;
	const char *host, *application; /* application NULL: any */
};

static const char usage[] =
    "usage: check_mkevents [-s SOCKET] [-H REMOTE[:PORT]] [-a] HOST "
    "[APPLICATION]\n"
    "The state of the open events of HOST (several names: A/B/C), those whose\n"
    "application fits the regular expression APPLICATION alone.\n"
    "  -s SOCKET         the event console's status socket; else that of the\n"
    "                    site ($OMD_ROOT, else the working folder)\n"
    "  -H REMOTE[:PORT]  ask there over TCP (port 6558)\n"
    "  -a                acknowledged events have no influence on the state\n";

/* --- the conversation -----------------------------------------------------
 */

static int
left_ms(int64_t deadline)
{
	int64_t left = (deadline - clock_mono()) / NS_PER_MS;

	return left < 0 ? 0 : (int)left;
}

static bool
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = events};
	int n;

	do
		n = poll(&p, 1, left_ms(deadline));
	while (n == -1 && errno == EINTR);
	if (n == 0)
		errno = ETIMEDOUT;
	return n > 0;
}

/* -1 with errno. */
static int
connect_one(const struct sockaddr *to, socklen_t len, int64_t deadline)
{
	int fd = socket(
	    to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error = 0;
	socklen_t size = sizeof(error);

	if (fd == -1)
		return -1;
	if (connect(fd, to, len) == 0)
		return fd;
	if ((errno == EINPROGRESS || errno == EAGAIN) &&
	    wait_for(fd, POLLOUT, deadline) &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
	    error == 0)
		return fd;
	if (error != 0)
		errno = error;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static int
connect_local(const struct asked *a, int64_t deadline, struct err *err_r)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	const char *root = getenv("OMD_ROOT");
	char *path = a->socket != NULL ? xstrdup(a->socket)
	    : root != NULL             ? xasprintf("%s/" DEFAULT_PATH, root)
				       : xstrdup(DEFAULT_PATH);
	int fd = -1;

	if (strlen(path) >= sizeof(un.sun_path)) {
		err_set(err_r, "%s: the path is too long", path);
	} else {
		memcpy(un.sun_path, path, strlen(path) + 1);
		fd = connect_one(
		    (const struct sockaddr *)&un, sizeof(un), deadline);
		if (fd == -1)
			err_set(err_r, "%s: %s", path, strerror(errno));
	}
	free(path);
	return fd;
}

/* "host", "host:port", "[::1]:port", "::1" */
static void
split_remote(const char *remote, char **host_r, char **port_r)
{
	const char *colon = strrchr(remote, ':');
	const char *end = remote + strlen(remote);

	*port_r = xstrdup(PORT);
	if (remote[0] == '[' && strchr(remote, ']') != NULL) {
		end = strchr(remote, ']');
		if (end[1] == ':') {
			free(*port_r);
			*port_r = xstrdup(end + 2);
		}
		remote++;
	} else if (colon != NULL && strchr(remote, ':') == colon) {
		free(*port_r);
		*port_r = xstrdup(colon + 1);
		end = colon;
	}
	*host_r = xasprintf("%.*s", (int)(end - remote), remote);
}

static int
connect_remote(const struct asked *a, int64_t deadline, struct err *err_r)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
	char *host, *port;
	int fd = -1, rc;

	split_remote(a->remote, &host, &port);
	rc = getaddrinfo(host, port, &hints, &list);
	if (rc != 0)
		err_set(err_r, "%s: %s", a->remote, gai_strerror(rc));
	for (const struct addrinfo *ai = list; ai != NULL && fd == -1;
	     ai = ai->ai_next)
		fd = connect_one(ai->ai_addr, ai->ai_addrlen, deadline);
	if (rc == 0 && fd == -1)
		err_set(err_r, "%s port %s: %s", host, port, strerror(errno));
	if (list != NULL)
		freeaddrinfo(list);
	free(host);
	free(port);
	return fd;
}

static int
converse(int fd, const struct str *question, int64_t deadline,
    struct str *answer, struct err *err_r)
{
	size_t sent = 0;
	char buf[65536];
	ssize_t n = 0;

	while (sent < question->len && wait_for(fd, POLLOUT, deadline)) {
		n = send(
		    fd, question->s + sent, question->len - sent, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			break;
		if (n > 0)
			sent += (size_t)n;
	}
	shutdown(fd, SHUT_WR);
	n = -1;
	while (sent == question->len && wait_for(fd, POLLIN, deadline)) {
		n = read(fd, buf, sizeof(buf));
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			break;
		if (n > 0)
			str_addn(answer, buf, (size_t)n);
		n = -1;
		if (answer->len > ANSWER_MAX) {
			errno = EMSGSIZE;
			break;
		}
	}
	if (n == 0)
		return 0;
	err_set(err_r, "the event console: %s", strerror(errno));
	return -1;
}

static int
ask(const struct asked *a, const struct str *question, struct str *answer,
    struct err *err_r)
{
	int64_t deadline = clock_mono() +
	    (int64_t)(a->remote != NULL ? REMOTE_MS : LOCAL_MS) * NS_PER_MS;
	int fd = a->remote != NULL ? connect_remote(a, deadline, err_r)
				   : connect_local(a, deadline, err_r);
	int rc;

	if (fd == -1)
		return -1;
	rc = converse(fd, question, deadline, answer, err_r);
	close(fd);
	return rc;
}

static void
make_question(const struct asked *a, struct str *to)
{
	str_add(to,
	    "GET events\nColumns: event_phase event_state event_text\n"
	    "OutputFormat: json\nFilter: event_phase in open ack\n"
	    "Filter: event_host ");
	if (strchr(a->host, '/') == NULL)
		str_addf(to, "=~ %s\n", a->host);
	else
		str_add(to, "in ");
	for (const char *c = a->host; strchr(a->host, '/') != NULL; c++) {
		str_addc(to, *c == '/' ? ' ' : *c == '\0' ? '\n' : *c);
		if (*c == '\0')
			break;
	}
	if (a->application != NULL)
		str_addf(
		    to, "Filter: event_application ~~ %s\n", a->application);
	str_addc(to, '\n');
}

/* --- the state ------------------------------------------------------------
 */

static int
judge(const struct asked *a, const json_t *table)
{
	struct event_sum sum = {0};
	struct str line = {0};

	for (size_t i = 1; i < json_array_size(table); i++) {
		const json_t *row = json_array_get(table, i);
		const char *phase = json_string_value(json_array_get(row, 0));
		json_int_t state = json_integer_value(json_array_get(row, 1));

		event_sum_add(&sum, i,
		    phase != NULL && strcmp(phase, "open") == 0,
		    state < 0 ? 4 : (unsigned)state,
		    json_string_value(json_array_get(row, 2)),
		    a->acknowledged_count_less);
	}
	event_sum_print(&sum, a->host, a->application, &line);
	puts(str_get(&line));
	str_free(&line);
	return (int)sum.worst;
}

static int
unknown(const char *why)
{
	printf("UNKNOWN - %s\n", why);
	return UNKNOWN;
}

static int
run(const struct asked *a)
{
	struct str question = {0}, answer = {0};
	struct err err = {""};
	json_t *table = NULL;
	int state;

	make_question(a, &question);
	if (ask(a, &question, &answer, &err) != 0) {
		state = unknown(err.text);
	} else if ((table = json_loadb(answer.s == NULL ? "" : answer.s,
			answer.len, 0, NULL)) == NULL ||
	    json_array_size(table) == 0) {
		struct slice why = slice_trim(str_slice(&answer));

		err_set(&err, "the event console answers \"%.*s\"",
		    (int)(why.len < 200 ? why.len : 200),
		    why.s == NULL ? "" : why.s);
		state = unknown(err.text);
	} else {
		state = judge(a, table);
	}
	json_decref(table);
	str_free(&question);
	str_free(&answer);
	return state;
}

int
main(int argc, char **argv)
{
	struct asked a = {0};
	int option;

	while ((option = getopt(argc, argv, "s:H:ah")) != -1) {
		switch (option) {
		case 's':
			a.socket = optarg;
			break;
		case 'H':
			a.remote = optarg;
			break;
		case 'a':
			a.acknowledged_count_less = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return UNKNOWN;
		}
	}
	if (optind >= argc || argc - optind > 2 || argv[optind][0] == '\0') {
		fputs(usage, stderr);
		return UNKNOWN;
	}
	a.host = argv[optind];
	a.application = argv[optind + 1];
	if (a.application != NULL && a.application[0] == '\0')
		a.application = NULL;
	if (strchr(a.host, '\n') != NULL ||
	    (a.application != NULL && strchr(a.application, '\n') != NULL))
		return unknown("a host or application is one line");
	return run(&a);
}
