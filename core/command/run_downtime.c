/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands about downtimes.
 */
#include "core/command/internal.h"

#include "common/mem.h"
#include "common/num.h"
#include "core/state/recur.h"

#include <inttypes.h>
#include <stdlib.h>

/* DT-14: bit 0 is "fixed", the rest says how it recurs. */
static int
set_mode(struct downtime_spec *spec, int64_t mode, struct err *err_r)
{
	if (mode < 0 || mode > 17 || !recur_valid((uint32_t)mode & ~1u)) {
		err_set(err_r, "the mode must be 0 to 17");
		return -1;
	}
	spec->fixed = (mode & 1) != 0;
	spec->recurring = (uint32_t)mode & ~1u;
	return 0;
}

/* What holds for all objects alike, before the first one gets any. */
static int
verify(
    const struct call *c, const struct downtime_spec *spec, struct err *err_r)
{
	if (spec->end <= spec->start || spec->end <= c->ctx->now) {
		err_set(err_r, "the downtime would end %s",
		    spec->end <= spec->start ? "before it starts"
					     : "in the past");
		return -1;
	}
	if (!spec->fixed && spec->duration <= 0) {
		err_set(err_r, "a flexible downtime needs a duration");
		return -1;
	}
	if (spec->triggered_by != 0 &&
	    idmap_get(&c->ctx->engine->downtimes, spec->triggered_by) == NULL) {
		err_set(err_r, "there is no downtime %" PRIu64 " to trigger it",
		    spec->triggered_by);
		return -1;
	}
	return 0;
}

/* start; end; mode; trigger; duration; author; comment */
static int
read_spec(struct call *c, struct downtime_spec *spec, struct str *text,
    struct err *err_r)
{
	*spec = (struct downtime_spec){.start = c->rest[0].number,
	    .end = c->rest[1].number,
	    .triggered_by = (uint64_t)c->rest[3].number,
	    .duration = c->rest[4].number,
	    .author = c->rest[5].text};
	if (set_mode(spec, c->rest[2].number, err_r) == -1)
		return -1;
	spec->comment = command_text(text, c->rest[6].text);
	return verify(c, spec, err_r);
}

int
run_schedule_downtime(struct call *c, struct err *err_r)
{
	struct downtime_spec spec;
	struct str text = {0};
	int rc = read_spec(c, &spec, &text, err_r);

	for (uint32_t i = 0; rc == 0 && i < c->n_objects; i++)
		engine_downtime_add(
		    c->ctx->engine, c->objects[i], &spec, c->ctx->now, err_r);
	str_free(&text);
	return rc;
}

/* DT-13: the host's, then those of all behind it; on: triggered by it. */
int
run_propagate_downtime(struct call *c, struct err *err_r)
{
	struct downtime_spec spec;
	struct str text = {0};
	int rc = read_spec(c, &spec, &text, err_r);

	for (uint32_t i = 0; rc == 0 && i < c->n_objects; i++) {
		uint64_t id = engine_downtime_add(
		    c->ctx->engine, c->objects[i], &spec, c->ctx->now, err_r);

		if (i == 0 && c->command->on)
			spec.triggered_by = id;
	}
	str_free(&text);
	return rc;
}

static struct downtime *
find(struct call *c, struct err *err_r)
{
	struct engine *e = c->ctx->engine;
	uint64_t id = (uint64_t)c->args[0].number;
	struct downtime *d = idmap_get(&e->downtimes, id);

	if (d == NULL) {
		err_set(err_r, "there is no downtime %" PRIu64, id);
	} else if (engine_is_service(e, d->object) != c->command->on) {
		err_set(err_r, "downtime %" PRIu64 " is of a %s", id,
		    c->command->on ? "host" : "service");
		return NULL;
	}
	if (d != NULL && d->origin == DOWNTIME_BY_RULE) { /* DT-16 */
		err_set(err_r,
		    "downtime %" PRIu64 " comes with the configuration (change "
		    "the rule of downtimes and activate)",
		    id);
		return NULL;
	}
	return d;
}

/* DEL_HOST_DOWNTIME, DEL_SVC_DOWNTIME: id */
int
run_del_downtime(struct call *c, struct err *err_r)
{
	const struct downtime *d = find(c, err_r);

	if (d == NULL)
		return -1;
	return engine_downtime_cancel(
	    c->ctx->engine, d->id, c->ctx->now, err_r);
}

