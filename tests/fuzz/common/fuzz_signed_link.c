/* SPDX-License-Identifier: Apache-2.0
 *
 * A token of a signed link: nothing but what was signed gets in.
 */
#include "common/signed_link.h"

#include "common/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char key[SIGNED_LINK_KEY] = "a key of the fuzzer";
	struct signed_link link;
	struct err err;

	must(signed_link_read((struct slice){(const char *)data, size}, key, 0,
		 &link, &err) < 0);
	return 0;
}
