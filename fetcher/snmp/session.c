/* SPDX-License-Identifier: Apache-2.0
 *
 * Conversations with devices; see session.h.
 *
 * The library calls back from within snmp_sess_read2(), snmp_sess_timeout()
 * and sometimes snmp_sess_async_send(); nothing is sent or closed there: what
 * came is noted, and acted upon after the call.
 */
#include "fetcher/snmp/session.h"

#include "common/log.h"
#include "common/mem.h"
#include "fetcher/snmp/keys.h"
#include "fetcher/snmp/pdu.h"
#include "fetcher/snmp/sockets.h"
#include "fetcher/snmp/usm.h"

#include <stdio.h>
#include <stdlib.h>

#define TIMER_SLACK_MS 3 /* the library looks whether the time is over */

enum stage {
	STAGE_KEYS,
	STAGE_ENGINE, /* version 3: whom do I talk to? */
	STAGE_TALK
};

struct device_session {
	uv_loop_t *loop;
	const struct snmp_options *options;
	const struct snmp_talk *talk;
	device_session_done_fn *done;
	void *arg;
	char at[ADDRESS_TEXT];
	void *handle; /* net-snmp's */
	struct usm_held *user;
	struct snmp_sockets *sockets;
	union address address;
	struct snmp_timer *clock;
	struct snmp_key_job *keys;
	enum stage stage;
	bool engine_was_known, heard;
	struct pdu_note note; /* what the library has called back with */
	/* Packets that answered the last request in no way. */
	unsigned dropped;
	struct err failure;
};

/* libuv's handle outlives the session until it is closed. */
struct snmp_timer {
	uv_timer_t timer;
	struct device_session *session;
};

static void step(struct device_session *s);

/* --- the end --------------------------------------------------------------
 */

static void
timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void
drop_handles(struct device_session *s)
{
	s->clock->session = NULL;
	usm_release(&s->user);
	if (s->handle != NULL)
		snmp_sess_close(s->handle);
	s->handle = NULL;
	uv_close((uv_handle_t *)&s->clock->timer, timer_closed);
	s->clock = NULL;
}

