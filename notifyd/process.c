/* SPDX-License-Identifier: Apache-2.0
 *
 * One raw notification: context, plan, spool. Evaluating is pure and takes
 * microseconds, so it happens on arrival; notice and plan are one transaction.
 */
#include "notifyd/notifyd.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/notice.h"
#include "notifyd/additions.h"
#include "notifyd/context_stored.h"
#include "notifyd/history.h"
#include "notifyd/methods/table.h"
#include "notifyd/spool/bulk.h"

#include <stdlib.h>

static void
add_own(struct notifyd *n, struct context *ctx, const char *site,
    int64_t created_us, bool foreign)
{
	struct additions with = {.site = site,
	    .root = n->d->root,
	    .machine = n->machine,
	    .created_us = created_us,
	    .foreign = foreign,
	    .times = rulebook_times(n->book)};

	additions_make(ctx, &with);
	context_bound(ctx, CONTEXT_MAX_BYTES);
}

void
process_prepare(struct notifyd *n, struct context *ctx, const char *site,
    int64_t created_us, bool foreign)
{
	if (!foreign && strcmp(site, n->d->site) == 0)
		additions_from_snapshot(ctx, rulebook_snapshot(n->book));
	else if (context_get(ctx, "CONTACTS") == NULL)
		context_sets(ctx, "CONTACTS", "?");
	add_own(n, ctx, site, created_us, foreign);
}

char *
process_object(const struct context *ctx)
{
	static const char *const keys[] = {
	    "OMD_SITE", "HOSTNAME", "SERVICEDESC", "EC_ID"};
	struct str name = {0};

	str_reserve(&name, 100);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (i > 0)
			str_addc(&name, '\x1f');
		str_add(&name, context_text(ctx, keys[i]));
	}
	return str_steal(&name);
}

struct told_question {
	const struct told *told;
	const struct escalations *escalations;
	const char *object;
};

static bool
was_told(const char *contact, const char *method, void *arg)
{
	const struct told_question *q = arg;

	return told_has(q->told, q->object, contact, method);
}

static bool
escalates(const char *rule, void *arg)
{
	const struct told_question *q = arg;

	return escalations_has(q->escalations, q->object, rule);
}

void
process_plan(struct notifyd *n, const struct context *ctx, const char *site,
    int64_t at, bool explain, struct plan *plan_r)
{
	char *object = process_object(ctx);
	struct told_question question = {n->told, n->escalations, object};
	int64_t step = strtol(context_text(ctx, "ESCALATION_STEP"), NULL, 10);
	struct rules_notice notice = {.ctx = ctx,
	    .site = site,
	    .was_told = was_told,
	    .escalates = escalates,
	    .step_rule = context_get(ctx, "ESCALATION_RULE"),
	    .step = step < 1 ? 0 : (size_t)step - 1,
	    .arg = &question};

	plan_make(rulebook_rules(n->book), &notice, at, explain, plan_r);
	free(object);
}

bool
process_tells(const struct context *ctx, const char *contact,
    const char *method, void *arg)
{
	struct plan plan;
	bool tells = false;

	process_plan(arg, ctx, context_text(ctx, "OMD_SITE"),
	    clock_wall() / NS_PER_S, false, &plan);
	for (size_t i = 0; i < plan.n_entries; i++)
		tells = tells ||
		    (strcmp(plan.entries[i].contact, contact) == 0 &&
			strcmp(plan.entries[i].method, method) == 0);
	plan_free(&plan);
	return tells;
}

/* --- into the spool
 * --------------------------------------------------------------- */

struct configured { /* parameters by method; may be NULL */
	struct rulebook *book;
	const json_t *site;
	json_t *host, *service;
	bool at_once; /* a test waits for nothing */
};

struct arrival {
	struct notifyd *n;
	uint64_t bytes;
	process_stored_fn *stored;
	void *arg;
};

static json_t *
parameters_of(const struct snapshot *snap, uint32_t object)
{
	const char *text = object == SNAP_NONE
	    ? ""
	    : snap_s(snap, snap->objects[object].method_parameters);

	return text[0] == '\0' ? NULL : json_loads(text, 0, NULL);
}

