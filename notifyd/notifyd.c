/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon's hooks: start, reload, counters, end.
 */
#include "notifyd/notifyd.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "notifyd/held.h"
#include "notifyd/methods/orphans.h"
#include "notifyd/spool/bulk.h"

#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

/* At the end mails under way may come to theirs. */
#define STOP_MS      5000
#define STOP_TICK_MS 50

/* --- start
 * ------------------------------------------------------------------------- */

static int
check_settings(const struct settings *s, struct err *err_r)
{
	const char *tls = s->smtp_tls;
	struct err all = {""}, one = {""};

	if (tls == NULL ||
	    (strcmp(tls, "none") != 0 && strcmp(tls, "starttls") != 0 &&
		strcmp(tls, "tls") != 0)) {
		err_set(&one,
		    "notifications.smtp.tls: expected none, "
		    "starttls or tls");
		err_also(&all, &one);
	}
	if (s->smtp_user == NULL && s->smtp_password_file != NULL) {
		err_set(&one,
		    "notifications.smtp.password_file: needs "
		    "notifications.smtp.user");
		err_also(&all, &one);
	}
	if (peers_check(s, &one) < 0)
		err_also(&all, &one);
	if (deliverer_check(s->notify_methods, &one) < 0)
		err_also(&all, &one);
	if (all.text[0] == '\0')
		return 0;
	*err_r = all;
	return -1;
}

static void
log_warnings(struct str *warnings)
{
	struct slice rest = str_slice(warnings), line;

	while (slice_next(&rest, '\n', &line))
		log_warn("%.*s", (int)line.len, line.s);
	str_free(warnings);
}

static void
on_recovered(const struct spool_delivery *list, size_t n_list,
    const struct spool_told *told, size_t n_told, void *arg)
{
	struct notifyd *n = arg;

	for (size_t i = 0; i < n_told; i++)
		told_add(
		    n->told, told[i].object, told[i].contact, told[i].method);
	for (size_t i = 0; i < n_list; i++)
		deliverer_put(n->deliverer, list[i].row, list[i].method,
		    list[i].state == SPOOL_RUNNING ? 0 : list[i].next_ms);
	if (n_list > 0)
		log_info("spool: %zu deliveries go on", n_list);
	n->recovered = true;
}

static void
on_bulks(const struct spool_bulk *list, size_t n_list, void *arg)
{
	struct notifyd *n = arg;

	for (size_t i = 0; i < n_list; i++)
		deliverer_put_bulk(
		    n->deliverer, list[i].id, list[i].method, list[i].due_ms);
	if (n_list > 0)
		log_info("spool: %zu bulks go on", n_list);
}

/* Lines for the history or results for other sites were committed. */
static void
on_news(void *arg)
{
	struct notifyd *n = arg;

	nd_outbox_kick(n->outbox);
	if (n->results != NULL)
		results_kick(n->results);
}

static int
open_spool(struct notifyd *n, struct err *err_r)
{
	char *folder = daemon_path(n->d, "var/vedette/notifyd");
	char *path = daemon_path(n->d, "var/vedette/notifyd/spool.sqlite");
	int done = file_mkdirs(folder, 0700, err_r);

	if (done == 0)
		n->spool = spool_open(n->d->loop, path, err_r);
	free(folder);
	free(path);
	return n->spool == NULL ? -1 : 0;
}

static char *
machine_name(void)
{
	char name[256] = "";

	gethostname(name, sizeof(name) - 1);
	for (char *p = name; *p != '\0'; p++) {
		if (strchr("<>@\"\\ \t", *p) != NULL)
			*p = '-';
	}
	return xstrdup(name[0] == '\0' ? "localhost" : name);
}

static void
end_orphans(const char *root)
{
	unsigned n = orphans_kill(root);

	if (n > 0)
		log_info(
		    "%u scripts of a notifier that was killed were still "
		    "at work: they are ended, their deliveries begin again",
		    n);
}

