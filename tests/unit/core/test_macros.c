/* SPDX-License-Identifier: Apache-2.0
 *
 * Macros (core-semantics section 15): of objects, on demand, of groups and
 * contacts, cleaned where they come from outside, unknown ones left alone.
 */
#include "tests/unit/core/world.h"

#include "core/schedule/macros.h"

enum {
	DB,
	WEB,
	HTTP
};

static struct world *
site(void)
{
	struct world *w = world_new();
	uint32_t members[] = {DB, WEB}, one = 0, group, vars[2];
	uint32_t contact;

	snapb_host(w->b, "db");
	snapb_host(w->b, "web");
	snapb_object(w->b, WEB)->address = snapb_str(w->b, "192.0.2.1");
	vars[0] = snapb_str(w->b, "ROOM");
	vars[1] = snapb_str(w->b, "12");
	snapb_object(w->b, WEB)->custom_variables = snapb_list(w->b, vars, 2);
	snapb_object(w->b, WEB)->notes_url = snapb_str(
	    w->b, "http://x/?h=$HOSTNAME$&o=$SERVICEOUTPUT:web:HTTP$");
	snapb_service(w->b, WEB, "HTTP");
	group = snapb_group(w->b, SNAPB_HOST_GROUPS, "all");
	snapb_group_at(w->b, SNAPB_HOST_GROUPS, group)->members =
	    snapb_list(w->b, members, 2);
	contact = snapb_contact(w->b, "anna");
	snapb_contact_at(w->b, contact)->email =
	    snapb_str(w->b, "a@example.com");
	group = snapb_group(w->b, SNAPB_CONTACT_GROUPS, "team");
	snapb_group_at(w->b, SNAPB_CONTACT_GROUPS, group)->members =
	    snapb_list(w->b, &one, 1);
	snapb_period(w->b, "never", "never", "{\"alias\": \"never\"}");
	w->settings.users[0] = "/plugins";
	world_start(w, 0);
	return w;
}

static void
expands(struct world *w, const char *line, const char *expected)
{
	struct macro_scope scope = {
	    .e = w->e, .object = HTTP, .args = "probe!a!b\\!c", .now = 1000};
	struct str out = {0};

	macros_expand(&out, &scope, line);
	assert_string_equal(str_get(&out), expected);
	str_free(&out);
}

static void
of_the_object(void **state) /* MC-1 MC-3 MC-4 */
{
	struct world *w = site();
	struct result r = {.code = SERVICE_CRIT,
	    .start = 400,
	    .output = SLICE("bad `rm`; $x"),
	    .long_output = SLICE("more")};

	(void)state;
	engine_result(w->e, HTTP, &r, 400);
	expands(
	    w, "$HOSTNAME$ $HOSTADDRESS$ $SERVICEDESC$", "web 192.0.2.1 HTTP");
	expands(w,
	    "$SERVICESTATE$ $SERVICESTATEID$ $SERVICESTATETYPE$ "
	    "$SERVICEATTEMPT$/$MAXSERVICEATTEMPTS$ $HOSTSTATE$",
	    "CRITICAL 2 HARD 1/1 UP");
	expands(w, "$SERVICEOUTPUT$ $LONGSERVICEOUTPUT$", "bad rm x more");
	expands(
	    w, "$SERVICEDURATIONSEC$ $SERVICEDURATION$", "600 0d 0h 10m 0s");
	expands(w, "$LASTSERVICECHECK$ $SERVICEPROBLEMID$", "400 1");
	expands(w, "$ARG1$ $ARG2$ $ARG3$|$USER1$/x", "a b!c |/plugins/x");
	expands(w, "$_HOSTROOM$ $_HOSTroom$ $_SERVICENONE$",
	    "12 12 $_SERVICENONE$");
	expands(w, "$$ 5$ $USER2$ $NOPE$ $", "$ 5$ $USER2$ $NOPE$ $");
	expands(w, "$TOTALHOSTSERVICES$ $TOTALHOSTSERVICESCRITICAL$", "1 1");
	expands(w, "$HOSTNOTESURL$", "http://x/?h=web&o=bad%20rm%20x");
	world_free(&w);
}

static void
on_demand(void **state) /* MC-2 */
{
	struct world *w = site();

	(void)state;
	world_result(w, 400, DB, 1);
	world_result(w, 400, HTTP, SERVICE_WARN);
	expands(w, "$HOSTSTATE:db$ $SERVICESTATEID:web:HTTP$ $_HOSTROOM:web$",
	    "DOWN 1 12");
	expands(w, "$SERVICEDESC::HTTP$ $HOSTSTATE:nobody$",
	    "HTTP $HOSTSTATE:nobody$");
	expands(w, "$HOSTNAME:all:,$ $HOSTSTATEID:all: $", "db,web 1 0");
	expands(w,
	    "$HOSTGROUPMEMBERS:all$ $CONTACTEMAIL:anna$ "
	    "$CONTACTNAME:team:,$ $CONTACTGROUPMEMBERS:team$",
	    "db,web a@example.com anna anna");
	expands(
	    w, "$TOTALHOSTSDOWN$ $TOTALSERVICEPROBLEMS$ $TIMET$", "1 1 1000");
	expands(w, "$ISVALIDTIME:never$ $ISVALIDTIME:none$",
	    "0 $ISVALIDTIME:none$");
	world_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(of_the_object), cmocka_unit_test(on_demand)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
