/* SPDX-License-Identifier: Apache-2.0
 *
 * A comparison of two configurations for people; see diff.h.
 */
#include "common/mem.h"
#include "site/diff.h"
#include "site/term.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN      20 /* names of a kind */
#define VALUE_SIZE 60 /* bytes of a value */

static json_int_t
number(const json_t *diff, const char *what, const char *change)
{
	return json_integer_value(
	    json_object_get(json_object_get(diff, what), change));
}

bool
diff_is_empty(const json_t *diff)
{
	static const char *const kinds[] = {"hosts", "services"};
	static const char *const changes[] = {"added", "removed", "changed"};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		for (size_t j = 0; j < ARRAY_LEN(changes); j++)
			if (number(diff, kinds[i], changes[j]) > 0)
				return false;
	return json_array_size(json_object_get(diff, "renamed")) == 0 &&
	    json_array_size(json_object_get(diff, "others")) == 0 &&
	    json_array_size(json_object_get(diff, "settings")) == 0;
}

static void
print_counts(const json_t *diff, const char *what)
{
	json_int_t added = number(diff, what, "added");
	json_int_t removed = number(diff, what, "removed");
	json_int_t changed = number(diff, what, "changed");

	if (added + removed + changed > 0)
		printf("  %-9s %lld added, %lld removed, %lld changed\n", what,
		    (long long)added, (long long)removed, (long long)changed);
}

/* Without what could move the cursor, and not too long. */
static void
print_value(const char *text)
{
	size_t n = 0;

	if (*text == '\0')
		fputs("(none)", stdout);
	for (; *text != '\0' && n < VALUE_SIZE; text++, n++)
		putchar(iscntrl((unsigned char)*text) ? ' ' : *text);
	/* Not in the middle of a character. */
	while (((unsigned char)*text & 0xc0) == 0x80)
		putchar(*text++);
	if (*text != '\0')
		fputs("...", stdout);
}

static void
print_names(const json_t *diff, const char *key, char sign, const char *colour)
{
	const json_t *names = json_object_get(diff, key), *name;
	json_int_t all =
	    number(diff, "hosts", key) + number(diff, "services", key);
	size_t i, shown = 0;

	json_array_foreach(names, i, name)
	{
		if (shown == SHOWN)
			break;
		printf("  %s%c ", colour, sign);
		print_value(json_string_value(name));
		printf("%s\n", term_plain());
		shown++;
	}
	if ((json_int_t)shown < all && json_array_size(names) > shown)
		printf("  %c ... and %zu%s more\n", sign,
		    json_array_size(names) - shown,
		    json_array_size(names) == DIFF_NAMES ? " or" : "");
}

static void
print_objects(const json_t *entry)
{
	json_int_t n = json_integer_value(json_object_get(entry, "hosts")) +
	    json_integer_value(json_object_get(entry, "services"));
	const json_t *objects = json_object_get(entry, "objects"), *name;
	size_t i;

	fputs("  (", stdout);
	json_array_foreach(objects, i, name)
	{
		if (i > 0)
			fputs(", ", stdout);
		print_value(json_string_value(name));
	}
	if (n > (json_int_t)json_array_size(objects))
		printf(" and %lld more",
		    (long long)(n - (json_int_t)json_array_size(objects)));
	fputs(")\n", stdout);
}

static void
print_changed(const json_t *diff)
{
	const json_t *entries = json_object_get(diff, "changed"), *entry;
	json_int_t more = json_integer_value(json_object_get(diff, "more"));
	size_t i;

	json_array_foreach(entries, i, entry)
	{
		const char *old =
		    json_string_value(json_object_get(entry, "old"));
		const char *new =
		    json_string_value(json_object_get(entry, "new"));

		if (i == SHOWN) {
			more += (json_int_t)(json_array_size(entries) - i);
			break;
		}
		printf("  %s~ %s%s", term_yellow(),
		    json_string_value(json_object_get(entry, "setting")),
		    term_plain());
		if (old != NULL && new != NULL) {
			fputs(": ", stdout);
			print_value(old);
			fputs(" -> ", stdout);
			print_value(new);
		}
		print_objects(entry);
	}
	if (more > 0)
		printf("  ~ ... and %lld more changes of settings\n",
		    (long long)more);
}

static void
print_others(const json_t *diff)
{
	const json_t *others = json_object_get(diff, "others"), *one;
	json_int_t more =
	    json_integer_value(json_object_get(diff, "more_others"));
	size_t i;

	json_array_foreach(others, i, one)
	{
		const char *change =
		    json_string_value(json_object_get(one, "change"));

		if (i == SHOWN) {
			more += (json_int_t)(json_array_size(others) - i);
			break;
		}
		printf("  %c %s ",
		    change[0] == 'a'       ? '+'
			: change[0] == 'r' ? '-'
					   : '~',
		    json_string_value(json_object_get(one, "what")));
		print_value(json_string_value(json_object_get(one, "name")));
		putchar('\n');
	}
	if (more > 0)
		printf("  ... and %lld more\n", (long long)more);
}

static void
print_settings(const json_t *diff)
{
	const json_t *rows = json_object_get(diff, "settings"), *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const json_t *old = json_object_get(row, "old");
		const json_t *new = json_object_get(row, "new");
		char *a = json_dumps(old, JSON_ENCODE_ANY);
		char *b = json_dumps(new, JSON_ENCODE_ANY);

		printf("  ~ site.yaml: %s: ",
		    json_string_value(json_object_get(row, "key")));
		print_value(old == NULL || json_is_null(old) ? "default" : a);
		fputs(" -> ", stdout);
		print_value(new == NULL || json_is_null(new) ? "default" : b);
		putchar('\n');
		free(a);
		free(b);
	}
}

void
diff_print(const json_t *diff)
{
	const json_t *since = json_object_get(diff, "since"), *one;
	size_t i;

	if (diff_is_empty(diff)) {
		printf("Nothing changes against generation %lld.\n",
		    (long long)json_integer_value(since));
		return;
	}
	if (json_is_null(since))
		printf("The first configuration:\n");
	else
		printf("Changes against generation %lld:\n",
		    (long long)json_integer_value(since));
	print_counts(diff, "hosts");
	print_counts(diff, "services");
	json_array_foreach(json_object_get(diff, "renamed"), i, one)
	    printf("  = %s is now called %s\n",
		json_string_value(json_object_get(one, "old")),
		json_string_value(json_object_get(one, "new")));
	print_names(diff, "removed", '-', term_red());
	print_names(diff, "added", '+', term_green());
	print_changed(diff);
	print_others(diff);
	print_settings(diff);
}
