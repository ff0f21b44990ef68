/* SPDX-License-Identifier: Apache-2.0
 *
 * Clusters (core-semantics section 19): a cluster's state from its nodes', and
 * a clustered service's from what each node's data says. Pure.
 *
 * What the nodes said is not kept over a restart or a reload: it comes again
 * with the next data.
 */
#ifndef CORE_STATE_CLUSTER_H
#define CORE_STATE_CLUSTER_H

#include "core/state/engine.h"

/* Does data of the host `node` feed the clustered service? */
bool cluster_feeds(const struct engine *e, uint32_t service, uint32_t node);
/* Calls `each` for every clustered service that the node feeds. */
void cluster_each(const struct engine *e, uint32_t node,
    void (*each)(void *arg, uint32_t service), void *arg);
/* What the check of the service keeps between two runs on the node's data. */
struct slice cluster_blob(
    const struct engine *e, uint32_t service, uint32_t node);
void cluster_set_blob(
    struct engine *e, uint32_t service, uint32_t node, struct slice blob);
/* The node's data gave this; the service gets a result once all have. */
void cluster_take(struct engine *e, uint32_t service, uint32_t node,
    const struct result *r, int64_t now);
/* CL-1: a check of the cluster itself, which asks nobody. */
void cluster_check(struct engine *e, uint32_t cluster, int64_t now);
/* The node's state changed. */
void cluster_node_changed(struct engine *e, uint32_t node, int64_t now);
void cluster_forget(struct checkable *o);

/* Indexes for the above; see engine_new(). */
void cluster_index(struct engine *e);

#endif
