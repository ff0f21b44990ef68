/* SPDX-License-Identifier: Apache-2.0
 *
 * Which kind of job an object's check is. Pure.
 */
#include "core/schedule/schedule.h"

#include "core/state/override.h"

unsigned
schedule_kind(const struct engine *e, uint32_t object)
{
	const struct snapshot *snap = e->snap;
	const struct snap_object *c = &snap->objects[object];
	const struct override *over = e->objects[object].over;

	if (over != NULL && over->check_command != NULL)
		return MSG_JOB_PLUGIN;
	switch ((enum snap_check)c->check) {
	case SNAP_CHECK_PING:
		return MSG_JOB_PING;
	case SNAP_CHECK_TCP:
		return MSG_JOB_TCP;
	case SNAP_CHECK_COMMAND:
		return MSG_JOB_PLUGIN;
	case SNAP_CHECK_SNMP:
		return MSG_JOB_SNMP;
	case SNAP_CHECK_AGENT:
		if (snap->objects[c->host].agent == SNAP_AGENT_PROGRAM)
			return MSG_JOB_PROGRAM;
		if (snap->objects[c->host].agent == SNAP_AGENT_TCP)
			return MSG_JOB_AGENT;
		if (snap->objects[c->host].agent == SNAP_AGENT_NONE)
			return snap->objects[c->host].snmp != 0
			    ? MSG_JOB_SNMP
			    : MSG_JOB_PIGGYBACK;
		return SCHEDULE_NONE;
	case SNAP_CHECK_ALWAYS_UP:
	case SNAP_CHECK_CLUSTER:
		return SCHEDULE_LOCAL;
	case SNAP_CHECK_PASSIVE:
	case SNAP_CHECK_COLLECTED:
	case SNAP_CHECK_CLUSTERED:
	case SNAP_CHECK_SERVICE:
	case SNAP_CHECK_KINDS:
	default:
		return SCHEDULE_NONE;
	}
}