static int
notifyd_init(struct daemon *d, struct err *err_r)
{
	struct notifyd *n = xnew(struct notifyd);
	struct str warnings = {0};

	d->state = n;
	n->d = d;
	n->machine = machine_name();
	n->told = told_new();
	must(getrandom(&n->boot, sizeof(n->boot), 0) == sizeof(n->boot));
	uv_timer_init(d->loop, &n->stop_timer);
	n->stop_timer.data = n;
	if (check_settings(d->settings, err_r) < 0)
		return -1;
	n->book =
	    rulebook_new(d->snapshot, d->settings, d->root, &warnings, err_r);
	log_warnings(&warnings);
	if (n->book == NULL || open_spool(n, err_r) < 0)
		return -1;
	end_orphans(d->root);
	n->deliverer = deliverer_new(d->loop, n->spool, d->root, n->machine);
	deliverer_configure(n->deliverer, d->settings);
	deliverer_judge(n->deliverer, &(struct held_judge){process_tells, n});
	n->escalations = escalations_new(d->loop, n->spool,
	    &(struct escalations_world){
		process_policy, process_gone, process_step, n});
	n->outbox = nd_outbox_new(d->loop, n->spool);
	spool_on_news(n->spool, on_news, n);
	/* Before the first notice: what was told must be known by then. */
	spool_bulks_recover(n->spool, on_bulks, n);
	spool_recover(n->spool, on_recovered, n);
	while (!n->recovered && uv_run(d->loop, UV_RUN_ONCE) != 0)
		continue;
	status_start(n);
	if (intake_open(n, err_r) < 0)
		return -1;
	escalations_run(n->escalations, true);
	return 0;
}

/* --- reload
 * -------------------------------------------------------------------------- */

static int
notifyd_prepare(struct daemon *d, struct snapshot *next, struct err *err_r)
{
	struct notifyd *n = d->state;
	const struct settings *settings = daemon_next_settings(d);
	struct str warnings = {0};
	struct err all = {""}, one = {""};

	if (n == NULL || n->peers == NULL) {
		err_set(err_r, "notifyd is still starting, try again");
		return -1;
	}
	rulebook_free(&n->next_book);
	if (check_settings(settings, &one) < 0)
		err_also(&all, &one);
	n->next_book = rulebook_new(next, settings, d->root, &warnings, &one);
	log_warnings(&warnings);
	if (n->next_book == NULL)
		err_also(&all, &one);
	if (listening_prepare(n, &settings->notify, &one) < 0)
		err_also(&all, &one);
	if (all.text[0] == '\0')
		return 0;
	rulebook_free(&n->next_book);
	listening_abort(n);
	*err_r = all;
	return -1;
}

static void
notifyd_commit(struct daemon *d, struct snapshot *old)
{
	struct notifyd *n = d->state;
	struct err err;

	(void)old;
	must(n->next_book != NULL);
	rulebook_free(&n->book);
	n->book = n->next_book;
	n->next_book = NULL;
	deliverer_configure(n->deliverer, d->settings);
	listening_commit(n);
	if (peers_configure(n->peers, d->settings, &err) < 0)
		log_error("%s", err.text);
	forwarder_configure(n->forwarder, d->settings);
	results_configure(n->results);
}

static void
notifyd_abort(struct daemon *d)
{
	struct notifyd *n = d->state;

	rulebook_free(&n->next_book);
	listening_abort(n);
}

/* --- counters
 * ------------------------------------------------------------------------- */

static void
put_counter(struct str *list, const char *name, double value)
{
	struct msg_counter c = {slice_of(name), value};

	msg_counter_put(list, &c);
}

