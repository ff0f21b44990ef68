/* SPDX-License-Identifier: Apache-2.0
 *
 * The spool's tables and statements. Ids of lines are never used twice
 * (AUTOINCREMENT), because core takes them for the lines' names.
 */
#include "notifyd/spool/schema.h"

#include "common/mem.h"
#include "common/notice.h"

#include <stddef.h>

#define DELIVERIES                                                             \
	"CREATE TABLE IF NOT EXISTS deliveries("                               \
	" row INTEGER PRIMARY KEY, notice INTEGER NOT NULL,"                   \
	" ordinal INTEGER NOT NULL, contact TEXT NOT NULL,"                    \
	" method TEXT NOT NULL,"                                               \
	" who TEXT NOT NULL, params TEXT NOT NULL, rule TEXT NOT NULL,"        \
	" rule_text TEXT NOT NULL, rule_number INTEGER NOT NULL,"              \
	" state INTEGER NOT NULL, tries INTEGER NOT NULL,"                     \
	" next_ms INTEGER NOT NULL, first_ms INTEGER NOT NULL,"                \
	" code INTEGER NOT NULL DEFAULT -1, text TEXT NOT NULL DEFAULT '');"
#define SEEN                                                                   \
	"CREATE TABLE IF NOT EXISTS seen("                                     \
	" seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"                   \
	" at INTEGER NOT NULL);"

static const char tables[] =
    SEEN "CREATE TABLE IF NOT EXISTS notices("
	 " seq INTEGER PRIMARY KEY, id TEXT NOT NULL, site TEXT NOT NULL,"
	 " what TEXT NOT NULL, host TEXT NOT NULL, service TEXT NOT NULL,"
	 " created_us INTEGER NOT NULL, context BLOB NOT NULL,"
	 " open INTEGER NOT NULL,"         /* what is not finished keeps it */
	 " peer TEXT NOT NULL DEFAULT ''," /* where it came from; '': here */
	 " forward INTEGER NOT NULL DEFAULT 0,"
	 " forward_to TEXT NOT NULL DEFAULT '');"
	 "CREATE INDEX IF NOT EXISTS notices_closed ON notices(seq)"
	 " WHERE open = 0;"
    /* The row tells the notice: seq * SPOOL_ROWS + ordinal, so that no index
     * is needed. */
    DELIVERIES "CREATE TABLE IF NOT EXISTS lines("
	 " id INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL);"
	 "CREATE TABLE IF NOT EXISTS told("
	 " object TEXT NOT NULL, contact TEXT NOT NULL, method TEXT NOT NULL,"
	 " PRIMARY KEY(object, contact, method)) WITHOUT ROWID;"
	 /* What waits for another site; seq is the notice's. */
	 "CREATE TABLE IF NOT EXISTS forwards("
	 " seq INTEGER PRIMARY KEY, tries INTEGER NOT NULL,"
	 " repeated INTEGER NOT NULL, bytes INTEGER NOT NULL);"
	 "CREATE INDEX IF NOT EXISTS forwards_repeated ON forwards(seq)"
	 " WHERE repeated = 1;"
	 /* Results of deliveries, for the site where the notice came from. */
	 "CREATE TABLE IF NOT EXISTS results("
	 " id INTEGER PRIMARY KEY AUTOINCREMENT, peer TEXT NOT NULL,"
	 " key TEXT NOT NULL, notice TEXT NOT NULL, host TEXT NOT NULL,"
	 " service TEXT NOT NULL, contact TEXT NOT NULL, method TEXT NOT NULL,"
	 " code INTEGER NOT NULL, text TEXT NOT NULL);"
	 "CREATE INDEX IF NOT EXISTS results_peer ON results(peer, id);"
	 "CREATE TABLE IF NOT EXISTS results_seen("
	 " seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE);"
	 "CREATE TABLE IF NOT EXISTS memory("
	 " name TEXT PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL)"
	 " WITHOUT ROWID;"
	 /* Deliveries that leave together; `row` is a delivery's. */
	 "CREATE TABLE IF NOT EXISTS bulks("
	 " id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL,"
	 " kind INTEGER NOT NULL, contact TEXT NOT NULL, method TEXT NOT NULL,"
	 " how TEXT NOT NULL, causes TEXT NOT NULL DEFAULT '',"
	 " n INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,"
	 " full INTEGER NOT NULL DEFAULT 0, state INTEGER NOT NULL DEFAULT 0,"
	 " tries INTEGER NOT NULL DEFAULT 0, opened_ms INTEGER NOT NULL,"
	 " first_ms INTEGER NOT NULL DEFAULT 0,"
	 " due_ms INTEGER NOT NULL, code INTEGER NOT NULL DEFAULT -1,"
	 " text TEXT NOT NULL DEFAULT '');"
	 "CREATE INDEX IF NOT EXISTS bulks_gathering ON bulks(key, id)"
	 " WHERE full = 0;"
	 "CREATE INDEX IF NOT EXISTS bulks_open ON bulks(id) WHERE state < 3;"
	 "CREATE TABLE IF NOT EXISTS bulk_entries("
	 " row INTEGER PRIMARY KEY, bulk INTEGER NOT NULL);"
	 "CREATE INDEX IF NOT EXISTS bulk_entries_bulk"
	 " ON bulk_entries(bulk, row);";

