/* SPDX-License-Identifier: Apache-2.0
 *
 * See rpn.h. All metrics are brought to the same steps, then the list is
 * worked off for each of them.
 */
#include "livestatusd/table/rpn.h"

#include "common/mem.h"
#include "common/num.h"

#include <math.h>
#include <stdlib.h>

#define OLDEST_S (INT64_C(5) * 366 * 86400) /* nothing older is kept */
#define PI       3.14159265358979323846

/* `s` are the arguments; the results come in their place. */
typedef void op_fn(double *s);

#define ONE(name, expr)                                                        \
	static void op_##name(double *s)                                       \
	{                                                                      \
		double a = s[0];                                               \
		s[0] = (expr);                                                 \
	}
#define TWO(name, expr)                                                        \
	static void op_##name(double *s)                                       \
	{                                                                      \
		double a = s[0], b = s[1];                                     \
		s[0] = (expr);                                                 \
	}
#define KNOWN2(expr) (isnan(a) || isnan(b) ? (double)NAN : (double)(expr))

ONE(sin, sin(a))
ONE(cos, cos(a))
ONE(log, log(a))
ONE(exp, exp(a))
ONE(sqrt, sqrt(a))
ONE(atan, atan(a))
ONE(floor, floor(a))
ONE(ceil, ceil(a))
ONE(round, round(a))
ONE(abs, fabs(a))
ONE(deg2rad, a *PI / 180)
ONE(rad2deg, a * 180 / PI)
ONE(un, isnan(a) ? 1 : 0)
ONE(isinf, isinf(a) ? 1 : 0)
TWO(add, a + b)
TWO(sub, a - b)
TWO(mul, a *b)
TWO(div, a / b)
TWO(mod, fmod(a, b))
TWO(pow, pow(a, b))
TWO(atan2, atan2(a, b))
TWO(addnan, isnan(a) ? b : isnan(b) ? a : a + b)
TWO(min, KNOWN2(a < b ? a : b))
TWO(max, KNOWN2(a > b ? a : b))
TWO(minnan, fmin(a, b))
TWO(maxnan, fmax(a, b))
TWO(lt, KNOWN2(a < b))
TWO(le, KNOWN2(a <= b))
TWO(gt, KNOWN2(a > b))
TWO(ge, KNOWN2(a >= b))
TWO(eq, KNOWN2(!(a < b) && !(a > b)))
TWO(ne, KNOWN2(a<b || a> b))

static void
op_dup(double *s)
{
	s[1] = s[0];
}

static void
op_pop(double *s)
{
	(void)s;
}

static void
op_exc(double *s)
{
	double a = s[0];

	s[0] = s[1];
	s[1] = a;
}

static void
op_if(double *s)
{
	s[0] = isnan(s[0]) || fpclassify(s[0]) == FP_ZERO ? s[2] : s[1];
}

static void
op_limit(double *s)
{
	if (!(s[0] >= s[1] && s[0] <= s[2]))
		s[0] = (double)NAN;
}

static const struct op {
	const char *name;
	op_fn *fn;
	unsigned in, out;
} ops[] = {
    {"+", op_add, 2, 1},
    {"-", op_sub, 2, 1},
    {"*", op_mul, 2, 1},
    {"/", op_div, 2, 1},
    {"%", op_mod, 2, 1},
    {"ABS", op_abs, 1, 1},
    {"ADDNAN", op_addnan, 2, 1},
    {"ATAN", op_atan, 1, 1},
    {"ATAN2", op_atan2, 2, 1},
    {"CEIL", op_ceil, 1, 1},
    {"COS", op_cos, 1, 1},
    {"DEG2RAD", op_deg2rad, 1, 1},
    {"DUP", op_dup, 1, 2},
    {"EQ", op_eq, 2, 1},
    {"EXC", op_exc, 2, 2},
    {"EXP", op_exp, 1, 1},
    {"FLOOR", op_floor, 1, 1},
    {"GE", op_ge, 2, 1},
    {"GT", op_gt, 2, 1},
    {"IF", op_if, 3, 1},
    {"ISINF", op_isinf, 1, 1},
    {"LE", op_le, 2, 1},
    {"LIMIT", op_limit, 3, 1},
    {"LOG", op_log, 1, 1},
    {"LT", op_lt, 2, 1},
    {"MAX", op_max, 2, 1},
    {"MAXNAN", op_maxnan, 2, 1},
    {"MIN", op_min, 2, 1},
    {"MINNAN", op_minnan, 2, 1},
    {"NE", op_ne, 2, 1},
    {"POP", op_pop, 1, 0},
    {"POW", op_pow, 2, 1},
    {"RAD2DEG", op_rad2deg, 1, 1},
    {"ROUND", op_round, 1, 1},
    {"SIN", op_sin, 1, 1},
    {"SQRT", op_sqrt, 1, 1},
    {"UN", op_un, 1, 1},
};

