/* SPDX-License-Identifier: Apache-2.0
 *
 * Object identifiers; see oid.h.
 */
#include "fetcher/snmp/oid.h"

#include <string.h>

bool
oid_parse(struct slice text, struct oid *oid_r)
{
	const char *at = text.s, *end = text.s + text.len;

	oid_r->n = 0;
	if (at < end && *at == '.')
		at++;
	for (;;) {
		const char *from = at;
		uint64_t id = 0;

		for (; at < end && *at >= '0' && *at <= '9'; at++) {
			id = 10 * id + (uint64_t)(*at - '0');
			if (id > UINT32_MAX)
				return false;
		}
		if (at == from || oid_r->n == OID_MAX)
			return false;
		oid_r->id[oid_r->n++] = (uint32_t)id;
		if (at == end)
			return true;
		if (*at++ != '.')
			return false;
	}
}

void
oid_text(const uint32_t *id, size_t n, struct str *out)
{
	char digits[12];

	for (size_t i = 0; i < n; i++) {
		char *at = digits + sizeof(digits);
		uint32_t left = id[i];

		do
			*--at = (char)('0' + left % 10);
		while ((left /= 10) > 0);
		*--at = '.';
		str_addn(out, at, (size_t)(digits + sizeof(digits) - at));
	}
}

void
oid_copy(struct oid *to, const struct oid *from)
{
	to->n = from->n;
	memcpy(to->id, from->id, from->n * sizeof(from->id[0]));
}

int
oid_compare(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
	size_t n = na < nb ? na : nb;

	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return na == nb ? 0 : na < nb ? -1 : 1;
}

bool
oid_below(const struct oid *oid, const struct oid *prefix)
{
	return oid->n > prefix->n &&
	    oid_compare(oid->id, prefix->n, prefix->id, prefix->n) == 0;
}

bool
oid_append(struct oid *oid, const uint32_t *id, size_t n)
{
	if (oid->n + n > OID_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		oid->id[oid->n++] = id[i];
	return true;
}
