/* SPDX-License-Identifier: Apache-2.0
 *
 * States of replication; see mode.h.
 */
#include "eventd/replica/mode.h"

#include <string.h>

void
mode_start(struct replica_mode *m, const struct replica_options *o,
    const struct replica_past *past, int64_t now_us)
{
	*m = (struct replica_mode){.o = o, .lost_us = now_us};
	if (o->role == REPLICA_MASTER)
		m->state = REPLICA_JOINING;
	if (o->role != REPLICA_SLAVE)
		return;
	m->state = past->took_over ? REPLICA_TAKEOVER : REPLICA_SYNC;
	m->stays = past->took_over && past->stays;
	m->synced = past->synced;
	if (past->took_over)
		m->lost_us = past->lost_us;
}

/* Back within the time, or a person decides. */
static bool
returns(const struct replica_mode *m, int64_t now_us)
{
	return m->o->automatic && !m->stays &&
	    now_us - m->lost_us <= m->o->fallback_us;
}

enum replica_step
mode_up(struct replica_mode *m, int64_t now_us)
{
	m->up = true;
	switch (m->state) {
	case REPLICA_SYNC:
		return REPLICA_FOLLOW_STEP;
	case REPLICA_RETURNING:
		m->lost_us = now_us;
		return REPLICA_GO_BACK;
	case REPLICA_TAKEOVER:
		if (returns(m, now_us)) {
			m->state = REPLICA_RETURNING;
			m->lost_us = now_us;
			return REPLICA_GO_BACK;
		}
		m->stays = true;
		return REPLICA_NOTHING;
	case REPLICA_ALONE:
	case REPLICA_JOINING:
		break;
	}
	return REPLICA_NOTHING;
}

void
mode_down(struct replica_mode *m, int64_t now_us)
{
	m->up = false;
	if (m->state == REPLICA_SYNC)
		m->success = false;
	if (m->state == REPLICA_RETURNING || m->state == REPLICA_JOINING)
		m->lost_us = now_us;
}

void
mode_synced(struct replica_mode *m, int64_t now_us)
{
	if (m->state != REPLICA_SYNC)
		return;
	m->success = true;
	m->synced = true;
	m->lost_us = now_us;
}

void
mode_refused(struct replica_mode *m, int64_t now_us)
{
	if (m->state == REPLICA_SYNC)
		m->lost_us = now_us;
}

void
mode_heard(struct replica_mode *m, int64_t now_us)
{
	if (m->state == REPLICA_RETURNING)
		m->lost_us = now_us;
}

enum replica_step
mode_joined(struct replica_mode *m)
{
	if (m->state != REPLICA_JOINING)
		return REPLICA_NOTHING;
	m->state = REPLICA_ALONE;
	return REPLICA_WORK;
}

enum replica_step
mode_returned(struct replica_mode *m, int64_t now_us)
{
	if (m->state != REPLICA_RETURNING)
		return REPLICA_NOTHING;
	m->state = REPLICA_SYNC;
	m->stays = false;
	m->success = false;
	m->lost_us = now_us;
	return REPLICA_FOLLOW_STEP;
}

static enum replica_step
take_over(struct replica_mode *m)
{
	m->state = REPLICA_TAKEOVER;
	m->success = false;
	return REPLICA_TAKE_OVER;
}

enum replica_step
mode_tick(struct replica_mode *m, int64_t now_us)
{
	if (now_us < mode_due(m))
		return REPLICA_NOTHING;
	if (m->state == REPLICA_JOINING)
		return mode_joined(m);
	if (m->state == REPLICA_RETURNING) {
		/* The master went again, or hangs, before it had all. */
		m->state = REPLICA_TAKEOVER;
		return REPLICA_TAKE_OVER;
	}
	return take_over(m);
}

int64_t
mode_due(const struct replica_mode *m)
{
	switch (m->state) {
	case REPLICA_JOINING:
		/* While it is connected, what it hands over is on the way. */
		return m->up ? INT64_MAX : m->lost_us + m->o->wait_us;
	case REPLICA_SYNC:
		/* Never without a successful synchronisation. */
		if (!m->o->automatic || !m->synced)
			return INT64_MAX;
		return m->lost_us + m->o->takeover_us;
	case REPLICA_RETURNING:
		return m->lost_us + m->o->takeover_us;
	case REPLICA_ALONE:
	case REPLICA_TAKEOVER:
		break;
	}
	return INT64_MAX;
}

int
mode_switch(struct replica_mode *m, const char *to, int64_t now_us,
    enum replica_step *step_r, struct err *err_r)
{
	*step_r = REPLICA_NOTHING;
	if (m->o->role != REPLICA_SLAVE) {
		err_set(
		    err_r, "this event console is not a fallback of another");
		return -1;
	}
	if (strcmp(to, "takeover") == 0) {
		if (m->state != REPLICA_SYNC) {
			err_set(err_r, "it has taken over already");
			return -1;
		}
		*step_r = take_over(m);
		m->stays = true;
		return 0;
	}
	if (strcmp(to, "sync") != 0) {
		err_set(err_r, "the mode is sync or takeover, not \"%s\"", to);
		return -1;
	}
	if (m->state != REPLICA_TAKEOVER) {
		err_set(err_r, "it follows its master already");
		return -1;
	}
	if (!m->up) {
		err_set(err_r,
		    "the master does not answer: what was done here could "
		    "not be handed over (try again when it runs)");
		return -1;
	}
	m->stays = false;
	m->state = REPLICA_RETURNING;
	m->lost_us = now_us;
	*step_r = REPLICA_GO_BACK;
	return 0;
}

bool
mode_passive(const struct replica_mode *m)
{
	return m->state == REPLICA_JOINING || m->state == REPLICA_SYNC ||
	    m->state == REPLICA_RETURNING;
}

const char *
mode_slave(const struct replica_mode *m)
{
	if (m->o == NULL || m->o->role != REPLICA_SLAVE)
		return "";
	return m->state == REPLICA_SYNC ? "sync" : "takeover";
}
