/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette event: the event console by hand.
 */
#include "common/mem.h"
#include "site/event/event.h"
#include "site/event_search.h"

#include <string.h>

static const struct {
	const char *word;
	int (*run)(const struct cmd_call *call, int argc, char **argv);
} words[] = {{"replay", event_replay}, {"mib", event_mib}, {"list", event_list},
    {"show", event_show}, {"ack", event_ack}, {"archive", event_archive},
    {"suggest", event_suggest}, {"export", event_export},
    {"replication", event_replication}, {"switch", event_switch},
    {"key", event_key}};

static int
run(const struct cmd_call *call)
{
	if (strcmp(call->argv[0], "search") == 0 && call->argc > 1)
		return event_search(call);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(words[i].word, call->argv[0]) == 0)
			return words[i].run(
			    call, call->argc - 1, call->argv + 1);
	}
	return cmd_fail("event", "\"%s\" is unknown (\"vedette event --help\")",
	    call->argv[0]);
}

static const struct cmd_option options[] = {
    {"config", 0, "FILE",
	"replay: rules, hosts and settings of this document, not of a site"},
    {"explain", 0, NULL,
	"replay: each rule that was tried, with the first condition that "
	"failed; suggest: where each rule comes from"},
    {"hours", 0, "N", "suggest: of the last N hours (4)"},
    {"least", 0, "N", "suggest: that came N times at least (3)"},
    {"host", 0, "HOST", "list, search, export: events of this host alone"},
    {"since", 0, "DURATION", "search, export: back to then, for example 30d"},
    {"limit", 0, "N", "search: the newest N lines (100)"},
    {"comment", 0, "TEXT", "ack: a comment on the events"},
    {"json", 0, NULL, "print JSON; search: an object a line"}, {0}};

const struct cmd cmd_event = {
    .name = "event",
    .args = "replay FILE | list | show ID | ack ID... | archive ID... | "
	    "search WORD... | export | suggest | mib add FILE... | mib list | "
	    "mib rm "
	    "MODULE... | replication | switch sync|takeover | key",
    .summary = "look at events, try event rules, add MIBs",
    .details =
	"\"list\" shows the events that are open or acknowledged, \"show\" "
	"all\n"
	"fields of one with its history, \"ack\" acknowledges, \"archive\"\n"
	"closes them.\n"
	"\"search\" prints lines of the archive whose text holds every WORD,\n"
	"wherever in it and in whatever case, the newest first. Words of "
	"three\n"
	"letters and more are found by an index, also in a year's archive.\n"
	"\"export\" prints the archive, the oldest line first, as values with "
	"tabs\n"
	"between them: time, what, who, more, then the event's columns in the\n"
	"order of GET events. Lists have a byte 1 before each item, null is\n"
	"a byte 2.\n"
	"\"mib add\" takes MIB files, so that traps are shown with names\n"
	"(eventd.snmp.translate in site.yaml); a mistake is shown with its\n"
	"line, and then nothing changes. What files import is looked for in\n"
	"local/share/vedette/mibs, in /usr/share/snmp/mibs and among the\n"
	"built-in modules, which \"mib list\" shows without a file.\n"
	"\"replication\" says what a master or a fallback does, \"switch\"\n"
	"makes a fallback take over or follow again, \"key\" prints the "
	"public\n"
	"key for the other one.\n"
	"\"suggest\" prints rules for the messages of the last hours that no\n"
	"rule fits, grouped by their words; what varies is a group of the\n"
	"pattern. Write them into conf.d after a look, and try them with\n"
	"\"replay --explain --config\".\n"
	"\"replay\" plays the messages of FILE (- for standard input), one a\n"
	"line, through the event console's parser and rules on a virtual\n"
	"clock, and prints what would happen: one JSON object a line. Nothing\n"
	"is sent or stored. A line is a message as it would come in, or an\n"
	"object: {\"at\": 90, \"from\": \"192.0.2.7\", \"raw\": \"<27>...\"},\n"
	"{\"trap_hex\": \"3040...\"} (a datagram of SNMP in hexadecimal),\n"
	"{\"at\": 95, \"command\": \"UPDATE;1;harri;1;;\"}, {\"until\": 600}. "
	"The\n"
	"first may be {\"start\": \"2026-03-05T14:00:00\", \"timezone\":\n"
	"\"Europe/Berlin\"}. docs/events.md has an example.\n"
	"Exit code 2 if the file cannot be played.",
    .scope = CMD_SITE_MAYBE,
    .min_args = 1,
    .max_args = 100,
    .options = options,
    .run = run,
};
