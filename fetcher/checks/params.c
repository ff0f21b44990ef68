/* SPDX-License-Identifier: Apache-2.0
 *
 * Parameters of checks: from JSON to values, and what is wrong with them in
 * words.
 */
#include "fetcher/checks/check.h"

#include "common/log.h"
#include "common/num.h"

#include <stdio.h>

static const char *const expected[CHECK_PARAM_TYPES] = {
    [CHECK_PARAM_UPPER] =
	"two numbers or percentages [warn, crit], warn <= crit, or null",
    [CHECK_PARAM_LOWER] =
	"two numbers or percentages [warn, crit], warn >= crit, or null",
    [CHECK_PARAM_NUMBER] = "a number or null",
    [CHECK_PARAM_DURATION] = "a duration (90s, 5m, 1d), seconds or null",
    [CHECK_PARAM_BOOL] = "true or false",
    [CHECK_PARAM_STRING] = "a text or null",
    [CHECK_PARAM_STATE] = "OK, WARN, CRIT, UNKNOWN or 0 to 3",
    [CHECK_PARAM_STRINGS] = "a list of texts",
    [CHECK_PARAM_STATES] =
	"an object of name: state (OK, WARN, CRIT, UNKNOWN or 0 to 3)",
    [CHECK_PARAM_TEXTS] = "an object of name: text",
    [CHECK_PARAM_GROUPS] = "an object of name: list of texts",
    [CHECK_PARAM_STEPS] =
	"a list of [from, warn, crit], warn and crit numbers or percentages",
};

/* A number, "80%", or a text with a unit of time. */
static bool
read_level(const json_t *value, double *number_r, bool *percent_r)
{
	*percent_r = false;
	if (json_is_number(value)) {
		*number_r = json_number_value(value);
		return true;
	}
	if (!json_is_string(value))
		return false;
	struct slice text = {
	    json_string_value(value), json_string_length(value)};
	int64_t ms;
	text = slice_trim(text);
	if (text.len > 1 && text.s[text.len - 1] == '%') {
		text.len--;
		*percent_r = true;
		return num_double(slice_trim(text), number_r);
	}
	if (num_double(text, number_r))
		return true;
	if (!num_duration_ms(text, &ms))
		return false;
	*number_r = (double)ms / 1000;
	return true;
}

static bool
read_levels(const json_t *value, bool upper, struct check_levels *levels)
{
	bool percent[2];
	if (json_array_size(value) != 2 ||
	    !read_level(json_array_get(value, 0), &levels->warn, &percent[0]) ||
	    !read_level(json_array_get(value, 1), &levels->crit, &percent[1]) ||
	    percent[0] != percent[1])
		return false;
	levels->kind =
	    percent[0] ? CHECK_LEVELS_PERCENT : CHECK_LEVELS_ABSOLUTE;
	return upper ? levels->warn <= levels->crit
		     : levels->warn >= levels->crit;
}

static bool
read_state(const json_t *value, double *number_r)
{
	static const char *const names[] = {"OK", "WARN", "CRIT", "UNKNOWN"};
	if (json_is_integer(value)) {
		*number_r = (double)json_integer_value(value);
		return *number_r >= 0 && *number_r <= 3;
	}
	for (size_t i = 0; json_is_string(value) && i < 4; i++)
		if (strcmp(json_string_value(value), names[i]) == 0) {
			*number_r = (double)i;
			return true;
		}
	return false;
}

static bool
read_duration(const json_t *value, double *number_r)
{
	int64_t ms;
	if (json_is_number(value)) {
		*number_r = json_number_value(value);
		return *number_r >= 0;
	}
	if (!json_is_string(value) ||
	    !num_duration_ms(slice_of(json_string_value(value)), &ms))
		return false;
	*number_r = (double)ms / 1000;
	return true;
}

static bool
are_strings(const json_t *value)
{
	if (!json_is_array(value))
		return false;
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!json_is_string(json_array_get(value, i)))
			return false;
	return true;
}

static bool
are_texts(const json_t *value, bool lists)
{
	if (!json_is_object(value))
		return false;
	void *at = json_object_iter((json_t *)value);
	for (; at != NULL; at = json_object_iter_next((json_t *)value, at)) {
		const json_t *one = json_object_iter_value(at);
		if (lists ? !are_strings(one) : !json_is_string(one))
			return false;
	}
	return true;
}

int
check_params_step(
    const json_t *steps, size_t i, double *from_r, struct check_levels *levels)
{
	const json_t *step = json_array_get(steps, i);
	bool percent[2];
	if (json_array_size(step) != 3 ||
	    !json_is_number(json_array_get(step, 0)) ||
	    !read_level(json_array_get(step, 1), &levels->warn, &percent[0]) ||
	    !read_level(json_array_get(step, 2), &levels->crit, &percent[1]) ||
	    percent[0] != percent[1] || levels->warn > levels->crit)
		return -1;
	*from_r = json_number_value(json_array_get(step, 0));
	levels->kind =
	    percent[0] ? CHECK_LEVELS_PERCENT : CHECK_LEVELS_ABSOLUTE;
	return 0;
}

