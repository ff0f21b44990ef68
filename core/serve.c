/* SPDX-License-Identifier: Apache-2.0
 *
 * What others ask core for: commands, queries, counters.
 */
#include "core/core.h"

#include "common/clock.h"
#include "common/log.h"
#include "core/command/command.h"
#include "core/schedule/piggyback.h"

#include <unistd.h>

#define FILE_LINES 200 /* of a file of commands in one turn */

static void
save(void *arg)
{
	struct core *core = arg;

	store_save(core->fx.store, true);
}

/* PROCESS_FILE: the answer waits until the last line is done. */
static int
process_file(void *arg, const char *path, bool remove, struct err *err_r)
{
	struct core *core = arg;

	core->file_taken = true;
	return files_add(
	    &core->files, path, remove, core->asker, core->asker_id, err_r);
}

/* At the end of the turn, once the answer is on its way. */
static void
end_program(void *arg, bool restart)
{
	struct core *core = arg;

	core->end = restart ? CORE_RESTART : CORE_SHUTDOWN;
}

static bool
is_privileged(const struct core *core, struct slice who)
{
	const struct snapshot *snap = core->engine->snap;
	uint32_t contact;

	if (who.len == 0) /* a program of the site's own user */
		return true;
	contact = snap_find_contact(snap, who);
	return contact != SNAP_NONE &&
	    strcmp(snap_s(snap, snap->contacts[contact].role), "admin") == 0;
}

static void
refuse(struct daemon *d, struct bus_peer *peer, const struct msg_command *c,
    const char *why)
{
	struct core *core = d->state;
	struct slice who =
	    c->who.len > 0 ? c->who : slice_of(bus_peer_name(peer));

	core->commands_refused++;
	log_warn("command of %.*s: %s: %.*s",
	    (int)(who.len > 100 ? 100 : who.len), who.s, why,
	    (int)(c->line.len > 300 ? 300 : c->line.len), c->line.s);
	daemon_answer(d, peer, c->id, MSG_REFUSED, slice_of(why),
	    stream_seq(core->fx.stream));
}

static void
took_command(struct core *core)
{
	core->commands++;
	core->last_command = clock_wall() / NS_PER_S;
}

void
core_command(
    struct daemon *d, struct bus_peer *peer, const struct msg_command *c)
{
	struct core *core = d->state;
	struct command_context ctx = {.engine = core->engine,
	    .memory = &core->named,
	    .now = core_now(),
	    .save = save,
	    .file = process_file,
	    .program = end_program,
	    .privileged = is_privileged(core, c->who),
	    .arg = core};
	struct err err;

	core->asker = peer;
	core->asker_id = c->id;
	core->file_taken = false;
	if (core->fx.disk.text[0] != '\0' || core->fx.stalled_now) {
		err_set(&err, "it cannot be kept: %s",
		    core->fx.disk.text[0] != '\0' ? core->fx.disk.text
						  : "the disk is too slow");
		refuse(d, peer, c, err.text);
		return;
	}
	if (command_run(&ctx, c->line, &err) == -1) {
		refuse(d, peer, c, err.text);
		return;
	}
	took_command(core);
	if (!core->file_taken)
		effects_answer(&core->fx, peer, c->id);
}

/* Some lines of the file that is first; true: there is more. */
bool
core_files(struct core *core)
{
	struct command_context ctx = {.engine = core->engine,
	    .memory = &core->named,
	    .now = core_now(),
	    .save = save,
	    .arg = core};
	struct file_of_commands *file = core->files.first;
	struct slice line;
	struct err err;

	if (file == NULL)
		return false;
	if (core->fx.disk.text[0] != '\0' || core->fx.stalled_now)
		return false;
	if (file->ended) { /* deleted once its effects are on the disk */
		if (core->fx.n_answers > 0 ||
		    store_durable(core->fx.store) < core->fx.appended)
			return false;
		files_drop(&core->files);
		return core->files.first != NULL;
	}
	for (int i = 0; i < FILE_LINES; i++) {
		if (!files_next(&core->files, &line)) {
			if (file->token != NULL)
				effects_answer(
				    &core->fx, file->token, file->id);
			file->token = NULL;
			file->ended = true;
			return true;
		}
		if (command_run(&ctx, line, &err) == 0) {
			file->done++;
			took_command(core);
			continue;
		}
		file->refused++;
		core->commands_refused++;
		log_warn("command of %s: %s: %.*s", file->path, err.text,
		    (int)(line.len > 300 ? 300 : line.len), line.s);
	}
	return true;
}

static void
add_command(
    const char *name, const char *arguments, const char *help, void *arg)
{
	(void)arguments;
	str_addf(arg, "%s\t%s\n", name, help);
}

/* "piggyback HOST": the piggyback_kept records, for `vedette discover`. */
static bool
asks_piggyback(const struct core *core, struct slice text, struct str *answer)
{
	struct slice word;

	if (!slice_word(&text, &word) || !slice_eqs(word, "piggyback"))
		return false;
	piggyback_give(jobs_piggyback(core->jobs), slice_trim(text), answer);
	return true;
}

/* "fetchers": all of them as JSON; "fetchers again": after a change. */
static bool
asks_fetchers(struct core *core, struct slice text, struct str *answer)
{
	text = slice_trim(text);
	if (slice_eqs(text, "fetchers again"))
		core_remote(core);
	else if (!slice_eqs(text, "fetchers"))
		return false;
	jobs_list(core->jobs, answer);
	return true;
}

