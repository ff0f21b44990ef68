/* SPDX-License-Identifier: Apache-2.0
 *
 * Section drbd: "0: cs:Connected ro:Primary/Secondary ds:UpToDate/UpToDate C"
 * is a device; lines of counters follow it.
 */
#include "fetcher/sections/drbd.h"

#include "common/num.h"

static bool
take(struct slice word, const char *key, struct slice *value_r)
{
	size_t n = strlen(key);

	if (!slice_starts(word, key))
		return false;
	*value_r = (struct slice){word.s + n, word.len - n};
	return true;
}

static bool
is_name(struct slice word)
{
	if (word.len < 2 || word.s[word.len - 1] != ':')
		return false;
	for (size_t i = 0; i + 1 < word.len; i++)
		if (word.s[i] < '0' || word.s[i] > '9')
			return false;
	return true;
}

static const char *const counter_names[DRBD_COUNTERS] = {"ns:", "nr:", "dw:",
    "dr:", "al:", "bm:", "lo:", "pe:", "ua:", "ap:", "ep:", "oos:"};

/* "ns:1024 nr:0 dw:1024 ... oos:0", the line after a device's. */
static void
read_counters(struct drbd_device *d, struct slice line)
{
	struct slice word, value;

	while (slice_word(&line, &word))
		for (size_t i = 0; i < DRBD_COUNTERS; i++)
			if (take(word, counter_names[i], &value) &&
			    num_double(value, &d->counters[i]))
				d->has[i] = true;
}

const struct drbd_device *
section_drbd_find(const struct section_drbd *s, struct slice name)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->devices[i].name, name) &&
		    !slice_eqs(s->devices[i].connection, "Unconfigured"))
			return &s->devices[i];
	return NULL;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_drbd *s = section;
	struct slice line, word;

	while (split_line(in, &line)) {
		struct drbd_device d = {.name = {"", 0}};

		if (slice_starts(line, "ns:") && s->n > 0)
			read_counters(&s->devices[s->n - 1], line);
		if (!slice_word(&line, &word) || !is_name(word))
			continue;
		d.name = (struct slice){word.s, word.len - 1};
		while (slice_word(&line, &word)) {
			if (!take(word, "cs:", &d.connection) &&
			    !take(word, "ro:", &d.roles) &&
			    !take(word, "st:", &d.roles))
				take(word, "ds:", &d.disks);
		}
		if (d.connection.len == 0)
			continue;
		if (s->n == DRBD_MAX)
			return section_bad(in, err_r, "too many devices");
		ARENA_GROW(arena, s->devices, s->n, s->cap);
		s->devices[s->n++] = d;
	}
	return 0;
}

const struct section_type section_drbd = {
    .names = {"drbd", NULL},
    .size = sizeof(struct section_drbd),
    .parse = parse,
};
