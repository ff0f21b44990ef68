/* SPDX-License-Identifier: Apache-2.0
 *
 * An SSH server's first line; see ssh_banner.h.
 */
#include "fetcher/net/ssh_banner.h"

#include <string.h>

enum ssh_banner_result
ssh_banner_read(struct slice in, bool is_all, struct ssh_banner *b)
{
	const char *end = in.len == 0 ? NULL : memchr(in.s, '\n', in.len),
		   *dash;
	struct slice line = in;

	if (end == NULL && !is_all && in.len < SSH_BANNER_BYTES)
		return SSH_BANNER_MORE;
	if (end == NULL)
		return SSH_BANNER_ODD;
	line.len = (size_t)(end - in.s);
	if (line.len > 0 && line.s[line.len - 1] == '\r')
		line.len--;
	if (!slice_starts(line, "SSH-") || line.len > SSH_BANNER_BYTES ||
	    memchr(line.s, '\0', line.len) != NULL)
		return SSH_BANNER_ODD;
	line.s += 4;
	line.len -= 4;
	dash = memchr(line.s, '-', line.len);
	if (dash == NULL || dash == line.s)
		return SSH_BANNER_ODD;
	b->protocol = (struct slice){line.s, (size_t)(dash - line.s)};
	b->version = (struct slice){dash + 1, line.len - b->protocol.len - 1};
	/* Comments after a blank and other characters: as the plugin cuts. */
	if (strspn(b->protocol.s, "0123456789.") != b->protocol.len)
		return SSH_BANNER_ODD;
	return b->version.len == 0 ? SSH_BANNER_ODD : SSH_BANNER_GOOD;
}
