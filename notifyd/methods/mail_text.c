/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of a mail.
 */
#include "notifyd/methods/mail_text.h"

#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define HEADER_MAX 300
#define BOUNDARY   "=_vedette_alternative"

/* --- addresses ---------------------------------------------------------------
 */

/* No blanks, controls, brackets or separators: safe in a command and header. */
static bool
is_address(struct slice a)
{
	if (a.len == 0 || a.len > 254 || a.s[0] == '-')
		return false;
	for (size_t i = 0; i < a.len; i++) {
		unsigned char c = (unsigned char)a.s[i];

		if (c <= ' ' || c == 0x7f || strchr("<>,;:\"\\()", c) != NULL)
			return false;
	}
	return true;
}

/* "Name <a@b>" or "a@b": the address alone. */
static struct slice
bare_address(const char *text)
{
	const char *open = strrchr(text, '<'), *close;

	if (open == NULL)
		return slice_trim(slice_of(text));
	close = strchr(open, '>');
	if (close == NULL)
		return (struct slice){"", 0};
	return (struct slice){open + 1, (size_t)(close - open - 1)};
}

static int
collect_addresses(struct mail *mail, const char *list, struct err *err_r)
{
	struct slice rest = slice_of(list), word;

	while (slice_next(&rest, ',', &word)) {
		word = slice_trim(word);
		if (word.len == 0)
			continue;
		if (!is_address(word)) {
			err_set(err_r, "\"%.*s\" is no e-mail address",
			    (int)(word.len > 100 ? 100 : word.len), word.s);
			return -1;
		}
		if (mail->n_to < MAIL_MAX_RECIPIENTS)
			mail->to[mail->n_to++] = slice_dup(word);
	}
	if (mail->n_to == 0) {
		err_set(err_r, "the contact has no e-mail address");
		return -1;
	}
	return 0;
}

/* --- encodings
 * ---------------------------------------------------------------- */

static void
add_base64(struct str *to, const unsigned char *p, size_t n)
{
	static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
				  "pqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		unsigned v = (unsigned)p[i] << 16;

		if (i + 1 < n)
			v |= (unsigned)p[i + 1] << 8;
		if (i + 2 < n)
			v |= p[i + 2];
		str_addc(to, abc[v >> 18]);
		str_addc(to, abc[v >> 12 & 63]);
		str_addc(to, i + 1 < n ? abc[v >> 6 & 63] : '=');
		str_addc(to, i + 2 < n ? abc[v & 63] : '=');
	}
}

/* A header's value: one line, by RFC 2047 if it is not plain ASCII. */
static void
add_header(struct str *to, const char *name, const char *value)
{
	struct str clean = {0};
	bool plain = true;
	size_t len = strlen(value), at = 0;

	if (len > HEADER_MAX) {
		len = HEADER_MAX;
		while (len > 0 && ((unsigned char)value[len] & 0xc0) == 0x80)
			len--;
	}
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];

		str_addc(&clean, c < ' ' || c == 0x7f ? ' ' : (char)c);
		plain = plain && c < 0x80;
	}
	if (strstr(str_get(&clean), "=?") != NULL)
		plain = false; /* must not look encoded */
	str_addf(to, "%s:", name);
	if (plain)
		str_addf(to, " %s", str_get(&clean));
	while (!plain && at < clean.len) {
		size_t n = clean.len - at > 45 ? 45 : clean.len - at;

		while (n > 1 && at + n < clean.len &&
		    ((unsigned char)clean.s[at + n] & 0xc0) == 0x80)
			n--;
		str_addf(to, "%s =?UTF-8?B?", at > 0 ? "\r\n" : "");
		add_base64(to, (const unsigned char *)clean.s + at, n);
		str_add(to, "?=");
		at += n;
	}
	str_add(to, "\r\n");
	str_free(&clean);
}

/* Quoted-printable, RFC 2045: lines of at most 76 characters, CRLF. */
static void
add_quoted(struct str *to, struct slice text)
{
	size_t width = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.s[i];
		bool end = i + 1 == text.len || text.s[i + 1] == '\n';
		bool plain = (c > ' ' && c < 0x7f && c != '=') ||
		    ((c == ' ' || c == '\t') && !end);

		if (c == '\n') {
			str_add(to, "\r\n");
			width = 0;
			continue;
		}
		if (width + (plain ? 1 : 3) > 75) {
			str_add(to, "=\r\n");
			width = 0;
		}
		if (plain)
			str_addc(to, (char)c);
		else
			str_addf(to, "=%02X", c);
		width += plain ? 1 : 3;
	}
}

static void
add_html(struct str *to, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '<':
			str_add(to, "&lt;");
			break;
		case '>':
			str_add(to, "&gt;");
			break;
		case '&':
			str_add(to, "&amp;");
			break;
		case '"':
			str_add(to, "&quot;");
			break;
		default:
			str_addc(to, *text);
		}
	}
}

