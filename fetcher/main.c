/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette-fetcher: takes jobs from core, talks to monitored hosts, answers
 * with results. See DESIGN.
 */
#include "fetcher/ping_by_fetcher.h"
#include "fetcher/process.h"

#include "common/daemon.h"

#include <string.h>

static const struct daemon_option options[] = {
    {"connect", "ENDPOINT",
	"work for a site on another machine: tcp://HOST:PORT"},
    {"key-file", "FILE", "its key, made by `vedette fetcher add`"},
    {"local", "DIR",
	"where own plugins are: DIR/local/lib/nagios/plugins and others"},
    {0},
};

static const struct daemon_def def = {
    .name = "fetcher",
    .summary = "fetches from monitored hosts and evaluates checks",
    .options = options,
    .remote = true,
    .init = process_init,
    .counters = process_counters,
    .stop = process_stop,
    .deinit = process_deinit,
};

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], PING_BY_FETCHER_OPTION) == 0)
		return ping_for_others();
	return daemon_main(&def, argc, argv);
}
