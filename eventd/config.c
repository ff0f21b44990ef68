/* SPDX-License-Identifier: Apache-2.0
 *
 * A configuration for the event console: rules, actions, settings, sockets,
 * all built before the first is used.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/tls_listener.h"
#include "eventd/eventd.h"
#include "eventd/trap/credentials.h"

#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>

static bool
wants_tls(const struct settings_listener *l)
{
	const json_t *tls = json_object_get(l->extra, "tls");

	return l->enabled && tls != NULL && !json_is_false(tls);
}

/* Everything that is in the way is named, not the first thing alone. */
static int
bind_all(struct eventd *ed, struct eventd_config *c,
    const struct settings *settings, struct err *err_r)
{
	struct err all = {""}, one = {""};

	if (eventd_read_allow(settings, &c->sources, &one) != 0)
		err_also(&all, &one);
	if (bind_listener(&c->traps, "traps", &settings->traps, SOCK_DGRAM,
		&ed->listening_traps, &one) != 0)
		err_also(&all, &one);
	if (bind_listener(&c->udp, "syslog_udp", &settings->syslog_udp,
		SOCK_DGRAM, &ed->listening_udp, &one) != 0)
		err_also(&all, &one);
	if (bind_listener(&c->tcp, "syslog_tcp", &settings->syslog_tcp,
		SOCK_STREAM, &ed->listening_tcp, &one) != 0)
		err_also(&all, &one);
	if (bind_listener(&c->tls, "syslog_tls", &settings->syslog_tls,
		SOCK_STREAM, &ed->listening_tls, &one) != 0)
		err_also(&all, &one);
	if (settings->syslog_tls.enabled) {
		c->tls_context = tls_listener_context(ed->d->root, ed->d->site,
		    "listen.syslog_tls", &settings->syslog_tls, &one);
		/* Senders do not read: tickets would reset their connection. */
		if (c->tls_context == NULL)
			err_also(&all, &one);
		else
			SSL_CTX_set_num_tickets(c->tls_context, 0);
	}
	if (wants_tls(&settings->event_status)) {
		c->status_context =
		    tls_listener_context(ed->d->root, ed->d->site,
			"listen.event_status", &settings->event_status, &one);
		if (c->status_context == NULL)
			err_also(&all, &one);
	}
	if (bind_listener(&c->status, "event_status", &settings->event_status,
		SOCK_STREAM, &ed->listening_status, &one) != 0)
		err_also(&all, &one);
	if (all.text[0] == '\0')
		return 0;
	err_set(err_r, "%s", all.text);
	return -1;
}

static void
unmark(struct bound_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		list->v[i].keep = false;
}

/* A fallback works by its master's rules. */
static struct event_rules *
read_rules(struct eventd *ed, const struct snapshot *snap,
    const struct settings *settings, struct str *mistakes, struct str *warnings)
{
	struct event_rules *made;
	char *rules, *actions;

	if (!fallback_rules(ed->d->root, settings->eventd, &rules, &actions))
		return event_rules_read(
		    snap, settings->eventd, mistakes, warnings);
	made = event_rules_read_texts(
	    snap, rules, actions, settings->eventd, mistakes, warnings);
	free(rules);
	free(actions);
	return made;
}

struct eventd_config *
eventd_config_build(struct eventd *ed, const struct snapshot *snap,
    const struct settings *settings, struct err *err_r)
{
	struct eventd_config *c = xnew(struct eventd_config);
	struct str mistakes = {0}, warnings = {0};

	c->made = read_rules(ed, snap, settings, &mistakes, &warnings);
	if (warnings.len > 0)
		log_warn("%s", str_get(&warnings));
	str_free(&warnings);
	if (c->made == NULL) {
		mistakes.s[mistakes.len - 1] = '\0';
		err_set(err_r, "%s", str_get(&mistakes));
		str_free(&mistakes);
		eventd_config_free(&c);
		return NULL;
	}
	str_free(&mistakes);
	unmark(&ed->listening_udp);
	unmark(&ed->listening_traps);
	unmark(&ed->listening_tcp);
	unmark(&ed->listening_tls);
	unmark(&ed->listening_status);
	if (trap_credentials_read(
		&c->made->options->traps, ed->d->root, err_r) != 0 ||
	    bind_all(ed, c, settings, err_r) != 0)
		eventd_config_free(&c);
	return c;
}

void
eventd_config_free(struct eventd_config **cp)
{
	struct eventd_config *c = *cp;

	if (c == NULL)
		return;
	event_rules_free(&c->made);
	bound_list_free(&c->udp);
	bound_list_free(&c->traps);
	bound_list_free(&c->tcp);
	bound_list_free(&c->tls);
	SSL_CTX_free(c->tls_context);
	SSL_CTX_free(c->status_context);
	source_rules_free(&c->sources);
	bound_list_free(&c->status);
	free(c);
	*cp = NULL;
}

/* --- taking it
 * ------------------------------------------------------------------ */

static void
key_of(char key[128], const struct bound_socket *b)
{
	snprintf(key, 128, "%s port %u", b->address, b->port);
}

