/* SPDX-License-Identifier: Apache-2.0
 *
 * What the console's pages are made of: each of console/NAME is a few
 * Livestatus requests, answered as JSON. People who are not administrators see
 * the objects that they are contacts for.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "common/num.h"
#include "livestatusd/http/internal.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#define ROWS_DEFAULT 500
#define ROWS_MAX     5000
#define HEADER_LEN   16

#define HOST_COLUMNS                                                           \
	"name alias address state has_been_checked state_type "                \
	"last_state_change last_check acknowledged scheduled_downtime_depth "  \
	"staleness plugin_output notifications_enabled is_flapping "           \
	"num_services_ok num_services_warn num_services_crit "                 \
	"num_services_unknown num_services_pending"
#define SERVICE_COLUMNS                                                        \
	"host_name description state has_been_checked state_type "             \
	"last_state_change last_check acknowledged scheduled_downtime_depth "  \
	"staleness plugin_output notifications_enabled is_flapping "           \
	"host_state host_scheduled_downtime_depth"

/* The overview's columns, web-ui.md 1.1: total, problems, unhandled, stale. */
#define HOST_STATS                                                             \
	"Stats: name !=\n"                                                     \
	"Stats: state > 0\nStats: scheduled_downtime_depth = 0\n"              \
	"Stats: has_been_checked = 1\nStatsAnd: 3\n"                           \
	"Stats: state > 0\nStats: scheduled_downtime_depth = 0\n"              \
	"Stats: has_been_checked = 1\nStats: acknowledged = 0\nStatsAnd: 4\n"  \
	"Stats: staleness >= 1.5\nStats: scheduled_downtime_depth = 0\n"       \
	"StatsAnd: 2\n"                                                        \
	"Stats: state = 0\nStats: has_been_checked = 1\nStatsAnd: 2\n"         \
	"Stats: state = 1\nStats: state = 2\nStats: has_been_checked = 0\n"
#define SERVICE_PROBLEM                                                        \
	"Stats: state > 0\nStats: has_been_checked = 1\n"                      \
	"Stats: scheduled_downtime_depth = 0\n"                                \
	"Stats: host_scheduled_downtime_depth = 0\nStats: host_state = 0\n"
#define SERVICE_STATS                                                          \
	"Stats: description !=\n" SERVICE_PROBLEM                              \
	"StatsAnd: 5\n" SERVICE_PROBLEM                                        \
	"Stats: acknowledged = 0\nStatsAnd: 6\n"                               \
	"Stats: staleness >= 1.5\nStats: scheduled_downtime_depth = 0\n"       \
	"Stats: host_scheduled_downtime_depth = 0\nStatsAnd: 3\n"              \
	"Stats: state = 0\nStats: has_been_checked = 1\nStatsAnd: 2\n"         \
	"Stats: state = 1\nStats: state = 2\nStats: state = 3\n"               \
	"Stats: has_been_checked = 0\n"

static void
add_names(struct str *out, const char *columns)
{
	struct slice rest = slice_of(columns), word;
	const char *comma = "";

	str_add(out, "[");
	while (slice_word(&rest, &word)) {
		str_addf(out, "%s\"%.*s\"", comma, (int)word.len, word.s);
		comma = ",";
	}
	str_add(out, "]");
}

static void
overview(struct http_request *r)
{
	str_addf(&r->out,
	    "{\"now\":%" PRId64 ",\"hosts\":", clock_wall() / NS_PER_S);
	if (!http_add_query(r, "hosts", HOST_STATS))
		return;
	str_add(&r->out, ",\"services\":");
	if (!http_add_query(r, "services", SERVICE_STATS))
		return;
	str_addc(&r->out, '}');
}

/* Host and service problems, as the counters count them. */
static void
problems(struct http_request *r)
{
	str_addf(&r->out, "{\"now\":%" PRId64 ",\"hosts\":{\"columns\":",
	    clock_wall() / NS_PER_S);
	add_names(&r->out, HOST_COLUMNS);
	str_add(&r->out, ",\"rows\":");
	if (!http_add_query(r, "hosts",
		"Columns: " HOST_COLUMNS
		"\nFilter: state > 0\nFilter: has_been_checked = 1\n"
		"Filter: scheduled_downtime_depth = 0\nLimit: 1000\n"))
		return;
	str_add(&r->out, "},\"services\":{\"columns\":");
	add_names(&r->out, SERVICE_COLUMNS);
	str_add(&r->out, ",\"rows\":");
	if (!http_add_query(r, "services",
		"Columns: " SERVICE_COLUMNS
		"\nFilter: state > 0\nFilter: has_been_checked = 1\n"
		"Filter: scheduled_downtime_depth = 0\n"
		"Filter: host_scheduled_downtime_depth = 0\n"
		"Filter: host_state = 0\nLimit: 1000\n"))
		return;
	str_add(&r->out, "}}");
}

