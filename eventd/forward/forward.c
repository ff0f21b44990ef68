/* SPDX-License-Identifier: Apache-2.0
 *
 * Targets, their queues and links; see forward.h.
 */
#include "eventd/forward/forward.h"

#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/tls.h"
#include "eventd/forward/link.h"

#include <openssl/ssl.h>
#include <stdlib.h>

#define PEM_MAX        (4u << 20)
#define MACHINE_TRUSTS "/etc/ssl/certs/ca-certificates.crt"
#define FLUSH_BYTES    (1u << 20)

struct forwarder {
	struct forward_target target;
	struct forward_queue *queue; /* NULL: it could not be opened */
	struct forward_link *link;   /* NULL: its TLS is not set up */
	uint64_t sent_before;        /* by earlier links */
	uint64_t refused;            /* messages that no queue took */
	size_t unflushed;
	bool failing;
	struct err why;
};

struct forwarders {
	uv_loop_t *loop;
	char *root, *folder;
	struct forwarder **v;
	size_t n;
	struct str frame;
	uv_prepare_t prepare;
};

/* --- one target ----------------------------------------------------------- */

/* A path of the site's folder, unless it is absolute. */
static int
read_pem(const struct forwarders *f, const char *path, struct str *to,
    struct err *err_r)
{
	char *whole =
	    path[0] == '/' ? xstrdup(path) : xasprintf("%s/%s", f->root, path);
	int rc = file_read(whole, PEM_MAX, to, err_r);

	free(whole);
	return rc;
}

static SSL_CTX *
make_tls(const struct forwarders *f, const struct forward_target *t,
    struct err *err_r)
{
	struct str ca = {0}, cert = {0}, key = {0};
	SSL_CTX *ctx = NULL;
	struct tls_client client;

	if (read_pem(f, t->ca != NULL ? t->ca : MACHINE_TRUSTS, &ca, err_r) ==
		0 &&
	    (t->cert == NULL ||
		(read_pem(f, t->cert, &cert, err_r) == 0 &&
		    read_pem(f, t->key, &key, err_r) == 0))) {
		client = (struct tls_client){
		    str_slice(&cert), str_slice(&key), str_slice(&ca)};
		ctx = tls_client_context(&client, err_r);
	}
	str_free(&ca);
	str_free(&cert);
	str_free(&key);
	return ctx;
}

static void
start_link(struct forwarders *f, struct forwarder *w)
{
	SSL_CTX *tls = NULL;

	if (w->target.tls) {
		tls = make_tls(f, &w->target, &w->why);
		if (tls == NULL) {
			log_error("forwarding to %s: %s", w->target.name,
			    w->why.text);
			return;
		}
	}
	w->why = (struct err){""};
	w->link = forward_link_new(f->loop, &w->target, tls, w->queue);
}

static void
stop_link(struct forwarder *w)
{
	if (w->link == NULL)
		return;
	w->sent_before += forward_link_sent(w->link);
	forward_link_free(&w->link);
}

static void
forwarder_free(struct forwarder *w)
{
	stop_link(w);
	forward_queue_close(&w->queue);
	forward_target_clear(&w->target);
	free(w);
}

static struct forwarder *
forwarder_new(struct forwarders *f, const struct forward_target *t)
{
	struct forwarder *w = xnew(struct forwarder);
	char *folder = xasprintf("%s/%s", f->folder, t->name);

	forward_target_copy(&w->target, t);
	w->queue = forward_queue_open(folder, t->queue, &w->why);
	free(folder);
	if (w->queue == NULL)
		log_error("forwarding to %s: %s", t->name, w->why.text);
	else
		start_link(f, w);
	return w;
}

static void
flush(struct forwarder *w)
{
	struct err err;

	w->unflushed = 0;
	if (forward_queue_flush(w->queue, &err) == 0) {
		w->failing = false;
	} else {
		if (!w->failing)
			log_error("forwarding to %s: %s (make room)",
			    w->target.name, err.text);
		w->failing = true;
	}
	if (w->link != NULL)
		forward_link_pump(w->link);
}

