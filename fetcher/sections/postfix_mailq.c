/* SPDX-License-Identifier: Apache-2.0
 *
 * Section postfix_mailq: "[[[default]]]", "QUEUE_deferred 60 118" (kB, mails).
 * Without a head it is the one instance. Old: "Mail queue is empty", "-- 12
 * Kbytes in 3 Requests.".
 */
#include "fetcher/sections/postfix_mailq.h"

#define MAX_INSTANCES 1000

static struct postfix_instance *
instance_of(
    struct section_postfix_mailq *s, struct arena *arena, struct slice name)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->instances[i].name, name))
			return &s->instances[i];
	if (s->n == MAX_INSTANCES)
		return NULL;
	ARENA_GROW(arena, s->instances, s->n, s->cap);
	s->instances[s->n] = (struct postfix_instance){.name = name};
	return &s->instances[s->n++];
}

static bool
read_old(struct slice line, struct postfix_instance *i)
{
	struct slice word;
	double kb, mails;
	if (slice_starts(line, "Mail queue is empty")) {
		i->has[POSTFIX_DEFERRED] = true;
		return true;
	}
	if (!slice_word(&line, &word) || !slice_eqs(word, "--") ||
	    !section_double(&line, &kb) || !slice_word(&line, &word) ||
	    !slice_word(&line, &word) || !section_double(&line, &mails))
		return false;
	i->has[POSTFIX_DEFERRED] = true;
	i->bytes[POSTFIX_DEFERRED] = kb * 1024;
	i->mails[POSTFIX_DEFERRED] = mails;
	return true;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_postfix_mailq *s = section;
	struct postfix_instance *i = NULL;
	struct slice line, word;
	double kb, mails;

	while (split_line(in, &line)) {
		if (line.len > 6 && slice_starts(line, "[[[")) {
			struct slice name = {line.s + 3, line.len - 6};
			i = instance_of(s, arena, name);
			if (i == NULL)
				return section_bad(
				    in, err_r, "too many instances");
			continue;
		}
		if (i == NULL)
			i = instance_of(s, arena, SLICE("default"));
		if (read_old(line, i) || !slice_word(&line, &word))
			continue;
		bool active = slice_eqs(word, "QUEUE_active");
		if (!active && !slice_eqs(word, "QUEUE_deferred"))
			continue;
		if (!section_double(&line, &kb) ||
		    !section_double(&line, &mails))
			return section_bad(
			    in, err_r, "expected: QUEUE_name kB mails");
		enum postfix_queue q =
		    active ? POSTFIX_ACTIVE : POSTFIX_DEFERRED;
		i->has[q] = true;
		i->bytes[q] = kb * 1024;
		i->mails[q] = mails;
	}
	return 0;
}

const struct section_type section_postfix_mailq = {
    .names = {"postfix_mailq", NULL},
    .size = sizeof(struct section_postfix_mailq),
    .parse = parse,
};
