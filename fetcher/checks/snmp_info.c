/* SPDX-License-Identifier: Apache-2.0
 *
 * What an SNMP device says of itself.
 */
#include "fetcher/sections/snmp_info.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_snmp_info *info = c->sections[0];
	const struct slice parts[] = {
	    info->descr, info->name, info->location, info->contact};
	struct str text = {0};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct slice part = slice_trim(parts[i]);

		if (part.len == 0)
			continue;
		if (text.len > 0)
			str_add(&text, ", ");
		for (size_t k = 0; k < part.len; k++)
			if (part.s[k] != '\r')
				str_addc(
				    &text, part.s[k] == '\n' ? ' ' : part.s[k]);
	}
	check_say_str(out, CHECK_OK, &text);
	str_free(&text);
	if (info->object.len > 0)
		check_tell(out, CHECK_OK, "Object ID: %.*s",
		    (int)info->object.len, info->object.s);
}

const struct check check_snmp_info = {
    .name = "snmp_info",
    .title = "SNMP Info",
    .manual =
	"What a device says of itself: its description, name, location and "
	"contact. It is always OK. From the description the host gets the "
	"label `cmk/device_type` (switch, router, printer, firewall, ups, "
	"...), where that can be told.",
    .description = "SNMP Info",
    .sections = (const struct section_type *const[]){&section_snmp_info, NULL},
    .discover = discover,
    .judge = judge,
};
