/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of log files. What was seen is kept with the service's state, so
 * that it stays in sight after the fetch that brought it: a line
 * "SECONDS LEVEL TEXT" each, oldest first.
 */
#include "fetcher/sections/logwatch.h"
#include "common/mem.h"
#include "common/num.h"
#include "fetcher/checks/out.h"
#include "fetcher/checks/pattern.h"
#include "fetcher/checks/store.h"
#include "fetcher/discover.h"

#include <stdlib.h>

#define MAX_LINE 200  /* bytes kept of one message */
#define MAX_KEPT 3500 /* bytes kept of all of them */

enum {
	P_KEEP,
	P_RECLASSIFY,
	P_IGNORED,
	P_TROUBLE
};

static const struct check_param params[] = {
    {"keep", CHECK_PARAM_DURATION, "s", CHECK_DEF_NUMBER(86400),
	"how long a message counts and is shown; the newest 3500 bytes are "
	"kept"},
    {"reclassify", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"regular expression: state of the messages in which it is found; the "
	"first that hits, in order of the expressions' text"},
    {"ignored", CHECK_PARAM_STRINGS, "", CHECK_DEF_NONE,
	"regular expressions: messages in which one is found are dropped"},
    {"unreadable_state", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if the file is missing or cannot be opened"},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_logwatch *s = c->sections[0];
	for (size_t i = 0; i < s->n; i++)
		check_found_add(found, s->files[i].name, NULL);
}

struct rule {
	struct pattern *pattern;
	uint32_t state;
};
struct rules {
	struct rule *list;
	size_t n;
	struct patterns ignored;
};

static void
rules_free(struct rules *r)
{
	for (size_t i = 0; i < r->n; i++)
		pattern_free(r->list[i].pattern);
	free(r->list);
	patterns_free(&r->ignored);
}

static int
by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;
	return strcmp(*x, *y);
}

static void
rules_read(const struct check_context *c, struct rules *r, struct err *err_r)
{
	const struct check_value *states = &c->params[P_RECLASSIFY];
	json_t *doc = (json_t *)states->json;
	size_t n = json_object_size(doc), i = 0;
	const char **keys = n > 0 ? xcalloc(n, sizeof(*keys)) : NULL;

	*r = (struct rules){.n = 0};
	patterns_read(&r->ignored, c->params[P_IGNORED].json, err_r);
	if (keys == NULL)
		return;
	r->list = xcalloc(n, sizeof(*r->list));
	void *at = json_object_iter(doc);
	for (; at != NULL; at = json_object_iter_next(doc, at))
		keys[i++] = json_object_iter_key(at);
	qsort(keys, n, sizeof(*keys), by_text);
	for (i = 0; i < n; i++) {
		struct rule one = {.state = CHECK_OK};
		one.pattern = pattern_new(slice_of(keys[i]), err_r);
		check_params_state(states, keys[i], &one.state);
		if (one.pattern != NULL)
			r->list[r->n++] = one;
	}
	free(keys);
}

/* The level that the message has here; 0: it is dropped. */
static char
classify(const struct rules *r, const struct logwatch_line *line)
{
	static const char levels[] = "OWCu";
	if (line->level == 'I' || line->level == '.' ||
	    patterns_find(&r->ignored, line->text))
		return 0;
	for (size_t i = 0; i < r->n; i++)
		if (pattern_finds(r->list[i].pattern, line->text))
			return levels[r->list[i].state & 3];
	return line->level;
}

static uint32_t
state_of(char level)
{
	return level == 'C' ? CHECK_CRIT
	    : level == 'W'  ? CHECK_WARN
	    : level == 'u'  ? CHECK_UNKNOWN
			    : CHECK_OK;
}

/* "SECONDS LEVEL TEXT"; false if it is none. */
static bool
take_kept(
    struct slice *list, int64_t *when_r, char *level_r, struct slice *text_r)
{
	struct slice word;
	if (list->len == 0 || !slice_next(list, '\n', text_r))
		return false;
	if (!slice_next(text_r, ' ', &word) || !num_i64(word, when_r) ||
	    text_r->len < 2)
		return false;
	*level_r = text_r->s[0];
	text_r->s += 2;
	text_r->len -= 2;
	return true;
}

