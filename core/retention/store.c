/* SPDX-License-Identifier: Apache-2.0
 *
 * The state on disk; see store.h.
 */
#include "core/retention/store.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/journal.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/msg.h"
#include "core/retention/statefile.h"
#include "core/state/override.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLICE_NS (NS_PER_MS / 2)
#define PIECE    16 /* objects between two looks at the clock */

struct store {
	uv_loop_t *loop;
	struct engine *engine;
	struct journal *journal;
	const struct store_ops *ops;
	void *arg;
	char *path;
	struct record_reader reader;
	struct renames renames;
	uint64_t damaged;
	/* a save that runs */
	bool saving, anew;
	uint32_t at;  /* next object */
	bool resting; /* objects are done, the rest is not */
	struct statefile *file;
	struct str slice;
	uv_work_t work;
	struct err work_err;
	int work_rc;
	bool last_slice;
	/* numbers */
	int64_t saved_at; /* monotonic, ns */
	int64_t longest_ns, save_began;
	uint64_t saves, saves_failed, save_ms;
	int64_t saved; /* wall seconds; 0: never */
};

/* --- opening ---------------------------------------------------------------
 */

static void
replay(struct slice payload, void *arg)
{
	struct store *s = arg;
	struct err err;

	if (record_read(&s->reader, payload, &err) == 0)
		return;
	s->damaged++;
	log_error("state: %s", err.text);
}

static bool
read_state(struct store *s, const char *path)
{
	struct err err = {""};

	s->reader.ended = false;
	s->reader.generation = 0;
	s->damaged = 0;
	if (statefile_read(path, replay, s, &err) == -1)
		log_error("state: %s", err.text);
	else if (!s->reader.ended || s->damaged > 0)
		log_error("state: %s: not whole", path);
	else
		return true;
	return false;
}

/* RT-7 */
static void
load(struct store *s)
{
	char *older = xasprintf("%s.old", s->path);

	if (file_exists(s->path)) {
		char *aside;

		if (read_state(s, s->path)) {
			free(older);
			return;
		}
		aside = xasprintf(
		    "%s.damaged-%" PRId64, s->path, clock_wall() / NS_PER_S);
		if (rename(s->path, aside) == 0)
			log_error("state: kept as %s, going on with %s", aside,
			    older);
		free(aside);
	}
	if (file_exists(older))
		read_state(s, older);
	free(older);
}

/* Wall seconds; 0: there is no such file. */
static int64_t
written_at(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int64_t)st.st_mtime : 0;
}

static void
durable(uint64_t upto, const struct err *failed, void *arg)
{
	struct store *s = arg;

	s->ops->durable(s->arg, upto, failed);
}

struct store *
store_open(uv_loop_t *loop, const char *dir, struct engine *engine,
    const struct store_ops *ops, void *arg, struct err *err_r)
{
	struct store *s;
	char *journal;

	if (file_mkdirs(dir, 0750, err_r) == -1)
		return NULL;
	s = xnew(struct store);
	*s = (struct store){.loop = loop,
	    .engine = engine,
	    .ops = ops,
	    .arg = arg,
	    .path = xasprintf("%s/state", dir),
	    .saved_at = clock_mono(),
	    .reader = {.engine = engine,
		.notice = ops->notice,
		.notice_gone = ops->notice_gone,
		.stranger = ops->stranger,
		.arg = arg}};
	renames_parse(
	    slice_of(snap_s(engine->snap, engine->snap->renames)), &s->renames);
	s->reader.renames = &s->renames;
	load(s);
	s->saved = written_at(s->path);
	journal = xasprintf("%s/journal", dir);
	s->journal = journal_open(loop, journal, 0, replay, durable, s, err_r);
	free(journal);
	if (s->journal == NULL) {
		renames_free(&s->renames);
		free(s->path);
		free(s);
		return NULL;
	}
	return s;
}

/* --- saving ----------------------------------------------------------------
 */

static void
put_lists(struct str *out, const struct engine *e, uint32_t object)
{
	const struct checkable *o = &e->objects[object];

	for (const struct downtime *d = o->downtimes; d != NULL; d = d->next)
		record_put_downtime(out, e, d);
	for (const struct comment *c = o->comments; c != NULL; c = c->next)
		record_put_comment(out, e, c);
}

/* Those that commands changed. */
static void
put_contacts(struct str *out, const struct engine *e)
{
	for (uint32_t i = 0; i < e->snap->n_contacts; i++) {
		const struct contact_state *c = &e->contacts[i];

		if (c->modified != 0 || c->modified_host != 0 ||
		    c->modified_service != 0)
			record_put_contact(out, e, i);
	}
}

static void
put_head(struct store *s)
{
	const struct engine *e = s->engine;

	record_put_generation(&s->slice, e->snap->generation);
	record_put_program(&s->slice, e);
	put_contacts(&s->slice, e);
}

/* Some objects, or some of the rest; true at the end of everything. */
static bool
put_piece(struct store *s)
{
	const struct engine *e = s->engine;
	uint32_t end = e->snap->n_objects;
	bool from_start = !s->resting;

	if (s->at == end) {
		s->resting = true;
		if (!s->ops->save(s->arg, from_start, &s->slice))
			return false;
		record_put_end(&s->slice, s->at);
		return true;
	}
	if (end - s->at > PIECE)
		end = s->at + PIECE;
	for (; s->at < end; s->at++) {
		const struct checkable *o = &e->objects[s->at];

		if ((o->flags & CHECKABLE_CHECKED) || o->modified != 0)
			record_put_object(&s->slice, e, s->at);
		put_lists(&s->slice, e, s->at);
	}
	return false;
}