#define BULK                                                                   \
	"SELECT id, due_ms, kind, tries, first_ms, contact, method, how,"      \
	" causes FROM bulks"

#define DELIVERY                                                               \
	"SELECT d.ordinal, d.contact, d.method, d.who, d.params, d.rule,"      \
	" d.rule_text, d.rule_number, d.state, d.tries, d.next_ms,"            \
	" d.first_ms, n.seq, n.id, n.site, n.what, n.host, n.service,"         \
	" n.created_us, n.context, n.peer, n.forward, n.forward_to"

static const char *const upgrades[] = {
    "ALTER TABLE notices ADD COLUMN peer TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE notices ADD COLUMN forward INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE notices ADD COLUMN forward_to TEXT NOT NULL DEFAULT '';",
    "ALTER TABLE deliveries RENAME TO deliveries_2;" DELIVERIES
    "INSERT INTO deliveries SELECT notice * 1000000 + ordinal, notice,"
    " ordinal, contact, method, who, params, rule, rule_text, rule_number,"
    " state, tries, next_ms, first_ms, code, text FROM deliveries_2;"
    "DROP TABLE deliveries_2;"
    "ALTER TABLE seen RENAME TO seen_2;" SEEN
    "INSERT INTO seen SELECT seq, id, at FROM seen_2;"
    "DROP TABLE seen_2;",
    NULL};

