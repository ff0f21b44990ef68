/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections timesyncd and timesyncd_ntpmessage.
 */
#include "fetcher/sections/timesyncd.h"

#include "common/num.h"
#include "fetcher/sections/timespan.h"

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_timesyncd *s = section;
	struct slice line, key;

	(void)arena;
	(void)err_r;
	while (split_line(in, &line)) {
		if (line.len > 6 && slice_starts(line, "[[[")) {
			struct slice stamp = {line.s + 3, line.len - 6};
			s->has_sync = num_double(stamp, &s->synced_at) &&
			    s->synced_at > 0;
			continue;
		}
		slice_next(&line, ':', &key);
		struct slice value = slice_trim(line);
		key = slice_trim(key);
		if (slice_eqs(key, "Server") && !slice_eqs(value, "null") &&
		    !slice_starts(value, "(null)") &&
		    !slice_starts(value, "n/a"))
			s->server = value;
		else if (slice_eqs(key, "Offset"))
			s->has_offset = timespan_read(value, &s->offset);
		else if (slice_eqs(key, "Jitter"))
			s->has_jitter = timespan_read(value, &s->jitter);
		else if (slice_eqs(key, "Stratum"))
			s->has_stratum = num_double(value, &s->stratum);
	}
	return 0;
}

const struct section_type section_timesyncd = {
    .names = {"timesyncd", NULL},
    .size = sizeof(struct section_timesyncd),
    .parse = parse,
};

/* "NTPMessage={ ..., ReceiveTimestamp=Thu 2025-10-09 08:53:20 UTC, ... }". */
static int
parse_message(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	static const char key[] = "ReceiveTimestamp=";
	struct section_timesyncd_message *s = section;
	struct slice line, value;

	(void)arena;
	(void)err_r;
	while (split_line(in, &line)) {
		const char *at = memmem(line.s, line.len, key, sizeof(key) - 1);
		if (at == NULL)
			continue;
		at += sizeof(key) - 1;
		line = (struct slice){at, (size_t)(line.s + line.len - at)};
		if (slice_next(&line, ',', &value) &&
		    !timespan_read_date(value, &s->received_at))
			s->received_at = 0;
	}
	return 0;
}

const struct section_type section_timesyncd_message = {
    .names = {"timesyncd_ntpmessage", NULL},
    .size = sizeof(struct section_timesyncd_message),
    .parse = parse_message,
};
