/* SPDX-License-Identifier: Apache-2.0
 *
 * `bulk` and `group` of rules, `quiet_hours` of contacts, from the documents.
 */
#include "common/config/schema.h"
#include "common/mem.h"
#include "notifyd/rules/rule.h"

#include <stdlib.h>

#define WINDOW_MS  30000
#define LONGEST_MS (INT64_C(7) * 86400 * 1000)
#define GROUP_MAX  500

static const char *const by_words[GATHER_BY_COUNT] = {
    [GATHER_BY_HOST] = "host",
    [GATHER_BY_FOLDER] = "folder",
    [GATHER_BY_SERVICE] = "service",
    [GATHER_BY_SERVICE_LEVEL] = "service_level",
    [GATHER_BY_CHECK_TYPE] = "check_type",
    [GATHER_BY_STATE] = "state",
    [GATHER_BY_EVENT_CONTACT] = "event_contact",
    [GATHER_BY_EVENT_COMMENT] = "event_comment",
};

static const char *const cause_words[GATHER_CAUSE_COUNT] = {
    [GATHER_CAUSE_PARENTS] = "parents",
    [GATHER_CAUSE_HOST] = "host",
    [GATHER_CAUSE_OUTPUT] = "output",
};

static int64_t
read_age(struct reader *r, const char *key, const json_t *value)
{
	int64_t ms = 0;

	if (!schema_duration_ms(value, &ms) || ms < 1000 || ms > LONGEST_MS)
		read_fail(
		    r, key, "expected a duration from 1s to 7d, such as 5m");
	return ms;
}

static unsigned
read_max(struct reader *r, const char *key, const json_t *value)
{
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value) || n < 1 || n > PLAN_GATHER_MAX) {
		read_fail(
		    r, key, "expected a number from 1 to %d", PLAN_GATHER_MAX);
		return 1;
	}
	return (unsigned)n;
}

/* A list of words of a table. */
static void
read_words(struct reader *r, const char *key, const json_t *value,
    const char *const *words, size_t n, bool *found)
{
	struct str all = {0};

	for (size_t k = 0; k < n; k++)
		str_addf(&all, "%s%s", k > 0 ? ", " : "", words[k]);
	if (!json_is_array(value))
		read_fail(r, key, "expected a list of %s", str_get(&all));
	for (size_t i = 0; i < json_array_size(value); i++) {
		const char *word = json_string_value(json_array_get(value, i));
		size_t k = 0;

		while (k < n && (word == NULL || strcmp(words[k], word) != 0))
			k++;
		if (k < n)
			found[k] = true;
		else
			read_fail(r, key, "\"%s\" is none of %s",
			    word == NULL ? "" : word, str_get(&all));
	}
	str_free(&all);
}

static void
check_period(struct reader *r, const char *key, const char *name,
    const struct rules_world *world)
{
	if (strcmp(name, "24X7") == 0)
		read_fail(r, key, "24X7 never ends, so nothing would be sent");
	else if (!world->period_exists(name, world->arg))
		read_fail(r, key, "there is no time period \"%s\"", name);
}

static void
keep_bool(struct reader *r, json_t *how, const char *path, const json_t *value)
{
	const char *name = strrchr(path, '.') + 1;

	json_object_set_new(how, name, json_boolean(read_bool(r, path, value)));
}

/* --- bulk ------------------------------------------------------------------
 */

static void
read_outside(struct reader *r, const json_t *value, struct gather_bulk *bulk)
{
	const char *key;
	json_t *item;

	if (json_is_null(value))
		return;
	bulk->outside = true;
	bulk->outside_max = PLAN_GATHER_DEFAULT;
	if (!json_is_object(value))
		read_fail(r, "bulk.outside", "expected {horizon, max}");
	json_object_foreach((json_t *)(uintptr_t)value, key, item)
	{
		if (strcmp(key, "horizon") == 0)
			bulk->outside_ms =
			    read_age(r, "bulk.outside.horizon", item);
		else if (strcmp(key, "max") == 0)
			bulk->outside_max =
			    read_max(r, "bulk.outside.max", item);
		else
			read_fail(r, "bulk.outside", "unknown key %s", key);
	}
	if (bulk->outside_ms == 0)
		read_fail(r, "bulk.outside", "the key horizon is missing");
}

static void
read_macros(struct reader *r, const json_t *value, struct gather_bulk *bulk)
{
	struct names names = {0};

	read_names(r, "bulk.group_by_macros", value, &names);
	bulk->macros.v = names.v;
	bulk->macros.n = names.n;
}

static void
read_bulk_key(struct reader *r, const char *key, const json_t *value,
    struct gather_bulk *bulk)
{
	if (strcmp(key, "horizon") == 0) {
		bulk->horizon_ms = read_age(r, "bulk.horizon", value);
	} else if (strcmp(key, "period") == 0) {
		free(bulk->period);
		bulk->period = read_string(r, "bulk.period", value);
	} else if (strcmp(key, "max") == 0) {
		bulk->max = read_max(r, "bulk.max", value);
	} else if (strcmp(key, "group_by") == 0) {
		read_words(r, "bulk.group_by", value, by_words, GATHER_BY_COUNT,
		    bulk->by);
	} else if (strcmp(key, "group_by_macros") == 0) {
		read_macros(r, value, bulk);
	} else if (strcmp(key, "subject") == 0) {
		char *text = read_string(r, "bulk.subject", value);

		json_object_set_new(bulk->how, "subject", json_string(text));
		free(text);
	} else if (strcmp(key, "drop_resolved") == 0) {
		keep_bool(r, bulk->how, "bulk.drop_resolved", value);
	} else if (strcmp(key, "newest_first") == 0) {
		keep_bool(r, bulk->how, "bulk.newest_first", value);
	} else if (strcmp(key, "outside") == 0) {
		read_outside(r, value, bulk);
	} else {
		read_fail(r, "bulk", "unknown key %s", key);
	}
}

