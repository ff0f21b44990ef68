/* SPDX-License-Identifier: Apache-2.0
 *
 * The archive's tables and statements; see archive_sql.h.
 */
#include "eventd/store/archive_sql.h"

#include "common/clock.h"
#include "common/mem.h"
#include "common/msg.h"
#include "eventd/store/record.h"

#include <sqlite3.h>
#include <stdlib.h>

#define ANSWER_MAX   (64u << 20)
#define LINES_MAX    (4u << 20)
#define QUERY_NS     (30 * NS_PER_S)
#define TRIGRAMS_MAX 16
#define VERSION      2
#define EXPIRE_LINES 10000 /* at once, so that others get their turn */
#define STRING_(n)   #n
#define STRING(n)    STRING_(n)

struct archive_sql {
	sqlite3 *db;
	sqlite3_stmt *insert, *erase, *expire;
	int64_t query_until; /* monotonic */
};

static const char schema[] =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA auto_vacuum=INCREMENTAL;"
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
 */
static const char text_index[] =
    "DROP TRIGGER IF EXISTS history_added;"
    "DROP TRIGGER IF EXISTS history_deleted;"
    "DROP TABLE IF EXISTS history_text;"
    "CREATE VIRTUAL TABLE history_text USING fts5 (text, content='history',"
    " content_rowid='line', tokenize='trigram', detail=none, columnsize=0);"
    /* Lines up to this one are in it; the others follow in quiet moments. */
    "CREATE TABLE history_indexed (line INTEGER NOT NULL);"
    "INSERT INTO history_indexed VALUES (0);"
    "CREATE TRIGGER history_deleted AFTER DELETE ON history"
    " WHEN old.line <= (SELECT line FROM history_indexed) BEGIN"
    " INSERT INTO history_text (history_text, rowid, text)"
    " VALUES ('delete', old.line, old.text);"
    "END;";

static int
fail(struct archive_sql *s, const char *what, struct err *err_r)
{
	err_set(err_r, "%s: %s", what, sqlite3_errmsg(s->db));
	return -1;
}

static int
exec(struct archive_sql *s, const char *sql, struct err *err_r)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return fail(s, "writing", err_r);
}

