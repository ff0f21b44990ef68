/* SPDX-License-Identifier: Apache-2.0
 *
 * Indexes of rows; see index.h.
 */
#include "fetcher/snmp/index.h"

#include "common/num.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { /* InetAddressType of RFC 4001 */
	TYPE_UNKNOWN = 0,
	TYPE_IPV6Z = 4,
	TYPE_NAME = 16
};

bool
index_number(struct slice *index, uint32_t *value_r)
{
	struct slice rest = *index, word;
	int64_t value;

	if (!slice_next(&rest, '.', &word) || word.len == 0 ||
	    word.s[0] < '0' || word.s[0] > '9' ||
	    !num_range(word, 0, UINT32_MAX, &value))
		return false;
	*value_r = (uint32_t)value;
	*index = rest;
	return true;
}

bool
index_ipv4(struct slice *index, struct slice *text_r)
{
	struct slice rest = *index;
	uint32_t byte;

	for (int i = 0; i < 4; i++)
		if (!index_number(&rest, &byte) || byte > 255)
			return false;
	text_r->s = index->s;
	text_r->len = index->len - rest.len - (rest.len > 0);
	*index = rest;
	return true;
}

static struct slice
keep(struct arena *arena, struct slice text)
{
	char *own = arena_alloc(arena, text.len + 1, 1);

	if (text.len > 0)
		memcpy(own, text.s, text.len);
	return (struct slice){own, text.len};
}

bool
index_text(struct slice *index, bool implied, struct arena *arena,
    struct slice *text_r)
{
	struct slice rest = *index;
	uint32_t n = INDEX_MAX_BYTES, byte;
	char bytes[INDEX_MAX_BYTES];
	size_t len = 0;

	if (!implied && (!index_number(&rest, &n) || n > INDEX_MAX_BYTES))
		return false;
	while (len < n && rest.len > 0) {
		if (!index_number(&rest, &byte) || byte > 255)
			return false;
		bytes[len++] = (char)byte;
	}
	if ((!implied && len < n) || (implied && rest.len > 0))
		return false;
	*text_r = keep(arena, (struct slice){bytes, len});
	*index = rest;
	return true;
}

bool
index_address_of(struct slice bytes, struct arena *arena, struct slice *text_r)
{
	bool v4 = bytes.len == 4 || bytes.len == 8;
	size_t plain = v4 ? 4 : 16;
	char text[INET6_ADDRSTRLEN + 16];

	if (!v4 && bytes.len != 16 && bytes.len != 20)
		return false;
	inet_ntop(v4 ? AF_INET : AF_INET6, bytes.s, text, INET6_ADDRSTRLEN);
	if (bytes.len > plain) {
		const unsigned char *z = (const unsigned char *)bytes.s + plain;
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, "%%%u",
		    (unsigned)z[0] << 24 | (unsigned)z[1] << 16 |
			(unsigned)z[2] << 8 | z[3]);
	}
	*text_r = keep(arena, slice_of(text));
	return true;
}

bool
index_address(struct slice *index, struct arena *arena, struct slice *text_r)
{
	struct slice rest = *index, bytes;
	uint32_t type;

	if (!index_number(&rest, &type) ||
	    !index_text(&rest, false, arena, &bytes))
		return false;
	if (type == TYPE_NAME || (type == TYPE_UNKNOWN && bytes.len == 0))
		*text_r = bytes;
	else if (type > TYPE_IPV6Z || !index_address_of(bytes, arena, text_r))
		return false;
	*index = rest;
	return true;
}
