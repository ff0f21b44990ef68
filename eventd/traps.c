/* SPDX-License-Identifier: Apache-2.0
 *
 * From the trap socket to the engine and back; see traps.h.
 */
#include "eventd/traps.h"

#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"
#include "eventd/store/store.h"
#include "eventd/trap/complaints.h"
#include "eventd/trap/header.h"
#include "eventd/trap/mib_file.h"
#include "eventd/trap/recent.h"
#include "eventd/trap/text.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>

#define DATAGRAM_MAX 65536
#define WAITING_MAX  10000 /* informs that wait for the disk */
#define OWN_ENGINE   13    /* bytes of our engine's id */
#define SOCKETS_MAX  32
#define ENGINE_FILE  4096

struct waiting { /* an inform that is answered when the disk has it */
	struct waiting *next, **back;
	struct traps *t;
	struct trap_answer *answer;
};

struct traps {
	uv_loop_t *loop;
	char *root;
	struct mib *mib; /* NULL: numbers stay numbers */
	traps_admit_fn *admit;
	traps_message_fn *fn;
	void *arg;
	struct store *store;
	struct udp_receiver *udp;
	struct receive_counters received;
	struct trap_reader *reader; /* NULL until the first socket */
	const struct trap_options *options;
	struct trap_text text;
	struct recent *recent;
	struct complaints complaints;
	struct trap_counters counters;
	struct waiting *waiting;
	size_t n_waiting;
	int fds[SOCKETS_MAX];
	size_t n_fds;
	/* While a datagram is read. */
	const char *address;
	int64_t received_us;
};

/* --- informs --------------------------------------------------------------
 */

static void
waiting_free(struct waiting *w)
{
	*w->back = w->next;
	if (w->next != NULL)
		w->next->back = w->back;
	w->t->n_waiting--;
	trap_answer_free(&w->answer);
	free(w);
}

/* The sender repeats what is not answered. */
static void
on_synced(const char *why, void *arg)
{
	struct waiting *w = arg;

	if (why == NULL && w->answer != NULL)
		trap_answer_send(w->t->reader, w->answer);
	waiting_free(w);
}

static void
answer_later(struct traps *t, const struct trap *inform)
{
	struct waiting *w;

	if (t->n_waiting >= WAITING_MAX) {
		t->counters.unanswered++;
		return;
	}
	w = xnew(struct waiting);
	w->t = t;
	w->answer = trap_answer_new(t->reader, inform);
	w->next = t->waiting;
	w->back = &t->waiting;
	if (w->next != NULL)
		w->next->back = &w->next;
	t->waiting = w;
	t->n_waiting++;
	ec_store_sync(t->store, on_synced, w);
}

static void
on_send(struct slice packet, const struct trap_peer *to, void *arg)
{
	const struct traps *t = arg;
	socklen_t len = to->from.sin6_family == AF_INET6
	    ? sizeof(struct sockaddr_in6)
	    : sizeof(struct sockaddr_in);

	for (size_t i = 0; i < t->n_fds; i++) {
		if (t->fds[i] == to->fd)
			sendto(to->fd, packet.s, packet.len, MSG_DONTWAIT,
			    (const struct sockaddr *)&to->from, len);
	}
}

/* --- what the reader makes of a datagram ----------------------------------
 */

static void
on_trap(const struct trap *trap, void *arg)
{
	struct traps *t = arg;
	struct message m;

	if (trap->inform &&
	    recent_seen(
		t->recent, t->address, trap->pdu->reqid, t->received_us)) {
		t->counters.repeated++;
		answer_later(t, trap);
		return;
	}
	if (trap->inform)
		t->counters.informs++;
	else
		t->counters.traps++;
	trap_message(&t->text, trap->pdu, t->address, t->options, t->mib,
	    t->received_us, &m);
	t->fn(&m, t->arg);
	if (trap->inform)
		answer_later(t, trap);
}

static void
add_who(struct str *to, const struct trap_reader *r)
{
	const struct trap_header *h = trap_reader_header(r);

	if (h->version != 3 || !h->usm)
		return;
	str_add(to, ", user \"");
	for (const char *c = h->user; *c != '\0'; c++)
		str_addc(to, *c < 0x20 || *c == 0x7f ? '?' : *c);
	str_add(to, "\", engine id ");
	engine_id_text(&h->engine, to);
}

static void
on_refused(enum trap_refusal why, struct slice packet,
    const struct trap_peer *peer, const struct err *reason, void *arg)
{
	struct traps *t = arg;
	struct str line = {0};
	uint64_t held;

	(void)packet;
	(void)peer;
	t->counters.refused[why]++;
	if (!complaint_may(
		&t->complaints, t->address, (int)why, t->received_us, &held))
		return;
	str_addf(&line, "trap of %s refused: %s", t->address, reason->text);
	add_who(&line, t->reader);
	if (held > 0)
		str_addf(&line, "; %llu more like it since the last such line",
		    (unsigned long long)held);
	log_warn("%s", str_get(&line));
	str_free(&line);
}

static void
on_learned(const char *user, const struct engine_id *engine,
    const struct trap_peer *peer, void *arg)
{
	struct traps *t = arg;
	struct str id = {0};

	(void)peer;
	engine_id_text(engine, &id);
	log_info("traps: learned engine id %s of user %s at %s (put it into "
		 "its engine_ids to keep it over restarts)",
	    str_get(&id), user, t->address);
	str_free(&id);
}

static void
on_datagram(struct slice raw, const char *address, enum input input,
    int64_t received_us, void *arg)
{
	struct traps *t = arg;
	struct trap_peer peer;

	(void)input;
	if (!t->admit(address, raw.len, received_us, t->arg))
		return;
	udp_peer(t->udp, &peer.from, &peer.fd);
	t->address = address;
	t->received_us = received_us;
	trap_read(t->reader, raw, &peer);
}

