/* SPDX-License-Identifier: Apache-2.0
 *
 * listen.notify: other sites' way in. A reload binds what is new while it is
 * prepared, so that a port in use refuses it; committing takes that over.
 */
#include "notifyd/notifyd.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ZeroMQ closes in the background: that long our own port may be in use. */
#define FREEING_TRIES 50
#define FREEING_NS    (10 * 1000 * 1000)

static char *
endpoint_of(const char *address, unsigned port)
{
	bool v6 = strchr(address, ':') != NULL;

	return xasprintf(
	    "tcp://%s%s%s:%u", v6 ? "[" : "", address, v6 ? "]" : "", port);
}

static bool
says(const struct err *err, const char *const *reasons, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strstr(err->text, reasons[i]) != NULL)
			return true;
	}
	return false;
}

/* An address that this machine has not: ::1 without IPv6. */
static bool
is_missing_address(const struct err *err)
{
	static const char *const reasons[] = {"Cannot assign requested",
	    "Address family not supported", "No such device"};

	return says(err, reasons, ARRAY_LEN(reasons));
}

static bool
is_in_use(const struct err *err)
{
	static const char *const reasons[] = {"already in use"};

	return says(err, reasons, ARRAY_LEN(reasons));
}

static size_t
find(const struct listening *in, const char *endpoint)
{
	size_t i = 0;

	while (i < in->n && strcmp(in->at[i].endpoint, endpoint) != 0)
		i++;
	return i;
}

static void
close_all(struct listening *list)
{
	for (size_t i = 0; i < list->n; i++) {
		bus_close(&list->at[i].link);
		free(list->at[i].endpoint);
	}
	list->n = 0;
}

static struct bus_link *
open_one(struct notifyd *n, const char *endpoint, struct err *err_r)
{
	struct bus_curve curve = n->curve;
	struct bus_options options = {
	    .curve = &curve, .silence_ms = peers_silence_ms(n->d->settings)};

	curve.allow = peers_allow;
	curve.allow_arg = n->peers;
	return bus_listen(
	    n->d->bus, endpoint, &options, &intake_handlers, n, err_r);
}

/* As open_one(), soon after one of our own on that port was closed. */
static struct bus_link *
open_freed(struct notifyd *n, const char *endpoint, struct err *err_r)
{
	const struct timespec pause = {.tv_nsec = FREEING_NS};
	struct bus_link *link = NULL;

	for (int i = 0; link == NULL && i < FREEING_TRIES; i++) {
		nanosleep(&pause, NULL);
		link = open_one(n, endpoint, err_r);
		if (link == NULL && !is_in_use(err_r))
			break;
	}
	return link;
}

/*
 * 127.0.0.1 becomes 0.0.0.0 on the same port: the one has to go before the
 * other can be bound. True if one went.
 */
static bool
give_up_port(struct notifyd *n, const struct settings_listener *l)
{
	char *end = xasprintf(":%u", l->port);
	bool gone = false;

	for (size_t i = 0; i < n->now.n; i++) {
		struct listening_at *at = &n->now.at[i];
		bool wanted = false;

		for (size_t k = 0; k < l->n_addresses; k++) {
			char *endpoint = endpoint_of(l->addresses[k], l->port);

			wanted = wanted || strcmp(endpoint, at->endpoint) == 0;
			free(endpoint);
		}
		if (wanted || at->link == NULL ||
		    strcmp(strrchr(at->endpoint, ':'), end) != 0)
			continue;
		bus_close(&at->link);
		gone = true;
	}
	free(end);
	return gone;
}

/* 0 too for an address that is left out. */
static int
prepare_one(struct notifyd *n, const struct settings_listener *l,
    const char *address, struct err *err_r)
{
	char *endpoint = endpoint_of(address, l->port);
	struct bus_link *link = NULL;
	bool kept = find(&n->now, endpoint) < n->now.n;
	struct err err = {""};

	if (n->next.n == NOTIFYD_MAX_ADDRESSES) {
		err_set(err_r, "listen.notify: more than %d addresses",
		    NOTIFYD_MAX_ADDRESSES);
		free(endpoint);
		return -1;
	}
	if (!kept)
		link = open_one(n, endpoint, &err);
	if (!kept && link == NULL && is_in_use(&err) && give_up_port(n, l))
		link = open_freed(n, endpoint, &err);
	if (kept || link != NULL) {
		n->next.at[n->next.n++] = (struct listening_at){link, endpoint};
		return 0;
	}
	free(endpoint);
	if (is_missing_address(&err)) {
		log_warn("listen.notify: %s: left out", err.text);
		return 0;
	}
	err_set(err_r, "listen.notify: %.900s", err.text);
	return -1;
}

int
listening_prepare(
    struct notifyd *n, const struct settings_listener *l, struct err *err_r)
{
	struct err all = {""}, one = {""};

	listening_abort(n);
	for (size_t i = 0; l->enabled && i < l->n_addresses; i++)
		if (prepare_one(n, l, l->addresses[i], &one) < 0)
			err_also(&all, &one);
	if (all.text[0] == '\0')
		return 0;
	listening_abort(n);
	err_set(err_r, "%s", all.text);
	return -1;
}

void
listening_commit(struct notifyd *n)
{
	for (size_t i = 0; i < n->next.n; i++) {
		struct listening_at *at = &n->next.at[i];
		size_t k = find(&n->now, at->endpoint);

		if (at->link == NULL && k < n->now.n) {
			at->link = n->now.at[k].link;
			n->now.at[k].link = NULL;
		}
	}
	close_all(&n->now);
	n->now = n->next;
	n->next.n = 0;
}

void
listening_abort(struct notifyd *n)
{
	struct err err;

	close_all(&n->next);
	for (size_t i = 0; i < n->now.n; i++) {
		struct listening_at *at = &n->now.at[i];

		if (at->link == NULL)
			at->link = open_freed(n, at->endpoint, &err);
		if (at->link == NULL)
			log_error("listen.notify: %s", err.text);
	}
}

void
listening_close(struct notifyd *n)
{
	close_all(&n->next);
	close_all(&n->now);
}
