/* SPDX-License-Identifier: Apache-2.0
 *
 * Section chrony: lines "Key : value", or one line of an error.
 */
#include "fetcher/sections/chrony.h"

#include "fetcher/sections/timespan.h"

static void
read_value(struct section_chrony *s, struct slice key, struct slice value)
{
	struct slice word, rest = value;

	if (slice_eqs(key, "Reference ID")) {
		const char *open = memchr(value.s, '(', value.len);
		const char *close =
		    value.len > 0 ? memrchr(value.s, ')', value.len) : NULL;
		s->reference = value;
		if (open != NULL && close != NULL && close > open)
			s->address = slice_trim((struct slice){
			    open + 1, (size_t)(close - open) - 1});
	} else if (slice_eqs(key, "Stratum")) {
		s->has_stratum = section_double(&rest, &s->stratum);
	} else if (slice_eqs(key, "Ref time (UTC)")) {
		s->has_ref_time =
		    timespan_read_date(value, &s->ref_time) && s->ref_time > 0;
	} else if (slice_eqs(key, "System time")) {
		/* 0.000412345 seconds slow of NTP time */
		s->has_offset = section_double(&rest, &s->offset);
		if (slice_word(&rest, &word) && slice_word(&rest, &word) &&
		    slice_eqs(word, "slow"))
			s->offset = -s->offset;
	}
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_chrony *s = section;
	bool any = false;
	struct slice line, key;

	(void)arena;
	(void)err_r;
	while (split_line(in, &line)) {
		struct slice whole = line;
		if (memchr(line.s, ':', line.len) == NULL ||
		    slice_starts(line, "506 ")) {
			s->error = whole;
			continue;
		}
		slice_next(&line, ':', &key);
		read_value(s, slice_trim(key), slice_trim(line));
		any = true;
	}
	if (any)
		s->error = (struct slice){NULL, 0};
	return 0;
}

const struct section_type section_chrony = {
    .names = {"chrony", NULL},
    .size = sizeof(struct section_chrony),
    .parse = parse,
};
