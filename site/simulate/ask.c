/* SPDX-License-Identifier: Apache-2.0
 *
 * `show` and `query`: livestatusd's mirror and query language over the
 * simulated site, fed by the messages that the bus would carry.
 */
#include "site/simulate/sim.h"

#include "common/daemon.h"
#include "common/log.h"
#include "common/mem.h"
#include "core/effects/encode.h"
#include "livestatusd/lql/lql.h"
#include "livestatusd/table/table.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES 16 /* of ResponseHeader: fixed16 */

static void
add_counter(struct str *list, const char *name, double value)
{
	struct msg_counter c = {slice_of(name), value};

	msg_counter_put(list, &c);
}

static void
feed_status(struct sim *s)
{
	struct str list = {0};
	struct msg m = {.id = MSG_CORE_STATUS};

	add_counter(&list, "hosts", s->snap->n_hosts);
	add_counter(&list, "services", s->snap->n_objects - s->snap->n_hosts);
	add_counter(&list, "external_commands", (double)s->commands);
	add_counter(&list, "service_checks", (double)s->checks);
	m.core_status =
	    (struct msg_core_status){.switches = s->engine->switches,
		.program_start = s->engine->started,
		.counters = str_slice(&list)};
	mirror_apply(s->mirror, &m, sim_wall(s));
	str_free(&list);
}

/* What the stream would have told by now. */
static void
feed(struct sim *s)
{
	const struct engine *e = s->engine;
	struct err err = {""};
	struct str pairs = {0};
	struct msg m;

	if (s->mirror == NULL)
		s->mirror = mirror_new(s->snap, &err);
	if (s->mirror == NULL)
		panic("simulate: %s", err.text);
	while (s->mirror->downtimes.n > 0)
		mirror_drop_downtime(s->mirror, s->mirror->downtimes.v[0]->id);
	while (s->mirror->comments.n > 0)
		mirror_drop_comment(s->mirror, s->mirror->comments.v[0]->id);
	for (uint32_t i = 0; i < e->snap->n_objects; i++) {
		encode_checkable(&m, &pairs, e, s->schedule, i, sim_now(s));
		mirror_apply(s->mirror, &m, sim_wall(s));
		for (const struct downtime *d = e->objects[i].downtimes;
		     d != NULL; d = d->next) {
			encode_downtime(&m, d);
			mirror_apply(s->mirror, &m, sim_wall(s));
		}
		for (const struct comment *c = e->objects[i].comments;
		     c != NULL; c = c->next) {
			encode_comment(&m, c);
			mirror_apply(s->mirror, &m, sim_wall(s));
		}
	}
	for (uint32_t i = 0; i < e->snap->n_contacts; i++) {
		encode_contact(&m, &pairs, e, i);
		mirror_apply(s->mirror, &m, sim_wall(s));
	}
	str_free(&pairs);
	feed_status(s);
}

static bool
is(const char *setting, const char *word)
{
	return strcmp(setting, word) == 0;
}

/* The answer's body as JSON; NULL: `*out` is why there is none. */
static json_t *
ask(struct sim *s, struct slice request, struct str *out)
{
	struct lql_env env = {.now_ns = sim_wall(s),
	    .past = past_memory_past(s->past),
	    .version = vedette_version(),
	    .started = s->engine->started,
	    .strict_services = is(s->settings->visible_services, "strict"),
	    .loose_groups = is(s->settings->visible_groups, "loose")};
	enum lql_code code;
	json_t *rows;

	feed(s);
	code = lql_run(s->mirror, &env, request, out);
	if (code == LQL_OK && out->len >= HEADER_BYTES) {
		rows = json_loadb(
		    out->s + HEADER_BYTES, out->len - HEADER_BYTES, 0, NULL);
		if (json_is_array(rows))
			return rows;
		json_decref(rows);
	}
	return NULL;
}

static bool
is_header(struct slice line, const char *name)
{
	size_t n = strlen(name);

	return line.len >= n && strncmp(line.s, name, n) == 0;
}

