/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette-agent: one answer on standard output, or a listener.
 */
#include "agent/listen.h"
#include "agent/options.h"

int
main(int argc, char **argv)
{
	struct agent agent;
	int code = options_read(&agent, argc, argv);

	if (code >= 0)
		return code;
	options_export(&agent);
	return agent.listen != NULL ? listen_run(&agent) : listen_once(&agent);
}