enum fold {
	FOLD_MAX,
	FOLD_MIN,
	FOLD_AVERAGE
};

enum word_kind {
	WORD_NUMBER,
	WORD_METRIC,
	WORD_OP,
	WORD_MEAN, /* of the `n` values before it */
	WORD_TIME, /* of the value */
	WORD_NOW
};

struct word {
	enum word_kind kind;
	double number;
	struct slice metric;
	enum fold fold;
	const struct op *op;
	unsigned n;
};

struct rpn {
	struct word words[RPN_WORDS];
	size_t n;
	int64_t from, until, step;
};

/* --- the call ------------------------------------------------------------- */

static void
read_metric(struct slice text, struct word *w)
{
	static const struct {
		struct slice suffix;
		enum fold fold;
	} suffixes[] = {
	    {{".max", 4}, FOLD_MAX},
	    {{".min", 4}, FOLD_MIN},
	    {{".average", 8}, FOLD_AVERAGE},
	};

	*w = (struct word){
	    .kind = WORD_METRIC, .metric = text, .fold = FOLD_MAX};
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		struct slice end = suffixes[i].suffix;

		if (text.len > end.len &&
		    memcmp(text.s + text.len - end.len, end.s, end.len) == 0) {
			w->metric.len -= end.len;
			w->fold = suffixes[i].fold;
			return;
		}
	}
}

static void
read_word(struct slice text, struct word *w)
{
	static const struct {
		const char *name;
		double value;
	} constants[] = {
	    {"UNKN", (double)NAN},
	    {"INF", (double)INFINITY},
	    {"NEGINF", -(double)INFINITY},
	};
	double number;

	*w = (struct word){.kind = WORD_NUMBER};
	for (size_t i = 0; i < sizeof(constants) / sizeof(*constants); i++)
		if (slice_eqs(text, constants[i].name)) {
			w->number = constants[i].value;
			return;
		}
	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		if (slice_eqs(text, ops[i].name)) {
			w->kind = WORD_OP;
			w->op = &ops[i];
			return;
		}
	if (slice_eqs(text, "TIME"))
		w->kind = WORD_TIME;
	else if (slice_eqs(text, "NOW"))
		w->kind = WORD_NOW;
	else if (slice_eqs(text, "AVG"))
		w->kind = WORD_MEAN;
	else if (num_double(text, &number))
		w->number = number;
	else
		read_metric(text, w);
}

/* The number before AVG says of how many; it is no value. */
static bool
read_mean(struct rpn *r, size_t *depth)
{
	struct word *w = &r->words[r->n - 1];
	double n = w->number;

	if (w->kind != WORD_NUMBER || !(n >= 1 && n <= RPN_WORDS) ||
	    *depth - 1 < (size_t)n)
		return false;
	*w = (struct word){.kind = WORD_MEAN, .n = (unsigned)n};
	*depth -= (size_t)n; /* the number, and n values for one */
	return true;
}

/* What is on the stack is known beforehand: it never runs over or dry. */
static bool
read_words(struct rpn *r, struct slice list)
{
	struct slice text;
	size_t depth = 0;
	struct word w;

	while (slice_next(&list, ',', &text)) {
		if (text.len == 0 || r->n == RPN_WORDS)
			return false;
		read_word(text, &w);
		if (w.kind == WORD_MEAN) {
			if (depth == 0 || !read_mean(r, &depth))
				return false;
			continue;
		}
		if (w.kind == WORD_OP) {
			if (depth < w.op->in)
				return false;
			depth = depth - w.op->in + w.op->out;
		} else {
			depth++;
		}
		r->words[r->n++] = w;
	}
	return depth == 1;
}

static bool
read_number(struct slice *rest, int64_t *n_r)
{
	struct slice text;

	return slice_next(rest, ':', &text) && num_i64(text, n_r) &&
	    *n_r >= 0 && *n_r <= INT64_C(1) << 40;
}

