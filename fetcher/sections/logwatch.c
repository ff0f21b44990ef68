/* SPDX-License-Identifier: Apache-2.0
 *
 * Section logwatch: "[[[FILE]]]" or "[[[FILE:missing]]]", then lines "C text".
 */
#include "fetcher/sections/logwatch.h"

#define MAX_FILES 2000
#define MAX_LINES 20000 /* of one file in one fetch */

static struct logwatch_file *
file_of(struct section_logwatch *s, struct arena *arena, struct slice head)
{
	static const char *const troubles[] = {"missing", "cannotopen"};
	struct slice trouble = {"", 0};

	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(troubles[i]);
		if (head.len > n + 1 && head.s[head.len - n - 1] == ':' &&
		    memcmp(head.s + head.len - n, troubles[i], n) == 0) {
			trouble = (struct slice){head.s + head.len - n, n};
			head.len -= n + 1;
			break;
		}
	}
	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->files[i].name, head)) {
			s->files[i].trouble = trouble;
			return &s->files[i];
		}
	if (s->n == MAX_FILES)
		return NULL;
	ARENA_GROW(arena, s->files, s->n, s->cap);
	s->files[s->n] =
	    (struct logwatch_file){.name = head, .trouble = trouble};
	return &s->files[s->n++];
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_logwatch *s = section;
	struct logwatch_file *file = NULL;
	struct slice line;

	while (split_line(in, &line)) {
		if (line.len > 6 && slice_starts(line, "[[[") &&
		    memcmp(line.s + line.len - 3, "]]]", 3) == 0) {
			file = file_of(
			    s, arena, (struct slice){line.s + 3, line.len - 6});
			if (file == NULL)
				return section_bad(in, err_r, "too many files");
			continue;
		}
		if (file == NULL || slice_starts(line, "BATCH: ") ||
		    strchr("CWOIu.", line.s[0]) == NULL ||
		    (line.len > 1 && line.s[1] != ' ') || file->n == MAX_LINES)
			continue;
		struct slice text = {line.s + 1, line.len - 1};
		ARENA_GROW(arena, file->lines, file->n, file->cap);
		file->lines[file->n++] =
		    (struct logwatch_line){line.s[0], slice_trim(text)};
	}
	return 0;
}

const struct section_type section_logwatch = {
    .names = {"logwatch", NULL},
    .size = sizeof(struct section_logwatch),
    .may_be_empty = true,
    .parse = parse,
};
