/* SPDX-License-Identifier: Apache-2.0
 *
 * RFC 5424: header, structured data with the element that Checkmk's senders
 * put their overrides into, text.
 */
#include "common/num.h"
#include "eventd/parse/cursor.h"

#define OWN_ELEMENT "Checkmk@18662"

static bool
header_word(struct slice *rest, struct slice *word_r)
{
	if (!cut_at(rest, ' ', word_r))
		return false;
	return word_r->len > 0;
}

static struct slice
nil_or(struct slice word)
{
	return slice_eqs(word, "-") ? (struct slice){0} : word;
}

/* The bytes of "name=" up to the quote. */
static bool
param_name(struct slice *rest, struct slice *name_r)
{
	size_t n = 0;

	while (n < rest->len && rest->s[n] != '=' && rest->s[n] != ' ' &&
	    rest->s[n] != ']' && rest->s[n] != '"')
		n++;
	if (n == 0 || n + 1 >= rest->len || rest->s[n] != '=' ||
	    rest->s[n + 1] != '"')
		return false;
	*name_r = (struct slice){rest->s, n};
	skip(rest, n + 2);
	return true;
}

/* The value up to its closing quote, escapes resolved, into `built`. */
static bool
param_value(struct slice *rest, struct str *built, struct slice *value_r)
{
	size_t start = built->len;

	while (rest->len > 0 && rest->s[0] != '"') {
		if (rest->s[0] == '\\' && rest->len > 1 &&
		    (rest->s[1] == '"' || rest->s[1] == '\\' ||
			rest->s[1] == ']'))
			skip(rest, 1);
		str_addc(built, rest->s[0]);
		skip(rest, 1);
	}
	if (rest->len == 0)
		return false;
	skip(rest, 1);
	*value_r = (struct slice){built->s + start, built->len - start};
	return true;
}

static void
override(struct slice name, struct slice value, struct message *m)
{
	int64_t n;

	if (slice_eqs(name, "ipaddress"))
		m->ipaddress = value;
	else if (slice_eqs(name, "host"))
		m->host = value;
	else if (slice_eqs(name, "application"))
		m->application = value;
	else if (slice_eqs(name, "sl") && num_range(value, 0, INT32_MAX, &n))
		m->sl = (int32_t)n;
	else if (slice_eqs(name, "pid") && num_range(value, 0, UINT32_MAX, &n))
		m->pid = (uint32_t)n;
}

/* One "[id name="value" ...]"; `own_r`: it was ours. */
static bool
element(struct slice *rest, struct str *built, struct message *m, bool *own_r)
{
	struct slice name, value;
	size_t n = 1;

	while (n < rest->len && rest->s[n] != ' ' && rest->s[n] != ']' &&
	    rest->s[n] != '"' && rest->s[n] != '=')
		n++;
	if (n == 1 || n == rest->len)
		return false;
	*own_r = slice_eqs((struct slice){rest->s + 1, n - 1}, OWN_ELEMENT);
	skip(rest, n);
	while (rest->len > 0 && rest->s[0] == ' ') {
		size_t mark = built->len;

		skip_blanks(rest);
		if (!param_name(rest, &name) ||
		    !param_value(rest, built, &value))
			return false;
		if (*own_r)
			override(name, value, m);
		else
			built->len = mark;
	}
	if (rest->len == 0 || rest->s[0] != ']')
		return false;
	skip(rest, 1);
	return true;
}

/* Structured data; the elements that are not ours go to `kept`. */
static bool
structured_data(struct slice *rest, struct syslog_parser *p, struct message *m)
{
	bool own, seen = false;

	if (rest->len > 0 && rest->s[0] == '-') {
		skip(rest, 1);
		return rest->len == 0 || rest->s[0] == ' ';
	}
	if (rest->len == 0 || rest->s[0] != '[')
		return false;
	while (rest->len > 0 && rest->s[0] == '[') {
		const char *from = rest->s;

		if (!element(rest, &p->built, m, &own) || (own && seen))
			return false;
		seen |= own;
		if (!own)
			str_addn(&p->kept, from, (size_t)(rest->s - from));
	}
	return rest->len == 0 || rest->s[0] == ' ';
}

bool
rfc5424_parse(struct slice rest, struct syslog_parser *p, struct message *m)
{
	struct slice stamp, host, application, procid, msgid;
	struct message out = *m;
	int64_t pid;

	if (!slice_starts(rest, "1 "))
		return false;
	skip(&rest, 2);
	if (!header_word(&rest, &stamp) || !header_word(&rest, &host) ||
	    !header_word(&rest, &application) || !header_word(&rest, &procid) ||
	    !header_word(&rest, &msgid))
		return false;
	if (!slice_eqs(stamp, "-") &&
	    !stamp_iso(stamp, &p->cache, &out.time_us))
		return false;
	out.host = nil_or(host);
	out.application = nil_or(application);
	if (num_range(procid, 0, UINT32_MAX, &pid))
		out.pid = (uint32_t)pid;
	if (!structured_data(&rest, p, &out))
		return false;
	if (rest.len > 0)
		skip(&rest, 1);
	if (slice_starts(rest, "\xef\xbb\xbf"))
		skip(&rest, 3);
	skip_blanks(&rest); /* rsyslog writes one before the text */
	out.text = rest;
	if (p->kept.len > 0) {
		if (rest.len > 0)
			str_addc(&p->kept, ' ');
		str_addslice(&p->kept, rest);
		out.text = str_slice(&p->kept);
	}
	*m = out;
	return true;
}
