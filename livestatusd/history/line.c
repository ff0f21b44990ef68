/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking a line of the history apart; see line.h.
 */
#include "livestatusd/history/line.h"

#include "common/journal.h"
#include "common/mem.h"
#include "common/num.h"

/*
 * What follows the colon, a letter a field: h host, s service, n contact,
 * m command, w state as word, t type of state, T both in one, X both, as an
 * exit code in words of services, a attempt, o output, l long output,
 * c comment, x exit code, - nothing we show.
 */
struct kind {
	const char *type, *fields;
	uint32_t class;
};
static const struct kind kinds[LINE_KINDS] = {
    [LINE_INFO] = {NULL, "", 0},
    [LINE_HOST_ALERT] = {"HOST ALERT", "hwtaol", 1},
    [LINE_SERVICE_ALERT] = {"SERVICE ALERT", "hswtaol", 1},
    [LINE_INITIAL_HOST] = {"INITIAL HOST STATE", "hwtaol", 6},
    [LINE_CURRENT_HOST] = {"CURRENT HOST STATE", "hwtaol", 6},
    [LINE_INITIAL_SERVICE] = {"INITIAL SERVICE STATE", "hswtaol", 6},
    [LINE_CURRENT_SERVICE] = {"CURRENT SERVICE STATE", "hswtaol", 6},
    [LINE_HOST_DOWNTIME] = {"HOST DOWNTIME ALERT", "htc", 1},
    [LINE_SERVICE_DOWNTIME] = {"SERVICE DOWNTIME ALERT", "hstc", 1},
    [LINE_HOST_FLAPPING] = {"HOST FLAPPING ALERT", "htc", 1},
    [LINE_SERVICE_FLAPPING] = {"SERVICE FLAPPING ALERT", "hstc", 1},
    [LINE_HOST_ACK] = {"HOST ACKNOWLEDGE ALERT", "htnc", 1},
    [LINE_SERVICE_ACK] = {"SERVICE ACKNOWLEDGE ALERT", "hstnc", 1},
    [LINE_PERIOD] = {"TIMEPERIOD TRANSITION", "", 6},
    [LINE_HOST_NOTIFICATION] = {"HOST NOTIFICATION", "nhTmo-cl", 3},
    [LINE_SERVICE_NOTIFICATION] = {"SERVICE NOTIFICATION", "nhsTmo-cl", 3},
    [LINE_HOST_RESULT] = {"HOST NOTIFICATION RESULT", "nhXmoc", 3},
    [LINE_SERVICE_RESULT] = {"SERVICE NOTIFICATION RESULT", "nhsXmoc", 3},
    [LINE_HOST_PROGRESS] = {"HOST NOTIFICATION PROGRESS", "nhXmo", 3},
    [LINE_SERVICE_PROGRESS] = {"SERVICE NOTIFICATION PROGRESS", "nhsXmo", 3},
    [LINE_HOST_SUPPRESSED] = {"HOST NOTIFICATION SUPPRESSED", "hc", 3},
    [LINE_SERVICE_SUPPRESSED] = {"SERVICE NOTIFICATION SUPPRESSED", "hsc", 3},
    [LINE_HOST_HANDLER_STARTED] = {"HOST ALERT HANDLER STARTED", "hm", 8},
    [LINE_SERVICE_HANDLER_STARTED] = {"SERVICE ALERT HANDLER STARTED", "hsm",
	8},
    [LINE_HOST_HANDLER_STOPPED] = {"HOST ALERT HANDLER STOPPED", "hmxo", 8},
    [LINE_SERVICE_HANDLER_STOPPED] = {"SERVICE ALERT HANDLER STOPPED", "hsmxo",
	8},
    [LINE_HOST_EVENT_HANDLER] = {"HOST EVENT HANDLER", "hwtam", 1},
    [LINE_SERVICE_EVENT_HANDLER] = {"SERVICE EVENT HANDLER", "hswtam", 1},
    [LINE_GLOBAL_HOST_EVENT_HANDLER] = {"GLOBAL HOST EVENT HANDLER", "hwtam",
	1},
    [LINE_GLOBAL_SERVICE_EVENT_HANDLER] = {"GLOBAL SERVICE EVENT HANDLER",
	"hswtam", 1},
    [LINE_PASSIVE_HOST] = {"PASSIVE HOST CHECK", "hwo", 4},
    [LINE_PASSIVE_SERVICE] = {"PASSIVE SERVICE CHECK", "hswo", 4},
    [LINE_COMMAND] = {"EXTERNAL COMMAND", "", 5},
    [LINE_VANISHED_HOST] = {"VANISHED HOST", "h", 6},
    [LINE_VANISHED_SERVICE] = {"VANISHED SERVICE", "hs", 6},
    [LINE_HOST_RENAMED] = {"HOST RENAMED", "h-", 6},
    [LINE_SERVICE_RENAMED] = {"SERVICE RENAMED", "hs-", 6},
    [LINE_HOST_DOWNTIME_STATE] = {"CURRENT HOST DOWNTIME", "htc", 6},
    [LINE_SERVICE_DOWNTIME_STATE] = {"CURRENT SERVICE DOWNTIME", "hstc", 6},
    [LINE_HOST_FLAPPING_STATE] = {"CURRENT HOST FLAPPING", "htc", 6},
    [LINE_SERVICE_FLAPPING_STATE] = {"CURRENT SERVICE FLAPPING", "hstc", 6},
    [LINE_HOST_ACK_STATE] = {"CURRENT HOST ACKNOWLEDGE", "htnc", 6},
    [LINE_SERVICE_ACK_STATE] = {"CURRENT SERVICE ACKNOWLEDGE", "hstnc", 6},
    [LINE_LOG_VERSION] = {NULL, "", 2},
    [LINE_LOG_ROTATION] = {NULL, "", 2},
    [LINE_INITIAL_STATES] = {NULL, "", 2},
    [LINE_INTERMEDIATE_STATES] = {NULL, "", 2},
    [LINE_STARTING] = {NULL, "", 2},
    [LINE_ACTIVE_MODE] = {NULL, "", 2},
    [LINE_SHUTTING_DOWN] = {NULL, "", 2},
    [LINE_BAILING_OUT] = {NULL, "", 2},
    [LINE_STANDBY_MODE] = {NULL, "", 2},
};
_Static_assert(LINE_KINDS <= 64, "kinds are bits of a mask");