/* --- our engine -----------------------------------------------------------
 */

/*
 * Informs of version 3 are protected with our engine's id, and by how often it
 * was started.
 */
static int
read_engine(const char *path, struct engine_id *id_r, uint32_t *boots_r,
    struct err *err_r)
{
	struct str text = {0}, id = {0};
	struct slice rest, word, number;
	int64_t boots;
	int rc = -1;

	if (file_read(path, ENGINE_FILE, &text, err_r) != 0) {
		str_free(&text);
		return -1;
	}
	rest = str_slice(&text);
	if (slice_next(&rest, ' ', &word) && slice_next(&rest, '\n', &number)) {
		str_addslice(&id, word);
		if (engine_id_parse(str_get(&id), id_r) &&
		    num_range(number, 0, INT32_MAX - 1, &boots)) {
			*boots_r = (uint32_t)boots;
			rc = 0;
		}
	}
	if (rc != 0)
		err_set(err_r, "%s: no engine id and number", path);
	str_free(&text);
	str_free(&id);
	return rc;
}

/* RFC 3411: no enterprise, octets of our own choice. */
static void
make_engine(struct engine_id *id)
{
	static const unsigned char head[] = {0x80, 0, 0, 0, 5};

	memcpy(id->bytes, head, sizeof(head));
	id->n = OWN_ENGINE;
	must(getrandom(id->bytes + sizeof(head), OWN_ENGINE - sizeof(head),
		 0) == OWN_ENGINE - sizeof(head));
}

static int
start_engine(
    struct traps *t, struct engine_id *id, uint32_t *boots_r, struct err *err_r)
{
	char *path = xasprintf("%s/var/vedette/eventd/engine", t->root);
	struct str text = {0};
	int rc;

	*boots_r = 0;
	if (!file_exists(path))
		make_engine(id);
	else if (read_engine(path, id, boots_r, err_r) != 0) {
		log_warn("%s; a new engine id is made", err_r->text);
		make_engine(id);
		*boots_r = 0;
	}
	(*boots_r)++;
	engine_id_text(id, &text);
	str_addf(&text, " %u\n", *boots_r);
	rc = file_write(path, str_slice(&text), 0600, err_r);
	str_free(&text);
	free(path);
	return rc;
}

static int
start_reader(struct traps *t, struct err *err_r)
{
	struct trap_handlers handlers = {.trap = on_trap,
	    .refused = on_refused,
	    .send = on_send,
	    .learned = on_learned,
	    .arg = t};
	struct engine_id own;
	struct str id = {0};
	uint32_t boots;

	if (start_engine(t, &own, &boots, err_r) != 0)
		return -1;
	t->reader = trap_reader_new(&own, boots, &handlers);
	t->recent = recent_new();
	engine_id_text(&own, &id);
	log_info("traps: our engine id is %s", str_get(&id));
	str_free(&id);
	return 0;
}

/* --- life -----------------------------------------------------------------
 */

struct traps *
ec_traps_new(uv_loop_t *loop, const char *root, traps_admit_fn *admit,
    traps_message_fn *fn, void *arg)
{
	struct traps *t = xnew(struct traps);

	t->loop = loop;
	t->root = xstrdup(root);
	t->admit = admit;
	t->fn = fn;
	t->arg = arg;
	t->udp = udp_new(
	    loop, INPUT_TRAP, DATAGRAM_MAX, &t->received, on_datagram, t);
	return t;
}

void
ec_traps_free(struct traps **tp)
{
	struct traps *t = *tp;

	if (t == NULL)
		return;
	udp_free(&t->udp);
	while (t->waiting != NULL)
		waiting_free(t->waiting);
	trap_reader_free(&t->reader);
	trap_text_free(&t->text);
	recent_free(&t->recent);
	mib_free(&t->mib);
	free(t->root);
	free(t);
	*tp = NULL;
}

/* An answer goes out by the socket of its question or not at all. */
static void
forget_answers(struct traps *t)
{
	for (struct waiting *w = t->waiting; w != NULL; w = w->next)
		trap_answer_free(&w->answer);
}

static void
load_names(struct traps *t)
{
	struct err why;

	mib_free(&t->mib);
	if (!t->options->translate)
		return;
	t->mib = mib_of_site(t->root, &why);
	if (why.text[0] != '\0')
		log_warn("traps: %s", why.text);
}

int
ec_traps_set(struct traps *t, const struct trap_options *o, const int *fds,
    size_t n, struct err *err_r)
{
	bool same = n == t->n_fds &&
	    (n == 0 || memcmp(t->fds, fds, n * sizeof(*fds)) == 0);

	must(n <= SOCKETS_MAX);
	if (n > 0 && t->reader == NULL && start_reader(t, err_r) != 0)
		return -1;
	t->options = o;
	load_names(t);
	if (t->reader != NULL && trap_reader_set(t->reader, o, err_r) != 0)
		return -1;
	if (same)
		return 0;
	forget_answers(t);
	if (n > 0)
		memcpy(t->fds, fds, n * sizeof(*fds));
	t->n_fds = n;
	udp_set_sockets(t->udp, fds, n);
	return 0;
}

void
ec_traps_set_store(struct traps *t, struct store *store)
{
	t->store = store;
}

void
ec_traps_pause(struct traps *t, bool paused)
{
	udp_pause(t->udp, paused);
}

const struct trap_counters *
ec_traps_counters(struct traps *t)
{
	udp_look(t->udp);
	t->counters.kernel_drops = t->received.kernel_drops;
	t->counters.queue_drops = t->received.queue_drops;
	t->counters.learned =
	    t->reader == NULL ? 0 : trap_reader_learned(t->reader);
	return &t->counters;
}
