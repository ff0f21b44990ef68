/* SPDX-License-Identifier: Apache-2.0
 *
 * Metrics and parameters of a service, for people; see check_details.h.
 */
#include "site/check_details.h"

#include "common/num.h"
#include "fetcher/checks/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- metrics -------------------------------------------------------------- */

/* "'a b'=1;2;3 c=4": the next one; false at the end. */
static bool
next_metric(struct slice *rest, struct slice *name, struct slice *value)
{
	size_t i = 0;
	bool quoted = false;

	while (rest->len > 0 && rest->s[0] == ' ') {
		rest->s++;
		rest->len--;
	}
	while (i < rest->len && (quoted || rest->s[i] != '=')) {
		quoted ^= rest->s[i] == '\'';
		i++;
	}
	if (i == rest->len)
		return false;
	*name = (struct slice){rest->s, i};
	if (name->len > 1 && name->s[0] == '\'')
		*name = (struct slice){name->s + 1, name->len - 2};
	rest->s += i + 1;
	rest->len -= i + 1;
	return slice_next(rest, ' ', value);
}

/* A number with the unit that may stand behind it. */
static json_t *
number_of(struct slice text, struct slice *unit_r)
{
	size_t n = 0;
	double v;

	while (n < text.len && strchr("+-0123456789.eE", text.s[n]) != NULL)
		n++;
	*unit_r = (struct slice){text.s + n, text.len - n};
	return num_double((struct slice){text.s, n}, &v) ? json_real(v)
							 : json_null();
}

static json_t *
text_of(struct slice s)
{
	return s.len == 0 ? json_null() : json_stringn(s.s, s.len);
}

static const struct check_metric *
find_metric(const struct check *check, struct slice name)
{
	const struct check_metric *m = check == NULL ? NULL : check->metrics;

	for (; m != NULL && m->name != NULL; m++)
		if (slice_eqs(name, m->name))
			return m;
	return NULL;
}

json_t *
check_details_metrics(struct slice check, struct slice perfdata)
{
	static const char *const parts[] = {"warn", "crit", "min", "max"};
	const struct check *c = check.len == 0 ? NULL : check_find(check);
	struct slice name, value, first, unit;
	json_t *all = json_array();

	while (next_metric(&perfdata, &name, &value)) {
		const struct check_metric *m = find_metric(c, name);
		json_t *one = json_object();

		first = SLICE("");
		slice_next(&value, ';', &first);
		json_object_set_new(one, "metric", text_of(name));
		json_object_set_new(one, "value", number_of(first, &unit));
		json_object_set_new(one, "unit",
		    m == NULL ? text_of(unit) : json_string(m->unit));
		json_object_set_new(one, "title",
		    m == NULL ? json_null() : json_string(m->title));
		for (size_t i = 0; i < 4; i++) {
			struct slice part = SLICE("");

			slice_next(&value, ';', &part);
			json_object_set_new(one, parts[i], text_of(part));
		}
		json_array_append_new(all, one);
	}
	return all;
}

/* --- parameters ----------------------------------------------------------- */

json_t *
check_details_params(const json_t *rows)
{
	json_t *all = json_array(), *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *name =
		    json_string_value(json_object_get(row, "attribute"));

		if (name == NULL || strncmp(name, "params.", 7) != 0)
			continue;
		json_array_append_new(all,
		    json_pack("{s:s, s:O, s:O, s:O?}", "parameter", name + 7,
			"value", json_object_get(row, "value"), "source",
			json_object_get(row, "source"), "where",
			json_object_get(row, "where")));
	}
	return all;
}

/* --- in print ------------------------------------------------------------- */

static const char *
text(const json_t *row, const char *key)
{
	const char *s = json_string_value(json_object_get(row, key));

	return s == NULL ? "" : s;
}

void
check_details_print(const json_t *metrics, const json_t *params)
{
	json_t *row;
	size_t i;

	json_array_foreach(metrics, i, row)
	{
		printf("         metric     %s = %.10g%s%s",
		    text(row, "metric"),
		    json_number_value(json_object_get(row, "value")),
		    *text(row, "unit") != '\0' ? " " : "", text(row, "unit"));
		if (*text(row, "warn") != '\0' || *text(row, "crit") != '\0')
			printf(" (warn/crit %s/%s)", text(row, "warn"),
			    text(row, "crit"));
		printf("%s%s\n", *text(row, "title") != '\0' ? ": " : "",
		    text(row, "title"));
	}
	json_array_foreach(params, i, row)
	{
		char *value = json_dumps(json_object_get(row, "value"),
		    JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));

		printf("         parameter  %s = %s (%s%s%s)\n",
		    text(row, "parameter"), value != NULL ? value : "",
		    text(row, "source"), *text(row, "where") != '\0' ? " " : "",
		    text(row, "where"));
		free(value);
	}
}
