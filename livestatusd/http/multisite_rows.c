/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of views, as programs take them from Checkmk's web interface: the first
 * has the columns' names, and every value is a text.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "livestatusd/http/multisite.h"
#include "livestatusd/http/rest/rest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define HOST_PROBLEM "Filter: state > 0\nFilter: has_been_checked = 1\n"

static const struct multisite_view views[] = {
    {"allhosts", false, NULL, "all hosts"},
    {"hosts", false, NULL, "all hosts"},
    {"hostproblems", false, HOST_PROBLEM, "hosts that are not UP"},
    {"hoststatus", false, NULL, "one host: host"},
    {"nagstamon_hosts", false, HOST_PROBLEM, "for Nagstamon"},
    {"allservices", true, NULL, "all services"},
    {"host", true, NULL, "the services of one host: host"},
    {"service", true, NULL, "one service: host, service"},
    {"svcproblems", true, HOST_PROBLEM, "services that are not OK"},
    {"nagstamon_svc", true, HOST_PROBLEM, "for Nagstamon"},
};

const struct multisite_view *
multisite_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(views); i++)
		if (strcmp(views[i].name, name) == 0)
			return &views[i];
	return NULL;
}

/* --- conditions ----------------------------------------------------------- */

/* Variables that are "0" or "1"; anything else means both. HOST and SERVICE:
 * the column in the tables hosts and services, NULL: not of these. */
static const struct {
	const char *name, *host, *service;
} flags[] = {
    {"is_host_acknowledged", "acknowledged", "host_acknowledged"},
    {"is_service_acknowledged", NULL, "acknowledged"},
    {"is_host_notifications_enabled", "notifications_enabled",
	"host_notifications_enabled"},
    {"is_service_notifications_enabled", NULL, "notifications_enabled"},
    {"is_host_active_checks_enabled", "active_checks_enabled",
	"host_active_checks_enabled"},
    {"is_service_active_checks_enabled", NULL, "active_checks_enabled"},
    {"is_host_scheduled_downtime_depth", "scheduled_downtime_depth",
	"host_scheduled_downtime_depth"},
    {"is_in_downtime", NULL, "scheduled_downtime_depth"},
    {"is_service_is_flapping", NULL, "is_flapping"},
};

/* Boxes that are ticked: any of their states. */
static const struct {
	const char *prefix;
	const char *state, *checked; /* columns of hosts, then of services */
	const char *of_services[2];
} boxes[] = {
    {"hst", "state", "has_been_checked",
	{"host_state", "host_has_been_checked"}},
    {"st", NULL, NULL, {"state", "has_been_checked"}},
};

static bool
is_on(const json_t *in, const char *prefix, const char *suffix)
{
	char name[16];

	snprintf(name, sizeof(name), "%s%s", prefix, suffix);
	return strcasecmp(multisite_text(in, name), "on") == 0;
}

static void
add_boxes(struct str *lql, size_t b, bool services, const json_t *in)
{
	static const char *const suffixes[] = {"0", "1", "2", "3", "p"};
	const char *state = services ? boxes[b].of_services[0] : boxes[b].state;
	const char *checked =
	    services ? boxes[b].of_services[1] : boxes[b].checked;
	unsigned n = 0;

	for (size_t i = 0; state != NULL && i < ARRAY_LEN(suffixes); i++) {
		if (!is_on(in, boxes[b].prefix, suffixes[i]))
			continue;
		n++;
		if (suffixes[i][0] == 'p')
			str_addf(lql, "Filter: %s = 0\n", checked);
		else
			str_addf(lql,
			    "Filter: %s = %s\nFilter: %s = 1\nAnd: 2\n", state,
			    suffixes[i], checked);
	}
	if (n > 1)
		str_addf(lql, "Or: %u\n", n);
}

void
multisite_filter(
    struct str *lql, const struct multisite_view *v, const json_t *in)
{
	static const struct {
		const char *name, *op, *host, *service;
	} texts[] = {{"host", "=", "name", "host_name"},
	    {"service", "=", NULL, "description"},
	    {"host_regex", "~~", "name", "host_name"},
	    {"service_regex", "~~", NULL, "description"},
	    {"opthost_group", ">=", "groups", "host_groups"},
	    {"optservice_group", ">=", NULL, "groups"}};

