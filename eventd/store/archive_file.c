/* SPDX-License-Identifier: Apache-2.0
 *
 * A file's tables and statements; see archive_file.h.
 */
#include "eventd/store/archive_file.h"

#include "common/mem.h"
#include "common/msg.h"
#include "eventd/store/record.h"

#include <sqlite3.h>
#include <stdlib.h>

#define ANSWER_MAX   (64u << 20)
#define TRIGRAMS_MAX 16
#define VERSION      2
#define STOP_STEPS   10000 /* of SQLite's machine between looks at `stop` */
#define STRING_(n)   #n
#define STRING(n)    STRING_(n)

struct archive_file {
	sqlite3 *db;
	sqlite3_stmt *insert;
	enum partition_fault fault;
	archive_stop_fn *stop;
	void *stop_arg;
};

static const char modes[] = "PRAGMA journal_mode=WAL;"
			    "PRAGMA synchronous=FULL;";

static const char table[] =
    "CREATE TABLE IF NOT EXISTS history ("
    " line INTEGER PRIMARY KEY, time_us INTEGER NOT NULL,"
    " what TEXT NOT NULL, who TEXT NOT NULL, addinfo TEXT NOT NULL,"
    " event_id INTEGER NOT NULL, host TEXT NOT NULL, event BLOB NOT NULL,"
    " text TEXT NOT NULL DEFAULT '');"
    "CREATE INDEX IF NOT EXISTS history_time ON history (time_us);"
    "CREATE INDEX IF NOT EXISTS history_event ON history (event_id, time_us);"
    "CREATE INDEX IF NOT EXISTS history_host ON history (host, time_us);";

/*
 * Which lines hold which three characters: enough to leave out nearly all that
 * a search is not about, and a third of the size of an index with positions.
 * No line is ever deleted from a file, so nothing is deleted from the index.
 */
static const char text_index[] =
    "DROP TRIGGER IF EXISTS history_added;"
    "DROP TRIGGER IF EXISTS history_deleted;"
    "DROP TABLE IF EXISTS history_text;"
    "DROP TABLE IF EXISTS history_indexed;"
    "CREATE VIRTUAL TABLE history_text USING fts5 (text, content='history',"
    " content_rowid='line', tokenize='trigram', detail=none, columnsize=0);"
    /* Lines up to this one are in it; the others follow in quiet moments. */
    "CREATE TABLE history_indexed (line INTEGER NOT NULL);"
    "INSERT INTO history_indexed VALUES (0);";

