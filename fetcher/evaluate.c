/* SPDX-License-Identifier: Apache-2.0
 *
 * From an agent's output to results: splits once, parses each section once,
 * asks each item's check.
 */
#include "fetcher/evaluate.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/utf8.h"
#include "fetcher/checks/check_mk.h"
#include "fetcher/checks/check_mk_discovery.h"
#include "fetcher/checks/store.h"
#include "fetcher/sections/encoding.h"

#include <stdlib.h>

#define MAX_SUMMARY  8192
#define MAX_DETAILS  65536
#define MAX_PERF     65536
#define MAX_SECTIONS 8 /* that one check may want */

#define ROOM_BYTES   65536 /* of a text; a larger one is given back */

struct evaluate_room {
	struct check_out out;
	struct str blob, items, store_text;
	struct split split;
	struct arena_spare spare;
};

struct pass {
	const struct evaluate_input *in;
	double now; /* seconds */
	struct check_out out;
	struct str blob;
	struct str items; /* results of the items, after the job's own */
	const struct check *last; /* of the item before: often the same */
	bool discovers;           /* Check_MK Discovery is among the items */
	struct check_mk_run run;
	/* Not zeroed, for they are large: parsed_begin(), check_store_load().
	 */
	struct parsed parsed;
	struct check_store store;
};

/* UTF-8 without control characters, no more than `max` bytes. */
static struct slice
clean(struct str *text, size_t max)
{
	struct slice s = str_slice(text);
	s.len = encoding_cut(s, max);
	if (utf8_is_plain(s))
		return s;
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)text->s[i] < ' ' && text->s[i] != '\n')
			text->s[i] = ' ';
	if (!utf8_valid(s)) /* a word was cut to fit */
		encoding_repair(text->s, s.len);
	return s;
}

static void
put_result(
    struct pass *p, uint32_t object, struct slice blob, struct str *results)
{
	struct check_out *out = &p->out;
	struct msg_job_result r = {
	    .object = object,
	    .state = out->none ? MSG_RESULT_NONE : out->state,
	    .state_blob = blob,
	    .cached_at = out->cached_interval > 0 ? out->cached_at : 0,
	    .cache_interval = out->cached_interval > UINT32_MAX
		? UINT32_MAX
		: (uint32_t)out->cached_interval,
	};
	if (!out->none) {
		r.output = clean(&out->summary, MAX_SUMMARY);
		r.long_output = clean(&out->details, MAX_DETAILS);
		if (out->perf.len <= MAX_PERF)
			r.perfdata = clean(&out->perf, MAX_PERF);
	}
	msg_job_result_put(results, &r);
	p->run.n_results++;
}

enum readiness {
	READY,
	MISSING,
	BROKEN
};

/* The sections that the check wants; the first must be there. */
static enum readiness
gather(struct pass *p, const struct check *check, const void **data)
{
	for (size_t i = 0; check->sections[i] != NULL; i++) {
		must(i < MAX_SECTIONS);
		const struct parsed_section *s =
		    parsed_get(&p->parsed, check->sections[i]);
		data[i] = s->data;
		if (s->state == PARSED_BAD) {
			check_say(&p->out, CHECK_UNKNOWN,
			    "cannot parse section %s %s", s->type->names[0],
			    s->why);
			return BROKEN;
		}
		if (i == 0 && s->state == PARSED_ABSENT)
			return MISSING;
		if (i == 0) {
			p->out.cached_at = s->cached_at;
			p->out.cached_interval = s->cached_interval;
		}
	}
	return READY;
}

/* -1: the text is no JSON or not this check's parameters. */
static int
read_params(const struct check *check, struct slice text,
    struct check_value *values, json_t **doc_r, struct err *err_r)
{
	json_error_t why;

	*doc_r = NULL;
	if (text.len > 0) {
		*doc_r = json_loadb(text.s, text.len, 0, &why);
		if (*doc_r == NULL) {
			err_set(err_r, "%s", why.text);
			return -1;
		}
	}
	return check_params_read(check, *doc_r, values, err_r);
}

