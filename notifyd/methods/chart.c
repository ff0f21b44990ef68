/* SPDX-License-Identifier: Apache-2.0
 *
 * Metrics as a picture; see chart.h. A canvas of one byte a dot becomes a PNG
 * with a palette.
 */
#include "notifyd/methods/chart.h"

#include "common/mem.h"
#include "notifyd/methods/chart_font.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

enum color {
	WHITE,
	GRID,
	TEXT,
	LINE,
	AREA,
	WARN,
	CRIT,
	COLORS
};

static const unsigned char palette[COLORS][3] = {[WHITE] = {255, 255, 255},
    [GRID] = {224, 228, 232},
    [TEXT] = {60, 64, 70},
    [LINE] = {28, 95, 168},
    [AREA] = {205, 224, 243},
    [WARN] = {214, 158, 0},
    [CRIT] = {193, 18, 31}};

/* The values' field within a panel. */
#define LEFT   62
#define RIGHT  12
#define TOP    20
#define BOTTOM 22
#define FIELD  (CHART_WIDTH - LEFT - RIGHT)
#define RISE   (CHART_PANEL - TOP - BOTTOM)

struct canvas {
	unsigned char *dots;
	int height;
};

/* --- the canvas ----------------------------------------------------------- */

static void
dot(struct canvas *c, int x, int y, enum color color)
{
	if (x >= 0 && x < CHART_WIDTH && y >= 0 && y < c->height)
		c->dots[(size_t)y * CHART_WIDTH + (size_t)x] =
		    (unsigned char)color;
}

static void
column(struct canvas *c, int x, int y1, int y2, enum color color)
{
	for (int y = y1 < y2 ? y1 : y2; y <= (y1 < y2 ? y2 : y1); y++)
		dot(c, x, y, color);
}

static void
row(struct canvas *c, int x1, int x2, int y, enum color color)
{
	for (int x = x1; x <= x2; x++)
		dot(c, x, y, color);
}

static void
letter(struct canvas *c, int x, int y, unsigned char l, enum color color)
{
	const unsigned char *bits;

	if (l < CHART_FONT_FIRST || l > CHART_FONT_LAST)
		l = '?';
	bits = chart_font[l - CHART_FONT_FIRST];
	for (int i = 0; i < CHART_FONT_WIDTH; i++) {
		for (int k = 0; k < 8; k++) {
			if ((bits[i] >> k & 1) != 0)
				dot(c, x + i, y + k, color);
		}
	}
}

/* A character of several bytes is one '?'. Returns where it ends. */
static int
text(struct canvas *c, int x, int y, const char *s, enum color color)
{
	for (; *s != '\0' && x + CHART_FONT_WIDTH < CHART_WIDTH; s++) {
		if (((unsigned char)*s & 0xc0) == 0x80)
			continue;
		letter(c, x, y, (unsigned char)*s, color);
		x += CHART_FONT_WIDTH + 1;
	}
	return x;
}

static int
text_width(const char *s)
{
	return (int)strlen(s) * (CHART_FONT_WIDTH + 1);
}

/* --- numbers -------------------------------------------------------------- */

/* "1.5 k", "250 m", "3.2 MB", "87 %". */
static void
say_number(char *to, size_t size, double v, const char *unit)
{
	static const char *const big[] = {"", "k", "M", "G", "T", "P"};
	static const char *const little[] = {"", "m", "u", "n"};
	bool plain = strcmp(unit, "%") == 0 || strcmp(unit, "c") == 0;
	double a = fabs(v);
	size_t i = 0;

	if (a >= 1000 && !plain) {
		while (a >= 1000 && i + 1 < ARRAY_LEN(big)) {
			a /= 1000;
			v /= 1000;
			i++;
		}
		snprintf(to, size, "%.4g %s%s", v, big[i], unit);
		return;
	}
	while (a > 0 && a < 0.1 && !plain && i + 1 < ARRAY_LEN(little)) {
		a *= 1000;
		v *= 1000;
		i++;
	}
	snprintf(to, size, "%.4g%s%s%s", v, i > 0 || unit[0] != '\0' ? " " : "",
	    little[i], unit);
}

struct scale {
	double low, high, step; /* step: of the grid */
};

/* 1, 2 or 5 of a power of ten, so that there are at most five lines. */
static double
nice_step(double range)
{
	double power = pow(10, floor(log10(range / 4)));
	double at = range / 4 / power;

	return power * (at <= 1 ? 1 : at <= 2 ? 2 : at <= 5 ? 5 : 10);
}

struct facts {
	double last, min, max, sum;
	size_t n;
};

