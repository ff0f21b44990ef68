/* SPDX-License-Identifier: Apache-2.0
 *
 * What the event console knows of the monitored site: hosts by name, alias
 * and address (of the snapshot), time periods, and which hosts are in
 * downtime (of core's state stream, EC-15). It never asks core anything but
 * for that stream.
 */
#ifndef EVENTD_WORLD_H
#define EVENTD_WORLD_H

#include "common/daemon.h"
#include "eventd/event/engine.h"

struct world;

/* A downtime of a monitored host ended. */
typedef void world_downtime_fn(const char *host, void *arg);
/* Core has this of a service, an index of the snapshot. */
typedef void world_service_fn(
    uint32_t object, unsigned state, bool checked, void *arg);

struct world *world_new(struct daemon *d, world_downtime_fn *ended,
    world_service_fn *service, void *arg);
void world_free(struct world **w);
/*
 * Works by another snapshot from now on (borrowed until the next call). -1
 * with a reason: the old one stays.
 */
int world_load(struct world *w, const struct snapshot *snap, struct err *err_r);
/* Connects to core. */
int world_connect(struct world *w, struct err *err_r);
/* For the engine; lives as long as the world. */
struct engine_world *world_engine(struct world *w);
const struct snapshot *world_snapshot(const struct world *w);
/* Index of a host by its name; SNAP_NONE. */
uint32_t world_host(const struct world *w, const char *name);
bool world_in_downtime(const struct world *w, uint32_t host);
/* False: notifications are switched off in core, for everything. */
bool world_notifications(const struct world *w);

#endif
