/* SPDX-License-Identifier: Apache-2.0
 *
 * The history of the simulated site: lines as core/history writes them, one
 * file a day with its states at the start (LG-1, LG-5).
 */
#include "site/simulate/sim.h"

#include "common/daemon.h"

#include <inttypes.h>
#include <time.h>

int64_t
sim_log_day_ends(int64_t now)
{
	time_t at = (time_t)now;
	struct tm tm;
	int64_t end;

	localtime_r(&at, &tm);
	tm.tm_mday++;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	end = mktime(&tm);
	return end <= now ? now + 3600 : end;
}

static void
add(struct sim *s, struct slice text)
{
	struct str line = {0};

	if (sim_now(s) > s->last_stamp)
		s->last_stamp = sim_now(s);
	str_addf(&line, "[%" PRId64 "] ", s->last_stamp);
	str_addslice(&line, text);
	past_memory_add(s->past, s->day, str_slice(&line));
	sim_begin(s, "log");
	sim_text(s, "line", str_slice(&line));
	sim_end(s);
	str_free(&line);
}

static void
add_states(struct sim *s, enum history_state kind)
{
	const struct engine *e = s->engine;
	struct str line = {0};

	for (uint32_t i = 0; i < e->snap->n_objects; i++) {
		const struct checkable *o = &e->objects[i];

		str_clear(&line);
		history_state_line(&line, e, i, kind,
		    (o->flags & CHECKABLE_HARD) != 0, o->attempt);
		add(s, str_slice(&line));
		for (int which = 0; which < HISTORY_FLAGS; which++) {
			str_clear(&line);
			if (history_flag_line(&line, e, i, which))
				add(s, str_slice(&line));
		}
	}
	str_free(&line);
}

static void
add_periods(struct sim *s)
{
	const struct engine *e = s->engine;
	struct str line = {0};

	for (uint32_t p = 0; p < e->snap->n_periods; p++) {
		bool in = period_is_in(e->periods, p, sim_now(s));

		str_clear(&line);
		str_addf(&line, "TIMEPERIOD TRANSITION: %s;%d;%d",
		    snap_s(e->snap, e->snap->periods[p].name), in, in);
		add(s, str_slice(&line));
	}
	str_free(&line);
}

/* "2026-03-02"; a clock that was set back goes on in the newest. */
static void
name_day(struct sim *s)
{
	time_t at = (time_t)sim_now(s);
	char day[PAST_DAY];
	struct tm tm;

	localtime_r(&at, &tm);
	strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	if (strcmp(day, s->day) > 0)
		memcpy(s->day, day, sizeof(day));
}

/* The next line goes into a new file. */
static bool
new_file(struct sim *s)
{
	if (sim_now(s) < s->day_ends)
		return false;
	s->day_ends = sim_log_day_ends(sim_now(s));
	name_day(s);
	add(s, SLICE("LOG VERSION: 2.0"));
	return true;
}

void
sim_log_turn(struct sim *s)
{
	if (!new_file(s))
		return;
	add(s, SLICE("logging intermediate states"));
	add_periods(s);
	add_states(s, HISTORY_CURRENT);
}

void
sim_log(struct sim *s, struct slice line)
{
	sim_log_turn(s);
	add(s, line);
}

void
sim_log_start(struct sim *s)
{
	struct str line = {0};

	new_file(s);
	str_addf(&line, "starting... (Vedette %s, PID=0)", vedette_version());
	add(s, str_slice(&line));
	add(s, SLICE("logging initial states"));
	add_states(s, HISTORY_INITIAL);
	str_free(&line);
}

void
sim_log_stop(struct sim *s)
{
	sim_log(s, SLICE("shutting down... (PID=0)"));
}
