/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing syslog; see format.h.
 */
#include "eventd/forward/format.h"

#include "eventd/parse/stamp.h"
#include "eventd/parse/text.h"

#include <stdio.h>
#include <time.h>

#define LOCAL0 16

static unsigned
pri(const struct message *m)
{
	unsigned facility = m->facility > 23 ? LOCAL0 : m->facility;

	return facility * 8 + (m->priority & 7u);
}

/* Printable ASCII without blanks, not too long. */
static bool
fits(struct slice s, size_t max)
{
	if (s.len == 0 || s.len > max)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.s[i] <= ' ' || s.s[i] >= 0x7f)
			return false;
	}
	return true;
}

static void
add_word(struct str *out, struct slice s, size_t max)
{
	if (fits(s, max))
		str_addslice(out, s);
	else
		str_addc(out, '-');
	str_addc(out, ' ');
}

static void
begin_param(struct str *out, bool *any, const char *name)
{
	if (!*any)
		str_add(out, "[Checkmk@18662");
	*any = true;
	str_addf(out, " %s=\"", name);
}

static void
add_param(struct str *out, bool *any, const char *name, struct slice value)
{
	begin_param(out, any, name);
	for (size_t i = 0; i < value.len; i++) {
		if (strchr("\"\\]", value.s[i]) != NULL)
			str_addc(out, '\\');
		str_addc(out, value.s[i]);
	}
	str_addc(out, '"');
}

static void
add_data(struct str *out, const struct message *m)
{
	bool any = false;

	if (m->host.len > 0 && !fits(m->host, 255))
		add_param(out, &any, "host", m->host);
	if (m->application.len > 0 && !fits(m->application, 48))
		add_param(out, &any, "application", m->application);
	if (m->sl > 0) {
		begin_param(out, &any, "sl");
		str_addf(out, "%d\"", m->sl);
	}
	str_addc(out, any ? ']' : '-');
}

static void
add_5424(struct str *out, const struct message *m)
{
	time_t t = (time_t)(m->time_us / US_PER_S);
	char stamp[40];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	str_addf(out, "<%u>1 %s.%06dZ ", pri(m), stamp,
	    (int)(m->time_us % US_PER_S));
	add_word(out, m->host, 255);
	add_word(out, m->application, 48);
	if (m->pid != 0)
		str_addf(out, "%u - ", m->pid);
	else
		str_add(out, "- - ");
	add_data(out, m);
	if (m->text.len == 0)
		return;
	str_addc(out, ' ');
	if (!text_is_ascii(m->text))
		str_add(out, "\xef\xbb\xbf");
	str_addslice(out, m->text);
}

static void
add_3164(struct str *out, const struct message *m)
{
	struct stamp_text stamp = {0};

	str_addf(out, "<%u>", pri(m));
	stamp_put_bsd(out, m->time_us, &stamp);
	str_addc(out, ' ');
	if (m->host.len == 0)
		str_addc(out, '-');
	for (size_t i = 0; i < m->host.len; i++)
		str_addc(out, m->host.s[i] == ' ' ? '_' : m->host.s[i]);
	if (m->application.len > 0) {
		str_addc(out, ' ');
		str_addslice(out, m->application);
		if (m->pid != 0)
			str_addf(out, "[%u]", m->pid);
		str_addc(out, ':');
	}
	str_addc(out, ' ');
	str_addslice(out, m->text);
}

void
forward_frame(struct str *out, const struct message *m,
    enum forward_format format, enum forward_framing framing)
{
	size_t start = out->len, n, digits;
	char count[16];

	if (format == FORWARD_5424)
		add_5424(out, m);
	else
		add_3164(out, m);
	if (framing == FORWARD_LINES) {
		str_addc(out, '\n');
		return;
	}
	n = out->len - start;
	digits = (size_t)snprintf(count, sizeof(count), "%zu ", n);
	str_addn(out, count, digits);
	memmove(out->s + start + digits, out->s + start, n);
	memcpy(out->s + start, count, digits);
}
