/* SPDX-License-Identifier: Apache-2.0
 *
 * Each entry gets the bulk's result and a line of the history.
 */
#include "notifyd/bulk_results.h"

#include "common/mem.h"
#include "notifyd/held.h"

void
bulk_results(const struct bulk *b, const int64_t *rows,
    const struct delivery *d, enum history_result result,
    struct spool_bulk_mark *m, struct str *lines)
{
	bool held = held_is(b), none = held && b->entries[b->n - 1].over;
	const char *over = none ? m->text
	    : held              ? "a newer state was told"
				: "over before it was sent";

	m->id = b->id;
	m->n = b->n;
	m->results = xcalloc(b->n + 1, sizeof(*m->results));
	for (size_t i = 0; i < b->n; i++) {
		const struct bulk_entry *e = &b->entries[i];
		struct spool_bulk_result *r = &m->results[i];

		*r = (struct spool_bulk_result){rows[i],
		    e->over ? SPOOL_DONE : m->state, e->over ? 0 : m->code,
		    xasprintf("%s %lld: %s", held ? "held" : "bulk",
			(long long)b->id, e->over ? over : m->text)};
		if (lines->len > 0)
			str_addc(lines, '\n');
		history_result(lines, &e->ctx, d->contact, d->method,
		    e->over ? HISTORY_OK : result, r->text);
	}
	m->lines = str_get(lines);
}
