/* SPDX-License-Identifier: Apache-2.0
 *
 * Conversations with devices; see session.h.
 *
 * Versions 1 and 2c are a packet out, the same again after a silence, a packet
 * in. Version 3 is the library's, which calls back from within
 * snmp_sess_read2(), snmp_sess_timeout() and sometimes snmp_sess_async_send();
 * nothing is sent or closed there: what came is noted, and acted upon after
 * the call.
 */
#include "fetcher/snmp/session.h"

#include "common/log.h"
#include "common/mem.h"
#include "fetcher/snmp/keys.h"
#include "fetcher/snmp/packet.h"
#include "fetcher/snmp/pdu.h"
#include "fetcher/snmp/silence.h"
#include "fetcher/snmp/sockets.h"
#include "fetcher/snmp/usm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#define TIMER_SLACK_MS 3  /* the library looks whether the time is over */
#define KEYS_MS        10 /* until they are looked for again */

enum stage {
	STAGE_BEGIN,  /* perhaps with keys being made */
	STAGE_ENGINE, /* version 3: whom do I talk to? */
	STAGE_TALK
};

struct device_session {
	uv_timer_t clock; /* its memory is the session's, until it is closed */
	const struct snmp_options *options;
	const struct snmp_talk *talk;
	device_session_done_fn *done;
	void *arg;
	struct snmp_sockets *sockets;
	/* Versions 1 and 2c. */
	struct snmp_link *link;
	struct str packet; /* the last request */
	uint32_t number;   /* its own */
	unsigned tries;    /* that are left to it */
	/* Version 3. */
	void *handle; /* net-snmp's */
	struct usm_held *user;
	struct snmp_key_job *keys;
	enum stage stage;
	bool keys_were_made, engine_was_known, heard;
	const char *context; /* asked last; NULL: none */
	/* Packets that answered the last request in no way, and how they did
	 * so last. */
	unsigned dropped;
	enum pdu_fault fault;
	char *failure; /* why it cannot begin */
	union address address;
	char at[ADDRESS_TEXT]; /* versions 1 and 2c: set for words */
	struct pdu_note note;  /* what came */
};

static void begin(struct device_session *s);
static void timer(uv_timer_t *handle);

/* --- the end --------------------------------------------------------------
 */

static void
closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void
drop_handles(struct device_session *s)
{
	snmp_link_close(&s->link);
	usm_release(&s->user);
	if (s->handle != NULL)
		snmp_sess_close(s->handle);
	s->handle = NULL;
}

void
device_session_stop(struct device_session **sp)
{
	struct device_session *s = *sp;

	if (s == NULL)
		return;
	snmp_keys_forget(&s->keys);
	drop_handles(s);
	str_free(&s->packet);
	free(s->failure);
	uv_close((uv_handle_t *)&s->clock, closed);
	*sp = NULL;
}

static void
end(struct device_session *s, const char *failure)
{
	device_session_done_fn *done = s->done;
	void *arg = s->arg;
	struct err why;

	if (failure != NULL)
		err_set(&why, "%s", failure);
	device_session_stop(&s);
	done(failure == NULL ? NULL : why.text, arg);
}

void
device_session_silence(struct device_session *s, struct err *err_r)
{
	const struct snmp_silence silence = {.options = s->options,
	    .at = address_port_text(&s->address, s->at),
	    .context = s->context,
	    .is_known = s->stage == STAGE_TALK,
	    .heard = s->heard,
	    .strange = s->dropped > s->options->retries,
	    .fault = s->fault};

	snmp_silence_words(&silence, err_r);
}

/* --- sending --------------------------------------------------------------
 */

/* The library looks itself whether the time is over. */
static void
set_timer(struct device_session *s)
{
	uv_timer_start(&s->clock, timer,
	    s->options->timeout_ms + (s->handle == NULL ? 0 : TIMER_SLACK_MS),
	    0);
}

/* From the loop's next round. */
static void
set_soon(struct device_session *s)
{
	uv_timer_start(&s->clock, timer, 0, 0);
}

/* Numbers of requests: not to be guessed at once, and none again for long. */
static uint32_t
next_number(void)
{
	static uint32_t last;

	if (last == 0 &&
	    getrandom(&last, sizeof(last), GRND_NONBLOCK) != sizeof(last))
		last = (uint32_t)uv_hrtime();
	last = (last + 1) & INT32_MAX;
	return last;
}

static void
forget_note(struct device_session *s)
{
	s->note.what = PDU_NOTHING;
	s->note.report.n = 0;
	s->note.engine.n = 0;
	s->note.error = s->note.problem = 0;
}