void
gather_read_bulk(struct reader *r, const json_t *value,
    const struct rules_world *world, struct gather_bulk *bulk)
{
	const char *key;
	json_t *item;

	if (json_is_null(value))
		return;
	if (!json_is_object(value) || bulk->given) {
		read_fail(r, "bulk", "expected {horizon, max, ...}");
		return;
	}
	bulk->given = true;
	bulk->max = PLAN_GATHER_DEFAULT;
	bulk->how = json_object();
	json_object_foreach((json_t *)(uintptr_t)value, key, item)
	    read_bulk_key(r, key, item, bulk);
	if ((bulk->horizon_ms > 0) == (bulk->period != NULL))
		read_fail(
		    r, "bulk", "expected one of the keys horizon and period");
	if (bulk->outside && bulk->period == NULL)
		read_fail(r, "bulk.outside", "goes with the key period alone");
	if (bulk->by[GATHER_BY_HOST] && bulk->by[GATHER_BY_FOLDER])
		read_fail(r, "bulk.group_by",
		    "host and folder do not go together: a host is in one "
		    "folder");
	if (bulk->period != NULL)
		check_period(r, "bulk.period", bulk->period, world);
}

void
gather_bulk_free(struct gather_bulk *bulk)
{
	free(bulk->period);
	for (size_t i = 0; i < bulk->macros.n; i++)
		free(bulk->macros.v[i]);
	free(bulk->macros.v);
	json_decref(bulk->how);
}

/* --- group -----------------------------------------------------------------
 */

void
gather_read_group(struct reader *r, const char *path, const json_t *value,
    struct gather_group *group)
{
	const char *key;
	json_t *item;
	bool by = false;

	group->given = value != NULL;
	if (!json_is_object(value)) {
		if (value != NULL && !json_is_null(value))
			group->wanted = read_bool(r, path, value);
	} else {
		group->wanted = true;
	}
	group->window_ms = WINDOW_MS;
	group->max = GROUP_MAX;
	json_object_foreach((json_t *)(uintptr_t)value, key, item)
	{
		if (strcmp(key, "window") == 0) {
			group->window_ms = read_age(r, path, item);
		} else if (strcmp(key, "max") == 0) {
			group->max = read_max(r, path, item);
		} else if (strcmp(key, "by") == 0) {
			by = true;
			read_words(r, path, item, cause_words,
			    GATHER_CAUSE_COUNT, group->by);
		} else {
			read_fail(r, path, "unknown key %s", key);
		}
	}
	for (size_t i = 0; i < GATHER_CAUSE_COUNT && !by; i++)
		group->by[i] = true;
}

/* --- quiet hours -----------------------------------------------------------
 */

static int
read_through(struct reader *r, const json_t *value)
{
	/* By severity, see severity_of(). */
	static const char *const words[] = {
	    NULL, "warning", "unknown", "critical", "nothing"};
	const char *word = json_string_value(value);

	for (size_t i = 1; word != NULL && i < ARRAY_LEN(words); i++) {
		if (strcmp(words[i], word) == 0)
			return (int)i;
	}
	read_fail(r, "quiet_hours.through",
	    "expected nothing, critical, unknown or warning");
	return 4;
}

void
gather_read_quiet(struct reader *r, const json_t *value,
    const struct rules_world *world, struct gather_quiet *quiet)
{
	struct names methods = {0};
	const char *key;
	json_t *item;

	if (value == NULL || json_is_null(value))
		return;
	if (!json_is_object(value))
		read_fail(r, "quiet_hours", "expected {period, through, ...}");
	quiet->through = 3;
	quiet->how = json_object();
	json_object_foreach((json_t *)(uintptr_t)value, key, item)
	{
		if (strcmp(key, "period") == 0) {
			free(quiet->period);
			quiet->period =
			    read_string(r, "quiet_hours.period", item);
		} else if (strcmp(key, "through") == 0) {
			quiet->through = read_through(r, item);
		} else if (strcmp(key, "methods") == 0) {
			read_names(r, "quiet_hours.methods", item, &methods);
		} else if (strcmp(key, "drop_resolved") == 0) {
			keep_bool(
			    r, quiet->how, "quiet_hours.drop_resolved", item);
		} else {
			read_fail(r, "quiet_hours", "unknown key %s", key);
		}
	}
	quiet->methods = methods.v;
	quiet->n_methods = methods.n;
	if (quiet->period == NULL)
		read_fail(r, "quiet_hours", "the key period is missing");
	else
		check_period(r, "quiet_hours.period", quiet->period, world);
}

void
gather_quiet_free(struct gather_quiet *quiet)
{
	for (size_t i = 0; i < quiet->n_methods; i++)
		free(quiet->methods[i]);
	free(quiet->methods);
	free(quiet->period);
	json_decref(quiet->how);
}
