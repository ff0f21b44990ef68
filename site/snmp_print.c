/* SPDX-License-Identifier: Apache-2.0
 *
 * A scan in words; see snmp.h.
 */
#include "common/str.h"
#include "fetcher/snmp/source.h"
#include "site/snmp.h"
#include "site/term.h"

#include <stdio.h>
#include <string.h>

#define MAX_VALUE 60

static const char *
text(const json_t *row, const char *key)
{
	const char *value = json_string_value(json_object_get(row, key));

	return value == NULL ? "" : value;
}

static const char *
name_of(const char *oid)
{
	return strcmp(oid, SNMP_SYS_DESCR) == 0 ? "sysDescr"
	    : strcmp(oid, SNMP_SYS_OBJECT) == 0 ? "sysObjectID"
						: oid;
}

/* The first line of it. */
static void
add_value(struct str *to, const char *value)
{
	size_t n = strcspn(value, "\r\n");

	str_addf(to, " (%.*s%s)", (int)(n > MAX_VALUE ? MAX_VALUE : n), value,
	    n > MAX_VALUE || value[n] != '\0' ? "..." : "");
}

static void
add_atom(struct str *to, const json_t *atom)
{
	const char *value = json_string_value(json_object_get(atom, "value"));
	const char *found = text(atom, "found");

	str_addf(to, "%s %s", name_of(text(atom, "oid")), found);
	if (strstr(found, "exist") != NULL)
		return;
	str_addf(to, " %s", text(atom, "text"));
	if (value != NULL)
		add_value(to, value);
}

/*
 * Why it fits: the group whose atoms are all true. Why not: what is false
 * first in each group.
 */
static void
explain(const json_t *row, bool fits, struct str *why)
{
	const json_t *atoms = json_object_get(row, "conditions"), *atom;
	struct str group = {0};
	bool all = true;
	size_t i;

	json_array_foreach(atoms, i, atom)
	{
		bool is_true = json_is_true(json_object_get(atom, "true"));

		if (json_is_true(json_object_get(atom, "or"))) {
			if (fits && all)
				break;
			all = true;
			str_clear(&group);
		}
		if (fits ? is_true : all && !is_true) {
			struct str *to = fits ? &group : why;

			if (to->len > 0)
				str_add(to, fits ? ", " : "; ");
			add_atom(to, atom);
		}
		all = all && is_true;
	}
	if (fits)
		str_addslice(why, str_slice(&group));
	str_free(&group);
}

static void
add_checks(const json_t *row, struct str *to)
{
	const json_t *names = json_object_get(row, "checks"), *name;
	size_t i;

	json_array_foreach(names, i, name)
	    str_addf(to, "%s%s", i > 0 ? ", " : "", json_string_value(name));
}

/* Those that the host's settings name. */
static void
add_contexts(const json_t *row, struct str *to)
{
	const json_t *names = json_object_get(row, "contexts"), *name;
	size_t i;

	json_array_foreach(names, i, name) str_addf(to, "%s \"%s\"",
	    i > 0 ? "," : "; in context", json_string_value(name));
}

static void
add_row(json_t *rows, const json_t *row, bool is_read)
{
	const char *better = text(row, "superseded_by");
	struct str why = {0}, checks = {0};
	json_int_t interval =
	    json_integer_value(json_object_get(row, "interval"));

	if (*better != '\0')
		str_addf(&why, "%s says the same better", better);
	else
		explain(row, is_read, &why);
	if (why.len == 0)
		str_add(&why, is_read ? "always" : "excluded");
	if (is_read && interval > 0)
		str_addf(&why, "; every %lld s", (long long)interval);
	if (is_read)
		add_contexts(row, &why);
	add_checks(row, &checks);
	json_array_append_new(rows,
	    json_pack("{s:s, s:s, s:s, s:s}", "section", text(row, "section"),
		"read", is_read ? "yes" : "no", "checks", str_get(&checks),
		"why", str_get(&why)));
	str_free(&why);
	str_free(&checks);
}

void
snmp_print_scan(const json_t *rows, bool all)
{
	static const char *const columns[] = {
	    "section", "read", "checks", "why"};
	json_t *shown = json_array(), *row;
	size_t i, left = 0;

	for (int pass = 0; pass < 2; pass++) {
		json_array_foreach(rows, i, row)
		{
			bool is_read =
			    json_is_true(json_object_get(row, "read"));

			if (is_read != (pass == 0))
				continue;
			if (is_read || all || *text(row, "superseded_by"))
				add_row(shown, row, is_read);
			else
				left++;
		}
	}
	term_table(shown, columns, sizeof(columns) / sizeof(columns[0]), false);
	if (left > 0)
		printf("%s%zu sections do not fit this device (--all tells "
		       "why).\n",
		    json_array_size(shown) > 0 ? "\n" : "", left);
	json_decref(shown);
}
