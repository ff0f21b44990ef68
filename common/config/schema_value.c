/* SPDX-License-Identifier: Apache-2.0
 *
 * What single values must look like, and the words for it; see schema.h.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "common/config/schema_value.h"
#include "common/config/yaml_scalar.h"
#include "common/num.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <math.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

bool
schema_name_ok(const char *name)
{
	if (name[0] == '\0')
		return false;
	for (const char *p = name; *p != '\0'; p++) {
		if (*p == ';' || (unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	}
	return true;
}

bool
schema_duration_ms(const json_t *value, int64_t *ms_r)
{
	if (json_is_integer(value)) {
		json_int_t s = json_integer_value(value);

		if (s < 0 || s > INT64_MAX / 1000)
			return false;
		*ms_r = s * 1000;
		return true;
	}
	return json_is_string(value) &&
	    num_duration_ms(slice_of(json_string_value(value)), ms_r);
}

bool
schema_bytes(const json_t *value, int64_t *bytes_r)
{
	static const struct {
		const char *unit;
		int64_t factor;
	} units[] = {{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
	    {"KB", 1000}, {"kB", 1000}, {"MB", 1000000}, {"GB", 1000000000},
	    {"B", 1}, {"", 1}};
	struct slice text;

	if (json_is_integer(value)) {
		*bytes_r = json_integer_value(value);
		return *bytes_r >= 0;
	}
	if (!json_is_string(value))
		return false;
	text = slice_of(json_string_value(value));
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t len = strlen(units[i].unit);
		struct slice number = text;

		if (text.len < len ||
		    memcmp(text.s + text.len - len, units[i].unit, len) != 0)
			continue;
		number.len -= len;
		if (!num_range(slice_trim(number), 0,
			INT64_MAX / units[i].factor, bytes_r))
			return false;
		*bytes_r *= units[i].factor;
		return true;
	}
	return false;
}

bool
schema_fits(const struct schema *schema, const json_t *value)
{
	if (json_is_null(value) && schema->null_ok)
		return true;
	switch (schema->kind) {
	case SCHEMA_ANY:
		return true;
	case SCHEMA_TEXT:
	case SCHEMA_NAME:
	case SCHEMA_WORD:
	case SCHEMA_REGEX:
	case SCHEMA_DURATION:
	case SCHEMA_BYTES:
		return json_is_string(value) || json_is_integer(value);
	case SCHEMA_EMAIL:
	case SCHEMA_NETWORK:
		return json_is_string(value);
	case SCHEMA_BOOL:
		return json_is_boolean(value);
	case SCHEMA_INT:
		return json_is_integer(value);
	case SCHEMA_REAL:
		return json_is_number(value);
	case SCHEMA_LIST:
		return json_is_array(value);
	case SCHEMA_MAP:
	case SCHEMA_TABLE:
		return json_is_object(value);
	case SCHEMA_EITHER:
		for (const struct schema *const *s = schema->either; *s != NULL;
		     s++) {
			if (schema_fits(*s, value))
				return true;
		}
		return false;
	}
	return false;
}

/* --- words ---------------------------------------------------------------- */

static void
add_words(const char *const *words, struct str *to)
{
	for (size_t i = 0; words[i] != NULL; i++) {
		if (i > 0)
			str_add(to, words[i + 1] == NULL ? " or " : ", ");
		str_add(to, words[i]);
	}
}

static void
add_limits(const struct schema *s, struct str *to)
{
	if (s->min == 0 && s->max == 0)
		return;
	if (s->kind == SCHEMA_DURATION) {
		str_add(to, " from ");
		num_duration_add(to, (int64_t)s->min);
		str_add(to, " to ");
		num_duration_add(to, (int64_t)s->max);
	} else {
		str_addf(to, " from %.15g to %.15g", s->min, s->max);
	}
}

static void
add_list_words(const struct schema *s, struct str *to)
{
	if (s->min > 0 && s->min >= s->max && s->max > 0)
		str_addf(to, "a list of %.0f", s->min);
	else if (s->min > 0)
		str_add(to, "a list with at least one element");
	else
		str_add(to, "a list");
}

void
schema_expected(const struct schema *s, struct str *to)
{
	static const char *const names[] = {
	    [SCHEMA_ANY] = "anything",
	    [SCHEMA_TEXT] = "a text",
	    [SCHEMA_NAME] = "a name without ; and control characters",
	    [SCHEMA_BOOL] = "true or false",
	    [SCHEMA_INT] = "a whole number",
	    [SCHEMA_REAL] = "a number",
	    [SCHEMA_DURATION] = "a duration such as 30s, 5m, 1h30m or 1d",
	    [SCHEMA_BYTES] = "a size such as 64KiB or 1MB",
	    [SCHEMA_REGEX] = "a regular expression",
	    [SCHEMA_EMAIL] = "a mail address",
	    [SCHEMA_NETWORK] = "an address or a network such as 192.0.2.0/24",
	    [SCHEMA_MAP] = "a mapping (name: value)",
	    [SCHEMA_TABLE] = "a mapping (key: value)",
	};

	if (s->expected != NULL) {
		str_add(to, s->expected);
	} else if (s->kind == SCHEMA_WORD) {
		add_words(s->words, to);
	} else if (s->kind == SCHEMA_EITHER) {
		for (size_t i = 0; s->either[i] != NULL; i++) {
			str_add(to, i == 0 ? "" : ", or ");
			schema_expected(s->either[i], to);
		}
	} else if (s->kind == SCHEMA_LIST) {
		add_list_words(s, to);
	} else {
		str_add(to, names[s->kind]);
		add_limits(s, to);
	}
	if (s->null_ok && s->expected == NULL)
		str_add(to, ", or null");
}

