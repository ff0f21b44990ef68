/* SPDX-License-Identifier: Apache-2.0
 *
 * What a request says, checked by the table of its route. Pure.
 */
#include "livestatusd/http/rest/rest.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *const expected[] = {
    [REST_TEXT] = "Expected a text.",
    [REST_BOOL] = "Expected true or false.",
    [REST_NUMBER] = "Expected a number from 0.",
    [REST_TIME] = "Expected a time like 2026-03-02T08:00:00+01:00.",
    [REST_TEXTS] = "Expected a list of texts.",
    [REST_QUERY] = "Expected a query, or a text with its JSON.",
    [REST_ANY] = "",
};

static bool
digits(const char **text, int n, int *value_r)
{
	*value_r = 0;
	for (; n > 0; n--, (*text)++) {
		if (!isdigit((unsigned char)**text))
			return false;
		*value_r = *value_r * 10 + (**text - '0');
	}
	return true;
}

/* "Z", "+01:00", "+0100", "+01"; local time without one. */
static bool
parse_offset(const char *at, struct tm *tm, int64_t *seconds_r)
{
	int hours, minutes = 0, sign = *at == '-' ? -1 : 1;

	if (*at == '\0') {
		tm->tm_isdst = -1;
		*seconds_r = mktime(tm);
		return true;
	}
	*seconds_r = timegm(tm);
	if ((*at == 'Z' || *at == 'z') && at[1] == '\0')
		return true;
	if (*at != '+' && *at != '-')
		return false;
	at++;
	if (!digits(&at, 2, &hours))
		return false;
	if (*at == ':')
		at++;
	if (*at != '\0' && !digits(&at, 2, &minutes))
		return false;
	*seconds_r -= sign * (hours * 3600 + minutes * 60);
	return *at == '\0' && hours < 24 && minutes < 60;
}

bool
rest_parse_time(const char *at, int64_t *seconds_r)
{
	struct tm tm = {0};

	if (!digits(&at, 4, &tm.tm_year) || *at++ != '-' ||
	    !digits(&at, 2, &tm.tm_mon) || *at++ != '-' ||
	    !digits(&at, 2, &tm.tm_mday) ||
	    (*at != 'T' && *at != 't' && *at != ' '))
		return false;
	at++;
	if (!digits(&at, 2, &tm.tm_hour) || *at++ != ':' ||
	    !digits(&at, 2, &tm.tm_min))
		return false;
	if (*at == ':' && (at++, !digits(&at, 2, &tm.tm_sec)))
		return false;
	if (*at == '.')
		for (at++; isdigit((unsigned char)*at); at++)
			;
	if (tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 ||
	    tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 ||
	    tm.tm_sec > 60 || tm.tm_year < 1970)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return parse_offset(at, &tm, seconds_r);
}

char *
rest_format_time(int64_t seconds)
{
	time_t t = (time_t)seconds;
	char text[64];
	struct tm tm;
	size_t n;

	localtime_r(&t, &tm);
	n = strftime(text, sizeof(text) - 2, "%Y-%m-%dT%H:%M:%S%z", &tm);
	/* "+0100" to "+01:00" */
	memmove(text + n - 1, text + n - 2, 3);
	text[n - 2] = ':';
	return strdup(text);
}

static bool
is_one_of(const char *text, const char *const *values)
{
	for (size_t i = 0; values[i] != NULL; i++)
		if (strcmp(values[i], text) == 0)
			return true;
	return false;
}

static bool
read_bool(json_t **value)
{
	static const char *const yes[] = {"true", "True", "1", NULL};
	static const char *const no[] = {"false", "False", "0", NULL};
	const char *text = json_string_value(*value);

	if (json_is_boolean(*value))
		return true;
	if (text == NULL || (!is_one_of(text, yes) && !is_one_of(text, no)))
		return false;
	*value = json_boolean(is_one_of(text, yes));
	return true;
}

