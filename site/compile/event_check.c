/* SPDX-License-Identifier: Apache-2.0
 *
 * Services that show a host's events: `check: check_mkevents` becomes the
 * plugin's command line, and what such a line asks for becomes what eventd
 * watches, so that a change does not wait for the next check.
 */
#include "site/compile/objects.h"

#include "common/mem.h"
#include "eventd/rule/pattern.h"
#include "fetcher/child.h"
#include "fetcher/command_line.h"

#include <stdlib.h>

/* --- from the configuration to the line ----------------------------------- */

/* In single quotes; core makes $ of $$. */
static void
add_quoted(struct str *line, const char *word)
{
	str_add(line, " '");
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			str_add(line, "'\\''");
		else if (*word == '$')
			str_add(line, "$$");
		else
			str_addc(line, *word);
	}
	str_addc(line, '\'');
}

static const char *
address_of(const struct host *h)
{
	const char *address = json_string_value(h->values[ATTR_address]);

	return address != NULL    ? address
	    : h->resolved != NULL ? h->resolved
				  : h->name;
}

/* One more name, unless it stands there or the plugin would cut it apart. */
static void
add_name(struct str *names, const char *name)
{
	if (name == NULL || name[0] == '\0' || strpbrk(name, "/ \t") != NULL)
		return;
	if (names->len > 0)
		str_addc(names, '/');
	str_add(names, name);
}

static void
names_of(const struct host *h, const json_t *hosts, struct str *names)
{
	const char *alias = json_string_value(h->values[ATTR_alias]);
	const char *address = address_of(h);

	for (size_t i = 0; i < json_array_size(hosts); i++)
		add_name(names, json_string_value(json_array_get(hosts, i)));
	if (json_array_size(hosts) > 0)
		return;
	add_name(names, h->name);
	if (names->len == 0)
		str_add(names, h->name);
	if (alias != NULL && strcmp(alias, h->name) != 0)
		add_name(names, alias);
	if (strcmp(address, h->name) != 0)
		add_name(names, address);
}

static bool
good_application(
    struct model *m, const struct service *s, const char *application)
{
	struct err err = {""};
	struct pattern *p = ec_pattern_new(application, PATTERN_SEARCH, &err);
	bool good = p != NULL || ec_pattern_is_empty(application);

	if (!good)
		model_mistake(m,
		    place_key(place_key(service_place(s, "check"), EVENT_CHECK),
			"application"),
		    "%s", err.text);
	ec_pattern_free(&p);
	return good;
}

char *
event_check_line(struct model *m, const struct service *s, const json_t *check)
{
	const char *word = json_string_value(check);
	const json_t *table = json_object_get(check, EVENT_CHECK);
	const char *application =
	    json_string_value(json_object_get(table, "application"));
	struct str line = {0}, names = {0};

	if ((word == NULL || strcmp(word, EVENT_CHECK) != 0) && table == NULL)
		return NULL;
	if (application != NULL && !good_application(m, s, application))
		return NULL;
	str_add(&line, EVENT_CHECK);
	if (json_is_true(json_object_get(table, "ignore_acknowledged")))
		str_add(&line, " -a");
	str_add(&line, " --");
	names_of(&m->hosts[s->host], json_object_get(table, "hosts"), &names);
	add_quoted(&line, str_get(&names));
	if (application != NULL)
		add_quoted(&line, application);
	str_free(&names);
	return str_steal(&line);
}

/* --- from the line to what is watched ------------------------------------- */

/* As core does it; false: a macro that only core knows. */
static bool
expand(const char *line, const struct host *h, struct str *out)
{
	const char *alias = json_string_value(h->values[ATTR_alias]);
	const struct {
		const char *macro, *value;
	} table[] = {{"$$", "$"}, {"$HOSTNAME$", h->name},
	    {"$HOSTADDRESS$", address_of(h)},
	    {"$HOSTALIAS$", alias == NULL ? h->name : alias}};

	while (*line != '\0') {
		size_t i = 0, n = ARRAY_LEN(table);

		if (*line != '$') {
			str_addc(out, *line++);
			continue;
		}
		while (i < n &&
		    strncmp(line, table[i].macro, strlen(table[i].macro)) != 0)
			i++;
		if (i == n)
			return false;
		str_add(out, table[i].value);
		line += strlen(table[i].macro);
	}
	return true;
}

/*
 * The plugin's words as what is watched; NULL: it asks elsewhere, or has
 * words that the plugin would refuse.
 */
static json_t *
read_words(char *const *words)
{
	const char *slash = words[0] == NULL ? NULL : strrchr(words[0], '/');
	const char *program = slash == NULL ? words[0] : slash + 1;
	bool ack_less = false;
	size_t i = 1, n;

	if (program == NULL || strcmp(program, EVENT_CHECK) != 0)
		return NULL;
	for (; words[i] != NULL && words[i][0] == '-'; i++) {
		if (strcmp(words[i], "--") == 0) {
			i++;
			break;
		}
		if (strcmp(words[i], "-a") != 0)
			return NULL;
		ack_less = true;
	}
	for (n = 0; words[i + n] != NULL; n++)
		;
	if (n == 0 || n > 2 || words[i][0] == '\0')
		return NULL;
	return json_pack("{s:s, s:s, s:b}", "hosts", words[i], "application",
	    n == 2 ? words[i + 1] : "", "ignore_acknowledged", ack_less);
}

void
event_check_watch(struct model *m, struct snap_object *o, const struct host *h)
{
	const char *line = snapb_get(m->snap, o->check_line);
	struct str expanded = {0};
	json_t *watch = NULL;
	char **words = NULL;

	if (o->check != SNAP_CHECK_COMMAND || strstr(line, EVENT_CHECK) == NULL)
		return;
	if (expand(line, h, &expanded))
		words = command_split(str_slice(&expanded));
	if (words != NULL)
		watch = read_words(words);
	if (watch != NULL) {
		o->check_name = snapb_str(m->snap, EVENT_CHECK);
		o->params = model_json(m, watch);
		json_decref(watch);
	}
	child_free_words(words);
	str_free(&expanded);
}
