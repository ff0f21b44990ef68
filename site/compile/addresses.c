/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses of hosts that have none in the configuration: their names are
 * resolved, all at once, within one time for all of them. What was found is
 * kept in var/vedette/addresses.json; where no name server answers, the
 * address of last time is taken, so that nothing waits for a dead one.
 */
#include "common/clock.h"
#include "common/file.h"
#include "common/mem.h"
#include "site/compile/model.h"

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#define MAX_CACHE  (64 << 20)
#define MAX_FLIGHT 200 /* questions at once */

struct asking {
	struct model *m;
	ares_channel channel;
	json_t *cache; /* name: {"4": ADDRESS, "6": ADDRESS, "at": SECONDS} */
	uint32_t next; /* host to ask about */
	unsigned flight;
	bool changed;
	int64_t now;
};

struct question {
	struct asking *a;
	struct host *host;
};

/* --- who is asked about ----------------------------------------------------
 */

static bool
is_address(const char *text)
{
	unsigned char buf[16];

	return inet_pton(AF_INET, text, buf) == 1 ||
	    inet_pton(AF_INET6, text, buf) == 1;
}

/* Does anything ever connect to it? */
static bool
needs_address(const struct host *h)
{
	const char *check = json_string_value(h->values[ATTR_check]);
	bool quiet = check != NULL &&
	    (strcmp(check, "passive") == 0 || strcmp(check, "always_up") == 0);

	if (h->number == NONE || h->nodes != NULL ||
	    h->values[ATTR_address] != NULL || is_address(h->name))
		return false;
	return !quiet || strcmp(host_agent_kind(h), "tcp") == 0 ||
	    json_is_object(h->values[ATTR_snmp]);
}

static int
family_of(const struct host *h)
{
	const char *family = json_string_value(h->values[ATTR_family]);

	if (family == NULL || strcmp(family, "any") == 0)
		return AF_UNSPEC;
	return family[0] == '6' ? AF_INET6 : AF_INET;
}

/* Of the cache's entry, by the host's family. */
static const char *
pick(const struct host *h, const json_t *entry)
{
	const char *four = json_string_value(json_object_get(entry, "4"));
	const char *six = json_string_value(json_object_get(entry, "6"));
	int family = family_of(h);

	if (family == AF_INET6)
		return six;
	return four != NULL || family == AF_INET ? four : six;
}

/* --- asking ----------------------------------------------------------------
 */

static void
answered(void *arg, int status, int timeouts, struct ares_addrinfo *found)
{
	struct question *q = arg;
	struct asking *a = q->a;
	json_t *entry;

	(void)timeouts;
	a->flight--;
	if (status == ARES_SUCCESS) {
		entry = json_pack("{s:I}", "at", (json_int_t)a->now);
		for (struct ares_addrinfo_node *n = found->nodes; n != NULL;
		     n = n->ai_next) {
			const char *key = n->ai_family == AF_INET6 ? "6" : "4";
			char text[NI_MAXHOST];

			if (json_object_get(entry, key) == NULL &&
			    getnameinfo(n->ai_addr, n->ai_addrlen, text,
				sizeof(text), NULL, 0, NI_NUMERICHOST) == 0)
				json_object_set_new(
				    entry, key, json_string(text));
		}
		q->host->resolved = pick(q->host, entry);
		json_object_set_new(a->cache, q->host->name, entry);
		a->changed = true;
	}
	if (found != NULL)
		ares_freeaddrinfo(found);
	free(q);
}

static void
ask_more(struct asking *a)
{
	struct model *m = a->m;

	for (; a->flight < MAX_FLIGHT && a->next < m->tables[TABLE_HOSTS].n;
	     a->next++) {
		struct host *h = &m->hosts[a->next];
		struct ares_addrinfo_hints hints = {
		    .ai_family = family_of(h), .ai_flags = ARES_AI_NOSORT};
		struct question *q;

		if (!needs_address(h))
			continue;
		q = xnew(struct question);
		*q = (struct question){a, h};
		a->flight++;
		ares_getaddrinfo(
		    a->channel, h->name, NULL, &hints, answered, q);
	}
}

