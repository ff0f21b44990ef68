/* SPDX-License-Identifier: Apache-2.0
 *
 * Workers on other machines: where they come in, who may, and what they are
 * told of the site's secrets, which is only ever said over CURVE.
 */
#include "common/agent_secret.h"
#include "common/daemon.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/tls.h"
#include "core/schedule/jobs_internal.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define PEM_BYTES 262144

/* --- what they are told --------------------------------------------------- */

static void
read_tls(const char *root, const char *name, struct str *to)
{
	char *path = tls_path(root, name);
	struct err err;

	if (file_read(path, PEM_BYTES, to, &err) == -1)
		log_warn("remote fetchers: %s", err.text);
	free(path);
}

/* Each file once; there are few of them. */
static void
add_passphrase(struct str *list, const char *root, const char *file)
{
	struct slice rest = str_slice(list);
	struct str passphrase = {0};
	struct msg_pair p;
	struct err err;

	while (msg_pair_next(&rest, &p))
		if (slice_eqs(p.key, file))
			return;
	if (agent_secret_read(root, file, &passphrase, &err) == -1) {
		log_warn("remote fetchers: %s", err.text);
		return;
	}
	p = (struct msg_pair){slice_of(file), str_slice(&passphrase)};
	msg_pair_put(list, &p);
	explicit_bzero(passphrase.s, passphrase.len);
	str_free(&passphrase);
}

/* Of a host's key snmp: {file: FILE} in place of a secret. */
static void
add_snmp_secrets(struct str *list, const char *root, const char *snmp)
{
	static const char *const keys[] = {"community", "auth", "priv"};
	json_t *doc =
	    strstr(snmp, "\"file\"") == NULL ? NULL : json_loads(snmp, 0, NULL);

	for (size_t i = 0; doc != NULL && i < ARRAY_LEN(keys); i++) {
		const json_t *value = json_object_get(doc, keys[i]);
		const char *file;

		if (json_is_array(value))
			value = json_array_get(value, 1);
		file = json_string_value(json_object_get(value, "file"));
		if (file != NULL)
			add_passphrase(list, root, file);
	}
	json_decref(doc);
}

static void
add_passphrases(struct str *list, const char *root, const struct snapshot *snap)
{
	for (uint32_t h = 0; h < snap->n_hosts; h++) {
		const char *options =
		    snap_s(snap, snap->objects[h].agent_options);
		const char *file;
		json_t *doc;

		add_snmp_secrets(
		    list, root, snap_s(snap, snap->objects[h].snmp));
		if (strstr(options, "passphrase_file") == NULL)
			continue;
		doc = json_loads(options, 0, NULL);
		file =
		    json_string_value(json_object_get(doc, "passphrase_file"));
		if (file != NULL)
			add_passphrase(list, root, file);
		json_decref(doc);
	}
}

static void
wipe(struct str *s)
{
	if (s->s != NULL)
		explicit_bzero(s->s, s->len);
	str_free(s);
}

static void
make_setup(struct jobs *j, const struct jobs_remote *how)
{
	struct str cert = {0}, key = {0}, agents = {0}, passphrases = {0};
	const struct settings *s = how->settings;
	struct err err;

	wipe(&j->setup);
	if (tls_make_site(how->root, how->site, &err) == -1 ||
	    tls_make_agents(how->root, how->site, &err) == -1)
		log_warn("remote fetchers: %s", err.text);
	read_tls(how->root, "site.pem", &cert);
	read_tls(how->root, "site.key", &key);
	read_tls(how->root, "agents.pem", &agents);
	add_passphrases(&passphrases, how->root, j->schedule->engine->snap);
	msg_put(&j->setup,
	    &(struct msg){.id = MSG_WORKER_SETUP,
		.worker_setup = {.site = slice_of(how->site),
		    .cert = str_slice(&cert),
		    .key = str_slice(&key),
		    .agents = str_slice(&agents),
		    .inprocess = s->fetcher_inprocess,
		    .children = (uint32_t)s->fetcher_children,
		    .memory_mb = (uint32_t)s->fetcher_limit_memory,
		    .cpu_s = (uint32_t)s->fetcher_limit_cpu,
		    .files = (uint32_t)s->fetcher_limit_files,
		    .processes = (uint32_t)s->fetcher_limit_processes,
		    .file_mb = (uint32_t)s->fetcher_limit_file_size,
		    .nice = (uint32_t)s->fetcher_limit_nice,
		    .passphrases = str_slice(&passphrases)}});
	str_free(&cert);
	wipe(&key);
	str_free(&agents);
	wipe(&passphrases);
}

void
jobs_greet(struct jobs *j, struct worker *w)
{
	struct wire wire = wire_of(str_slice(&j->setup));
	const char *why;
	struct msg m;

	must(bus_peer_key(w->peer)[0] != '\0');
	if (msg_get(&wire, &m, &why) != 1)
		return;
	bus_send(w->peer, &m);
	bus_flush(w->peer);
}

