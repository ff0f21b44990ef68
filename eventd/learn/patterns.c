/* SPDX-License-Identifier: Apache-2.0
 *
 * Grouping of messages by their words; see patterns.h.
 */
#include "eventd/learn/patterns.h"

#include "common/mem.h"
#include "eventd/parse/text.h"

#include <ctype.h>
#include <stdlib.h>

#define BUCKETS    1024
#define SAMPLE_MAX 300
#define WORD_MAX   60
#define HOUR_US    (INT64_C(3600) * 1000000)

struct patterns {
	struct pattern_seen *buckets[BUCKETS];
	struct pattern_seen *newest, *oldest;
	size_t n;
	int64_t second;
	unsigned looked_at; /* in that second */
	uint64_t skipped;   /* since the last one that was looked at */
};

struct words {
	struct slice v[PATTERN_WORDS]; /* s NULL: a wildcard */
	unsigned n;
	bool more;
};

/* --- words ----------------------------------------------------------------
 */

/* Numbers, addresses, identifiers: what is rarely the same twice. */
static bool
varies(struct slice word)
{
	for (size_t i = 0; i < word.len; i++) {
		if (isdigit((unsigned char)word.s[i]))
			return true;
	}
	return word.len > WORD_MAX;
}

static void
split(struct slice text, struct words *w)
{
	struct slice word;

	*w = (struct words){0};
	while (slice_word(&text, &word)) {
		if (w->n == PATTERN_WORDS) {
			w->more = true;
			return;
		}
		if (varies(word))
			word = (struct slice){NULL, 0};
		w->v[w->n++] = word;
	}
}

/* How many words are the same; -1: another shape. */
static int
same_words(const struct pattern_seen *s, const struct words *w)
{
	int same = 0;

	if (s->n_words != w->n || s->more != w->more)
		return -1;
	for (unsigned i = 0; i < w->n; i++)
		same += s->word[i] != NULL && w->v[i].s != NULL &&
		    slice_eqs(w->v[i], s->word[i]);
	return same;
}

/* Words that are no wildcards, of either. */
static int
fixed_words(const struct pattern_seen *s, const struct words *w)
{
	int n = 0;

	for (unsigned i = 0; i < w->n; i++)
		n += s->word[i] != NULL || w->v[i].s != NULL;
	return n;
}

/* --- patterns -------------------------------------------------------------
 */

static uint32_t
bucket_of(struct slice application, const struct words *w)
{
	uint32_t h = 2166136261u ^ w->n;

	for (size_t i = 0; i < application.len; i++)
		h = (h ^ (unsigned char)application.s[i]) * 16777619u;
	return (h ^ h >> 15) % BUCKETS;
}

static void
unlink_order(struct patterns *p, struct pattern_seen *s)
{
	if (s->newer == NULL)
		p->newest = s->older;
	else
		s->newer->older = s->older;
	if (s->older == NULL)
		p->oldest = s->newer;
	else
		s->older->newer = s->newer;
}

static void
put_newest(struct patterns *p, struct pattern_seen *s)
{
	s->newer = NULL;
	s->older = p->newest;
	if (p->newest != NULL)
		p->newest->newer = s;
	p->newest = s;
	if (p->oldest == NULL)
		p->oldest = s;
}

static void
forget(struct patterns *p, struct pattern_seen *s)
{
	struct pattern_seen **at = &p->buckets[s->bucket];

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	unlink_order(p, s);
	p->n--;
	for (unsigned i = 0; i < s->n_words; i++)
		free(s->word[i]);
	for (unsigned i = 0; i < s->n_hosts; i++)
		free(s->host[i]);
	free(s->application);
	free(s->sample);
	free(s);
}

static struct pattern_seen *
find(struct patterns *p, uint32_t bucket, struct slice application,
    const struct words *w)
{
	struct pattern_seen *best = NULL;
	int most = -1;

	for (struct pattern_seen *s = p->buckets[bucket]; s != NULL;
	     s = s->next) {
		int same = same_words(s, w), fixed;

		if (same < 0 || !slice_eqs(application, s->application))
			continue;
		fixed = fixed_words(s, w);
		/* Half of the words, and the first one, make a pattern. */
		if (same * 2 < fixed || same <= most ||
		    (w->n > 1 && w->v[0].s != NULL && s->word[0] != NULL &&
			!slice_eqs(w->v[0], s->word[0])))
			continue;
		most = same;
		best = s;
	}
	return best;
}

static struct pattern_seen *
make(struct patterns *p, uint32_t bucket, const struct message *m,
    const struct words *w)
{
	struct pattern_seen *s;

	if (p->n == PATTERNS_MAX)
		forget(p, p->oldest);
	s = xnew(struct pattern_seen);
	s->application = slice_dup(m->application);
	for (unsigned i = 0; i < w->n; i++)
		s->word[i] = w->v[i].s == NULL ? NULL : slice_dup(w->v[i]);
	s->n_words = w->n;
	s->more = w->more;
	s->min_priority = s->max_priority = m->priority;
	s->bucket = bucket;
	s->next = p->buckets[bucket];
	p->buckets[bucket] = s;
	p->n++;
	put_newest(p, s);
	return s;
}