struct rpn *
rpn_parse(struct slice call)
{
	struct rpn *r = xnew(struct rpn);
	int64_t points = RPN_POINTS, least;
	struct slice list;

	if (!slice_next(&call, ':', &list) || !read_words(r, list) ||
	    !read_number(&call, &r->from) || !read_number(&call, &r->until) ||
	    !read_number(&call, &r->step) || r->until <= r->from ||
	    (call.len > 0 &&
		(!read_number(&call, &points) || call.len > 0 || points < 1 ||
		    points > RPN_POINTS_MAX))) {
		free(r);
		return NULL;
	}
	least = (r->until - r->from + points - 1) / points;
	if (r->step < least)
		r->step = least;
	return r;
}

void
rpn_free(struct rpn **rp)
{
	free(*rp);
	*rp = NULL;
}

/* --- the values ----------------------------------------------------------- */

static int64_t
down(int64_t t, int64_t step)
{
	return t / step * step;
}

static int64_t
up(int64_t t, int64_t step)
{
	return (t + step - 1) / step * step;
}

/* One value of all those of `s` that end after `from` and until `to`. */
static double
fold(const struct rrd_series *s, enum fold how, int64_t from, int64_t to)
{
	int64_t i = from < s->start ? 0 : (from - s->start) / s->step;
	double sum = (double)NAN;
	unsigned n = 0;

	for (; i < (int64_t)s->n && s->start + (i + 1) * s->step <= to; i++) {
		double x = s->values[i];

		if (isnan(x))
			continue;
		if (n++ == 0)
			sum = x;
		else if (how == FOLD_AVERAGE)
			sum += x;
		else if (how == FOLD_MAX ? x > sum : x < sum)
			sum = x;
	}
	return how == FOLD_AVERAGE && n > 0 ? sum / n : sum;
}

static double
value_at(const struct rpn *r, const struct rrd_series *found, int64_t from,
    int64_t to, int64_t now)
{
	double stack[RPN_WORDS + 2];
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct word *w = &r->words[i];

		switch (w->kind) {
		case WORD_NUMBER:
			stack[n++] = w->number;
			break;
		case WORD_TIME:
			stack[n++] = (double)to;
			break;
		case WORD_NOW:
			stack[n++] = (double)now;
			break;
		case WORD_METRIC:
			stack[n++] = fold(&found[i], w->fold, from, to);
			break;
		case WORD_MEAN: {
			double sum = 0;
			unsigned known = 0;

			n -= w->n;
			for (unsigned k = 0; k < w->n; k++)
				if (!isnan(stack[n + k])) {
					sum += stack[n + k];
					known++;
				}
			stack[n++] = known > 0 ? sum / known : (double)NAN;
			break;
		}
		case WORD_OP:
			n -= w->op->in;
			w->op->fn(&stack[n]);
			n += w->op->out;
			break;
		}
	}
	return stack[0];
}

/* Least values are not kept: averages are the nearest. */
static bool
fetch_all(const struct rpn *r, int64_t now, rpn_fetch_fn *fetch, void *arg,
    struct rrd_series *found)
{
	int64_t from = down(r->from, r->step), until = up(r->until, r->step);

	if (from < now - OLDEST_S)
		from = now - OLDEST_S;
	if (until > now + 86400)
		until = now + 86400;
	if (from >= until)
		return false;
	for (size_t i = 0; i < r->n; i++) {
		const struct word *w = &r->words[i];

		if (w->kind != WORD_METRIC)
			continue;
		if (!fetch(arg, w->metric,
			w->fold == FOLD_MAX ? "MAX" : "AVERAGE", from, until,
			&found[i]) ||
		    found[i].n == 0 || found[i].step <= 0)
			return false;
	}
	return true;
}

static void
put_nothing(struct items *to)
{
	for (int i = 0; i < 3; i++)
		items_int(to, 0);
}

void
rpn_evaluate(const struct rpn *r, int64_t now, rpn_fetch_fn *fetch, void *arg,
    struct items *to)
{
	struct rrd_series *found = xcalloc(r->n, sizeof(*found));
	int64_t widest = 1, step, start, end;

	if (fetch_all(r, now, fetch, arg, found)) {
		for (size_t i = 0; i < r->n; i++)
			if (found[i].step > widest)
				widest = found[i].step;
		step = up(r->step, widest);
		start = down(r->from, step);
		end = up(r->until, step);
		items_int(to, start);
		items_int(to, end);
		items_int(to, step);
		for (int64_t t = start; t < end; t += step)
			items_float(to, value_at(r, found, t, t + step, now));
	} else {
		put_nothing(to);
	}
	for (size_t i = 0; i < r->n; i++)
		free(found[i].values);
	free(found);
}
