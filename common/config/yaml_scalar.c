/* SPDX-License-Identifier: Apache-2.0
 *
 * Scalars, and the printer of values; see yaml_scalar.h and yaml.h.
 */
#include "common/config/yaml_scalar.h"
#include "common/config/yaml.h"
#include "common/mem.h"
#include "common/num.h"

#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

/* "word", "Word" or "WORD". */
static bool
is_word(struct slice text, const char *word)
{
	size_t len = strlen(word);
	bool all_upper = true, rest_lower = true;

	if (text.len != len || strncasecmp(text.s, word, len) != 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool upper = text.s[i] >= 'A' && text.s[i] <= 'Z';

		all_upper &= upper;
		rest_lower &= i == 0 || !upper;
	}
	return all_upper || rest_lower;
}

static bool
is_one_of(struct slice text, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (is_word(text, *words))
			return true;
	}
	return false;
}

/* Decimal as we would print it ourselves: nothing is lost as a number. */
static bool
canonical_int(struct slice text)
{
	size_t from = text.len > 0 && text.s[0] == '-';

	if (text.len == from)
		return false;
	for (size_t i = from; i < text.len; i++) {
		if (text.s[i] < '0' || text.s[i] > '9')
			return false;
	}
	return text.s[from] != '0' || text.len == 1;
}

static bool
fraction(struct slice text, double *value_r)
{
	bool digit = false, mark = false;

	for (size_t i = 0; i < text.len; i++) {
		if (strchr("0123456789.eE+-", text.s[i]) == NULL)
			return false;
		digit |= text.s[i] >= '0' && text.s[i] <= '9';
		mark |=
		    text.s[i] == '.' || text.s[i] == 'e' || text.s[i] == 'E';
	}
	return digit && mark && num_double(text, value_r);
}

json_t *
yaml_plain_scalar(struct slice text)
{
	static const char *const yes[] = {"true", "on", "yes", NULL};
	static const char *const no[] = {"false", "off", "no", NULL};
	int64_t whole;
	double real;

	if (text.len == 0 || slice_eqs(text, "~") || is_word(text, "null"))
		return json_null();
	if (is_one_of(text, yes))
		return json_true();
	if (is_one_of(text, no))
		return json_false();
	if (canonical_int(text) && num_i64(text, &whole))
		return json_integer(whole);
	if (fraction(text, &real))
		return json_real(real);
	return json_stringn(text.s, text.len);
}

/* --- printing ------------------------------------------------------------- */

/* The code point at `p` (valid UTF-8) and its length. */
static uint32_t
code_point(const char *p, size_t *len_r)
{
	unsigned char lead = (unsigned char)*p;
	size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	uint32_t c = len == 1 ? lead : lead & (0x7fu >> len);

	for (size_t i = 1; i < len && p[i] != '\0'; i++)
		c = c << 6 | ((unsigned char)p[i] & 0x3fu);
	*len_r = len;
	return c;
}

/* Breaks lines in YAML, or is refused by its readers. */
static bool
needs_escape(uint32_t c)
{
	return c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 ||
	    c == 0x2029 || c == 0xfeff || c == 0xfffe || c == 0xffff;
}

static bool
needs_quotes(const char *s)
{
	struct slice text = slice_of(s);
	json_t *value = yaml_plain_scalar(text);
	bool other = value == NULL || !json_is_string(value);
	size_t len;

	json_decref(value);
	if (other || strchr("-?:,[]{}#&*!|>'\"%@`=< ", s[0]) != NULL ||
	    strncmp(s, "...", 3) == 0 || s[text.len - 1] == ' ' ||
	    s[text.len - 1] == ':')
		return true;
	for (const char *p = s; *p != '\0'; p += len) {
		if (needs_escape(code_point(p, &len)) ||
		    (p[0] == ':' && p[1] == ' ') ||
		    (p[0] == ' ' && p[1] == '#') || strchr(",[]{}", *p) != NULL)
			return true;
	}
	return false;
}

void
yaml_print_string(const char *s, struct str *to)
{
	size_t len;

	if (!needs_quotes(s)) {
		str_add(to, s);
		return;
	}
	str_addc(to, '"');
	for (; *s != '\0'; s += len) {
		uint32_t c = code_point(s, &len);

		if (c == '\n')
			str_add(to, "\\n");
		else if (needs_escape(c))
			str_addf(to, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			str_addf(to, "\\%c", (char)c);
		else
			str_addn(to, s, len);
	}
	str_addc(to, '"');
}

static void
print_scalar(const json_t *value, struct str *to)
{
	char *text;

	if (json_is_string(value)) {
		yaml_print_string(json_string_value(value), to);
		return;
	}
	text = json_dumps(
	    value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
	str_add(to, text == NULL ? "null" : text);
	free(text);
}

static void
add_indent(unsigned indent, struct str *to)
{
	for (unsigned i = 0; i < indent; i++)
		str_addc(to, ' ');
}

static bool
is_block(const json_t *value)
{
	return json_object_size(value) > 0 || json_array_size(value) > 0;
}

void
yaml_print(const json_t *value, unsigned indent, struct str *to)
{
	const char *key;
	json_t *child;
	size_t i;

	if (!is_block(value)) {
		add_indent(indent, to);
		print_scalar(value, to);
		str_addc(to, '\n');
		return;
	}
	if (json_is_array(value)) {
		json_array_foreach(value, i, child)
		{
			size_t start = to->len;

			yaml_print(child, indent + 2, to);
			to->s[start + indent] = '-';
		}
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, child)
	{
		add_indent(indent, to);
		yaml_print_string(key, to);
		str_addc(to, ':');
		if (is_block(child)) {
			str_addc(to, '\n');
			yaml_print(child, indent + 2, to);
		} else {
			str_addc(to, ' ');
			print_scalar(child, to);
			str_addc(to, '\n');
		}
	}
}
