/* SPDX-License-Identifier: Apache-2.0
 *
 * What people type at a login: secrets in base32, codes, names that stand in a
 * filter of LDAP, and DNs of a directory.
 */
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/http/people/directory.h"
#include "livestatusd/http/people/totp.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
secrets(const char *text)
{
	uint8_t bytes[64], again[64];
	char encoded[128];
	int n = base32_decode(text, bytes, sizeof(bytes));

	(void)totp_check(text, "287082", 59, 0);
	(void)totp_check("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", text, 59, 0);
	if (n < 0)
		return;
	base32_encode(bytes, (size_t)n, encoded);
	must(base32_decode(encoded, again, sizeof(again)) == n);
	must(memcmp(bytes, again, (size_t)n) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size), *dn, *again;
	struct slice all = {(const char *)data, size};
	struct str to = {0};

	secrets(text);
	directory_escape(all, &to);
	for (size_t i = 0; i < to.len; i++) {
		unsigned char c = (unsigned char)to.s[i];

		must(c >= ' ' && c < 0x7f && c != '*' && c != '(' && c != ')');
	}
	(void)directory_is_loopback(all);
	dn = directory_dn_normal(text);
	if (dn != NULL) {
		again = directory_dn_normal(dn);
		must(again != NULL && strcmp(again, dn) == 0);
		free(again);
	}
	free(dn);
	free(text);
	str_free(&to);
	return 0;
}
