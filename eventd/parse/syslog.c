/* SPDX-License-Identifier: Apache-2.0
 *
 * Which format a line has, and the formats themselves but RFC 5424 (which has
 * its own file); see syslog.h.
 */
#include "eventd/parse/syslog.h"

#include "common/mem.h"
#include "common/num.h"
#include "eventd/parse/cursor.h"
#include "eventd/parse/text.h"

void
syslog_parser_free(struct syslog_parser *p)
{
	str_free(&p->decoded);
	str_free(&p->built);
	str_free(&p->kept);
}

/*
 * Bounds: 0-191 and the private facilities 30 and 31 (EC-7). False: a number
 * out of them; then the whole line is text.
 */
static bool
take_pri(struct slice *rest, struct message *m)
{
	size_t n = 1;
	unsigned value = 0;

	if (rest->len < 3 || rest->s[0] != '<')
		return true;
	while (n < rest->len && n < 4 && is_digit(rest->s[n]))
		value = value * 10 + (unsigned)(rest->s[n++] - '0');
	if (n == 1 || n == rest->len || rest->s[n] != '>')
		return true;
	if (value > 191 && (value < 240 || value > 255))
		return false;
	m->facility = (uint8_t)(value / 8);
	m->priority = (uint8_t)(value % 8);
	skip(rest, n + 1);
	return true;
}

/* `name` with or without [PID]. */
static void
take_name(struct slice name, struct message *m)
{
	const char *open = memrchr(name.s, '[', name.len);
	size_t at = open == NULL ? 0 : (size_t)(open - name.s);
	int64_t pid;

	if (at > 0) {
		struct slice number = {open + 1, name.len - at - 1};

		if (number.len > 0 && number.s[number.len - 1] == ']')
			number.len--;
		m->pid =
		    num_range(number, 0, UINT32_MAX, &pid) ? (uint32_t)pid : 0;
		name.len = at;
	}
	while (name.len > 0 && name.s[0] == '[')
		skip(&name, 1);
	while (name.len > 0 && name.s[name.len - 1] == ']')
		name.len--;
	m->application = name;
}

/* "TAG[7]:TEXT" without the space behind the colon. */
static bool
tight_tag(struct slice rest, size_t *colon_r)
{
	for (size_t i = 1; i + 1 < rest.len; i++) {
		if (rest.s[i] == ' ')
			return false;
		if (rest.s[i] == ']' && rest.s[i + 1] == ':') {
			*colon_r = i + 1;
			return memchr(rest.s, '[', i) != NULL;
		}
	}
	return false;
}

/* "TAG: TEXT" (4.2, EC-8). */
static void
take_tag(struct slice rest, struct message *m)
{
	const char *sep;
	size_t colon;

	if (tight_tag(rest, &colon)) {
		take_name((struct slice){rest.s, colon}, m);
		skip(&rest, colon + 1);
		if (rest.len > 0 && rest.s[0] == ' ')
			skip(&rest, 1);
		m->text = rest;
		return;
	}
	sep = memmem(rest.s, rest.len, ": ", 2);
	if (sep != NULL) {
		take_name((struct slice){rest.s, (size_t)(sep - rest.s)}, m);
		skip(&rest, (size_t)(sep - rest.s) + 2);
	} else if (rest.len > 1 && rest.s[rest.len - 1] == ':' &&
	    memchr(rest.s, ' ', rest.len) == NULL) {
		take_name((struct slice){rest.s, rest.len - 1}, m);
		rest.len = 0;
	}
	m->text = rest;
}

static void
take_host_and_tag(struct slice rest, struct message *m)
{
	slice_word(&rest, &m->host);
	skip_blanks(&rest);
	if (slice_starts(rest, ": "))
		skip(&rest, 2);
	else if (m->host.len > 1 && m->host.s[m->host.len - 1] == ':')
		m->host.len--;
	take_tag(rest, m);
}

/* EPOCH of ten digits behind "@". */
static bool
take_epoch(struct slice *rest, struct message *m)
{
	int64_t epoch;

	if (rest->len < 11 || rest->s[0] != '@' ||
	    !num_range((struct slice){rest->s + 1, 10}, 0, INT64_C(9999999999),
		&epoch) ||
	    !is_digit(rest->s[1]))
		return false;
	m->time_us = epoch * US_PER_S;
	skip(rest, 11);
	return true;
}

static void
take_sl(struct slice word, struct message *m)
{
	int64_t sl;

	if (num_range(word, 0, INT32_MAX, &sl))
		m->sl = (int32_t)sl;
}

/* "@EPOCH;SL;CONTACT;HOST SERVICE: TEXT" */
static bool
format_monitoring(struct slice rest, struct message *m)
{
	struct slice sl, contact;

	if (!take_epoch(&rest, m) || rest.len == 0 || rest.s[0] != ';')
		return false;
	skip(&rest, 1);
	if (!cut_at(&rest, ';', &sl) || !cut_at(&rest, ';', &contact))
		return false;
	take_sl(slice_trim(sl), m);
	m->contact = slice_trim(contact);
	rest = slice_trim(rest);
	if (!slice_word(&rest, &m->host))
		return false;
	skip_blanks(&rest);
	take_tag(rest, m);
	return true;
}