static bool
read_number(json_t **value)
{
	const char *text = json_string_value(*value);
	char *end;
	long long n;

	if (json_is_integer(*value))
		return json_integer_value(*value) >= 0;
	if (text == NULL || !isdigit((unsigned char)text[0]) ||
	    strlen(text) > 18)
		return false;
	n = strtoll(text, &end, 10);
	if (*end != '\0')
		return false;
	*value = json_integer(n);
	return true;
}

static bool
read_time(json_t **value)
{
	const char *text = json_string_value(*value);
	int64_t seconds;

	if (text == NULL || !rest_parse_time(text, &seconds))
		return false;
	*value = json_integer(seconds);
	return true;
}

static bool
read_texts(json_t **value)
{
	size_t i;
	json_t *one;

	if (json_is_string(*value)) {
		*value = json_pack("[O]", *value);
		return true;
	}
	json_array_foreach(
	    *value, i, one) if (!json_is_string(one)) return false;
	return json_is_array(*value);
}

static bool
read_query(json_t **value)
{
	if (json_is_object(*value))
		return true;
	if (!json_is_string(*value))
		return false;
	*value =
	    json_loads(json_string_value(*value), JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(*value))
		return true;
	json_decref(*value);
	return false;
}

/* Replaces *value by what it means; false: it is not of that kind. */
static bool
read_value(const struct rest_field *f, json_t **value)
{
	switch (f->kind) {
	case REST_TEXT:
		return json_is_string(*value) &&
		    (f->values == NULL ||
			is_one_of(json_string_value(*value), f->values));
	case REST_BOOL:
		return read_bool(value);
	case REST_NUMBER:
		return read_number(value);
	case REST_TIME:
		return read_time(value);
	case REST_TEXTS:
		return read_texts(value);
	case REST_QUERY:
		return read_query(value);
	case REST_ANY:
		break;
	}
	return true;
}

static void
complain(json_t *mistakes, const char *name, const char *what)
{
	json_object_set_new(mistakes, name, json_pack("[s]", what));
}

static void
complain_of_value(json_t *mistakes, const struct rest_field *f)
{
	char text[512];
	size_t n;

	if (f->values == NULL) {
		complain(mistakes, f->name, expected[f->kind]);
		return;
	}
	n = (size_t)snprintf(text, sizeof(text), "Expected one of:");
	for (size_t i = 0; f->values[i] != NULL && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s %s",
		    i == 0 ? "" : ",", f->values[i]);
	complain(mistakes, f->name, text);
}

static const struct rest_field *
find_field(const struct rest_field *fields, const char *name)
{
	for (; fields != NULL && fields->name != NULL; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

bool
rest_check_fields(
    const struct rest_field *fields, json_t *in, json_t **fields_r)
{
	json_t *mistakes = json_object(), *value;
	const char *kind = NULL, *name;
	void *next;

	json_object_foreach_safe(in, next, name, value)
	{
		const struct rest_field *f = find_field(fields, name);
		json_t *read = value;

		if (f == NULL)
			complain(mistakes, name, "Unknown field.");
		else if (json_is_null(value))
			json_object_del(in, name); /* as if it were absent */
		else if (!read_value(f, &read))
			complain_of_value(mistakes, f);
		else if (read != value)
			json_object_set_new(in, name, read);
	}
	if (fields != NULL && fields->name != NULL)
		kind = json_string_value(json_object_get(in, fields->name));
	for (; fields != NULL && fields->name != NULL; fields++) {
		bool fits = fields->of == NULL ||
		    (kind != NULL && strcmp(kind, fields->of) == 0);
		bool there = json_object_get(in, fields->name) != NULL;

		if (fits && fields->required && !there)
			complain(mistakes, fields->name,
			    "Missing data for required field.");
		else if (!fits && there)
			complain(mistakes, fields->name, "Unknown field.");
	}
	*fields_r = mistakes;
	if (json_object_size(mistakes) > 0)
		return false;
	json_decref(mistakes);
	*fields_r = NULL;
	return true;
}