/* --- all of them ---------------------------------------------------------- */

static void
on_prepare(uv_prepare_t *prepare)
{
	struct forwarders *f = prepare->data;

	for (size_t i = 0; i < f->n; i++) {
		if (f->v[i]->queue != NULL &&
		    forward_queue_dirty(f->v[i]->queue))
			flush(f->v[i]);
	}
}

struct forwarders *
forwarders_new(uv_loop_t *loop, const char *root, const char *folder)
{
	struct forwarders *f = xnew(struct forwarders);

	f->loop = loop;
	f->root = xstrdup(root);
	f->folder = xstrdup(folder);
	must(uv_prepare_init(loop, &f->prepare) == 0);
	f->prepare.data = f;
	uv_prepare_start(&f->prepare, on_prepare);
	uv_unref((uv_handle_t *)&f->prepare);
	return f;
}

static void
closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
forwarders_free(struct forwarders **fp)
{
	struct forwarders *f = *fp;

	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n; i++)
		forwarder_free(f->v[i]);
	free(f->v);
	free(f->root);
	free(f->folder);
	str_free(&f->frame);
	uv_close((uv_handle_t *)&f->prepare, closed);
	*fp = NULL;
}

/* The one of that name out of the list, or NULL. */
static struct forwarder *
take_old(struct forwarder **old, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		struct forwarder *w = old[i];

		if (w != NULL && strcmp(w->target.name, name) == 0) {
			old[i] = NULL;
			return w;
		}
	}
	return NULL;
}

/* Other settings for one that is there. */
static void
renew(struct forwarders *f, struct forwarder *w, const struct forward_target *t)
{
	bool same = forward_target_same(&w->target, t);

	forward_target_clear(&w->target);
	forward_target_copy(&w->target, t);
	if (w->queue == NULL)
		return;
	forward_queue_set_max(w->queue, t->queue);
	/* With TLS always: its files may be others. */
	if (same && !t->tls && w->link != NULL)
		return;
	stop_link(w);
	start_link(f, w);
}

void
forwarders_set(struct forwarders *f, const struct forward_targets *targets)
{
	struct forwarder **old = f->v;
	size_t n_old = f->n;

	f->v = xcalloc(targets->n + 1, sizeof(struct forwarder *));
	f->n = targets->n;
	for (size_t i = 0; i < targets->n; i++) {
		struct forwarder *w = take_old(old, n_old, targets->v[i].name);

		if (w == NULL)
			w = forwarder_new(f, &targets->v[i]);
		else
			renew(f, w, &targets->v[i]);
		f->v[i] = w;
	}
	for (size_t i = 0; i < n_old; i++) {
		if (old[i] != NULL)
			forwarder_free(old[i]);
	}
	free(old);
}

void
forwarders_add(struct forwarders *f, const struct message *m, bool made)
{
	for (size_t i = 0; i < f->n; i++) {
		struct forwarder *w = f->v[i];

		if (w->target.matched && !made)
			continue;
		if (w->queue == NULL) {
			w->refused++;
			continue;
		}
		str_clear(&f->frame);
		forward_frame(
		    &f->frame, m, w->target.format, w->target.framing);
		forward_queue_put(w->queue, str_slice(&f->frame));
		w->unflushed += f->frame.len;
		if (w->unflushed > FLUSH_BYTES)
			flush(w);
	}
}

bool
forwarders_state(const struct forwarders *f, size_t i, struct forward_state *s)
{
	const struct forwarder *w;

	if (i >= f->n)
		return false;
	w = f->v[i];
	*s = (struct forward_state){.name = w->target.name,
	    .state = w->link != NULL ? forward_link_state(w->link) : "failed",
	    .why = w->link != NULL ? forward_link_why(w->link) : w->why.text,
	    .lost = w->refused,
	    .sent = w->sent_before};
	if (w->queue != NULL) {
		s->queued = forward_queue_bytes(w->queue);
		s->lost += forward_queue_lost(w->queue);
	}
	if (w->link != NULL)
		s->sent += forward_link_sent(w->link);
	return true;
}
