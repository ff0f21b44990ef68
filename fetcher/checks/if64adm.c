/* SPDX-License-Identifier: Apache-2.0
 *
 * Ports by SNMP: what their administrator wants them to be.
 */
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_ADMIN,
	C_OPER
};

enum {
	P_DISCOVER,
	P_FOUND,
	P_STATE
};

static const struct check_param params[] = {
    {"discover", CHECK_PARAM_BOOL, "", CHECK_DEF_NUMBER(0),
	"make services; without it there are none"},
    {"discovered_admin_status", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"state seen at discovery, by number; another one is CRIT"},
    {"state", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"state that is expected instead: 1 up, 2 down, 3 testing"},
    {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.2.2.1", {{"1", 0}, {"2", 0}, {"7", 0}, {"8", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.2.1.31.1.1.1.6.*"), {0}};
static const struct snmp_source source = {.tables = tables,
    .detect = detect,
    .superseded_by = (const char *const[]){"lnx_if", NULL}};
static const struct section_type section = SECTION_ROWS("if64adm", &source);

static const struct row_items items = {0, C_INDEX, C_INDEX, NULL, NULL};

static const struct status_word words[] = {
    {"up", CHECK_OK, 1}, {"down", CHECK_OK, 2}, {"testing", CHECK_OK, 3}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];

	for (size_t i = 0; i < s->n && c->params[P_DISCOVER].number != 0; i++) {
		const struct slice *cell = s->rows[i].cell;
		const struct status_word *w = status_find(words, cell[C_ADMIN]);
		char number[16];
		if (w == NULL || cell[C_INDEX].len == 0)
			continue;
		snprintf(number, sizeof(number), "%d", w->number);
		check_found_add(found, cell[C_INDEX],
		    json_pack("{s:s}", "discovered_admin_status", number));
	}
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct row_cells *row = row_items_find(&items, c, out);
	const struct check_value *wanted = &c->params[P_STATE];
	const struct status_word *is, *want;

	if (row == NULL)
		return;
	if (!wanted->set)
		wanted = &c->params[P_FOUND];
	is = status_find(words, row->cell[C_ADMIN]);
	want = wanted->set ? status_find(words, wanted->text) : NULL;
	check_say(out, CHECK_OK, "[%.*s]", value_cut(row->cell[C_NAME], 200),
	    row->cell[C_NAME].s);
	if (is == NULL)
		check_say(out, CHECK_UNKNOWN, "Admin state: not known");
	else if (want != NULL && is != want)
		check_say(out, CHECK_CRIT, "Admin state: %s (expected %s)",
		    is->word, want->word);
	else
		check_say(out, CHECK_OK, "Admin state: %s", is->word);
	is = status_find(words, row->cell[C_OPER]);
	if (is != NULL)
		check_say(out, CHECK_OK, "Operational state: %s", is->word);
}

const struct check check_if64adm = {
    .name = "if64adm",
    .title = "Ports: admin state (off by default)",
    .manual =
	"Is a port of a device switched on or off by its administrator, as at "
	"discovery? CRIT if that was changed. Off by default: services are "
	"discovered where a rule sets `discover`. What ports carry is judged "
	"by `interfaces`.",
    .ruleset = "interface_admin",
    .description = "Interface %s admin state",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
