/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: the answer of a name server.
 */
#include "common/log.h"
#include "fetcher/net/dns_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_answer a = {0};

	dns_answer((struct slice){(const char *)data, size}, "a.test", DNS_A,
	    0x6162, &a);
	must(a.n <= DNS_ADDRESSES);
	return 0;
}
