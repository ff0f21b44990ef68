/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages of signed links; see link.h. What was used stands in
 * var/vedette/links.used, a line each (time of its end, nonce), written before
 * the command goes out.
 */
#include "livestatusd/http/link.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"
#include "common/signed_link.h"

#include <inttypes.h>
#include <stdlib.h>

#define PREFIX   "link/"
#define USED     "var/vedette/links.used"
#define MAX_USED (8u << 20)

bool
link_is_path(const char *path)
{
	return strncmp(path, PREFIX, strlen(PREFIX)) == 0;
}

/* --- pages -----------------------------------------------------------------
 */

static void
add_text(struct str *to, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '<')
			str_add(to, "&lt;");
		else if (*text == '>')
			str_add(to, "&gt;");
		else if (*text == '&')
			str_add(to, "&amp;");
		else if (*text == '"')
			str_add(to, "&quot;");
		else
			str_addc(to, *text);
	}
}

/* No script, no style, nothing from elsewhere: the policy forbids the rest. */
static void
page(struct http_request *r, unsigned status, const char *title,
    const struct str *body)
{
	r->status = status;
	r->type = "text/html; charset=utf-8";
	r->link_page = true;
	str_clear(&r->out);
	str_add(&r->out,
	    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width\">"
	    "<meta name=\"robots\" content=\"noindex\"><title>");
	add_text(&r->out, title);
	str_add(&r->out, "</title></head><body><h1>");
	add_text(&r->out, title);
	str_add(&r->out, "</h1>\n");
	str_addslice(&r->out, str_slice(body));
	str_add(&r->out, "</body></html>\n");
}

static void
plain_page(struct http_request *r, unsigned status, const char *title,
    const char *text)
{
	struct str body = {0};

	str_add(&body, "<p>");
	add_text(&body, text);
	str_add(&body, "</p>\n");
	page(r, status, title, &body);
	str_free(&body);
}

static void
add_object(struct str *to, const struct signed_link *l)
{
	add_text(to, l->host);
	if (l->service[0] == '\0')
		return;
	str_add(to, " / ");
	add_text(to, l->service);
}

/* What the click would do; a POST alone does it. */
static void
ask_page(struct http_request *r, const struct signed_link *l)
{
	bool ack = l->purpose == SIGNED_LINK_ACKNOWLEDGE;
	struct str body = {0};

	str_add(&body,
	    ack ? "<p>Acknowledge the problem of <b>"
		: "<p>Set a downtime for <b>");
	add_object(&body, l);
	str_add(&body, "</b>");
	if (!ack)
		str_addf(&body, " from now on for %" PRId64 " minutes",
		    l->seconds / 60);
	str_add(&body, ", in the name of <b>");
	add_text(&body, l->contact);
	str_add(&body,
	    "</b>?</p>\n<form method=\"post\">"
	    "<p><label>Comment: <input name=\"comment\" maxlength=\"500\" "
	    "size=\"50\"></label></p>"
	    "<p><button type=\"submit\">");
	str_add(&body, ack ? "Acknowledge" : "Set the downtime");
	str_add(&body, "</button></p></form>\n");
	page(r, MHD_HTTP_OK, ack ? "Acknowledge a problem" : "Set a downtime",
	    &body);
	str_free(&body);
}

/* --- used once -------------------------------------------------------------
 */

/* The lines that still matter into `kept`; is the nonce among them? */
static bool
look(struct slice text, int64_t now, const char *nonce, struct str *kept)
{
	struct slice line, time;
	bool found = false;

	while (slice_next(&text, '\n', &line)) {
		struct slice rest = line;
		int64_t end;

		if (!slice_word(&rest, &time) || !num_i64(time, &end) ||
		    end < now)
			continue;
		found = found || slice_eqs(slice_trim(rest), nonce);
		str_addslice(kept, line);
		str_addc(kept, '\n');
	}
	return found;
}

/* True: this is the first time, and that is on disk. */
static bool
use(struct http_request *r, const struct signed_link *l)
{
	char *path = xasprintf("%s/" USED, r->h->d->root);
	int64_t now = clock_wall() / NS_PER_S;
	struct str text = {0}, kept = {0};
	struct err err = {""};
	bool first = false;

	if (file_exists(path) && file_read(path, MAX_USED, &text, &err) < 0) {
		log_warn("signed links: %s", err.text);
	} else if (!look(str_slice(&text), now, l->nonce, &kept)) {
		str_addf(&kept, "%" PRId64 " %s\n", l->expires, l->nonce);
		first = file_write(path, str_slice(&kept), 0600, &err) == 0;
		if (!first)
			log_warn("signed links: %s", err.text);
	}
	str_free(&text);
	str_free(&kept);
	free(path);
	return first;
}

/* --- the command -----------------------------------------------------------
 */

/* comment=TEXT of the form: one line without separators. */
static char *
comment_of(const struct http_request *r)
{
	const char *text = strstr(str_get(&r->body), "comment=");
	struct str to = {0};

	text = text == NULL ? "" : text + strlen("comment=");
	for (; *text != '\0' && *text != '&' && to.len < 500; text++) {
		int64_t byte = (unsigned char)*text;

		if (*text == '+') {
			byte = ' ';
		} else if (*text == '%' && text[1] != '\0' && text[2] != '\0') {
			char hex[3] = {text[1], text[2], '\0'};

			byte = (int64_t)strtoul(hex, NULL, 16);
			text += 2;
		}
		str_addc(&to,
		    byte < ' ' || byte == 0x7f || byte == ';' ? ' '
							      : (char)byte);
	}
	if (slice_trim(str_slice(&to)).len == 0) {
		str_clear(&to);
		str_add(&to, "by the link in a mail");
	}
	return str_steal(&to);
}