/* What the configuration says of the methods for this object. */
static void
configured_read(struct notifyd *n, const struct context *ctx, const char *site,
    struct configured *c_r)
{
	const struct snapshot *snap = rulebook_snapshot(n->book);
	uint32_t host, service = SNAP_NONE;

	*c_r = (struct configured){
	    .book = n->book, .site = rulebook_methods(n->book)};
	if (strcmp(site, n->d->site) != 0)
		return;
	host = snap_find_host(snap, slice_of(context_text(ctx, "HOSTNAME")));
	if (host != SNAP_NONE && context_is_service(ctx))
		service = snap_find_service(
		    snap, host, slice_of(context_text(ctx, "SERVICEDESC")));
	c_r->host = parameters_of(snap, host);
	c_r->service = parameters_of(snap, service);
}

static void
configured_free(struct configured *c)
{
	json_decref(c->host);
	json_decref(c->service);
}

static void
join(json_t *who, const char *key, const json_t *with)
{
	const char *more = json_string_value(json_object_get(with, key));
	const char *have = json_string_value(json_object_get(who, key));

	if (more == NULL || more[0] == '\0')
		return;
	json_object_set_new(who, key,
	    have == NULL || have[0] == '\0'
		? json_string(more)
		: json_sprintf("%s,%s", have, more));
}

/* One call for one more contact. */
static void
add_contact(struct spool_delivery *d, const struct plan_entry *e)
{
	static const char *const keys[] = {"alias", "email", "pager"};
	json_t *who = json_loads(d->who, 0, NULL);
	json_t *attributes = json_object_get(who, "attributes");
	const json_t *more = json_object_get(e->who, "attributes");
	char *contact = xasprintf("%s,%s", d->contact, e->contact);
	const char *key;
	json_t *value;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		join(who, keys[i], e->who);
	json_object_foreach((json_t *)(uintptr_t)more, key, value)
	    join(attributes, key, more);
	free(d->contact);
	free(d->who);
	d->contact = contact;
	d->who = json_dumps(who, JSON_COMPACT);
	must(d->who != NULL);
	json_decref(who);
}

/* The delivery before that tells this contact too; NULL: there is none. */
static struct spool_delivery *
find_combined(struct spool_batch *b, const struct spool_delivery *d)
{
	const struct method_def *def =
	    b->n_deliveries == 0 ? NULL : method_def_find(d->method);
	json_t *params = def == NULL || !def->combines ||
		(def->target != NULL && strcmp(d->params, "{}") == 0)
	    ? NULL
	    : json_loads(d->params, 0, NULL);
	bool combines = params != NULL && strchr(d->contact, ',') == NULL &&
	    strncmp(d->contact, "mailto:", 7) != 0 && d->gather == NULL &&
	    method_combines(d->method, params);

	json_decref(params);
	for (size_t i = 0; combines && i < b->n_deliveries; i++) {
		struct spool_delivery *other = &b->deliveries[i];

		if (other->gather == NULL && other->next_ms == d->next_ms &&
		    strcmp(other->method, d->method) == 0 &&
		    strcmp(other->params, d->params) == 0 &&
		    strcmp(other->rule, d->rule) == 0)
			return other;
	}
	return NULL;
}

/* It waits for others: contact, method and parameters must be equal, too. */
static void
fill_gather(struct spool_delivery *d, const struct plan_entry *e,
    const struct configured *c, const char *object)
{
	const struct plan_gather *from = &e->gather;
	struct spool_gather *g;

	if (from->kind == PLAN_AT_ONCE || c->at_once)
		return;
	if (from->kind == PLAN_QUIET && !from->together) {
		d->next_ms = from->until * 1000;
		return;
	}
	d->gather = g = xnew(struct spool_gather);
	g->kind = (int)from->kind;
	g->key = from->kind == PLAN_HOLD
	    ? xasprintf(SPOOL_HELD_KEY "\x1e%s\x1e%s\x1e%s", object, d->contact,
		  d->method, from->key)
	    : xasprintf("%s\x1e%s\x1e%s\x1e%s", d->contact, d->method,
		  d->params, from->key);
	g->causes = xstrdup(from->causes == NULL ? "" : from->causes);
	g->how = json_dumps(from->how, JSON_COMPACT | JSON_SORT_KEYS);
	g->horizon_ms = from->horizon_ms;
	g->until_ms = from->until * 1000;
	g->hold = from->kind == PLAN_QUIET || from->kind == PLAN_HOLD;
	g->max = from->max;
	must(g->how != NULL);
}

