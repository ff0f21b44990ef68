/* SPDX-License-Identifier: Apache-2.0
 *
 * History lines in memory; see loglines.h.
 */
#include "livestatusd/loglines/loglines.h"

#include "common/mem.h"
#include "common/num.h"
#include "livestatusd/mirror/utf8.h"

#include <stdlib.h>

struct entry {
	char *text;
	uint32_t len, lineno;
	int64_t time;
	int64_t latest; /* of all lines up to this one: clocks may jump back */
};

struct loglines {
	struct entry *entries;
	size_t first, n, cap, max; /* entries first..first+n */
	struct str clean;
};

/*
 * What follows the colon, a letter a field: h host, s service, n contact,
 * m command, w state as word, t type of state, T both in one, a attempt,
 * o output, l long output, c comment, x exit code, - nothing we show.
 */
struct kind {
	const char *type, *fields;
	uint32_t class;
};
static const struct kind kinds[] = {
    {"HOST ALERT", "hwtaol", 1},
    {"SERVICE ALERT", "hswtaol", 1},
    {"INITIAL HOST STATE", "hwtaol", 6},
    {"CURRENT HOST STATE", "hwtaol", 6},
    {"INITIAL SERVICE STATE", "hswtaol", 6},
    {"CURRENT SERVICE STATE", "hswtaol", 6},
    {"HOST DOWNTIME ALERT", "htc", 1},
    {"HOST FLAPPING ALERT", "htc", 1},
    {"SERVICE DOWNTIME ALERT", "hstc", 1},
    {"SERVICE FLAPPING ALERT", "hstc", 1},
    {"HOST ACKNOWLEDGE ALERT", "htnc", 1},
    {"SERVICE ACKNOWLEDGE ALERT", "hstnc", 1},
    {"TIMEPERIOD TRANSITION", "", 6},
    {"HOST NOTIFICATION", "nhTmo-cl", 3},
    {"SERVICE NOTIFICATION", "nhsTmo-cl", 3},
    {"HOST NOTIFICATION RESULT", "nhTmoc", 3},
    {"SERVICE NOTIFICATION RESULT", "nhsTmoc", 3},
    {"HOST NOTIFICATION PROGRESS", "nhTmo", 3},
    {"SERVICE NOTIFICATION PROGRESS", "nhsTmo", 3},
    {"HOST ALERT HANDLER STARTED", "hm", 8},
    {"SERVICE ALERT HANDLER STARTED", "hsm", 8},
    {"HOST ALERT HANDLER STOPPED", "hmxo", 8},
    {"SERVICE ALERT HANDLER STOPPED", "hsmxo", 8},
    {"PASSIVE HOST CHECK", "hwo", 4},
    {"PASSIVE SERVICE CHECK", "hswo", 4},
    {"EXTERNAL COMMAND", "", 5},
};

struct loglines *
loglines_new(size_t max_lines)
{
	struct loglines *h = xnew(struct loglines);

	h->max = max_lines == 0 ? 1 : max_lines;
	return h;
}

void
loglines_free(struct loglines **hp)
{
	struct loglines *h = *hp;

	if (h == NULL)
		return;
	*hp = NULL;
	for (size_t i = 0; i < h->n; i++)
		free(h->entries[h->first + i].text);
	free(h->entries);
	str_free(&h->clean);
	free(h);
}

/* "[123] " off the front. */
static bool
take_time(struct slice *line, int64_t *time_r)
{
	const char *end = memchr(line->s, ']', line->len);
	struct slice number;

	if (line->len < 3 || line->s[0] != '[' || end == NULL)
		return false;
	number = (struct slice){line->s + 1, (size_t)(end - line->s) - 1};
	if (!num_i64(number, time_r))
		return false;
	line->len -= (size_t)(end + 1 - line->s);
	line->s = end + 1;
	if (line->len > 0 && line->s[0] == ' ') {
		line->s++;
		line->len--;
	}
	return true;
}