	if (v->filter != NULL)
		str_add(lql, v->filter);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char *column =
		    v->services ? texts[i].service : texts[i].host;
		const char *value = multisite_text(in, texts[i].name);

		if (column != NULL && *value != '\0')
			rest_add_filter(lql, column, texts[i].op, value);
	}
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		const char *column =
		    v->services ? flags[i].service : flags[i].host;
		const char *value = multisite_text(in, flags[i].name);

		if (column != NULL && strcmp(value, "0") == 0)
			str_addf(lql, "Filter: %s = 0\n", column);
		else if (column != NULL && strcmp(value, "1") == 0)
			str_addf(lql, "Filter: %s > 0\n", column);
	}
	for (size_t i = 0; i < ARRAY_LEN(boxes); i++)
		add_boxes(lql, i, v->services, in);
}

/* --- columns -------------------------------------------------------------- */

enum how {
	TEXT,
	STATE,
	AGE,
	ATTEMPT,
	FLAG,
	SITE
};

/* `from`: columns of Livestatus. ATTEMPT has both of its numbers, FLAG is "yes"
 * if one of its columns is not 0. */
struct out {
	const char *name;
	enum how how;
	const char *from[2];
};

static const struct out host_columns[] = {
    {"host", TEXT, {"name"}},
    {"host_state", STATE, {"state", "has_been_checked"}},
    {"host_check_age", AGE, {"last_check"}},
    {"host_state_age", AGE, {"last_state_change"}},
    {"host_plugin_output", TEXT, {"plugin_output"}},
    {"host_attempt", ATTEMPT, {"current_attempt", "max_check_attempts"}},
    {"host_check_command", TEXT, {"check_command"}},
    {"host_address", TEXT, {"address"}},
    {"host_in_downtime", FLAG, {"scheduled_downtime_depth"}},
    {"host_acknowledged", FLAG, {"acknowledged"}},
    {"host_notifications_enabled", FLAG, {"notifications_enabled"}},
    {"host_is_active", FLAG, {"active_checks_enabled"}},
    {"host_flapping", FLAG, {"is_flapping"}},
    {"alias", TEXT, {"alias"}},
    {"sitename_plain", SITE, {NULL}},
    {NULL},
};
static const struct out service_columns[] = {
    {"host", TEXT, {"host_name"}},
    {"service_description", TEXT, {"description"}},
    {"service_state", STATE, {"state", "has_been_checked"}},
    {"svc_check_age", AGE, {"last_check"}},
    {"svc_state_age", AGE, {"last_state_change"}},
    {"svc_plugin_output", TEXT, {"plugin_output"}},
    {"svc_attempt", ATTEMPT, {"current_attempt", "max_check_attempts"}},
    {"svc_check_command", TEXT, {"check_command"}},
    {"svc_is_active", FLAG, {"active_checks_enabled"}},
    {"svc_in_downtime", FLAG,
	{"scheduled_downtime_depth", "host_scheduled_downtime_depth"}},
    {"svc_acknowledged", FLAG, {"acknowledged"}},
    {"svc_flapping", FLAG, {"is_flapping"}},
    {"svc_notifications_enabled", FLAG, {"notifications_enabled"}},
    {"svc_perf_data", TEXT, {"perf_data"}},
    {"host_address", TEXT, {"host_address"}},
    {"host_in_downtime", FLAG, {"host_scheduled_downtime_depth"}},
    {"sitename_plain", SITE, {NULL}},
    {NULL},
};

/* How long ago, in the largest unit that fits. */
static void
add_age(struct str *to, int64_t time)
{
	int64_t s = clock_wall() / NS_PER_S - time;

	if (time <= 0)
		str_add(to, "never");
	else if (s < 60)
		str_addf(to, "%" PRId64 " s", s < 0 ? 0 : s);
	else if (s < 120 * 60)
		str_addf(to, "%" PRId64 " m", s / 60);
	else if (s < 48 * 3600)
		str_addf(to, "%" PRId64 " h", s / 3600);
	else
		str_addf(to, "%" PRId64 " d", s / 86400);
}

static const char *
state_name(bool service, int64_t state, bool checked)
{
	static const char *const of_host[] = {"UP", "DOWN", "UNREACH"};
	static const char *const of_service[] = {"OK", "WARN", "CRIT", "UNKN"};

	if (!checked)
		return "PEND";
	if (service)
		return of_service[state < 0 || state > 3 ? 3 : state];
	return of_host[state < 0 || state > 2 ? 1 : state];
}

