/* SPDX-License-Identifier: Apache-2.0
 *
 * Options; see options.h.
 */
#include "fetcher/net/options.h"
#include "fetcher/net/check.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#define REGEX_COPIES 256u /* of a part by the repetitions around it */

static const struct net_option *
by_letter(const struct net_option *options, char letter)
{
	for (const struct net_option *o = options; o->id != 0; o++)
		if (o->id == letter)
			return o;
	return NULL;
}

static int
long_option(struct net_words *w, const struct net_option *options)
{
	const char *word = w->argv[w->i++] + 2, *equals = strchr(word, '=');
	size_t len = equals == NULL ? strlen(word) : (size_t)(equals - word);
	const struct net_option *o = options;

	while (o->id != 0 &&
	    (o->name == NULL || strlen(o->name) != len ||
		memcmp(o->name, word, len) != 0))
		o++;
	if (o->id == 0)
		return NET_BAD_WORD;
	w->value = equals == NULL ? NULL : equals + 1;
	if (o->value == NET_NO_VALUE && equals != NULL)
		return NET_BAD_WORD;
	if (o->value == NET_VALUE && equals == NULL) {
		w->value = w->argv[w->i];
		if (w->value == NULL)
			return NET_BAD_WORD;
		w->i++;
	}
	return o->id;
}

static int
letter_option(struct net_words *w, const struct net_option *options)
{
	const struct net_option *o = by_letter(options, *w->cluster);

	if (o == NULL || o->id > 255)
		return NET_BAD_WORD;
	w->cluster++;
	w->value = NULL;
	if (o->value != NET_NO_VALUE && *w->cluster != '\0') {
		w->value = w->cluster;
		w->cluster = NULL;
	} else if (o->value == NET_VALUE) {
		w->cluster = NULL;
		w->value = w->argv[w->i];
		if (w->value == NULL)
			return NET_BAD_WORD;
		w->i++;
	}
	if (w->cluster != NULL && *w->cluster == '\0')
		w->cluster = NULL;
	return o->id;
}

int
net_next_option(struct net_words *w, const struct net_option *options)
{
	const char *word;

	if (w->cluster != NULL)
		return letter_option(w, options);
	if (w->i == 0)
		w->i = 1;
	word = w->argv[w->i];
	if (word == NULL)
		return NET_END_OF_WORDS;
	if (word[0] != '-' || word[1] == '\0') {
		w->value = word;
		w->i++;
		return NET_OPERAND;
	}
	if (word[1] == '-')
		return word[2] == '\0' ? NET_BAD_WORD : long_option(w, options);
	w->cluster = word + 1;
	w->i++;
	return letter_option(w, options);
}

bool
net_number(const char *text, int least, int *n_r)
{
	long long n;

	if (text == NULL || *text == '\0' || strlen(text) > 10 ||
	    strspn(text, "0123456789") != strlen(text))
		return false;
	n = strtoll(text, NULL, 10);
	*n_r = (int)n;
	return n >= least && n <= INT32_MAX;
}

bool
net_real(const char *text, double *x_r)
{
	char *end;

	if (text == NULL || *text == '\0' ||
	    strspn(text, "0123456789.") != strlen(text))
		return false;
	*x_r = strtod(text, &end);
	return *end == '\0';
}

bool
net_timeout(const char *text, uint32_t *seconds_r, uint32_t *state_r)
{
	int n;

	(void)state_r; /* "N:STATE" is left to the plugin */
	if (!net_number(text, 1, &n) || n > 3600)
		return false;
	*seconds_r = (uint32_t)n;
	return true;
}

bool
net_days(const char *text, int *warn_r, int *crit_r)
{
	const char *comma = strchr(text, ',');
	char first[16];
	size_t len = comma == NULL ? strlen(text) : (size_t)(comma - text);

	*crit_r = 0;
	if (len >= sizeof(first))
		return false;
	memcpy(first, text, len);
	first[len] = '\0';
	return net_number(first, 0, warn_r) &&
	    (comma == NULL || net_number(comma + 1, 0, crit_r));
}

/* A number at *p, which moves behind it. */
static bool
take_real(const char **p, double *x_r)
{
	size_t n = strspn(*p, "-0123456789.");
	char buf[32], *end;

	if (n == 0 || n >= sizeof(buf))
		return false;
	memcpy(buf, *p, n);
	buf[n] = '\0';
	*x_r = strtod(buf, &end);
	*p += n;
	return *end == '\0';
}

bool
net_range(const char *text, struct net_range *r)
{
	const char *p = text;

	*r = (struct net_range){.is_set = true, .end_infinite = true};
	if (*p == '@') {
		r->inside = true;
		p++;
	}
	if (*p == '~' && p[1] == ':') {
		r->start_infinite = true;
		p += 2;
	} else if (*p == ':') {
		p++;
	} else if (strchr(p, ':') != NULL) {
		if (!take_real(&p, &r->start) || *p++ != ':')
			return false;
	} else if (*p == '\0') {
		return false;
	}
	if (*p != '\0') {
		if (!take_real(&p, &r->end) || *p != '\0')
			return false;
		r->end_infinite = false;
	}
	return r->start_infinite || r->end_infinite || r->start <= r->end;
}

bool
net_range_alerts(const struct net_range *r, double value)
{
	bool within = (r->start_infinite || value >= r->start) &&
	    (r->end_infinite || value <= r->end);

	return r->is_set && within == r->inside;
}

/*
 * The C library copies what is repeated with + or {}, what is within a
 * repetition once more for each of them, and looks for back references by
 * trying: memory and time grow with a power of the pattern. The product of all
 * repetitions is never less than the copies.
 */
static bool
is_modest(const char *regex)
{
	unsigned long copies = 1;

	for (const char *p = regex; *p != '\0'; p++) {
		unsigned long most = 1;

		if (*p == '\\' && p[1] >= '1' && p[1] <= '9')
			return false;
		if (*p == '+')
			most = 2;
		for (const char *n = p; *p == '{' && *n != '\0' && *n != '}';
		     n++)
			if (n[0] == '{' || n[0] == ',') {
				unsigned long times = strtoul(n + 1, NULL, 10);

				most = times > most ? times : most;
			}
		if (most > REGEX_COPIES || copies * most > REGEX_COPIES)
			return false;
		copies *= most;
	}
	return true;
}

bool
net_is_regex(const char *text, int flags)
{
	regex_t re;

	if (!is_modest(text))
		return false;
	if (regcomp(&re, text, flags) != 0)
		return false;
	regfree(&re);
	return true;
}
