/* SPDX-License-Identifier: Apache-2.0
 *
 * What a container reads and writes; see diskstat_container.h.
 */
#include "fetcher/sections/diskstat_container.h"

#include "common/num.h"
#include "fetcher/sections/json.h"

#include <stdio.h>

#define MAX_DISKS 1000 /* they are looked up one by one */

static struct diskstat_entry *
disk_of(struct section_diskstat *s, struct arena *arena, struct slice number)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->entries[i].number, number))
			return &s->entries[i];
	if (s->n == MAX_DISKS)
		return NULL;
	ARENA_GROW(arena, s->entries, s->n, s->cap);
	s->entries[s->n] = (struct diskstat_entry){.device = number,
	    .name = number,
	    .number = number,
	    .kind = DISKSTAT_PHYSICAL};
	return &s->entries[s->n++];
}

/* "Read" or "Write" of bytes or of operations. */
static void
count(struct section_diskstat *s, struct arena *arena, struct slice number,
    struct slice what, bool bytes, double value)
{
	bool reads = slice_eqs(what, "Read") || slice_eqs(what, "read");
	struct diskstat_entry *e;

	if ((!reads && !slice_eqs(what, "Write") &&
		!slice_eqs(what, "write")) ||
	    (e = disk_of(s, arena, number)) == NULL)
		return;
	if (bytes) /* counted in sectors, as the kernel does */
		e->counters[reads ? DISKSTAT_READ_SECTORS
				  : DISKSTAT_WRITE_SECTORS] = value / 512;
	else
		e->counters[reads ? DISKSTAT_READS : DISKSTAT_WRITES] = value;
}

static void
name_disk(struct section_diskstat *s, struct slice number, struct slice name)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->entries[i].number, number))
			s->entries[i].device = s->entries[i].name = name;
}

static void
take_list(struct section_diskstat *s, struct arena *arena, const json_t *list,
    bool bytes)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		char number[64];
		size_t n = (size_t)snprintf(number, sizeof(number), "%.0f:%.0f",
		    section_json_number(one, "major", 0),
		    section_json_number(one, "minor", 0));
		if (n >= sizeof(number))
			continue;
		struct slice copy = {
		    memcpy(arena_alloc(arena, n, 1), number, n), n};
		count(s, arena, copy,
		    section_json_text(arena, json_object_get(one, "op")), bytes,
		    section_json_number(one, "value", 0));
	}
}

static int
take_json(struct split_lines *in, struct slice line, struct arena *arena,
    struct section_diskstat *s, struct err *err_r)
{
	json_t *doc = section_json(in, line, err_r);

	if (doc == NULL)
		return -1;
	json_t *names = json_object_get(doc, "names");
	s->time = section_json_number(doc, "time", 0);
	take_list(
	    s, arena, json_object_get(doc, "io_service_bytes_recursive"), true);
	take_list(
	    s, arena, json_object_get(doc, "io_serviced_recursive"), false);
	void *at = json_object_iter(names);
	for (; at != NULL; at = json_object_iter_next(names, at))
		name_disk(s, slice_of(json_object_iter_key(at)),
		    section_json_text(arena, json_object_iter_value(at)));
	json_decref(doc);
	return 0;
}

/* "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0" */
static void
take_v2(struct section_diskstat *s, struct arena *arena, struct slice number,
    struct slice rest)
{
	static const struct {
		const char *key, *what;
		bool bytes;
	} keys[] = {{"rbytes", "Read", true}, {"wbytes", "Write", true},
	    {"rios", "Read", false}, {"wios", "Write", false}};
	struct slice word, key;
	double value;

	while (slice_word(&rest, &word)) {
		slice_next(&word, '=', &key);
		for (size_t i = 0; i < 4; i++)
			if (slice_eqs(key, keys[i].key) &&
			    num_double(word, &value))
				count(s, arena, number, slice_of(keys[i].what),
				    keys[i].bytes, value);
	}
}

static void
take_line(struct section_diskstat *s, struct arena *arena, struct slice block,
    struct slice line)
{
	struct slice first, second;
	double value;

	if (slice_eqs(block, "[time]")) {
		section_double(&line, &s->time);
		return;
	}
	if (!slice_word(&line, &first))
		return;
	if (slice_eqs(block, "[io.stat]"))
		take_v2(s, arena, first, line);
	else if (!slice_word(&line, &second))
		return;
	else if (slice_eqs(block, "[names]"))
		name_disk(s, second, first);
	else if (section_double(&line, &value))
		count(s, arena, first, second,
		    slice_starts(block, "[io_service_bytes"), value);
}

int
diskstat_container_parse(struct split_lines *in, struct slice line,
    struct arena *arena, struct section_diskstat *s, struct err *err_r)
{
	struct slice block = {"", 0};

	s->partial = true;
	do {
		if (*line.s == '@')
			continue;
		if (*line.s == '{') {
			if (take_json(in, line, arena, s, err_r) != 0)
				return -1;
		} else if (*line.s == '[') {
			block = line;
		} else {
			take_line(s, arena, block, line);
		}
	} while (split_line(in, &line));
	return s->time > 0 ? 0 : section_bad(in, err_r, "expected the time");
}
