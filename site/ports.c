/* SPDX-License-Identifier: Apache-2.0
 *
 * Chooses a port offset by asking the other sites and by binding.
 */
#include "site/ports.h"

#include "common/mem.h"
#include "common/num.h"
#include "common/settings.h"
#include "site/user.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define N_PORTS    65536
#define AGENT_PORT 6556 /* the machine's own agent, never a site's */

struct listener {
	const char *name;
	bool enabled, open;
	uint16_t port;
};
#define LISTENER(name, enabled, port, open, help) {#name, enabled, open, port},
static const struct listener listeners[] = {SETTINGS_LISTENERS(LISTENER)};

/* Who has a port: the name of a site, "" for a fixed use, NULL: nobody. */
struct taken {
	char *by[N_PORTS];
};

int
ports_max_offset(void)
{
	int highest = 0;

	for (size_t i = 0; i < ARRAY_LEN(listeners); i++)
		if (listeners[i].port > highest)
			highest = listeners[i].port;
	return N_PORTS - 1 - highest;
}

/* In the other site's user's name: a port a line. */
static int
print_ports(const struct site *site, int fd, void *arg)
{
	struct str mistakes = {0}, text = {0};
	struct settings *s = settings_load(site->root, &mistakes);
	int rc = -1;

	(void)arg;
	if (s != NULL) {
#define PRINT(member, on, number, any, help)                                   \
	str_addf(&text, "%d\n", (int)s->member.port);
		SETTINGS_LISTENERS(PRINT)
#undef PRINT
		rc = write(fd, text.s, text.len) == (ssize_t)text.len ? 0 : -1;
		settings_free(&s);
	}
	str_free(&mistakes);
	str_free(&text);
	return rc;
}

static void
take_of_site(struct taken *taken, const struct site *other)
{
	struct str text = {0};
	struct slice rest, line;
	int64_t port;

	user_do(other, print_ports, NULL, &text, NULL);
	rest = str_slice(&text);
	while (slice_next(&rest, '\n', &line))
		if (num_range(line, 1, N_PORTS - 1, &port) &&
		    taken->by[port] == NULL)
			taken->by[port] = xstrdup(other->name);
	str_free(&text);
}

static struct taken *
taken_by_others(const struct site *site)
{
	struct taken *taken = xnew(struct taken);
	size_t n;
	char **names = site_names(&n);

	taken->by[AGENT_PORT] = xstrdup("");
	for (size_t i = 0; i < n; i++) {
		struct site *other = site_open(names[i], NULL);

		if (other != NULL && strcmp(names[i], site->name) != 0 &&
		    (geteuid() == 0 ? other->uid != 0
				    : other->uid == geteuid()))
			take_of_site(taken, other);
		site_free(&other);
		free(names[i]);
	}
	free(names);
	return taken;
}

static void
taken_free(struct taken *taken)
{
	for (size_t i = 0; i < N_PORTS; i++)
		free(taken->by[i]);
	free(taken);
}

/* A protocol that the machine does not have is no conflict. */
static bool
can_bind(int family, bool any, uint16_t port)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6,
	    .sin6_port = htons(port),
	    .sin6_addr = any ? in6addr_any : in6addr_loopback};
	struct sockaddr_in four = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr = {htonl(any ? INADDR_ANY : INADDR_LOOPBACK)}};
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1, rc;

	if (fd == -1)
		return true;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	rc = family == AF_INET6
	    ? bind(fd, (struct sockaddr *)&six, sizeof(six))
	    : bind(fd, (struct sockaddr *)&four, sizeof(four));
	if (rc == 0)
		rc = listen(fd, 1);
	rc = rc == 0 || (errno != EADDRINUSE && errno != EACCES);
	close(fd);
	return rc;
}

/* Appends conflicts to `to` (may be NULL) and counts them. */
static size_t
conflicts(const struct taken *taken, uint16_t offset, struct str *to)
{
	struct str ignored = {0};
	size_t n = 0;

	if (to == NULL)
		to = &ignored;
	for (size_t i = 0; i < ARRAY_LEN(listeners); i++) {
		const struct listener *l = &listeners[i];
		uint16_t port = (uint16_t)(l->port + offset);

		if (taken->by[port] != NULL) {
			str_addf(to, "port %d (%s) belongs to %s%s\n", port,
			    l->name, *taken->by[port] ? "site " : "the agent",
			    taken->by[port]);
			n++;
		} else if (l->enabled &&
		    (!can_bind(AF_INET, l->open, port) ||
			!can_bind(AF_INET6, l->open, port))) {
			str_addf(to, "port %d (%s) is in use\n", port, l->name);
			n++;
		}
	}
	str_free(&ignored);
	return n;
}

int
ports_choose(const struct site *site, uint16_t *offset_r, struct err *err_r)
{
	struct taken *taken = taken_by_others(site);
	int max = ports_max_offset(), offset = 0;

	while (offset <= max && conflicts(taken, (uint16_t)offset, NULL) > 0)
		offset++;
	taken_free(taken);
	if (offset > max) {
		err_set(err_r,
		    "no free range of ports (say which with"
		    " --port-offset N)");
		return -1;
	}
	*offset_r = (uint16_t)offset;
	return 0;
}

void
ports_conflicts(const struct site *site, uint16_t offset, struct str *to)
{
	struct taken *taken = taken_by_others(site);

	conflicts(taken, offset, to);
	taken_free(taken);
}
