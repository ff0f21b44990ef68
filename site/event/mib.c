/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette event mib: names for the numbers of traps.
 */
#include "common/mem.h"
#include "site/event/event.h"
#include "site/mib/kept.h"
#include "site/term.h"

#include <stdio.h>
#include <string.h>

static int
finish(const struct cmd_call *call, int rc, const char *verb,
    const struct str *what, const struct str *mistakes, const struct err *err)
{
	struct err why = {""};
	struct slice rest = str_slice(what), name;

	if (mistakes->len > 0)
		fputs(str_get(mistakes), stderr);
	if (rc != 0)
		return cmd_fail("event mib", "%s", err->text);
	while (slice_next(&rest, '\n', &name)) {
		if (name.len > 0)
			printf("%s %.*s\n", verb, (int)name.len, name.s);
	}
	switch (mibs_tell(call->site, &why)) {
	case 1:
		return 0;
	case 0:
		puts("eventd does not run: it takes the names when it starts");
		return 0;
	default:
		return cmd_fail("event mib", "eventd: %s", why.text);
	}
}

static int
add(const struct cmd_call *call, int n, char **paths)
{
	struct str added = {0}, mistakes = {0};
	struct err err = {""};
	int rc, code;

	term_progress("compiling");
	rc = mibs_add(call->site, paths, n, &added, &mistakes, &err);
	term_clear();
	code = finish(call, rc, "added", &added, &mistakes, &err);
	str_free(&added);
	str_free(&mistakes);
	return code;
}

static int
take_off(const struct cmd_call *call, int n, char **names)
{
	struct str removed = {0}, mistakes = {0};
	struct err err = {""};
	int rc, code;

	for (int i = 0; i < n; i++)
		str_addf(&removed, "%s\n", names[i]);
	rc = mibs_remove(call->site, names, n, &mistakes, &err);
	code = finish(call, rc, "removed", &removed, &mistakes, &err);
	str_free(&removed);
	str_free(&mistakes);
	return code;
}

static int
list(const struct cmd_call *call)
{
	static const char *const columns[] = {
	    "module", "objects", "notifications", "organization", "file"};
	struct err err = {""};
	json_t *rows = mibs_list(call->site, &err);

	if (rows == NULL)
		return cmd_fail("event mib", "%s", err.text);
	term_table(rows, columns, ARRAY_LEN(columns), cmd_flag(call, "json"));
	json_decref(rows);
	return 0;
}

int
event_mib(const struct cmd_call *call, int argc, char **argv)
{
	const char *verb = argc > 0 ? argv[0] : "";

	if (call->site == NULL)
		return cmd_fail("event mib", "whose? (say -s SITE)");
	if (strcmp(verb, "list") == 0 && argc == 1)
		return list(call);
	if (strcmp(verb, "add") == 0 && argc > 1)
		return add(call, argc - 1, argv + 1);
	if (strcmp(verb, "rm") == 0 && argc > 1)
		return take_off(call, argc - 1, argv + 1);
	return cmd_fail("event mib",
	    "\"add FILE...\", \"list\" or \"rm MODULE...\" is expected");
}
