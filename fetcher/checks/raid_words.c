/* SPDX-License-Identifier: Apache-2.0
 *
 * States that controllers of disks give as words; see raid_words.h.
 */
#include "fetcher/checks/raid_words.h"

#include "fetcher/checks/value.h"

#include <stdio.h>

const struct check_param raid_params[] = {
    {"states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states by the controller's word, instead of those that the check "
	"knows"},
    {0}};

void
raid_say(const struct check_context *c, struct check_out *out,
    const char *label, struct slice word, const struct raid_word *words)
{
	char text[64];

	while (words->word != NULL && !slice_eqs(word, words->word))
		words++;
	uint32_t state = words->state;
	snprintf(text, sizeof(text), "%.*s", value_cut(word, 60), word.s);
	check_params_state(&c->params[0], text, &state);
	check_say(out, state, "%s%s", label, text);
}

/* "KEY VALUE" */
static bool
read_key(struct slice line, const char *key, struct slice *value_r)
{
	size_t n = strlen(key);

	if (!slice_starts(line, key) || line.len <= n || line.s[n] != ' ')
		return false;
	*value_r = slice_trim((struct slice){line.s + n, line.len - n});
	return value_r->len > 0;
}

bool
raid_next_pair(const struct section_lines *s, size_t *at, const char *name_key,
    const char *state_key, struct slice *name_r, struct slice *state_r)
{
	struct slice value;

	*name_r = (struct slice){"", 0};
	for (; *at < s->n; (*at)++) {
		struct slice line = s->lines[*at].text;

		if (read_key(line, name_key, &value)) {
			*name_r = value;
		} else if (name_r->len > 0 &&
		    read_key(line, state_key, &value)) {
			slice_next(&value, '(', state_r);
			*state_r = slice_trim(*state_r);
			(*at)++;
			return true;
		}
	}
	return false;
}
