/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette status: which daemons run.
 */
#include "common/mem.h"
#include "common/settings.h"
#include "common/str.h"
#include "site/cmd.h"
#include "site/supervise.h"
#include "site/term.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One daemon with all its instances. */
struct line {
	char daemon[SUPERVISE_NAME_SIZE];
	bool own;
	size_t n, up, ready;
	pid_t pid;     /* of the first instance that runs */
	int64_t since; /* the latest change of an instance */
	json_t *instances;
};
struct lines {
	struct line *items;
	size_t n, cap;
};

static struct line *
line_of(struct lines *lines, const struct supervise_service *s)
{
	struct line *l;

	for (size_t i = 0; i < lines->n; i++)
		if (strcmp(lines->items[i].daemon, s->daemon) == 0)
			return &lines->items[i];
	ARRAY_GROW(lines->items, lines->n, lines->cap);
	l = &lines->items[lines->n++];
	*l = (struct line){.own = s->own, .instances = json_array()};
	snprintf(l->daemon, sizeof(l->daemon), "%s", s->daemon);
	return l;
}

static const char *
word(const struct supervise_state *st, bool own)
{
	if (st->ready || (own && st->up))
		return "running";
	return st->up || st->wanted_up ? "starting" : "stopped";
}

static json_t *
number_or_null(int64_t n)
{
	return n > 0 ? json_integer(n) : json_null();
}

static void
add_instance(struct lines *lines, const struct site *site,
    const struct supervise_service *s)
{
	struct line *l = line_of(lines, s);
	struct supervise_state st;

	supervise_state(site, s->name, &st);
	l->n++;
	l->up += st.up || st.wanted_up;
	l->ready += st.ready || (s->own && st.up);
	if (l->pid == 0)
		l->pid = st.pid;
	if (st.since > l->since)
		l->since = st.since;
	json_array_append_new(l->instances,
	    json_pack("{s:s, s:s, s:o, s:o}", "name", s->name, "state",
		word(&st, s->own), "pid", number_or_null(st.pid), "since",
		number_or_null(st.since)));
}

static const char *
state_of(const struct line *l)
{
	if (l->ready == l->n)
		return "running";
	if (l->ready > 0)
		return "partly";
	return l->up > 0 ? "starting" : "stopped";
}

static const char *
colour_of(const char *state)
{
	if (strcmp(state, "running") == 0)
		return term_green();
	return strcmp(state, "stopped") == 0 ? term_red() : term_yellow();
}

static void
collect(const struct site *site, const char *only, struct lines *lines)
{
	struct str mistakes = {0};
	struct settings *set;
	struct supervise_wish wish;
	struct supervise_list list;

	supervise_present(site, &list);
	if (list.n == 0) {
		set = settings_load(site->root, &mistakes);
		wish = supervise_wish_of(set);
		supervise_wanted(site, &wish, &list);
		if (set != NULL)
			settings_free(&set);
		str_free(&mistakes);
	}
	for (size_t i = 0; i < list.n; i++) {
		struct supervise_service *s = &list.items[i];

		/* One instance that was asked for is a line of its own. */
		if (only != NULL && strcmp(only, s->name) == 0)
			memcpy(s->daemon, s->name, sizeof(s->daemon));
		add_instance(lines, site, s);
	}
	supervise_list_free(&list);
}

static void
print_json(const struct lines *lines, const char *only)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < lines->n; i++) {
		const struct line *l = &lines->items[i];
		json_t *row;

		if (only != NULL && strcmp(only, l->daemon) != 0)
			continue;
		row = json_pack("{s:s, s:s, s:o, s:o}", "daemon", l->daemon,
		    "state", state_of(l), "pid", number_or_null(l->pid),
		    "since", number_or_null(l->since));
		if (l->n > 1)
			json_object_set(row, "instances", l->instances);
		json_array_append_new(rows, row);
	}
	term_json(rows);
	json_decref(rows);
}

static void
print_lines(const struct lines *lines, const char *only, const char *overall)
{
	for (size_t i = 0; i < lines->n; i++) {
		const struct line *l = &lines->items[i];
		char label[SUPERVISE_NAME_SIZE + 1];

		if (only != NULL && strcmp(only, l->daemon) != 0)
			continue;
		snprintf(label, sizeof(label), "%s:", l->daemon);
		printf("%-16s%s%s%s", label, colour_of(state_of(l)),
		    state_of(l), term_plain());
		if (l->n > 1)
			printf(" (%zu of %zu)", l->ready, l->n);
		putchar('\n');
	}
	if (only == NULL)
		printf("-----------------------\n%-16s%s%s%s\n",
		    "Overall state:", colour_of(overall), overall,
		    term_plain());
}

/* The operator's own services count for nothing. */
static int
code_of(const struct lines *lines, const char *only)
{
	size_t n = 0, ready = 0, up = 0;

	for (size_t i = 0; i < lines->n; i++) {
		const struct line *l = &lines->items[i];

		if (only == NULL ? l->own : strcmp(only, l->daemon) != 0)
			continue;
		n += l->n;
		ready += l->ready;
		up += l->up;
	}
	if (n == 0)
		return CMD_NO_SUCH_DAEMON;
	if (ready == n)
		return 0;
	return up == 0 ? 1 : CMD_PARTLY;
}

static int
run(const struct cmd_call *call)
{
	static const char *const words[] = {
	    "running", "stopped", "partially running"};
	const char *only = call->argc > 0 ? call->argv[0] : NULL;
	struct lines lines = {0};
	int code;

	collect(call->site, only, &lines);
	code = code_of(&lines, only);
	/* The daemons outlive an s6-svscan that was killed. */
	if ((code == 0 || code == CMD_PARTLY) &&
	    !supervise_is_running(call->site)) {
		cmd_fail("status",
		    "%s: its supervisor s6-svscan is gone (\"vedette "
		    "restart\" brings it back)",
		    call->site->name);
		code = CMD_PARTLY;
	}
	if (code == CMD_NO_SUCH_DAEMON)
		cmd_fail("status", "%s: there is no daemon of that name", only);
	else if (cmd_flag(call, "json"))
		print_json(&lines, only);
	else
		print_lines(&lines, only, words[code]);
	for (size_t i = 0; i < lines.n; i++)
		json_decref(lines.items[i].instances);
	free(lines.items);
	return code;
}

static const struct cmd_option options[] = {
    {"json", 'j', NULL, "an array of {daemon, state, pid, since}"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_status = {
    .name = "status",
    .args = "[DAEMON]",
    .summary = "show which daemons run",
    .details =
	"A daemon is running once it is ready, starting while it is not, and\n"
	"stopped; DAEMON may be one worker, such as fetcher-1. Exit code 0: "
	"all run; 1: stopped; 2: some run, some do not;\n"
	"3: there is no such daemon.",
    .scope = CMD_SITE_FIRST,
    .max_args = 1,
    .options = options,
    .run = run,
};
