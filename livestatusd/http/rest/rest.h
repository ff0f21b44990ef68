/* SPDX-License-Identifier: Apache-2.0
 *
 * The REST API 1.0 below /SITE/check_mk/api/: its monitoring part, as clients
 * of Checkmk know it (configuration-and-rest.md sections 6 and 7.10). Routes
 * are a table (routes.c); what a request may say is declared there too, checked
 * before its handler runs, and printed as openapi.json.
 */
#ifndef LIVESTATUSD_HTTP_REST_REST_H
#define LIVESTATUSD_HTTP_REST_REST_H

#include "livestatusd/http/internal.h"

#include <jansson.h>

#define REST_PATH "check_mk/api/1.0/"
/* Clients choose their ways by it: that of the peer whose API this is. */
#define REST_CHECKMK_VERSION "2.4.0p12"
#define REST_EDITION         "cre"

/* --- for http.c ----------------------------------------------------------- */

bool rest_is_path(const char *path);
/* Answers what needs no login; false: it is something else. */
bool rest_handle_open(struct http_request *r);
void rest_handle(struct http_request *r);
void rest_add_headers(struct http_request *r, struct MHD_Response *response);
/* application/problem+json; `fields` (may be NULL) is taken. */
void rest_problem(struct http_request *r, unsigned status, const char *detail,
    json_t *fields);

/* --- what a request may say ----------------------------------------------- */

enum rest_kind {
	REST_TEXT,
	REST_BOOL,   /* also "true", "False", "1" */
	REST_NUMBER, /* an integer from 0 */
	REST_TIME,   /* ISO 8601; without an offset it is local time */
	REST_TEXTS,  /* list of texts; in an address: repeated */
	REST_QUERY,  /* a filter, see filter.h; also as text with JSON */
	REST_ANY
};

struct rest_field {
	const char *name;
	enum rest_kind kind;
	bool required;
	/* Only if the first field of the table has this value; or NULL. */
	const char *of;
	const char *const *values; /* of a text, ended by NULL; or NULL */
	const char *help;
};

struct rest_call;
struct rest_route {
	const char *method;
	const char *path;                /* "objects/host/{host_name}" */
	const char *permission;          /* of permissions.def, or NULL */
	const struct rest_field *fields; /* of body or address; or NULL */
	void (*handle)(struct http_request *r, const struct rest_call *call);
	const char *help;
};

#define REST_NAMES 2
/* A request that is in order. All is borrowed until the handler returns. */
struct rest_call {
	const struct rest_route *route;
	char *names[REST_NAMES]; /* what stands in the path's braces */
	json_t *in;              /* the fields that were given, by name */
	int64_t now;             /* wall seconds */
};

extern const struct rest_route rest_routes[]; /* ended by a NULL method */

/*
 * Checks `in` by the table and brings values into their JSON form (times to
 * epoch seconds, booleans to booleans). False: *fields_r has the mistakes.
 */
bool rest_check_fields(
    const struct rest_field *fields, json_t *in, json_t **fields_r);
/* ISO 8601 to epoch seconds. */
bool rest_parse_time(const char *text, int64_t *seconds_r);
char *rest_format_time(int64_t seconds); /* with the offset of the site */

const char *rest_text(const struct rest_call *call, const char *name);
bool rest_bool(const struct rest_call *call, const char *name, bool if_absent);
int64_t rest_number(
    const struct rest_call *call, const char *name, int64_t if_absent);
/*
 * The list's texts, `if_absent` (separated by blanks) without one, as a line
 * "Columns: ...\n". False: one is no name of a column; the answer is made.
 */
bool rest_add_columns(struct http_request *r, const struct rest_call *call,
    const char *if_absent, struct str *lql, json_t **names_r);
/* Adds the filter of the field `query`; false: the answer is a failure. */
bool rest_add_query(struct http_request *r, const struct rest_call *call,
    const char *default_table, struct str *lql);

/* --- answers -------------------------------------------------------------- */

/* `members` and `extensions` (each may be NULL) are taken. */
json_t *rest_object(struct http_request *r, const char *type, const char *id,
    const char *title, json_t *extensions);
/* `values`: a list, taken. Becomes the answer. */
void rest_collection(struct http_request *r, const char *type, json_t *values);
void rest_no_content(struct http_request *r);

/* --- which objects -------------------------------------------------------- */

/* [[host, service or "", ...], ...] that the selector fits; see select.c. */
json_t *rest_select(struct http_request *r, const struct rest_call *call,
    const char *more_columns);
/* Is the row of rest_select() a service? Its name, "HOST" or "HOST;SERVICE". */
bool rest_is_service(const json_t *row);
char *rest_target(const json_t *row);
/* One of those of the field service_descriptions. */
void rest_add_services(
    struct str *lql, const struct rest_call *call, const char *column);
/* `part` anywhere in the column, taken literally whatever its case. */
void rest_add_part(struct str *lql, const char *column, const char *part);
/*
 * Acts and answers 204; 422 if `n` is 0, or if core refused everything. Takes
 * rows and lines; without rows the answer is a failure already.
 */
void rest_act(struct http_request *r, json_t *rows, char **lines, size_t n);
/* The same where nothing to remove is no mistake: 204, as the peer. */
void rest_remove(struct http_request *r, json_t *rows, char **lines, size_t n);
/* A condition; the value is made one line. */
void rest_add_filter(
    struct str *lql, const char *column, const char *op, const char *value);
/* The text without what separates fields or lines of a command. */
char *rest_clean(const char *text, bool last);

/* --- handlers ------------------------------------------------------------- */

typedef void rest_handler(struct http_request *r, const struct rest_call *c);
rest_handler rest_version, rest_openapi, rest_user, rest_users, rest_sites,
    rest_site;
rest_handler rest_hosts, rest_host, rest_services, rest_services_of_host,
    rest_show_service, rest_complete;
rest_handler rest_acknowledge_hosts, rest_acknowledge_services,
    rest_unacknowledge;
rest_handler rest_downtime_hosts, rest_downtime_services, rest_downtimes,
    rest_downtime, rest_downtime_delete, rest_downtime_modify;
rest_handler rest_comment_hosts, rest_comment_services, rest_comments,
    rest_comments_of_hosts, rest_comments_of_services, rest_comment,
    rest_comment_delete;
rest_handler rest_events, rest_event, rest_event_change, rest_event_acknowledge,
    rest_event_delete;
rest_handler rest_metric, rest_aggregation_states;
rest_handler rest_action;

#endif
