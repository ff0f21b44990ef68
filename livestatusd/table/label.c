/* SPDX-License-Identifier: Apache-2.0
 *
 * The table `labels`: each pair of name and value once, over all objects that
 * the user may see.
 */
#include "common/mem.h"
#include "livestatusd/table/table.h"

#include <stdlib.h>
#include <string.h>

static int
by_text(const void *a, const void *b, void *arg)
{
	const struct label *x = a, *y = b;
	const struct snapshot *s = arg;
	int c = strcmp(snap_s(s, x->name), snap_s(s, y->name));

	return c != 0 ? c : strcmp(snap_s(s, x->value), snap_s(s, y->value));
}

void
table_collect_labels(struct view *v)
{
	const struct snapshot *s = v->snap;
	void *arg = (void *)(uintptr_t)s; /* qsort_r takes no const */
	size_t n = 0;

	v->n_labels = 0;
	for (uint32_t i = 0; i < s->n_objects; i++) {
		struct snap_list list = s->objects[i].labels;

		if (list.n == 0 || !view_sees(v, i))
			continue;
		for (uint32_t k = 0; k + 2 < list.n; k += 3) {
			ARRAY_GROW(v->labels, v->n_labels, v->cap_labels);
			v->labels[v->n_labels++] = (struct label){
			    snap_at(s, list, k), snap_at(s, list, k + 1)};
		}
	}
	if (v->n_labels == 0)
		return;
	qsort_r(v->labels, v->n_labels, sizeof(*v->labels), by_text, arg);
	for (size_t i = 1; i < v->n_labels; i++)
		if (by_text(&v->labels[n], &v->labels[i], arg) != 0)
			v->labels[++n] = v->labels[i];
	v->n_labels = n + 1;
}

static struct slice
text(struct view *v, const struct column *c, uint32_t at)
{
	const struct label *l = &v->labels[at];

	return slice_of(snap_s(v->snap, c->off == 0 ? l->name : l->value));
}

static const struct column label[] = {
    COL_STRING("name", text, 0, "name of the label"),
    COL_STRING("value", text, 1, "value of the label"), {0}};

const struct column_set columns_label = {{label, NULL}};
