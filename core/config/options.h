/* SPDX-License-Identifier: Apache-2.0
 *
 * What site.yaml says to the engine. The texts stay those of the settings.
 */
#ifndef CORE_CONFIG_OPTIONS_H
#define CORE_CONFIG_OPTIONS_H

#include "common/settings.h"
#include "core/state/engine.h"

struct engine_settings options_of(const struct settings *s);

#endif
