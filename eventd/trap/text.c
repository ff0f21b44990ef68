/* SPDX-License-Identifier: Apache-2.0
 *
 * Bindings to text; see text.h.
 */
#include "eventd/trap/text.h"

#include "common/mem.h"
#include "common/utf8.h"
#include "eventd/parse/text.h"
#include "eventd/rule/compile.h"

#include <arpa/inet.h>
#include <inttypes.h>

struct writer {
	struct trap_text *t;
	const struct trap_options *o;
	const struct mib *mib;
	bool any; /* a binding is there already */
};

static const oid sys_uptime[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
static const oid trap_oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};
static const oid trap_enterprise[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 3, 0};
static const oid trap_address[] = {1, 3, 6, 1, 6, 3, 18, 1, 3, 0};
static const oid trap_community[] = {1, 3, 6, 1, 6, 3, 18, 1, 4, 0};
static const oid standard_traps[] = {1, 3, 6, 1, 6, 3, 1, 1, 5};

#define IS(name, len, known)                                                   \
	((len) == ARRAY_LEN(known) &&                                          \
	    memcmp((name), (known), sizeof(known)) == 0)

/* --- names ----------------------------------------------------------------
 */

static void
add_digits(struct str *to, const oid *id, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			str_addc(to, '.');
		str_addi(to, (int64_t)(uint32_t)id[i]);
	}
}

static const struct mib_node *
node_of(const struct mib *mib, const oid *id, size_t n)
{
	uint32_t own[MIB_DEPTH];

	if (mib == NULL || n > MIB_DEPTH)
		return NULL;
	for (size_t i = 0; i < n; i++)
		own[i] = (uint32_t)id[i];
	return mib_find(mib, own, (uint32_t)n);
}

/* MODULE::name.index; numbers where there is no name beyond a branch. */
static const struct mib_node *
add_name(struct str *to, const struct mib *mib, const oid *id, size_t n)
{
	const struct mib_node *node = node_of(mib, id, n);

	if (node == NULL || node->n < 7) {
		add_digits(to, id, n);
		return NULL;
	}
	str_addf(to, "%s::%s", node->module, node->name);
	if (n > node->n) {
		str_addc(to, '.');
		add_digits(to, id + node->n, n - node->n);
	}
	return node;
}

/* --- values ---------------------------------------------------------------
 */

static void
add_two(struct str *to, char before, uint64_t n)
{
	char two[3] = {before, (char)('0' + n / 10), (char)('0' + n % 10)};

	str_addn(to, two, sizeof(two));
}

/* 3 days, 4:05:06.78 */
static void
add_ticks(struct str *to, uint64_t ticks)
{
	uint64_t s = ticks / 100, days = s / 86400;

	if (days > 0) {
		str_addi(to, (int64_t)days);
		str_add(to, days == 1 ? " day, " : " days, ");
	}
	str_addi(to, (int64_t)(s / 3600 % 24));
	add_two(to, ':', s / 60 % 60);
	add_two(to, ':', s % 60);
	add_two(to, '.', ticks % 100);
}

static void
add_hex(struct str *to, struct slice s)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.s[i];

		if (i > 0)
			str_addc(to, ':');
		str_addc(to, digits[c >> 4]);
		str_addc(to, digits[c & 15]);
	}
}

/* Text has no controls but blanks and ends of lines. */
static bool
printable(struct slice s)
{
	if (!utf8_valid(s))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.s[i];

		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
		    c == 0x7f ||
		    (c == 0xc2 && i + 1 < s.len &&
			(unsigned char)s.s[i + 1] < 0xa0))
			return false;
	}
	return true;
}

/* Lines become blanks: a message is one line. */
static void
add_text(struct str *to, struct slice s)
{
	size_t from = to->len;

	str_addslice(to, s);
	for (size_t i = from; i < to->len; i++) {
		if ((unsigned char)to->s[i] < 0x20)
			to->s[i] = ' ';
	}
}

static void
add_bits(struct str *to, const struct mib_node *node, struct slice s)
{
	bool any = false;

	for (size_t i = 0; i < s.len * 8; i++) {
		struct slice name;

		if (((unsigned char)s.s[i / 8] & (0x80 >> i % 8)) == 0)
			continue;
		name = mib_enum(node, (int64_t)i);
		if (any)
			str_addc(to, ' ');
		any = true;
		if (name.len > 0)
			str_addslice(to, name);
		else
			str_addf(to, "%zu", i);
	}
}

