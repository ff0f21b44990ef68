/* SPDX-License-Identifier: Apache-2.0
 *
 * Literal runs of regular expressions; see needle.h. Where an expression holds
 * anything unusual there is no needle: that costs time, never rows.
 */
#include "eventd/status/needle.h"

#include <stdbool.h>

struct runs {
	struct str now;
	struct str *best;
};

static void
end_run(struct runs *r)
{
	if (r->now.len > r->best->len) {
		str_clear(r->best);
		str_addslice(r->best, str_slice(&r->now));
	}
	str_clear(&r->now);
}

/* Behind the class that begins at `s`; NULL: it does not end. */
static const char *
skip_class(const char *s)
{
	s++;
	if (*s == '^')
		s++;
	if (*s == ']')
		s++;
	while (*s != '\0' && *s != ']') {
		/* [[:alpha:]] and \Q are left to others. */
		if (*s == '[' || (*s == '\\' && strchr("QE", s[1]) != NULL))
			return NULL;
		s += *s == '\\' && s[1] != '\0' ? 2 : 1;
	}
	return *s == ']' ? s + 1 : NULL;
}

/* Behind the group that begins at `s`, with what repeats it. */
static const char *
skip_group(const char *s)
{
	unsigned depth = 0;

	do {
		if (*s == '\\' && s[1] != '\0') {
			if (strchr("QE", s[1]) != NULL)
				return NULL;
			s += 2;
			continue;
		}
		if (*s == '[') {
			s = skip_class(s);
			if (s == NULL)
				return NULL;
			continue;
		}
		if (*s == '(' && (s[1] == '?' || s[1] == '*'))
			return NULL;
		depth += *s == '(';
		depth -= *s == ')';
		s++;
	} while (depth > 0 && *s != '\0');
	return depth == 0 ? s : NULL;
}

/* Something that repeats what stands before it: may that be absent? */
static const char *
take_quantifier(struct runs *r, const char *s)
{
	if (*s != '+' && r->now.len > 0)
		r->now.len--;
	end_run(r);
	if (*s != '{')
		return s + 1;
	while (*s != '\0' && *s != '}')
		s++;
	return *s == '}' ? s + 1 : NULL;
}

/* One step; NULL: there is something that this does not know. */
static const char *
step(struct runs *r, const char *s)
{
	switch (*s) {
	case '\\':
		if (s[1] == '\0' || (s[1] & 0x80) != 0)
			return NULL;
		if (strchr("dDwWsSbBAzZ", s[1]) != NULL) {
			end_run(r);
			return s + 2;
		}
		if ((s[1] >= '0' && s[1] <= '9') ||
		    (s[1] >= 'A' && s[1] <= 'Z') ||
		    (s[1] >= 'a' && s[1] <= 'z'))
			return NULL;
		str_addc(&r->now, s[1]);
		return s + 2;
	case '[':
		end_run(r);
		return skip_class(s);
	case '(':
		end_run(r);
		return skip_group(s);
	case '.':
	case '^':
	case '$':
		end_run(r);
		return s + 1;
	case '?':
	case '*':
	case '+':
	case '{':
		return take_quantifier(r, s);
	case '|':
	case ')':
		return NULL;
	default:
		break;
	}
	if ((*s & 0x80) != 0)
		end_run(r);
	else
		str_addc(&r->now, *s);
	return s + 1;
}

void
needle_of(const char *regex, struct str *needle)
{
	struct runs r = {.best = needle};

	str_clear(needle);
	while (regex != NULL && *regex != '\0')
		regex = step(&r, regex);
	if (regex == NULL)
		str_clear(needle);
	else
		end_run(&r);
	str_free(&r.now);
}
