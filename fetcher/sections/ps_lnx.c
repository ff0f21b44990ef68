/* SPDX-License-Identifier: Apache-2.0
 *
 * Section ps_lnx: [time], [processes], then a head line "[header] CGROUP USER
 * VSZ RSS TIME ELAPSED PID COMMAND" that names the columns. Before there was
 * a head line: "(user,vsz,rss,time,pid) command".
 */
#include "fetcher/sections/ps_lnx.h"

#include "common/num.h"
#include "fetcher/sections/timespan.h"

#define MAX_PROCESSES 200000

enum column {
	CGROUP,
	USER,
	VSZ,
	RSS,
	TIME,
	ELAPSED,
	PID,
	COMMAND,
	OTHER
};
#define MAX_COLUMNS 16

struct head {
	enum column columns[MAX_COLUMNS];
	size_t n;
};

static void
read_head(struct slice line, struct head *head)
{
	static const char *const names[] = {"CGROUP", "USER", "VSZ", "RSS",
	    "TIME", "ELAPSED", "PID", "COMMAND"};
	struct slice word;

	head->n = 0;
	slice_word(&line, &word); /* [header] */
	while (head->n < MAX_COLUMNS && slice_word(&line, &word)) {
		enum column column = OTHER;
		for (int i = 0; i < OTHER; i++)
			if (slice_eqs(word, names[i]))
				column = (enum column)i;
		head->columns[head->n++] = column;
	}
}

static bool
read_column(enum column column, struct slice word, struct ps_entry *e)
{
	switch (column) {
	case CGROUP:
		e->cgroup = word;
		return true;
	case USER:
		e->user = word;
		return true;
	case VSZ:
		return num_double(word, &e->vsz);
	case RSS:
		return num_double(word, &e->rss);
	case TIME:
		return timespan_read_clock(word, &e->cpu);
	case ELAPSED:
		/* Of a process born in the future after a change of clock. */
		if (!timespan_read_clock(word, &e->age))
			e->age = -1;
		return true;
	case PID:
		return num_u64(word, &e->pid);
	case COMMAND:
	case OTHER:
		break;
	}
	return true;
}

static bool
read_row(const struct head *head, struct slice line, struct ps_entry *e)
{
	struct slice word;
	for (size_t i = 0; i < head->n; i++) {
		if (head->columns[i] == COMMAND) {
			e->command = slice_trim(line);
			return e->command.len > 0;
		}
		if (!slice_word(&line, &word) ||
		    !read_column(head->columns[i], word, e))
			return false;
	}
	return false;
}

/* "(root,225948,9684,00:00:03/05:05:29,1) /sbin/init" */
static bool
read_old(struct slice line, struct ps_entry *e)
{
	const char *close = memchr(line.s, ')', line.len);
	struct slice fields[5], cpu;
	if (line.s[0] != '(' || close == NULL)
		return false;
	struct slice in = {line.s + 1, (size_t)(close - line.s) - 1};
	for (size_t i = 0; i < 5; i++)
		if (!slice_next(&in, ',', &fields[i]))
			return false;
	e->user = fields[0];
	if (!slice_next(&fields[3], '/', &cpu))
		return false;
	if (fields[3].len == 0 || !timespan_read_clock(fields[3], &e->age))
		e->age = -1;
	e->command = slice_trim(
	    (struct slice){close + 1, (size_t)(line.s + line.len - close) - 1});
	return e->command.len > 0 && num_double(fields[1], &e->vsz) &&
	    num_double(fields[2], &e->rss) &&
	    timespan_read_clock(cpu, &e->cpu) && num_u64(fields[4], &e->pid);
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_ps_lnx *s = section;
	struct head head = {.n = 0};
	bool time = false;
	struct slice line;

	while (split_line(in, &line)) {
		struct ps_entry e = {.age = -1};
		if (slice_eqs(line, "[time]")) {
			time = true;
			continue;
		}
		if (time) {
			if (!num_double(line, &s->time))
				return section_bad(
				    in, err_r, "expected a time");
			time = false;
			continue;
		}
		if (slice_eqs(line, "[processes]"))
			continue;
		if (slice_starts(line, "[header]")) {
			read_head(line, &head);
			continue;
		}
		if (head.n > 0 ? !read_row(&head, line, &e)
			       : !read_old(line, &e))
			continue; /* a command with a line break in it */
		if (s->n == MAX_PROCESSES)
			return section_bad(in, err_r, "too many processes");
		ARENA_GROW(arena, s->entries, s->n, s->cap);
		s->entries[s->n++] = e;
	}
	return 0;
}

const struct section_type section_ps_lnx = {
    .names = {"ps_lnx", "ps"},
    .size = sizeof(struct section_ps_lnx),
    .parse = parse,
};
