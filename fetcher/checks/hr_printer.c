/* SPDX-License-Identifier: Apache-2.0
 *
 * Printers: HOST-RESOURCES-MIB's state and errors.
 */
#include "fetcher/checks/status_words.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_STATUS,
	C_ERRORS
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.25.3.5.1", {SNMP_INDEX, {"1", 0}, {"2", SNMP_BYTES}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.2.1.25.3.5.1.1.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("hr_printer", &source);

static const struct status_word states[] = {{"other", CHECK_OK, 1},
    {"unknown", CHECK_UNKNOWN, 2}, {"idle", CHECK_OK, 3},
    {"printing", CHECK_OK, 4}, {"warming up", CHECK_OK, 5}, {0}};

/* hrPrinterDetectedErrorState, from the first bit. */
static const struct {
	const char *word;
	uint32_t state;
} errors[] = {{"low paper", CHECK_WARN}, {"no paper", CHECK_CRIT},
    {"low toner", CHECK_WARN}, {"no toner", CHECK_CRIT},
    {"door open", CHECK_CRIT}, {"jammed", CHECK_CRIT}, {"offline", CHECK_CRIT},
    {"service requested", CHECK_WARN}, {"input tray missing", CHECK_WARN},
    {"output tray missing", CHECK_WARN}, {"marker supply missing", CHECK_CRIT},
    {"output near full", CHECK_WARN}, {"output full", CHECK_CRIT},
    {"input tray empty", CHECK_WARN},
    {"overdue preventive maintenance", CHECK_WARN}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];

	if (s->n > 0)
		check_found_add(found, SLICE(""), NULL);
}

static int
digit_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
				    : 0;
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_rows *s = c->sections[0];

	for (size_t i = 0; i < s->n && i < 16; i++) {
		struct slice bits = s->rows[i].cell[C_ERRORS];

		status_say(out, "Status", s->rows[i].cell[C_STATUS], states);
		for (size_t k = 0;
		     k < sizeof(errors) / sizeof(errors[0]) && k / 4 < bits.len;
		     k++)
			if (digit_of(bits.s[k / 4]) & 8 >> k % 4)
				check_say(
				    out, errors[k].state, "%s", errors[k].word);
	}
}

const struct check check_hr_printer = {
    .name = "hr_printer",
    .title = "Printers: status",
    .manual =
	"What a printer does, and the errors that it detects: no paper, no "
	"toner, an open door and a jam are CRIT, what is low is WARN "
	"(HOST-RESOURCES-MIB).",
    .description = "Printer Status",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
