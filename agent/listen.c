/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers clients: a process for each, at most max_clients at once, each with
 * a time limit for everything.
 */
#include "agent/listen.h"

#include "agent/allow.h"
#include "agent/run.h"
#include "agent/text.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t stopping;

static void
on_stop(int sig)
{
	(void)sig;
	stopping = 1;
}

static void
on_child(int sig)
{
	(void)sig; /* wakes poll() */
}

static void
on_alarm(int sig)
{
	(void)sig;
	run_kill_all();
	_exit(1);
}

static void
handle(int sig, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};
	sigemptyset(&action.sa_mask);
	sigaction(sig, &action, NULL);
}

/* Writes the output to `fd` within the limit. */
static int
answer(const struct agent *agent, int fd)
{
	handle(SIGALRM, on_alarm);
	handle(SIGTERM, on_alarm);
	handle(SIGINT, on_alarm);
	handle(SIGCHLD, SIG_DFL);
	handle(SIGPIPE, SIG_DFL);
	alarm((unsigned)agent->client_timeout);
	FILE *out = fdopen(fd, "w");
	if (out == NULL)
		return 1;
	setvbuf(out, NULL, _IOFBF, 65536);
	agent_write(agent, out);
	return fclose(out) == 0 ? 0 : 1;
}

int
listen_once(const struct agent *agent)
{
	struct sockaddr_storage peer = {0};
	socklen_t len = sizeof(peer);

	if (getpeername(STDOUT_FILENO, (struct sockaddr *)&peer, &len) == 0 &&
	    !allow_peer(agent->only_from, (struct sockaddr *)&peer))
		return 1;
	return answer(agent, STDOUT_FILENO);
}

/* "ADDRESS:PORT", "[ADDRESS]:PORT" or "PORT". -1 after saying why. */
static int
open_listener(const char *where)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *found;
	char *copy = text_format("%s", where), *host = copy;
	char *colon = strrchr(copy, ':');
	const char *port = copy;
	int one = 1, fd = -1, why;

	if (colon == NULL) {
		host = NULL;
	} else {
		*colon = '\0';
		port = colon + 1;
		if (*host == '[' && colon[-1] == ']') {
			colon[-1] = '\0';
			host++;
		}
		if (*host == '\0' || strcmp(host, "*") == 0)
			host = NULL;
	}
	why = getaddrinfo(host, port, &hints, &found);
	if (why != 0) {
		fprintf(stderr,
		    "vedette-agent: --listen %s: %s (expected "
		    "ADDRESS:PORT)\n",
		    where, gai_strerror(why));
		free(copy);
		return -1;
	}
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) != 0 ||
	    listen(fd, 64) != 0) {
		fprintf(stderr,
		    "vedette-agent: --listen %s: %s (choose another port, or "
		    "end what has it: ss -ltnp)\n",
		    where, strerror(errno));
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	free(copy);
	return fd;
}

/* Takes one client. True if a process answers it now. */
static bool
take_client(const struct agent *agent, int listener)
{
	struct sockaddr_storage peer = {0};
	socklen_t len = sizeof(peer);
	int fd =
	    accept4(listener, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC);
	if (fd < 0)
		return false;
	pid_t pid = -1;
	if (allow_peer(agent->only_from, (struct sockaddr *)&peer)) {
		pid = fork();
		if (pid == 0) {
			close(listener);
			_exit(answer(agent, fd));
		}
	}
	close(fd);
	return pid > 0;
}

int
listen_run(const struct agent *agent)
{
	int listener = open_listener(agent->listen);
	int clients = 0;

	if (listener < 0)
		return 1;
	handle(SIGTERM, on_stop);
	handle(SIGINT, on_stop);
	handle(SIGCHLD, on_child);
	handle(SIGPIPE, SIG_IGN);
	fprintf(stderr, "vedette-agent: listening on %s\n", agent->listen);
	while (!stopping) {
		/* While all places are taken, others wait in the backlog. */
		struct pollfd p = {.fd = listener, .events = POLLIN};
		int n = poll(&p, clients < agent->max_clients ? 1 : 0, 1000);
		while (clients > 0 && waitpid(-1, NULL, WNOHANG) > 0)
			clients--;
		if (n > 0 && !stopping && take_client(agent, listener))
			clients++;
	}
	close(listener);
	return 0;
}
