/* SPDX-License-Identifier: Apache-2.0
 *
 * Data that one host sends for another.
 */
#include "fetcher/sections/piggyback.h"

#include <ctype.h>

bool
piggyback_name(struct slice written, struct str *out)
{
	written = slice_trim(written);
	for (size_t i = 0; i < written.len; i++) {
		unsigned char c = (unsigned char)written.s[i];
		bool fine =
		    c > 127 || isalnum(c) || c == '_' || c == '-' || c == '.';
		str_addc(out, fine ? (char)c : '_');
	}
	return written.len > 0;
}

static bool
has(struct slice line, const char *option)
{
	return memmem(line.s, line.len, option, strlen(option)) != NULL;
}

/* "<<<name...>>>", without the line end and blanks behind it. */
static bool
is_header(struct slice line)
{
	return line.len > 6 && slice_starts(line, "<<<") && line.s[3] != '<' &&
	    line.s[3] != ':' && line.s[3] != '>' &&
	    memcmp(line.s + line.len - 3, ">>>", 3) == 0;
}

void
piggyback_store(
    struct slice body, int64_t now, int64_t interval, struct str *out)
{
	struct slice line;
	str_reserve(out, body.len + 64);
	while (slice_next(&body, '\n', &line)) {
		struct slice head = slice_trim(line);
		if (is_header(head) && !has(head, ":cached(") &&
		    !has(head, ":persist(")) {
			str_addn(out, head.s, head.len - 3);
			str_addf(out, ":cached(%lld,%lld)>>>", (long long)now,
			    (long long)(interval * 3 / 2));
		} else {
			str_addslice(out, line);
		}
		str_addc(out, '\n');
	}
}

bool
piggyback_judge(const struct piggyback_kept *kept,
    const struct piggyback_rules *rules, int64_t now, uint32_t *state_r,
    struct str *text)
{
	int64_t age = now - kept->stored_at;
	int len = (int)(kept->source.len < 253 ? kept->source.len : 253);
	const char *name = kept->source.s;

	*state_r = 0;
	if (age > rules->max_age) {
		str_addf(text,
		    "Piggyback data from source '%.*s' is outdated: %lld s "
		    "old, at most %lld s",
		    len, name, (long long)age, (long long)rules->max_age);
		return false;
	}
	if (kept->source_at > 0 && kept->stored_at >= kept->source_at) {
		str_addf(text, "Successfully processed from source '%.*s'", len,
		    name);
		return true;
	}
	str_addf(
	    text, "Piggyback data from source '%.*s' not updated", len, name);
	if (age > rules->validity) {
		str_add(text, ", not used");
		return false;
	}
	str_addf(text, " (still valid for %lld s)",
	    (long long)(rules->validity - age));
	*state_r = rules->validity_state;
	return true;
}
