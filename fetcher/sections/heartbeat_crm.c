/* SPDX-License-Identifier: Apache-2.0
 *
 * Section heartbeat_crm; see heartbeat_crm.h.
 */
#include "fetcher/sections/heartbeat_crm.h"

#include "common/num.h"
#include "fetcher/sections/timespan.h"

/* Without what stands before: underscores, blanks, a bullet. */
static struct slice
bare(struct slice line)
{
	while (line.len > 0 &&
	    (*line.s == '_' || *line.s == ' ' || *line.s == '\t' ||
		*line.s == '*')) {
		line.s++;
		line.len--;
	}
	return line;
}

static bool
behind(struct slice line, const char *head, struct slice *rest_r)
{
	size_t n = strlen(head);

	if (!slice_starts(line, head))
		return false;
	*rest_r = bare((struct slice){line.s + n, line.len - n});
	return true;
}

/* "2 nodes configured", "12 resource instances configured, ..." */
static void
read_count(struct section_heartbeat_crm *s, struct slice line)
{
	struct slice number, word;
	double value;

	if (!slice_word(&line, &number) || !num_double(number, &value) ||
	    !slice_word(&line, &word))
		return;
	if (slice_starts(word, "node") || slice_starts(word, "Node"))
		s->nodes = value;
	else if (slice_starts(word, "resource") ||
	    slice_starts(word, "Resource"))
		s->resources = value;
}

static void
read_general(struct section_heartbeat_crm *s, struct slice line)
{
	struct slice rest;
	double when;

	if (behind(line, "Current DC:", &rest)) {
		slice_word(&rest, &s->dc);
	} else if (behind(line, "Last updated:", &rest)) {
		struct slice words = rest, word;
		size_t n = 0;
		/* "Wed Jul  8 09:55:26 2020 on ha01" */
		while (n < 5 && slice_word(&words, &word))
			n++;
		if (n == 5)
			rest.len = (size_t)(word.s + word.len - rest.s);
		if (timespan_read_date(rest, &when))
			s->updated = when;
	} else {
		read_count(s, line);
	}
}

/* "vip (ocf::heartbeat:IPaddr2): Started ha01 (unmanaged)" */
static bool
read_resource(struct slice line, struct crm_resource *r)
{
	const char *close = memmem(line.s, line.len, "):", 2);
	struct slice rest, word;

	if (close == NULL || memchr(line.s, '(', line.len) == NULL)
		return false;
	rest = slice_trim(
	    (struct slice){close + 2, (size_t)(line.s + line.len - close) - 2});
	r->text = line;
	r->node = (struct slice){"", 0};
	if (!slice_word(&rest, &r->state))
		return false;
	if (slice_word(&rest, &word) && *word.s != '(')
		r->node = word;
	r->unmanaged = memmem(line.s, line.len, "(unmanaged)", 11) != NULL;
	return true;
}

struct reader {
	struct section_heartbeat_crm *s;
	struct arena *arena;
	enum {
		GENERAL,
		RESOURCES,
		FAILED
	} part;
	struct slice group;
	size_t indent; /* of the group's line */
	bool copies;
};

static struct slice
first_word(struct slice text)
{
	struct slice word = {"", 0};

	slice_word(&text, &word);
	return word;
}

static int
add(struct reader *r, struct split_lines *in, struct crm_resource one,
    struct err *err_r)
{
	if (r->s->n == SECTION_MAX_ENTRIES)
		return section_bad(in, err_r, "too many resources");
	ARENA_GROW(r->arena, r->s->list, r->s->n, r->s->cap);
	r->s->list[r->s->n++] = one;
	return 0;
}

/* "Started: [ a b ]", "Masters: [ a ]", below a set of copies. */
static bool
read_copies(struct slice line, struct crm_resource *r)
{
	struct slice key, rest = line;

	if (!slice_next(&rest, ':', &key))
		return false;
	rest = slice_trim(rest);
	if (rest.len == 0 || *rest.s != '[')
		return false;
	*r = (struct crm_resource){
	    .text = line, .state = key, .node = {"", 0}, .copies = true};
	return true;
}

static int
read_list(struct reader *r, struct split_lines *in, struct slice line,
    struct err *err_r)
{
	struct slice text = bare(line), rest;
	size_t indent = (size_t)(text.s - line.s);
	struct crm_resource one = {.copies = false};

	if (behind(text, "Resource Group:", &rest)) {
		r->group = first_word(rest);
		r->indent = indent;
		r->copies = false;
		return 0;
	}
	if (behind(text, "Clone Set:", &rest) ||
	    behind(text, "Master/Slave Set:", &rest)) {
		r->group = first_word(rest);
		r->indent = indent;
		r->copies = true;
		return 0;
	}
	if (indent <= r->indent && r->group.len > 0)
		r->group.len = 0;
	if (r->copies && r->group.len > 0 && read_copies(text, &one)) {
		one.group = r->group;
		return add(r, in, one, err_r);
	}
	if (!read_resource(text, &one))
		return 0;
	one.copies = r->group.len > 0 && r->copies;
	one.group = r->group.len > 0 ? r->group : first_word(text);
	return add(r, in, one, err_r);
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_heartbeat_crm *s = section;
	struct reader r = {.s = s, .arena = arena, .group = {"", 0}};
	struct slice line;

	s->nodes = s->resources = -1;
	s->dc = s->error = (struct slice){"", 0};
	while (split_line(in, &line)) {
		struct slice text = bare(line);
		if (text.len == 0)
			continue;
		if (memmem(text.s, text.len, "onnection to cluster failed",
			27) != NULL)
			s->error = text;
		if (slice_starts(text, "Full list of resources") ||
		    slice_starts(text, "Full List of Resources") ||
		    (r.part == GENERAL &&
			slice_starts(text, "Resource Group:")))
			r.part = RESOURCES;
		else if (slice_starts(text, "Failed ") &&
		    text.s[text.len - 1] == ':') {
			r.part = FAILED;
			continue;
		}
		if (r.part == GENERAL) {
			read_general(s, text);
		} else if (r.part == RESOURCES) {
			if (read_list(&r, in, line, err_r) != 0)
				return -1;
		} else if (s->n_failed < 1000) {
			ARENA_GROW(
			    arena, s->failed, s->n_failed, s->cap_failed);
			s->failed[s->n_failed++] = text;
		}
	}
	return 0;
}

const struct section_type section_heartbeat_crm = {
    .names = {"heartbeat_crm", NULL},
    .size = sizeof(struct section_heartbeat_crm),
    .parse = parse,
};