uint32_t
line_class(enum line_kind kind)
{
	return kind < LINE_KINDS ? kinds[kind].class : 0;
}

const char *
line_type(enum line_kind kind)
{
	return kind < LINE_KINDS ? kinds[kind].type : NULL;
}

uint32_t
line_hash(struct slice name)
{
	uint32_t h;

	if (name.len == 0)
		return 0;
	h = crc32c(name.s, name.len);
	return h == 0 ? 1 : h;
}

/* "[123] " off the front. */
static bool
take_time(struct slice *line, int64_t *time_r)
{
	const char *end = line->len < 3 || line->s[0] != '['
	    ? NULL
	    : memchr(line->s, ']', line->len < 24 ? line->len : 24);
	struct slice number;

	if (end == NULL)
		return false;
	number = (struct slice){line->s + 1, (size_t)(end - line->s) - 1};
	if (!num_range(number, -(INT64_C(1) << 40), INT64_C(1) << 40, time_r))
		return false;
	line->len -= (size_t)(end + 1 - line->s);
	line->s = end + 1;
	if (line->len > 0 && line->s[0] == ' ') {
		line->s++;
		line->len--;
	}
	return true;
}

static bool
host_state(struct slice word, int64_t *state_r)
{
	static const char *const words[] = {
	    "UP", "DOWN", "UNREACHABLE", "UNREACH", "RECOVERY"};
	static const uint8_t states[] = {0, 1, 2, 2, 0};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (slice_eqs(word, words[i])) {
			*state_r = states[i];
			return true;
		}
	}
	return false;
}

static bool
service_state(struct slice word, int64_t *state_r)
{
	static const char *const words[] = {
	    "OK", "WARNING", "CRITICAL", "UNKNOWN", "RECOVERY"};
	static const uint8_t states[] = {0, 1, 2, 3, 0};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (slice_eqs(word, words[i])) {
			*state_r = states[i];
			return true;
		}
	}
	return false;
}

