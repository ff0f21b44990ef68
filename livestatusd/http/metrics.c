/* SPDX-License-Identifier: Apache-2.0
 *
 * /SITE/metrics: hosts, services, their performance data and the site's own
 * counters as Prometheus reads them (its text format 0.0.4). Who asks sees
 * what they may see, as everywhere.
 */
#include "common/mem.h"
#include "common/perfdata.h"
#include "livestatusd/http/internal.h"
#include "livestatusd/table/table.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* Fields are separated by 0x1f and rows by 0x1e: bytes that no text has. */
#define FIELD '\x1f'
#define ROW   '\x1e'

static void
add_escaped(struct str *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.s[i] == '\n')
			str_add(out, "\\n");
		else {
			if (text.s[i] == '"' || text.s[i] == '\\')
				str_addc(out, '\\');
			str_addc(out, text.s[i]);
		}
	}
}

/* What is collected: lines of one metric have to stand together. */
struct metrics {
	struct str states, values;
	const char *kind; /* "host" or "service" */
};

struct object {
	struct slice host, service; /* service.s NULL: of a host */
};

/* `metric`: {NULL, 0} for none. */
static void
add_sample(struct str *out, const char *kind, const char *name,
    const struct object *row, struct slice metric, const char *value)
{
	str_addf(out, "vedette_%s_%s{host=\"", kind, name);
	add_escaped(out, row->host);
	if (row->service.s != NULL) {
		str_add(out, "\",service=\"");
		add_escaped(out, row->service);
	}
	if (metric.s != NULL) {
		str_add(out, "\",metric=\"");
		add_escaped(out, metric);
	}
	str_addf(out, "\"} %s\n", value);
}

static void
add_values(struct metrics *m, const struct object *row, struct slice perfdata)
{
	struct slice name;
	double value;
	char text[32];

	while (perfdata_next(&perfdata, &name, &value)) {
		snprintf(text, sizeof(text), "%.15g", value);
		add_sample(&m->values, m->kind, "metric", row, name, text);
	}
}

/* name [description] state has_been_checked perf_data */
static void
add_row(struct metrics *m, struct slice line)
{
	struct slice state, checked, perfdata = {"", 0};
	struct object row = {{NULL, 0}, {NULL, 0}};
	char text[16];

	if (!slice_next(&line, FIELD, &row.host))
		return;
	if (m->kind[0] == 's' && !slice_next(&line, FIELD, &row.service))
		return;
	if (!slice_next(&line, FIELD, &state) ||
	    !slice_next(&line, FIELD, &checked))
		return;
	perfdata = line;
	if (!slice_eqs(checked, "1"))
		return; /* it has no state yet */
	snprintf(text, sizeof(text), "%.*s", (int)state.len, state.s);
	add_sample(
	    &m->states, m->kind, "state", &row, (struct slice){NULL, 0}, text);
	add_values(m, &row, perfdata);
}

/* Hands what was collected to the answer. */
static void
flush(struct http_request *r, struct metrics *m)
{
	const char *codes = m->kind[0] == 'h'
	    ? "0 UP, 1 DOWN, 2 UNREACH"
	    : "0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN";

	str_addf(&r->out,
	    "# HELP vedette_%s_state %s\n# TYPE vedette_%s_state gauge\n%s"
	    "# HELP vedette_%s_metric performance data\n"
	    "# TYPE vedette_%s_metric gauge\n%s",
	    m->kind, codes, m->kind, str_get(&m->states), m->kind, m->kind,
	    str_get(&m->values));
	str_clear(&m->states);
	str_clear(&m->values);
}

static void
metrics_free(struct metrics *m)
{
	str_free(&m->states);
	str_free(&m->values);
	free(m);
}

/* --- the site itself ------------------------------------------------------ */

static void
add_counter(struct str *out, const char *name, const json_t *value)
{
	struct str clean = {0};

	for (; *name != '\0'; name++)
		str_addc(&clean, isalnum((unsigned char)*name) ? *name : '_');
	str_addf(out, "# TYPE vedette_site_%s untyped\nvedette_site_%s %.15g\n",
	    str_get(&clean), str_get(&clean), json_number_value(value));
	str_free(&clean);
}

static void
on_status(struct http_request *r, json_t *rows, void *arg)
{
	struct metrics *m = arg;
	const char *name;
	json_t *value;

	metrics_free(m);
	if (r == NULL || rows == NULL)
		return;
	json_object_foreach(json_array_get(json_array_get(rows, 0), 0), name,
	    value) add_counter(&r->out, name, value);
	r->type = "text/plain; version=0.0.4; charset=utf-8";
	r->status = MHD_HTTP_OK;
}

/* --- one after the other -------------------------------------------------- */

static void
on_rows(struct http_request *r, struct slice text, void *arg)
{
	struct metrics *m = arg;
	struct slice line;

	if (r == NULL || text.s == NULL) {
		metrics_free(m);
		return;
	}
	while (slice_next(&text, ROW, &line))
		add_row(m, line);
	flush(r, m);
	if (m->kind[0] == 'h') {
		m->kind = "service";
		http_ask_text(r, "services",
		    "Columns: host_name description state has_been_checked "
		    "perf_data\n",
		    on_rows, m);
	} else if (http_may(r, "general.server_side_requests"))
		http_ask(r, "status", "Columns: counters\n", on_status, m);
	else {
		json_t *none = json_array();

		on_status(r, none, m);
		json_decref(none);
	}
}

void
metrics_handle(struct http_request *r)
{
	struct metrics *m = xnew(struct metrics);

	m->kind = "host";
	http_ask_text(r, "hosts",
	    "Columns: name state has_been_checked perf_data\n", on_rows, m);
}