/* What there is to ask: the commands, and what hosts sent for a host. */
void
core_query(struct daemon *d, struct bus_peer *peer, const struct msg_query *q)
{
	struct core *core = d->state;
	struct str text = {0};

	if (asks_piggyback(core, q->text, &text) ||
	    asks_fetchers(core, q->text, &text)) {
		daemon_answer(d, peer, q->id, MSG_OK, str_slice(&text),
		    stream_seq(core->fx.stream));
		str_free(&text);
		return;
	}
	if (!slice_eqs(slice_trim(q->text), "commands")) {
		daemon_answer(d, peer, q->id, MSG_REFUSED,
		    SLICE("core answers \"commands\", \"fetchers\" and "
			  "\"piggyback HOST\"; "
			  "states are asked of livestatusd"),
		    0);
		return;
	}
	command_list(add_command, &text);
	daemon_answer(d, peer, q->id, MSG_OK, str_slice(&text),
	    stream_seq(core->fx.stream));
	str_free(&text);
}

void
core_peer_down(struct daemon *d, struct bus_peer *peer)
{
	struct core *core = d->state;

	if (core == NULL) /* the socket closes after deinit */
		return;
	effects_forget(&core->fx, peer);
	for (struct file_of_commands *f = core->files.first; f != NULL;
	     f = f->next)
		if (f->token == peer)
			f->token = NULL;
}

static void
add(struct str *list, const char *name, double value)
{
	struct msg_counter c = {slice_of(name), value};

	msg_counter_put(list, &c);
}

static void
add_metrics(struct metrics *m, struct str *list)
{
	struct metrics_counters c;

	metrics_counters(m, &c);
	add(list, "metrics_values", (double)c.values);
	add(list, "metrics_refused", (double)c.refused);
	add(list, "metrics_dropped", (double)c.dropped);
	add(list, "metrics_sent_bytes", (double)c.bytes);
	add(list, "metrics_queue_usage", c.usage);
	add(list, "perf_data_count", (double)c.results);
	add(list, "metrics_files_made", (double)c.files);
	add(list, "metrics_waiting_bytes", (double)c.waiting);
	add(list, "metrics_connected", c.connected);
}

/* The first three are columns of Livestatus. */
static void
add_influx(struct influx *in, struct str *list)
{
	struct influx_counters c;

	influx_counters(in, &c);
	add(list, "influxdb_bytes_sent", (double)c.bytes);
	add(list, "influxdb_overflows", (double)c.dropped);
	add(list, "influxdb_queue_usage", c.usage);
	add(list, "influxdb_values", (double)c.values);
	add(list, "influxdb_refused", (double)c.refused);
	add(list, "influxdb_retries", (double)c.retries);
	add(list, "influxdb_waiting_bytes", (double)c.waiting);
	add(list, "influxdb_connected", c.connected);
}

void
core_counters(struct daemon *d, struct str *list)
{
	struct core *core = d->state;
	const struct snapshot *snap = core->engine->snap;
	const struct engine_counters *drops = &core->engine->counters;

	add(list, "hosts", snap->n_hosts);
	add(list, "services", snap->n_objects - snap->n_hosts);
	add(list, "pid", (double)getpid());
	add(list, "external_commands", (double)core->commands);
	add(list, "last_command", (double)core->last_command);
	add(list, "commands_refused", (double)core->commands_refused);
	add(list, "results_dropped",
	    (double)(drops->passive_off + drops->passive_period + drops->older +
		drops->refreshed));
	add(list, "results_dropped_passive_off", (double)drops->passive_off);
	add(list, "results_dropped_period", (double)drops->passive_period);
	add(list, "results_dropped_older", (double)drops->older);
	add(list, "results_dropped_refreshed", (double)drops->refreshed);
	add(list, "clock_jumps", (double)core->jumps);
	add(list, "reloads", (double)core->reloads);
	add(list, "reload_us", (double)core->reload_us);
	add(list, "start_us", (double)core->start_us);
	if (core->fx.metrics != NULL)
		add_metrics(core->fx.metrics, list);
	if (core->fx.influx != NULL)
		add_influx(core->fx.influx, list);
	add(list, "journal_stalled", (double)core->fx.stalled);
	add(list, "downtimes", core->engine->downtimes.n);
	add(list, "comments", core->engine->comments.n);
	add(list, "vanished_kept", tombs_count(core->tombs));
	jobs_counters(core->jobs, list);
	stream_counters(core->fx.stream, list);
	outbox_counters(core->fx.outbox, list);
	history_counters(core->fx.history, list);
	store_counters(core->fx.store, list);
}

void
core_status(void *arg, struct str *out)
{
	struct core *core = arg;
	struct str list = {0};
	struct msg m = {.id = MSG_CORE_STATUS};

	/* When core ends, the store is closed before the stream's last word. */
	if (!core->running || core->fx.store == NULL)
		return;
	core_counters(core->daemon, &list);
	m.core_status =
	    (struct msg_core_status){.switches = core->engine->switches,
		.program_start = core->engine->started,
		.counters = str_slice(&list)};
	msg_put(out, &m);
	str_free(&list);
}