/* Encodes until time is up or everything is; true at the end. */
static bool
encode_slice(struct store *s, int64_t budget_ns)
{
	int64_t start = clock_mono(), spent = 0;
	bool done = false;

	str_clear(&s->slice);
	if (s->at == 0) {
		s->resting = false;
		put_head(s);
	}
	while (!done && spent <= budget_ns &&
	    s->slice.len <= JOURNAL_MAX_RECORD / 2) {
		done = put_piece(s);
		spent = clock_mono() - start;
	}
	if (spent > s->longest_ns)
		s->longest_ns = spent;
	return done;
}

static void
ended(struct store *s, bool ok)
{
	s->saving = false;
	s->saved_at = clock_mono();
	if (!ok) {
		s->saves_failed++;
		log_error("state: %s", s->work_err.text);
		return;
	}
	s->saves++;
	s->saved = clock_wall() / NS_PER_S;
	s->save_ms = (uint64_t)((s->saved_at - s->save_began) / NS_PER_MS);
	journal_drop_old(s->journal);
}

/* In payloads that the file takes. */
static int
write_records(struct store *s)
{
	struct slice rest = str_slice(&s->slice);

	while (rest.len > 0) {
		size_t n = rest.len <= JOURNAL_MAX_RECORD / 2
		    ? rest.len
		    : record_split(rest, JOURNAL_MAX_RECORD / 2);

		if (statefile_write(
			s->file, (struct slice){rest.s, n}, &s->work_err) == -1)
			return -1;
		rest.s += n;
		rest.len -= n;
	}
	return 0;
}

/* Thread. */
static void
write_slice(uv_work_t *work)
{
	struct store *s = work->data;

	s->work_rc = write_records(s);
	if (s->work_rc == 0 && s->last_slice)
		s->work_rc = statefile_commit(&s->file, &s->work_err);
}

static void next_slice(struct store *s);

static void
slice_written(uv_work_t *work, int status)
{
	struct store *s = work->data;

	if (status != 0 || s->work_rc == -1) {
		statefile_abort(&s->file);
		ended(s, false);
	} else if (s->last_slice) {
		ended(s, true);
	} else {
		next_slice(s);
	}
}

static void
next_slice(struct store *s)
{
	if (s->anew) {
		statefile_abort(&s->file);
		s->anew = false;
		s->at = 0;
	}
	if (s->file == NULL) {
		s->file = statefile_new(s->path, &s->work_err);
		if (s->file == NULL) {
			ended(s, false);
			return;
		}
	}
	s->last_slice = encode_slice(s, SLICE_NS);
	s->work.data = s;
	if (uv_queue_work(s->loop, &s->work, write_slice, slice_written) != 0) {
		statefile_abort(&s->file);
		ended(s, false);
	}
}

void
store_save(struct store *s, bool at_once)
{
	if (s->saving)
		return;
	if (!at_once && clock_mono() - s->saved_at < STORE_SAVE_S * NS_PER_S &&
	    (journal_size(s->journal) < STORE_JOURNAL_BYTES ||
		clock_mono() - s->saved_at < 10 * NS_PER_S))
		return;
	s->saving = true;
	s->anew = false;
	s->at = 0;
	s->save_began = clock_mono();
	journal_rotate(s->journal);
	next_slice(s);
}

void
store_adopt(struct store *s, struct engine *engine)
{
	s->engine = engine;
	s->anew = s->saving;
}

/* At the end nothing else runs on the loop: the whole in one go. */
static void
save_now(struct store *s)
{
	bool done = false;

	if (s->saving) {
		/* A slice may be with the thread: wait for it. */
		while (uv_cancel((uv_req_t *)&s->work) != 0 && s->saving)
			uv_run(s->loop, UV_RUN_ONCE);
		statefile_abort(&s->file);
	}
	s->saving = true;
	s->at = 0;
	journal_rotate(s->journal);
	s->file = statefile_new(s->path, &s->work_err);
	while (s->file != NULL && !done) {
		done = encode_slice(s, 100 * NS_PER_MS);
		if (write_records(s) == -1)
			statefile_abort(&s->file);
	}
	if (s->file == NULL || statefile_commit(&s->file, &s->work_err) == -1) {
		statefile_abort(&s->file);
		ended(s, false);
		return;
	}
	s->saving = false;
	s->saves++;
}

void
store_close(struct store **store)
{
	struct store *s = *store;
	uint64_t before;

	if (s == NULL)
		return;
	before = s->saves;
	save_now(s);
	if (s->saves > before)
		journal_drop_old(s->journal);
	journal_close(&s->journal);
	str_free(&s->slice);
	renames_free(&s->renames);
	free(s->path);
	free(s);
	*store = NULL;
}

uint64_t
store_append(struct store *s, struct slice payload)
{
	return journal_append(s->journal, payload);
}

uint64_t
store_generation(const struct store *s)
{
	return s->reader.generation;
}

uint64_t
store_durable(const struct store *s)
{
	return journal_durable(s->journal);
}

void
store_counters(const struct store *s, struct str *list)
{
	const struct {
		const char *name;
		double value;
	} counters[] = {
	    {"state_saves", (double)s->saves},
	    {"state_saved", (double)s->saved},
	    {"state_saves_failed", (double)s->saves_failed},
	    {"state_save_ms", (double)s->save_ms},
	    {"state_save_longest_us", (double)s->longest_ns / NS_PER_US},
	    {"state_journal_bytes", (double)journal_size(s->journal)},
	};

	for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
		struct msg_counter c = {
		    slice_of(counters[i].name), counters[i].value};

		msg_counter_put(list, &c);
	}
}
