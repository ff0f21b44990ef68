/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests and answers as net-snmp's PDUs; see pdu.h.
 */
#include "fetcher/snmp/pdu.h"

#include "fetcher/snmp/packet.h"

#include <net-snmp/library/large_fd_set.h>
#include <stdio.h>

/* One answer at a time is looked at; its values live here. */
static struct snmp_var vars[SNMP_MAX_VARS];
static struct str words;

static void
take_oid(struct oid *to, const oid *from, size_t n)
{
	to->n = n > OID_MAX ? OID_MAX : (uint32_t)n;
	for (uint32_t i = 0; i < to->n; i++)
		to->id[i] = (uint32_t)from[i];
}

static void
add_oid_value(const netsnmp_variable_list *v)
{
	struct oid value;

	take_oid(&value, v->val.objid, v->val_len / sizeof(oid));
	oid_text(value.id, value.n, &words);
}

static void
add_float(double value)
{
	str_addf(&words, "%f", value);
}

static void
add_u64(uint64_t n)
{
	if (n > INT64_MAX) {
		str_addi(&words, (int64_t)(n / 10));
		n %= 10;
	}
	str_addi(&words, (int64_t)n);
}

/* Appends the value's text to `words`. */
static enum snmp_kind
add_value(const netsnmp_variable_list *v)
{
	switch (v->type) {
	case ASN_INTEGER:
		str_addi(&words, *v->val.integer);
		return SNMP_WORD;
	case ASN_COUNTER:
	case ASN_GAUGE:
	case ASN_TIMETICKS:
	case ASN_UINTEGER:
		str_addi(&words, *v->val.integer & 0xffffffffL);
		return SNMP_WORD;
	case ASN_COUNTER64:
	case ASN_OPAQUE_COUNTER64:
	case ASN_OPAQUE_U64:
		add_u64((uint64_t)v->val.counter64->high << 32 |
		    v->val.counter64->low);
		return SNMP_WORD;
	case ASN_OPAQUE_FLOAT:
		add_float((double)*v->val.floatVal);
		return SNMP_WORD;
	case ASN_OPAQUE_DOUBLE:
		add_float(*v->val.doubleVal);
		return SNMP_WORD;
	case ASN_OBJECT_ID:
		add_oid_value(v);
		return SNMP_WORD;
	case ASN_IPADDRESS:
		if (v->val_len != 4)
			return SNMP_NONE;
		str_addf(&words, "%u.%u.%u.%u", v->val.string[0],
		    v->val.string[1], v->val.string[2], v->val.string[3]);
		return SNMP_WORD;
	case ASN_OCTET_STR:
	case ASN_BIT_STR:
	case ASN_OPAQUE:
	case ASN_NSAP:
		str_addn(&words, (const char *)v->val.string, v->val_len);
		return SNMP_OCTETS;
	default:
		return SNMP_NONE;
	}
}

static void
take_answer(struct snmp_answer *a, const netsnmp_pdu *pdu)
{
	size_t starts[SNMP_MAX_VARS];
	const netsnmp_variable_list *v = pdu->variables;

	*a = (struct snmp_answer){.error = (unsigned)pdu->errstat,
	    .error_index = (unsigned)pdu->errindex,
	    .vars = vars};
	str_clear(&words);
	for (; v != NULL && a->n < SNMP_MAX_VARS; v = v->next_variable) {
		starts[a->n] = words.len;
		take_oid(&vars[a->n].oid, v->name, v->name_length);
		vars[a->n].kind = add_value(v);
		vars[a->n].value.len = words.len - starts[a->n];
		a->n++;
	}
	for (size_t i = 0; i < a->n; i++)
		vars[i].value.s = str_get(&words) + starts[i];
}

static void
take_engine(struct usm_engine *e, const netsnmp_pdu *pdu)
{
	if (pdu->securityEngineIDLen > USM_ENGINE_MAX)
		return;
	e->n = pdu->securityEngineIDLen;
	if (e->n > 0)
		memcpy(e->id, pdu->securityEngineID, e->n);
}

void
pdu_note(struct pdu_note *note, int op, const netsnmp_pdu *pdu)
{
	bool report = pdu != NULL && pdu->command == SNMP_MSG_REPORT;

	if (note->what != PDU_NOTHING)
		return;
	switch (op) {
	case NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE:
	case NETSNMP_CALLBACK_OP_SEC_ERROR:
		if (report) {
			note->what = PDU_REPORT;
			take_engine(&note->engine, pdu);
			if (pdu->variables != NULL)
				take_oid(&note->report, pdu->variables->name,
				    pdu->variables->name_length);
		} else if (pdu != NULL &&
		    op == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE) {
			note->what = PDU_ANSWER;
			take_answer(&note->answer, pdu);
		}
		return;
	case NETSNMP_CALLBACK_OP_TIMED_OUT:
		note->what = PDU_SILENCE;
		return;
	case NETSNMP_CALLBACK_OP_SEND_FAILED:
	case NETSNMP_CALLBACK_OP_DISCONNECT:
		note->what = PDU_NOT_SENT;
		note->error = SNMPERR_GENERR;
		return;
	default: /* sent again, ... */
		return;
	}
}

enum pdu_fault
pdu_take(struct pdu_note *note, unsigned version, uint32_t number,
    struct slice packet)
{
	struct snmp_packet p = {.version = version - 1};

	str_clear(&words);
	bool good = snmp_packet_answer(
	    (const unsigned char *)packet.s, packet.len, &p, vars, &words);
	if (p.version != version - 1)
		return PDU_OTHER_VERSION;
	if (!good)
		return PDU_GARBAGE;
	if (p.number == number && note->what == PDU_NOTHING) {
		note->what = PDU_ANSWER;
		note->answer = p.answer;
	}
	return PDU_FINE;
}

netsnmp_pdu *
pdu_of(const struct snmp_request *request)
{
	int command = request->op == SNMP_GET_OP ? SNMP_MSG_GET
	    : request->op == SNMP_NEXT_OP        ? SNMP_MSG_GETNEXT
						 : SNMP_MSG_GETBULK;
	netsnmp_pdu *pdu = snmp_pdu_create(command);

	pdu->version = SNMP_VERSION_3;
	if (request->op == SNMP_BULK_OP) {
		pdu->non_repeaters = 0;
		pdu->max_repetitions = (long)request->repetitions;
	}
	if (request->context != NULL) {
		pdu->contextName = strdup(request->context);
		pdu->contextNameLen = strlen(request->context);
	}
	for (size_t i = 0; i < request->n; i++) {
		oid name[OID_MAX];

		for (uint32_t k = 0; k < request->oids[i].n; k++)
			name[k] = request->oids[i].id[k];
		snmp_add_null_var(pdu, name, request->oids[i].n);
	}
	return pdu;
}

void
pdu_read(void *handle)
{
	static netsnmp_large_fd_set set;
	static bool made;
	int fd = snmp_sess_transport(handle)->sock;

	if (!made)
		netsnmp_large_fd_set_init(&set, FD_SETSIZE);
	made = true;
	netsnmp_large_fd_setfd(fd, &set);
	snmp_sess_read2(handle, &set);
	netsnmp_large_fd_clr(fd, &set);
}