void
device_session_stop(struct device_session **sp)
{
	struct device_session *s = *sp;

	if (s == NULL)
		return;
	snmp_keys_forget(&s->keys);
	drop_handles(s);
	free(s);
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
device_session_silence(const struct device_session *s, struct err *err_r)
{
	const struct snmp_options *o = s->options;

	if (s->dropped > o->retries && o->version == 3)
		err_set(err_r,
		    "%s answers, but not in its engine's time window, or what "
		    "it answered before (do two devices have the same engine "
		    "ID, or does somebody play old answers again?)",
		    s->at);
	else if (s->dropped > o->retries)
		err_set(err_r,
		    "%s answers with packets that are not well formed", s->at);
	else if (s->stage == STAGE_TALK && o->version == 3 && o->priv != NULL &&
	    !s->heard)
		err_set(err_r,
		    "No answer from %s to user %s, although the device made "
		    "itself known: with a wrong privacy password or protocol%s "
		    "devices keep silent (check snmp.priv%s)",
		    s->at, o->user, o->context == NULL ? "" : ", or context,",
		    o->context == NULL ? "" : ", snmp.context");
	else if (s->heard)
		err_set(err_r,
		    "%s stopped answering (it is overloaded or away; "
		    "snmp.timeout and snmp.retries give it more time)",
		    s->at);
	else if (o->version == 3)
		err_set(err_r,
		    "No answer from %s over SNMP version 3 (does it run an "
		    "SNMP agent at that address and port, and do firewalls "
		    "let UDP through?)",
		    s->at);
	else
		err_set(err_r,
		    "No answer from %s over SNMP version %s (is the community "
		    "right? Devices keep silent to a wrong one. Else: does it "
		    "run an SNMP agent at that address and port, and do "
		    "firewalls let UDP through?)",
		    s->at, o->version == 1 ? "1" : "2c");
}

/* --- sending --------------------------------------------------------------
 */

static void
set_timer(struct device_session *s)
{
	uv_timer_start(&s->clock->timer, s->clock->timer.timer_cb,
	    s->options->timeout_ms + TIMER_SLACK_MS, 0);
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
send_pdu(struct device_session *s, netsnmp_pdu *pdu)
{
	s->note = (struct pdu_note){0};
	s->dropped = 0;
	if (snmp_sess_async_send(s->handle, pdu, called_back, s) == 0) {
		snmp_free_pdu(pdu);
		s->note.what = PDU_NOT_SENT;
		s->note.error = snmp_sess_session(s->handle)->s_snmp_errno;
	}
	if (s->note.what == PDU_NOTHING)
		set_timer(s);
	else /* from the loop's next round */
		uv_timer_start(
		    &s->clock->timer, s->clock->timer.timer_cb, 0, 0);
}

static void
ask(struct device_session *s)
{
	const struct snmp_request *request;

	if (!s->talk->next(s->talk->self, &request)) {
		end(s, NULL);
		return;
	}
	send_pdu(s, pdu_of(request, s->options->version));
}

/* --- what came ------------------------------------------------------------
 */

static void
meet_engine(struct device_session *s)
{
	const struct usm_engine *known = usm_known(s->at);

	if (known != NULL) {
		s->engine_was_known = true;
		s->stage = STAGE_TALK;
		if (usm_adopt(s->handle, s->at, known, s->options, &s->user,
			&s->failure) == -1)
			end(s, s->failure.text);
		else
			ask(s);
		return;
	}
	s->engine_was_known = false;
	s->stage = STAGE_ENGINE;
	send_pdu(s, usm_probe());
}

static void
met_engine(struct device_session *s)
{
	if (s->note.what == PDU_SILENCE) {
		device_session_silence(s, &s->failure);
		end(s, s->failure.text);
		return;
	}
	if (s->note.engine.n == 0) {
		err_set(&s->failure,
		    "%s answered the question for its engine with something "
		    "else (does it run SNMP version 3?)",
		    s->at);
		end(s, s->failure.text);
		return;
	}
	usm_remember(s->at, &s->note.engine);
	s->stage = STAGE_TALK;
	if (usm_adopt(s->handle, s->at, &s->note.engine, s->options, &s->user,
		&s->failure) == -1)
		end(s, s->failure.text);
	else
		ask(s);
}

static void new_handles(struct device_session *s);

/* Another engine behind the address: the device was replaced. */
static void
begin_anew(struct device_session *s)
{
	usm_forget(s->at);
	drop_handles(s);
	new_handles(s);
	s->note = (struct pdu_note){0};
	uv_timer_start(&s->clock->timer, s->clock->timer.timer_cb, 0, 0);
}

static void
answered(struct device_session *s)
{
	struct snmp_answer answer = {0};

	s->failure = (struct err){""};
	if (s->note.what == PDU_REPORT) {
		if (s->engine_was_known &&
		    usm_is_other_engine(s->note.report)) {
			begin_anew(s);
			return;
		}
		usm_words(s->note.report, s->options, s->at, &s->failure);
		end(s, s->failure.text);
		return;
	}
	if (s->note.what == PDU_NOT_SENT) {
		err_set(&s->failure, "Cannot ask %s: %s", s->at,
		    snmp_api_errstring(s->note.error));
		end(s, s->failure.text);
		return;
	}
	if (s->note.what == PDU_SILENCE && s->engine_was_known && !s->heard) {
		begin_anew(s);
		return;
	}
	if (s->note.what == PDU_SILENCE)
		answer.error = SNMP_SILENCE;
	else
		answer = s->note.answer;
	s->heard = s->heard || s->note.what == PDU_ANSWER;
	if (s->talk->answer(s->talk->self, &answer, &s->failure) == 0) {
		ask(s);
		return;
	}
	if (s->failure.text[0] == '\0')
		device_session_silence(s, &s->failure);
	end(s, s->failure.text);
}

static void
step(struct device_session *s)
{
	if (s->note.what == PDU_NOTHING) {
		set_timer(s);
		return;
	}
	uv_timer_stop(&s->clock->timer);
	if (s->stage == STAGE_ENGINE)
		met_engine(s);
	else
		answered(s);
}

/* A packet is there. */
static void
arrived(void *arg)
{
	struct device_session *s = arg;

	bool is_good = pdu_read(s->handle);
	if (s->note.what != PDU_NOTHING)
		step(s);
	else if (s->options->version == 3 || !is_good)
		s->dropped++;
}

static void open_handle(struct device_session *s);

static void
timer(uv_timer_t *handle)
{
	struct device_session *s = ((struct snmp_timer *)handle->data)->session;

	if (s->handle == NULL) {
		if (s->failure.text[0] != '\0')
			end(s, s->failure.text);
		else
			open_handle(s);
		return;
	}
	if (s->note.what == PDU_NOTHING)
		snmp_sess_timeout(s->handle);
	step(s);
}

/* --- the beginning --------------------------------------------------------
 */

static void
open_handle(struct device_session *s)
{
	netsnmp_transport *transport = snmp_sockets_transport(
	    s->sockets, &s->address, arrived, s, &s->failure);

	if (transport != NULL)
		s->handle = usm_open(s->at, s->options, transport, &s->failure);
	if (s->handle == NULL) {
		end(s, s->failure.text);
		return;
	}
	if (s->options->version == 3) {
		meet_engine(s);
		return;
	}
	s->stage = STAGE_TALK;
	ask(s);
}

static void
new_handles(struct device_session *s)
{
	s->clock = xnew(struct snmp_timer);
	s->clock->session = s;
	uv_timer_init(s->loop, &s->clock->timer);
	s->clock->timer.data = s->clock;
	s->clock->timer.timer_cb = timer;
}

static void
keys_made(void *arg)
{
	struct device_session *s = arg;

	s->keys = NULL;
	open_handle(s);
}

static bool
need_keys(const struct snmp_options *o)
{
	const char *hash = o->auth == NULL ? NULL : snmp_hash_of(o->auth);
	struct snmp_key unused;

	if (o->version != 3 || hash == NULL || o->auth_secret == NULL)
		return false;
	return !snmp_key_known(&o->auth_id, &unused) ||
	    (o->priv_secret != NULL && !snmp_key_known(&o->priv_id, &unused));
}

struct device_session *
device_session_start(uv_loop_t *loop, struct snmp_sockets *sockets,
    const union address *address, const struct snmp_options *options,
    const struct snmp_talk *talk, device_session_done_fn *done, void *arg)
{
	struct device_session *s = xnew(struct device_session);

	s->loop = loop;
	s->sockets = sockets;
	s->address = *address;
	s->options = options;
	s->talk = talk;
	s->done = done;
	s->arg = arg;
	address_port_text(address, s->at);
	new_handles(s);
	s->stage = STAGE_KEYS;
	if (usm_check(options, &s->failure) == 0 && need_keys(options))
		s->keys = snmp_keys_start(loop, snmp_hash_of(options->auth),
		    options->auth_secret, options->priv_secret, keys_made, s);
	else
		uv_timer_start(&s->clock->timer, timer, 0, 0);
	return s;
}