static void
add_value(struct http_request *r, struct str *to, const struct out *c,
    const json_t *a, const json_t *b)
{
	int64_t n = (int64_t)json_number_value(a);
	int64_t m = (int64_t)json_number_value(b);

	switch (c->how) {
	case TEXT:
		str_add(to, json_is_string(a) ? json_string_value(a) : "");
		break;
	case STATE:
		str_add(to, state_name(c->name[0] == 's', n, m != 0));
		break;
	case AGE:
		add_age(to, n);
		break;
	case ATTEMPT:
		str_addf(to, "%" PRId64 "/%" PRId64, n, m);
		break;
	case FLAG:
		str_add(to, n > 0 || m > 0 ? "yes" : "no");
		break;
	case SITE:
		str_add(to, r->h->d->site);
		break;
	default:
		break;
	}
}

/* --- the answer ----------------------------------------------------------- */

struct rows {
	const struct out *columns;
	bool csv;
};

/* JSON of texts is what Python reads, too. */
static void
add_quoted(struct str *to, const struct rows *w, const char *text)
{
	json_t *value;
	char *dump;

	if (w->csv) {
		str_addc(to, '"');
		for (; *text != '\0'; text++) {
			if (*text == '"')
				str_addc(to, '"');
			str_addc(to, *text == '\n' ? ' ' : *text);
		}
		str_addc(to, '"');
		return;
	}
	value = json_string(text);
	dump = json_dumps(value, JSON_ENCODE_ANY);
	str_add(to, dump == NULL ? "\"\"" : dump);
	free(dump);
	json_decref(value);
}

/* `row` NULL: the names. */
static void
add_row(struct http_request *r, const struct rows *w, const json_t *row)
{
	struct str value = {0}, *to = &r->out;
	size_t at = 0;

	str_add(to, w->csv ? "" : row == NULL ? "[\n[" : ",\n[");
	for (const struct out *c = w->columns; c->name != NULL; c++) {
		size_t n = (c->from[0] != NULL) + (c->from[1] != NULL);

		str_clear(&value);
		if (row == NULL)
			str_add(&value, c->name);
		else
			add_value(r, &value, c, json_array_get(row, at),
			    n > 1 ? json_array_get(row, at + 1) : NULL);
		at += n;
		if (c != w->columns)
			str_addc(to, w->csv ? ';' : ',');
		add_quoted(to, w, str_get(&value));
	}
	str_add(to, w->csv ? "\n" : "]");
	str_free(&value);
}

static void
on_rows(struct http_request *r, json_t *rows, void *arg)
{
	struct rows *w = arg;
	size_t i;
	json_t *row;

	if (r != NULL && rows != NULL) {
		add_row(r, w, NULL);
		json_array_foreach(rows, i, row) add_row(r, w, row);
		if (!w->csv)
			str_add(&r->out, "\n]\n");
		r->type = w->csv ? "text/csv; charset=utf-8"
				 : "application/json; charset=utf-8";
		r->status = MHD_HTTP_OK;
	}
	free(w);
}

void
multisite_rows(
    struct http_request *r, const struct multisite_view *v, const json_t *in)
{
	const char *format = multisite_text(in, "output_format");
	const char *site = multisite_text(in, "site");
	bool csv = strncmp(format, "csv", 3) == 0;
	struct str lql = {0};
	struct rows *w;

	if (!csv && strcmp(format, "python") != 0 &&
	    strncmp(format, "json", 4) != 0) {
		http_fail(r, MHD_HTTP_BAD_REQUEST,
		    "output_format: python, json or csv is expected.");
		return;
	}
	w = xnew(struct rows);
	*w = (struct rows){v->services ? service_columns : host_columns, csv};
	str_add(&lql, "Columns:");
	for (const struct out *c = w->columns; c->name != NULL; c++)
		for (size_t i = 0; i < 2 && c->from[i] != NULL; i++)
			str_addf(&lql, " %s", c->from[i]);
	str_addc(&lql, '\n');
	multisite_filter(&lql, v, in);
	if (*site != '\0' && strcmp(site, r->h->d->site) != 0)
		str_add(&lql, "Filter: has_been_checked < 0\n"); /* nothing */
	http_ask(
	    r, v->services ? "services" : "hosts", str_get(&lql), on_rows, w);
	str_free(&lql);
}