static void
look(const struct chart_panel *p, struct facts *f)
{
	*f = (struct facts){.last = NAN};
	for (size_t i = 0; i < p->n; i++) {
		double v = p->values[i];

		if (!isfinite(v))
			continue;
		if (f->n == 0 || v < f->min)
			f->min = v;
		if (f->n == 0 || v > f->max)
			f->max = v;
		f->last = v;
		f->sum += v;
		f->n++;
	}
}

/* Zero belongs to it, a level too if it is not far away. */
static struct scale
make_scale(const struct chart_panel *p, const struct facts *f)
{
	struct scale s = {f->min < 0 ? f->min : 0, f->max > 0 ? f->max : 0, 1};
	const double levels[] = {p->warn, p->crit};

	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (isfinite(levels[i]) && levels[i] > s.high &&
		    levels[i] < s.high * 1.5)
			s.high = levels[i];
	}
	s.low = fmax(s.low, -1e300);
	s.high = fmin(s.high, 1e300);
	if (s.high - s.low < 1e-300)
		s.high = 1;
	s.step = nice_step(s.high - s.low);
	s.low = floor(s.low / s.step) * s.step;
	s.high = ceil(s.high * 1.0001 / s.step) * s.step;
	return s;
}

static int
height_of(const struct scale *s, double v)
{
	double part = (v - s->low) / (s->high - s->low);

	if (!(part > 0))
		part = 0;
	if (part > 1)
		part = 1;
	return RISE - 1 - (int)lround(part * (RISE - 1));
}

/* --- a panel -------------------------------------------------------------- */

static void
draw_levels(struct canvas *c, int top, const struct scale *s, const char *unit)
{
	int lines = (int)lround((s->high - s->low) / s->step);

	for (int i = 0; i <= lines && i < 12; i++) {
		double v = s->low + i * s->step;
		int y = top + TOP + height_of(s, v);
		char label[40];

		if (fabs(v) < s->step / 1000)
			v = 0;
		row(c, LEFT, LEFT + FIELD - 1, y, GRID);
		say_number(label, sizeof(label), v, unit);
		text(c, LEFT - 4 - text_width(label), y - 3, label, TEXT);
	}
}

/* Seconds between two marks: about eight of them. */
static int64_t
time_step(int64_t length)
{
	static const int64_t steps[] = {60, 300, 600, 1800, 3600, 2 * 3600,
	    3 * 3600, 6 * 3600, 12 * 3600, 86400};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (length / steps[i] <= 8)
			return steps[i];
	}
	return length / 8;
}

static void
draw_times(struct canvas *c, int top, const struct chart_panel *p)
{
	int64_t step = time_step(p->until - p->from);
	time_t first = (time_t)p->from;
	struct tm tm;
	int64_t offset;

	localtime_r(&first, &tm);
	offset = tm.tm_gmtoff;
	for (int64_t at = p->from - (p->from + offset) % step; at <= p->until;
	     at += step) {
		int x = LEFT +
		    (int)((at - p->from) * (FIELD - 1) / (p->until - p->from));
		time_t t = (time_t)at;
		char label[20] = "";

		if (at < p->from)
			continue;
		column(c, x, top + TOP, top + TOP + RISE + 2, GRID);
		localtime_r(&t, &tm);
		strftime(label, sizeof(label), "%H:%M", &tm);
		text(c, x - text_width(label) / 2, top + TOP + RISE + 6, label,
		    TEXT);
	}
}

/* Of the values that fall into one column of dots. */
static bool
column_of(const struct chart_panel *p, int x, double *low, double *high)
{
	size_t from = (size_t)x * p->n / FIELD;
	size_t until = ((size_t)x + 1) * p->n / FIELD;
	bool any = false;

	if (until <= from)
		until = from + 1;
	for (size_t i = from; i < until && i < p->n; i++) {
		double v = p->values[i];

		if (!isfinite(v))
			continue;
		if (!any || v < *low)
			*low = v;
		if (!any || v > *high)
			*high = v;
		any = true;
	}
	return any;
}

static void
draw_values(
    struct canvas *c, int top, const struct chart_panel *p, struct scale *s)
{
	int zero = top + TOP + height_of(s, 0), before = -1;

	for (int x = 0; x < FIELD; x++) {
		double low = 0, high = 0;
		int y1, y2;

		if (!column_of(p, x, &low, &high)) {
			before = -1;
			continue;
		}
		y1 = top + TOP + height_of(s, high);
		y2 = top + TOP + height_of(s, low);
		column(c, LEFT + x, high < 0 ? y2 : y1, zero, AREA);
		if (before >= 0 && before < y1)
			column(c, LEFT + x, before, y1, LINE);
		if (before > y2)
			column(c, LEFT + x, y2, before, LINE);
		column(c, LEFT + x, y1, y2, LINE);
		before = (y1 + y2) / 2;
	}
}