static void
keep_old(const struct check_context *c, struct str *kept)
{
	struct slice list = c->store->old_text, text;
	double keep = c->params[P_KEEP].number;
	int64_t when;
	char level;

	while (take_kept(&list, &when, &level, &text))
		if (c->now - (double)when < keep) {
			str_addf(kept, "%lld %c ", (long long)when, level);
			str_addslice(kept, text);
			str_addc(kept, '\n');
		}
}

static void
keep_new(const struct check_context *c, const struct logwatch_file *file,
    const struct rules *rules, struct str *kept)
{
	for (size_t i = 0; i < file->n; i++) {
		const struct logwatch_line *line = &file->lines[i];
		char level = classify(rules, line);
		if (level == 0 || state_of(level) == CHECK_OK)
			continue;
		str_addf(kept, "%lld %c ", (long long)c->now, level);
		str_addn(kept, line->text.s,
		    line->text.len < MAX_LINE ? line->text.len : MAX_LINE);
		str_addc(kept, '\n');
	}
}

/* Whole lines at the end that fit. */
static struct slice
newest(const struct str *kept)
{
	struct slice all = str_slice(kept), line;
	while (all.len > MAX_KEPT && slice_next(&all, '\n', &line))
		;
	return all;
}

static void
say(struct slice list, struct check_out *out)
{
	struct slice text, last = {"", 0};
	uint32_t worst = CHECK_OK;
	size_t n[4] = {0}, total = 0;
	int64_t when;
	char level;

	while (take_kept(&list, &when, &level, &text)) {
		uint32_t state = state_of(level);
		struct str line = {0};
		n[state & 3]++;
		total++;
		if (check_worst(worst, state) == state) {
			worst = state;
			last = text;
		}
		render_date(&line, (double)when);
		str_addf(&line, " %c ", level);
		str_addslice(&line, text);
		check_tell_str(out, CHECK_OK, &line);
		str_free(&line);
	}
	if (total == 0) {
		check_say(out, CHECK_OK, "No error messages");
		return;
	}
	if (n[CHECK_CRIT] > 0)
		check_say(out, CHECK_OK, "%zu CRIT", n[CHECK_CRIT]);
	if (n[CHECK_WARN] > 0)
		check_say(out, CHECK_OK, "%zu WARN", n[CHECK_WARN]);
	if (n[CHECK_UNKNOWN] > 0)
		check_say(out, CHECK_OK, "%zu UNKNOWN", n[CHECK_UNKNOWN]);
	check_say(out, worst, "Last worst: \"%.*s\"", (int)last.len, last.s);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_logwatch *s = c->sections[0];
	const struct logwatch_file *file = NULL;
	struct rules rules;
	struct str kept = {0};
	struct err err = {0};

	for (size_t i = 0; i < s->n && file == NULL; i++)
		if (slice_eq(s->files[i].name, c->item))
			file = &s->files[i];
	rules_read(c, &rules, &err);
	keep_old(c, &kept);
	if (file != NULL)
		keep_new(c, file, &rules, &kept);
	struct slice list = newest(&kept);
	if (list.len > 0)
		check_store_keep_text(c->store, list);
	say(list, out);
	if (file == NULL)
		check_say(out, CHECK_OK, "no news of this file");
	else if (file->trouble.len > 0)
		check_say(out, (uint32_t)c->params[P_TROUBLE].number, "%s",
		    slice_eqs(file->trouble, "missing")
			? "the file is missing"
			: "the file cannot be opened");
	if (err.text[0] != '\0')
		check_say(out, CHECK_UNKNOWN, "parameters: %s", err.text);
	rules_free(&rules);
	str_free(&kept);
}

const struct check check_logwatch = {
    .name = "logwatch",
    .title = "Log files",
    .manual =
	"Messages that the agent's plugin found in a log file. They are kept "
	"for `keep` and the worst of them is the state; a day later the "
	"service is OK by itself. `reclassify` and `ignored` judge them anew.",
    .ruleset = "logwatch",
    .description = "Log %s",
    .sections = (const struct section_type *const[]){&section_logwatch, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
