/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a scenario of `vedette simulate`: it is refused with mistakes,
 * or played; short ones to their end. Nothing outside of the file is read.
 */
#include "common/clock.h"
#include "common/log.h"
#include "site/simulate/scenario.h"
#include "site/simulate/simulate.h"

#include <stdint.h>

#define LONGEST (600 * NS_PER_S)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No path anywhere, and soon over. */
static bool
may_play(const struct sim_scenario *sc)
{
	const json_t *root = yaml_root(sc->doc);

	if (!json_is_object(json_object_get(root, "config")) ||
	    sc->until > LONGEST || sc->n_items > 200)
		return false;
	for (size_t i = 0; i < sc->n_items; i++)
		if (sc->items[i].kind == SIM_RELOAD &&
		    json_is_string(
			json_object_get(sc->items[i].value, "config")))
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = {(const char *)data, size};
	struct sim_options options = {.fd = -1};
	struct mistakes m = {0};
	struct sim_scenario *sc;
	struct str out = {0};
	bool play;

	if (size > 1 << 14)
		return 0;
	sc = sim_scenario_read("f.yaml", bytes, &m);
	play = m.n_mistakes == 0 && may_play(sc);
	sim_scenario_free(&sc);
	mistakes_free(&m);
	if (!play)
		return 0;
	m = (struct mistakes){0};
	if (sim_run("f.yaml", bytes, &options, &out, &m) == -1)
		must(m.n_mistakes > 0);
	mistakes_free(&m);
	str_free(&out);
	return 0;
}
