/* SPDX-License-Identifier: Apache-2.0
 *
 * Words of a command line as options, in the way of getopt_long. Anything
 * unknown or ambiguous is refused: the plugin has words for it. Pure.
 */
#ifndef FETCHER_NET_OPTIONS_H
#define FETCHER_NET_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum net_value {
	NET_NO_VALUE,
	NET_VALUE,
	NET_MAYBE_VALUE /* only in the same word: -S1.2, --ssl=1.2 */
};

struct net_option {
	int id;           /* the letter; above 255: it has none */
	const char *name; /* without dashes; NULL: it has none */
	enum net_value value;
};

struct net_words {
	char *const *argv; /* argv[0] is the program */
	size_t i;
	const char *cluster; /* rest of "-abc" */
	/* of the last option; NULL: it has none */
	const char *value;
};

#define NET_END_OF_WORDS 0
#define NET_OPERAND      1 /* value is the word */
#define NET_BAD_WORD     (-1)
/* The id of the next option, or one of these. `options` ends with id 0. */
int net_next_option(struct net_words *w, const struct net_option *options);

/* Digits only, least <= n <= 2^31 - 1; false otherwise. */
bool net_number(const char *text, int least, int *n_r);
/* A number with fraction and nothing after it. */
bool net_real(const char *text, double *x_r);
/* "N", or "N:ok|warning|critical|unknown" as -t takes it. */
bool net_timeout(const char *text, uint32_t *seconds_r, uint32_t *state_r);
/*
 * Does it compile (POSIX, extended), and may it on the loop? The plugin has
 * words for one that does not, and limits for one that takes all memory.
 */
bool net_is_regex(const char *text, int flags);
/* "W" or "W,C" days. */
bool net_days(const char *text, int *warn_r, int *crit_r);

/* A range of the plugins' guidelines: [@][start:]end */
struct net_range {
	bool is_set, inside;
	bool start_infinite, end_infinite;
	double start, end;
};
bool net_range(const char *text, struct net_range *range_r);
bool net_range_alerts(const struct net_range *range, double value);

#endif
