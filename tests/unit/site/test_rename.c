/* SPDX-License-Identifier: Apache-2.0
 *
 * A host's name changed in texts; contents kept by hash; renamed hosts.
 */
#include "common/config/renames.h"
#include "common/file.h"
#include "common/mem.h"
#include "site/packs.h"
#include "site/rename.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* The text after the rename, freed by the caller; NULL: refused. */
static char *
renamed(const char *text, const char *old, const char *new)
{
	struct capture files = {0};
	json_t *places = json_array(), *notes = json_array();
	struct err err;
	char *out = NULL;

	capture_set(
	    capture_add(&files, "etc/vedette/conf.d/a.yaml"), slice_of(text));
	if (rename_host(&files, old, new, places, notes, &err) == 0)
		out = slice_dup(str_slice(&files.files[0].bytes));
	json_decref(places);
	json_decref(notes);
	capture_free(&files);
	return out;
}

static void
expect(const char *text, const char *old, const char *new, const char *wanted)
{
	char *got = renamed(text, old, new);

	assert_non_null(got);
	assert_string_equal(got, wanted);
	free(got);
}

static void
test_texts(void **state)
{
	(void)state;
	expect("hosts: {a: {parents: [b]}, b: {}} # b\n", "b", "c",
	    "hosts: {a: {parents: [c]}, c: {}} # b\n");
	expect("# \xc3\xa4\nhosts:\n  \"a\": {alias: \"\xc3\xa4\", parents: "
	       "['b']}\n  b:\n",
	    "b", "b2",
	    "# \xc3\xa4\nhosts:\n  \"a\": {alias: \"\xc3\xa4\", parents: "
	    "['b2']}\n  b2:\n");
	expect("aggregations: {x: {nodes: [{host: b, service: b}, {nodes: "
	       "[{host: b}, {nodes: [{host: 'b'}]}]}]}}\n"
	       "rules: [{ruleset: clustered_services, value: b}]\n",
	    "b", "c",
	    "aggregations: {x: {nodes: [{host: c, service: b}, {nodes: "
	    "[{host: c}, {nodes: [{host: 'c'}]}]}]}}\n"
	    "rules: [{ruleset: clustered_services, value: c}]\n");
	/* What would be a number needs quotes. */
	expect("services: [{hosts: [a, b, a]}]\n", "a", "12",
	    "services: [{hosts: [\"12\", b, \"12\"]}]\n");
	/* No name of a host. */
	expect("hosts: {x: {alias: a, groups: [a]}}\n", "a", "z",
	    "hosts: {x: {alias: a, groups: [a]}}\n");
	expect("parents: [a]\ncluster: {nodes: [a, b]}\n", "a", "z",
	    "parents: [z]\ncluster: {nodes: [z, b]}\n");
	assert_null(renamed("hosts: {\"w\\x61\": {}}\n", "wa", "b"));
	assert_null(renamed("hosts: {a: [}\n", "a", "b"));
}

static void
test_chains(void **state)
{
	struct slice text =
	    SLICE("4;100;a;b\nnonsense\n6;200;b;c\n9;300;c;a\n");
	struct renames r;

	(void)state;
	renames_parse(text, &r);
	assert_int_equal(r.n, 3);
	assert_true(slice_eqs(renames_since(&r, SLICE("a"), 3), "a"));
	assert_true(slice_eqs(renames_since(&r, SLICE("b"), 4), "a"));
	assert_true(slice_eqs(renames_since(&r, SLICE("a"), 9), "a"));
	assert_true(slice_eqs(renames_since(&r, SLICE("c"), 6), "a"));
	assert_true(slice_eqs(renames_since(&r, SLICE("x"), 0), "x"));
	renames_free(&r);
}

static bool
is_first(const uint8_t *hash, void *arg)
{
	return memcmp(hash, arg, CAPTURE_HASH) == 0;
}

static void
test_packs(void **state)
{
	char folder[] = "/tmp/vtpackXXXXXX";
	uint8_t a[CAPTURE_HASH], b[CAPTURE_HASH];
	struct str got = {0};
	struct packs *p;
	struct err err;
	char *path;

	(void)state;
	assert_non_null(mkdtemp(folder));
	capture_hash(SLICE("one"), a);
	capture_hash(SLICE(""), b);
	p = packs_open(folder);
	packs_add(p, a, SLICE("one"));
	packs_add(p, a, SLICE("one"));
	packs_add(p, b, SLICE(""));
	assert_int_equal(packs_write(p, &err), 0);
	packs_close(&p);
	p = packs_open(folder);
	assert_true(packs_has(p, a));
	assert_int_equal(packs_get(p, a, &got, &err), 0);
	assert_int_equal(packs_get(p, b, &got, &err), 0);
	assert_string_equal(str_get(&got), "one");
	assert_int_equal(packs_sweep(p, is_first, a, &err), 0);
	packs_close(&p);
	p = packs_open(folder);
	assert_int_equal(packs_get(p, a, &got, &err), 0);
	packs_close(&p);
	/* A byte that flipped is noticed. */
	path = xasprintf("%s/2.pack", folder);
	str_clear(&got);
	assert_int_equal(file_read(path, 4096, &got, &err), 0);
	got.s[got.len - 1] ^= 1;
	assert_int_equal(file_write(path, str_slice(&got), 0600, &err), 0);
	p = packs_open(folder);
	str_clear(&got);
	assert_int_equal(packs_get(p, a, &got, &err), -1);
	packs_close(&p);
	free(path);
	str_free(&got);
	assert_int_equal(file_remove_tree(folder, &err), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_texts),
	    cmocka_unit_test(test_chains),
	    cmocka_unit_test(test_packs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
