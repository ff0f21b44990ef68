/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of a mail.
 */
#include "notifyd/methods/mail_text.h"

#include "common/mem.h"
#include "notifyd/methods/mail_body.h"
#include "notifyd/methods/table.h"
#include "notifyd/methods/template.h"
#include "notifyd/methods/words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define HEADER_MAX 300
#define BOUNDARY   "=_vedette_alternative"
#define RELATED    "=_vedette_related"
#define LINE_BYTES 57 /* 76 characters of base64 */

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

/* --- words
 * --------------------------------------------------------------------- */

static void
make_subject(struct str *to, const struct context *ctx, const json_t *params)
{
	const char *own = method_text(params,
	    context_is_service(ctx) ? "subject_service" : "subject_host");
	const char *text =
	    own[0] != '\0' ? own : method_text(params, "subject");
	struct template_world w = {.params = NULL, .ctx = ctx};

	/* An action of the event console has words of its own. */
	if (context_get(ctx, "EC_MAIL_TO") != NULL) {
		str_add(to, context_text(ctx, "EC_MAIL_SUBJECT"));
		return;
	}
	if (context_get(ctx, "BULK_SUBJECT") != NULL) {
		str_add(to, context_text(ctx, "BULK_SUBJECT"));
		return;
	}
	str_add(to, context_text(ctx, "MARK"));
	nd_template_expand(
	    to, text[0] == '\0' ? "Vedette: $OBJECT$ $EVENT_WORDS$" : text, &w);
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

/* The bodies and the picture that one of them shows. */
static void
add_picture(struct str *to, const struct str *png, const char *machine)
{
	str_addf(to,
	    "--" RELATED "\r\n"
	    "Content-Type: image/png; name=\"metrics.png\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-ID: <" MAIL_CHART_ID "@%s>\r\n"
	    "Content-Disposition: inline; filename=\"metrics.png\"\r\n\r\n",
	    machine);
	for (size_t at = 0; at < png->len; at += LINE_BYTES) {
		size_t n = png->len - at;

		add_base64(to, (const unsigned char *)png->s + at,
		    n > LINE_BYTES ? LINE_BYTES : n);
		str_add(to, "\r\n");
	}
	str_add(to, "--" RELATED "--\r\n");
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
	const char *incident = context_text(ctx, "INCIDENT");
	struct str id = {0};

	add_id_text(&id, context_text(ctx, "DELIVERY_ID"));
	str_addf(to, "Message-ID: <%s@%s>\r\n", str_get(&id), machine);
	str_addf(to, "In-Reply-To: <incident-%s@%s>\r\n", incident, machine);
	str_addf(to, "References: <incident-%s@%s>\r\n", incident, machine);
	str_free(&id);
}

static bool
has_high(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80)
		text++;
	return *text != '\0';
}

/* The name as it is if that is plain, quoted, or encoded. */
static void
add_sender(struct str *to, const char *name, const char *address)
{
	struct str line = {0}, quoted = {0};
	bool plain = true;

	for (const char *p = name; *p != '\0'; p++) {
		plain = plain && isalnum((unsigned char)*p);
		if (*p != '"' && *p != '\\')
			str_addc(&quoted, *p);
	}
	if (!plain && !has_high(str_get(&quoted))) {
		str_addf(&line, "\"%s\"", str_get(&quoted));
		str_clear(&quoted);
		str_add(&quoted, str_get(&line));
	}
	str_clear(&line);
	add_header(&line, "From", str_get(&quoted));
	str_addn(to, line.s, line.len - strlen("\r\n"));
	str_addf(to, " <%s>\r\n", address);
	str_free(&line);
	str_free(&quoted);
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
	const char *reply = method_text(options->params, "reply_to");
	const char *name = method_text(options->params, "from_name");

	make_subject(&subject, ctx, options->params);
	add_sender(to, name[0] == '\0' ? "Vedette" : name, mail->from);
	for (size_t i = 0; i < mail->n_to; i++)
		str_addf(to, "%s<%s>", i == 0 ? "To: " : ",\r\n ", mail->to[i]);
	str_add(to, "\r\n");
	if (is_address(bare_address(reply))) {
		str_add(to, "Reply-To: <");
		str_addslice(to, bare_address(reply));
		str_add(to, ">\r\n");
	}
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
	str_add(to, "MIME-Version: 1.0\r\n");
	if (options->chart != NULL)
		str_add(to,
		    "Content-Type: multipart/related;"
		    " type=\"multipart/alternative\";"
		    " boundary=\"" RELATED "\"\r\n\r\n--" RELATED "\r\n");
	str_add(to,
	    "Content-Type: multipart/alternative;"
	    " boundary=\"" BOUNDARY "\"\r\n\r\n");
	str_free(&subject);
}

int
mail_make(struct context *ctx, const struct mail_options *options,
    struct mail *mail_r, struct err *err_r)
{
	const char *own = method_text(options->params, "from_address");
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
	words_add(ctx, method_text(options->params, "console_url"));
	add_headers(mail_r, ctx, options);
	if (context_get(ctx, "EC_MAIL_TO") != NULL) {
		str_addf(&body, "%s\n", context_text(ctx, "EC_MAIL_BODY"));
		add_part(&mail_r->data, "text/plain", &body);
	} else {
		mail_body_text(&body, ctx, options);
		add_part(&mail_r->data, "text/plain", &body);
		str_clear(&body);
		mail_body_html(&body, ctx, options);
		add_part(&mail_r->data, "text/html", &body);
	}
	str_add(&mail_r->data, "--" BOUNDARY "--\r\n");
	if (options->chart != NULL)
		add_picture(&mail_r->data, options->chart, options->machine);
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
