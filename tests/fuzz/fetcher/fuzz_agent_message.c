/* SPDX-License-Identifier: Apache-2.0
 *
 * Whatever a controller sends within TLS, in whatever pieces: bounded output
 * or a reason. The first byte is the size of the pieces.
 */
#include "fetcher/agent_message.h"

#include "common/log.h"

#include <stddef.h>
#include <stdint.h>

#define MOST (4u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
sink(void *arg, const char *bytes, size_t n, struct err *err_r)
{
	size_t *taken = arg;

	must(bytes != NULL && n > 0);
	*taken += n;
	if (*taken <= MOST)
		return 0;
	err_set(err_r, "too much");
	return -1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t taken = 0, piece;
	struct agent_message *m = agent_message_new(sink, &taken);
	struct slice rest = {(const char *)data, size};
	struct err why = {""};
	int rc = 0;

	piece = size == 0 || data[0] == 0 ? 1 : data[0] * 17u;
	if (size > 0) {
		rest.s++;
		rest.len--;
	}
	while (rc == 0 && rest.len > 0) {
		struct slice part = {
		    rest.s, rest.len < piece ? rest.len : piece};

		rc = agent_message_take(m, part, &why);
		rest.s += part.len;
		rest.len -= part.len;
	}
	if (rc == 0)
		rc = agent_message_end(m, &why);
	must(rc == 0 || why.text[0] != '\0');
	must(taken <= MOST + 16384 + size);
	agent_message_free(&m);
	return 0;
}