void
loglines_add(struct loglines *h, struct slice line, uint32_t lineno)
{
	struct entry *e;
	struct slice rest;
	int64_t time, latest = INT64_MIN;
	size_t end;

	str_clear(&h->clean);
	mirror_utf8_clean(&h->clean, line);
	rest = str_slice(&h->clean);
	if (rest.len == 0 || rest.len > UINT32_MAX || !take_time(&rest, &time))
		return;
	if (h->n == h->max) {
		free(h->entries[h->first++].text);
		h->n--;
	}
	if (h->first > h->max) { /* half of the array is unused */
		memmove(h->entries, h->entries + h->first,
		    h->n * sizeof(*h->entries));
		h->first = 0;
	}
	end = h->first + h->n;
	ARRAY_GROW(h->entries, end, h->cap);
	if (h->n > 0)
		latest = h->entries[end - 1].latest;
	e = &h->entries[end];
	e->text = xstrndup(h->clean.s, h->clean.len);
	e->len = (uint32_t)h->clean.len;
	e->lineno = lineno;
	e->time = time;
	e->latest = time > latest ? time : latest;
	h->n++;
}

size_t
loglines_count(const struct loglines *h)
{
	return h == NULL ? 0 : h->n;
}

size_t
loglines_since(const struct loglines *h, int64_t time)
{
	size_t lo = 0, hi = loglines_count(h);

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (h->entries[h->first + mid].latest < time)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The number of a state's name, "WORD (STATE)" included; -1: none. */
static int64_t
state_number(struct slice word, bool service, struct slice *word_r)
{
	static const char *const host_words[] = {"UP", "DOWN", "UNREACHABLE"};
	static const char *const service_words[] = {
	    "OK", "WARNING", "CRITICAL", "UNKNOWN"};
	const char *const *words = service ? service_words : host_words;
	const char *open = memchr(word.s, '(', word.len);
	int64_t number;

	if (open != NULL && word.s[word.len - 1] == ')') {
		word.len = (size_t)(word.s + word.len - open) - 2;
		word.s = open + 1;
	}
	*word_r = word;
	if (slice_eqs(word, "RECOVERY"))
		return 0;
	for (int i = 0; i < (service ? 4 : 3); i++)
		if (slice_eqs(word, words[i]))
			return i;
	return num_range(word, 0, 255, &number) ? number : -1;
}

static void
put_field(struct logline_fields *f, char letter, struct slice value)
{
	int64_t n;

	switch (letter) {
	case 'h':
		f->host = value;
		break;
	case 's':
		f->service = value;
		break;
	case 'n':
		f->contact = value;
		break;
	case 'm':
		f->command = value;
		break;
	case 'T':
		f->state_type = value;
		/* fall through */
	case 'w':
	case 'x':
		n = state_number(value, f->service.len > 0, &f->state_word);
		f->state = n < 0 ? 0 : n;
		break;
	case 't':
		f->state_type = value;
		break;
	case 'a':
		if (num_i64(value, &n))
			f->attempt = n;
		break;
	case 'o':
		f->output = value;
		break;
	case 'l':
		f->long_output = value;
		break;
	case 'c':
		f->comment = value;
		break;
	default:
		break;
	}
}

static void
take_fields(struct logline_fields *f, const struct kind *k)
{
	struct slice rest = f->options, value;

	f->class = k->class;
	for (const char *p = k->fields; *p != '\0'; p++) {
		if (p[1] == '\0') { /* the last has all that is left */
			value = rest;
			rest.len = 0;
		} else if (!slice_next(&rest, ';', &value)) {
			break;
		}
		put_field(f, *p, value);
	}
}

static bool
contains(struct slice s, const char *text)
{
	return memmem(s.s, s.len, text, strlen(text)) != NULL;
}

static uint32_t
other_class(struct slice text)
{
	static const char *const program[] = {"LOG VERSION: 2.0",
	    "logging initial states", "starting...", "active mode...",
	    "shutting down...", "Bailing out", "standby mode..."};

	for (size_t i = 0; i < ARRAY_LEN(program); i++)
		if (contains(text, program[i]))
			return 2;
	return 0;
}

void
loglines_fields(const struct loglines *h, size_t line, struct logline_fields *f)
{
	const struct entry *e = &h->entries[h->first + line];
	struct slice rest = {e->text, e->len};
	const char *colon;

	*f = (struct logline_fields){
	    .time = e->time, .lineno = e->lineno, .message = rest};
	(void)take_time(&rest, &f->time);
	f->type = rest;
	colon = memmem(rest.s, rest.len, ": ", 2);
	if (colon != NULL) {
		f->type.len = (size_t)(colon - rest.s);
		f->options =
		    (struct slice){colon + 2, rest.len - f->type.len - 2};
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
			if (slice_eqs(f->type, kinds[i].type)) {
				take_fields(f, &kinds[i]);
				return;
			}
		}
	}
	f->class = other_class(rest);
	if (f->class == 0)
		f->type = rest;
}
