/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rules left over, in patterns: messages of one application with the
 * same words at the same places are one, what differs is a wildcard. Bounded
 * in memory and in time: PATTERNS_MAX patterns, the least recently seen goes;
 * PATTERNS_SECOND messages a second are looked at, each of them stands for
 * those that were not. Pure.
 */
#ifndef EVENTD_LEARN_PATTERNS_H
#define EVENTD_LEARN_PATTERNS_H

#include "eventd/parse/syslog.h"

#define PATTERNS_MAX    1000
#define PATTERNS_SECOND 1000
#define PATTERN_WORDS   32 /* of a text; the rest is one wildcard */
#define PATTERN_HOSTS   8  /* names that are kept */
#define PATTERN_HOURS   24

struct pattern_seen { /* words: NULL is a wildcard */
	char *application;
	char *word[PATTERN_WORDS];
	unsigned n_words;
	bool more;    /* there were more words than PATTERN_WORDS */
	char *sample; /* the last message's text */
	char *host[PATTERN_HOSTS];
	unsigned n_hosts;
	bool more_hosts;
	uint64_t count;
	uint64_t hour[PATTERN_HOURS]; /* by hour since 1970, modulo */
	int64_t hour_now;             /* the latest hour in it */
	uint8_t min_priority, max_priority, facility;
	int64_t first_us, last_us;
	struct pattern_seen *newer, *older, *next; /* next: in its bucket */
	uint32_t bucket;
};

struct patterns;

struct patterns *ec_patterns_new(void);
void ec_patterns_free(struct patterns **p);
void ec_patterns_clear(struct patterns *p);
/* A message that no rule wanted. */
void ec_patterns_add(
    struct patterns *p, const struct message *m, int64_t now_us);
size_t ec_patterns_count(const struct patterns *p);
/* The one that was seen last, then `older`. */
const struct pattern_seen *ec_patterns_newest(const struct patterns *p);
/* Messages of the last `hours` hours up to now, at most PATTERN_HOURS. */
uint64_t pattern_recent(
    const struct pattern_seen *s, unsigned hours, int64_t now_us);
/* "port * of * lost carrier" */
void pattern_text(const struct pattern_seen *s, struct str *to);
/* The same as a regular expression for a rule's when.text. */
void pattern_regex(const struct pattern_seen *s, struct str *to);

#endif
