/* SPDX-License-Identifier: Apache-2.0
 *
 * Gathers mistakes; see mistakes.h.
 */
#include "common/config/mistakes.h"
#include "common/mem.h"

#include <stdlib.h>

struct mistake_item {
	char *file, *path, *text;
	uint32_t line, column;
	bool warning;
	size_t seq; /* keeps the order of what is at one place */
};

void
mistakes_free(struct mistakes *m)
{
	for (size_t i = 0; i < m->n_items; i++) {
		free(m->items[i].file);
		free(m->items[i].path);
		free(m->items[i].text);
	}
	free(m->items);
	*m = (struct mistakes){0};
}

static void
add(struct mistakes *m, const struct mistake_place *place, bool warning,
    const char *fmt, va_list ap)
{
	struct mistake_item *item;
	struct str text = {0};

	if (warning)
		m->n_warnings++;
	else
		m->n_mistakes++;
	/* Apart, so that warnings leave room for mistakes. */
	if ((warning ? m->n_warnings : m->n_mistakes) > MISTAKES_MAX_KEPT)
		return;
	ARRAY_GROW(m->items, m->n_items, m->cap);
	item = &m->items[m->n_items];
	str_vaddf(&text, fmt, ap);
	*item = (struct mistake_item){
	    .file = place->file == NULL ? NULL : xstrdup(place->file),
	    .path = place->path == NULL ? NULL : xstrdup(place->path),
	    .text = str_steal(&text),
	    .line = place->line,
	    .column = place->column,
	    .warning = warning,
	    .seq = m->n_items,
	};
	m->n_items++;
}

void
mistake_add(
    struct mistakes *m, const struct mistake_place *place, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(m, place, false, fmt, ap);
	va_end(ap);
}

void
mistake_warn(
    struct mistakes *m, const struct mistake_place *place, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(m, place, true, fmt, ap);
	va_end(ap);
}

void
mistakes_move(struct mistakes *m, struct mistakes *from)
{
	m->n_mistakes += from->n_mistakes;
	m->n_warnings += from->n_warnings;
	for (size_t i = 0; i < from->n_items; i++) {
		ARRAY_GROW(m->items, m->n_items, m->cap);
		m->items[m->n_items] = from->items[i];
		m->items[m->n_items].seq = m->n_items;
		m->n_items++;
	}
	free(from->items);
	*from = (struct mistakes){0};
}

/* Is one path the other, or in it? */
static bool
is_near(const struct mistake_item *a, const struct mistake_item *b)
{
	const char *x = a->path == NULL ? "" : a->path;
	const char *y = b->path == NULL ? "" : b->path;
	size_t n = strlen(x) < strlen(y) ? strlen(x) : strlen(y);
	const char *longer = strlen(x) < strlen(y) ? y : x;

	if (a->warning || b->warning || (a->file == NULL) != (b->file == NULL))
		return false;
	return (a->file == NULL || strcmp(a->file, b->file) == 0) &&
	    strncmp(x, y, n) == 0 &&
	    (n == 0 || strchr(".[", longer[n]) != NULL);
}

void
mistakes_move_others(struct mistakes *m, struct mistakes *from)
{
	size_t kept = 0, had = m->n_items;

	for (size_t i = 0; i < from->n_items; i++) {
		struct mistake_item *item = &from->items[i];
		bool near = false;

		for (size_t k = 0; k < had && !near; k++)
			near = is_near(&m->items[k], item);
		if (!near) {
			from->items[kept++] = *item;
			continue;
		}
		from->n_mistakes--;
		free(item->file);
		free(item->path);
		free(item->text);
	}
	from->n_items = kept;
	mistakes_move(m, from);
}

static int
compare_items(const void *pa, const void *pb)
{
	const struct mistake_item *a = pa, *b = pb;
	int c = strcmp(
	    a->file == NULL ? "" : a->file, b->file == NULL ? "" : b->file);

	if (c != 0)
		return c;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return (a->seq > b->seq) - (a->seq < b->seq);
}

void
mistakes_print(struct mistakes *m, struct str *to)
{
	unsigned all = m->n_mistakes + m->n_warnings;

	if (m->n_items > 0)
		qsort(m->items, m->n_items, sizeof(m->items[0]), compare_items);
	for (size_t i = 0; i < m->n_items; i++) {
		const struct mistake_item *item = &m->items[i];

		if (item->warning)
			str_add(to, "warning: ");
		if (item->file != NULL)
			str_addf(to, "%s:%u:%u: ", item->file, item->line,
			    item->column);
		if (item->path != NULL && item->path[0] != '\0')
			str_addf(to, "%s: ", item->path);
		str_addf(to, "%s\n", item->text);
	}
	if (all > m->n_items)
		str_addf(to, "and %zu more\n", all - m->n_items);
}

static bool
plain_key(const char *key)
{
	for (const char *p = key; *p != '\0'; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') ||
		    (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
		    *p == '_' || *p == '-';

		if (!plain)
			return false;
	}
	return key[0] != '\0';
}

void
path_add_key(struct str *path, const char *key)
{
	if (!plain_key(key)) {
		str_addf(path, "[\"%s\"]", key);
		return;
	}
	if (path->len > 0)
		str_addc(path, '.');
	str_add(path, key);
}

void
path_add_index(struct str *path, size_t index)
{
	str_addf(path, "[%zu]", index);
}