struct filter { /* what is empty matches all */
	struct slice host, service, comment;
	const struct snap_group *group;
	int64_t start; /* 0: any */
};

static bool
in_group(
    const struct snapshot *snap, const struct snap_group *group, uint32_t host)
{
	for (uint32_t i = 0; i < group->members.n; i++)
		if (snap_at(snap, group->members, i) == host)
			return true;
	return false;
}

static bool
matches(
    const struct engine *e, const struct filter *f, const struct downtime *d)
{
	const struct snapshot *snap = e->snap;
	const struct snap_object *o = &snap->objects[d->object];

	if (d->origin == DOWNTIME_BY_RULE)
		return false;
	if (f->host.len > 0 &&
	    !slice_eqs(f->host, snap_s(snap, snap->objects[o->host].name)))
		return false;
	if (f->service.len > 0 &&
	    (!o->is_service || !slice_eqs(f->service, snap_s(snap, o->name))))
		return false;
	if (f->start != 0 && f->start != d->start)
		return false;
	if (f->comment.len > 0 && !slice_eqs(f->comment, d->comment))
		return false;
	return f->group == NULL || in_group(snap, f->group, o->host);
}

/* DT-18: without any filter nothing is deleted. */
static int
delete_matching(struct call *c, const struct filter *f, struct err *err_r)
{
	struct engine *e = c->ctx->engine;
	uint64_t *ids = NULL;
	uint32_t n = 0, cap = 0, at = 0;
	const struct downtime *d;

	if (f->host.len == 0 && f->service.len == 0 && f->comment.len == 0 &&
	    f->start == 0 && f->group == NULL) {
		err_set(err_r, "%s: no filter is given, nothing is deleted",
		    c->command->name);
		return -1;
	}
	while ((d = idmap_next(&e->downtimes, &at)) != NULL)
		if (matches(e, f, d)) {
			ARRAY_GROW(ids, n, cap);
			ids[n++] = d->id;
		}
	for (uint32_t i = 0; i < n; i++)
		if (idmap_get(&e->downtimes, ids[i]) != NULL)
			engine_downtime_cancel(e, ids[i], c->ctx->now, NULL);
	free(ids);
	return 0;
}

/* host[;service[;start[;comment]]] */
int
run_del_downtimes_by_host(struct call *c, struct err *err_r)
{
	struct filter f = {.host = c->args[0].text,
	    .service = c->args[1].text,
	    .start = c->args[2].number,
	    .comment = c->args[3].text};

	return delete_matching(c, &f, err_r);
}

/* group[;host[;service[;start[;comment]]]] */
int
run_del_downtimes_by_group(struct call *c, struct err *err_r)
{
	struct filter f = {
	    .group = &c->ctx->engine->snap->host_groups[c->args[0].index],
	    .host = c->args[1].text,
	    .service = c->args[2].text,
	    .start = c->args[3].number,
	    .comment = c->args[4].text};

	return delete_matching(c, &f, err_r);
}

/* start[;comment] */
int
run_del_downtimes_by_start(struct call *c, struct err *err_r)
{
	struct filter f = {
	    .start = c->args[0].number, .comment = c->args[1].text};

	return delete_matching(c, &f, err_r);
}

/* id;start;end;mode;trigger;duration;author;comment, empty: unchanged */
int
run_modify_downtime(struct call *c, struct err *err_r)
{
	const struct downtime *d = find(c, err_r);
	struct downtime_spec spec;
	struct str text = {0};
	int rc;

	if (d == NULL)
		return -1;
	spec = (struct downtime_spec){.start = d->start,
	    .end = d->end,
	    .duration = d->duration,
	    .fixed = d->fixed,
	    .recurring = d->recurring,
	    .triggered_by = d->triggered_by,
	    .author = c->args[6].text,
	    .comment = command_text(&text, c->args[7].text)};
	if (c->args[1].text.len > 0)
		spec.start = c->args[1].number;
	if (c->args[2].text.len > 0)
		spec.end = c->args[2].number;
	if (c->args[4].text.len > 0)
		spec.triggered_by = (uint64_t)c->args[4].number;
	if (c->args[5].text.len > 0)
		spec.duration = c->args[5].number;
	rc = c->args[3].text.len > 0 ? set_mode(&spec, c->args[3].number, err_r)
				     : 0;
	if (rc == 0)
		rc = engine_downtime_modify(
		    c->ctx->engine, d->id, &spec, c->ctx->now, err_r);
	str_free(&text);
	return rc;
}