static void
wait_for_some(struct asking *a, int64_t left_ms)
{
	ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
	struct pollfd fds[ARES_GETSOCK_MAXNUM];
	unsigned bits =
	    (unsigned)ares_getsock(a->channel, sockets, ARES_GETSOCK_MAXNUM);
	struct timeval longest = {left_ms / 1000, left_ms % 1000 * 1000};
	struct timeval room, *wait = ares_timeout(a->channel, &longest, &room);
	nfds_t n = 0;

	for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
		short events = 0;

		/* The library's own macros shift into the sign. */
		if ((bits >> i & 1) != 0)
			events |= POLLIN;
		if ((bits >> (i + ARES_GETSOCK_MAXNUM) & 1) != 0)
			events |= POLLOUT;
		if (events != 0)
			fds[n++] = (struct pollfd){sockets[i], events, 0};
	}
	poll(fds, n, (int)(wait->tv_sec * 1000 + wait->tv_usec / 1000 + 1));
	for (nfds_t i = 0; i < n; i++)
		ares_process_fd(a->channel,
		    fds[i].revents & (POLLIN | POLLERR | POLLHUP)
			? fds[i].fd
			: ARES_SOCKET_BAD,
		    fds[i].revents & POLLOUT ? fds[i].fd : ARES_SOCKET_BAD);
	ares_process_fd(a->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static void
set_servers(struct asking *a)
{
	struct str list = {0};

	for (size_t i = 0; i < json_array_size(a->m->dns.servers); i++) {
		const char *s =
		    json_string_value(json_array_get(a->m->dns.servers, i));

		if (s != NULL)
			str_addf(&list, "%s%s", list.len > 0 ? "," : "", s);
	}
	if (list.len > 0)
		ares_set_servers_ports_csv(a->channel, str_get(&list));
	str_free(&list);
}

static void
ask_all(struct asking *a)
{
	int64_t ends = clock_mono() + a->m->dns.timeout_ms * NS_PER_MS;
	struct ares_options options = {
	    .timeout = (int)(a->m->dns.timeout_ms / 2 + 1), .tries = 2};

	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		return;
	if (ares_init_options(&a->channel, &options,
		ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) == ARES_SUCCESS) {
		set_servers(a);
		for (;;) {
			int64_t left;

			ask_more(a);
			left = (ends - clock_mono()) / NS_PER_MS;
			if (a->flight == 0 || left <= 0)
				break;
			wait_for_some(a, left);
		}
		ares_cancel(a->channel);
		ares_destroy(a->channel);
	}
	ares_library_cleanup();
}

/* --- the cache -------------------------------------------------------------
 */

static json_t *
read_cache(const char *path)
{
	struct str text = {0};
	json_t *cache = NULL;
	struct err err;

	if (file_exists(path) && file_read(path, MAX_CACHE, &text, &err) == 0)
		cache = json_loadb(str_get(&text), text.len, 0, NULL);
	str_free(&text);
	if (!json_is_object(cache)) {
		json_decref(cache);
		cache = json_object();
	}
	return cache;
}

static void
write_cache(struct asking *a, const char *path)
{
	char *text = json_dumps(a->cache, JSON_INDENT(1) | JSON_SORT_KEYS);
	struct err err;

	if (text != NULL && file_write(path, slice_of(text), 0640, &err) != 0)
		model_warn(a->m, (struct place){0},
		    "addresses are not kept: %s", err.text);
	free(text);
}

/* Whoever was not answered for has the address of last time. */
static void
take_cached(struct asking *a)
{
	struct model *m = a->m;

	for (uint32_t i = 0; i < m->tables[TABLE_HOSTS].n; i++) {
		struct host *h = &m->hosts[i];
		const json_t *entry = json_object_get(a->cache, h->name);
		time_t at =
		    (time_t)json_integer_value(json_object_get(entry, "at"));
		char when[32] = "";
		struct tm tm;

		if (h->resolved != NULL || !needs_address(h))
			continue;
		h->resolved = pick(h, entry);
		if (localtime_r(&at, &tm) != NULL)
			strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &tm);
		if (!m->dns.ask)
			continue;
		if (h->resolved != NULL)
			model_warn(m,
			    place_key(place_of(h->src, "hosts"), h->name),
			    "no address is found now for the name %s: %s, "
			    "found at %s, is used",
			    h->name, h->resolved, when);
		else
			model_warn(m,
			    place_key(place_of(h->src, "hosts"), h->name),
			    "no address is found for the name %s (give it one "
			    "with address: ...)",
			    h->name);
	}
}

void
addresses_resolve(struct model *m)
{
	struct asking a = {.m = m, .now = clock_wall() / NS_PER_S};
	char *path;

	if (m->root == NULL || m->dns.timeout_ms == 0 || m->m->n_mistakes > 0)
		return;
	path = xasprintf("%s/var/vedette/addresses.json", m->root);
	a.cache = model_keep(m, read_cache(path));
	if (m->dns.ask)
		ask_all(&a);
	take_cached(&a);
	if (a.changed)
		write_cache(&a, path);
	free(path);
}
