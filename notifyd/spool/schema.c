/* SPDX-License-Identifier: Apache-2.0
 *
 * The spool's tables and statements. Ids of lines are never used twice
 * (AUTOINCREMENT), because core takes them for the lines' names.
 */
#include "notifyd/spool/schema.h"

#include <stddef.h>

const char spool_schema[] =
    "CREATE TABLE IF NOT EXISTS seen("
    " seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " at INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS notices("
    " seq INTEGER PRIMARY KEY, id TEXT NOT NULL, site TEXT NOT NULL,"
    " what TEXT NOT NULL, host TEXT NOT NULL, service TEXT NOT NULL,"
    " created_us INTEGER NOT NULL, context BLOB NOT NULL,"
    " open INTEGER NOT NULL);" /* deliveries that are not finished */
    "CREATE INDEX IF NOT EXISTS notices_closed ON notices(seq)"
    " WHERE open = 0;"
    "CREATE TABLE IF NOT EXISTS deliveries("
    " row INTEGER PRIMARY KEY, notice INTEGER NOT NULL,"
    " ordinal INTEGER NOT NULL, contact TEXT NOT NULL, method TEXT NOT NULL,"
    " who TEXT NOT NULL, params TEXT NOT NULL, rule TEXT NOT NULL,"
    " rule_text TEXT NOT NULL, rule_number INTEGER NOT NULL,"
    " state INTEGER NOT NULL, tries INTEGER NOT NULL,"
    " next_ms INTEGER NOT NULL, first_ms INTEGER NOT NULL,"
    " code INTEGER NOT NULL DEFAULT -1, text TEXT NOT NULL DEFAULT '');"
    "CREATE INDEX IF NOT EXISTS deliveries_notice ON deliveries(notice);"
    "CREATE INDEX IF NOT EXISTS deliveries_open ON deliveries(row)"
    " WHERE state < 3;"
    "CREATE TABLE IF NOT EXISTS lines("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS told("
    " object TEXT NOT NULL, contact TEXT NOT NULL, method TEXT NOT NULL,"
    " PRIMARY KEY(object, contact, method)) WITHOUT ROWID;";

const char *const spool_sql[] = {
    [SQL_SEEN_ADD] = "INSERT OR IGNORE INTO seen(id, at) VALUES(?, ?)",
    [SQL_SEEN_OLD] = "DELETE FROM seen WHERE seq IN (SELECT seq FROM seen"
		     " WHERE at < ?1 OR seq <= ?2 ORDER BY seq LIMIT 1000)",
    [SQL_NOTICE_ADD] = "INSERT INTO notices(seq, id, site, what, host,"
		       " service, created_us, context, open)"
		       " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_NOTICE_CLOSE] = "UPDATE notices SET open = open - 1 WHERE seq ="
			 " (SELECT notice FROM deliveries WHERE row = ?)",
    [SQL_NOTICES_PRUNE] = "DELETE FROM notices WHERE open = 0 AND seq <= ?",
    [SQL_DELIVERIES_PRUNE] = "DELETE FROM deliveries WHERE notice IN (SELECT"
			     " seq FROM notices WHERE open = 0 AND seq <= ?)",
    [SQL_DELIVERY_ADD] = "INSERT INTO deliveries(notice, ordinal, contact,"
			 " method, who, params, rule, rule_text, rule_number,"
			 " state, tries, next_ms, first_ms)"
			 " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?)",
    [SQL_DELIVERY_START] = "UPDATE deliveries SET state = 1,"
			   " tries = tries + 1 WHERE row = ? AND state < 3",
    [SQL_DELIVERY_READ] =
	"SELECT d.ordinal, d.contact, d.method, d.who, d.params, d.rule,"
	" d.rule_text, d.rule_number, d.state, d.tries, d.next_ms,"
	" d.first_ms, n.seq, n.id, n.site, n.what, n.host, n.service,"
	" n.created_us, n.context FROM deliveries d, notices n"
	" WHERE d.row = ? AND n.seq = d.notice",
    [SQL_DELIVERY_MARK] = "UPDATE deliveries SET state = ?, code = ?,"
			  " text = ?, next_ms = ? WHERE row = ? AND state < 3",
    [SQL_DELIVERIES_OPEN] = "SELECT row, method, state, next_ms FROM"
			    " deliveries WHERE state < 3 ORDER BY row",
    [SQL_DELIVERIES_COUNT] =
	"SELECT state, count(*) FROM deliveries GROUP BY state",
    [SQL_LINE_ADD] = "INSERT INTO lines(line) VALUES(?)",
    [SQL_LINES_READ] =
	"SELECT id, line FROM lines WHERE id > ? ORDER BY id LIMIT ?",
    [SQL_LINE_DROP] = "DELETE FROM lines WHERE id = ?",
    [SQL_LINES_COUNT] = "SELECT count(*) FROM lines",
    [SQL_TOLD_ADD] = "INSERT OR IGNORE INTO told VALUES(?, ?, ?)",
    [SQL_TOLD_DROP] = "DELETE FROM told WHERE object = ?",
    [SQL_TOLD_READ] = "SELECT object, contact, method FROM told",
    [SQL_NOTICES_FIND] =
	"SELECT seq, id, site, what, host, service, created_us, context"
	" FROM notices WHERE (?1 = '' OR id = ?1) AND (?2 = '' OR host = ?2)"
	" AND (?3 = '' OR service = ?3) AND (?5 = 0 OR EXISTS(SELECT 1 FROM"
	" deliveries d WHERE d.notice = notices.seq AND d.state = 4))"
	" ORDER BY seq DESC LIMIT ?4",
    [SQL_DELIVERIES_OF] =
	"SELECT contact, method, rule, text, state, tries, code, next_ms"
	" FROM deliveries WHERE notice = ? ORDER BY ordinal",
    [SQL_COUNT] = NULL,
};
