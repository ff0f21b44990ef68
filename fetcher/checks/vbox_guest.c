/* SPDX-License-Identifier: Apache-2.0
 *
 * VirtualBox: the additions within a guest.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

static const struct section_type section = {
    .names = {"vbox_guest", NULL},
    .size = sizeof(struct section_lines),
    .may_be_empty = true, /* nothing is installed */
    .parse = lines_parse,
};

/* "Name: /VirtualBox/GuestAdd/Version, value: 7.0.10, timestamp: ..." */
static struct slice
property(const struct section_lines *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++) {
		struct slice rest = s->lines[i].text, part, name = {"", 0};
		while (slice_next(&rest, ',', &part)) {
			struct slice key;
			slice_next(&part, ':', &key);
			key = slice_trim(key);
			part = slice_trim(part);
			if (slice_eqs(key, "Name"))
				name = part;
			else if (slice_eqs(key, "value") &&
			    slice_starts(name, "/VirtualBox/") &&
			    slice_eqs(
				(struct slice){name.s + 12, name.len - 12},
				path))
				return part;
		}
	}
	return (struct slice){"", 0};
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];

	if (property(s, "GuestAdd/Version").len > 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
compare(struct check_out *out, const char *what, struct slice guest,
    struct slice host)
{
	if (guest.len == 0)
		return;
	if (host.len == 0 || slice_eq(guest, host))
		check_say(out, CHECK_OK, "%s: %.*s", what, value_cut(guest, 60),
		    guest.s);
	else
		check_say(out, CHECK_WARN, "%s: %.*s (host has %.*s)", what,
		    value_cut(guest, 60), guest.s, value_cut(host, 60), host.s);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice version = property(s, "GuestAdd/Version");

	if (s->n > 0 && slice_starts(s->lines[0].text, "ERROR")) {
		check_say(out, CHECK_UNKNOWN,
		    "VBoxControl could not be run on the guest");
	} else if (version.len == 0) {
		check_say(out, CHECK_CRIT, "No guest additions installed");
	} else {
		compare(
		    out, "version", version, property(s, "HostInfo/VBoxVer"));
		compare(out, "revision", property(s, "GuestAdd/Revision"),
		    property(s, "HostInfo/VBoxRev"));
	}
}

const struct check check_vbox_guest = {
    .name = "vbox_guest",
    .title = "VirtualBox: guest additions",
    .manual = "Are VirtualBox's additions installed in the guest (CRIT if "
	      "not), and of the same version as the host (WARN if not)?",
    .description = "VBox Guest Additions",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