static int
fail(struct archive_file *f, const char *what, struct err *err_r)
{
	int code = sqlite3_extended_errcode(f->db);

	f->fault = code == SQLITE_CORRUPT_VTAB ? PARTITION_BAD_INDEX
	    : (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB
	    ? PARTITION_BAD
	    : PARTITION_SOUND;
	err_set(err_r, "%s: %s", what, sqlite3_errmsg(f->db));
	return -1;
}

static int
exec(struct archive_file *f, const char *sql, struct err *err_r)
{
	if (sqlite3_exec(f->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return fail(f, "writing", err_r);
}

enum partition_fault
archive_file_fault(const struct archive_file *f)
{
	return f->fault;
}

/* --- opening ------------------------------------------------------------- */

/* 0 where there is no row. */
static int
number(struct archive_file *f, const char *sql, int64_t *n_r, struct err *err_r)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(f->db, sql, -1, &st, NULL);

	*n_r = 0;
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*n_r = sqlite3_column_int64(st, 0);
	else if (rc != SQLITE_DONE)
		fail(f, "reading", err_r);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

static void
text_of(sqlite3_context *context, int n, sqlite3_value **args)
{
	struct wire w = wire_of((struct slice){
	    sqlite3_value_blob(args[0]), (size_t)sqlite3_value_bytes(args[0])});
	struct event *ev = event_get(&w);

	(void)n;
	sqlite3_result_text(
	    context, ev == NULL ? "" : ev->text, -1, SQLITE_TRANSIENT);
	event_free(&ev);
}

/* A file that is new, or of the first version, which had no index of texts. */
static int
make_tables(struct archive_file *f, struct err *err_r)
{
	static const char column[] =
	    "SELECT count(*) FROM pragma_table_info('history') WHERE name = "
	    "'text'";
	int64_t version, has_text;

	if (number(f, "PRAGMA user_version", &version, err_r) != 0)
		return -1;
	if (version >= VERSION)
		return 0;
	if (archive_file_begin(f, err_r) != 0)
		return -1;
	sqlite3_create_function(f->db, "event_text_of", 1,
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, text_of, NULL, NULL);
	if (exec(f, table, err_r) != 0 ||
	    number(f, column, &has_text, err_r) != 0 ||
	    (has_text == 0 &&
		exec(f,
		    "ALTER TABLE history ADD COLUMN text TEXT NOT NULL "
		    "DEFAULT ''; UPDATE history SET text = "
		    "event_text_of(event)",
		    err_r) != 0) ||
	    exec(f, text_index, err_r) != 0 ||
	    exec(f, "PRAGMA user_version = " STRING(VERSION), err_r) != 0) {
		archive_file_rollback(f);
		return -1;
	}
	return archive_file_commit(f, err_r);
}

struct archive_file *
archive_file_open(
    const char *path, enum partition_fault *fault_r, struct err *err_r)
{
	struct archive_file *f = xnew(struct archive_file);
	int rc;

	if (sqlite3_open(path, &f->db) != SQLITE_OK) {
		rc = fail(f, "opening", err_r);
	} else {
		sqlite3_busy_timeout(f->db, 2000);
		rc = exec(f, modes, err_r);
	}
	if (rc == 0)
		rc = make_tables(f, err_r);
	if (rc == 0 &&
	    sqlite3_prepare_v2(f->db,
		"INSERT OR IGNORE INTO history VALUES (?,?,?,?,?,?,?,?,?)", -1,
		&f->insert, NULL) != SQLITE_OK)
		rc = fail(f, "opening", err_r);
	*fault_r = f->fault;
	if (rc != 0) {
		err_prefix(err_r, "%s", path);
		archive_file_close(&f);
	}
	return f;
}

static int
look(void *arg)
{
	struct archive_file *f = arg;

	return f->stop(f->stop_arg);
}

struct archive_file *
archive_file_open_reader(const char *path, archive_stop_fn *stop, void *arg,
    enum partition_fault *fault_r, struct err *err_r)
{
	struct archive_file *f = xnew(struct archive_file);

	f->stop = stop;
	f->stop_arg = arg;
	/* Not READONLY: that makes a log and cannot remove it again. */
	if (sqlite3_open_v2(path, &f->db, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK) {
		fail(f, "opening", err_r);
		err_prefix(err_r, "%s", path);
		*fault_r = f->fault;
		archive_file_close(&f);
		return NULL;
	}
	*fault_r = PARTITION_SOUND;
	sqlite3_busy_timeout(f->db, 2000);
	sqlite3_progress_handler(f->db, STOP_STEPS, look, f);
	return f;
}

void
archive_file_close(struct archive_file **fp)
{
	struct archive_file *f = *fp;

	if (f == NULL)
		return;
	/* One that only reads may go on, and cannot empty the log. */
	if (f->insert != NULL)
		sqlite3_wal_checkpoint_v2(
		    f->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	sqlite3_finalize(f->insert);
	sqlite3_close(f->db);
	free(f);
	*fp = NULL;
}

/* --- writing ------------------------------------------------------------- */

int
archive_file_range(struct archive_file *f, struct partition *p,
    uint64_t *seen_r, struct err *err_r)
{
	static const char sql[] =
	    "SELECT (SELECT min(line) FROM history), (SELECT max(line) FROM "
	    "history), (SELECT min(time_us) FROM history), (SELECT "
	    "max(time_us) FROM history), (SELECT min(event_id) FROM history), "
	    "(SELECT max(event_id) FROM history), (SELECT line FROM "
	    "history_indexed)";
	sqlite3_stmt *st = NULL;
	int rc = -1;

	if (sqlite3_prepare_v2(f->db, sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW) {
		p->first = (uint64_t)sqlite3_column_int64(st, 0);
		p->last = (uint64_t)sqlite3_column_int64(st, 1);
		p->min_us = sqlite3_column_int64(st, 2);
		p->max_us = sqlite3_column_int64(st, 3);
		p->min_event = sqlite3_column_int64(st, 4);
		p->max_event = sqlite3_column_int64(st, 5);
		*seen_r = (uint64_t)sqlite3_column_int64(st, 6);
		p->unindexed = p->last > *seen_r;
		rc = 0;
	} else {
		fail(f, "reading", err_r);
	}
	sqlite3_finalize(st);
	return rc;
}

int
archive_file_begin(struct archive_file *f, struct err *err_r)
{
	return exec(f, "BEGIN IMMEDIATE", err_r);
}

int
archive_file_commit(struct archive_file *f, struct err *err_r)
{
	if (exec(f, "COMMIT", err_r) == 0)
		return 0;
	archive_file_rollback(f);
	return -1;
}

void
archive_file_rollback(struct archive_file *f)
{
	sqlite3_exec(f->db, "ROLLBACK", NULL, NULL, NULL);
}

int
archive_file_insert(
    struct archive_file *f, const struct archive_item *it, struct err *err_r)
{
	sqlite3_stmt *st = f->insert;
	int rc;

	sqlite3_bind_int64(st, 1, (sqlite3_int64)it->line);
	sqlite3_bind_int64(st, 2, it->time_us);
	sqlite3_bind_text(st, 3, it->what, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 4, it->who, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 5, it->addinfo, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 6, (sqlite3_int64)it->event_id);
	sqlite3_bind_text(st, 7, it->host, -1, SQLITE_STATIC);
	sqlite3_bind_blob(st, 8, it->body.s, (int)it->body.len, SQLITE_STATIC);
	sqlite3_bind_text(st, 9, it->text, -1, SQLITE_STATIC);
	rc = sqlite3_step(st) == SQLITE_DONE ? 0 : fail(f, "writing", err_r);
	sqlite3_reset(st);
	return rc;
}

int
archive_file_index(struct archive_file *f, struct err *err_r)
{
	static const char sql[] =
	    "CREATE TEMP TABLE IF NOT EXISTS batch (line INTEGER);"
	    "DELETE FROM batch;"
	    "INSERT INTO batch SELECT line FROM history WHERE line >"
	    " (SELECT line FROM history_indexed) ORDER BY line"
	    " LIMIT " STRING(
		ARCHIVE_INDEX_LINES) ";"
				     "INSERT INTO history_text (rowid, text)"
				     " SELECT line, text FROM history WHERE "
				     "line IN batch;"
				     "UPDATE history_indexed SET line = "
				     "(SELECT max(line) FROM batch)"
				     " WHERE EXISTS (SELECT * FROM batch);";
	int64_t n = 0;

	if (archive_file_begin(f, err_r) != 0)
		return -1;
	if (exec(f, sql, err_r) != 0 ||
	    number(f, "SELECT count(*) FROM batch", &n, err_r) != 0) {
		archive_file_rollback(f);
		return -1;
	}
	if (archive_file_commit(f, err_r) != 0)
		return -1;
	return n == ARCHIVE_INDEX_LINES;
}

int
archive_file_renew_index(struct archive_file *f, struct err *err_r)
{
	if (archive_file_begin(f, err_r) != 0)
		return -1;
	if (exec(f, text_index, err_r) != 0) {
		archive_file_rollback(f);
		return -1;
	}
	return archive_file_commit(f, err_r);
}

/* --- querying ------------------------------------------------------------ */

/* The trigrams of a text, all of which a line must hold. */
static void
trigrams(const char *needle, size_t len, struct str *match)
{
	for (size_t i = 0; i + 3 <= len && i < TRIGRAMS_MAX; i++) {
		str_add(match, i > 0 ? " \"" : "\"");
		for (size_t k = i; k < i + 3; k++) {
			if (needle[k] == '"')
				str_addc(match, '"');
			str_addc(match, needle[k]);
		}
		str_addc(match, '"');
	}
}

/* The last line first, narrowed by what an index can do. */
static sqlite3_stmt *
prepare_query(struct archive_file *f, const struct query *q, int64_t from_us,
    int64_t to_us, bool indexed)
{
	int64_t id_min, id_max;
	const char *host = query_equal(q, "event_host");
	bool by_id = query_bounds(q, "event_id", &id_min, &id_max);
	struct str sql = {0}, needle = {0}, match = {0};
	sqlite3_stmt *st = NULL;

	query_needle(q, "event_text", &needle);
	if (indexed && !by_id && host == NULL)
		trigrams(str_get(&needle), needle.len, &match);
	str_add(&sql, "SELECT line, time_us, what, who, addinfo, event FROM ");
	str_add(&sql, "history WHERE 1");
	if (match.len > 0)
		str_add(&sql,
		    " AND line IN (SELECT rowid FROM history_text WHERE "
		    "history_text MATCH ?2 UNION ALL SELECT line FROM history "
		    "WHERE line > (SELECT line FROM history_indexed))");
	if (from_us != INT64_MIN)
		str_addf(&sql, " AND time_us >= %lld", (long long)from_us);
	if (to_us != INT64_MAX)
		str_addf(&sql, " AND time_us <= %lld", (long long)to_us);
	if (by_id)
		str_addf(&sql, " AND event_id BETWEEN %lld AND %lld",
		    (long long)id_min, (long long)id_max);
	if (host != NULL)
		str_add(&sql, " AND host = ?1");
	str_add(&sql, " ORDER BY line DESC");
	if (sqlite3_prepare_v2(f->db, str_get(&sql), (int)sql.len, &st, NULL) ==
	    SQLITE_OK) {
		if (host != NULL)
			sqlite3_bind_text(st, 1, host, -1, SQLITE_TRANSIENT);
		if (match.len > 0)
			sqlite3_bind_text(
			    st, 2, str_get(&match), -1, SQLITE_TRANSIENT);
	}
	str_free(&sql);
	str_free(&needle);
	str_free(&match);
	return st;
}

static const char *
column_text(sqlite3_stmt *st, int i)
{
	const unsigned char *s = sqlite3_column_text(st, i);

	return s == NULL ? "" : (const char *)s;
}

/* False: no more rows are wanted. */
static bool
give_row(sqlite3_stmt *st, struct archive_item *it)
{
	struct slice bytes = {
	    sqlite3_column_blob(st, 5), (size_t)sqlite3_column_bytes(st, 5)};
	struct history_row h = {(uint64_t)sqlite3_column_int64(st, 0),
	    sqlite3_column_int64(st, 1), column_text(st, 2), column_text(st, 3),
	    column_text(st, 4)};
	struct wire w = wire_of(bytes);
	struct event *ev = event_get(&w);
	struct row row = {.event = ev, .history = &h};
	bool more = true;

	if (ev == NULL)
		return true;
	if (query_accepts(it->query, &row))
		more = query_row(it->query, &row, &it->body);
	event_free(&ev);
	if (it->body.len > ANSWER_MAX) {
		it->failed = true;
		str_clear(&it->body);
		str_add(&it->body,
		    "the answer is over 64 MiB (use Limit or a Filter)");
		return false;
	}
	return more;
}

int
archive_file_query(struct archive_file *f, struct archive_item *it,
    int64_t from_us, int64_t to_us, bool indexed, struct err *err_r)
{
	sqlite3_stmt *st = prepare_query(f, it->query, from_us, to_us, indexed);
	bool more = true;
	int rc = SQLITE_ERROR;

	while (more && st != NULL && (rc = sqlite3_step(st)) == SQLITE_ROW)
		more = give_row(st, it);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		fail(f, "reading", err_r);
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? 1 : rc == SQLITE_ROW ? 0 : -1;
}

int
archive_file_next(
    struct archive_file *f, uint64_t from, uint64_t *line_r, struct err *err_r)
{
	sqlite3_stmt *st = NULL;
	int rc = -1;

	if (sqlite3_prepare_v2(f->db,
		"SELECT min(line) FROM history WHERE line >= ?", -1, &st,
		NULL) == SQLITE_OK) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)from);
		if (sqlite3_step(st) == SQLITE_ROW)
			rc = 0;
	}
	if (rc == 0)
		*line_r = (uint64_t)sqlite3_column_int64(st, 0);
	else
		fail(f, "reading", err_r);
	sqlite3_finalize(st);
	return rc;
}

static void
give_line(sqlite3_stmt *st, struct str *to)
{
	struct slice event = {
	    sqlite3_column_blob(st, 5), (size_t)sqlite3_column_bytes(st, 5)};
	struct str bytes = {0};
	struct msg_replica_record r;

	record_history(&bytes, (uint64_t)sqlite3_column_int64(st, 0),
	    sqlite3_column_int64(st, 1), column_text(st, 2), column_text(st, 3),
	    column_text(st, 4), event);
	r.bytes = str_slice(&bytes);
	msg_replica_record_put(to, &r);
	str_free(&bytes);
}

int
archive_file_lines(struct archive_file *f, struct str *body, uint64_t from,
    uint64_t upto, size_t *room_r, struct err *err_r)
{
	static const char sql[] =
	    "SELECT line, time_us, what, who, addinfo, event FROM history "
	    "WHERE line BETWEEN ? AND ? ORDER BY line";
	sqlite3_stmt *st = NULL;
	int rc = SQLITE_ERROR;

	if (sqlite3_prepare_v2(f->db, sql, -1, &st, NULL) == SQLITE_OK) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)from);
		sqlite3_bind_int64(st, 2, (sqlite3_int64)upto);
		rc = SQLITE_ROW;
	}
	while (st != NULL && *room_r > 0 && body->len < ARCHIVE_LINES_BYTES &&
	    (rc = sqlite3_step(st)) == SQLITE_ROW) {
		give_line(st, body);
		--*room_r;
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		fail(f, "reading", err_r);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}
