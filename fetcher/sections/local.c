/* SPDX-License-Identifier: Apache-2.0
 *
 * Section local: "[cached(T,I) ]STATE NAME PERF[ TEXT]". A line without
 * STATE, NAME and PERF is nobody's service and is only counted.
 */
#include "fetcher/sections/local.h"

#include "common/num.h"

#include <ctype.h>
#include <math.h>

#define MAX_METRICS 256 /* of one line */

static void
skip_blanks(struct slice *s)
{
	while (s->len > 0 && (*s->s == ' ' || *s->s == '\t')) {
		s->s++;
		s->len--;
	}
}

static void
read_cached(struct slice *line, struct local_entry *entry)
{
	struct slice head, first;
	int64_t at, interval;
	if (!slice_starts(*line, "cached("))
		return;
	const char *close = memchr(line->s, ')', line->len);
	if (close == NULL)
		return;
	head = (struct slice){line->s + 7, (size_t)(close - line->s) - 7};
	if (!slice_next(&head, ',', &first) || !num_i64(first, &at) ||
	    !num_i64(head, &interval) || at < 0 || interval < 0)
		return;
	entry->cached_at = at;
	entry->cached_interval = interval;
	line->len -= (size_t)(close + 1 - line->s);
	line->s = close + 1;
	skip_blanks(line);
}

static bool
read_name(struct slice *line, struct slice *name_r)
{
	skip_blanks(line);
	if (line->len == 0 || (*line->s != '"' && *line->s != '\''))
		return slice_word(line, name_r);
	const char *begin = line->s + 1;
	const char *end = memchr(begin, *line->s, line->len - 1);
	if (end == NULL || end == begin)
		return false;
	*name_r = (struct slice){begin, (size_t)(end - begin)};
	line->len -= (size_t)(end + 1 - line->s);
	line->s = end + 1;
	return line->len > 0 && *line->s == ' ';
}

static int
read_state(struct slice text)
{
	if (text.len == 1 && text.s[0] >= '0' && text.s[0] <= '3')
		return text.s[0] - '0';
	return slice_eqs(text, "P") ? LOCAL_BY_LEVELS : LOCAL_BAD_STATE;
}

/* The longest numeric prefix; nothing numeric is 0. */
static double
number_prefix(struct slice s)
{
	double value;
	size_t n = 0;
	bool digit = false;

	if (n < s.len && (s.s[n] == '-' || s.s[n] == '+'))
		n++;
	for (; n < s.len && (isdigit((unsigned char)s.s[n]) || s.s[n] == '.');
	     n++)
		digit = digit || s.s[n] != '.';
	if (!digit)
		return 0;
	size_t e = n;
	if (e < s.len && (s.s[e] == 'e' || s.s[e] == 'E')) {
		e++;
		if (e < s.len && (s.s[e] == '-' || s.s[e] == '+'))
			e++;
		if (e < s.len && isdigit((unsigned char)s.s[e])) {
			while (e < s.len && isdigit((unsigned char)s.s[e]))
				e++;
			n = e;
		}
	}
	for (; n > 0; n--) /* "1.2.3" -> "1.2" */
		if (num_double((struct slice){s.s, n}, &value))
			return value;
	return 0;
}

/* "[lower:]upper"; an empty one is none. */
static bool
read_level(struct slice field, double *upper, double *lower)
{
	const char *colon = memchr(field.s, ':', field.len);
	struct slice low = {field.s, 0}, high = field;
	*upper = *lower = NAN;
	if (colon != NULL) {
		low.len = (size_t)(colon - field.s);
		high = (struct slice){colon + 1, field.len - low.len - 1};
	}
	return (low.len == 0 || num_double(low, lower)) &&
	    (high.len == 0 || num_double(high, upper));
}

static void
complete_levels(struct local_metric *m)
{
	if (isnan(m->warn))
		m->warn = m->crit;
	else if (isnan(m->crit))
		m->crit = INFINITY;
	if (isnan(m->warn_lower))
		m->warn_lower = m->crit_lower;
	else if (isnan(m->crit_lower))
		m->crit_lower = -INFINITY;
}

/* "name=value[;[wl:]w[;[cl:]c[;min[;max]]]]" */
static bool
read_metric(struct slice text, struct local_metric *m)
{
	struct slice fields[5] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}};
	const char *eq = memchr(text.s, '=', text.len);

	if (eq == NULL || eq == text.s)
		return false;
	m->name = (struct slice){text.s, (size_t)(eq - text.s)};
	text = (struct slice){eq + 1, text.len - m->name.len - 1};
	while (text.len > 0 && text.s[text.len - 1] == ';')
		text.len--;
	for (size_t n = 0; text.len > 0; n++) {
		struct slice field;
		slice_next(&text, ';', &field);
		if (n == 5)
			return false;
		fields[n] = field;
	}
	if (fields[0].len == 0)
		return false;
	m->value = number_prefix(fields[0]);
	m->min = m->max = NAN;
	if (!read_level(fields[1], &m->warn, &m->warn_lower) ||
	    !read_level(fields[2], &m->crit, &m->crit_lower) ||
	    (fields[3].len > 0 && !num_double(fields[3], &m->min)) ||
	    (fields[4].len > 0 && !num_double(fields[4], &m->max)))
		return false;
	complete_levels(m);
	return true;
}

static void
read_metrics(struct arena *arena, struct slice perf, struct local_entry *entry)
{
	struct slice one;
	if (slice_eqs(perf, "-"))
		return;
	while (slice_next(&perf, '|', &one)) {
		struct local_metric metric;
		if (one.len == 0)
			continue;
		if (!read_metric(one, &metric) ||
		    entry->n_metrics == MAX_METRICS) {
			if (entry->bad_metric.len == 0)
				entry->bad_metric = one;
			continue;
		}
		ARENA_GROW(arena, entry->metrics, entry->n_metrics,
		    entry->cap_metrics);
		entry->metrics[entry->n_metrics++] = metric;
	}
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_local *local = section;
	struct slice line, perf;

	while (split_line(in, &line)) {
		struct local_entry entry = {.cached_at = in->current->cached_at,
		    .cached_interval = in->current->cached_interval};
		struct slice whole = line;
		read_cached(&line, &entry);
		if (!slice_word(&line, &entry.state_text) ||
		    !read_name(&line, &entry.name) ||
		    !slice_word(&line, &perf)) {
			if (local->n_bad++ == 0)
				local->bad_line = whole;
			continue;
		}
		entry.state = read_state(entry.state_text);
		read_metrics(arena, perf, &entry);
		entry.text = slice_trim(line);
		if (local->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "too many local checks");
		ARENA_GROW(arena, local->entries, local->n, local->cap);
		local->entries[local->n++] = entry;
	}
	return 0;
}

const struct section_type section_local = {
    .names = {"local", NULL},
    .size = sizeof(struct section_local),
    .may_be_empty = true,
    .parse = parse,
};
