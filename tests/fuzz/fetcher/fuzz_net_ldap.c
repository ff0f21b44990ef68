/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: messages of an LDAP server.
 */
#include "common/log.h"
#include "fetcher/net/ldap_ber.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = {(const char *)data, size};
	struct ldap_message m;
	long n;

	while ((n = ldap_message(in, &m)) > 0) {
		must((size_t)n <= in.len);
		in.s += n;
		in.len -= (size_t)n;
	}
	return 0;
}