static int64_t
number(struct archive_sql *s, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t n = 0;

	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
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

/* From the first version, which had no index of texts. */
static int
upgrade(struct archive_sql *s, struct err *err_r)
{
	static const char column[] =
	    "SELECT count(*) FROM pragma_table_info('history') WHERE name = "
	    "'text'";

	if (number(s, "PRAGMA user_version") >= VERSION)
		return 0;
	if (exec(s, "BEGIN IMMEDIATE", err_r) != 0)
		return -1;
	sqlite3_create_function(s->db, "event_text_of", 1,
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, text_of, NULL, NULL);
	if ((number(s, column) == 0 &&
		exec(s,
		    "ALTER TABLE history ADD COLUMN text TEXT NOT NULL "
		    "DEFAULT ''; UPDATE history SET text = "
		    "event_text_of(event)",
		    err_r) != 0) ||
	    exec(s, text_index, err_r) != 0 ||
	    exec(s, "PRAGMA user_version = 2", err_r) != 0 ||
	    exec(s, "COMMIT", err_r) != 0) {
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
		return -1;
	}
	return 0;
}

struct archive_sql *
archive_sql_open(const char *path, struct err *err_r)
{
	struct archive_sql *s = xnew(struct archive_sql);

	if (sqlite3_open(path, &s->db) != SQLITE_OK)
		goto failed;
	sqlite3_busy_timeout(s->db, 2000);
	if (exec(s, schema, err_r) != 0 || upgrade(s, err_r) != 0 ||
	    sqlite3_prepare_v2(s->db,
		"INSERT OR IGNORE INTO history VALUES (?,?,?,?,?,?,?,?,?)", -1,
		&s->insert, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(s->db, "DELETE FROM history WHERE line <= ?", -1,
		&s->erase, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(s->db,
		"DELETE FROM history WHERE line IN (SELECT line FROM history "
		"WHERE time_us < ? LIMIT " STRING(EXPIRE_LINES) ")",
		-1, &s->expire, NULL) != SQLITE_OK)
		goto failed;
	return s;
failed:
	err_set(err_r, "%s: %s", path, sqlite3_errmsg(s->db));
	archive_sql_close(&s);
	return NULL;
}

/* Asked by SQLite now and then while a query runs. */
static int
too_long(void *arg)
{
	const struct archive_sql *s = arg;

	return clock_mono() > s->query_until;
}

struct archive_sql *
archive_sql_open_reader(const char *path, struct err *err_r)
{
	struct archive_sql *s = xnew(struct archive_sql);

	if (sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READONLY, NULL) !=
	    SQLITE_OK) {
		err_set(err_r, "%s: %s", path, sqlite3_errmsg(s->db));
		archive_sql_close(&s);
		return NULL;
	}
	sqlite3_busy_timeout(s->db, 2000);
	sqlite3_progress_handler(s->db, 10000, too_long, s);
	return s;
}

void
archive_sql_close(struct archive_sql **sp)
{
	struct archive_sql *s = *sp;

	if (s == NULL)
		return;
	sqlite3_finalize(s->insert);
	sqlite3_finalize(s->erase);
	sqlite3_finalize(s->expire);
	sqlite3_close(s->db);
	free(s);
	*sp = NULL;
}

void
archive_sql_interrupt(struct archive_sql *s)
{
	sqlite3_interrupt(s->db);
}

uint64_t
archive_sql_last_line(struct archive_sql *s)
{
	return (uint64_t)number(s,
	    "SELECT max(coalesce((SELECT max(line) FROM history), 0),"
	    " (SELECT line FROM history_indexed))");
}

static int
insert(struct archive_sql *s, const struct archive_item *it, struct err *err_r)
{
	sqlite3_stmt *st = s->insert;
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
	rc = sqlite3_step(st);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : fail(s, "writing", err_r);
}

static int
remove_lines(
    struct archive_sql *s, sqlite3_stmt *st, int64_t bound, struct err *err_r)
{
	int rc;

	sqlite3_bind_int64(st, 1, bound);
	rc = sqlite3_step(st);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : fail(s, "deleting", err_r);
}

/* --- queries ---------------------------------------------------------------
 */

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

/* Rows newest first, narrowed by what an index can do. */
static sqlite3_stmt *
prepare_query(struct archive_sql *s, const struct query *q)
{
	int64_t min, max, id_min, id_max;
	const char *host = query_equal(q, "event_host");
	bool by_time = query_bounds(q, "history_time", &min, &max);
	bool by_id = query_bounds(q, "event_id", &id_min, &id_max);
	struct str sql = {0}, needle = {0}, match = {0};
	sqlite3_stmt *st = NULL;

	query_needle(q, "event_text", &needle);
	if (!by_id && host == NULL)
		trigrams(str_get(&needle), needle.len, &match);
	str_add(&sql, "SELECT line, time_us, what, who, addinfo, event FROM ");
	str_add(&sql, "history WHERE 1");
	if (match.len > 0)
		str_add(&sql,
		    " AND line IN (SELECT rowid FROM history_text WHERE "
		    "history_text MATCH ?2 UNION ALL SELECT line FROM history "
		    "WHERE line > (SELECT line FROM history_indexed))");
	if (by_time)
		str_addf(&sql, " AND time_us BETWEEN %lld AND %lld",
		    (long long)min, (long long)max);
	if (by_id)
		str_addf(&sql, " AND event_id BETWEEN %lld AND %lld",
		    (long long)id_min, (long long)id_max);
	if (host != NULL)
		str_add(&sql, " AND host = ?1");
	str_add(&sql, " ORDER BY line DESC");
	if (sqlite3_prepare_v2(s->db, str_get(&sql), (int)sql.len, &st, NULL) ==
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

void
archive_sql_query(struct archive_sql *s, struct archive_item *it)
{
	sqlite3_stmt *st;
	int rc = SQLITE_DONE;

	s->query_until = clock_mono() + QUERY_NS;
	st = prepare_query(s, it->query);
	str_clear(&it->body);
	query_begin(it->query, &it->body);
	if (st == NULL)
		rc = SQLITE_ERROR;
	while (st != NULL && it->query->limit > 0 &&
	    (rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (!give_row(st, it))
			break;
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		it->failed = true;
		str_clear(&it->body);
		if (rc == SQLITE_INTERRUPT)
			str_add(&it->body,
			    "the query takes over 30 s (narrow the time)");
		else
			str_addf(&it->body, "the archive: %s",
			    sqlite3_errmsg(s->db));
	}
	if (!it->failed)
		query_end(it->query, &it->body);
	sqlite3_finalize(st);
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

void
archive_sql_lines(struct archive_sql *s, struct archive_item *it)
{
	static const char sql[] =
	    "SELECT line, time_us, what, who, addinfo, event FROM history "
	    "WHERE line >= ? ORDER BY line LIMIT 1000";
	sqlite3_stmt *st = NULL;
	int rc = SQLITE_ERROR;

	s->query_until = clock_mono() + QUERY_NS;
	str_clear(&it->body);
	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) == SQLITE_OK) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)it->line);
		while (it->body.len < LINES_MAX &&
		    (rc = sqlite3_step(st)) == SQLITE_ROW)
			give_line(st, &it->body);
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		it->failed = true;
		str_clear(&it->body);
		str_addf(&it->body, "the archive: %s", sqlite3_errmsg(s->db));
	}
	sqlite3_finalize(st);
}

/* --- a batch -----------------------------------------------------------------
 */

static int
change(struct archive_sql *s, struct archive_item *it, struct err *err_r)
{
	switch (it->kind) {
	case ARCHIVE_LINE:
		return insert(s, it, err_r);
	case ARCHIVE_ERASE:
		return remove_lines(s, s->erase, (int64_t)it->line, err_r);
	case ARCHIVE_EXPIRE:
		if (remove_lines(s, s->expire, it->time_us, err_r) != 0)
			return -1;
		it->again = sqlite3_changes(s->db) >= EXPIRE_LINES;
		return exec(s, "PRAGMA incremental_vacuum(1000)", err_r);
	case ARCHIVE_QUERY:
	case ARCHIVE_LINES:
		break;
	}
	return 0;
}

int
archive_sql_index(struct archive_sql *s, struct err *err_r)
{
	int more;

	if (exec(s,
		"BEGIN IMMEDIATE;"
		"CREATE TEMP TABLE IF NOT EXISTS batch (line INTEGER);"
		"DELETE FROM batch;"
		"INSERT INTO batch SELECT line FROM history WHERE line >"
		" (SELECT line FROM history_indexed) ORDER BY line "
		"LIMIT " STRING(ARCHIVE_INDEX_LINES) ";"
						     "INSERT INTO history_text "
						     "(rowid, text)"
						     " SELECT line, text FROM "
						     "history WHERE line "
						     "IN batch;"
						     "UPDATE history_indexed "
						     "SET line = (SELECT "
						     "max(line) FROM "
						     "batch) WHERE EXISTS "
						     "(SELECT * FROM batch);",
		err_r) != 0)
		goto rollback;
	more = number(s, "SELECT count(*) FROM batch") == ARCHIVE_INDEX_LINES;
	if (exec(s, "COMMIT", err_r) == 0)
		return more;
rollback:
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

/* What the index cannot give is in the table: it is made anew, bit by bit. */
static void
renew_text_index(struct archive_sql *s, struct err *err_r)
{
	struct err why;

	if (exec(s, "BEGIN IMMEDIATE", &why) != 0 ||
	    exec(s, "DROP TABLE history_indexed", &why) != 0 ||
	    exec(s, text_index, &why) != 0 || exec(s, "COMMIT", &why) != 0) {
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
		return;
	}
	err_set(err_r, "the index of texts is damaged and is made anew");
}

static bool
asks(const struct archive_item *it)
{
	return it->kind == ARCHIVE_QUERY || it->kind == ARCHIVE_LINES;
}

int
archive_sql_run(
    struct archive_sql *s, struct archive_item *list, struct err *err_r)
{
	const struct archive_item *first = list;
	bool damaged;

	while (first != NULL && asks(first))
		first = first->next;
	if (first == NULL)
		return 0;
	if (exec(s, "BEGIN IMMEDIATE", err_r) != 0)
		return -1;
	for (struct archive_item *it = list; it != NULL; it = it->next) {
		if (change(s, it, err_r) != 0)
			goto rollback;
	}
	if (exec(s, "COMMIT", err_r) == 0)
		return 0;
rollback:
	damaged = sqlite3_extended_errcode(s->db) == SQLITE_CORRUPT_VTAB;
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	if (damaged)
		renew_text_index(s, err_r);
	return -1;
}
