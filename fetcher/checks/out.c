/* SPDX-License-Identifier: Apache-2.0
 *
 * Building a check's result.
 */
#include "fetcher/checks/out.h"

void
check_out_clear(struct check_out *out)
{
	out->state = CHECK_OK;
	out->none = false;
	str_clear(&out->summary);
	str_clear(&out->details);
	str_clear(&out->perf);
	out->cached_at = out->cached_interval = 0;
}

void
check_out_free(struct check_out *out)
{
	str_free(&out->summary);
	str_free(&out->details);
	str_free(&out->perf);
}

uint32_t
check_worst(uint32_t a, uint32_t b)
{
	static const unsigned char rank[] = {0, 1, 3, 2};
	return rank[a & 3] >= rank[b & 3] ? a : b;
}

static void
add_marker(struct str *text, uint32_t state)
{
	static const char *const markers[] = {"", "(!)", "(!!)", "(?)"};
	if (state != CHECK_OK)
		str_add(text, markers[state & 3]);
}

static struct str *
begin(struct check_out *out, bool summary, uint32_t state)
{
	struct str *text = summary ? &out->summary : &out->details;
	if (text->len > 0)
		str_addn(text, summary ? ", " : "\n", summary ? 2 : 1);
	out->state = check_worst(out->state, state);
	return text;
}

void
check_say(struct check_out *out, uint32_t state, const char *fmt, ...)
{
	struct str *text = begin(out, true, state);
	va_list ap;
	va_start(ap, fmt);
	str_vaddf(text, fmt, ap);
	va_end(ap);
	add_marker(text, state);
}

void
check_tell(struct check_out *out, uint32_t state, const char *fmt, ...)
{
	struct str *text = begin(out, state != CHECK_OK, state);
	va_list ap;
	va_start(ap, fmt);
	str_vaddf(text, fmt, ap);
	va_end(ap);
	add_marker(text, state);
}

void
check_say_str(struct check_out *out, uint32_t state, const struct str *said)
{
	struct str *text = begin(out, true, state);
	str_addslice(text, str_slice(said));
	add_marker(text, state);
}

void
check_say_words(struct check_out *out, uint32_t state, struct slice said)
{
	struct str *text = begin(out, true, state);
	str_addslice(text, said);
	add_marker(text, state);
}

void
check_tell_str(struct check_out *out, uint32_t state, const struct str *said)
{
	struct str *text = begin(out, state != CHECK_OK, state);
	str_addslice(text, str_slice(said));
	add_marker(text, state);
}

struct check_levels
check_levels_of(const struct check_levels *levels, double whole)
{
	struct check_levels l = *levels;
	if (l.kind == CHECK_LEVELS_PERCENT) {
		l.kind = CHECK_LEVELS_ABSOLUTE;
		l.warn *= whole / 100;
		l.crit *= whole / 100;
	}
	return l;
}

static bool
has(const struct check_levels *levels)
{
	return levels != NULL && levels->kind != CHECK_LEVELS_NONE;
}

uint32_t
check_judge(double value, const struct check_levels *upper,
    const struct check_levels *lower)
{
	if (has(upper) && value >= upper->crit)
		return CHECK_CRIT;
	if (has(lower) && value < lower->crit)
		return CHECK_CRIT;
	if (has(upper) && value >= upper->warn)
		return CHECK_WARN;
	if (has(lower) && value < lower->warn)
		return CHECK_WARN;
	return CHECK_OK;
}

void
check_levels_text(struct str *text, double value,
    const struct check_levels *upper, const struct check_levels *lower,
    render_fn *render)
{
	uint32_t state = check_judge(value, upper, lower);
	const struct check_levels *levels = lower;
	if (state == CHECK_OK)
		return;
	if (has(upper) && check_judge(value, upper, NULL) == state)
		levels = upper;
	str_add(
	    text, levels == upper ? " (warn/crit at " : " (warn/crit below ");
	render(text, levels->warn);
	str_addc(text, '/');
	render(text, levels->crit);
	str_addc(text, ')');
}

void
check_value_say(struct check_out *out, bool notice, const char *label,
    double value, const struct check_levels *upper,
    const struct check_levels *lower, render_fn *render)
{
	uint32_t state = check_judge(value, upper, lower);
	struct str *text = begin(out, !notice || state != CHECK_OK, state);
	str_add(text, label);
	str_add(text, ": ");
	render(text, value);
	check_levels_text(text, value, upper, lower, render);
	add_marker(text, state);
}

static void
add_number(struct str *perf, double value)
{
	str_addc(perf, ';');
	if (isfinite(value))
		render_plain(perf, value);
}

void
check_metric_slice(struct check_out *out, struct slice name, double value,
    const struct check_levels *upper, double min, double max)
{
	struct str *perf = &out->perf;
	if (!isfinite(value))
		return;
	if (perf->len > 0)
		str_addc(perf, ' ');
	str_addslice(perf, name);
	str_addc(perf, '=');
	render_plain(perf, value);
	if (!has(upper) && !isfinite(min) && !isfinite(max))
		return;
	add_number(perf, has(upper) ? upper->warn : NAN);
	add_number(perf, has(upper) ? upper->crit : NAN);
	add_number(perf, min);
	add_number(perf, max);
	/* Empty fields at the end say nothing. */
	while (perf->s[perf->len - 1] == ';')
		perf->s[--perf->len] = '\0';
}

void
check_metric(struct check_out *out, const char *name, double value,
    const struct check_levels *upper, double min, double max)
{
	check_metric_slice(out, slice_of(name), value, upper, min, max);
}
