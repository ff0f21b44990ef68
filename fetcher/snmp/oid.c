/* SPDX-License-Identifier: Apache-2.0
 *
 * Object identifiers; see oid.h.
 */
#include "fetcher/snmp/oid.h"

#include "common/num.h"

bool
oid_parse(struct slice text, struct oid *oid_r)
{
	struct slice word;

	oid_r->n = 0;
	if (text.len > 0 && text.s[0] == '.')
		text = (struct slice){text.s + 1, text.len - 1};
	if (text.len == 0 || text.s[text.len - 1] == '.')
		return false;
	while (text.len > 0) {
		int64_t id;

		slice_next(&text, '.', &word);
		if (oid_r->n == OID_MAX || word.len == 0 || word.s[0] == '+' ||
		    word.s[0] == '-' || !num_range(word, 0, UINT32_MAX, &id))
			return false;
		oid_r->id[oid_r->n++] = (uint32_t)id;
	}
	return true;
}

void
oid_text(const uint32_t *id, size_t n, struct str *out)
{
	for (size_t i = 0; i < n; i++)
		str_addf(out, ".%u", id[i]);
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