static void
judge(struct pass *p, const struct check *check,
    const struct msg_job_item *item, const void *const *data)
{
	struct check_value values[CHECK_MAX_PARAMS];
	json_t *doc;
	struct err err;

	check_store_load(&p->store, item->state);
	if (read_params(check, item->params, values, &doc, &err) != 0) {
		check_say(&p->out, CHECK_UNKNOWN, "parameters: %s", err.text);
	} else {
		struct check_context c = {
		    .sections = data,
		    .item = item->item,
		    .params = values,
		    .now = p->now,
		    .store = &p->store,
		};
		check->judge(&c, &p->out);
	}
	json_decref(doc);
	str_clear(&p->blob);
	check_store_save(&p->store, &p->blob);
}

static const struct check *
find_check(struct pass *p, struct slice name)
{
	if (p->last == NULL || !slice_eqs(name, p->last->name))
		p->last = check_find(name);
	return p->last;
}

static void
evaluate_item(struct pass *p, const struct msg_job_item *item)
{
	const struct check *check = find_check(p, item->check);
	const void *data[MAX_SECTIONS] = {NULL};
	struct slice blob = item->state;

	check_out_clear(&p->out);
	if (check == NULL || check->judge == NULL) {
		check_say(&p->out, CHECK_UNKNOWN, "there is no check %.*s",
		    (int)item->check.len, item->check.s);
	} else {
		enum readiness ready = gather(p, check, data);
		if (ready == MISSING) {
			check_mk_missing(&p->run, check);
			return;
		}
		if (ready == READY) {
			judge(p, check, item, data);
			blob = str_slice(&p->blob);
		}
	}
	put_result(p, item->object, blob, &p->items);
}

static void
evaluate_items(struct pass *p)
{
	struct slice list = p->in->job->items;
	struct msg_job_item item;

	while (msg_job_item_next(&list, &item)) {
		if (item.check.len == 0)
			continue; /* fed by others' results only */
		if (slice_eqs(item.check, "check_mk_discovery")) {
			p->discovers = true; /* later */
			continue;
		}
		p->run.n_items++;
		evaluate_item(p, &item);
	}
}

/*
 * After the host's own result: what discovery parses beyond what the checks
 * need is no concern of Check_MK.
 */
static void
evaluate_discovery(struct pass *p)
{
	struct slice list = p->in->job->items;
	struct msg_job_item item;

	while (msg_job_item_next(&list, &item)) {
		struct check_discovery_run run = {
		    &p->parsed, p->in->job, &item, p->in->now_us / 1000000};
		if (item.check.len == 0 ||
		    !slice_eqs(item.check, "check_mk_discovery") ||
		    !check_discovery_due(&run))
			continue;
		str_clear(&p->blob);
		check_discovery_judge(&run, &p->out, &p->blob);
		put_result(p, item.object, str_slice(&p->blob), &p->items);
	}
}

/* Whatever of the host is there, in one heap of sections. */
static void
gather_sources(struct pass *p)
{
	const struct evaluate_input *in = p->in;
	bool fetched = in->failure == NULL && !in->no_agent;
	int64_t now = in->now_us / 1000000;

	if (fetched)
		parsed_add(&p->parsed, in->output, in->job->host, now);
	if (in->has_snmp && in->snmp_failure == NULL)
		parsed_add(&p->parsed, in->snmp, in->job->host, now);
	if (p->parsed.split.n_parts > 0 ||
	    (in->has_snmp && in->snmp_failure == NULL))
		parsed_add_persisted(
		    &p->parsed, in->persisted, in->job->host, now);
	for (size_t i = 0; i < in->n_sources; i++)
		if (in->sources[i].output.len > 0)
			parsed_add(&p->parsed, in->sources[i].output,
			    in->job->host, now);
	p->run.parsed = &p->parsed;
}

static void
say_sources(const struct evaluate_input *in, struct check_out *out)
{
	for (size_t i = 0; i < in->n_sources; i++) {
		const struct evaluate_source *s = &in->sources[i];
		check_say(out, s->state, "[piggyback] %.*s", (int)s->text.len,
		    s->text.s);
	}
	if (in->no_agent && in->n_sources == 0 && !in->has_snmp)
		check_say(
		    out, CHECK_WARN, "[piggyback] Missing piggyback data");
}

