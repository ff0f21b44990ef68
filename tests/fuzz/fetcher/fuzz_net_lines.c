/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: replies of a mail server, the banner of an SSH server.
 */
#include "common/log.h"
#include "fetcher/net/smtp_reply.h"
#include "fetcher/net/ssh_banner.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = {(const char *)data, size};
	struct ssh_banner b;
	struct str text = {0};
	size_t n = smtp_reply(in);

	must(n <= size);
	str_addn(&text, in.s, n);
	smtp_strip(&text);
	str_free(&text);
	if (ssh_banner_read(in, false, &b) == SSH_BANNER_GOOD)
		must(b.version.len > 0 && b.protocol.len > 0);
	ssh_banner_read(in, true, &b);
	return 0;
}
