/* SPDX-License-Identifier: Apache-2.0
 *
 * Apache: its workers and requests, from mod_status.
 */
#include "fetcher/checks/store.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_OPEN,
	P_BUSY
};

static const struct check_param params[] = {
    {"OpenSlots", CHECK_PARAM_LOWER, "", CHECK_DEF_NONE,
	"on slots that have no process yet"},
    {"BusyWorkers", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on workers that serve a request"},
    {0}};

static const struct check_metric metrics[] = {
    {"Uptime", "s", "time since the server was started"},
    {"IdleWorkers", "", "workers that wait"},
    {"BusyWorkers", "", "workers that serve a request"},
    {"TotalSlots", "", "workers that there can be"},
    {"OpenSlots", "", "of these, those without a process"},
    {"CPULoad", "", "share of a core"}, {"ReqPerSec", "1/s", "requests"},
    {"BytesPerReq", "B", "data of a request, since the start"},
    {"BytesPerSec", "B/s", "data sent"},
    {"ConnsTotal", "", "connections (event)"},
    {"ConnsAsyncWriting", "", "of these, those that write"},
    {"ConnsAsyncKeepAlive", "", "of these, idle ones"},
    {"ConnsAsyncClosing", "", "of these, those that close"},
    {"State_SendingReply", "",
	"workers that send a reply; and State_Waiting, State_StartingUp, "
	"State_ReadingRequest, State_Keepalive, State_DNS, State_Closing, "
	"State_Logging, State_Finishing, State_IdleCleanup"},
    {0}};

static const struct section_type section = SECTION_LINES("apache_status");

static const struct {
	char letter;
	const char *metric, *label;
} slots[] = {{'_', "State_Waiting", "waiting"},
    {'S', "State_StartingUp", "starting up"},
    {'R', "State_ReadingRequest", "reading a request"},
    {'W', "State_SendingReply", "sending a reply"},
    {'K', "State_Keepalive", "kept alive"}, {'D', "State_DNS", "in DNS"},
    {'C', "State_Closing", "closing"}, {'L', "State_Logging", "logging"},
    {'G', "State_Finishing", "finishing"},
    {'I', "State_IdleCleanup", "in idle cleanup"}};

/* "address|port|instance|Key: value", or "address port Key: value" before. */
static bool
read_line(const struct text_line *line, struct str *item, struct slice *text_r)
{
	struct slice rest = line->text, address, port = {"", 0},
		     instance = {"", 0};
	bool old = line->sep == SPLIT_WHITE;

	if (old ? !slice_word(&rest, &address) || !slice_word(&rest, &port)
		: !slice_next(&rest, (char)line->sep, &address) ||
		    !slice_next(&rest, (char)line->sep, &port) ||
		    !slice_next(&rest, (char)line->sep, &instance))
		return false;
	if (slice_eqs(port, "None"))
		port.len = 0;
	str_clear(item);
	str_addslice(item, instance.len > 0 ? instance : address);
	if (port.len > 0) {
		str_addc(item, ':');
		str_addslice(item, port);
	}
	*text_r = slice_trim(rest);
	return item->len > 0 && text_r->len > 0;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct str item = {0}, last = {0};
	struct slice text;

	for (size_t i = 0; i < s->n; i++) {
		if (!read_line(&s->lines[i], &item, &text) ||
		    slice_eq(str_slice(&item), str_slice(&last)))
			continue;
		check_found_add(found, str_slice(&item), NULL);
		str_clear(&last);
		str_addslice(&last, str_slice(&item));
	}
	str_free(&item);
	str_free(&last);
}

enum key {
	UPTIME,
	IDLE,
	BUSY,
	LOAD,
	PER_REQUEST,
	TOTAL,
	WRITING,
	KEPT,
	CLOSING,
	ACCESSES,
	KBYTES,
	KEYS
};

static const char *const keys[KEYS] = {"Uptime", "IdleWorkers", "BusyWorkers",
    "CPULoad", "BytesPerReq", "ConnsTotal", "ConnsAsyncWriting",
    "ConnsAsyncKeepAlive", "ConnsAsyncClosing", "Total Accesses",
    "Total kBytes"};

struct server {
	double values[KEYS];
	struct slice board;
	bool any;
};

static void
gather(const struct check_context *c, struct server *server)
{
	const struct section_lines *s = c->sections[0];
	struct str item = {0};
	struct slice text, key;

	*server = (struct server){.board = {NULL, 0}};
	for (size_t k = 0; k < KEYS; k++)
		server->values[k] = NAN;
	for (size_t i = 0; i < s->n; i++) {
		if (!read_line(&s->lines[i], &item, &text) ||
		    !slice_eq(str_slice(&item), c->item))
			continue;
		server->any = true;
		slice_next(&text, ':', &key);
		key = slice_trim(key);
		for (size_t k = 0; k < KEYS; k++)
			/* Servers before 2.4 say IdleServers. */
			if (slice_eqs(key, keys[k]) ||
			    (k == IDLE && slice_eqs(key, "IdleServers")) ||
			    (k == BUSY && slice_eqs(key, "BusyServers")))
				server->values[k] = text_number(text);
		if (slice_eqs(key, "Scoreboard"))
			server->board = slice_trim(text);
	}
	str_free(&item);
}

static void
say_slots(const struct check_context *c, const struct server *server,
    struct check_out *out)
{
	static const struct value_row total = {
	    "Total slots", "TotalSlots", render_count, 0, 0, false};
	static const struct value_row open = {"Open slots", "OpenSlots",
	    render_count, 0, VALUE_PARAM(P_OPEN), false};
	double n = 0;

	if (server->board.len == 0)
		return;
	for (size_t i = 0; i < server->board.len; i++)
		n += server->board.s[i] == '.';
	value_say(
	    c, out, &total, n + server->values[IDLE] + server->values[BUSY], 0);
	value_say(c, out, &open, n, 0);
	for (size_t k = 0; k < sizeof(slots) / sizeof(slots[0]); k++) {
		n = 0;
		for (size_t i = 0; i < server->board.len; i++)
			n += server->board.s[i] == slots[k].letter;
		if (n > 0)
			check_tell(out, CHECK_OK, "Workers %s: %.0f",
			    slots[k].label, n);
		check_metric(out, slots[k].metric, n, NULL, NAN, NAN);
	}
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const struct value_row rows[KEYS] = {
	    [UPTIME] = {"Uptime", "Uptime", render_timespan, 0, 0, false},
	    [IDLE] = {"Idle workers", "IdleWorkers", render_count, 0, 0, false},
	    [BUSY] = {"Busy workers", "BusyWorkers", render_count,
		VALUE_PARAM(P_BUSY), 0, false},
	    [LOAD] = {"CPU load", "CPULoad", render_number, 0, 0, true},
	    [PER_REQUEST] = {"Bytes per request", "BytesPerReq", render_bytes,
		0, 0, true},
	    [TOTAL] = {"Total connections", "ConnsTotal", render_count, 0, 0,
		true},
	    [WRITING] = {"Async writing connections", "ConnsAsyncWriting",
		render_count, 0, 0, true},
	    [KEPT] = {"Async keep alive connections", "ConnsAsyncKeepAlive",
		render_count, 0, 0, true},
	    [CLOSING] = {"Async closing connections", "ConnsAsyncClosing",
		render_count, 0, 0, true},
	    [ACCESSES] = {"Requests per second", "ReqPerSec", value_per_second,
		0, 0, false},
	    [KBYTES] = {"Bytes per second", "BytesPerSec", render_byte_rate, 0,
		0, false}};
	struct server server;

	gather(c, &server);
	if (!server.any) {
		value_lost(out);
		return;
	}
	for (size_t k = 0; k < ACCESSES; k++)
		value_say(c, out, &rows[k], server.values[k], 0);
	value_say_rate(
	    c, out, &rows[ACCESSES], "accesses", server.values[ACCESSES]);
	value_say_rate(
	    c, out, &rows[KBYTES], "bytes", server.values[KBYTES] * 1024);
	say_slots(c, &server, out);
}

const struct check check_apache_status = {
    .name = "apache_status",
    .title = "Apache",
    .manual = "Workers, slots, requests and data of an Apache server, from its "
	      "mod_status. Nothing is judged without levels.",
    .ruleset = "apache_status",
    .description = "Apache %s Status",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
