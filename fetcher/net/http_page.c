/* SPDX-License-Identifier: Apache-2.0
 *
 * A web server's answer; see http_page.h.
 */
#include "fetcher/net/http_page.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_CHUNK (64 << 20)

static const char *const hosts_have =
    "-.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
static const char *const paths_have =
    "-_.!~*'();/?:@&=+$,%#abcdefghijklmnopqrstuvwxyz"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/* --- taking apart ----------------------------------------------------------
 */

/* The value of a header's field; empty and false: there is none. */
static bool
field(const char *header, const char *name, struct slice *value_r)
{
	struct slice rest = slice_of(header), line;
	size_t n = strlen(name);

	while (slice_next(&rest, '\n', &line)) {
		if (line.len <= n || strncasecmp(line.s, name, n) != 0 ||
		    line.s[n] != ':')
			continue;
		*value_r = slice_trim(
		    (struct slice){line.s + n + 1, line.len - n - 1});
		return true;
	}
	*value_r = SLICE("");
	return false;
}

static bool
join_chunks(struct slice raw, struct str *body)
{
	while (raw.len > 0) {
		const char *end = memchr(raw.s, '\n', raw.len);
		char *stop;
		long size;
		char head[32];
		size_t n;

		if (end == NULL)
			return false;
		n = (size_t)(end - raw.s);
		if (n == 0 || n >= sizeof(head) ||
		    !isxdigit((unsigned char)raw.s[0]))
			return false;
		memcpy(head, raw.s, n);
		head[n] = '\0';
		size = strtol(head, &stop, 16);
		if (*stop != '\r' && *stop != ';' && *stop != '\0')
			return false;
		raw.s += n + 1;
		raw.len -= n + 1;
		if (size == 0)
			return true;
		if (size < 0 || size > MAX_CHUNK ||
		    raw.len < (size_t)size + 2 || raw.s[size] != '\r')
			return false;
		str_addn(body, raw.s, (size_t)size);
		raw.s += size + 2;
		raw.len -= (size_t)size + 2;
	}
	return false;
}

bool
http_head_done(struct slice raw)
{
	return raw.len > 0 &&
	    (memmem(raw.s, raw.len, "\n\n", 2) != NULL ||
		memmem(raw.s, raw.len, "\n\r\n", 3) != NULL);
}

/* Where the header ends; *body_r: where the body begins. */
static const char *
end_of_header(const char *header, const char **body_r)
{
	const char *at = header, *end = header;

	while (strcspn(at, "\r\n") > 0) {
		size_t n;

		at += strcspn(at, "\r\n");
		end = at;
		n = strspn(at, "\r\n");
		if (n >= 2 && (strspn(at, "\r") == 1 || strspn(at, "\n") == 1))
			at += 2;
		else if (n > 0)
			at++;
	}
	*body_r = at + strspn(at, "\r\n");
	return end;
}

/*
 * As the plugin does: empty lines between the status and the header, and
 * before the body, do not count.
 */
bool
http_page_read(struct slice raw, struct http_page *page)
{
	struct str text = {0};
	struct slice value;
	const char *at, *end, *body;
	bool good = true;

	page->bytes = raw.len;
	if (raw.len == 0 || memchr(raw.s, '\0', raw.len) != NULL)
		return false;
	str_addslice(&text, raw);
	at = text.s + strcspn(text.s, "\r\n");
	str_addslice(&page->status,
	    slice_trim((struct slice){text.s, (size_t)(at - text.s)}));
	at += strspn(at, "\r\n");
	end = end_of_header(at, &body);
	str_addn(&page->header, at, (size_t)(end - at));
	if (field(str_get(&page->header), "Transfer-Encoding", &value) &&
	    memmem(value.s, value.len, "chunked", 7) != NULL)
		good = join_chunks(slice_of(body), &page->body);
	else
		str_add(&page->body, body);
	str_free(&text);
	return good;
}

void
http_page_free(struct http_page *page)
{
	str_free(&page->status);
	str_free(&page->header);
	str_free(&page->body);
}

int
http_status(const char *line)
{
	const char *blank = strchr(line, ' ');
	int n;

	if (blank == NULL || strspn(blank + 1, "1234567890") != 3)
		return 0;
	n = (int)strtol(blank + 1, NULL, 10);
	return n >= 100 && n < 600 ? n : -1;
}

bool
http_expected(const char *line, const char *expected)
{
	struct slice rest = slice_of(expected), one;

	while (slice_next(&rest, ',', &one))
		if (one.len > 0 &&
		    memmem(line, strlen(line), one.s, one.len) != NULL)
			return true;
	return false;
}

/* --- redirections ----------------------------------------------------------
 */

static bool
take_authority(struct slice *rest, struct http_url *to)
{
	size_t n = 0;
	unsigned long port = to->tls ? 443 : 80;

	while (n < rest->len && strchr(hosts_have, rest->s[n]) != NULL)
		n++;
	if (n == 0 || n >= sizeof(to->host))
		return false;
	memcpy(to->host, rest->s, n);
	to->host[n] = '\0';
	rest->s += n;
	rest->len -= n;
	if (rest->len > 1 && rest->s[0] == ':') {
		char digits[8] = "";
		size_t d = 1;

		while (d < rest->len && d < sizeof(digits) &&
		    isdigit((unsigned char)rest->s[d])) {
			digits[d - 1] = rest->s[d];
			d++;
		}
		port = strtoul(digits, NULL, 10);
		rest->s += d;
		rest->len -= d;
	}
	to->port = (uint16_t)port;
	return port > 0 && port <= 65535;
}

bool
http_redirect(
    const char *header, const struct http_url *at, struct http_url *to)
{
	struct slice rest;

	*to = *at;
	if (!field(header, "Location", &rest) || rest.len == 0)
		return false;
	for (size_t i = 0; i < rest.len; i++)
		if (strchr(paths_have, rest.s[i]) == NULL)
			return false;
	if (rest.len > 8 &&
	    (strncasecmp(rest.s, "http://", 7) == 0 ||
		strncasecmp(rest.s, "https://", 8) == 0)) {
		to->tls = tolower((unsigned char)rest.s[4]) == 's';
		rest.s += to->tls ? 8 : 7;
		rest.len -= to->tls ? 8 : 7;
		if (!take_authority(&rest, to))
			return false;
		if (rest.len == 0)
			rest = SLICE("/");
	}
	/* A path without a slash is relative in ways of the plugin's own. */
	if (rest.len == 0 || rest.s[0] != '/' ||
	    (rest.len > 1 && rest.s[1] == '/') || rest.len >= sizeof(to->path))
		return false;
	memcpy(to->path, rest.s, rest.len);
	to->path[rest.len] = '\0';
	return true;
}
