/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of stored walks; see stored_forms.h.
 */
#include "fetcher/snmp/stored_forms.h"

#include "common/mem.h"
#include "common/num.h"

#include <ctype.h>

static struct slice
behind(struct slice text, size_t n)
{
	return (struct slice){text.s + n, text.len - n};
}

static bool
take(struct slice *text, const char *prefix)
{
	if (!slice_starts(*text, prefix))
		return false;
	*text = behind(*text, strlen(prefix));
	return true;
}

/* --- the OID --------------------------------------------------------------
 */

static bool
read_oid(struct slice text, struct oid *oid_r)
{
	struct slice rest = text;

	if (!take(&rest, "iso."))
		return oid_parse(text, oid_r);
	if (!oid_parse(rest, oid_r) || oid_r->n == OID_MAX)
		return false;
	memmove(oid_r->id + 1, oid_r->id, oid_r->n * sizeof(oid_r->id[0]));
	oid_r->id[0] = 1;
	oid_r->n++;
	return true;
}

enum stored_form
stored_form_of(struct slice line, struct oid *oid_r, struct slice *rest_r)
{
	struct slice name, rest = line;

	if (line.len > 1 && isdigit((unsigned char)line.s[0]) &&
	    slice_next(&rest, '|', &name) && rest.len > 0 &&
	    memchr(rest.s, '|', rest.len) != NULL && oid_parse(name, oid_r)) {
		*rest_r = rest;
		return STORED_RECORD;
	}
	rest = line;
	if (!slice_next(&rest, ' ', &name) ||
	    (name.s[0] != '.' && !slice_starts(name, "iso.")) || name.len < 2 ||
	    !read_oid(name, oid_r))
		return STORED_NONE;
	*rest_r = rest.len == 0 ? SLICE("") : rest;
	if (take(rest_r, "= ") || slice_eqs(*rest_r, "="))
		return STORED_TYPED;
	return STORED_PLAIN;
}

/* --- values ---------------------------------------------------------------
 */

static int
digit_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
	    : c >= 'A' && c <= 'F'  ? c - 'A' + 10
				    : -1;
}

/* "00 1B 21 ", "00:1B:21" or "001b21"; false: it is none. */
static bool
add_hex(struct slice text, bool spaced, struct str *out)
{
	size_t from = out->len;

	for (size_t i = 0; i < text.len;) {
		if (isspace((unsigned char)text.s[i]) || text.s[i] == ':') {
			i++;
			continue;
		}
		int high = digit_of(text.s[i++]);
		int low = i < text.len ? digit_of(text.s[i]) : -1;
		if (high < 0) {
			out->len = from;
			return false;
		}
		if (low < 0 && spaced) { /* "7F:0:0:1" */
			str_addc(out, (char)high);
			continue;
		}
		if (low < 0) {
			out->len = from;
			return false;
		}
		str_addc(out, (char)(high << 4 | low));
		i++;
	}
	return true;
}

bool
stored_is_word(struct slice text)
{
	bool any = false;

	for (size_t i = 0; i < text.len; i++) {
		any = any || isdigit((unsigned char)text.s[i]);
		if (!isdigit((unsigned char)text.s[i]) && text.s[i] != '.' &&
		    !(i == 0 && text.s[i] == '-'))
			return false;
	}
	return any;
}

static bool
is_quoted(struct slice text)
{
	return text.len >= 2 && text.s[0] == '"' && text.s[text.len - 1] == '"';
}

/* "00 1B " within quotes. */
static bool
is_quoted_hex(struct slice text)
{
	if (!is_quoted(text) || text.len % 3 != 2 || text.len == 2)
		return false;
	for (size_t i = 1; i + 1 < text.len; i += 3)
		if (digit_of(text.s[i]) < 0 || digit_of(text.s[i + 1]) < 0 ||
		    text.s[i + 2] != ' ')
			return false;
	return true;
}

static void
add_unescaped(struct slice text, struct str *value)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.s[i] == '\\' && i + 1 < text.len &&
		    (text.s[i + 1] == '"' || text.s[i + 1] == '\\'))
			i++;
		str_addc(value, text.s[i]);
	}
}

static enum snmp_kind
plain_value(struct slice text, struct str *value)
{
	struct slice inner = {text.s + 1, text.len - 2};

	if (is_quoted_hex(text)) {
		add_hex(inner, false, value);
		return SNMP_OCTETS;
	}
	if (is_quoted(text)) {
		str_addslice(value, inner);
		return SNMP_OCTETS;
	}
	str_addslice(value, text);
	return stored_is_word(text) ? SNMP_WORD : SNMP_OCTETS;
}