static void
add_octets(struct writer *w, const struct mib_node *node, struct slice s)
{
	struct str *to = &w->t->text, *hinted = &w->t->scratch;

	if (node != NULL && node->kind == 'b') {
		add_bits(to, node, s);
		return;
	}
	str_clear(hinted);
	if (node != NULL && mib_hint(hinted, node->hint, s) &&
	    printable(str_slice(hinted))) {
		add_text(to, str_slice(hinted));
		return;
	}
	/* Programs in C send the end of their text, too. */
	if (s.len > 1 && s.s[s.len - 1] == '\0' &&
	    printable((struct slice){s.s, s.len - 1}))
		s.len--;
	if (printable(s))
		add_text(to, s);
	else
		add_hex(to, s);
}

/* A DISPLAY-HINT of an integer: "d-2" puts a point into it. */
static void
add_integer(struct str *to, const struct mib_node *node, int64_t n)
{
	struct slice name = node == NULL ? SLICE("") : mib_enum(node, n);
	const char *hint = node == NULL ? "" : node->hint;
	char digits[32];
	int places, len;

	if (name.len > 0) {
		str_addslice(to, name);
		return;
	}
	if (hint[0] == 'x') {
		str_addf(to, "%" PRIx64, (uint64_t)n);
		return;
	}
	if (hint[0] != 'd' || hint[1] != '-' || hint[2] < '1' ||
	    hint[2] > '9') {
		str_addi(to, n);
		return;
	}
	places = hint[2] - '0';
	len = snprintf(
	    digits, sizeof(digits), "%0*" PRId64, places + 1 + (n < 0), n);
	str_addf(to, "%.*s.%s", len - places, digits, digits + len - places);
}

static void
add_value(struct writer *w, const struct mib_node *node,
    const netsnmp_variable_list *v)
{
	struct str *to = &w->t->text;
	struct slice s = {(const char *)v->val.string, v->val_len};

	switch (v->type) {
	case ASN_INTEGER:
		add_integer(to, node, (int32_t)*v->val.integer);
		break;
	case ASN_COUNTER:
	case ASN_GAUGE:
		str_addi(to, (int64_t)(uint32_t)*v->val.integer);
		break;
	case ASN_TIMETICKS:
		if (w->mib != NULL)
			add_ticks(to, (uint32_t)*v->val.integer);
		else
			str_addi(to, (int64_t)(uint32_t)*v->val.integer);
		break;
	case ASN_COUNTER64:
	case ASN_OPAQUE_COUNTER64:
	case ASN_OPAQUE_U64:
		str_addf(to, "%" PRIu64,
		    (uint64_t)(uint32_t)v->val.counter64->high << 32 |
			(uint32_t)v->val.counter64->low);
		break;
	case ASN_OPAQUE_I64:
		str_addf(to, "%" PRId64,
		    (int64_t)((uint64_t)(uint32_t)v->val.counter64->high << 32 |
			(uint32_t)v->val.counter64->low));
		break;
	case ASN_OPAQUE_FLOAT:
		str_addf(to, "%g", (double)*v->val.floatVal);
		break;
	case ASN_OPAQUE_DOUBLE:
		str_addf(to, "%g", *v->val.doubleVal);
		break;
	case ASN_IPADDRESS:
		for (size_t i = 0; i < s.len; i++)
			str_addf(to, "%s%u", i > 0 ? "." : "",
			    (unsigned char)s.s[i]);
		break;
	case ASN_OBJECT_ID:
		add_name(to, w->mib, v->val.objid, v->val_len / sizeof(oid));
		break;
	case ASN_OCTET_STR:
		add_octets(w, node, s);
		break;
	case ASN_OPAQUE:
	case ASN_BIT_STR:
	case ASN_NSAP:
		add_hex(to, s);
		break;
	default: /* NULL and exceptions: no value */
		break;
	}
	if (node != NULL && node->units[0] != '\0' && v->type != ASN_NULL)
		str_addf(to, " %s", node->units);
}

static void
describe(struct writer *w, const struct mib_node *node)
{
	if (w->o->describe && node != NULL && node->description[0] != '\0')
		str_addf(&w->t->text, " (%s)", node->description);
}

static void
add_comma(struct writer *w)
{
	if (w->any)
		str_add(&w->t->text, ", ");
	w->any = true;
}

static void
add_binding(struct writer *w, const netsnmp_variable_list *v)
{
	const struct mib_node *node;

	if (w->t->text.len > TRAP_TEXT_MAX ||
	    IS(v->name, v->name_length, trap_oid) ||
	    IS(v->name, v->name_length, trap_community))
		return;
	add_comma(w);
	if (IS(v->name, v->name_length, sys_uptime) &&
	    v->type == ASN_TIMETICKS) {
		str_add(&w->t->text, "Uptime: ");
		add_ticks(&w->t->text, (uint32_t)*v->val.integer);
		return;
	}
	node = add_name(&w->t->text, w->mib, v->name, v->name_length);
	str_add(&w->t->text, ": ");
	add_value(w, node, v);
	describe(w, node);
}

