/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading storcli's lists; see storcli.h.
 */
#include "fetcher/checks/storcli.h"

#include "fetcher/checks/value.h"

/* Takes the number of the controller along from line to line. */
static bool
read_line(const struct storcli_list *list, const struct text_line *line,
    double *controller, struct slice cells[STORCLI_CELLS], struct str *item)
{
	struct slice key, value = line->text;
	char name[STORCLI_ITEM];

	slice_next(&value, '=', &key);
	if (slice_eqs(slice_trim(key), "Controller")) {
		double number = text_number(value);
		*controller = isfinite(number) ? number : 0;
		return false;
	}
	if (line_cells(line, cells, list->cells) < list->cells ||
	    cells[0].len > 20 || cells[1].len > 20 || !list->name(cells, name))
		return false;
	str_clear(item);
	str_addf(item, "C%.0f.%s", *controller, name);
	return true;
}

void
storcli_discover(const struct storcli_list *list, const struct check_context *c,
    struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[STORCLI_CELLS];
	struct str item = {0};
	double controller = 0;

	for (size_t i = 0; i < s->n; i++)
		if (read_line(list, &s->lines[i], &controller, cells, &item))
			check_found_add(found, str_slice(&item), NULL);
	str_free(&item);
}

bool
storcli_find(const struct storcli_list *list, const struct check_context *c,
    struct slice cells[STORCLI_CELLS])
{
	const struct section_lines *s = c->sections[0];
	struct str item = {0};
	double controller = 0;
	bool found = false;

	for (size_t i = 0; i < s->n && !found; i++)
		found =
		    read_line(list, &s->lines[i], &controller, cells, &item) &&
		    slice_eq(str_slice(&item), c->item);
	str_free(&item);
	return found;
}

void
storcli_say(const struct check_context *c, struct check_out *out,
    const char *label, struct slice abbreviation,
    const struct storcli_state *states)
{
	uint32_t state = CHECK_CRIT;
	char word[64];

	snprintf(word, sizeof(word), "%.*s", value_cut(abbreviation, 60),
	    abbreviation.s);
	for (; states->abbreviation != NULL; states++)
		if (slice_eqs(abbreviation, states->abbreviation)) {
			snprintf(word, sizeof(word), "%s", states->word);
			state = states->state;
			break;
		}
	check_params_state(&c->params[0], word, &state);
	check_say(out, state, "%s%s", label, word);
}
