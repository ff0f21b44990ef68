/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a device does not answer, in words; see silence.h.
 */
#include "fetcher/snmp/silence.h"

/* It answers to each request, but nothing that is of use. */
static void
strange_words(const struct snmp_silence *s, struct err *err_r)
{
	switch (s->fault) {
	case PDU_GARBAGE:
		err_set(err_r,
		    "%s answers with packets that are not well formed (does "
		    "something else than an SNMP agent listen there, or is "
		    "the device broken?)",
		    s->at);
		return;
	case PDU_OTHER_VERSION:
		err_set(err_r,
		    "%s answers in another version of SNMP than it was asked "
		    "in (check snmp.version)",
		    s->at);
		return;
	case PDU_UNASKED:
		err_set(err_r,
		    "%s answers with request numbers that were not sent (is "
		    "the device broken, so slow that snmp.timeout is over "
		    "before it answers, or does something else answer in its "
		    "place?)",
		    s->at);
		return;
	case PDU_FINE:
		break;
	}
	err_set(err_r,
	    "%s answers, but not in its engine's time window, or what it "
	    "answered before (do two devices have the same engine ID, or does "
	    "somebody play old answers again?)",
	    s->at);
}

void
snmp_silence_words(const struct snmp_silence *s, struct err *err_r)
{
	const struct snmp_options *o = s->options;
	bool in_context = s->context != NULL && s->context[0] != '\0';

	if (s->strange)
		strange_words(s, err_r);
	else if (s->is_known && o->version == 3 && o->priv != NULL && !s->heard)
		err_set(err_r,
		    "No answer from %s to user %s, although the device made "
		    "itself known: with a wrong privacy password or protocol%s "
		    "devices keep silent (check snmp.priv%s)",
		    s->at, o->user, in_context ? ", or context," : "",
		    in_context ? ", snmp.context" : "");
	else if (s->heard && in_context)
		err_set(err_r,
		    "%s stopped answering, in the context \"%s\" (does it have "
		    "that one? snmp.context_timeout: continue goes on without. "
		    "Else: it is overloaded or away; snmp.timeout and "
		    "snmp.retries give it more time)",
		    s->at, s->context);
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
