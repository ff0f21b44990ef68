/* SPDX-License-Identifier: Apache-2.0
 *
 * What every page of the console shows: who one is, and the counters. Lists
 * are list.c's.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "livestatusd/http/internal.h"
#include "livestatusd/http/people/people.h"
#include "livestatusd/http/people/who.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

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
overview(struct http_request *r)
{
	struct http_moment m;

	r->h->source.moment(r->h->source.arg, &m);
	str_addf(&r->out, "{\"now\":%" PRId64 ",\"core\":%s,\"hosts\":",
	    clock_wall() / NS_PER_S, m.core_up ? "true" : "false");
	if (!http_add_query(r, "hosts", HOST_STATS))
		return;
	str_add(&r->out, ",\"services\":");
	if (!http_add_query(r, "services", SERVICE_STATS))
		return;
	str_addc(&r->out, '}');
	r->status = MHD_HTTP_OK;
}

/* The same of the event console, which is asked by a process of its own. */
static void
on_events(struct http_request *r, json_t *rows, void *arg)
{
	(void)arg;
	if (r != NULL && rows != NULL)
		http_json(r, MHD_HTTP_OK,
		    json_pack("{s:O}", "events", json_array_get(rows, 0)));
}

static void
events(struct http_request *r)
{
	http_ask(r, "eventconsoleevents",
	    "Stats: event_id >= 0\nStats: event_state != 0\n"
	    "Stats: event_phase = open\nStats: event_state != 0\n"
	    "StatsAnd: 2\n",
	    on_events, NULL);
}

/* Who one is, and what one may do: the pages show no more than that. */
static void
me(struct http_request *r)
{
	json_t *may = json_array(), *doc;
	const char *name;
	struct person p;

	for (unsigned n = 0; (name = permission_name(n, NULL)) != NULL; n++)
		if (http_may(r, name))
			json_array_append_new(may, json_string(name));
	who_find(r->h, r->user, &p);
	doc = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:O?, s:O?}", "user",
	    r->user, "alias", p.alias, "role", p.role, "site", r->h->d->site,
	    "version", vedette_version(), "may", may, "view", r->view,
	    "settings",
	    json_object_get(people_find(r->h->people, r->user), "settings"));
	http_json(r, MHD_HTTP_OK, doc);
}

void
console_handle(struct http_request *r)
{
	static const struct {
		const char *name, *method;
		void (*handle)(struct http_request *r);
	} pages[] = {
	    {"me", "GET", me},
	    {"overview", "GET", overview},
	    {"events", "GET", events},
	    {"live", "GET", live_handle},
	    {"list", "POST", list_handle},
	    {"availability", "POST", availability_handle},
	    {"graph", "POST", graph_handle},
	    {"explain", "POST", explain_handle},
	};
	const char *name = r->path + strlen("console/");

	if (profile_handle(r))
		return;
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		if (strcmp(pages[i].name, name) != 0)
			continue;
		if (strcmp(r->method, pages[i].method) == 0)
			pages[i].handle(r);
		else
			http_fail(r, MHD_HTTP_METHOD_NOT_ALLOWED,
			    "This page is asked by another method.");
		return;
	}
	http_fail(r, MHD_HTTP_NOT_FOUND, "There is no such page.");
}
