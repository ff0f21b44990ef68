/* SPDX-License-Identifier: Apache-2.0
 *
 * Frozen copies of the mirror: whatever happens later, they answer as they did,
 * and what was kept for them goes with them.
 */
#include "tests/unit/livestatusd/fixture.h"

static const char *const questions[] = {
    "GET services\nColumns: host_name description state plugin_output "
    "perf_data last_check downtimes_with_info comments last_update "
    "check_command custom_variables\n",
    "GET hosts\nColumns: name state plugin_output worst_service_state "
    "num_services_crit comments_with_info downtimes event_handler\n",
    "GET downtimes\nColumns: id host_name service_description author comment\n",
    "GET comments\nColumns: id host_name author comment\n",
    "GET contacts\nColumns: name host_notifications_enabled "
    "modified_attributes custom_variables\n",
    "GET status\nColumns: enable_notifications external_commands\n",
};

static void
answer(const struct mirror *m, const struct lql_env *env, struct str *out)
{
	str_clear(out);
	for (size_t i = 0; i < ARRAY_LEN(questions); i++)
		lql_run(m, env, slice_of(questions[i]), out);
}

static uint32_t
below(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 8) % n;
}

static void
pairs(struct str *to, uint32_t *seed)
{
	for (uint32_t n = below(seed, 3); n > 0; n--)
		msg_pair_put(to,
		    &(struct msg_pair){below(seed, 2) ? SLICE("A") : SLICE("B"),
			below(seed, 2) ? SLICE("one") : SLICE("two")});
}

static void
change_object(struct fixture *f, uint32_t *seed)
{
	static const char *const texts[] = {
	    "", "fine", "nine", "a longer text", "another \xff"};
	struct msg_checkable c = fixture_checkable(
	    below(seed, 9), below(seed, 4), texts[below(seed, 5)]);
	struct str variables = {0};

	c.perfdata = slice_of(texts[below(seed, 5)]);
	if (below(seed, 3) == 0)
		c.check_command = slice_of(texts[below(seed, 5)]);
	if (below(seed, 3) == 0)
		c.event_handler = SLICE("-");
	if (below(seed, 3) == 0)
		pairs(&variables, seed);
	c.variables = str_slice(&variables);
	fixture_put(f, &c);
	str_free(&variables);
}

static void
change_rest(struct fixture *f, uint32_t *seed)
{
	struct msg m = {.id = MSG_DOWNTIME};
	struct str list = {0};

	switch (below(seed, 6)) {
	case 0:
		m.downtime = (struct msg_downtime){.id = below(seed, 12),
		    .object = below(seed, 10),
		    .author = SLICE("x"),
		    .comment = below(seed, 2) ? SLICE("y") : SLICE("zz")};
		break;
	case 1:
		m = (struct msg){.id = MSG_DOWNTIME_GONE,
		    .downtime_gone = {below(seed, 12)}};
		break;
	case 2:
		m = (struct msg){.id = MSG_COMMENT,
		    .comment = {.id = below(seed, 30),
			.object = below(seed, 9),
			.author = SLICE("c")}};
		break;
	case 3:
		m = (struct msg){
		    .id = MSG_COMMENT_GONE, .comment_gone = {below(seed, 30)}};
		break;
	case 4:
		pairs(&list, seed);
		m = (struct msg){.id = MSG_CONTACT_STATE,
		    .contact_state = {.contact = below(seed, 3),
			.host_notifications = below(seed, 2),
			.modified = below(seed, 4),
			.variables = str_slice(&list)}};
		break;
	default:
		msg_counter_put(&list,
		    &(struct msg_counter){below(seed, 2)
			    ? SLICE("commands")
			    : SLICE("passive_results"),
			(double)below(seed, 1000)});
		m = (struct msg){.id = MSG_CORE_STATUS,
		    .core_status = {below(seed, 4), 5, str_slice(&list)}};
		break;
	}
	mirror_apply(f->m, &m, FIXTURE_NOW * NS_PER_S + below(seed, 1000));
	str_free(&list);
}

static void
test_nothing_changes(void **state)
{
	enum {
		HELD = 6
	};
	struct fixture *f = *state;
	const struct mirror *held[HELD] = {NULL};
	struct str before[HELD] = {{0}}, now = {0};
	uint32_t seed = 4711;

	for (int round = 0; round < 4000; round++) {
		uint32_t k = below(&seed, HELD);

		if (below(&seed, 4) != 0) {
			change_object(f, &seed);
			change_rest(f, &seed);
		} else if (held[k] == NULL) {
			held[k] = mirror_freeze(f->m);
			answer(f->m, &f->env, &before[k]);
			answer(held[k], &f->env, &now);
			assert_string_equal(str_get(&now), str_get(&before[k]));
		} else {
			answer(held[k], &f->env, &now);
			assert_string_equal(str_get(&now), str_get(&before[k]));
			mirror_release(&held[k]);
			assert_null(held[k]);
		}
	}
	for (int k = 0; k < HELD; k++) {
		if (held[k] != NULL) {
			answer(held[k], &f->env, &now);
			assert_string_equal(str_get(&now), str_get(&before[k]));
		}
		mirror_release(&held[k]);
		str_free(&before[k]);
	}
	assert_int_equal(mirror_frozen(f->m), 0);
	assert_int_equal(mirror_kept_bytes(f->m), 0);
	str_free(&now);
}

static void
test_shared(void **state)
{
	struct fixture *f = *state;
	const struct mirror *a = mirror_freeze(f->m);
	const struct mirror *b = mirror_freeze(f->m);
	struct msg_checkable c = fixture_checkable(DB1, 2, "changed");

	assert_ptr_equal(a, b);
	fixture_put(f, &c);
	assert_true(mirror_kept_bytes(f->m) >= sizeof(struct mirror_page));
	mirror_release(&a);
	assert_int_equal(mirror_get(b, DB1, state), 0);
	a = mirror_freeze(f->m);
	assert_ptr_not_equal(a, b);
	assert_int_equal(mirror_frozen(f->m), 2);
	mirror_release(&b); /* the page that it alone could see goes */
	assert_int_equal(mirror_kept_bytes(f->m), 0);
	assert_int_equal(mirror_get(a, DB1, state), 2);
	mirror_release(&a);
}

/* Another configuration came: the old mirror lives until it is let go. */
static void
test_outlives(void **state)
{
	struct fixture *f = *state;
	struct err err = {""};
	struct snapshot *snap = snapb_open(f->b, &err);
	struct mirror *m = mirror_new(snap, &err);
	const struct mirror *a = mirror_freeze(m);

	mirror_own_snapshot(m, snap);
	mirror_free(&m);
	assert_null(m);
	str_clear(&f->out);
	lql_run(a, &f->env, SLICE("GET hosts\nColumns: name\n"), &f->out);
	assert_string_equal(str_get(&f->out), "db1\nrouter\nweb1\n");
	mirror_release(&a);
}

#define TEST(fn)                                                               \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_nothing_changes),
	    TEST(test_shared),
	    TEST(test_outlives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
