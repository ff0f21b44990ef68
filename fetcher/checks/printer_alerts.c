/* SPDX-License-Identifier: Apache-2.0
 *
 * Printers: what they complain about.
 */
#include "fetcher/checks/status_words.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

enum {
	C_SEVERITY,
	C_GROUP,
	C_CODE,
	C_TEXT,
	/* table 1 */
	C_ANY = 0
};

static const struct check_metric metrics[] = {
    {"alerts", "", "alerts that are present"}, {0}};

/* The second table is there on every printer, alerts need not be. */
static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.43.18.1.1", {{"2", 0}, {"4", 0}, {"7", 0}, {"8", 0}, {0}}},
    {".1.3.6.1.2.1.43.5.1.1", {{"1", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.2.1.43.5.1.1.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("printer_alerts", &source);

/* prtAlertSeverityLevel */
static const struct status_word severities[] = {{"other", CHECK_UNKNOWN, 1},
    {"critical", CHECK_CRIT, 3}, {"warning", CHECK_WARN, 4},
    {"warning", CHECK_WARN, 5}, {0}};
/* prtAlertGroup */
static const struct status_word groups[] = {{"other", 0, 1}, {"unknown", 0, 2},
    {"general printer", 0, 5}, {"cover", 0, 6}, {"localization", 0, 7},
    {"input", 0, 8}, {"output", 0, 9}, {"marker", 0, 10},
    {"marker supplies", 0, 11}, {"marker colorant", 0, 12},
    {"media path", 0, 13}, {"channel", 0, 14}, {"interpreter", 0, 15},
    {"console display buffer", 0, 16}, {"console lights", 0, 17},
    {"alert", 0, 18}, {"finisher device", 0, 30}, {"finisher supply", 0, 31},
    {"finisher supply media input", 0, 32}, {"finisher attribute", 0, 33}, {0}};
/* prtAlertCode of those that a printer need not describe. */
static const struct status_word codes[] = {{"other", CHECK_UNKNOWN, 1},
    {"unknown", CHECK_UNKNOWN, 2}, {"cover open", CHECK_CRIT, 3},
    {"cover closed", CHECK_OK, 4}, {"interlock open", CHECK_CRIT, 5},
    {"configuration change", CHECK_OK, 7}, {"jam", CHECK_CRIT, 8},
    {"missing", CHECK_WARN, 9}, {"life almost over", CHECK_WARN, 10},
    {"life over", CHECK_CRIT, 11}, {"almost empty", CHECK_WARN, 12},
    {"empty", CHECK_CRIT, 13}, {"almost full", CHECK_WARN, 14},
    {"full", CHECK_CRIT, 15}, {"power up", CHECK_OK, 503},
    {"power down", CHECK_OK, 504}, {"media tray missing", CHECK_WARN, 801},
    {"media size change", CHECK_OK, 802}, {"media type change", CHECK_OK, 806},
    {0}};

/* What printers write as an alert when all is well. */
static bool
is_idle(struct slice text)
{
	static const char *const said[] = {"Sleep mode on", "Ready",
	    "Energy saver", "Energiesparmodus", "Bereit", "Power saving mode",
	    "Ruhemodus"};

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (slice_starts(text, said[i]))
			return true;
	return false;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
say_alert(const struct row_cells *row, struct check_out *out)
{
	const struct status_word *severity =
	    status_find(severities, row->cell[C_SEVERITY]);
	const struct status_word *group =
	    status_find(groups, row->cell[C_GROUP]);
	const struct status_word *code = status_find(codes, row->cell[C_CODE]);
	struct slice text = slice_trim(row->cell[C_TEXT]);
	uint32_t state = code != NULL && code->state != CHECK_UNKNOWN
	    ? code->state
	    : severity != NULL ? severity->state
			       : CHECK_UNKNOWN;

	/* A warning stays one, whatever it is about. */
	if (severity != NULL && severity->state == CHECK_WARN &&
	    state != CHECK_OK)
		state = CHECK_WARN;
	if (text.len == 0 && code != NULL)
		text = slice_of(code->word);
	if (text.len == 0)
		text = SLICE("an alert without a text");
	check_say(out, state, "%s: %.*s",
	    group == NULL ? "unknown" : group->word, (int)text.len, text.s);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_rows *s = c->sections[0];
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct row_cells *row = &s->rows[i];

		if (row->table != 0 || is_idle(slice_trim(row->cell[C_TEXT])))
			continue;
		if (n++ < 20)
			say_alert(row, out);
	}
	if (n == 0)
		check_say(out, CHECK_OK, "No alerts present");
	else if (n > 20)
		check_say(out, CHECK_WARN, "and %zu more", n - 20);
	check_metric(out, "alerts", (double)n, NULL, 0, NAN);
}

const struct check check_printer_alerts = {
    .name = "printer_alerts",
    .title = "Printers: alerts",
    .manual =
	"What a printer complains about (Printer-MIB). The state comes from "
	"the kind of the alert (a jam, an open cover, an empty tray are CRIT, "
	"something that is almost empty is WARN), or from the severity that "
	"the printer gives; what it calls a warning is never CRIT. What "
	"printers write while they sleep is no alert.",
    .description = "Alerts",
    .sections = (const struct section_type *const[]){&section, NULL},
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