/* --- words
 * --------------------------------------------------------------------- */

/* "CRITICAL (was OK)", "Acknowledged (CRITICAL)". */
static void
add_event(struct str *to, const struct context *ctx)
{
	static const struct {
		const char *type, *words;
	} types[] = {{"ACKNOWLEDGEMENT", "Acknowledged"},
	    {"FLAPPINGSTART", "Started flapping"},
	    {"FLAPPINGSTOP", "Stopped flapping"},
	    {"FLAPPINGDISABLED", "Flap detection switched off"},
	    {"DOWNTIMESTART", "Downtime start"},
	    {"DOWNTIMEEND", "Downtime end"},
	    {"DOWNTIMECANCELLED", "Downtime cancelled"},
	    {"CUSTOM", "Notification"}};
	const char *type = context_text(ctx, "NOTIFICATIONTYPE");
	const char *state = context_of_object(ctx, "", "STATE");
	const char *was = context_of_object(ctx, "PREVIOUS", "HARDSTATE");

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (strcmp(types[i].type, type) == 0) {
			str_addf(to, "%s (%s)", types[i].words, state);
			return;
		}
	}
	if (strncmp(type, "ALERTHANDLER", 12) == 0)
		str_addf(to, "Alert handler (%s)",
		    context_text(ctx, "ALERTHANDLERSTATE"));
	else if (was[0] == '\0' || was[0] == '?' || strcmp(was, state) == 0)
		str_addf(to, "is %s", state);
	else
		str_addf(to, "is %s (was %s)", state, was);
}

static void
make_subject(struct str *to, const struct context *ctx)
{
	const char *mark = context_text(ctx, "NOTIFICATIONMARK");

	if (mark[0] != '\0')
		str_addf(to, "[%s] ", mark);
	str_addf(to, "Vedette: %s", context_text(ctx, "HOSTNAME"));
	if (context_is_service(ctx))
		str_addf(to, "/%s", context_text(ctx, "SERVICEDESC"));
	str_addc(to, ' ');
	add_event(to, ctx);
}

/* What the body shows, in order; both parts come from here. */
typedef void line_fn(struct str *to, const char *label, const char *value);

static void
text_line(struct str *to, const char *label, const char *value)
{
	struct slice rest = slice_of(value), line;
	bool first = true;

	if (value[0] == '\0')
		return;
	if (strchr(value, '\n') == NULL) {
		str_addf(to, "%-10s %s\n", label, value);
		return;
	}
	while (slice_next(&rest, '\n', &line)) {
		if (first)
			str_addf(to, "%s\n", label);
		first = false;
		str_add(to, "    ");
		str_addslice(to, line);
		str_addc(to, '\n');
	}
}

static void
html_line(struct str *to, const char *label, const char *value)
{
	if (value[0] == '\0')
		return;
	str_addf(to,
	    "<tr><th style=\"text-align:left;vertical-align:top;"
	    "padding-right:1em\">%s</th><td style=\"white-space:pre-wrap\">",
	    label);
	add_html(to, value);
	str_add(to, "</td></tr>\n");
}

static void
add_lines(struct str *to, const struct context *ctx, line_fn *line)
{
	struct str event = {0}, host = {0};
	const char *alias = context_text(ctx, "HOSTALIAS");
	const char *name = context_text(ctx, "HOSTNAME");

	add_event(&event, ctx);
	str_add(&host, name);
	if (alias[0] != '\0' && strcmp(alias, name) != 0)
		str_addf(&host, " (%s)", alias);
	line(to, "Host:", str_get(&host));
	line(to, "Address:", context_text(ctx, "HOSTADDRESS"));
	line(to, "Service:", context_text(ctx, "SERVICEDESC"));
	line(to, "Event:", str_get(&event));
	line(to, "Time:", context_text(ctx, "LONGDATETIME"));
	line(to, "Site:", context_text(ctx, "OMD_SITE"));
	line(to, "Author:", context_text(ctx, "NOTIFICATIONAUTHOR"));
	line(to, "Comment:", context_text(ctx, "NOTIFICATIONCOMMENT"));
	line(to, "Summary:", context_of_object(ctx, "", "OUTPUT"));
	line(to, "Details:", context_of_object(ctx, "LONG", "OUTPUT"));
	line(to, "Perfdata:", context_of_object(ctx, "", "PERFDATA"));
	line(to, "Rule:", context_text(ctx, "PARAMETER_MATCHING_RULE_TEXT"));
	str_free(&event);
	str_free(&host);
}

static void
add_part(struct str *to, const char *type, const struct str *body)
{
	str_addf(to,
	    "--" BOUNDARY "\r\n"
	    "Content-Type: %s; charset=UTF-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
	    type);
	add_quoted(to, str_slice(body));
	str_add(to, "\r\n");
}

