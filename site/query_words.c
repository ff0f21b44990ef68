/* SPDX-License-Identifier: Apache-2.0
 *
 * Completion of Livestatus requests; see query_words.h.
 */
#include "site/query_words.h"

#include "common/mem.h"
#include "livestatusd/lql/lql.h"
#include "livestatusd/table/table.h"

#include <stdlib.h>
#include <string.h>

#define AGGREGATES "sum min max avg std suminv avginv"

enum {
	FIRST_COLUMN = 1,
	ANY_COLUMN = 2
};

/* What stands behind a header's colon. */
static const struct {
	const char *header;
	int columns;
	const char *words; /* at its first place, with blanks between */
} values[] = {
    {"Columns", ANY_COLUMN, ""},
    {"StatsGroupBy", ANY_COLUMN, ""},
    {"Filter", FIRST_COLUMN, ""},
    {"WaitCondition", FIRST_COLUMN, ""},
    {"Sort", FIRST_COLUMN, ""},
    {"OrderBy", FIRST_COLUMN, ""},
    {"Stats", FIRST_COLUMN, AGGREGATES},
    {"OutputFormat", 0, "csv CSV json wrapped_json python python3"},
    {"ColumnHeaders", 0, "on off"},
    {"KeepAlive", 0, "on off"},
    {"ResponseHeader", 0, "off fixed16"},
    {"WaitTrigger", 0, "all check state log downtime comment command program"},
};

static void
offer(struct query_words *w, struct slice typed, const char *prefix,
    struct slice word)
{
	char *whole = xasprintf("%s%.*s", prefix, (int)word.len, word.s);

	if (strlen(whole) < typed.len ||
	    memcmp(whole, typed.s, typed.len) != 0) {
		free(whole);
		return;
	}
	ARRAY_GROW(w->v, w->n, w->cap);
	w->v[w->n++] = whole;
}

static void
offer_list(struct query_words *w, struct slice typed, const char *list)
{
	struct slice rest = slice_of(list), word;

	while (slice_word(&rest, &word))
		offer(w, typed, "", word);
}

static void
offer_columns(struct query_words *w, struct slice typed, struct slice request)
{
	struct slice line, word;
	const struct table *t;
	struct column_ref ref;

	if (!slice_next(&request, '\n', &line) || !slice_word(&line, &word) ||
	    !slice_eqs(word, "GET"))
		return;
	t = lql_table_find(slice_trim(line));
	for (size_t i = 0; t != NULL && table_column(t, i, &ref); i++)
		offer(w, typed, ref.join->prefix, slice_of(ref.column->name));
}

/* Is it a word of `list`, which begins and ends with a blank? */
static bool
in_list(const char *list, struct slice word)
{
	char *framed = xasprintf(" %.*s ", (int)word.len, word.s);
	bool in = strstr(list, framed) != NULL;

	free(framed);
	return in;
}

/* `arg` stands behind the colon; its last word is being typed. */
static void
offer_values(struct query_words *w, struct slice request, struct slice header,
    struct slice arg)
{
	struct slice typed = arg, before, word;
	size_t place = 0;

	while (typed.len > 0 && memrchr(typed.s, ' ', typed.len) != NULL) {
		const char *blank = memrchr(typed.s, ' ', typed.len);

		typed.len -= (size_t)(blank + 1 - typed.s);
		typed.s = blank + 1;
	}
	before = (struct slice){arg.s, arg.len - typed.len};
	while (slice_word(&before, &word)) {
		place++;
		/* Stats: sum COLUMN */
		if (place == 1 && slice_eqs(header, "Stats") &&
		    in_list(" " AGGREGATES " ", word))
			place = 0;
	}
	w->typed = typed.len;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		if (!slice_eqs(header, values[i].header))
			continue;
		if (place == 0)
			offer_list(w, typed, values[i].words);
		if (values[i].columns == ANY_COLUMN ||
		    (values[i].columns == FIRST_COLUMN && place == 0))
			offer_columns(w, typed, request);
	}
}

static void
offer_first(struct query_words *w, struct slice line)
{
	if (!slice_starts(line, "GET ")) {
		w->typed = line.len;
		offer_list(w, line, "GET COMMAND");
		return;
	}
	line = (struct slice){line.s + 4, line.len - 4};
	w->typed = line.len;
	w->end = "";
	for (size_t i = 0; i < table_count; i++)
		offer(w, line, "", slice_of(table_all[i]->name));
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
sort_words(struct query_words *w)
{
	size_t kept = 0;

	if (w->n > 0)
		qsort(w->v, w->n, sizeof(*w->v), compare);
	for (size_t i = 0; i < w->n; i++) {
		if (kept > 0 && strcmp(w->v[kept - 1], w->v[i]) == 0)
			free(w->v[i]);
		else
			w->v[kept++] = w->v[i];
	}
	w->n = kept;
}

void
query_words(
    struct slice request, struct slice line, struct query_words *words_r)
{
	struct query_words *w = words_r;
	const char *colon =
	    line.len == 0 ? NULL : memchr(line.s, ':', line.len);

	*w = (struct query_words){.end = " "};
	if (request.len == 0) {
		offer_first(w, line);
	} else if (slice_starts(request, "COMMAND ")) {
		return; /* it has no headers */
	} else if (colon == NULL) {
		w->typed = line.len;
		w->end = ": ";
		for (size_t i = 0; lql_header_name(i) != NULL; i++)
			offer(w, line, "", slice_of(lql_header_name(i)));
	} else {
		size_t n = (size_t)(colon - line.s);

		offer_values(w, request, (struct slice){line.s, n},
		    (struct slice){colon + 1, line.len - n - 1});
	}
	sort_words(w);
}

void
query_words_free(struct query_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i]);
	free(w->v);
	*w = (struct query_words){.end = ""};
}

size_t
query_words_common(const struct query_words *w)
{
	size_t n = w->n == 0 ? 0 : strlen(w->v[0]);

	for (size_t i = 1; i < w->n; i++) {
		size_t k = 0;

		while (k < n && w->v[i][k] == w->v[0][k])
			k++;
		n = k;
	}
	return n;
}
