/* SPDX-License-Identifier: Apache-2.0
 *
 * From records and texts to results; see intake.h.
 */
#include "core/schedule/intake.h"

#include "common/utf8.h"
#include "core/history/lines.h"
#include "core/state/cluster.h"

/* CR-5: `;` would end a field of the history. */
static struct slice
clean_output(struct slice output, struct str *buffer)
{
	size_t from = buffer->len;

	if (output.len == 0 || memchr(output.s, ';', output.len) == NULL)
		return output;
	str_addslice(buffer, output);
	for (size_t i = from; i < buffer->len; i++)
		if (buffer->s[i] == ';')
			buffer->s[i] = ':';
	return (struct slice){buffer->s + from, output.len};
}

/* `buffer` keeps what had to be changed. */
static struct result
result_of(const struct intake *in, const struct msg_job_result *r, bool own,
    struct str *buffer)
{
	struct result result = {.code = (uint8_t)(r->state & 3),
	    .passive = !own,
	    .start = in->started_us / 1000000,
	    .execution_us = own
		? (uint32_t)(in->duration_us > UINT32_MAX ? UINT32_MAX
							  : in->duration_us)
		: 0,
	    .latency_us = own ? in->latency_us : 0,
	    .output = clean_output(r->output, buffer),
	    .long_output = r->long_output,
	    .perfdata = r->perfdata,
	    .has_blob = true,
	    .blob = r->state_blob,
	    .cached_at = r->cached_at,
	    .cache_interval = r->cache_interval};

	if (r->state > 3)
		result.code = SERVICE_UNKNOWN;
	return result;
}

static void
apply(const struct intake *in, uint32_t object, const struct msg_job_result *r,
    bool own)
{
	struct engine *e = in->schedule->engine;
	struct str buffer = {0};
	struct result result = result_of(in, r, own, &buffer);

	if (own && (e->objects[object].flags & CHECKABLE_REFRESHED)) {
		/* FR-1: it ran for freshness, and a newer one came. */
		e->objects[object].flags &= (uint16_t)~CHECKABLE_REFRESHED;
		e->counters.refreshed++;
		return;
	}
	if (engine_refuses(e, object, &result, in->now) == NULL)
		engine_result(e, object, &result, in->now);
	str_free(&buffer);
}

/* CL-2: a clustered service, judged on one node's data. */
static void
collected_of_node(
    const struct intake *in, uint32_t object, const struct msg_job_result *r)
{
	struct engine *e = in->schedule->engine;
	uint32_t node = e->snap->objects[in->collector].host;
	struct str buffer = {0};
	struct result result;

	cluster_set_blob(e, object, node, r->state_blob);
	if (r->state == MSG_RESULT_NONE)
		return;
	result = result_of(in, r, false, &buffer);
	cluster_take(e, object, node, &result, in->now);
	str_free(&buffer);
}

bool
intake_collected(
    const struct intake *in, uint32_t object, const struct msg_job_result *r)
{
	struct engine *e = in->schedule->engine;

	if (object < e->snap->n_objects &&
	    cluster_feeds(e, object, e->snap->objects[in->collector].host)) {
		collected_of_node(in, object, r);
		return true;
	}
	if (object >= e->snap->n_objects ||
	    e->snap->objects[object].check != SNAP_CHECK_COLLECTED ||
	    e->snap->objects[object].collector != in->collector)
		return false;
	if (r->state == MSG_RESULT_NONE)
		checkable_set_blob(&e->objects[object], r->state_blob);
	else
		apply(in, object, r, false);
	return true;
}

void
intake_own(const struct intake *in, const struct msg_job_result *r)
{
	struct checkable *o = &in->schedule->engine->objects[in->collector];

	if (r->state == MSG_RESULT_NONE)
		checkable_set_blob(o, r->state_blob);
	else
		apply(in, in->collector, r, true);
}

void
intake_failed(struct schedule *s, uint32_t object, const char *why, int64_t now)
{
	const struct snap_object *c = &s->engine->snap->objects[object];
	struct result result = {.start = now};
	struct str text = {0};

	if (!c->is_service)
		result.code = 1;
	else
		result.code = why == NULL ? SERVICE_CRIT : SERVICE_UNKNOWN;
	if (why == NULL)
		str_addf(&text, "(Check timed out after %u s)",
		    (c->timeout_ms == 0 ? 60000 : c->timeout_ms) / 1000);
	else
		str_addf(&text, "(The check did not run: %s)", why);
	result.output = str_slice(&text);
	engine_result(s->engine, object, &result, now);
	str_free(&text);
}

void
intake_local(struct schedule *s, uint32_t object, int64_t now)
{
	struct result result = {
	    .start = now, .output = SLICE("Always assumed to be up")};

	if (s->engine->snap->objects[object].check == SNAP_CHECK_CLUSTER)
		cluster_check(s->engine, object, now);
	else
		engine_result(s->engine, object, &result, now);
}

