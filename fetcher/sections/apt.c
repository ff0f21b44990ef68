/* SPDX-License-Identifier: Apache-2.0
 *
 * Section apt: lines "Inst libssl3 [3.0.1] (3.0.2 Debian-Security:12/stable-
 * security [amd64])" and "Remv name [version]"; others say that there is none.
 */
#include "fetcher/sections/apt.h"

static bool
contains(struct slice line, const char *what)
{
	return memmem(line.s, line.len, what, strlen(what)) != NULL;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_apt *s = section;
	struct slice line, word;

	while (split_line(in, &line)) {
		struct apt_package p = {.kind = APT_NORMAL};
		if (contains(line, "ESM"))
			s->esm_warning = true;
		if (!slice_word(&line, &word) ||
		    (!slice_eqs(word, "Inst") && !slice_eqs(word, "Remv")) ||
		    !slice_word(&line, &p.name))
			continue;
		if (slice_eqs(word, "Remv"))
			p.kind = APT_REMOVAL;
		else if (contains(line, "Debian-Security:") ||
		    contains(line, "-security"))
			p.kind = APT_SECURITY;
		if (s->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "too many packages");
		ARENA_GROW(arena, s->packages, s->n, s->cap);
		s->packages[s->n++] = p;
		s->counts[p.kind]++;
	}
	return 0;
}

const struct section_type section_apt = {
    .names = {"apt", NULL},
    .size = sizeof(struct section_apt),
    .parse = parse,
};