static int
called_back(
    int op, netsnmp_session *session, int reqid, netsnmp_pdu *pdu, void *arg)
{
	struct device_session *s = arg;

	(void)session;
	(void)reqid;
	pdu_note(&s->note, op, pdu);
	return 1;
}

static void
sent(struct device_session *s)
{
	if (s->note.what == PDU_NOTHING)
		set_timer(s);
	else
		set_soon(s);
}

static void
send_pdu(struct device_session *s, netsnmp_pdu *pdu)
{
	forget_note(s);
	s->dropped = 0;
	if (snmp_sess_async_send(s->handle, pdu, called_back, s) == 0) {
		snmp_free_pdu(pdu);
		s->note.what = PDU_NOT_SENT;
		s->note.error = snmp_sess_session(s->handle)->s_snmp_errno;
	}
	sent(s);
}

static void
send_packet(struct device_session *s)
{
	if (snmp_link_send(s->link, s->number, s->packet.s, s->packet.len) == 0)
		return;
	s->note.what = PDU_NOT_SENT;
	s->note.problem = errno;
}

static void
send_request(struct device_session *s, const struct snmp_request *request)
{
	const struct snmp_options *o = s->options;

	if (o->version == 3) {
		s->context =
		    request->context != NULL ? request->context : o->context;
		send_pdu(s, pdu_of(request));
		return;
	}
	forget_note(s);
	s->dropped = 0;
	s->number = next_number();
	s->tries = o->retries;
	snmp_packet_request(
	    o->version, o->community, s->number, request, &s->packet);
	send_packet(s);
	sent(s);
}

/* Versions 1 and 2c: nothing came for so long. */
static void
no_answer(struct device_session *s)
{
	if (s->tries == 0) {
		s->note.what = PDU_SILENCE;
		return;
	}
	s->tries--;
	send_packet(s);
}

static void
ask(struct device_session *s)
{
	const struct snmp_request *request;

	if (s->talk->next(s->talk->self, &request))
		send_request(s, request);
	else
		end(s, NULL);
}

/* --- what came ------------------------------------------------------------
 */

static void
adopt(struct device_session *s, const struct usm_engine *engine)
{
	struct err why;

	s->stage = STAGE_TALK;
	if (usm_adopt(s->handle, s->at, engine, s->options, &s->user, &why) ==
	    -1)
		end(s, why.text);
	else
		ask(s);
}

static void
meet_engine(struct device_session *s)
{
	const struct usm_engine *known = usm_known(s->at);

	s->engine_was_known = known != NULL;
	if (known != NULL) {
		adopt(s, known);
		return;
	}
	s->stage = STAGE_ENGINE;
	send_pdu(s, usm_probe());
}

static void
met_engine(struct device_session *s)
{
	struct err why;

	if (s->note.what == PDU_SILENCE) {
		device_session_silence(s, &why);
		end(s, why.text);
		return;
	}
	if (s->note.engine.n == 0) {
		err_set(&why,
		    "%s answered the question for its engine with something "
		    "else (does it run SNMP version 3?)",
		    s->at);
		end(s, why.text);
		return;
	}
	usm_remember(s->at, &s->note.engine);
	adopt(s, &s->note.engine);
}

/* Another engine behind the address: the device was replaced. */
static void
begin_anew(struct device_session *s)
{
	usm_forget(s->at);
	drop_handles(s);
	forget_note(s);
	s->stage = STAGE_BEGIN;
	set_soon(s);
}

/* The device, or the way to it, refuses. */
static void
refused(struct device_session *s)
{
	struct err why;

	address_port_text(&s->address, s->at);
	if (s->note.what == PDU_REPORT)
		usm_words(s->note.report, s->options, s->context, s->at, &why);
	else
		err_set(&why, "Cannot ask %s: %s", s->at,
		    s->note.problem != 0 ? strerror(s->note.problem)
					 : snmp_api_errstring(s->note.error));
	end(s, why.text);
}

static void
answered(struct device_session *s)
{
	struct snmp_answer answer = {.error = SNMP_SILENCE};
	enum pdu_what what = s->note.what;
	bool no_context =
	    what == PDU_REPORT && usm_is_no_context(s->note.report);
	struct err why;

	if (s->engine_was_known &&
	    ((what == PDU_REPORT && usm_is_other_engine(s->note.report)) ||
		(what == PDU_SILENCE && !s->heard))) {
		begin_anew(s);
		return;
	}
	if ((what == PDU_REPORT && !no_context) || what == PDU_NOT_SENT) {
		refused(s);
		return;
	}
	if (no_context)
		answer.error = SNMP_NO_CONTEXT;
	if (what == PDU_ANSWER) {
		answer = s->note.answer;
		s->heard = true;
	}
	why.text[0] = '\0';
	if (s->talk->answer(s->talk->self, &answer, &why) == 0) {
		ask(s);
		return;
	}
	if (why.text[0] == '\0' && no_context) {
		refused(s);
		return;
	}
	if (why.text[0] == '\0')
		device_session_silence(s, &why);
	end(s, why.text);
}