/* An argument of the address as a number within bounds. */
static int64_t
number_of(
    struct http_request *r, const char *key, int64_t if_absent, int64_t max)
{
	const char *text = MHD_lookup_connection_value(
	    r->connection, MHD_GET_ARGUMENT_KIND, key);
	int64_t n;

	if (text == NULL || !num_range(slice_of(text), 0, max, &n))
		return if_absent;
	return n;
}

/*
 * The filter of ?q=TEXT: part of a name, whatever the case. The text is taken
 * literally: what means something in a pattern is escaped.
 */
static void
add_search(struct http_request *r, struct str *to, const char *const *columns)
{
	const char *q = MHD_lookup_connection_value(
	    r->connection, MHD_GET_ARGUMENT_KIND, "q");
	struct str pattern = {0};
	int n = 0;

	if (q == NULL || q[0] == '\0' || strlen(q) > 200)
		return;
	for (; *q != '\0'; q++) {
		if ((unsigned char)*q < 0x20)
			continue;
		if (strchr("\\^$.[]|()?*+{}", *q) != NULL)
			str_addc(&pattern, '\\');
		str_addc(&pattern, *q);
	}
	for (; columns[n] != NULL; n++)
		str_addf(
		    to, "Filter: %s ~~ %s\n", columns[n], str_get(&pattern));
	str_addf(to, "Or: %d\n", n);
	str_free(&pattern);
}

static void
list(struct http_request *r, const char *table, const char *columns,
    const char *const *searched)
{
	struct str filter = {0}, request = {0};
	const char *any = searched[0];

	add_search(r, &filter, searched);
	str_addf(&r->out,
	    "{\"now\":%" PRId64 ",\"columns\":", clock_wall() / NS_PER_S);
	add_names(&r->out, columns);
	str_addf(&request, "%sStats: %s !=\n", str_get(&filter), any);
	str_add(&r->out, ",\"total\":");
	if (http_add_query(r, table, str_get(&request))) {
		str_clear(&request);
		str_addf(&request,
		    "Columns: %s\n%sOffset: %" PRId64 "\nLimit: %" PRId64 "\n",
		    columns, str_get(&filter),
		    number_of(r, "offset", 0, INT32_MAX),
		    number_of(r, "limit", ROWS_DEFAULT, ROWS_MAX));
		str_add(&r->out, ",\"rows\":");
		if (http_add_query(r, table, str_get(&request)))
			str_addc(&r->out, '}');
	}
	str_free(&filter);
	str_free(&request);
}

static void
hosts(struct http_request *r)
{
	static const char *const searched[] = {
	    "name", "alias", "address", NULL};

	list(r, "hosts", HOST_COLUMNS, searched);
}

static void
services(struct http_request *r)
{
	static const char *const searched[] = {
	    "description", "host_name", "plugin_output", NULL};

	list(r, "services", SERVICE_COLUMNS, searched);
}

/* Who one is, and what one may do: the pages show no more than that. */
static void
me(struct http_request *r)
{
	const struct snapshot *snap = r->h->d->snapshot;
	uint32_t i = snap_find_contact(snap, slice_of(r->user));
	json_t *may = json_array(), *doc;
	const char *name;

	for (unsigned n = 0; (name = permission_name(n, NULL)) != NULL; n++)
		if (http_may(r, name))
			json_array_append_new(may, json_string(name));
	doc = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "user", r->user,
	    "alias",
	    i == SNAP_NONE ? "" : snap_s(snap, snap->contacts[i].alias), "role",
	    i == SNAP_NONE ? "" : snap_s(snap, snap->contacts[i].role), "site",
	    r->h->d->site, "version", vedette_version(), "may", may);
	http_json(r, MHD_HTTP_OK, doc);
}

void
console_handle(struct http_request *r)
{
	static const struct {
		const char *name;
		void (*handle)(struct http_request *r);
	} pages[] = {
	    {"me", me},
	    {"overview", overview},
	    {"problems", problems},
	    {"hosts", hosts},
	    {"services", services},
	};
	const char *name = r->path + strlen("console/");

	if (strcmp(r->method, "GET") != 0) {
		http_fail(r, MHD_HTTP_METHOD_NOT_ALLOWED, "GET is expected.");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		if (strcmp(pages[i].name, name) == 0) {
			pages[i].handle(r);
			if (r->status == 0)
				r->status = MHD_HTTP_OK;
			return;
		}
	http_fail(r, MHD_HTTP_NOT_FOUND, "There is no such page.");
}
