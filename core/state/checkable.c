/* SPDX-License-Identifier: Apache-2.0
 *
 * The texts of a checkable in one tight allocation.
 */
#include "core/state/checkable.h"

#include "common/mem.h"

#include <stdlib.h>

/* Not in the middle of a character of UTF-8. */
static struct slice
cut(struct slice s, size_t max)
{
	if (s.len <= max)
		return s;
	s.len = max;
	while (s.len > 0 && ((unsigned char)s.s[s.len] & 0xc0) == 0x80)
		s.len--;
	return s;
}

static char *
put(char *at, struct slice s)
{
	if (s.len == 0)
		return at;
	memcpy(at, s.s, s.len);
	return at + s.len;
}

bool
checkable_set_text(struct checkable *o, struct slice output,
    struct slice long_output, struct slice perfdata)
{
	bool same;
	size_t total;
	char *at;

	output = cut(output, TEXT_OUTPUT_MAX);
	long_output = cut(long_output, TEXT_LONG_MAX);
	perfdata = cut(perfdata, TEXT_PERF_MAX);
	same = slice_eq(output, checkable_output(o)) &&
	    slice_eq(long_output, checkable_long_output(o));
	if (same && slice_eq(perfdata, checkable_perfdata(o)))
		return false;
	total = output.len + long_output.len + perfdata.len;
	/* Far too large is given back, so that one long output is no loss. */
	if (total > o->text_cap || total + 256 < o->text_cap / 2) {
		free(o->text);
		o->text_cap = (uint32_t)((total + 15) & ~(size_t)15);
		o->text = xmalloc(o->text_cap + 1);
	}
	at = put(o->text, output);
	at = put(at, long_output);
	put(at, perfdata);
	o->output_len = (uint32_t)output.len;
	o->long_len = (uint32_t)long_output.len;
	o->perf_len = (uint32_t)perfdata.len;
	return !same;
}

void
checkable_set_blob(struct checkable *o, struct slice blob)
{
	if (blob.len > TEXT_BLOB_MAX)
		blob.len = 0;
	if (blob.len > o->blob_cap) {
		free(o->blob);
		o->blob_cap = (uint32_t)((blob.len + 7) & ~(size_t)7);
		o->blob = xmalloc(o->blob_cap);
	}
	put(o->blob, blob);
	o->blob_len = (uint32_t)blob.len;
}

void
checkable_clear(struct checkable *o)
{
	free(o->text);
	free(o->blob);
	free(o->withheld);
	o->text = o->blob = NULL;
	o->withheld = NULL;
	o->text_cap = o->blob_cap = 0;
	o->output_len = o->long_len = o->perf_len = o->blob_len = 0;
}
