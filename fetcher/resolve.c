/* SPDX-License-Identifier: Apache-2.0
 *
 * The names' cache and its lookups; see resolve.h. An entry that is being
 * looked up belongs to its uv_getaddrinfo request: if the resolver goes first,
 * the request's end frees it.
 */
#include "fetcher/resolve.h"
#include "fetcher/limits.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 1024

struct resolve_entry {
	uv_getaddrinfo_t req;
	struct resolver *resolver;  /* NULL: it has gone */
	struct resolve_entry *next; /* in its bucket */
	struct resolve_ask *first;  /* who waits */
	union address addresses[LIMIT_ADDRESSES];
	size_t n;
	int64_t good_until; /* monotonic */
	uint32_t family;
	bool running;
	char why[160];
	char name[]; /* as asked for */
};

struct resolver {
	uv_loop_t *loop;
	struct resolve_entry *buckets[BUCKETS];
	size_t n_entries, n_running;
};

struct resolver *
resolver_new(uv_loop_t *loop)
{
	struct resolver *r = xnew(struct resolver);

	r->loop = loop;
	return r;
}

static void
forget_asks(struct resolve_entry *e)
{
	while (e->first != NULL)
		resolver_cancel(e->first);
}

void
resolver_free(struct resolver **rp)
{
	struct resolver *r = *rp;

	if (r == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		struct resolve_entry *e = r->buckets[i];

		while (e != NULL) {
			struct resolve_entry *next = e->next;

			forget_asks(e);
			e->resolver = NULL;
			if (!e->running)
				free(e);
			else
				uv_cancel((uv_req_t *)&e->req);
			e = next;
		}
	}
	free(r);
	*rp = NULL;
}

static size_t
bucket_of(const char *name, uint32_t family)
{
	uint32_t h = 2166136261u ^ family;

	for (; *name != '\0'; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h % BUCKETS;
}

/* Entries that nobody waits for and that are old; all idle ones if `force`. */
static void
sweep(struct resolver *r, bool force)
{
	int64_t now = clock_mono();

	for (size_t i = 0; i < BUCKETS; i++) {
		struct resolve_entry **link = &r->buckets[i];

		while (*link != NULL) {
			struct resolve_entry *e = *link;

			if (e->running || (!force && e->good_until > now)) {
				link = &e->next;
				continue;
			}
			*link = e->next;
			free(e);
			r->n_entries--;
		}
	}
}

static struct resolve_entry *
entry_of(struct resolver *r, const char *name, uint32_t family)
{
	struct resolve_entry **bucket = &r->buckets[bucket_of(name, family)];
	struct resolve_entry *e;
	size_t len = strlen(name);

	for (e = *bucket; e != NULL; e = e->next)
		if (e->family == family && strcmp(e->name, name) == 0)
			return e;
	if (r->n_entries >= LIMIT_NAMES)
		sweep(r, false);
	if (r->n_entries >= LIMIT_NAMES)
		sweep(r, true);
	e = xcalloc(1, sizeof(*e) + len + 1);
	memcpy(e->name, name, len + 1);
	e->family = family;
	e->resolver = r;
	e->next = *bucket;
	*bucket = e;
	r->n_entries++;
	return e;
}

/* `running` holds until the end, so that no callback's ask sweeps `e` away. */
static void
answer_all(struct resolve_entry *e)
{
	e->running = true;
	while (e->first != NULL) {
		struct resolve_ask *ask = e->first;

		resolver_cancel(ask);
		ask->done(ask, e->addresses, e->n, e->why);
	}
	e->running = false;
}

static void
take_addresses(struct resolve_entry *e, const struct addrinfo *list)
{
	e->n = 0;
	for (; list != NULL && e->n < LIMIT_ADDRESSES; list = list->ai_next) {
		if ((list->ai_family != AF_INET &&
			list->ai_family != AF_INET6) ||
		    list->ai_addrlen > sizeof(union address))
			continue;
		memset(&e->addresses[e->n], 0, sizeof(union address));
		memcpy(&e->addresses[e->n++], list->ai_addr, list->ai_addrlen);
	}
}

static void
note_failure(struct resolve_entry *e, int status)
{
	bool silent = status == UV_EAI_AGAIN || status == UV_ETIMEDOUT;
	const char *family = e->family == 6 ? "IPv6 "
	    : e->family == 4                ? "IPv4 "
					    : "";

	e->good_until = clock_mono() + LIMIT_NAME_BAD_MS * NS_PER_MS;
	if (silent && e->n > 0)
		return; /* the old answer is better than none */
	e->n = 0;
	if (silent)
		snprintf(e->why, sizeof(e->why),
		    "no name server answers (see /etc/resolv.conf)");
	else if (status == UV_EAI_NONAME || status == UV_EAI_NODATA)
		snprintf(e->why, sizeof(e->why),
		    "the name has no %saddress (write a number as the host's "
		    "address, or add the name to DNS or /etc/hosts)",
		    family);
	else
		snprintf(e->why, sizeof(e->why), "%.120s", uv_strerror(status));
}

static void
looked_up(uv_getaddrinfo_t *req, int status, struct addrinfo *list)
{
	struct resolve_entry *e = (struct resolve_entry *)req;

	if (e->resolver == NULL) {
		uv_freeaddrinfo(list);
		free(e);
		return;
	}
	e->resolver->n_running--;
	if (status == 0) {
		take_addresses(e, list);
		if (e->n == 0)
			status = UV_EAI_NODATA;
	}
	uv_freeaddrinfo(list);
	if (status == 0)
		e->good_until = clock_mono() + LIMIT_NAME_GOOD_MS * NS_PER_MS;
	else
		note_failure(e, status);
	answer_all(e);
}

static void
look_up(struct resolver *r, struct resolve_entry *e)
{
	struct addrinfo hints = {
	    .ai_socktype = SOCK_STREAM,
	    .ai_family = e->family == 4 ? AF_INET
		: e->family == 6        ? AF_INET6
					: AF_UNSPEC,
	};
	int rc;

	rc = uv_getaddrinfo(r->loop, &e->req, looked_up, e->name, NULL, &hints);
	if (rc == 0) {
		e->running = true;
		r->n_running++;
		return;
	}
	note_failure(e, rc);
	answer_all(e);
}

void
resolver_ask(struct resolver *r, const char *name, uint32_t family,
    struct resolve_ask *ask)
{
	struct resolve_entry *e;
	union address number;

	must(ask->entry == NULL);
	if (address_parse(name, family, &number)) {
		ask->done(ask, &number, 1, "");
		return;
	}
	e = entry_of(r, name, family);
	if (!e->running && e->good_until > clock_mono()) {
		ask->done(ask, e->addresses, e->n, e->why);
		return;
	}
	ask->entry = e;
	ask->prev = NULL;
	ask->next = e->first;
	if (e->first != NULL)
		e->first->prev = ask;
	e->first = ask;
	if (!e->running)
		look_up(r, e);
}

void
resolver_cancel(struct resolve_ask *ask)
{
	struct resolve_entry *e = ask->entry;

	if (e == NULL)
		return;
	if (ask->prev != NULL)
		ask->prev->next = ask->next;
	else
		e->first = ask->next;
	if (ask->next != NULL)
		ask->next->prev = ask->prev;
	ask->entry = NULL;
	ask->prev = ask->next = NULL;
}

size_t
resolver_running(const struct resolver *r)
{
	return r->n_running;
}