/* "@EPOCH[;SL] HOST TAG: TEXT" */
static bool
format_epoch(struct slice rest, struct message *m)
{
	struct slice word;
	const char *bar;

	if (!take_epoch(&rest, m))
		return false;
	if (rest.len > 0 && rest.s[0] == ';') {
		skip(&rest, 1);
		if (rest.len > 0 && rest.s[0] != ' ' &&
		    slice_word(&rest, &word))
			take_sl(word, m);
	}
	skip_blanks(&rest);
	take_host_and_tag(rest, m);
	bar = m->host.len == 0 ? NULL : memchr(m->host.s, '|', m->host.len);
	if (bar != NULL) {
		size_t n = (size_t)(bar - m->host.s);

		m->ipaddress = (struct slice){bar + 1, m->host.len - n - 1};
		m->host.len = n;
	}
	return true;
}

/* Is "@..." format 7? Its first word has at most one semicolon. */
static bool
is_epoch(struct slice rest)
{
	size_t semicolons = 0;

	if (rest.len < 12 || (rest.s[11] != ' ' && rest.s[11] != ';'))
		return false;
	for (size_t i = 0; i < rest.len && rest.s[i] != ' '; i++)
		semicolons += rest.s[i] == ';';
	return semicolons <= 1;
}

/* "CET: %SYS-5-..." or "CET %...": a zone, not a program (EC-13). */
static void
skip_zone(struct slice *rest, bool cisco)
{
	size_t n = 0;

	while (n < rest->len && n < 6 && rest->s[n] >= 'A' && rest->s[n] <= 'Z')
		n++;
	if (n < 3 || n > 5 || n + 2 >= rest->len || rest->s[n] != ':' ||
	    rest->s[n + 1] != ' ')
		return;
	if (!cisco && rest->s[n + 2] != '%')
		return;
	skip(rest, n + 2);
}

/* Behind the time of RFC 3164. */
static bool
bsd_rest(struct slice rest, bool cisco, struct message *m)
{
	struct slice word, behind;
	const char *start;

	m->format = FORMAT_BSD;
	if (rest.len > 0 && rest.s[0] == ':') {
		skip(&rest, 1);
		cisco = true;
	}
	skip_blanks(&rest);
	start = rest.s;
	skip_zone(&rest, cisco);
	if (start != rest.s || (cisco && rest.len > 0 && rest.s[0] == '%')) {
		m->format = FORMAT_BSD_NO_HOST;
		take_tag(rest, m);
		return true;
	}
	behind = rest;
	if (!slice_word(&behind, &word))
		return true;
	/* A host may end in a colon where a Cisco mnemonic follows it. */
	skip_blanks(&behind);
	if (word.s[word.len - 1] == ':' &&
	    !(behind.len > 0 && behind.s[0] == '%')) {
		m->format = FORMAT_BSD_NO_HOST;
		take_tag(rest, m);
		return true;
	}
	if (behind.len > 11 && behind.s[0] == '@' && is_digit(behind.s[1])) {
		struct message inner = *m;

		if (format_monitoring(behind, &inner)) {
			*m = inner;
			m->format = FORMAT_BSD_MONITORING;
			return true;
		}
	}
	take_host_and_tag(rest, m);
	return true;
}

/* Drops a Cisco sequence number where a BSD time or a mnemonic follows it. */
static void
skip_sequence(struct slice *rest, int64_t now_us, struct stamp_cache *cache)
{
	struct slice try = *rest, inner;
	size_t n = 0;
	int64_t us;
	bool cisco;

	while (n < rest->len && n < 12 && is_digit(rest->s[n]))
		n++;
	if (n == 0 || n + 2 >= rest->len || rest->s[n] != ':' ||
	    rest->s[n + 1] != ' ')
		return;
	skip(&try, n + 2);
	inner = try;
	if (try.s[0] == '%' || stamp_bsd(&inner, now_us, cache, &us, &cisco))
		*rest = try;
}

/* "2026 Mar  5 13:59:58 CET fw1 ASA: denied" */
static bool
format_year(struct slice rest, struct message *m, struct stamp_cache *cache)
{
	struct slice year = {rest.s, 4};
	struct slice zone;
	char text[32];
	size_t day;
	struct slice in;
	int64_t y;
	bool cisco;

	if (rest.len < 25 || rest.s[4] != ' ' ||
	    !num_range(year, 1970, 9999, &y))
		return false;
	/* To the shape that has its year behind the day. */
	skip(&rest, 5);
	day = rest.len > 6 && rest.s[5] == ' ' ? 6 : 7;
	if (y < 2000 || y > 2099 || rest.len < day + 9)
		return false;
	memcpy(text, rest.s, day);
	memcpy(text + day, year.s, 4);
	text[day + 4] = ' ';
	memcpy(text + day + 5, rest.s + day, 8);
	in = (struct slice){text, day + 13};
	if (!stamp_bsd(&in, m->received_us, cache, &m->time_us, &cisco) ||
	    in.len > 0)
		return false;
	skip(&rest, day + 8);
	if (!slice_word(&rest, &zone) || zone.len != 3)
		return false;
	skip_blanks(&rest);
	take_host_and_tag(rest, m);
	return true;
}

