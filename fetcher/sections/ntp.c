/* SPDX-License-Identifier: Apache-2.0
 *
 * Section ntp: "CODE name reference stratum type when poll reach delay offset
 * jitter".
 */
#include "fetcher/sections/ntp.h"

#include "common/num.h"

/* "33", "12m", "3h", "2d", "-". */
static double
read_when(struct slice s)
{
	double value, unit = 1;
	if (s.len > 1) {
		char last = s.s[s.len - 1];
		unit = last == 'm' ? 60
		    : last == 'h'  ? 3600
		    : last == 'd'  ? 86400
				   : 1;
		if (unit > 1)
			s.len--;
	}
	return num_double(s, &value) && value >= 0 ? value * unit : -1;
}

static bool
read_peer(struct slice line, struct ntp_peer *p)
{
	struct slice code, word[5];
	double ignored;

	if (!slice_word(&line, &code) || code.len != 1 ||
	    !slice_word(&line, &p->name) || !slice_word(&line, &p->reference))
		return false;
	p->code = *code.s;
	for (size_t i = 0; i < 5; i++)
		if (!slice_word(&line, &word[i]))
			return false;
	if (!num_double(word[0], &p->stratum))
		return false;
	p->when = read_when(word[2]);
	return section_double(&line, &ignored) &&
	    section_double(&line, &p->offset) &&
	    section_double(&line, &p->jitter);
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_ntp *s = section;
	struct slice line;

	while (split_line(in, &line)) {
		struct ntp_peer p = {0};
		if (!read_peer(line, &p))
			continue; /* the tool's errors and head lines */
		if (s->n == 1000)
			return section_bad(in, err_r, "too many peers");
		ARENA_GROW(arena, s->peers, s->n, s->cap);
		s->peers[s->n++] = p;
	}
	return 0;
}

const struct section_type section_ntp = {
    .names = {"ntp", NULL},
    .size = sizeof(struct section_ntp),
    .may_be_empty = true,
    .parse = parse,
};