/* --- ids
 * ------------------------------------------------------------------------- */

static void
add_id_text(struct str *to, const char *text)
{
	for (; *text != '\0' && to->len < 200; text++) {
		bool good = (*text >= '0' && *text <= '9') ||
		    (*text >= 'a' && *text <= 'z') ||
		    (*text >= 'A' && *text <= 'Z') || *text == '-' ||
		    *text == '_' || *text == '.';

		str_addc(to, good ? *text : '_');
	}
}

/* The same for every mail of an incident: programs show them as a thread. */
static void
add_thread_headers(
    struct str *to, const struct context *ctx, const char *machine)
{
	const char *names[] = {context_text(ctx, "OMD_SITE"),
	    context_text(ctx, "HOSTNAME"), context_text(ctx, "SERVICEDESC"),
	    context_of_object(ctx, "", "PROBLEMID")};
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	struct str id = {0};

	add_id_text(&id, context_text(ctx, "DELIVERY_ID"));
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		for (const char *p = names[i]; *p != '\0'; p++)
			hash = (hash ^ (unsigned char)*p) *
			    UINT64_C(0x100000001b3);
		hash = (hash ^ 0xff) * UINT64_C(0x100000001b3);
	}
	str_addf(to, "Message-ID: <%s@%s>\r\n", str_get(&id), machine);
	str_addf(to, "In-Reply-To: <incident-%016llx@%s>\r\n",
	    (unsigned long long)hash, machine);
	str_addf(to, "References: <incident-%016llx@%s>\r\n",
	    (unsigned long long)hash, machine);
	str_free(&id);
}

static void
add_date(struct str *to, int64_t now)
{
	time_t at = (time_t)now;
	struct tm tm;
	char text[80];

	localtime_r(&at, &tm);
	if (strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S %z", &tm) > 0)
		str_addf(to, "Date: %s\r\n", text);
}

static void
add_headers(struct mail *mail, const struct context *ctx,
    const struct mail_options *options)
{
	struct str *to = &mail->data, subject = {0};
	const char *reply = context_text(ctx, "PARAMETER_REPLY_TO");

	make_subject(&subject, ctx);
	str_addf(to, "From: Vedette <%s>\r\n", mail->from);
	for (size_t i = 0; i < mail->n_to; i++)
		str_addf(to, "%s<%s>", i == 0 ? "To: " : ",\r\n ", mail->to[i]);
	str_add(to, "\r\n");
	if (is_address(slice_of(reply)))
		str_addf(to, "Reply-To: <%s>\r\n", reply);
	add_header(to, "Subject", str_get(&subject));
	add_date(to, options->now);
	add_thread_headers(to, ctx, options->machine);
	str_add(to, "Auto-Submitted: auto-generated\r\n");
	add_header(to, "X-Vedette-Host", context_text(ctx, "HOSTNAME"));
	if (context_is_service(ctx))
		add_header(
		    to, "X-Vedette-Service", context_text(ctx, "SERVICEDESC"));
	add_header(to, "X-Vedette-State", context_of_object(ctx, "", "STATE"));
	add_header(to, "X-Vedette-Type", context_text(ctx, "NOTIFICATIONTYPE"));
	str_add(to,
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative;"
	    " boundary=\"" BOUNDARY "\"\r\n\r\n");
	str_free(&subject);
}

int
mail_make(const struct context *ctx, const struct mail_options *options,
    struct mail *mail_r, struct err *err_r)
{
	const char *own = context_text(ctx, "PARAMETER_FROM_ADDRESS");
	struct slice from = bare_address(own[0] != '\0' ? own : options->from);
	struct str body = {0};

	*mail_r = (struct mail){0};
	if (!is_address(from)) {
		err_set(err_r, "the sender \"%.100s\" is no e-mail address",
		    own[0] != '\0' ? own : options->from);
		return -1;
	}
	mail_r->from = slice_dup(from);
	if (collect_addresses(
		mail_r, context_text(ctx, "CONTACTEMAIL"), err_r) < 0)
		return -1;
	add_headers(mail_r, ctx, options);
	add_lines(&body, ctx, text_line);
	add_part(&mail_r->data, "text/plain", &body);
	str_clear(&body);
	str_add(&body, "<!DOCTYPE html>\n<html><body><table>\n");
	add_lines(&body, ctx, html_line);
	str_add(&body, "</table></body></html>\n");
	add_part(&mail_r->data, "text/html", &body);
	str_add(&mail_r->data, "--" BOUNDARY "--\r\n");
	str_free(&body);
	return 0;
}

void
mail_free(struct mail *mail)
{
	str_free(&mail->data);
	free(mail->from);
	for (size_t i = 0; i < mail->n_to; i++)
		free(mail->to[i]);
	*mail = (struct mail){0};
}