/* The host's rules come with the item of its discovery. */
static struct slice
discovery_plan(const struct msg_job *job)
{
	struct slice list = job->items;
	struct msg_job_item item;

	while (msg_job_item_next(&list, &item))
		if (slice_eqs(item.check, "check_mk_discovery"))
			return item.params;
	return (struct slice){NULL, 0};
}

/* --- memory ---------------------------------------------------------------
 */

struct evaluate_room *
evaluate_room_new(void)
{
	return xnew(struct evaluate_room);
}

void
evaluate_room_free(struct evaluate_room **rp)
{
	struct evaluate_room *r = *rp;

	if (r == NULL)
		return;
	check_out_free(&r->out);
	str_free(&r->blob);
	str_free(&r->items);
	str_free(&r->store_text);
	split_free(&r->split);
	arena_spare_free(&r->spare);
	free(r);
	*rp = NULL;
}

static void
take_room(struct pass *p, struct evaluate_room *r)
{
	struct split none = {0};

	parsed_begin(&p->parsed, r == NULL ? none : r->split,
	    arena_take(r == NULL ? NULL : &r->spare));
	p->store.text = (struct str){0};
	if (r == NULL)
		return;
	p->out = r->out;
	p->blob = r->blob;
	p->items = r->items;
	p->store.text = r->store_text;
	r->split = none;
	check_out_clear(&p->out);
	str_clear(&p->blob);
	str_clear(&p->items);
}

static void
shrink(struct str *text)
{
	if (text->cap > ROOM_BYTES)
		str_free(text);
}

static void
give_room(struct pass *p, struct evaluate_room *r)
{
	struct evaluate_room own = {0}, *to = r == NULL ? &own : r;

	to->out = p->out;
	to->blob = p->blob;
	to->items = p->items;
	to->store_text = p->store.text;
	arena_give(r == NULL ? NULL : &r->spare, &p->parsed.arena);
	to->split = p->parsed.split;
	shrink(&to->out.summary);
	shrink(&to->out.details);
	shrink(&to->out.perf);
	shrink(&to->blob);
	shrink(&to->items);
	shrink(&to->store_text);
	if (r != NULL)
		return;
	check_out_free(&own.out);
	str_free(&own.blob);
	str_free(&own.items);
	str_free(&own.store_text);
	split_free(&own.split);
}

void
evaluate_agent(const struct evaluate_input *in, struct str *results)
{
	struct pass p;

	memset(&p, 0, offsetof(struct pass, parsed));
	take_room(&p, in->room);
	p.in = in;
	p.now = (double)in->now_us / 1e6;
	p.run = (struct check_mk_run){.failure = in->failure,
	    .late = in->late,
	    .no_agent = in->no_agent,
	    .has_snmp = in->has_snmp,
	    .snmp_failure = in->snmp_failure,
	    .bytes = in->output.len,
	    .by_program = in->job->kind == MSG_JOB_PROGRAM,
	    .children = {in->children[0], in->children[1]},
	    .snmp_seconds = (double)in->snmp_us / 1e6,
	    .fetch_seconds = (double)in->fetch_us / 1e6};
	double before[2] = {0}, after[2] = {0};

	if (in->cpu != NULL)
		in->cpu(before);
	check_mk_states(&p.run, discovery_plan(in->job));
	gather_sources(&p);
	/* Without a section nobody spoke: that alone is said. */
	if (p.parsed.split.n_parts > 0)
		evaluate_items(&p);
	check_out_clear(&p.out);
	say_sources(in, &p.out);
	if (in->cpu != NULL) {
		in->cpu(after);
		p.run.has_cpu = true;
		p.run.cpu[0] = after[0] - before[0];
		p.run.cpu[1] = after[1] - before[1];
	}
	check_mk_judge(&p.run, &p.out);
	put_result(&p, MSG_OWN_OBJECT, (struct slice){NULL, 0}, results);
	if (p.discovers)
		evaluate_discovery(&p);
	str_addslice(results, str_slice(&p.items));
	give_room(&p, in->room);
}
