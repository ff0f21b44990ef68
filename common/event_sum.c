/* SPDX-License-Identifier: Apache-2.0
 *
 * Events as a state; see event_sum.h.
 */
#include "common/event_sum.h"

/* OK < WARN < UNKNOWN < CRIT */
static int
badness(unsigned state)
{
	static const int order[] = {0, 1, 3, 2};

	return order[state & 3];
}

void
event_sum_add(struct event_sum *s, uint64_t id, bool open, unsigned state,
    const char *text, bool ack_less)
{
	s->n++;
	s->open += open;
	if (state > 3 || (!open && ack_less))
		return;
	if (badness(state) < badness(s->worst) ||
	    (badness(state) == badness(s->worst) && id < s->worst_id))
		return;
	s->worst = state;
	s->worst_id = id;
	s->text = text;
}

static void
add_plain(struct str *out, const char *text)
{
	for (; *text != '\0'; text++)
		str_addc(out, *text == '|' || *text == '\n' ? ' ' : *text);
}

void
event_sum_print(const struct event_sum *s, const char *host,
    const char *application, struct str *out)
{
	static const char *const names[] = {"OK", "WARN", "CRIT", "UNKNOWN"};

	if (s->n == 0) {
		str_add(out, "OK - no events for ");
		if (application != NULL) {
			add_plain(out, application);
			str_add(out, " on ");
		}
		add_plain(out, host);
		return;
	}
	str_addf(out, "%s - %zu events", names[s->worst], s->n);
	if (s->open > 0)
		str_addf(out, " (%zu unacknowledged)", s->open);
	str_addf(out, ", worst state is %s", names[s->worst]);
	if (s->text != NULL && s->text[0] != '\0') {
		str_add(out, " (Last line: ");
		add_plain(out, s->text);
		str_addc(out, ')');
	}
}