static void
step(struct device_session *s)
{
	if (s->note.what == PDU_NOTHING)
		set_timer(s);
	else if (s->stage == STAGE_ENGINE)
		met_engine(s);
	else
		answered(s);
}

/* A packet is there. */
static void
arrived(void *arg, enum snmp_arrival what)
{
	struct device_session *s = arg;
	enum pdu_fault fault = PDU_FINE;

	if (what != SNMP_ANSWER)
		fault = what == SNMP_UNASKED ? PDU_UNASKED : PDU_GARBAGE;
	else if (s->handle != NULL)
		pdu_read(s->handle); /* does not say what it does not take */
	else
		fault = pdu_take(&s->note, s->options->version, s->number,
		    snmp_link_packet(s->link));
	if (what == SNMP_ANSWER && s->note.what != PDU_NOTHING) {
		step(s);
	} else if (s->handle != NULL || fault != PDU_FINE) {
		s->dropped++;
		s->fault = fault;
	}
}

static void
timer(uv_timer_t *handle)
{
	struct device_session *s = handle->data;

	if (s->stage == STAGE_BEGIN) {
		begin(s);
		return;
	}
	if (s->note.what == PDU_NOTHING && s->handle != NULL)
		snmp_sess_timeout(s->handle);
	else if (s->note.what == PDU_NOTHING)
		no_answer(s);
	step(s);
}

/* --- the beginning --------------------------------------------------------
 */

/* False with `failure`. */
static bool
open_handle(struct device_session *s)
{
	netsnmp_transport *transport;
	struct err why;

	if (s->failure != NULL)
		return false;
	if (s->options->version != 3) {
		s->link =
		    snmp_link_open(s->sockets, &s->address, arrived, s, &why);
	} else {
		transport = snmp_sockets_transport(
		    s->sockets, &s->address, arrived, s, &why);
		if (transport != NULL)
			s->handle =
			    usm_open(s->at, s->options, transport, &why);
	}
	if (s->link == NULL && s->handle == NULL)
		s->failure = xstrdup(why.text);
	return s->failure == NULL;
}

static void
keys_made(void *arg)
{
	struct device_session *s = arg;

	s->keys = NULL;
	s->keys_were_made = true;
	begin(s);
}

/* Neither of this user at this engine, nor of the passwords. */
static bool
need_keys(const struct device_session *s)
{
	const struct snmp_options *o = s->options;
	struct snmp_key unused;

	if (o->version != 3 || o->auth == NULL || s->keys_were_made ||
	    usm_has_keys(s->at, o))
		return false;
	return !snmp_key_known(&o->auth_id, &unused) ||
	    (o->priv != NULL && !snmp_key_known(&o->priv_id, &unused));
}

/* Many devices have the same passwords: their keys are made once. */
static void
get_keys(struct device_session *s)
{
	const struct snmp_options *o = s->options;

	if (snmp_key_comes(&o->auth_id))
		uv_timer_start(&s->clock, timer, KEYS_MS, 0);
	else
		s->keys = snmp_keys_start(s->clock.loop, snmp_hash_of(o->auth),
		    o->auth_secret, o->priv_secret, keys_made, s);
}

static void
begin(struct device_session *s)
{
	if (s->failure == NULL && need_keys(s)) {
		get_keys(s);
	} else if (s->link == NULL && !open_handle(s)) {
		struct err why;

		err_set(&why, "%s", s->failure);
		end(s, why.text);
	} else if (s->options->version == 3) {
		meet_engine(s);
	} else {
		s->stage = STAGE_TALK;
		ask(s);
	}
}

struct device_session *
device_session_start(uv_loop_t *loop, struct snmp_sockets *sockets,
    const union address *address, const struct snmp_options *options,
    const struct snmp_talk *talk, device_session_done_fn *done, void *arg)
{
	struct device_session *s = xnew(struct device_session);
	const struct snmp_request *request;
	struct err why;

	s->sockets = sockets;
	s->address = *address;
	s->options = options;
	s->talk = talk;
	s->done = done;
	s->arg = arg;
	if (options->version == 3)
		address_port_text(address, s->at);
	uv_timer_init(loop, &s->clock);
	s->clock.data = s;
	if (usm_check(options, &why) == -1) {
		s->failure = xstrdup(why.text);
		set_soon(s);
	} else if (options->version != 3 && open_handle(s) &&
	    talk->next(talk->self, &request)) {
		s->stage = STAGE_TALK;
		send_request(s, request);
	} else {
		set_soon(s);
	}
	return s;
}