static char *
command_of(const struct signed_link *l, const char *comment)
{
	int64_t now = clock_wall() / NS_PER_S;
	bool service = l->service[0] != '\0';
	struct str line = {0};

	if (l->purpose == SIGNED_LINK_ACKNOWLEDGE)
		str_add(&line,
		    service ? "ACKNOWLEDGE_SVC_PROBLEM;"
			    : "ACKNOWLEDGE_HOST_PROBLEM;");
	else
		str_add(&line,
		    service ? "SCHEDULE_SVC_DOWNTIME;"
			    : "SCHEDULE_HOST_DOWNTIME;");
	str_addf(&line, "%s;", l->host);
	if (service)
		str_addf(&line, "%s;", l->service);
	if (l->purpose == SIGNED_LINK_ACKNOWLEDGE)
		str_add(&line, "2;1;0;");
	else
		str_addf(&line, "%" PRId64 ";%" PRId64 ";1;0;0;", now,
		    now + l->seconds);
	str_addf(&line, "%s;%s", l->contact, comment);
	return str_steal(&line);
}

static void
on_done(struct http_request *r, const struct act_result *result, void *arg)
{
	(void)arg;
	if (r == NULL)
		return;
	if (result->refused > 0)
		plain_page(r, MHD_HTTP_CONFLICT, "Refused",
		    result->why == NULL ? "The site refused it." : result->why);
	else if (result->open > 0)
		plain_page(r, MHD_HTTP_GATEWAY_TIMEOUT, "No answer",
		    "The site has not answered in time; look into the "
		    "console.");
	else
		plain_page(r, MHD_HTTP_OK, "Done", "Thank you, it is done.");
}

/* Visible to the contact: else a mail to a former contact would do. */
static bool
may_see(struct http_request *r, const struct signed_link *l)
{
	bool service = l->service[0] != '\0';
	struct str rest = {0};
	json_t *rows;
	bool sees;

	if (strpbrk(l->host, "\n\r") != NULL ||
	    strpbrk(l->service, "\n\r") != NULL)
		return false;
	str_addf(&rest, "Columns: state\nFilter: %s = %s\n",
	    service ? "host_name" : "name", l->host);
	if (service)
		str_addf(&rest, "Filter: description = %s\n", l->service);
	rows = http_query(r, service ? "services" : "hosts", str_get(&rest));
	sees = json_array_size(rows) > 0;
	json_decref(rows);
	str_free(&rest);
	return sees;
}

static void
perform(struct http_request *r, const struct signed_link *l)
{
	bool ack = l->purpose == SIGNED_LINK_ACKNOWLEDGE;
	char **lines, *comment, *what;

	if (!use(r, l)) {
		plain_page(r, MHD_HTTP_GONE, "Used already",
		    "This link was used already; each works once.");
		return;
	}
	log_info("signed link: %s by %s: %s%s%s",
	    ack ? "acknowledge" : "downtime", l->contact, l->host,
	    l->service[0] == '\0' ? "" : " / ", l->service);
	what = xasprintf(
	    "%s%s%s", l->host, l->service[0] == '\0' ? "" : " / ", l->service);
	http_audit(r, ack ? "acknowledged by link" : "downtime by link", what);
	free(what);
	comment = comment_of(r);
	lines = xcalloc(1, sizeof(*lines));
	lines[0] = command_of(l, comment);
	free(comment);
	act_start(r, lines, 1, on_done, NULL);
}

void
link_handle(struct http_request *r)
{
	const char *token = r->path + strlen(PREFIX);
	char *path = xasprintf("%s/" SIGNED_LINK_FILE, r->h->d->root);
	unsigned char key[SIGNED_LINK_KEY];
	struct signed_link l = {0};
	bool post = strcmp(r->method, "POST") == 0;
	struct err err;

	if (!post && strcmp(r->method, "GET") != 0 &&
	    strcmp(r->method, "HEAD") != 0)
		plain_page(r, MHD_HTTP_METHOD_NOT_ALLOWED, "Not allowed",
		    "GET or POST is expected.");
	else if (signed_link_key(path, false, key, &err) < 0 ||
	    signed_link_read(
		slice_of(token), key, clock_wall() / NS_PER_S, &l, &err) < 0)
		plain_page(r, MHD_HTTP_FORBIDDEN, "Not valid",
		    "This link is not one of this site, or it is too old. "
		    "Please use the console.");
	else if (!auth_trust(r, l.contact) ||
	    !http_may(r,
		l.purpose == SIGNED_LINK_ACKNOWLEDGE ? "action.acknowledge"
						     : "action.downtimes") ||
	    !may_see(r, &l))
		plain_page(r, MHD_HTTP_FORBIDDEN, "Not allowed",
		    "The contact of this link may not do this (any more).");
	else if (post)
		perform(r, &l);
	else
		ask_page(r, &l);
	explicit_bzero(key, sizeof(key));
	signed_link_free(&l);
	free(path);
}