/* The two characters \n become a line break; \\ stays. */
static struct slice
unescape(struct slice raw, struct str *buffer)
{
	if (raw.len == 0 || memchr(raw.s, '\\', raw.len) == NULL)
		return raw;
	for (size_t i = 0; i < raw.len; i++) {
		if (raw.s[i] == '\\' && i + 1 < raw.len &&
		    raw.s[i + 1] == 'n') {
			str_addc(buffer, '\n');
			i++;
		} else {
			str_addc(buffer, raw.s[i]);
		}
	}
	return str_slice(buffer);
}

static struct slice
trim_end(struct slice s)
{
	while (s.len > 0 &&
	    (s.s[s.len - 1] == ' ' || s.s[s.len - 1] == '\t' ||
		s.s[s.len - 1] == '\r'))
		s.len--;
	return s;
}

/* More perfdata: the rest of a line and the lines after it. */
static void
add_perfdata(struct str *perf, struct slice rest)
{
	struct slice line;

	while (slice_next(&rest, '\n', &line)) {
		line = slice_trim(line);
		while (line.len > 0 && line.s[0] == '|')
			line = slice_trim(
			    (struct slice){line.s + 1, line.len - 1});
		if (line.len == 0)
			continue;
		if (perf->len > 0)
			str_addc(perf, ' ');
		str_addslice(perf, line);
	}
}

void
intake_split(struct slice raw, struct str *buffer, struct slice *output_r,
    struct slice *long_r, struct slice *perfdata_r)
{
	struct slice first = raw, rest = {NULL, 0};
	const char *at;

	*long_r = *perfdata_r = SLICE("");
	at = raw.len == 0 ? NULL : memchr(raw.s, '\n', raw.len);
	if (at != NULL) {
		first.len = (size_t)(at - raw.s);
		rest = (struct slice){at + 1, raw.len - first.len - 1};
	}
	at = first.len == 0 ? NULL : memchr(first.s, '|', first.len);
	if (at != NULL) {
		struct slice perf = {
		    at + 1, first.len - (size_t)(at - first.s) - 1};

		first.len = (size_t)(at - first.s);
		*perfdata_r = slice_trim(perf);
	}
	*output_r = trim_end(first);
	at = rest.len == 0 ? NULL : memchr(rest.s, '|', rest.len);
	if (at != NULL) {
		struct slice more = {
		    at + 1, rest.len - (size_t)(at - rest.s) - 1};

		str_addslice(buffer, *perfdata_r);
		add_perfdata(buffer, more);
		*perfdata_r = str_slice(buffer);
		rest.len = (size_t)(at - rest.s);
	}
	while (rest.len > 0 && rest.s[rest.len - 1] == '\n')
		rest.len--;
	*long_r = rest;
}

/* Class 4, if the site wants it. */
static void
write_passive(
    struct engine *e, uint32_t object, const struct result *r, int64_t now)
{
	struct str line = {0};

	str_addf(&line, "PASSIVE %s CHECK: ",
	    engine_is_service(e, object) ? "SERVICE" : "HOST");
	history_add_object(&line, e, object);
	str_addf(&line, ";%u;", r->code);
	history_add_text(&line, r->output);
	e->ops->line(e->arg, now, str_slice(&line));
	str_free(&line);
}

const char *
intake_plugin(struct engine *e, uint32_t object, bool passive, uint8_t code,
    struct slice raw, int64_t measured, int64_t now)
{
	struct str perf = {0}, clean = {0}, valid = {0};
	struct result result = {
	    .code = code, .passive = passive, .start = measured};
	const char *why;

	if (!utf8_valid(raw)) {
		utf8_clean(&valid, raw);
		raw = str_slice(&valid);
	}
	intake_split(
	    raw, &perf, &result.output, &result.long_output, &result.perfdata);
	result.output = clean_output(result.output, &clean);
	if (raw.len == 0)
		result.output = SLICE("(No output)");
	if (measured > now + 60)
		result.start = now;
	why = engine_refuses(e, object, &result, now);
	if (why == NULL && passive && e->settings.log_passive)
		write_passive(e, object, &result, now);
	if (why == NULL)
		engine_result(e, object, &result, now);
	str_free(&perf);
	str_free(&clean);
	str_free(&valid);
	return why;
}

const char *
intake_passive(struct engine *e, uint32_t object, uint8_t code,
    struct slice raw, int64_t measured, int64_t now)
{
	struct str text = {0};
	const char *why;

	raw = unescape(raw, &text);
	why = intake_plugin(e, object, true, code, raw, measured, now);
	str_free(&text);
	return why;
}
