/* SPDX-License-Identifier: Apache-2.0
 *
 * MRPE: Nagios plugins that the agent runs on the host.
 */
#include "fetcher/sections/mrpe.h"
#include "common/num.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

#include <ctype.h>

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_mrpe *s = c->sections[0];
	for (size_t i = 0; i < s->n; i++)
		check_found_add(found, s->entries[i].item, NULL);
}

/* Takes the next line off *rest; 0x01 stands between lines. */
static bool
take_line(struct slice *rest, struct slice *line_r)
{
	return rest->s != NULL && slice_next(rest, '\001', line_r);
}

/* "'label with blanks'=value..." off the front of *rest. */
static bool
take_metric(struct slice *rest, struct slice *label_r, struct slice *value_r)
{
	*rest = slice_trim(*rest);
	if (rest->len == 0)
		return false;
	if (*rest->s == '\'') {
		const char *end = memchr(rest->s + 1, '\'', rest->len - 1);
		if (end == NULL)
			return false;
		*label_r =
		    (struct slice){rest->s + 1, (size_t)(end - rest->s) - 1};
		rest->len -= (size_t)(end + 1 - rest->s);
		rest->s = end + 1;
		if (!slice_word(rest, value_r) || *value_r->s != '=')
			return false;
		value_r->s++;
		value_r->len--;
		return true;
	}
	slice_word(rest, value_r);
	return slice_next(value_r, '=', label_r) && label_r->len > 0 &&
	    value_r->len > 0;
}

/* The number at the front; its unit is left out. */
static bool
read_number(struct slice s, double *value_r)
{
	size_t n = 0;
	while (n < s.len &&
	    (isdigit((unsigned char)s.s[n]) || s.s[n] == '.' ||
		(n == 0 && (s.s[n] == '-' || s.s[n] == '+'))))
		n++;
	return num_double((struct slice){s.s, n}, value_r);
}

/* Of a range the part after the last colon counts as the upper level. */
static double
upper_of(struct slice range)
{
	double value;
	const char *colon =
	    range.len > 0 ? memrchr(range.s, ':', range.len) : NULL;
	if (colon != NULL) {
		range.len -= (size_t)(colon + 1 - range.s);
		range.s = colon + 1;
	}
	return read_number(range, &value) ? value : NAN;
}

/* Labels have neither blanks nor quotes in what is handed on. */
static void
add_metric(struct slice label, struct slice text, struct check_out *out)
{
	struct slice fields[5] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}};
	struct check_levels l = {CHECK_LEVELS_ABSOLUTE, NAN, NAN};
	double value;
	struct str name = {0};

	for (size_t i = 0; i < 5 && slice_next(&text, ';', &fields[i]); i++)
		;
	if (!read_number(fields[0], &value)) {
		check_tell(out, CHECK_OK, "Undefined metric: %.*s",
		    (int)label.len, label.s);
		return;
	}
	for (size_t i = 0; i < label.len; i++)
		str_addc(&name,
		    strchr(" '=;|\"", label.s[i]) != NULL ? '_' : label.s[i]);
	l.warn = upper_of(fields[1]);
	l.crit = upper_of(fields[2]);
	if (isnan(l.warn) && isnan(l.crit))
		l.kind = CHECK_LEVELS_NONE;
	check_metric_slice(out, str_slice(&name), value, &l,
	    upper_of(fields[3]), upper_of(fields[4]));
	str_free(&name);
}

static void
add_metrics(struct slice perf, struct check_out *out)
{
	struct slice label, value;
	while (take_metric(&perf, &label, &value))
		add_metric(label, value, out);
	if (perf.len > 0)
		check_tell(out, CHECK_OK, "Undefined metric: %.*s",
		    (int)(perf.len < 100 ? perf.len : 100), perf.s);
}

/* Text up to "|", performance data behind it. */
static void
say_output(struct slice output, struct check_out *out)
{
	struct slice line, text = {"", 0};
	bool more = false;

	if (!take_line(&output, &line))
		return;
	slice_next(&line, '|', &text);
	str_addslice(&out->summary, slice_trim(text));
	add_metrics(line, out);
	while (take_line(&output, &line)) {
		const char *bar = memchr(line.s, '|', line.len);
		if (more) {
			add_metrics(line, out);
			continue;
		}
		text = (struct slice){"", 0};
		slice_next(&line, '|', &text);
		if (bar == NULL || text.len > 0) {
			if (out->details.len > 0)
				str_addc(&out->details, '\n');
			str_addslice(&out->details, text);
		}
		more = bar != NULL;
		if (more)
			add_metrics(line, out);
	}
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_mrpe *s = c->sections[0];
	const struct mrpe_entry *e = NULL;
	int64_t code;

	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->entries[i].item, c->item))
			e = &s->entries[i];
	if (e == NULL) {
		check_say(
		    out, CHECK_UNKNOWN, "Item not found in monitoring data");
		return;
	}
	out->cached_at = e->cached_at;
	out->cached_interval = e->cached_interval;
	say_output(e->output, out);
	if (!num_i64(e->code, &code))
		check_say(out, CHECK_UNKNOWN, "Invalid plugin status '%.*s'",
		    (int)(e->code.len < 40 ? e->code.len : 40), e->code.s);
	else if (code < 0 || code > 3)
		out->state = CHECK_UNKNOWN;
	else
		out->state = (uint32_t)code;
	if (e->plugin.len > 0)
		check_tell(out, CHECK_OK, "Plugin: %.*s",
		    (int)(e->plugin.len < 100 ? e->plugin.len : 100),
		    e->plugin.s);
}

const struct check check_mrpe = {
    .name = "mrpe",
    .title = "MRPE: Nagios plugins run by the agent",
    .manual =
	"A line of the agent's `mrpe.cfg` gives a service with the plugin's "
	"own state, text and metrics. An exit code that is no number or not 0 "
	"to 3 is UNKNOWN.",
    .ruleset = NULL,
    .description = "%s",
    .sections = (const struct section_type *const[]){&section_mrpe, NULL},
    .discover = discover,
    .judge = judge,
};
