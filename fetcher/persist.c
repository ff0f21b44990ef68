/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections that are kept; see persist.h.
 */
#include "fetcher/persist.h"

#include "fetcher/sections/split.h"

#include <string.h>

static void
keep_part(const struct split_part *part, int64_t now, struct str *kept)
{
	bool cached =
	    memmem(part->head.s, part->head.len, ":cached(", 8) != NULL;

	if (kept->len + part->head.len + part->body.len + 64 >
	    PERSIST_MAX_BYTES)
		return;
	str_add(kept, "<<<");
	str_addslice(kept, part->head);
	if (!cached)
		str_addf(kept, ":cached(%lld,%lld)", (long long)now,
		    (long long)(part->persist_until - now));
	str_add(kept, ">>>\n");
	str_addslice(kept, part->body);
	str_addc(kept, '\n');
}

void
persist_keep(struct slice output, struct slice host, struct slice before,
    int64_t now, struct str *kept)
{
	struct split fresh = {0}, old = {0};

	if (before.len == 0 &&
	    (output.len == 0 ||
		memmem(output.s, output.len, ":persist(", 9) == NULL))
		return;
	split_output(output, host, now, &fresh);
	split_output(before, host, now, &old);
	for (size_t i = 0; i < fresh.n_parts; i++)
		if (fresh.parts[i].persist_until > now)
			keep_part(&fresh.parts[i], now, kept);
	for (size_t i = 0; i < old.n_parts; i++)
		if (old.parts[i].persist_until > now &&
		    !split_has(&fresh, fresh.n_parts, old.parts[i].name))
			keep_part(&old.parts[i], now, kept);
	split_free(&fresh);
	split_free(&old);
}