static char *
parameters_text(const struct plan_entry *e, const struct configured *c)
{
	json_t *all;
	char *text;

	if (c->host == NULL && c->service == NULL)
		return xstrdup(
		    rulebook_parameters(c->book, e->method, e->params));
	all = method_parameters(
	    e->method, c->site, c->host, c->service, e->params);
	text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
	must(text != NULL);
	json_decref(all);
	return text;
}

static void
fill_delivery(struct spool_delivery *d, const struct plan_entry *e,
    const struct configured *c, const struct spool_batch *b, int64_t now_ms)
{
	*d = (struct spool_delivery){.ordinal = (unsigned)b->n_deliveries + 1,
	    .contact = xstrdup(e->contact),
	    .method = xstrdup(e->method),
	    .who = xstrdup(rulebook_who(c->book, e->who)),
	    .params = parameters_text(e, c),
	    .rule = xstrdup(e->rule),
	    .rule_text = xstrdup(e->rule_text),
	    .rule_number = e->rule_number,
	    .next_ms = now_ms,
	    .first_ms = now_ms};
	fill_gather(d, e, c, b->object);
}

/* One more row, or one more contact of a row. */
static void
put_delivery(struct spool_batch *b, const struct plan_entry *e,
    const struct configured *c, int64_t now_ms)
{
	struct spool_delivery *d = &b->deliveries[b->n_deliveries], *other;

	fill_delivery(d, e, c, b, now_ms);
	other = find_combined(b, d);
	if (other == NULL) {
		b->n_deliveries++;
	} else {
		add_contact(other, e);
		spool_delivery_clear(d);
	}
}

static void
fill_batch(struct notifyd *n, struct spool_batch *b, const struct context *ctx,
    const struct plan *plan)
{
	int64_t now_ms = clock_wall() / NS_PER_MS;
	const char *type = context_text(ctx, "NOTIFICATIONTYPE");
	bool problem = strcmp(type, "PROBLEM") == 0;
	struct configured configured;

	configured_read(n, ctx, b->notice.site, &configured);
	configured.at_once =
	    strcmp(context_text(ctx, "NOTIFICATIONMARK"), "test") == 0;
	b->object = process_object(ctx);
	b->remember = problem;
	b->forget = strcmp(type, "RECOVERY") == 0 ||
	    strcmp(type, NOTICE_QUIET "RECOVERY") == 0 ||
	    (problem && context_get(ctx, "ESCALATION_RULE") == NULL &&
		strcmp(context_of_object(ctx, "", "NOTIFICATIONNUMBER"), "1") ==
		    0);
	context_to_stored(ctx, &b->notice.context);
	b->n_lines = plan->n_entries;
	b->deliveries = xcalloc(plan->n_entries + 1, sizeof(*b->deliveries));
	b->lines = xcalloc(plan->n_entries + 1, sizeof(*b->lines));
	if (b->forget)
		b->forget = told_forget(n->told, b->object);
	for (size_t i = 0; i < plan->n_entries; i++) {
		const struct plan_entry *e = &plan->entries[i];
		struct str line = {0};
		char *method;

		put_delivery(b, e, &configured, now_ms);
		method = configured.at_once ? xstrdup(e->method)
					    : plan_method_name(e);
		history_notification(&line, ctx, e->contact, method);
		free(method);
		b->lines[i] = str_steal(&line);
		if (problem)
			told_add(n->told, b->object, e->contact, e->method);
	}
	configured_free(&configured);
}