/* "5", "up(1)", "(123) 0:00:01.23", "5 kB", "0:0:00:01.23" as it is. */
static enum snmp_kind
number_value(struct slice text, struct str *value)
{
	const char *open = text.len == 0 ? NULL : memchr(text.s, '(', text.len);
	struct slice word = text, inner;

	if (open != NULL) {
		inner = behind(text, (size_t)(open - text.s) + 1);
		if (slice_next(&inner, ')', &word) && stored_is_word(word)) {
			str_addslice(value, word);
			return SNMP_WORD;
		}
	}
	inner = text;
	if (slice_word(&inner, &word) && stored_is_word(word))
		str_addslice(value, word);
	else
		str_addslice(value, text);
	return SNMP_WORD;
}

static enum snmp_kind
oid_value(struct slice text, struct str *value)
{
	struct oid oid;

	if (read_oid(text, &oid))
		oid_text(oid.id, oid.n, value);
	else
		str_addslice(value, text);
	return SNMP_WORD;
}

static enum snmp_kind
address_value(struct slice text, struct str *value)
{
	struct str bytes = {0};

	if (add_hex(text, true, &bytes) && bytes.len == 4)
		for (int i = 0; i < 4; i++)
			str_addf(value, "%s%u", i > 0 ? "." : "",
			    (unsigned char)bytes.s[i]);
	else
		str_addslice(value, text);
	str_free(&bytes);
	return SNMP_WORD;
}

static enum snmp_kind
string_value(struct slice text, struct str *value)
{
	if (is_quoted(text))
		add_unescaped((struct slice){text.s + 1, text.len - 2}, value);
	else
		str_addslice(value, text);
	return SNMP_OCTETS;
}

static enum snmp_kind
hex_value(struct slice text, struct str *value)
{
	if (!add_hex(text, true, value))
		str_addslice(value, text);
	return SNMP_OCTETS;
}

static enum snmp_kind
typed_value(struct slice text, struct str *value)
{
	static const struct {
		const char *name;
		enum snmp_kind (*read)(struct slice text, struct str *value);
	} types[] = {{"STRING:", string_value}, {"Hex-STRING:", hex_value},
	    {"INTEGER:", number_value}, {"Counter32:", number_value},
	    {"Counter64:", number_value}, {"Gauge32:", number_value},
	    {"Unsigned32:", number_value}, {"UInteger32:", number_value},
	    {"UNSIGNED32:", number_value}, {"Timeticks:", number_value},
	    {"OID:", oid_value}, {"IpAddress:", string_value},
	    {"Network Address:", address_value}, {"BITS:", hex_value},
	    {"Opaque: Float:", number_value}, {"Opaque: Double:", number_value},
	    {"Opaque: Int64:", number_value}, {"Opaque: UInt64:", number_value},
	    {"OPAQUE:", hex_value}};
	struct slice rest = text;

	if (slice_starts(text, "No Such ") || slice_starts(text, "No more ") ||
	    slice_eqs(text, "NULL"))
		return SNMP_NONE;
	if (take(&rest, "Wrong Type (should be ")) {
		struct slice unused;

		slice_next(&rest, ' ', &unused);
		text = rest;
	}
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		rest = text;
		if (!take(&rest, types[i].name))
			continue;
		take(&rest, " ");
		enum snmp_kind kind = types[i].read(rest, value);
		/* An address is a word, read like a text. */
		return slice_starts(text, "IpAddress:") ? SNMP_WORD : kind;
	}
	return plain_value(text, value);
}

/* "4|text", "4x|001b21", "2|5", "65:numeric|rate=1" */
static enum snmp_kind
record_value(struct slice text, struct str *value)
{
	struct slice tag, rest = text;
	bool is_hex;

	if (!slice_next(&rest, '|', &tag) || tag.len == 0 ||
	    memchr(tag.s, ':', tag.len) != NULL)
		return SNMP_NONE;
	if (rest.len == 0)
		rest = SLICE("");
	is_hex = tag.s[tag.len - 1] == 'x';
	tag.len -= is_hex;
	if (slice_eqs(tag, "4") || slice_eqs(tag, "68")) {
		if (!is_hex || !add_hex(rest, false, value))
			str_addslice(value, rest);
		return SNMP_OCTETS;
	}
	if (slice_eqs(tag, "5"))
		return SNMP_NONE;
	if (slice_eqs(tag, "6"))
		return oid_value(rest, value);
	if (slice_eqs(tag, "64") && is_hex)
		return address_value(rest, value);
	str_addslice(value, rest);
	return SNMP_WORD;
}

enum snmp_kind
stored_value(enum stored_form form, struct slice rest, struct str *value)
{
	return form == STORED_TYPED ? typed_value(rest, value)
	    : form == STORED_RECORD ? record_value(rest, value)
				    : plain_value(rest, value);
}
