/* SPDX-License-Identifier: Apache-2.0
 *
 * Section job: blocks "==> NAME <==" of lines "key value". A block
 * NAME.PIDrunning is a run under way.
 */
#include "fetcher/sections/job.h"

#include "fetcher/sections/timespan.h"

#include <ctype.h>

#define MAX_JOBS 2000

static const struct {
	const char *key;
	double factor;
} keys[JOB_VALUES] = {
    [JOB_START] = {"start_time", 1},
    [JOB_EXIT_CODE] = {"exit_code", 1},
    [JOB_REAL] = {"real_time", 1},
    [JOB_USER] = {"user_time", 1},
    [JOB_SYSTEM] = {"system_time", 1},
    [JOB_READS] = {"reads", 1},
    [JOB_WRITES] = {"writes", 1},
    [JOB_MAX_RSS] = {"max_res_kbytes", 1000},
    [JOB_AVERAGE_MEMORY] = {"avg_mem_kbytes", 1000},
    [JOB_INVOLUNTARY] = {"invol_context_switches", 1},
    [JOB_VOLUNTARY] = {"vol_context_switches", 1},
};

static bool
is_head(struct slice line, struct slice *name_r)
{
	if (!slice_starts(line, "==> ") || line.len < 9 ||
	    memcmp(line.s + line.len - 4, " <==", 4) != 0)
		return false;
	*name_r = slice_trim((struct slice){line.s + 4, line.len - 8});
	return true;
}

/* "backup.1234running" -> "backup". */
static bool
cut_running(struct slice *name)
{
	static const char tail[] = "running";
	size_t n = sizeof(tail) - 1;
	if (name->len <= n || memcmp(name->s + name->len - n, tail, n) != 0)
		return false;
	size_t end = name->len - n, digits = 0;
	while (end > 0 && isdigit((unsigned char)name->s[end - 1])) {
		end--;
		digits++;
	}
	if (digits == 0 || end < 2 || name->s[end - 1] != '.')
		return false;
	name->len = end - 1;
	return true;
}

static struct job_entry *
entry_of(struct section_job *s, struct arena *arena, struct slice name)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->entries[i].name, name))
			return &s->entries[i];
	if (s->n == MAX_JOBS)
		return NULL;
	ARENA_GROW(arena, s->entries, s->n, s->cap);
	struct job_entry *e = &s->entries[s->n++];
	*e = (struct job_entry){.name = name};
	return e;
}

static void
read_value(
    struct job_entry *e, bool running, struct slice key, struct slice value)
{
	double number;
	if (!timespan_read_clock(value, &number))
		return;
	if (running && slice_eqs(key, "start_time")) {
		if (e->running_since <= 0 || number < e->running_since)
			e->running_since = number;
		return;
	}
	for (size_t i = 0; i < JOB_VALUES && !running; i++)
		if (slice_eqs(key, keys[i].key)) {
			e->has[i] = true;
			e->values[i] = number * keys[i].factor;
		}
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_job *s = section;
	struct job_entry *e = NULL;
	bool running = false;
	struct slice line, name, key;

	while (split_line(in, &line)) {
		if (is_head(line, &name)) {
			running = cut_running(&name);
			e = name.len > 0 ? entry_of(s, arena, name) : NULL;
			if (e == NULL && name.len > 0)
				return section_bad(in, err_r, "too many jobs");
			if (e != NULL && running)
				e->running++;
		} else if (e != NULL && slice_word(&line, &key)) {
			read_value(e, running, key, slice_trim(line));
		}
	}
	return 0;
}

const struct section_type section_job = {
    .names = {"job", NULL},
    .size = sizeof(struct section_job),
    .may_be_empty = true,
    .parse = parse,
};