static void
on_added(const struct spool_batch *b, bool duplicate, bool committed, void *arg)
{
	struct arrival *a = arg;
	struct notifyd *n = a->n;

	n->pending--;
	n->pending_bytes -= a->bytes;
	if (a->stored != NULL)
		a->stored(b->notice.id, duplicate, committed, a->arg);
	free(a);
	if (!committed)
		return;
	if (duplicate)
		n->counters.duplicates++;
	else
		n->counters.stored++;
	if (b->notice.forward == SPOOL_FORWARD_WAITS && !duplicate)
		forwarder_added(n->forwarder, spool_forward_bytes(b));
	for (size_t i = 0; i < b->n_deliveries && !duplicate; i++) {
		const struct spool_delivery *d = &b->deliveries[i];

		n->counters.planned++;
		if (d->bulk != 0)
			deliverer_put_bulk(
			    n->deliverer, d->bulk, d->method, d->bulk_due_ms);
		else
			deliverer_put(
			    n->deliverer, d->row, d->method, d->next_ms);
	}
}

static void
log_plan(const struct msg_notice *m, const struct plan *plan, bool local)
{
	if (!local)
		log_info("notice %.*s: another site has the rules",
		    (int)m->id.len, m->id.s);
	for (size_t i = 0; i < plan->n_entries; i++)
		log_info("notice %.*s: %s by %s (rule %s)%s%s", (int)m->id.len,
		    m->id.s, plan->entries[i].contact, plan->entries[i].method,
		    plan->entries[i].rule,
		    plan->entries[i].gather.why == NULL ? "" : "; ",
		    plan->entries[i].gather.why == NULL
			? ""
			: plan->entries[i].gather.why);
	for (size_t i = 0; i < plan->n_skips; i++)
		log_info("notice %.*s: not %s by %s: %s", (int)m->id.len,
		    m->id.s, plan->skips[i].contact, plan->skips[i].method,
		    plan->skips[i].reason);
	if (plan->n_entries == 0 && local)
		log_info(
		    "notice %.*s: nobody is told", (int)m->id.len, m->id.s);
}

static void
set_missing(struct context *ctx, const char *key, struct slice value)
{
	if (context_get(ctx, key) == NULL && value.len > 0)
		context_set(ctx, key, value);
}

/* An old one of another site says so: in the mail, in the history. */
static void
remark_late(const struct notifyd *n, struct context *ctx,
    const struct msg_notice *m, const struct process_from *from)
{
	int64_t age_s = (from->sent_us - m->created_us) / 1000000;

	if (age_s * 1000 <= n->d->settings->notify_late_after ||
	    context_get(ctx, "NOTIFICATIONMARK") != NULL)
		return;
	context_setf(ctx, "NOTIFICATIONMARK", "late by %lldd %02d:%02d",
	    (long long)(age_s / 86400), (int)(age_s / 3600 % 24),
	    (int)(age_s / 60 % 60));
}

/* The number of a repetition of a problem is above 1. */
static bool
is_repeated(const struct context *ctx)
{
	const char *number = context_of_object(ctx, "", "NOTIFICATIONNUMBER");

	return strcmp(context_text(ctx, "NOTIFICATIONTYPE"), "PROBLEM") == 0 &&
	    number[0] != '\0' && strcmp(number, "0") != 0 &&
	    strcmp(number, "1") != 0;
}

static void
evaluate(struct notifyd *n, const struct context *ctx,
    const struct msg_notice *m, const char *site, const char *only_method,
    struct plan *plan_r)
{
	if (context_get(ctx, "EC_MAIL_TO") != NULL)
		plan_mail(plan_r, context_text(ctx, "EC_MAIL_TO"));
	else
		process_plan(
		    n, ctx, site, clock_wall() / NS_PER_S, false, plan_r);
	if (only_method != NULL)
		plan_keep_method(plan_r, only_method);
	n->counters.skipped += plan_r->n_skips;
	n->counters.fallbacks += plan_r->fallback;
	n->counters.unmatched += plan_r->n_entries == 0;
	n->counters.nobody += plan_r->fallback && plan_r->n_entries == 0;
	log_plan(m, plan_r, true);
}

/* Core tells what becomes of a problem: nobody hears of it. */
static bool
is_quiet(const struct context *ctx)
{
	return slice_starts(
	    slice_of(context_text(ctx, "NOTIFICATIONTYPE")), NOTICE_QUIET);
}

/* What runs for the object ends before, and begins after it is known who is
 * told. */