/* Exactly one word before the first ": ", or alone before a last ":". */
static bool
is_tag_only(struct slice rest)
{
	const char *sep = memmem(rest.s, rest.len, ": ", 2);
	size_t n = sep == NULL ? rest.len : (size_t)(sep - rest.s);

	if (rest.len < 2 || n == 0 || memchr(rest.s, ' ', n) != NULL)
		return false;
	return sep != NULL || rest.s[rest.len - 1] == ':';
}

/* The formats that are told by their first bytes; true: it was one. */
static bool
by_first_bytes(struct slice rest, struct syslog_parser *p, struct message *m)
{
	struct slice word, behind = rest;

	if (rest.len > 0 && rest.s[0] == '@') {
		m->format = is_epoch(rest) ? FORMAT_EPOCH : FORMAT_MONITORING;
		return m->format == FORMAT_EPOCH ? format_epoch(rest, m)
						 : format_monitoring(rest, m);
	}
	if (rest.len > 20 && rest.s[10] == 'T') {
		slice_word(&behind, &word);
		if (stamp_iso(word, &p->cache, &m->time_us)) {
			m->format = FORMAT_ISO;
			skip_blanks(&behind);
			take_host_and_tag(behind, m);
			return true;
		}
	}
	if (rfc5424_parse(rest, p, m)) {
		m->format = FORMAT_5424;
		return true;
	}
	behind = rest;
	if (rest.len > 20 && rest.s[10] == '-' && rest.s[19] == ' ' &&
	    stamp_utm(&behind, &p->cache, &m->time_us)) {
		m->format = FORMAT_UTM;
		skip_blanks(&behind);
		take_host_and_tag(behind, m);
		return true;
	}
	return false;
}

static bool
parse_formats(struct slice rest, struct syslog_parser *p, struct message *m)
{
	bool cisco;

	skip_sequence(&rest, m->received_us, &p->cache);
	if (by_first_bytes(rest, p, m))
		return true;
	if (rest.len > 0 && rest.s[0] == '@')
		return false;
	if (is_tag_only(rest)) {
		m->format = FORMAT_TAG;
		take_tag(rest, m);
		return true;
	}
	if (format_year(rest, m, &p->cache)) {
		m->format = FORMAT_YEAR;
		return true;
	}
	if (stamp_bsd(&rest, m->received_us, &p->cache, &m->time_us, &cisco))
		return bsd_rest(rest, cisco, m);
	return false;
}

/* Fields lie in the parser's own memory, so they are scrubbed in place. */
static void
scrub(struct slice *s)
{
	union {
		const char *borrowed;
		char *own;
	} at = {.borrowed = s->s};

	if (s->len > 0)
		s->len = text_scrub(at.own, s->len);
}

void
syslog_parse(struct syslog_parser *p, struct slice raw, const char *address,
    int64_t now_us, struct message *m_r)
{
	struct message fresh = {.facility = FACILITY_USER,
	    .priority = PRIORITY_NOTICE,
	    .time_us = now_us,
	    .received_us = now_us,
	    .ipaddress = slice_of(address),
	    .input = m_r->input};
	struct message m = fresh;
	struct slice rest;
	bool known;

	str_clear(&p->decoded);
	str_clear(&p->built);
	str_clear(&p->kept);
	while (raw.len > 0 && (raw.s[0] == '\n' || raw.s[0] == '\0'))
		skip(&raw, 1);
	if (slice_starts(raw, "\xef\xbb\xbf"))
		skip(&raw, 3);
	str_reserve(&p->decoded, raw.len * 3 + 1);
	fresh.decode_fallback = text_decode(&p->decoded, raw);
	/* Fields point into these: they must not move while parsing. */
	str_reserve(&p->built, p->decoded.len + 16);
	str_reserve(&p->kept, p->decoded.len + 16);
	rest = str_slice(&p->decoded);
	known = take_pri(&rest, &fresh);
	m = fresh;
	if (!known || !parse_formats(rest, p, &m)) {
		m = fresh;
		m.format = FORMAT_UNREADABLE;
		m.text = rest;
	}
	scrub(&m.text);
	scrub(&m.host);
	scrub(&m.application);
	scrub(&m.contact);
	if (m.ipaddress.s != address)
		scrub(&m.ipaddress);
	if (m.host.len == 0)
		m.host = m.ipaddress;
	*m_r = m;
}