static void
merge(struct pattern_seen *s, const struct words *w)
{
	for (unsigned i = 0; i < w->n; i++) {
		if (s->word[i] != NULL &&
		    (w->v[i].s == NULL || !slice_eqs(w->v[i], s->word[i]))) {
			free(s->word[i]);
			s->word[i] = NULL;
		}
	}
}

static void
add_host(struct pattern_seen *s, struct slice host)
{
	if (host.len == 0)
		return;
	for (unsigned i = 0; i < s->n_hosts; i++) {
		if (slice_eqs(host, s->host[i]))
			return;
	}
	if (s->n_hosts == PATTERN_HOSTS)
		s->more_hosts = true;
	else
		s->host[s->n_hosts++] = slice_dup(host);
}

/* The ring shows the hours up to now. */
static void
turn_hours(struct pattern_seen *s, int64_t hour)
{
	if (hour - s->hour_now >= PATTERN_HOURS || s->hour_now == 0) {
		for (unsigned i = 0; i < PATTERN_HOURS; i++)
			s->hour[i] = 0;
		s->hour_now = hour;
	}
	while (s->hour_now < hour)
		s->hour[++s->hour_now % PATTERN_HOURS] = 0;
}

static void
count(struct pattern_seen *s, const struct message *m, uint64_t weight,
    int64_t now_us)
{
	int64_t hour = now_us / HOUR_US;

	turn_hours(s, hour);
	s->hour[s->hour_now % PATTERN_HOURS] += weight;
	s->count += weight;
	s->last_us = now_us;
	if (s->first_us == 0)
		s->first_us = now_us;
	if (m->priority < s->min_priority)
		s->min_priority = m->priority;
	if (m->priority > s->max_priority)
		s->max_priority = m->priority;
	s->facility = m->facility;
	add_host(s, m->host);
	free(s->sample);
	s->sample = slice_dup(text_cut(m->text, SAMPLE_MAX));
}

void
ec_patterns_add(struct patterns *p, const struct message *m, int64_t now_us)
{
	struct pattern_seen *s;
	struct words w;
	uint32_t bucket;

	if (now_us / 1000000 != p->second) {
		p->second = now_us / 1000000;
		p->looked_at = 0;
	}
	if (p->looked_at >= PATTERNS_SECOND) {
		p->skipped++;
		return;
	}
	p->looked_at++;
	split(m->text, &w);
	if (w.n == 0)
		return;
	bucket = bucket_of(m->application, &w);
	s = find(p, bucket, m->application, &w);
	if (s == NULL) {
		s = make(p, bucket, m, &w);
	} else {
		merge(s, &w);
		unlink_order(p, s);
		put_newest(p, s);
	}
	count(s, m, 1 + p->skipped, now_us);
	p->skipped = 0;
}

/* --- looking --------------------------------------------------------------
 */

struct patterns *
ec_patterns_new(void)
{
	return xnew(struct patterns);
}

void
ec_patterns_clear(struct patterns *p)
{
	while (p->newest != NULL)
		forget(p, p->newest);
}

void
ec_patterns_free(struct patterns **p)
{
	if (*p == NULL)
		return;
	ec_patterns_clear(*p);
	free(*p);
	*p = NULL;
}

size_t
ec_patterns_count(const struct patterns *p)
{
	return p->n;
}

const struct pattern_seen *
ec_patterns_newest(const struct patterns *p)
{
	return p->newest;
}

uint64_t
pattern_recent(const struct pattern_seen *s, unsigned hours, int64_t now_us)
{
	int64_t now = now_us / HOUR_US;
	uint64_t sum = 0;

	for (unsigned i = 0; i < hours && i < PATTERN_HOURS; i++) {
		int64_t hour = now - i;

		if (hour <= s->hour_now && hour > s->hour_now - PATTERN_HOURS)
			sum += s->hour[hour % PATTERN_HOURS];
	}
	return sum;
}

void
pattern_text(const struct pattern_seen *s, struct str *to)
{
	for (unsigned i = 0; i < s->n_words; i++)
		str_addf(to, "%s%s", i > 0 ? " " : "",
		    s->word[i] == NULL ? "*" : s->word[i]);
	if (s->more)
		str_add(to, " ...");
}

static void
add_escaped(struct str *to, const char *word)
{
	for (; *word != '\0'; word++) {
		if (strchr(".?*+^$|[](){}\\", *word) != NULL)
			str_addc(to, '\\');
		str_addc(to, *word);
	}
}

void
pattern_regex(const struct pattern_seen *s, struct str *to)
{
	str_add(to, "^\\s*");
	for (unsigned i = 0; i < s->n_words; i++) {
		if (i > 0)
			str_add(to, "\\s+");
		if (s->word[i] == NULL)
			str_add(to, "(\\S+)");
		else
			add_escaped(to, s->word[i]);
	}
	if (!s->more)
		str_add(to, "\\s*$");
}
