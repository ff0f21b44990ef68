/* SPDX-License-Identifier: Apache-2.0
 *
 * Sites as folders: names, passwords, what a new one holds, its end.
 */
#include "common/file.h"
#include "site/ports.h"
#include "site/site.h"
#include "site/skeleton.h"
#include "site/verbs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <crypt.h>

static void
test_names(void **state)
{
	(void)state;
	assert_int_equal(site_name_check("demo", NULL), 0);
	assert_int_equal(site_name_check("a", NULL), 0);
	assert_int_equal(site_name_check("Z_9", NULL), 0);
	assert_int_equal(site_name_check("abcdefghijklmnop", NULL), 0);
	assert_int_equal(site_name_check("abcdefghijklmnopq", NULL), -1);
	assert_int_equal(site_name_check("", NULL), -1);
	assert_int_equal(site_name_check("9a", NULL), -1);
	assert_int_equal(site_name_check("_a", NULL), -1);
	assert_int_equal(site_name_check("a-b", NULL), -1);
	assert_int_equal(site_name_check("a/b", NULL), -1);
	assert_int_equal(site_name_check("..", NULL), -1);
	assert_int_equal(site_name_check("\xc3\xa4", NULL), -1);
}

static void
test_passwords(void **state)
{
	char *a, *b, *hash;
	struct crypt_data data = {0};
	struct err err;

	(void)state;
	a = skeleton_random_password(&err);
	b = skeleton_random_password(&err);
	assert_int_equal(strlen(a), 20);
	assert_string_not_equal(a, b);
	hash = skeleton_hash(a, &err);
	assert_int_equal(strncmp(hash, "$y$", 3), 0);
	assert_string_equal(crypt_r(a, hash, &data), hash);
	assert_string_not_equal(crypt_r(b, hash, &data), hash);
	free(a);
	free(b);
	free(hash);
}

struct place {
	char folder[32];
	struct site site;
	char root[64];
};

static struct place
make_place(void)
{
	struct place p = {.folder = "/tmp/vt-unit-XXXXXX"};

	assert_non_null(mkdtemp(p.folder));
	snprintf(p.root, sizeof(p.root), "%s/unit", p.folder);
	assert_int_equal(mkdir(p.root, 0755), 0);
	return p;
}

static struct site
site_of(struct place *p)
{
	static char name[] = "unit";

	return (struct site){.name = name,
	    .base = p->folder,
	    .root = p->root,
	    .uid = geteuid(),
	    .gid = getegid()};
}

static void
test_skeleton(void **state)
{
	struct skeleton what = {"/opt/vedette/versions/1", 7, "$y$hash"};
	struct place p = make_place();
	struct site site = site_of(&p);
	struct str text = {0};
	char *path, to[128];
	struct stat st;
	struct err err;

	(void)state;
	assert_int_equal(skeleton_make(&site, &what, &err), 0);
	path = site_path(&site, "version");
	assert_int_equal(readlink(path, to, sizeof(to)), 23);
	assert_memory_equal(to, what.tree, 23);
	free(path);
	path = site_path(&site, "var/vedette/port_offset");
	assert_int_equal(file_read(path, 100, &text, &err), 0);
	assert_string_equal(str_get(&text), "7\n");
	free(path);
	path = site_path(&site, "etc/vedette/conf.d/users.yaml");
	str_clear(&text);
	assert_int_equal(file_read(path, 4096, &text, &err), 0);
	assert_non_null(strstr(str_get(&text), "password_hash: \"$y$hash\""));
	/* Secrets are the site's user's alone. */
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(path);
	str_free(&text);
	assert_int_equal(rm_tree(p.folder, &err), 0);
}

/* A site's user may plant links; the tree's removal must not follow them. */
static void
test_removal_follows_no_link(void **state)
{
	struct place p = make_place(), other = make_place();
	struct site site = site_of(&p);
	char *link = site_path(&site, "link"), *deep = site_path(&site, "a");
	char *file = site_path(&site, "a/file");
	struct err err;

	(void)state;
	assert_int_equal(symlink(other.folder, link), 0);
	assert_int_equal(mkdir(deep, 0700), 0);
	assert_int_equal(file_write(file, SLICE("x"), 0600, &err), 0);
	assert_int_equal(rm_tree(p.folder, &err), 0);
	assert_false(file_exists(p.folder));
	assert_true(file_exists(other.root));
	/* Once more is no failure. */
	assert_int_equal(rm_tree(p.folder, &err), 0);
	assert_int_equal(rm_tree(other.folder, &err), 0);
	free(link);
	free(deep);
	free(file);
}

static void
test_offsets(void **state)
{
	(void)state;
	assert_int_equal(ports_max_offset(), 65535 - 8000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_passwords),
	    cmocka_unit_test(test_skeleton),
	    cmocka_unit_test(test_removal_follows_no_link),
	    cmocka_unit_test(test_offsets),
	};

	return cmocka_run_group_tests_name("cmd_sites", tests, NULL, NULL);
}
