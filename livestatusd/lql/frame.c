/* SPDX-License-Identifier: Apache-2.0
 *
 * Where one request ends and the next begins; see lql.h.
 */
#include "livestatusd/lql/lql.h"

enum lql_frame_kind
lql_frame(struct slice input, bool eof, size_t *scanned,
    struct slice *request_r, size_t *used_r)
{
	size_t at = *scanned;
	const char *lf;

	*used_r = 0;
	*request_r = (struct slice){input.s, 0};
	while (at < input.len &&
	    (lf = memchr(input.s + at, '\n', input.len - at)) != NULL) {
		at = (size_t)(lf - input.s);
		if (at > 0 && input.s[at - 1] != '\n') {
			at++;
			continue;
		}
		*scanned = 0;
		*used_r = at + 1;
		request_r->len = at;
		return at == 0 ? LQL_FRAME_EMPTY : LQL_FRAME_REQUEST;
	}
	*scanned = input.len;
	if (!eof || input.len == 0)
		return LQL_FRAME_MORE;
	*scanned = 0;
	*used_r = request_r->len = input.len;
	return input.s[input.len - 1] == '\n' ? LQL_FRAME_REQUEST
					      : LQL_FRAME_CUT;
}