static void
draw_limit(struct canvas *c, int top, const struct scale *s, double v,
    enum color color)
{
	if (!isfinite(v) || v < s->low || v > s->high)
		return;
	for (int x = 0; x < FIELD; x++) {
		if (x % 6 < 4)
			dot(c, LEFT + x, top + TOP + height_of(s, v), color);
	}
}

static void
draw_title(struct canvas *c, int top, const struct chart_panel *p,
    const struct facts *f)
{
	char last[40], min[40], max[40], mean[40], line[220];

	say_number(last, sizeof(last), f->last, p->unit);
	say_number(min, sizeof(min), f->min, p->unit);
	say_number(max, sizeof(max), f->max, p->unit);
	say_number(mean, sizeof(mean), f->sum / (double)f->n, p->unit);
	snprintf(line, sizeof(line), "last %s, min %s, mean %s, max %s", last,
	    min, mean, max);
	text(c, CHART_WIDTH - RIGHT - text_width(line), top + 6, line, TEXT);
	/* In bold; what follows would run into the numbers. */
	snprintf(line, sizeof(line), "%.*s",
	    (CHART_WIDTH - RIGHT - 20 - text_width(line)) /
		(CHART_FONT_WIDTH + 1),
	    p->title);
	text(c, 8, top + 6, line, TEXT);
	text(c, 9, top + 6, line, TEXT);
}

static bool
draw_panel(struct canvas *c, int top, const struct chart_panel *p)
{
	struct facts f;
	struct scale s;

	look(p, &f);
	if (f.n < 2 || p->until <= p->from)
		return false;
	s = make_scale(p, &f);
	draw_title(c, top, p, &f);
	draw_levels(c, top, &s, p->unit);
	draw_times(c, top, p);
	draw_values(c, top, p, &s);
	draw_limit(c, top, &s, p->warn, WARN);
	draw_limit(c, top, &s, p->crit, CRIT);
	column(c, LEFT - 1, top + TOP, top + TOP + RISE, TEXT);
	row(c, LEFT - 1, LEFT + FIELD - 1, top + TOP + RISE, TEXT);
	return true;
}

/* --- PNG ------------------------------------------------------------------ */

static void
add_u32(struct str *to, uint32_t v)
{
	str_addc(to, (char)(v >> 24));
	str_addc(to, (char)(v >> 16));
	str_addc(to, (char)(v >> 8));
	str_addc(to, (char)v);
}

static void
add_chunk(struct str *to, const char *type, const void *data, size_t n)
{
	size_t from;

	add_u32(to, (uint32_t)n);
	from = to->len;
	str_addn(to, type, 4);
	str_addn(to, data, n);
	add_u32(to,
	    (uint32_t)crc32(
		0, (const unsigned char *)to->s + from, (unsigned)(n + 4)));
}

static void
add_png(struct str *to, const struct canvas *c)
{
	size_t line = CHART_WIDTH + 1, n = line * (size_t)c->height;
	unsigned char *raw = xmalloc(n), *packed;
	uLongf size = compressBound(n);
	struct str head = {0};

	for (int y = 0; y < c->height; y++) {
		raw[(size_t)y * line] = 0; /* no filter */
		memcpy(raw + (size_t)y * line + 1,
		    c->dots + (size_t)y * CHART_WIDTH, CHART_WIDTH);
	}
	packed = xmalloc(size);
	compress2(packed, &size, raw, n, 9);
	str_addn(to, "\x89PNG\r\n\x1a\n", 8);
	add_u32(&head, CHART_WIDTH);
	add_u32(&head, (uint32_t)c->height);
	str_addn(&head, "\x08\x03\0\0\0", 5); /* 8 bits, a palette */
	add_chunk(to, "IHDR", head.s, head.len);
	add_chunk(to, "PLTE", palette, sizeof(palette));
	add_chunk(to, "IDAT", packed, size);
	add_chunk(to, "IEND", "", 0);
	str_free(&head);
	free(packed);
	free(raw);
}

bool
chart_draw(const struct chart_panel *panels, size_t n, struct str *png)
{
	struct canvas c = {.height = 0};
	int shown = 0;

	if (n > CHART_PANELS)
		n = CHART_PANELS;
	c.dots = xcalloc((n + 1) * CHART_PANEL, CHART_WIDTH);
	for (size_t i = 0; i < n; i++) {
		c.height = (shown + 1) * CHART_PANEL;
		shown += draw_panel(&c, shown * CHART_PANEL, &panels[i]);
	}
	c.height = shown * CHART_PANEL;
	if (shown > 0)
		add_png(png, &c);
	free(c.dots);
	return shown > 0;
}