/* --- version 1 (RFC 3584, 3.1) --------------------------------------------
 */

static void
add_v1_trap(struct writer *w, const netsnmp_pdu *pdu)
{
	oid id[MAX_OID_LEN + 2];
	size_t n;

	if (pdu->trap_type != SNMP_TRAP_ENTERPRISESPECIFIC) {
		memcpy(id, standard_traps, sizeof(standard_traps));
		n = ARRAY_LEN(standard_traps);
		id[n++] = (oid)(uint32_t)(pdu->trap_type + 1);
	} else {
		n = pdu->enterprise_length < MAX_OID_LEN
		    ? pdu->enterprise_length
		    : MAX_OID_LEN;
		memcpy(id, pdu->enterprise, n * sizeof(*id));
		id[n++] = 0;
		id[n++] = (oid)(uint32_t)pdu->specific_type;
	}
	add_name(&w->t->application, w->mib, id, n);
	add_comma(w);
	str_add(&w->t->text, "Uptime: ");
	add_ticks(&w->t->text, (uint32_t)pdu->time);
}

static void
add_v1_rest(struct writer *w, const netsnmp_pdu *pdu)
{
	const unsigned char *a = pdu->agent_addr;

	add_comma(w);
	add_name(&w->t->text, w->mib, trap_address, ARRAY_LEN(trap_address));
	str_addf(&w->t->text, ": %u.%u.%u.%u", a[0], a[1], a[2], a[3]);
	add_comma(w);
	add_name(
	    &w->t->text, w->mib, trap_enterprise, ARRAY_LEN(trap_enterprise));
	str_add(&w->t->text, ": ");
	add_name(&w->t->text, w->mib, pdu->enterprise, pdu->enterprise_length);
}

/* --- the whole ------------------------------------------------------------
 */

static bool
is_relay(const struct trap_options *o, const char *address)
{
	for (size_t i = 0; i < o->n_relays; i++) {
		if (network_has(&o->relays[i], slice_of(address)))
			return true;
	}
	return false;
}

/* Whom the relay speaks for. */
static const char *
origin(struct writer *w, const netsnmp_pdu *pdu, const char *address)
{
	const unsigned char *a = NULL;

	if (!is_relay(w->o, address))
		return address;
	if (pdu->command == SNMP_MSG_TRAP)
		a = pdu->agent_addr;
	for (const netsnmp_variable_list *v = pdu->variables; v != NULL;
	     v = v->next_variable) {
		if (v->type == ASN_IPADDRESS && v->val_len == 4 &&
		    IS(v->name, v->name_length, trap_address))
			a = v->val.string;
	}
	if (a == NULL || (a[0] | a[1] | a[2] | a[3]) == 0)
		return address;
	str_clear(&w->t->address);
	str_addf(&w->t->address, "%u.%u.%u.%u", a[0], a[1], a[2], a[3]);
	return str_get(&w->t->address);
}

void
trap_text_free(struct trap_text *t)
{
	str_free(&t->application);
	str_free(&t->text);
	str_free(&t->address);
	str_free(&t->scratch);
}

void
trap_message(struct trap_text *t, const netsnmp_pdu *pdu, const char *address,
    const struct trap_options *o, const struct mib *mib, int64_t now_us,
    struct message *m)
{
	struct writer w = {.t = t, .o = o, .mib = mib};
	struct slice from;

	str_clear(&t->application);
	str_clear(&t->text);
	if (pdu->command == SNMP_MSG_TRAP)
		add_v1_trap(&w, pdu);
	for (const netsnmp_variable_list *v = pdu->variables; v != NULL;
	     v = v->next_variable) {
		if (IS(v->name, v->name_length, trap_oid) &&
		    v->type == ASN_OBJECT_ID && t->application.len == 0)
			add_name(&t->application, mib, v->val.objid,
			    v->val_len / sizeof(oid));
		add_binding(&w, v);
	}
	if (pdu->command == SNMP_MSG_TRAP)
		add_v1_rest(&w, pdu);
	from = slice_of(origin(&w, pdu, address));
	*m = (struct message){.host = from,
	    .ipaddress = from,
	    .application = str_slice(&t->application),
	    .text = text_cut(str_slice(&t->text), TRAP_TEXT_MAX),
	    .contact = SLICE(""),
	    .facility = FACILITY_SNMP,
	    .priority = PRIORITY_NOTICE,
	    .format = FORMAT_TRAP,
	    .time_us = now_us,
	    .received_us = now_us,
	    .input = INPUT_TRAP};
}