/* Only over CURVE: workers of this machine are of this build. */
const char *
jobs_refuse(struct bus_peer *peer, void *arg)
{
	static char why[256];
	struct jobs *j = arg;
	const char *version = bus_peer_version(peer);

	if (bus_peer_key(peer)[0] == '\0')
		return NULL;
	if (workers_def_of(&j->workers, bus_peer_key(peer)) < 0)
		return "its key is unknown";
	if (strcmp(bus_peer_role(peer), "fetcher") != 0)
		return "only fetchers come here";
	if (strcmp(version, vedette_version()) == 0)
		return NULL;
	snprintf(why, sizeof(why),
	    "the fetcher has version %.60s, this site %s (install the same "
	    "version on both)",
	    version, vedette_version());
	j->workers.strangers++;
	return why;
}

/* --- where they come in --------------------------------------------------- */

static bool
allow(const char *key, void *arg)
{
	struct jobs *j = arg;
	bool ok = workers_def_of(&j->workers, key) >= 0;

	j->workers.strangers += !ok;
	return ok;
}

static void
close_all(struct jobs *j)
{
	for (size_t i = 0; i < JOBS_ADDRESSES; i++)
		bus_close(&j->remote[i]);
}

static void
listen_on(struct jobs *j, size_t i, const struct bus_curve *keys,
    const char *address, uint16_t port)
{
	struct bus_options options = {
	    .curve = keys, .queue_bytes = 64u << 20, .refuse = jobs_refuse};
	bool six = strchr(address, ':') != NULL;
	char *endpoint = xasprintf(
	    "tcp://%s%s%s:%u", six ? "[" : "", address, six ? "]" : "", port);
	struct err err;

	j->remote[i] =
	    bus_listen(j->bus, endpoint, &options, &jobs_handlers, j, &err);
	if (j->remote[i] != NULL)
		log_info("remote fetchers: listening on %s", endpoint);
	else
		log_error(
		    "remote fetchers: %s (setting listen.fetchers)", err.text);
	free(endpoint);
}

static void
listen_all(struct jobs *j, const struct jobs_remote *how)
{
	const struct settings_listener *l = how->listener;
	struct bus_curve keys = {.allow = allow, .allow_arg = j};
	struct err err;

	if (fetcher_server_keys(
		how->root, keys.public_key, keys.secret_key, &err) == -1) {
		log_error("remote fetchers: %s", err.text);
		return;
	}
	for (size_t i = 0; i < l->n_addresses && i < JOBS_ADDRESSES; i++)
		listen_on(j, i, &keys, l->addresses[i], l->port);
	explicit_bzero(keys.secret_key, sizeof(keys.secret_key));
}

void
jobs_remote(struct jobs *j, const struct jobs_remote *how)
{
	const struct settings_listener *l = how->listener;
	struct fetcher_defs defs;
	struct str at = {0};
	struct err err;

	jobs_unpark(j);
	if (fetcher_defs_read(how->root, &defs, &err) == -1)
		log_error("remote fetchers: %s", err.text);
	else
		workers_define(&j->workers, &defs, j->schedule->engine->snap);
	for (size_t i = 0; l->enabled && i < l->n_addresses; i++)
		str_addf(&at, "%s:%u ", l->addresses[i], l->port);
	if (l->enabled)
		make_setup(j, how);
	if (j->remote_at == NULL || strcmp(j->remote_at, str_get(&at)) != 0) {
		close_all(j);
		free(j->remote_at);
		j->remote_at = xstrdup(str_get(&at));
		if (l->enabled)
			listen_all(j, how);
	} else {
		for (struct worker *w = j->workers.first; w != NULL;
		     w = w->next)
			if (w->def >= 0)
				jobs_greet(j, w);
	}
	str_free(&at);
	j->ops->wake(j->arg);
}

void
jobs_remote_free(struct jobs *j)
{
	free(j->remote_at);
	wipe(&j->setup);
}

void
jobs_unpark(struct jobs *j)
{
	for (uint32_t i = 0; i < j->workers.n_claims; i++) {
		struct claim *c = &j->workers.claims[i];

		/* Each goes to the front: the oldest last. */
		for (unsigned k = 0; k < SCHEDULE_KINDS; k++)
			while (c->waiting[k].n > 0)
				schedule_again(j->schedule,
				    &c->waiting[k].items[--c->waiting[k].n]);
	}
}

void
jobs_list(const struct jobs *j, struct str *to)
{
	workers_list(&j->workers, to);
}

uint32_t
jobs_workers(const struct jobs *j)
{
	uint32_t n = 0;

	for (const struct worker *w = j->workers.first; w != NULL; w = w->next)
		n++;
	return n;
}