/* "not X", short. */
static void
add_present(const json_t *value, struct str *to)
{
	char *text;

	if (json_is_object(value) || json_is_array(value)) {
		str_add(to, json_is_object(value) ? "a mapping" : "a list");
		return;
	}
	text = json_dumps(
	    value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
	if (text == NULL || strlen(text) > 60)
		str_add(to, "this");
	else
		str_add(to, text);
	free(text);
}

static void
try_words(const struct schema *s, struct nearest *near)
{
	if (s->kind == SCHEMA_WORD) {
		for (size_t i = 0; s->words[i] != NULL; i++)
			nearest_try(near, s->words[i]);
	} else if (s->kind == SCHEMA_EITHER) {
		for (size_t i = 0; s->either[i] != NULL; i++)
			try_words(s->either[i], near);
	}
}

static bool
wants_text(const struct schema *s)
{
	return s->kind == SCHEMA_TEXT || s->kind == SCHEMA_NAME ||
	    s->kind == SCHEMA_REGEX;
}

void
schema_mistake_value(struct mistakes *m, const struct yaml_doc *doc,
    const struct schema_way *way, const struct schema *schema,
    const json_t *value)
{
	struct str text = {0};

	str_add(&text, "expected ");
	schema_expected(schema, &text);
	str_add(&text, ", not ");
	add_present(value, &text);
	if (json_is_string(value)) {
		struct nearest near = {.word = json_string_value(value)};

		try_words(schema, &near);
		nearest_hint(&near, &text);
	} else if (wants_text(schema) &&
	    (json_is_boolean(value) || json_is_real(value) ||
		json_is_null(value))) {
		str_add(&text, " (write it in quotes if it is a text)");
	}
	schema_mistake(m, doc, way, "%s", str_get(&text));
	str_free(&text);
}

/* --- single values -------------------------------------------------------- */

static bool
in_limits(const struct schema *s, double value)
{
	return (s->min == 0 && s->max == 0) ||
	    (value >= s->min && value <= s->max);
}

static bool
network_ok(const char *text)
{
	const char *slash = strchr(text, '/');
	unsigned char buf[16];
	char host[64];
	int64_t bits;
	size_t len = slash == NULL ? strlen(text) : (size_t)(slash - text);
	bool v6;

	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	v6 = strchr(host, ':') != NULL;
	if (inet_pton(v6 ? AF_INET6 : AF_INET, host, buf) != 1)
		return false;
	return slash == NULL ||
	    num_range(slice_of(slash + 1), 0, v6 ? 128 : 32, &bits);
}

/* Not a judge of mail systems: it finds what is no address at all. */
static bool
email_ok(const char *text)
{
	const char *at = strchr(text, '@');

	for (const char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	}
	if (at == NULL) /* of this machine */
		return strpbrk(text, " \t") == NULL;
	return at != text && at[1] != '\0';
}

static void
check_regex(struct mistakes *m, const struct yaml_doc *doc,
    const struct schema_way *way, const char *pattern)
{
	PCRE2_SIZE offset;
	PCRE2_UCHAR why[120];
	int code;
	pcre2_code *re = pcre2_compile((PCRE2_SPTR)pattern,
	    PCRE2_ZERO_TERMINATED, PCRE2_UTF, &code, &offset, NULL);

	if (re == NULL) {
		pcre2_get_error_message(code, why, sizeof(why));
		schema_mistake(m, doc, way,
		    "expected a regular expression: %s at character %zu",
		    (char *)why, offset + 1);
	}
	pcre2_code_free(re);
}

static bool
scalar_ok(const struct schema *s, const json_t *value)
{
	const char *text = json_string_value(value);
	int64_t number;

	switch (s->kind) {
	case SCHEMA_NAME:
		return text == NULL || schema_name_ok(text);
	case SCHEMA_INT:
	case SCHEMA_REAL:
		return in_limits(s, json_number_value(value));
	case SCHEMA_DURATION:
		return schema_duration_ms(value, &number) &&
		    in_limits(s, (double)number);
	case SCHEMA_BYTES:
		return schema_bytes(value, &number) &&
		    in_limits(s, (double)number);
	case SCHEMA_WORD:
		for (size_t i = 0; s->words[i] != NULL; i++) {
			if (text != NULL && strcmp(s->words[i], text) == 0)
				return true;
		}
		return false;
	case SCHEMA_NETWORK:
		return network_ok(text);
	case SCHEMA_EMAIL:
		return email_ok(text);
	case SCHEMA_ANY:
	case SCHEMA_TEXT:
	case SCHEMA_BOOL:
	case SCHEMA_REGEX:
	case SCHEMA_LIST:
	case SCHEMA_MAP:
	case SCHEMA_TABLE:
	case SCHEMA_EITHER:
		return true;
	}
	return false;
}

json_t *
schema_check_scalar(struct mistakes *m, const struct yaml_doc *doc,
    const struct schema_way *way, const struct schema *schema,
    const json_t *value)
{
	json_t *as_text = NULL;

	if (json_is_integer(value) &&
	    (wants_text(schema) || schema->kind == SCHEMA_WORD))
		as_text = json_sprintf(
		    "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	if (!scalar_ok(schema, as_text == NULL ? value : as_text))
		schema_mistake_value(m, doc, way, schema, value);
	else if (schema->kind == SCHEMA_REGEX)
		check_regex(m, doc, way,
		    json_string_value(as_text == NULL ? value : as_text));
	return as_text;
}
