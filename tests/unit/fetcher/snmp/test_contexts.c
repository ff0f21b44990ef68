/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: contexts of version 3: of a whole host, of single sections, and
 * such as the device does not have.
 */
#include "odd_device.h"

static void
test_contexts(void **state)
{
	static const char contexts[] = "{\"contexts\": [\"\", \"vlan-7\"]}";
	struct odd o = {.more = ".1.3.6.1.2.1.2.2.1.1.2 2\n"
				".1.3.6.1.2.1.2.2.1.1.77 77\n"
				".1.3.6.1.2.1.2.2.1.2.2 \"other\"\n"
				".1.3.6.1.2.1.2.2.1.2.77 \"Vl7\"\n"};
	struct reading r = read_options(contexts, &o);

	(void)state;
	assert_true(has(&r, "\n77\tVl7\t"));
	assert_true(has(&r, "\n2\tGi0/2\t")); /* who comes first wins */
	assert_false(has(&r, "other"));
	str_free(&r.output);
}

/* A port and a disk. */
#define VLAN                                                                   \
	".1.3.6.1.2.1.2.2.1.1.77 77\n.1.3.6.1.2.1.2.2.1.2.77 \"Vl7\"\n"        \
	".1.3.6.1.2.1.25.2.3.1.2.9 .1.3.6.1.2.1.25.2.1.4\n"                    \
	".1.3.6.1.2.1.25.2.3.1.3.9 /more\n.1.3.6.1.2.1.25.2.3.1.4.9 4096\n"    \
	".1.3.6.1.2.1.25.2.3.1.5.9 1000\n.1.3.6.1.2.1.25.2.3.1.6.9 100\n"

static size_t
times(const struct reading *r, const char *text)
{
	size_t n = 0;

	for (const char *at = str_get(&r->output);
	     (at = strstr(at, text)) != NULL; at++)
		n++;
	return n;
}

/* Each section has its own; columns that two have are read for each. */
static void
test_section_contexts(void **state)
{
	static const struct {
		const char *options;
		bool port, own_port;  /* of the other context, of the default */
		size_t disks, others; /* hr_fs and hr_mem have the table */
	} cases[] = {
	    {"{\"section_contexts\": {\"hr_fs\": [\"\", \"vlan-7\"]}}", false,
		true, 2, 1},
	    {"{\"section_contexts\": {\"if64\": [\"vlan-7\", \"\"]}}", true,
		true, 2, 0},
	    {"{\"section_contexts\": {\"if64\": [\"vlan-7\"]}}", true, false, 2,
		0},
	    {"{\"contexts\": [\"\", \"vlan-7\"], \"section_contexts\": "
	     "{\"if64\": [\"\"], \"hr_mem\": [\"vlan-7\"]}}",
		false, true, 1, 2},
	    {"{\"contexts\": [\"\", \"vlan-7\"], \"section_contexts\": "
	     "{\"if64\": []}}",
		true, true, 2, 2},
	};
	struct odd o = {.more = VLAN};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading r = read_options(cases[i].options, &o);

		print_message("%s\n", cases[i].options);
		assert_int_equal(has(&r, "\n77\tVl7\t\t\t"), cases[i].port);
		assert_int_equal(
		    has(&r, "\n2\tGi0/2\t\t\t2"), cases[i].own_port);
		assert_int_equal(times(&r, "\t/\t4096"), cases[i].disks);
		assert_int_equal(times(&r, "\t/more\t"), cases[i].others);
		str_free(&r.output);
	}
}

/* A context that is not there: words, or the others alone. */
static void
test_contexts_that_fail(void **state)
{
#define ALL       "\"contexts\": [\"\", \"vlan-7\"]"
#define PORT      "\"section_contexts\": {\"if64\": [\"vlan-7\", \"\"]}"
#define ONLY_PORT "\"section_contexts\": {\"if64\": [\"vlan-7\"]}"
#define ON        ", \"context_timeout\": \"continue\""
	static const struct {
		const char *options;
		unsigned error;
		int rc;
		bool own_port;
	} cases[] = {
	    {"{" ALL "}", SNMP_SILENCE, -1, false},
	    {"{" ALL "}", SNMP_NO_CONTEXT, -1, false},
	    {"{" ALL ON "}", SNMP_SILENCE, 0, true},
	    {"{" ALL ON "}", SNMP_NO_CONTEXT, 0, true},
	    {"{" PORT "}", SNMP_SILENCE, -1, false},
	    {"{" PORT "}", SNMP_NO_CONTEXT, -1, false},
	    {"{" PORT ON "}", SNMP_SILENCE, 0, true},
	    {"{" PORT ON "}", SNMP_NO_CONTEXT, 0, true},
	    {"{" ONLY_PORT ON "}", SNMP_NO_CONTEXT, 0, false},
	    /* nothing is left that could answer */
	    {"{\"contexts\": [\"vlan-7\"]" ON "}", SNMP_SILENCE, -1, false},
	};
	struct odd o = {.more = VLAN, .gone = "vlan-7"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		o.gone_error = cases[i].error;
		struct reading r = try_options(cases[i].options, &o);

		print_message("%s %u\n", cases[i].options, cases[i].error);
		assert_int_equal(r.rc, cases[i].rc);
		/* by all together, and perhaps once more for less */
		assert_in_range(r.asked_gone, 1, 2);
		assert_true(cases[i].rc == 0 || r.why.text[0] == '\0');
		assert_int_equal(
		    has(&r, "\n2\tGi0/2\t\t\t2"), cases[i].own_port);
		assert_false(has(&r, "Vl7") || has(&r, "/more"));
		str_free(&r.output);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_contexts),
	    cmocka_unit_test(test_section_contexts),
	    cmocka_unit_test(test_contexts_that_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
