/* SPDX-License-Identifier: Apache-2.0
 *
 * Section md: a line "md0 : active raid1 sdb1[1] sda1[0]" begins an array,
 * lines about it follow.
 */
#include "fetcher/sections/md.h"

#include "common/num.h"

static void
read_head(struct slice line, struct md_entry *e)
{
	struct slice word;

	slice_word(&line, &e->status);
	while (slice_word(&line, &word)) {
		const char *bracket = memchr(word.s, '[', word.len);
		if (bracket == NULL) {
			if (*word.s != '(')
				e->level = word;
			continue;
		}
		char last = word.len > 3 ? word.s[word.len - 2] : '\0';
		bool marked = word.s[word.len - 1] == ')' && word.len > 3;
		if (marked && last == 'F')
			e->failed++;
		else if (marked && last == 'S')
			e->spare++;
		else
			e->disks++;
	}
}

static bool
take_after(struct slice word, const char *key, struct slice *value_r)
{
	if (!slice_starts(word, key))
		return false;
	size_t n = strlen(key);
	*value_r = (struct slice){word.s + n, word.len - n};
	return true;
}

static bool
read_count(struct slice word, struct md_entry *e)
{
	struct slice first;
	uint64_t wanted, working;
	if (word.len < 5 || word.s[0] != '[' || word.s[word.len - 1] != ']')
		return false;
	word = (struct slice){word.s + 1, word.len - 2};
	if (!slice_next(&word, '/', &first) || !num_u64(first, &wanted) ||
	    !num_u64(word, &working) || wanted > 100000 || working > 100000)
		return false;
	e->has_count = true;
	e->wanted = (unsigned)wanted;
	e->working = (unsigned)working;
	return true;
}

static bool
is_map(struct slice word)
{
	if (word.len < 3 || word.s[0] != '[' || word.s[word.len - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < word.len; i++)
		if (word.s[i] != 'U' && word.s[i] != '_')
			return false;
	return true;
}

static const char *const actions[] = {
    "resync", "recovery", "reshape", "check", "repair"};

static bool
is_action(struct slice word)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (slice_eqs(word, actions[i]))
			return true;
	return false;
}

/* "104320 blocks [2/2] [UU]", "[==>...] resync = 33.3% (1/2) finish=1min". */
static void
read_more(struct slice line, struct md_entry *e)
{
	struct slice word, head;
	while (slice_word(&line, &word)) {
		struct slice rest = word;
		if (read_count(word, e) ||
		    take_after(word, "finish=", &e->finish) ||
		    take_after(word, "speed=", &e->speed))
			continue;
		if (is_map(word))
			e->map = (struct slice){word.s + 1, word.len - 2};
		else if (is_action(word))
			e->action = word;
		else if (slice_next(&rest, '=', &head) && is_action(head)) {
			e->action = head; /* resync=DELAYED */
			e->progress = rest;
		} else if (e->action.len > 0 && e->progress.len == 0 &&
		    word.s[word.len - 1] == '%')
			e->progress = word;
	}
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_md *s = section;
	struct md_entry *e = NULL;
	struct slice line;

	while (split_line(in, &line)) {
		struct slice rest = line, name, colon;
		if (slice_starts(line, "Personalities") ||
		    slice_starts(line, "unused devices"))
			continue;
		if (slice_starts(line, "md") && slice_word(&rest, &name) &&
		    slice_word(&rest, &colon) && slice_eqs(colon, ":")) {
			if (s->n == 1000)
				return section_bad(
				    in, err_r, "too many arrays");
			ARENA_GROW(arena, s->entries, s->n, s->cap);
			e = &s->entries[s->n++];
			*e = (struct md_entry){.name = name};
			read_head(rest, e);
		} else if (e != NULL) {
			read_more(line, e);
		} else {
			return section_bad(in, err_r, "expected: md0 : ...");
		}
	}
	return 0;
}

const struct section_type section_md = {
    .names = {"md", NULL},
    .size = sizeof(struct section_md),
    .may_be_empty = true,
    .parse = parse,
};