static void
notifyd_counters(struct daemon *d, struct str *list)
{
	struct notifyd *n = d->state;
	const struct notifyd_counters *c;
	const struct deliverer_counters *dc;
	const struct forwarder_counters *fc;
	const struct results_counters *rc;

	if (n == NULL || n->peers == NULL)
		return; /* still starting */
	c = &n->counters;
	dc = deliverer_counters(n->deliverer);
	fc = forwarder_counters(n->forwarder);
	rc = results_counters(n->results);

	put_counter(list, "notices_received", (double)c->received);
	put_counter(list, "notices_stored", (double)c->stored);
	put_counter(list, "notices_pending", (double)n->pending);
	put_counter(list, "notices_invalid", (double)c->invalid);
	put_counter(list, "notices_refused_full", (double)c->refused_full);
	put_counter(list, "notices_without_recipient", (double)c->unmatched);
	put_counter(list, "notices_by_fallback", (double)c->fallbacks);
	put_counter(list, "duplicates_dropped", (double)c->duplicates);
	put_counter(list, "strangers_refused", (double)peers_refused(n->peers));
	put_counter(list, "deliveries_planned", (double)c->planned);
	put_counter(
	    list, "deliveries_waiting", (double)deliverer_queued(n->deliverer));
	put_counter(list, "deliveries_processing",
	    (double)deliverer_running(n->deliverer));
	put_counter(list, "deliveries_started", (double)dc->started);
	put_counter(list, "deliveries_done", (double)dc->delivered);
	put_counter(list, "deliveries_deferred", (double)dc->deferred);
	put_counter(list, "deliveries_failed", (double)dc->failed);
	put_counter(list, "bulks_done", (double)dc->bulks);
	put_counter(list, "bulk_entries_done", (double)dc->bulk_entries);
	put_counter(
	    list, "forwards_waiting", (double)forwarder_waiting(n->forwarder));
	put_counter(list, "forwards_waiting_bytes",
	    (double)forwarder_waiting_bytes(n->forwarder));
	put_counter(list, "forwards_taken", (double)fc->taken);
	put_counter(list, "forwards_again", (double)fc->again);
	put_counter(list, "forwards_dropped", (double)fc->dropped);
	put_counter(list, "forwards_out_of_order", (double)c->out_of_order);
	put_counter(list, "results_sent", (double)rc->sent);
	put_counter(list, "results_received", (double)rc->received);
	put_counter(list, "results_unknown", (double)rc->unknown);
	put_counter(list, "results_duplicates", (double)rc->duplicates);
	put_counter(list, "escalations_running",
	    (double)escalations_running(n->escalations));
	put_counter(list, "incidents_open", (double)told_objects(n->told));
}

/* --- end
 * ---------------------------------------------------------------------------------
 */

static void
on_stop_timer(uv_timer_t *timer)
{
	struct notifyd *n = timer->data;

	if (deliverer_running(n->deliverer) == 0 || n->stop_ticks-- == 0)
		daemon_exit(n->d, 0);
}

static void
notifyd_stop(struct daemon *d)
{
	struct notifyd *n = d->state;

	status_stop(n);
	intake_close(n);
	escalations_run(n->escalations, false);
	deliverer_stop(n->deliverer);
	n->stop_ticks = STOP_MS / STOP_TICK_MS;
	uv_timer_start(&n->stop_timer, on_stop_timer, 0, STOP_TICK_MS);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void
notifyd_deinit(struct daemon *d)
{
	struct notifyd *n = d->state;

	if (n == NULL)
		return;
	status_stop(n);
	intake_close(n);
	deliverer_free(&n->deliverer);
	escalations_free(&n->escalations);
	nd_outbox_free(&n->outbox);
	spool_close(&n->spool);
	forwarder_free(&n->forwarder);
	results_free(&n->results);
	ask_drop_all(n);
	rulebook_free(&n->book);
	rulebook_free(&n->next_book);
	told_free(&n->told);
	explicit_bzero(&n->curve, sizeof(n->curve));
	free(n->machine);
	d->state = NULL;
	uv_close((uv_handle_t *)&n->stop_timer, on_timer_closed);
}

const struct daemon_def notifyd_def = {
    .name = "notifyd",
    .summary = "takes notifications, decides by rules who is told, delivers",
    .init = notifyd_init,
    .reload_prepare = notifyd_prepare,
    .reload_commit = notifyd_commit,
    .reload_abort = notifyd_abort,
    .query = ask_query,
    .peer_down = ask_peer_down,
    .counters = notifyd_counters,
    .stop = notifyd_stop,
    .deinit = notifyd_deinit,
};
