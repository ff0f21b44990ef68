/* SPDX-License-Identifier: Apache-2.0
 *
 * What checks of entity_sensors have in common. Pure.
 */
#ifndef FETCHER_CHECKS_ENTITY_H
#define FETCHER_CHECKS_ENTITY_H

#include "fetcher/checks/out.h"
#include "fetcher/sections/entity_sensors.h"

/* Those of either type that work, or are broken; b may be the same. */
void entity_discover(const struct check_context *c, struct check_found *found,
    enum sensor_type a, enum sensor_type b);
/*
 * The sensor of the item with its state said. NULL: there is no value to
 * judge, and that has been said.
 */
const struct entity_sensor *entity_find(const struct check_context *c,
    enum sensor_type a, enum sensor_type b, struct check_out *out);

#endif
