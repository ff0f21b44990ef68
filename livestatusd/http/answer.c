/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers with their headers: JSON, files, redirections.
 */
#include "common/mem.h"
#include "livestatusd/http/internal.h"
#include "livestatusd/http/rest/rest.h"

#include <stdio.h>
#include <stdlib.h>

#define POLICY                                                                 \
	"default-src 'self'; img-src 'self' data:; object-src 'none'; "        \
	"base-uri 'none'; form-action 'self'; frame-ancestors 'self'"

void
http_json(struct http_request *r, unsigned status, json_t *doc)
{
	char *json = json_dumps(doc, JSON_COMPACT | JSON_ENSURE_ASCII);

	r->status = status;
	str_clear(&r->out);
	str_add(&r->out, json == NULL ? "{}" : json);
	free(json);
	json_decref(doc);
}

void
http_fail(struct http_request *r, unsigned status, const char *text)
{
	size_t len = strnlen(text, 1000);

	if (r->rest) {
		rest_problem(r, status, text, NULL);
		return;
	}
	http_json(r, status, json_pack("{s:s%}", "error", text, len));
}

/* Of a page that needs nothing but its own form. */
#define LINK_POLICY                                                            \
	"default-src 'none'; form-action 'self'; base-uri 'none'; "            \
	"frame-ancestors 'none'"

static void
add_headers(struct MHD_Response *response, const char *type, bool link_page)
{
	MHD_add_response_header(response, "Content-Type", type);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Content-Security-Policy",
	    link_page ? LINK_POLICY : POLICY);
	MHD_add_response_header(response, "Referrer-Policy",
	    link_page ? "no-referrer" : "same-origin");
}

enum MHD_Result
answer_send(struct http_request *r)
{
	char seconds[16];
	struct MHD_Response *response;
	enum MHD_Result rc;

	peers_take_answer(r);
	response = r->stream ? live_response(r)
			     : MHD_create_response_from_buffer(r->unread,
				   str_steal(&r->out), MHD_RESPMEM_MUST_FREE);
	add_headers(response, r->type == NULL ? "application/json" : r->type,
	    r->link_page);
	MHD_add_response_header(response, "Cache-Control", "no-store");
	if (r->stream) /* nginx passes it on at once */
		MHD_add_response_header(response, "X-Accel-Buffering", "no");
	if (r->cookie != NULL)
		MHD_add_response_header(response, "Set-Cookie", r->cookie);
	if (r->location != NULL)
		MHD_add_response_header(response, "Location", r->location);
	if (r->etag != NULL)
		MHD_add_response_header(response, "ETag", r->etag);
	if (r->rest)
		rest_add_headers(r, response);
	if (r->retry_after > 0) {
		snprintf(seconds, sizeof(seconds), "%u", r->retry_after);
		MHD_add_response_header(response, "Retry-After", seconds);
	}
	rc = MHD_queue_response(r->connection, r->status, response);
	MHD_destroy_response(response);
	return rc;
}

enum MHD_Result
answer_redirect(struct http_request *r, const char *to)
{
	struct MHD_Response *response =
	    MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result rc;

	MHD_add_response_header(response, "Location", to);
	rc = MHD_queue_response(r->connection, MHD_HTTP_FOUND, response);
	MHD_destroy_response(response);
	return rc;
}

/* Named without a weight of zero: that is all that browsers say. */
static bool
takes_gzip(struct http_request *r)
{
	const char *accept = http_header(r, MHD_HTTP_HEADER_ACCEPT_ENCODING);

	return accept != NULL && strstr(accept, "gzip") != NULL &&
	    strstr(accept, "gzip;q=0") == NULL;
}

enum MHD_Result
answer_asset(struct http_request *r, const struct asset *a)
{
	const char *known = http_header(r, MHD_HTTP_HEADER_IF_NONE_MATCH);
	bool same = known != NULL && strcmp(known, a->etag) == 0;
	bool zipped = a->zipped.len > 0 && takes_gzip(r);
	const struct str *content = zipped ? &a->zipped : &a->content;
	struct MHD_Response *response =
	    MHD_create_response_from_buffer(same ? 0 : content->len,
		(void *)(uintptr_t)str_get(content), MHD_RESPMEM_PERSISTENT);
	enum MHD_Result rc;

	add_headers(response, a->type, false);
	MHD_add_response_header(response, "Cache-Control",
	    a->for_ever ? "public, max-age=31536000, immutable" : "no-cache");
	MHD_add_response_header(response, "ETag", a->etag);
	if (a->zipped.len > 0)
		MHD_add_response_header(response, "Vary", "Accept-Encoding");
	if (zipped && !same)
		MHD_add_response_header(response, "Content-Encoding", "gzip");
	rc = MHD_queue_response(r->connection,
	    same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return rc;
}
