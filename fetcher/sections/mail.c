/* SPDX-License-Identifier: Apache-2.0
 *
 * Small sections of mail servers.
 */
#include "fetcher/sections/mail.h"

/* "16 3 deferred": kB, mails, queue; old agents leave the queue out. */
static int
parse_nullmailer(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_nullmailer_mailq *s = section;
	struct slice line;

	while (split_line(in, &line)) {
		struct nullmailer_queue q = {.name = SLICE("deferred")};
		if (!section_double(&line, &q.kb) ||
		    !section_double(&line, &q.mails) ||
		    s->n == SECTION_MAX_ENTRIES)
			return section_bad(
			    in, err_r, "expected: kB mails queue");
		slice_word(&line, &q.name);
		ARENA_GROW(arena, s->queues, s->n, s->cap);
		s->queues[s->n++] = q;
	}
	return 0;
}

/* "postfix:the Postfix mail system is running:PID:812" */
static int
parse_postfix(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_postfix_mailq_status *s = section;
	struct slice line, word;

	while (split_line(in, &line)) {
		struct postfix_status p = {.pid = {NULL, 0}};
		if (!section_column(in, &line, &p.name) ||
		    !section_column(in, &line, &p.text) ||
		    s->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "expected: name:text");
		p.name = slice_trim(p.name);
		p.text = slice_trim(p.text);
		if (section_column(in, &line, &word) &&
		    slice_eqs(slice_trim(word), "PID") &&
		    section_column(in, &line, &word))
			p.pid = slice_trim(word);
		ARENA_GROW(arena, s->instances, s->n, s->cap);
		s->instances[s->n++] = p;
	}
	return 0;
}

const struct section_type section_nullmailer_mailq = {
    .names = {"nullmailer_mailq", NULL},
    .size = sizeof(struct section_nullmailer_mailq),
    .parse = parse_nullmailer,
};
const struct section_type section_postfix_mailq_status = {
    .names = {"postfix_mailq_status", NULL},
    .size = sizeof(struct section_postfix_mailq_status),
    .parse = parse_postfix,
};
