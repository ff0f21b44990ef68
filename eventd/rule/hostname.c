/* SPDX-License-Identifier: Apache-2.0
 *
 * Host names as senders write them to names as the site knows them; see
 * hostname.h.
 */
#include "eventd/rule/hostname.h"

#include "common/mem.h"
#include "eventd/rule/template.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>

static void
read_regex(struct hostname_rules *h, struct reader *r)
{
	const json_t *list = reader_get(r, "regex");

	if (list != NULL && !json_is_array(list))
		reader_mistake(r, "regex", "a list of pairs is expected");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *pair = json_array_get(list, i);
		const char *from = json_string_value(json_array_get(pair, 0));
		const char *to = json_string_value(json_array_get(pair, 1));
		struct pattern *p = NULL;
		struct err err;

		if (json_array_size(pair) != 2 || from == NULL || to == NULL) {
			reader_mistake(
			    r, "regex", "[pattern, replacement] is expected");
			continue;
		}
		p = ec_pattern_new(from, PATTERN_WHOLE, &err);
		if (p == NULL ||
		    template_check(to, ec_pattern_groups(p), 0, &err) != 0)
			reader_mistake(r, "regex", "%s", err.text);
		h->regex =
		    xreallocarray(h->regex, h->n_regex + 1, sizeof(*h->regex));
		h->replacement = xreallocarray(
		    h->replacement, h->n_regex + 1, sizeof(*h->replacement));
		h->regex[h->n_regex] = p;
		h->replacement[h->n_regex++] = xstrdup(to);
	}
}

void
hostname_read(struct hostname_rules *h, struct reader *parent, const char *key)
{
	static const char *const cases[] = {
	    "unchanged", "lower", "upper", NULL};
	const json_t *mapping;
	struct reader r;
	const char *name;
	json_t *value;

	reader_sub(&r, parent, key);
	h->name_case = (enum name_case)reader_word(&r, "case", cases, 0);
	h->drop_domain = reader_bool(&r, "drop_domain", false);
	read_regex(h, &r);
	mapping = reader_get(&r, "mapping");
	if (mapping != NULL && !json_is_object(mapping))
		reader_mistake(&r, "mapping", "names to names are expected");
	json_object_foreach((json_t *)mapping, name, value)
	{
		if (!json_is_string(value))
			reader_mistake(&r, "mapping",
			    "the value of \"%s\" is not a text", name);
	}
	h->mapping = json_deep_copy(mapping);
	reader_end(&r);
}

void
hostname_free(struct hostname_rules *h)
{
	for (size_t i = 0; i < h->n_regex; i++) {
		ec_pattern_free(&h->regex[i]);
		free(h->replacement[i]);
	}
	free(h->regex);
	free(h->replacement);
	json_decref(h->mapping);
	*h = (struct hostname_rules){0};
}

static bool
is_address(const char *s)
{
	uint8_t addr[16];

	return inet_pton(AF_INET, s, addr) == 1 ||
	    inet_pton(AF_INET6, s, addr) == 1;
}

/* The first pattern that fits the whole name ends the list. */
static void
by_regex(const struct hostname_rules *h, struct pattern_scratch *scratch,
    struct str *name)
{
	struct groups groups, none = {0};
	uint64_t limit = 0;

	for (size_t i = 0; i < h->n_regex; i++) {
		struct str out = {0};

		if (!ec_pattern_match(
			h->regex[i], str_slice(name), scratch, &groups, &limit))
			continue;
		template_expand(
		    &out, h->replacement[i], str_slice(name), &groups, &none);
		if (out.len > 0) {
			str_clear(name);
			str_addslice(name, str_slice(&out));
		}
		str_free(&out);
		return;
	}
}

void
hostname_translate(const struct hostname_rules *h, struct slice name,
    struct pattern_scratch *scratch, struct str *out)
{
	struct str s = {0};
	const char *mapped, *dot;

	str_addslice(&s, name);
	for (size_t i = 0; i < s.len; i++) {
		if (h->name_case == NAME_CASE_LOWER)
			s.s[i] = (char)tolower((unsigned char)s.s[i]);
		else if (h->name_case == NAME_CASE_UPPER)
			s.s[i] = (char)toupper((unsigned char)s.s[i]);
	}
	if (h->drop_domain && !is_address(str_get(&s))) {
		dot = strchr(str_get(&s), '.');
		if (dot != NULL && dot != s.s) {
			s.len = (size_t)(dot - s.s);
			s.s[s.len] = '\0';
		}
	}
	if (h->n_regex > 0)
		by_regex(h, scratch, &s);
	mapped = json_string_value(json_object_get(h->mapping, str_get(&s)));
	str_add(
	    out, mapped != NULL && mapped[0] != '\0' ? mapped : str_get(&s));
	str_free(&s);
}
