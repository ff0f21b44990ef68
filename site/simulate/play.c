/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop of virtual time: at one instant everything that is due happens
 * first, then the items of the timeline in their order.
 */
#include "site/simulate/sim.h"

#include "core/schedule/intake.h"
#include "core/schedule/invariants.h"
#include "site/simulate/quick.h"

#define AT_ONCE     100000u
#define QUIET_LIMIT (30 * 86400 * NS_PER_S)

/* Time goes on to `t`; what is older than a second is safe from a crash. */
static void
move(struct sim *s, int64_t t)
{
	if (s->up && !s->imaged && s->crash_at != INT64_MAX &&
	    t > s->crash_at - NS_PER_S) {
		sim_image(s);
		s->imaged = true;
	}
	s->t = t;
	clock_set(sim_mono(s), sim_wall(s));
}

/* Wall seconds to ns since the start. */
static int64_t
of_wall(const struct sim *s, int64_t wall)
{
	if (wall > INT64_MAX / NS_PER_S / 2) /* never, or as good as that */
		return INT64_MAX;
	return wall * NS_PER_S - s->base - s->jump;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The next moment at which time alone does something, quiet checks aside. */
static int64_t
next_loud(struct sim *s)
{
	int64_t at, checks;

	if (!s->up)
		return s->boot_at;
	at = of_wall(s, engine_next(s->engine));
	at = earlier(at, of_wall(s, sim_stale_next(s)));
	at = earlier(at, of_wall(s, s->day_ends));
	if (chains_next(s->chains) != INT64_MAX)
		at = earlier(
		    at, chains_next(s->chains) * NS_PER_MS - s->base - s->jump);
	checks = schedule_next(s->schedule);
	if (checks != HEAP_NEVER)
		at = earlier(at, checks - s->base);
	return at < s->t ? s->t : at;
}

static int64_t
next(struct sim *s)
{
	return s->up ? earlier(next_loud(s), sim_quick_next(s)) : s->boot_at;
}

/* --- results ---------------------------------------------------------------
 */

static bool
is_active(const struct sim *s, uint32_t object)
{
	return schedule_kind(s->engine, object) != SCHEDULE_NONE;
}

void
sim_result(struct sim *s, uint32_t object, uint8_t code, struct slice raw,
    int64_t measured)
{
	intake_plugin(s->engine, object, !is_active(s, object), code, raw,
	    measured, sim_now(s));
}

/* The schedule starts a check, which takes no time. */
static void
run(struct sim *s, uint32_t object)
{
	const struct sim_last *last = &s->last[object];
	struct slice raw = {last->raw, last->len};

	if (!s->sc->repeat)
		return;
	s->checks++;
	sim_begin(s, "check");
	sim_object(s, object);
	sim_end(s);
	if (s->snap->objects[object].check == SNAP_CHECK_CLUSTER ||
	    (!last->given &&
		s->snap->objects[object].check == SNAP_CHECK_ALWAYS_UP))
		intake_local(s->schedule, object, sim_now(s));
	else if (last->given)
		sim_result(s, object, last->code, raw, sim_now(s));
	else
		sim_result(s, object, 0,
		    s->snap->objects[object].is_service ? SLICE("OK")
							: SLICE("UP"),
		    sim_now(s));
}

static bool
run_checks(struct sim *s)
{
	bool any = false;
	struct due due;

	schedule_advance(s->schedule, sim_mono(s), AT_ONCE);
	for (unsigned kind = 0; kind < SCHEDULE_KINDS; kind++)
		while (schedule_take(s->schedule, kind, &due)) {
			run(s, due.object);
			schedule_done(s->schedule, due.object);
			if (s->sc->repeat)
				sim_quick_offer(s, due.object);
			any = true;
		}
	return any;
}

/* --- time ------------------------------------------------------------------
 */

void
sim_due(struct sim *s)
{
	if (!s->up && s->boot_at <= s->t)
		sim_site_boot(s);
	while (s->up && next(s) <= s->t) {
		sim_log_turn(s);
		engine_advance(s->engine, sim_now(s));
		sim_quick_take_due(s);
		run_checks(s);
		sim_stale_advance(s);
		chains_due(s->chains, sim_now_ms(s));
	}
	if (!s->up)
		return;
	invariants_must(s->engine, &s->look_at, sim_now(s), !s->went_back);
	if (s->options->plain) /* else quick.c has plans, too */
		schedule_invariants_must(
		    s->schedule, &s->look_at_plan, sim_mono(s));
}

/* Everything up to `until`, inclusive. */
static void
play_to(struct sim *s, int64_t until)
{
	for (;;) {
		int64_t at, limit = until + 1;

		if (s->up) {
			if (s->crash_at != INT64_MAX && !s->imaged)
				limit =
				    earlier(limit, s->crash_at - NS_PER_S + 1);
			sim_quick_play(s, earlier(next_loud(s), limit));
		}
		at = next(s);
		if (at > until)
			break;
		move(s, at);
		sim_due(s);
	}
	if (until > s->t)
		move(s, until);
}

static void
find_crash(struct sim *s)
{
	s->crash_at = INT64_MAX;
	s->imaged = false;
	for (size_t i = s->next_item; i < s->sc->n_items; i++) {
		const struct sim_item *item = &s->sc->items[i];

		if (item->kind == SIM_RESTART && item->crash) {
			s->crash_at = item->at;
			break;
		}
	}
}

/* Does anything wait that time will end? */
static bool
is_quiet(struct sim *s)
{
	if (!s->up || s->engine->timers.n > 0)
		return !s->up && s->boot_at == INT64_MAX;
	if (chains_next(s->chains) != INT64_MAX)
		return false;
	for (uint32_t i = 0; i < s->snap->n_objects; i++)
		if (s->engine->objects[i].held == HOLD_PERIOD)
			return false;
	return true;
}

static void
play_quiet(struct sim *s)
{
	int64_t limit = s->t + QUIET_LIMIT, at;

	while (!is_quiet(s) && (at = next(s)) <= limit) {
		move(s, at);
		sim_due(s);
	}
}

void
sim_play(struct sim *s)
{
	find_crash(s);
	move(s, 0);
	sim_due(s);
	for (; s->next_item < s->sc->n_items;) {
		const struct sim_item *item = &s->sc->items[s->next_item];

		play_to(s, item->at);
		sim_due(s);
		s->next_item++;
		sim_item(s, item);
		if (item->kind == SIM_RESTART && item->crash)
			find_crash(s);
		move(s, s->t);
		sim_due(s);
	}
	play_to(s, s->sc->until);
	if (s->options->until_quiet)
		play_quiet(s);
	sim_flush(s, true);
}