/* A state's number by its name, "TYPE (STATE)" included. */
static bool
take_state(struct line *l, struct slice word, bool service)
{
	const char *open = word.len == 0 ? NULL : memchr(word.s, '(', word.len);
	int64_t n;

	if (open != NULL && word.s[word.len - 1] == ')') {
		word.len = (size_t)(word.s + word.len - open) - 2;
		word.s = open + 1;
	}
	l->state_word = word;
	if (service ? service_state(word, &n) : host_state(word, &n)) {
		l->state = n;
		return true;
	}
	if (!num_range(word, 0, 255, &n))
		return false;
	l->state = n;
	return true;
}

static void
put_field(struct line *l, char letter, struct slice value, bool service)
{
	switch (letter) {
	case 'h':
		l->host = value;
		break;
	case 's':
		l->service = value;
		break;
	case 'n':
		l->contact = value;
		break;
	case 'm':
		l->command = value;
		break;
	case 'T':
		l->state_type = value;
		take_state(l, value, service);
		break;
	case 'X':
		l->state_type = value;
		take_state(l, value, true);
		break;
	case 'w':
	case 'x':
		take_state(l, value, service);
		break;
	case 't':
		l->state_type = value;
		break;
	case 'a':
		(void)num_i64(value, &l->attempt);
		break;
	case 'o':
		l->output = value;
		break;
	case 'l':
		l->long_output = value;
		break;
	case 'c':
		l->comment = value;
		break;
	default:
		break;
	}
}

/* LG-3: old files have state and command of a delivery the other way round. */
static void
turn_swapped(struct line *l, bool service)
{
	struct line other = *l;

	if (take_state(&other, l->state_type, service) ||
	    !take_state(&other, l->command, service))
		return;
	other.state_type = l->command;
	other.command = l->state_type;
	*l = other;
}

static void
take_fields(struct line *l, const struct kind *k)
{
	struct slice rest = l->options, value;
	bool service = strchr(k->fields, 's') != NULL;

	for (const char *p = k->fields; *p != '\0'; p++) {
		if (p[1] == '\0') { /* the last has all that is left */
			value = rest;
			rest.len = 0;
		} else if (!slice_next(&rest, ';', &value)) {
			break;
		}
		put_field(l, *p, value, service);
	}
	if (k->class == 3 && l->contact.len > 0)
		turn_swapped(l, service || strchr(k->fields, 'X') != NULL);
}

static enum line_kind
program_kind(struct slice text)
{
	static const struct {
		const char *words;
		enum line_kind kind;
	} found[] = {
	    {"LOG VERSION: 2.0", LINE_LOG_VERSION},
	    {"LOG ROTATION", LINE_LOG_ROTATION},
	    {"logging initial states", LINE_INITIAL_STATES},
	    {"logging intermediate states", LINE_INTERMEDIATE_STATES},
	    {"starting...", LINE_STARTING},
	    {"active mode...", LINE_ACTIVE_MODE},
	    {"shutting down...", LINE_SHUTTING_DOWN},
	    {"Bailing out", LINE_BAILING_OUT},
	    {"standby mode...", LINE_STANDBY_MODE},
	};

	for (size_t i = 0; i < ARRAY_LEN(found); i++)
		if (memmem(text.s, text.len, found[i].words,
			strlen(found[i].words)) != NULL)
			return found[i].kind;
	return LINE_INFO;
}

bool
line_parse(struct slice text, uint32_t lineno, struct line *l)
{
	struct slice rest = text;
	const char *colon;

	*l = (struct line){.lineno = lineno, .message = text};
	if (!take_time(&rest, &l->time))
		return false;
	l->type = rest;
	colon = memmem(rest.s, rest.len, ": ", 2);
	if (colon != NULL) {
		l->type.len = (size_t)(colon - rest.s);
		l->options =
		    (struct slice){colon + 2, rest.len - l->type.len - 2};
		for (int k = 1; k < LINE_KINDS; k++) {
			const char *type = kinds[k].type;

			if (type == NULL || type[0] != l->type.s[0] ||
			    !slice_eqs(l->type, type))
				continue;
			l->kind = (enum line_kind)k;
			l->class = kinds[k].class;
			take_fields(l, &kinds[k]);
			return true;
		}
	}
	l->kind = program_kind(rest);
	l->class = kinds[l->kind].class;
	if (l->class == 0)
		l->type = rest;
	return true;
}
