/* SPDX-License-Identifier: Apache-2.0
 *
 * Short messages; see sms.h.
 */
#include "notifyd/methods/sms.h"

#include "common/mem.h"
#include "notifyd/methods/table.h"
#include "notifyd/methods/template.h"
#include "notifyd/methods/words.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_ARGUMENTS 32

/* --- the text --------------------------------------------------------------
 */

/* Those beyond ASCII. */
static const char gsm[] = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";

static size_t
length_at(struct slice text, size_t at)
{
	size_t n = 1;

	while (
	    at + n < text.len && ((unsigned char)text.s[at + n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* How many places a character takes; 0: the alphabet does not have it. */
static unsigned
places_of(const char *c, size_t n)
{
	char copy[8];

	if (n == 1)
		return (unsigned char)*c < ' ' || *c == '`' || *c == 0x7f ? 0
		    : strchr("^{}\\[~]|", *c) != NULL                     ? 2
									  : 1;
	if (n == 3 && memcmp(c, "€", 3) == 0)
		return 2;
	snprintf(copy, sizeof(copy), "%.*s", n > 4 ? 4 : (int)n, c);
	return strstr(gsm, copy) != NULL ? 1 : 0;
}

void
sms_text(struct str *to, struct slice text, unsigned max)
{
	unsigned used = 0;
	bool blank = false;

	text = slice_trim(text);
	for (size_t i = 0; i < text.len;) {
		size_t n = length_at(text, i);
		unsigned places = places_of(text.s + i, n);
		bool is_blank = n == 1 && (unsigned char)text.s[i] <= ' ';

		if (!is_blank &&
		    used + (blank ? 1 : 0) + (places == 0 ? 1 : places) > max)
			return;
		if (!is_blank && blank) {
			str_addc(to, ' ');
			used++;
		}
		blank = is_blank && used > 0;
		if (!is_blank) {
			str_addn(to, places == 0 ? "?" : text.s + i,
			    places == 0 ? 1 : n);
			used += places == 0 ? 1 : places;
		}
		i += n;
	}
}

/* --- the program -----------------------------------------------------------
 */

/* Digits alone reach the program, perhaps after a plus. */
static int
clean_number(struct str *to, const char *pager, struct err *err_r)
{
	for (const char *p = pager; *p != '\0'; p++) {
		if ((*p >= '0' && *p <= '9') || (*p == '+' && to->len == 0))
			str_addc(to, *p);
		else if (strchr(" -/().", *p) == NULL)
			break;
		if (p[1] == '\0' && to->len > 2)
			return 0;
	}
	if (pager[0] == '\0')
		err_set(err_r, "the contact has no number (key pager)");
	else
		err_set(err_r, "\"%.60s\" is no telephone number", pager);
	return -1;
}

/* The program and its arguments, expanded; NULL at the end. */
static void
make_arguments(char *argv[MAX_ARGUMENTS + 1], const struct delivery *d,
    const struct template_world *w, bool *has_text_r)
{
	const json_t *command = json_object_get(d->params, "command"), *word;
	size_t i, n = 0;

	*has_text_r = false;
	json_array_foreach((json_t *)(uintptr_t)command, i, word)
	{
		const char *text = json_string_value(word);
		struct str to = {0};

		if (n == MAX_ARGUMENTS || text == NULL)
			break;
		*has_text_r = *has_text_r || strstr(text, "$TEXT$") != NULL;
		nd_template_expand(&to, text, w);
		argv[n++] = str_steal(&to);
	}
	argv[n] = NULL;
}

static void
expand_text(struct str *to, const struct delivery *d)
{
	struct template_world w = {.params = d->params, .ctx = &d->ctx};
	json_int_t max =
	    json_integer_value(json_object_get(d->params, "max_length"));
	struct str whole = {0};

	nd_template_expand(&whole, "$PARAMETER_TEXT$", &w);
	sms_text(to, str_slice(&whole), (unsigned)max);
	str_free(&whole);
}

void
sms_start(struct scripts *scripts, struct delivery *d)
{
	struct str number = {0}, text = {0};
	struct template_word words[3] = {{0}};
	struct template_world w = {
	    .words = words, .params = d->params, .ctx = &d->ctx};
	char *argv[MAX_ARGUMENTS + 1] = {NULL};
	struct err err;
	bool has_text;

	if (clean_number(&number, context_text(&d->ctx, "CONTACTPAGER"), &err) <
	    0) {
		str_free(&number);
		d->done(d, METHOD_FAILED, err.text);
		return;
	}
	words_add(&d->ctx, method_text(d->params, "console_url"));
	expand_text(&text, d);
	words[0] = (struct template_word){"NUMBER", str_get(&number)};
	words[1] = (struct template_word){"TEXT", str_get(&text)};
	make_arguments(argv, d, &w, &has_text);
	if (argv[0] == NULL)
		d->done(d, METHOD_FAILED, "the parameter command is empty");
	else
		script_run(
		    scripts, d, argv, has_text ? SLICE("") : str_slice(&text));
	for (size_t i = 0; argv[i] != NULL; i++)
		free(argv[i]);
	str_free(&number);
	str_free(&text);
}
