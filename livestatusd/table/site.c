/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of `sites`: this site and the others that it asks; and of every
 * table the site that a row is from. Also `crashreports`, which is empty: what
 * fails here is in the logs.
 */
#include "livestatusd/table/table.h"

#include "common/clock.h"

enum {
	NAME,
	ALIAS,
	ADDRESS,
	URL_PREFIX,
	STATUS_HOST,
	STATE,
	REASON,
	VERSION,
	LIVESTATUS_VERSION
};

static struct slice
text(struct view *v, const struct column *c, uint32_t at)
{
	const struct lql_site *s = &v->env->sites[at];
	const char *const texts[] = {
	    [NAME] = s->name,
	    [ALIAS] = s->alias,
	    [ADDRESS] = s->address,
	    [URL_PREFIX] = s->url_prefix,
	    [STATUS_HOST] = s->status_host,
	    [STATE] = s->state,
	    [REASON] = s->reason,
	    [VERSION] = s->version,
	    [LIVESTATUS_VERSION] = s->livestatus_version,
	};

	return slice_of(texts[c->off]);
}

enum {
	OWN,
	STATUS,
	SINCE,
	LAST_ANSWER,
	AGE,
	PROGRAM_START,
	NUM_HOSTS,
	NUM_SERVICES,
	QUERIES,
	FAILURES,
	SENT,
	RECEIVED,
	CONNECTIONS,
	WAITING
};

/* Seconds since it answered last; 0 for this one. */
static int64_t
age(const struct view *v, const struct lql_site *s)
{
	if (s->own || s->last_answer == 0 || v->now < s->last_answer)
		return 0;
	return v->now - s->last_answer;
}

static int64_t
number(struct view *v, const struct column *c, uint32_t at)
{
	const struct lql_site *s = &v->env->sites[at];
	const int64_t numbers[] = {
	    [OWN] = s->own,
	    [STATUS] = s->status,
	    [SINCE] = s->since,
	    [LAST_ANSWER] = s->own ? v->now : s->last_answer,
	    [AGE] = age(v, s),
	    [PROGRAM_START] = s->own ? v->m->program_start : s->program_start,
	    [NUM_HOSTS] = s->own ? v->snap->n_hosts : s->num_hosts,
	    [NUM_SERVICES] = s->own ? v->snap->n_objects - v->snap->n_hosts
				    : s->num_services,
	    [QUERIES] = (int64_t)s->queries,
	    [FAILURES] = (int64_t)s->failures,
	    [SENT] = (int64_t)s->sent,
	    [RECEIVED] = (int64_t)s->received,
	    [CONNECTIONS] = s->connections,
	    [WAITING] = s->waiting,
	};

	return numbers[c->off];
}

static double
response_time(struct view *v, const struct column *c, uint32_t at)
{
	(void)c;
	return v->env->sites[at].response_time;
}

/* clang-format off */
static const struct column site[] = {
	COL_STRING("name", text, NAME, "name of the site"),
	COL_STRING("key", text, NAME, "name of the site"),
	COL_STRING("alias", text, ALIAS, "title for people"),
	COL_STRING("addr", text, ADDRESS, "where its Livestatus is asked"),
	COL_STRING("url_prefix", text, URL_PREFIX, "of links to its console"),
	COL_STRING("status_host", text, STATUS_HOST, "SITE/HOST that must be UP for it to be asked"),
	COL_STRING("state", text, STATE, "online, dead, down, unreach, waiting, unknown or disabled"),
	COL_INT("status", number, STATUS, "0: online, 2: not, 4: not known yet"),
	COL_STRING("last_error", text, REASON, "why it is not online"),
	COL_TIMEFN("since", number, SINCE, "when it came into its state"),
	COL_TIMEFN("last_online", number, LAST_ANSWER, "when it answered last, 0: never"),
	COL_TIMEFN("last_update", number, LAST_ANSWER, "when it answered last, 0: never"),
	COL_INT("age", number, AGE, "seconds since it answered last"),
	COL_INT("is_own", number, OWN, "1: the site that answers this query"),
	COL_TIMEFN("program_start", number, PROGRAM_START, "when its core was started"),
	COL_STRING("program_version", text, VERSION, "version of its program"),
	COL_STRING("livestatus_version", text, LIVESTATUS_VERSION, "version, and the dialect of its Livestatus"),
	COL_INT("num_hosts", number, NUM_HOSTS, "its hosts, when it answered last"),
	COL_INT("num_services", number, NUM_SERVICES, "its services, when it answered last"),
	COL_FLOAT("response_time", response_time, 0, "seconds that its last heartbeat took"),
	COL_INT("queries", number, QUERIES, "queries and commands sent to it"),
	COL_INT("failures", number, FAILURES, "of them without an answer"),
	COL_INT("bytes_send", number, SENT, "bytes sent to it"),
	COL_INT("bytes_received", number, RECEIVED, "bytes received from it"),
	COL_INT("connections", number, CONNECTIONS, "open connections to it"),
	COL_INT("queries_waiting", number, WAITING, "queries that wait for a connection"),
	{0}
};

static const struct column crashreport[] = {
	COL_EMPTY("id", STRING, "id of the report; always empty"),
	COL_EMPTY("component", STRING, "the part that failed; always empty"),
	{.name = "file", .type = COLUMN_BLOB, .source = SOURCE_EMPTY,
	    .flags = COLUMN_DYNAMIC, .help = "file:TITLE:PATH: a file of the report; always empty"},
	{0}
};

#define OF_SITE(nm)                                                            \
	{.name = nm, .type = COLUMN_STRING, .source = SOURCE_SITE,             \
	    .help = "site that the row is from"}
static const struct column of_site[] = {
	OF_SITE("site"), OF_SITE("peer_key"), OF_SITE("peer_name"), {0}
};
/* clang-format on */

const struct column_set columns_site = {{site, NULL}};
const struct column_set columns_crashreport = {{crashreport, NULL}};
const struct column_set columns_of_site = {{of_site, NULL}};