/* The request with our own way of answering. True: rows begin with a head. */
static bool
prepare(const char *request, struct str *to)
{
	static const char *const ours[] = {"OutputFormat:", "ResponseHeader:",
	    "ColumnHeaders:", "KeepAlive:", "Wait"};
	struct slice rest = slice_of(request), line;
	bool columns = false;

	while (slice_next(&rest, '\n', &line)) {
		bool skip = slice_trim(line).len == 0;

		for (size_t i = 0; i < ARRAY_LEN(ours); i++)
			skip = skip || is_header(line, ours[i]);
		if (skip)
			continue;
		columns = columns || is_header(line, "Columns:") ||
		    is_header(line, "Stats");
		str_addslice(to, line);
		str_addc(to, '\n');
	}
	str_add(to,
	    "OutputFormat: json\nResponseHeader: fixed16\n"
	    "ColumnHeaders: off\n");
	return !columns;
}

void
sim_query(struct sim *s, const char *request)
{
	struct str asked = {0}, out = {0};
	bool head = prepare(request, &asked);
	json_t *rows = ask(s, str_slice(&asked), &out);

	if (rows == NULL) {
		struct slice why = str_slice(&out);

		if (why.len >= HEADER_BYTES) {
			why.s += HEADER_BYTES;
			why.len -= HEADER_BYTES;
		}
		why = slice_trim(why);
		while (why.len > 0 && why.s[why.len - 1] == '\n')
			why.len--;
		sim_error(s, "%.*s", (int)why.len, why.s);
	} else {
		if (head)
			json_array_remove(rows, 0);
		sim_begin(s, "query");
		sim_json(s, "rows", rows);
		sim_end(s);
	}
	json_decref(rows);
	str_free(&asked);
	str_free(&out);
}

static void
add_request(
    const struct sim *s, uint32_t object, const json_t *known, struct str *to)
{
	const struct snap_object *c = &s->snap->objects[object];
	const char *host = snap_s(s->snap, s->snap->objects[c->host].name);
	const json_t *name;
	size_t i;

	str_addf(to, "GET %s\nColumns:", c->is_service ? "services" : "hosts");
	json_array_foreach(known, i, name)
	    str_addf(to, " %s", json_string_value(name));
	if (c->is_service)
		str_addf(to,
		    "\nFilter: host_name = %s\nFilter: description = %s\n",
		    host, snap_s(s->snap, c->name));
	else
		str_addf(to, "\nFilter: name = %s\n", host);
	str_add(to,
	    "OutputFormat: json\nResponseHeader: fixed16\n"
	    "ColumnHeaders: off\n");
}

void
sim_show(struct sim *s, uint32_t object, const json_t *columns)
{
	const struct table *table = lql_table_find(
	    engine_is_service(s->engine, object) ? SLICE("services")
						 : SLICE("hosts"));
	json_t *known = json_array(), *shown = json_object(), *row, *name;
	struct str request = {0}, out = {0};
	struct column_ref ref;
	size_t i;

	json_array_foreach(columns, i, name)
	{
		struct slice n = {
		    json_string_value(name), json_string_length(name)};

		json_object_set_new(
		    shown, json_string_value(name), json_null());
		if (memchr(n.s, ' ', n.len) == NULL && n.len > 0 &&
		    table_resolve(table, n, &ref))
			json_array_append(known, name);
	}
	add_request(s, object, known, &request);
	row = json_array_size(known) == 0 ? NULL
					  : ask(s, str_slice(&request), &out);
	json_array_foreach(known, i, name) if (row != NULL)
	    json_object_set(shown, json_string_value(name),
		json_array_get(json_array_get(row, 0), i));
	sim_begin(s, "show");
	sim_object(s, object);
	sim_json(s, "columns", shown);
	sim_end(s);
	json_decref(row);
	json_decref(known);
	json_decref(shown);
	str_free(&request);
	str_free(&out);
}