static bool
are_steps(const json_t *value)
{
	struct check_levels levels;
	double from;
	if (!json_is_array(value))
		return false;
	for (size_t i = 0; i < json_array_size(value); i++)
		if (check_params_step(value, i, &from, &levels) != 0)
			return false;
	return true;
}

static bool
are_states(const json_t *value)
{
	if (!json_is_object(value))
		return false;
	void *at = json_object_iter((json_t *)value);
	for (; at != NULL; at = json_object_iter_next((json_t *)value, at)) {
		double number;
		if (!read_state(json_object_iter_value(at), &number))
			return false;
	}
	return true;
}

static bool
read_value(
    const struct check_param *param, const json_t *value, struct check_value *v)
{
	*v = (struct check_value){.set = true};
	if (json_is_null(value)) {
		v->set = false;
		return param->type != CHECK_PARAM_BOOL &&
		    param->type != CHECK_PARAM_STATE &&
		    param->type < CHECK_PARAM_STRINGS;
	}
	switch (param->type) {
	case CHECK_PARAM_UPPER:
	case CHECK_PARAM_LOWER:
		return read_levels(
		    value, param->type == CHECK_PARAM_UPPER, &v->levels);
	case CHECK_PARAM_NUMBER:
		v->number = json_number_value(value);
		return json_is_number(value);
	case CHECK_PARAM_DURATION:
		return read_duration(value, &v->number);
	case CHECK_PARAM_BOOL:
		v->number = json_is_true(value) ? 1 : 0;
		return json_is_boolean(value);
	case CHECK_PARAM_STRING:
		v->text = (struct slice){
		    json_string_value(value), json_string_length(value)};
		return json_is_string(value);
	case CHECK_PARAM_STATE:
		return read_state(value, &v->number);
	case CHECK_PARAM_STRINGS:
		v->json = value;
		return are_strings(value);
	case CHECK_PARAM_STATES:
		v->json = value;
		return are_states(value);
	case CHECK_PARAM_TEXTS:
	case CHECK_PARAM_GROUPS:
		v->json = value;
		return are_texts(value, param->type == CHECK_PARAM_GROUPS);
	case CHECK_PARAM_STEPS:
		v->json = value;
		return are_steps(value);
	case CHECK_PARAM_TYPES:
		break;
	}
	return false;
}

struct mistakes {
	char text[768];
	size_t len;
};

static void __attribute__((format(printf, 2, 3)))
mistake(struct mistakes *m, const char *fmt, ...)
{
	va_list ap;
	if (m->len > 0 && m->len + 2 < sizeof(m->text))
		m->len += (size_t)snprintf(
		    m->text + m->len, sizeof(m->text) - m->len, "; ");
	if (m->len >= sizeof(m->text) - 1)
		return;
	va_start(ap, fmt);
	int n = vsnprintf(m->text + m->len, sizeof(m->text) - m->len, fmt, ap);
	va_end(ap);
	m->len += n > 0 ? (size_t)n : 0;
	if (m->len >= sizeof(m->text))
		m->len = sizeof(m->text) - 1;
}

static const struct check_param *
find_param(const struct check *check, const char *name)
{
	const struct check_param *p = check->params;
	for (; p != NULL && p->name != NULL; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

static void
look_for_strangers(
    const struct check *check, const json_t *value, struct mistakes *m)
{
	void *at = json_object_iter((json_t *)value);
	for (; at != NULL; at = json_object_iter_next((json_t *)value, at)) {
		const char *key = json_object_iter_key(at);
		if (find_param(check, key) == NULL)
			mistake(m, "%s: the check %s has no such parameter",
			    key, check->name);
	}
}

int
check_params_read(const struct check *check, const json_t *value,
    struct check_value *values, struct err *err_r)
{
	struct mistakes m = {.len = 0};
	size_t known = 0;

	m.text[0] = '\0';
	for (size_t i = 0; check->params != NULL; i++) {
		const struct check_param *param = &check->params[i];
		if (param->name == NULL)
			break;
		must(i < CHECK_MAX_PARAMS);
		values[i] = param->def;
		const json_t *given = json_object_get(value, param->name);
		if (given == NULL)
			continue;
		known++;
		if (!read_value(param, given, &values[i])) {
			values[i] = param->def;
			mistake(&m, "%s: expected %s", param->name,
			    expected[param->type]);
		}
	}
	if (value != NULL && !json_is_object(value))
		mistake(&m, "expected an object of parameters");
	else if (known != json_object_size(value))
		look_for_strangers(check, value, &m);
	if (m.len == 0)
		return 0;
	err_set(err_r, "%s", m.text);
	return -1;
}

bool
check_params_state(
    const struct check_value *states, const char *name, uint32_t *state_r)
{
	double number;
	const json_t *value = json_object_get(states->json, name);
	if (value == NULL || !read_state(value, &number))
		return false;
	*state_r = (uint32_t)number;
	return true;
}

int
check_params_verify(
    const struct check *check, const json_t *value, struct err *err_r)
{
	struct check_value values[CHECK_MAX_PARAMS];
	return check_params_read(check, value, values, err_r);
}
