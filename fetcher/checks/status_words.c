/* SPDX-License-Identifier: Apache-2.0
 *
 * States that devices give as numbers; see status_words.h.
 */
#include "fetcher/checks/status_words.h"

#include "common/num.h"

const struct status_word *
status_find(const struct status_word *words, struct slice cell)
{
	int64_t number;

	if (!num_i64(slice_trim(cell), &number))
		return NULL;
	for (; words->word != NULL; words++)
		if (words->number == number)
			return words;
	return NULL;
}

static uint32_t
describe(struct str *text, const char *label, struct slice cell,
    const struct status_word *words)
{
	const struct status_word *w = status_find(words, cell);

	str_addf(text, "%s: ", label);
	if (w != NULL)
		str_add(text, w->word);
	else if (slice_trim(cell).len == 0)
		str_add(text, "not given");
	else
		str_addf(text, "unknown (%.*s)", (int)cell.len, cell.s);
	return w == NULL ? CHECK_UNKNOWN : w->state;
}

void
status_say(struct check_out *out, const char *label, struct slice cell,
    const struct status_word *words)
{
	struct str text = {0};
	uint32_t state = describe(&text, label, cell, words);

	check_say_str(out, state, &text);
	str_free(&text);
}

void
status_tell(struct check_out *out, const char *label, struct slice cell,
    const struct status_word *words)
{
	struct str text = {0};
	uint32_t state = describe(&text, label, cell, words);

	check_tell_str(out, state, &text);
	str_free(&text);
}
