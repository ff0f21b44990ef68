/* SPDX-License-Identifier: Apache-2.0
 *
 * Who sends: for each address what came, what was not allowed and what was
 * above its rate (event-console.md 15.3, EC-24). The SOURCES_MAX that sent last
 * are kept. Pure.
 */
#ifndef EVENTD_RECEIVE_SOURCES_H
#define EVENTD_RECEIVE_SOURCES_H

#include "eventd/parse/syslog.h"
#include "eventd/rule/rule.h"

#define SOURCES_MAX 10000

struct source_rules {
	struct networks allow[INPUT_COUNT]; /* none: all that reach the port */
};
void source_rules_free(struct source_rules *r);

struct source {
	struct source *next;          /* in its bucket */
	struct source *newer, *older; /* by the last message */
	uint64_t hash;
	char address[64];
	uint64_t messages, bytes;
	uint64_t limited; /* of the messages: dropped above the rate */
	uint64_t refused; /* not allowed; not among the messages */
	int64_t first_us, last_us;
	int64_t window_us; /* the interval of the rate began */
	uint64_t in_window;
	uint64_t told; /* of `limited`, what the event says */
};

struct sources;
/* `seed`: random, against chosen collisions. */
struct sources *sources_new(uint64_t seed);
void ec_sources_free(struct sources **s);
/* Takes the rules over; *rules is empty then. */
void sources_set_rules(struct sources *s, struct source_rules *rules);
/* So many messages of one source an interval; 0: any number. */
void sources_set_rate(struct sources *s, uint32_t rate, int64_t interval_us);

enum source_verdict {
	SOURCE_TAKEN,
	SOURCE_REFUSED, /* not allowed */
	SOURCE_LIMITED  /* above its rate */
};
/* One message of that many bytes. `address` is not empty. */
enum source_verdict sources_take(struct sources *s, enum input input,
    const char *address, size_t bytes, int64_t now_us);
/* A connection: is it allowed? One that is not counts as refused. */
bool sources_admit(
    struct sources *s, enum input input, const char *address, int64_t now_us);

/* The one that sent last, then `older`. */
struct source *sources_newest(const struct sources *s);
size_t sources_count(const struct sources *s);
uint64_t sources_limited(const struct sources *s); /* in all, ever */

#endif
