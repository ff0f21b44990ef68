/* SPDX-License-Identifier: Apache-2.0
 *
 * ISC's DHCP server: free addresses of its pools.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

#include <arpa/inet.h>

enum {
	P_FREE,
	P_USED
};

static const struct check_param params[] = {
    {"free_leases", CHECK_PARAM_LOWER, "", CHECK_DEF_PERCENT(15, 5),
	"on free addresses; percentages are of the pool"},
    {"used_leases", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE, "on used addresses"},
    {0}};

static const struct check_metric metrics[] = {
    {"free_dhcp_leases", "", "free addresses"},
    {"used_dhcp_leases", "", "used addresses"}, {0}};

static const struct section_type section = SECTION_LINES("isc_dhcpd");

static bool
read_address(struct slice text, uint32_t *address_r)
{
	char copy[INET_ADDRSTRLEN];
	struct in_addr a;

	if (text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.s, text.len);
	copy[text.len] = '\0';
	if (inet_pton(AF_INET, copy, &a) != 1)
		return false;
	*address_r = ntohl(a.s_addr);
	return true;
}

struct pool {
	char item[2 * INET_ADDRSTRLEN];
	uint32_t first, last;
};

/* "192.0.2.10 192.0.2.99", perhaps behind "dynamic-bootp" */
static bool
read_pool(const struct text_line *line, struct pool *pool)
{
	struct slice rest = line->text, first, last;

	if (!slice_eqs(line->block, "pools") || !slice_word(&rest, &first) ||
	    (memmem(first.s, first.len, "bootp", 5) != NULL &&
		!slice_word(&rest, &first)) ||
	    !slice_word(&rest, &last) || !read_address(first, &pool->first) ||
	    !read_address(last, &pool->last) || pool->last < pool->first)
		return false;
	snprintf(pool->item, sizeof(pool->item), "%.*s-%.*s", (int)first.len,
	    first.s, (int)last.len, last.s);
	return true;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct pool pool;

	for (size_t i = 0; i < s->n; i++)
		if (read_pool(&s->lines[i], &pool))
			check_found_add(found, slice_of(pool.item), NULL);
}

/* "PID: 812" of the block general. */
static void
say_daemon(const struct section_lines *s, struct check_out *out)
{
	struct slice text = {"", 0}, word;
	size_t n = 0;

	lines_get(s, SLICE("general"), "PID", &text);
	while (slice_word(&text, &word))
		n += isfinite(text_number(word));
	if (n == 0)
		check_say(out, CHECK_CRIT, "DHCP Daemon not running");
	else if (n > 1)
		check_say(out, CHECK_WARN, "DHCP Daemon running %zu times", n);
}

static void
say_pool(const struct check_context *c, const struct pool *pool, double used,
    struct check_out *out)
{
	static const struct value_row used_row = {"Used leases",
	    "used_dhcp_leases", render_count, VALUE_PARAM(P_USED), 0, false};
	double all = (double)pool->last - (double)pool->first + 1;
	double left = used < all ? all - used : 0;
	struct check_levels lower =
	    check_levels_of(&c->params[P_FREE].levels, all);
	uint32_t state =
	    check_judge(left, NULL, c->params[P_FREE].set ? &lower : NULL);

	check_say(out, CHECK_OK, "Pool size: %.0f", all);
	if (state == CHECK_OK)
		check_say(out, state, "Free leases: %.0f (%.2f%%)", left,
		    100 * left / all);
	else
		check_say(out, state,
		    "Free leases: %.0f (%.2f%%) (warn/crit below %.0f/%.0f)",
		    left, 100 * left / all, lower.warn, lower.crit);
	check_metric(out, "free_dhcp_leases", left, NULL, 0, all);
	value_say(c, out, &used_row, used, all);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct pool pool;
	bool any = false;
	double used = 0;
	uint32_t address;

	say_daemon(s, out);
	for (size_t i = 0; i < s->n && !any; i++)
		any = read_pool(&s->lines[i], &pool) &&
		    slice_eq(slice_of(pool.item), c->item);
	if (!any) {
		value_lost(out);
		return;
	}
	for (size_t i = 0; i < s->n; i++)
		used += slice_eqs(s->lines[i].block, "leases") &&
		    read_address(slice_trim(s->lines[i].text), &address) &&
		    address >= pool.first && address <= pool.last;
	say_pool(c, &pool, used, out);
}

const struct check check_isc_dhcpd = {
    .name = "isc_dhcpd",
    .title = "ISC DHCP: pools of addresses",
    .manual =
	"How many addresses of a pool of ISC's DHCP server are free. CRIT if "
	"the server does not run, WARN if it runs more than once.",
    .ruleset = "isc_dhcpd",
    .description = "DHCP Pool %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
