/* SPDX-License-Identifier: Apache-2.0
 *
 * Plugin output; see plugin_output.h.
 */
#include "fetcher/plugin_output.h"

#include <stdint.h>

/* How long the character is that begins with this byte; 0: none begins so. */
static size_t
char_len(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/*
 * Bytes of a valid character at p, or 0. *half_r: only its beginning is there.
 */
static size_t
valid_char(const uint8_t *p, size_t left, bool *half_r)
{
	size_t len = char_len(p[0]);

	*half_r = false;
	for (size_t i = 1; i < len; i++) {
		if (i == left) {
			*half_r = true;
			return 0;
		}
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((p[0] == 0xe0 && p[1] < 0xa0) || /* longer than needed */
	    (p[0] == 0xed && p[1] > 0x9f) || /* surrogates */
	    (p[0] == 0xf0 && p[1] < 0x90) || /* longer than needed */
	    (p[0] == 0xf4 && p[1] > 0x8f))   /* beyond Unicode */
		return 0;
	return len;
}

static void
clean(struct slice raw, bool is_cut, struct str *out)
{
	const uint8_t *p = (const uint8_t *)raw.s;
	size_t i = 0;

	while (i < raw.len) {
		bool half;
		size_t len = valid_char(p + i, raw.len - i, &half);

		if (half && is_cut)
			return;
		if (len == 0 || p[i] == '\0') {
			str_add(out, "\xef\xbf\xbd");
			i++;
			continue;
		}
		if (p[i] != '\r')
			str_addn(out, raw.s + i, len);
		i += len;
	}
}

static void
add_perfdata(struct str *perfdata, struct slice piece)
{
	piece = slice_trim(piece);
	while (piece.len > 0 && piece.s[0] == '|') {
		piece.s++;
		piece.len--;
		piece = slice_trim(piece);
	}
	if (piece.len == 0)
		return;
	if (perfdata->len > 0)
		str_addc(perfdata, ' ');
	str_addslice(perfdata, piece);
}

static void
cut_end(struct str *str, const char *which)
{
	while (str->len > 0 && strchr(which, str->s[str->len - 1]) != NULL)
		str->s[--str->len] = '\0';
}

/* Splits at the first "|"; false: there is none, all is before it. */
static bool
split_line(struct slice line, struct slice *before_r, struct slice *after_r)
{
	const char *bar = line.len == 0 ? NULL : memchr(line.s, '|', line.len);
	size_t n = bar == NULL ? line.len : (size_t)(bar - line.s);

	*before_r = (struct slice){line.s, n};
	*after_r =
	    bar == NULL ? SLICE("") : (struct slice){bar + 1, line.len - n - 1};
	return bar != NULL;
}

void
plugin_output_parse(struct slice raw, bool is_cut, struct plugin_output *out_r)
{
	struct str text = {0};
	struct slice rest, line, before, after;
	bool in_perfdata = false;

	clean(raw, is_cut, &text);
	rest = str_slice(&text);
	if (slice_next(&rest, '\n', &line)) {
		split_line(line, &before, &after);
		str_addslice(&out_r->output, slice_trim(before));
		add_perfdata(&out_r->perfdata, after);
	}
	for (bool first = true; slice_next(&rest, '\n', &line);) {
		if (in_perfdata) {
			add_perfdata(&out_r->perfdata, line);
			continue;
		}
		in_perfdata = split_line(line, &before, &after);
		if (!first)
			str_addc(&out_r->long_output, '\n');
		first = false;
		str_addslice(&out_r->long_output, before);
		add_perfdata(&out_r->perfdata, after);
	}
	cut_end(&out_r->long_output, "\n");
	str_free(&text);
}

void
plugin_output_free(struct plugin_output *out)
{
	str_free(&out->output);
	str_free(&out->long_output);
	str_free(&out->perfdata);
}