/* The sockets that stay in `old` are taken over into `now`. */
static void
inherit(struct bound_list *old, struct bound_list *now)
{
	for (size_t i = 0; i < now->n; i++) {
		for (size_t k = 0; now->v[i].fd == -1 && k < old->n; k++) {
			if (old->v[k].port == now->v[i].port &&
			    strcmp(old->v[k].address, now->v[i].address) == 0) {
				now->v[i].fd = old->v[k].fd;
				old->v[k].fd = -1;
			}
		}
	}
}

static void
listen_udp(struct eventd *ed, struct eventd_config *c)
{
	size_t n = 0;

	inherit(&ed->listening_udp, &c->udp);
	for (size_t i = 0; i < c->udp.n && n < ARRAY_LEN(ed->udp_fds); i++)
		ed->udp_fds[n++] = c->udp.v[i].fd;
	udp_set_sockets(ed->udp, ed->udp_fds, n);
	/* Those that nobody reads any more are closed here. */
	bound_list_free(&ed->listening_udp);
	ed->listening_udp = c->udp;
	c->udp = (struct bound_list){0};
}

/* By the options that the engine works by. */
static int
listen_traps(struct eventd *ed, struct eventd_config *c, struct err *err_r)
{
	int fds[ARRAY_LEN(ed->udp_fds)];
	size_t n = 0;
	int rc;

	inherit(&ed->listening_traps, &c->traps);
	for (size_t i = 0; i < c->traps.n && n < ARRAY_LEN(fds); i++)
		fds[n++] = c->traps.v[i].fd;
	rc =
	    ec_traps_set(ed->traps, &ed->engine->options->traps, fds, n, err_r);
	bound_list_free(&ed->listening_traps);
	ed->listening_traps = c->traps;
	c->traps = (struct bound_list){0};
	return rc;
}

typedef int listen_fn(void *server, int fd, const char *key, struct err *err);
typedef void unlisten_fn(void *server, const char *key);

static int
start_tcp(void *server, int fd, const char *key, struct err *err_r)
{
	return ec_stream_listen_tcp(server, fd, key, err_r);
}

static int
start_tls(void *server, int fd, const char *key, struct err *err_r)
{
	return ec_stream_listen_tls(server, fd, key, err_r);
}

static void
stop_tcp(void *server, const char *key)
{
	ec_stream_unlisten(server, key);
}

static int
start_status(void *server, int fd, const char *key, struct err *err_r)
{
	return status_listen_tcp(server, fd, key, err_r);
}

static void
stop_status(void *server, const char *key)
{
	status_unlisten(server, key);
}

/* Sockets of streams belong to libuv: their fd here is -1 once they listen. */
static int
listen_streams(struct bound_list *old, struct bound_list *now, void *server,
    listen_fn *start, unlisten_fn *stop, struct err *err_r)
{
	char key[128];

	for (size_t i = 0; i < old->n; i++) {
		key_of(key, &old->v[i]);
		if (!old->v[i].keep)
			stop(server, key);
	}
	for (size_t i = 0; i < now->n; i++) {
		int fd = now->v[i].fd;

		if (fd == -1)
			continue;
		now->v[i].fd = -1;
		key_of(key, &now->v[i]);
		if (start(server, fd, key, err_r) != 0)
			return -1;
	}
	bound_list_free(old);
	*old = *now;
	*now = (struct bound_list){0};
	return 0;
}

int
eventd_config_listen(
    struct eventd *ed, struct eventd_config *c, struct err *err_r)
{
	sources_set_rules(ed->intake.sources, &c->sources);
	listen_udp(ed, c);
	if (listen_traps(ed, c, err_r) != 0)
		return -1;
	if (listen_streams(&ed->listening_tcp, &c->tcp, ed->streams, start_tcp,
		stop_tcp, err_r) != 0)
		return -1;
	if (c->tls_context != NULL)
		ec_stream_set_tls(ed->streams, c->tls_context);
	c->tls_context = NULL;
	if (listen_streams(&ed->listening_tls, &c->tls, ed->streams, start_tls,
		stop_tcp, err_r) != 0)
		return -1;
	status_set_tls(ed->status, c->status_context);
	c->status_context = NULL;
	return listen_streams(&ed->listening_status, &c->status, ed->status,
	    start_status, stop_status, err_r);
}

void
eventd_apply_options(struct eventd *ed)
{
	const struct eventd_options *o = ed->engine->options;
	struct receive_limits limits = {o->max_message, o->max_clients};
	struct status_rules rules = {o->tcp_commands, &o->tcp_allow};

	ec_stream_set_limits(ed->streams, &limits);
	udp_set_max_message(ed->udp, o->max_message);
	eventd_intake_apply(ed);
	status_set_rules(ed->status, &rules);
	action_set_timeout(ed->runner, o->action_timeout_us);
	ed->keep_us = o->history_us > 0
	    ? o->history_us
	    : ed->d->settings->retention_events * 1000;
	ed->config_loaded_us = eventd_now();
}
