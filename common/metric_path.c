/* SPDX-License-Identifier: Apache-2.0
 *
 * See metric_path.h.
 */
#include "common/metric_path.h"

#define OF_HOST "_HOST_"
/* File names end at 255 bytes; what is longer is cut and told by its hash. */
#define NAME_MAX_BYTES 200

static uint64_t
hash(struct slice s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.s[i]) * UINT64_C(0x100000001b3);
	return h;
}

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* Names that stay as they are: nearly all. */
static bool
is_path(struct slice name)
{
	if (name.len == 0 || name.len > NAME_MAX_BYTES || name.s[0] == '.' ||
	    name.s[0] == '_')
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!is_plain(name.s[i]))
			return false;
	return true;
}

static void
add_name(struct str *to, struct slice name)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t from = to->len;

	if (is_path(name)) {
		str_addslice(to, name);
		return;
	}
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.s[i];
		bool first = i == 0 &&
		    (c == '.' || (c == '_' && slice_eqs(name, OF_HOST)));

		if (to->len - from > NAME_MAX_BYTES) {
			str_addf(
			    to, "~%016llx", (unsigned long long)hash(name));
			return;
		}
		if (is_plain(name.s[i]) && !first) {
			str_addc(to, name.s[i]);
			continue;
		}
		str_addc(to, '%');
		str_addc(to, digits[c >> 4]);
		str_addc(to, digits[c & 15]);
	}
}

void
metric_folder(struct str *to, struct slice host)
{
	add_name(to, host);
}

void
metric_path(struct str *to, struct slice host, struct slice service,
    struct slice metric)
{
	add_name(to, host);
	str_addc(to, '/');
	if (service.len == 0)
		str_add(to, OF_HOST);
	else
		add_name(to, service);
	str_addc(to, '/');
	add_name(to, metric);
	str_add(to, ".rrd");
}