static const char *const statements[] = {
    [SQL_SEEN_ADD] = "INSERT OR IGNORE INTO seen(id, at) VALUES(?, ?)",
    [SQL_SEEN_OLD] = "DELETE FROM seen WHERE seq IN (SELECT seq FROM seen"
		     " WHERE (at < ?1 AND seq <= ?3) OR seq <= ?2"
		     " ORDER BY seq LIMIT 1000)",
    [SQL_NOTICE_ADD] = "INSERT INTO notices(seq, id, site, what, host,"
		       " service, created_us, context, open, peer, forward)"
		       " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_NOTICE_CLOSE] = "UPDATE notices SET open = open - 1 WHERE"
			 " seq = ? / 1000000",
    [SQL_NOTICES_PRUNE] = "DELETE FROM notices WHERE seq = ?",
    [SQL_NOTICES_CLOSED] = "SELECT seq FROM notices WHERE open = 0 AND"
			   " seq <= ? ORDER BY seq LIMIT 1000",
    [SQL_DELIVERIES_PRUNE] =
	"DELETE FROM deliveries WHERE row BETWEEN ?1 * 1000000 AND"
	" ?1 * 1000000 + 999999",
    [SQL_DELIVERY_ADD] = "INSERT INTO deliveries(row, notice, ordinal, contact,"
			 " method, who, params, rule, rule_text, rule_number,"
			 " state, tries, next_ms, first_ms)"
			 " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?)",
    [SQL_DELIVERY_START] = "UPDATE deliveries SET state = 1,"
			   " tries = tries + 1 WHERE row = ? AND state < 3",
    [SQL_DELIVERY_READ] = DELIVERY " FROM deliveries d, notices n"
				   " WHERE d.row = ? AND n.seq = d.notice",
    [SQL_DELIVERY_MARK] = "UPDATE deliveries SET state = ?, code = ?,"
			  " text = ?, next_ms = ? WHERE row = ? AND state < 3",
    [SQL_DELIVERIES_OPEN] = "SELECT row, method, state, next_ms FROM"
			    " deliveries WHERE state < 3 AND row NOT IN (SELECT"
			    " row FROM bulk_entries) ORDER BY row",
    [SQL_DELIVERIES_COUNT] =
	"SELECT state, count(*) FROM deliveries GROUP BY state",
    [SQL_OLDEST] =
	"SELECT coalesce(min(at), 0) FROM (SELECT min(first_ms) AS at FROM"
	" deliveries WHERE state < 3 AND row NOT IN (SELECT row FROM"
	" bulk_entries) UNION ALL SELECT min(first_ms) FROM bulks WHERE"
	" state < 3 AND first_ms > 0 UNION ALL SELECT min(n.created_us) / 1000"
	" FROM forwards f, notices n WHERE n.seq = f.seq)",
    [SQL_LINE_ADD] = "INSERT INTO lines(line) VALUES(?)",
    [SQL_LINES_READ] =
	"SELECT id, line FROM lines WHERE id > ? ORDER BY id LIMIT ?",
    [SQL_LINE_DROP] = "DELETE FROM lines WHERE id = ?",
    [SQL_LINES_COUNT] = "SELECT count(*) FROM lines",
    [SQL_TOLD_ADD] = "INSERT OR IGNORE INTO told VALUES(?, ?, ?)",
    [SQL_TOLD_DROP] = "DELETE FROM told WHERE object = ?",
    [SQL_TOLD_READ] = "SELECT object, contact, method FROM told",
    [SQL_NOTICES_FIND] =
	"SELECT seq, id, site, what, host, service, created_us, context, peer,"
	" forward, forward_to FROM notices WHERE what NOT GLOB '" NOTICE_QUIET
	"*' AND (?1 = '' OR id = ?1) AND (?2 = '' OR host = ?2)"
	" AND (?3 = '' OR service = ?3) AND (?5 = 0 OR EXISTS(SELECT 1 FROM"
	" deliveries d WHERE d.row BETWEEN notices.seq * 1000000 AND"
	" notices.seq * 1000000 + 999999 AND d.state = 4))"
	" ORDER BY seq DESC LIMIT ?4",
    [SQL_DELIVERIES_OF] =
	"SELECT d.contact, d.method, rule, d.text, d.state, d.tries, d.code,"
	" next_ms, coalesce(bulk, 0), coalesce(due_ms, 0) FROM deliveries d"
	" LEFT JOIN bulk_entries e ON e.row = d.row LEFT JOIN bulks b"
	" ON b.id = e.bulk WHERE d.row BETWEEN ?1 * 1000000 AND"
	" ?1 * 1000000 + 999999 ORDER BY d.row",
    [SQL_NOTICE_RELEASE] = "UPDATE notices SET open = open - 1, forward = ?2,"
			   " forward_to = ?3 WHERE seq = ?1",
    [SQL_NOTICE_KNOWN] = "SELECT 1 FROM seen WHERE id = ?",
    [SQL_NOTICE_OBJECT] =
	"SELECT host, service, what FROM notices WHERE seq = ?",
    [SQL_FORWARD_BYTES] = "SELECT bytes FROM forwards WHERE seq = ?",
    [SQL_RESULT_SEEN] = "INSERT OR IGNORE INTO results_seen(key) VALUES(?)",
    [SQL_RESULTS_SEEN_OLD] = "DELETE FROM results_seen WHERE seq <= ?",
    [SQL_RESULT_PASS] =
	"INSERT INTO results(peer, key, notice, host, service, contact,"
	" method, code, text) SELECT n.peer, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9"
	" FROM seen s, notices n WHERE s.id = ?1 AND n.seq = s.seq"
	" AND n.peer != ''",
    [SQL_FORWARD_ADD] = "INSERT INTO forwards VALUES(?, 0, ?, ?)",
    [SQL_FORWARDS_READ] =
	"SELECT f.tries, n.seq, n.id, n.site, n.what, n.host, n.service,"
	" n.created_us, n.context, n.peer, n.forward, n.forward_to"
	" FROM forwards f, notices n WHERE f.seq > ? AND n.seq = f.seq"
	" ORDER BY f.seq LIMIT ?",
    [SQL_FORWARD_DROP] = "DELETE FROM forwards WHERE seq = ?",
    [SQL_FORWARDS_TRIED] =
	"UPDATE forwards SET tries = tries + 1 WHERE seq <= ?",
    [SQL_FORWARDS_SUM] =
	"SELECT count(*), coalesce(sum(bytes), 0) FROM forwards",
    [SQL_FORWARDS_REPEATED] =
	"SELECT f.bytes, n.seq, n.id, n.site, n.what, n.host, n.service,"
	" n.created_us, n.context, n.peer, n.forward, n.forward_to"
	" FROM forwards f, notices n WHERE f.repeated = 1 AND n.seq = f.seq"
	" ORDER BY f.seq LIMIT 1",
    [SQL_RESULT_ADD] =
	"INSERT INTO results(peer, key, notice, host, service, contact,"
	" method, code, text) SELECT n.peer, n.id || '-' || d.ordinal || '-'"
	" || d.tries, n.id, n.host, n.service, d.contact, d.method, ?2, ?3"
	" FROM deliveries d, notices n WHERE d.row = ?1 AND n.seq = d.notice"
	" AND n.peer != ''",
    [SQL_RESULTS_READ] =
	"SELECT id, key, notice, host, service, contact, method, code, text"
	" FROM results WHERE peer = ? AND id > ? ORDER BY id LIMIT ?",
    [SQL_RESULT_DROP] = "DELETE FROM results WHERE id = ? AND peer = ?",
    [SQL_RESULTS_DROP_OF] = "DELETE FROM results WHERE peer = ?",
    [SQL_RESULTS_PEERS] = "SELECT peer, count(*) FROM results GROUP BY peer",
    [SQL_MEMORY_READ] = "SELECT value FROM memory WHERE name = ?",
    [SQL_MEMORY_PUT] = "INSERT OR REPLACE INTO memory VALUES(?, ?, ?)",
    [SQL_MEMORY_DROP] = "DELETE FROM memory WHERE name = ?",
    [SQL_MEMORY_LIST] =
	"SELECT value FROM memory WHERE substr(name, 1, length(?1)) = ?1"
	" ORDER BY at, name",
    [SQL_MEMORY_OLD] = "DELETE FROM memory WHERE at < ?",
    [SQL_BULKS_GATHERING] = "SELECT id, n, bytes, due_ms, causes FROM bulks"
			    " WHERE key = ? AND full = 0 ORDER BY id LIMIT ?",
    [SQL_BULK_ADD] = "INSERT INTO bulks(key, kind, contact, method, how,"
		     " opened_ms, due_ms) VALUES(?, ?, ?, ?, ?, ?, ?)",
    [SQL_BULK_GROW] = "UPDATE bulks SET n = ?, bytes = ?, due_ms = ?,"
		      " causes = ?, full = ? WHERE id = ?",
    [SQL_BULK_ENTRY_ADD] = "INSERT INTO bulk_entries VALUES(?, ?)",
    [SQL_BULK_HELD] = "UPDATE bulks SET kind = ?2 WHERE id = ?1",
    [SQL_BULKS_RECOVERED] = "UPDATE bulks SET kind = ?3 WHERE key > ?1"
			    " AND key < ?2 AND full = 0",
    [SQL_BULKS_AGAIN] = "UPDATE bulks SET state = 0 WHERE state = 1",
    [SQL_BULKS_OPEN] = BULK " WHERE state < 3 ORDER BY id",
    [SQL_BULK_START] = "UPDATE bulks SET state = 1, full = 1,"
		       " tries = tries + 1, first_ms = CASE first_ms WHEN 0"
		       " THEN ?2 ELSE first_ms END WHERE id = ?1"
		       " AND state IN (0, 2) AND due_ms <= ?2",
    [SQL_BULK_ENTRIES_START] =
	"UPDATE deliveries SET state = 1, tries = tries + 1 WHERE state < 3"
	" AND row IN (SELECT row FROM bulk_entries WHERE bulk = ?)",
    [SQL_BULK_READ] = BULK " WHERE id = ?",
    [SQL_BULK_ENTRIES_READ] =
	DELIVERY ", d.row FROM bulk_entries e, deliveries d, notices n"
		 " WHERE e.bulk = ? AND d.row = e.row AND d.state < 3"
		 " AND n.seq = d.notice ORDER BY e.row",
    [SQL_BULK_MARK] = "UPDATE bulks SET state = ?, code = ?, text = ?,"
		      " due_ms = ? WHERE id = ?",
    [SQL_BULKS_COUNT] =
	"SELECT count(*), coalesce(sum(n), 0) FROM bulks WHERE state < 3",
    [SQL_BULKS_PRUNE] = "DELETE FROM bulks WHERE state >= 3 AND id <= ?",
    [SQL_BULK_ENTRIES_PRUNE] =
	"DELETE FROM bulk_entries WHERE row BETWEEN ?1 * 1000000 AND"
	" ?1 * 1000000 + 999999",
    [SQL_COUNT] = NULL,
};

const struct store_schema spool_schema = {.tables = tables,
    .upgrades = upgrades,
    .statements = statements,
    .version = (int)ARRAY_LEN(upgrades)};
