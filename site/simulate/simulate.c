/* SPDX-License-Identifier: Apache-2.0
 *
 * One scenario from bytes to events.
 */
#include "site/simulate/simulate.h"

#include "common/mem.h"
#include "site/simulate/sim.h"

static bool
open_config(struct sim *s, struct sim_config *c, struct mistakes *m)
{
	json_t *root = yaml_root(s->sc->doc);
	json_t *config = json_object_get(root, "config");
	struct schema_way way = {NULL, root, "config", 0};

	/* Mistakes of the scenario and of the configuration, all at once. */
	return config != NULL && sim_config_open(s, config, &way, c, m) == 0;
}

int
sim_run(const char *file, struct slice bytes, const struct sim_options *options,
    struct str *out_r, struct mistakes *m)
{
	struct sim_scenario *sc = sim_scenario_read(file, bytes, m);
	struct sim s = {.sc = sc, .options = options};
	struct sim_config c;
	int rc = -1;

	s.base = sc->start * NS_PER_S;
	clock_set(s.base, s.base);
	if (open_config(&s, &c, m)) {
		sim_site_start(&s, &c);
		sim_play(&s);
		if (options->fd == -1)
			str_addslice(out_r, str_slice(&s.out));
		rc = 0;
	}
	sim_site_free(&s);
	sim_scenario_free(&sc);
	clock_use_system();
	return rc;
}
