/* SPDX-License-Identifier: Apache-2.0
 *
 * A history without files; see memory.h.
 */
#include "livestatusd/history/memory.h"

#include "common/mem.h"

#include <stdlib.h>

struct day {
	char name[PAST_DAY];
	struct str text;
};

struct past_memory {
	struct past *past;
	struct day *days;
	size_t n, cap;
	bool told; /* `past` knows of the last line */
};

static ssize_t
read_day(
    void *arg, const char *name, bool index, uint64_t at, void *buf, size_t n)
{
	struct past_memory *m = arg;

	for (size_t i = m->n; !index && i-- > 0;) {
		const struct str *text = &m->days[i].text;

		if (strcmp(m->days[i].name, name) != 0)
			continue;
		if (at >= text->len)
			return 0;
		n = n < text->len - at ? n : text->len - at;
		memcpy(buf, text->s + at, n);
		return (ssize_t)n;
	}
	return -1;
}

struct past_memory *
past_memory_new(void)
{
	struct past_memory *m = xnew(struct past_memory);
	struct past_store store = {.arg = m, .read = read_day};

	m->past = past_new(&store);
	return m;
}

void
past_memory_free(struct past_memory **mp)
{
	struct past_memory *m = *mp;

	if (m == NULL)
		return;
	*mp = NULL;
	past_free(&m->past);
	for (size_t i = 0; i < m->n; i++)
		str_free(&m->days[i].text);
	free(m->days);
	free(m);
}

void
past_memory_add(struct past_memory *m, const char *day, struct slice line)
{
	struct day *d = m->n == 0 ? NULL : &m->days[m->n - 1];

	if (d == NULL || strcmp(d->name, day) != 0) {
		if (d != NULL)
			past_day(m->past, d->name, d->text.len);
		ARRAY_GROW(m->days, m->n, m->cap);
		d = &m->days[m->n++];
		*d = (struct day){0};
		strncpy(d->name, day, PAST_DAY - 1);
	}
	str_addslice(&d->text, line);
	str_addc(&d->text, '\n');
	m->told = false;
}

struct past *
past_memory_past(struct past_memory *m)
{
	struct day *d = m->n == 0 ? NULL : &m->days[m->n - 1];

	if (d != NULL && !m->told)
		past_day(m->past, d->name, d->text.len);
	m->told = true;
	return m->past;
}
