/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette-fetcher: takes jobs from core, talks to monitored hosts, answers
 * with results. See DESIGN.
 */
#include "fetcher/process.h"

#include "common/daemon.h"

static const struct daemon_def def = {
    .name = "fetcher",
    .summary = "fetches from monitored hosts and evaluates checks",
    .init = process_init,
    .counters = process_counters,
    .stop = process_stop,
    .deinit = process_deinit,
};

int
main(int argc, char **argv)
{
	return daemon_main(&def, argc, argv);
}
