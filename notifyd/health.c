/* SPDX-License-Identifier: Apache-2.0
 *
 * Is all well with the notifications? See health.h.
 */
#include "notifyd/health.h"

#include "common/mem.h"

#include <inttypes.h>

static const struct {
	const char *name;
	int state;
	const char *one, *many;
} kinds[HEALTH_EVENTS] = {
    [HEALTH_FALLBACK] = {"by_fallback", 1,
	"notification that no rule matched, the fallback was told",
	"notifications that no rule matched, the fallback was told"},
    [HEALTH_NOBODY] = {"without_rule", 2,
	"notification that no rule matched and nobody was told of",
	"notifications that no rule matched and nobody was told of"},
    [HEALTH_FAILED] = {"failed", 2, "delivery that was given up",
	"deliveries that were given up (vedette notify list --failed)"},
    [HEALTH_DROPPED] = {"dropped", 2,
	"repetition that was dropped, too much waited for another site",
	"repetitions that were dropped, too much waited for another site"},
};

static bool
is_over(const struct health_count *c, int64_t now)
{
	/* A clock that was put back ends it, too. */
	return c->last == 0 || now - c->last >= HEALTH_REMEMBER_S ||
	    now < c->last - HEALTH_REMEMBER_S;
}

bool
health_update(
    struct health *health, const uint64_t totals[HEALTH_EVENTS], int64_t now)
{
	bool news = false;

	for (int i = 0; i < HEALTH_EVENTS; i++) {
		struct health_count *c = &health->events[i];
		uint64_t more = totals[i] - c->total;

		c->total = totals[i];
		if (is_over(c, now))
			c->n = 0;
		if (more == 0)
			continue;
		c->n += more;
		c->last = now;
		news = true;
	}
	return news;
}

json_t *
health_save(const struct health *health)
{
	json_t *all = json_object();

	for (int i = 0; i < HEALTH_EVENTS; i++)
		json_object_set_new(all, kinds[i].name,
		    json_pack("{s:I, s:I}", "n",
			(json_int_t)health->events[i].n, "last",
			(json_int_t)health->events[i].last));
	return all;
}

void
health_load(struct health *health, const json_t *saved)
{
	for (int i = 0; i < HEALTH_EVENTS; i++) {
		const json_t *one = json_object_get(saved, kinds[i].name);
		struct health_count *c = &health->events[i];

		c->n += (uint64_t)json_integer_value(json_object_get(one, "n"));
		if (c->last == 0)
			c->last =
			    json_integer_value(json_object_get(one, "last"));
	}
}

/* --- the judgement -------------------------------------------------------- */

static void
worsen(int *state, int to)
{
	if (to > *state)
		*state = to;
}

static void
say_age(struct str *to, int64_t s)
{
	if (s < 0)
		s = 0;
	if (s < 120)
		str_addf(to, "%" PRId64 " s", s);
	else if (s < 7200)
		str_addf(to, "%" PRId64 " min", s / 60);
	else
		str_addf(to, "%" PRId64 " h", s / 3600);
}

static int
say_events(const struct health *health, int64_t now, struct str *to)
{
	int state = 0;

	for (int i = 0; i < HEALTH_EVENTS; i++) {
		const struct health_count *c = &health->events[i];

		if (c->n == 0 || is_over(c, now))
			continue;
		worsen(&state, kinds[i].state);
		str_addf(to, "%s%" PRIu64 " %s, ", to->len > 0 ? "; " : "",
		    c->n, c->n == 1 ? kinds[i].one : kinds[i].many);
		if (c->n > 1)
			str_add(to, "the last ");
		say_age(to, now - c->last);
		str_add(to, " ago");
	}
	return state;
}

static int
say_queue(const struct health_queue *queue, int64_t now, struct str *to)
{
	int64_t age = queue->oldest == 0 ? 0 : now - queue->oldest;

	if (queue->trouble[0] != '\0') {
		str_addf(to, "%sthe disk refuses: %s", to->len > 0 ? "; " : "",
		    queue->trouble);
		return 2;
	}
	if (age <= HEALTH_QUEUE_WARN)
		return 0;
	str_addf(to, "%s%" PRId64 " waiting, the oldest for ",
	    to->len > 0 ? "; " : "", queue->waiting);
	say_age(to, age);
	return age > HEALTH_QUEUE_CRIT ? 2 : 1;
}

json_t *
health_judge(
    const struct health *health, const struct health_queue *queue, int64_t now)
{
	int64_t age =
	    queue->oldest == 0 || queue->oldest > now ? 0 : now - queue->oldest;
	struct str output = {0}, metrics = {0};
	int state = say_events(health, now, &output);
	json_t *answer;

	worsen(&state, say_queue(queue, now, &output));
	if (output.len == 0)
		str_addf(&output, "All is well, %" PRId64 " waiting",
		    queue->waiting);
	str_addf(&metrics, "waiting=%" PRId64 " queue_age=%" PRId64 "s;%d;%d",
	    queue->waiting, age, HEALTH_QUEUE_WARN, HEALTH_QUEUE_CRIT);
	for (int i = 0; i < HEALTH_EVENTS; i++)
		str_addf(&metrics, " %s=%" PRIu64, kinds[i].name,
		    is_over(&health->events[i], now) ? 0 : health->events[i].n);
	answer = json_pack("{s:i, s:s, s:s}", "state", state, "output",
	    str_get(&output), "metrics", str_get(&metrics));
	str_free(&output);
	str_free(&metrics);
	return answer;
}