static void
evaluate_all(struct notifyd *n, const struct context *ctx,
    const struct msg_notice *m, const char *site, const char *only_method,
    struct plan *plan_r)
{
	char *object = process_object(ctx), *id = slice_dup(m->id);

	escalations_notice(n->escalations, object, ctx);
	if (!is_quiet(ctx)) {
		evaluate(n, ctx, m, site, only_method, plan_r);
		escalations_begin(
		    n->escalations, object, id, site, ctx, plan_r);
	}
	free(id);
	free(object);
}

/*
 * Takes what is in the context. `known`: all that is configured of the object
 * is there.
 */
static void
store(struct notifyd *n, const struct msg_notice *m, struct context *ctx,
    bool known, const char *only_method, const struct process_from *from,
    process_stored_fn *stored, void *arg)
{
	bool step = from == NULL && context_get(ctx, "ESCALATION_RULE") != NULL;
	bool forward =
	    forwarder_on(n->forwarder) && only_method == NULL && !step;
	bool local = !forward || forwarder_local(n->forwarder);
	struct spool_batch *b = xnew(struct spool_batch);
	struct arrival *a = xnew(struct arrival);
	struct plan plan = {0};

	*a = (struct arrival){n, ctx->bytes + 2048, stored, arg};
	if (from != NULL)
		context_drop(ctx, "ESCALATION_"); /* ours alone to say */
	set_missing(ctx, "NOTIFICATIONTYPE", m->what);
	set_missing(ctx, "HOSTNAME", m->host);
	set_missing(ctx, "SERVICEDESC", m->service);
	b->notice.id = slice_dup(m->id);
	b->notice.site =
	    m->site.len > 0 ? slice_dup(m->site) : xstrdup(n->d->site);
	b->notice.what = xstrdup(context_text(ctx, "NOTIFICATIONTYPE"));
	b->notice.host = xstrdup(context_text(ctx, "HOSTNAME"));
	b->notice.service = xstrdup(context_text(ctx, "SERVICEDESC"));
	b->notice.created_us = m->created_us;
	b->notice.peer = xstrdup(from == NULL ? "" : from->peer);
	b->notice.forward = forward ? SPOOL_FORWARD_WAITS : SPOOL_FORWARD_NONE;
	if (known)
		add_own(n, ctx, b->notice.site, m->created_us, false);
	else
		process_prepare(
		    n, ctx, b->notice.site, m->created_us, from != NULL);
	if (from != NULL)
		remark_late(n, ctx, m, from);
	b->repeated = is_repeated(ctx);
	b->quiet = is_quiet(ctx);
	if (local)
		evaluate_all(n, ctx, m, b->notice.site, only_method, &plan);
	else
		log_plan(m, &plan, false);
	fill_batch(n, b, ctx, &plan);
	plan_free(&plan);
	context_free(ctx);
	n->pending++;
	n->pending_bytes += a->bytes;
	spool_add(n->spool, b, clock_wall() / NS_PER_S, on_added, a);
}

void
process_notice(struct notifyd *n, const struct msg_notice *m,
    const char *only_method, const struct process_from *from,
    process_stored_fn *stored, void *arg)
{
	struct context ctx = {0};

	if (context_from_pairs(&ctx, m->context) < 0)
		log_warn("notice %.*s: its context is damaged", (int)m->id.len,
		    m->id.s);
	store(n, m, &ctx, false, only_method, from, stored, arg);
}

static void
put_pair(void *arg, struct slice key, struct slice value)
{
	context_put(arg, key, value);
}

void
process_alert(struct notifyd *n, const struct msg_alert *m,
    process_stored_fn *stored, void *arg)
{
	struct msg_notice notice = {.id = m->id,
	    .created_us = m->created_us,
	    .what = m->what,
	    .host = m->host,
	    .service = m->service};
	bool quiet = slice_starts(m->what, NOTICE_QUIET);
	struct context ctx = {0};

	if (!quiet)
		notice_tell(put_pair, &ctx, rulebook_snapshot(n->book), m);
	context_bound(&ctx, CONTEXT_MAX_BYTES);
	store(n, &notice, &ctx, quiet || context_get(&ctx, "CONTACTS") != NULL,
	    NULL, NULL, stored, arg);
}
