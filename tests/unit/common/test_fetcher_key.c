/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and affinities of remote fetchers: names, claims there and back, files
 * that are damaged or that others may read.
 */
#include "common/fetcher_key.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static char root[] = "/tmp/vtkeysXXXXXX";
static int warnings;

static void
heard(enum log_level level, const char *line, void *arg)
{
	(void)line, (void)arg;
	warnings += level == LOG_LEVEL_WARN;
}

static char *
below(const char *name)
{
	return xasprintf("%s/var/vedette/fetchers/%s", root, name);
}

static void
put(const char *path, const char *text, unsigned mode)
{
	struct err err;

	assert_int_equal(file_write(path, slice_of(text), mode, &err), 0);
}

static void
names(void **state)
{
	(void)state;
	assert_true(fetcher_name_ok("branch-office_2"));
	assert_false(fetcher_name_ok(""));
	assert_false(fetcher_name_ok("-x"));
	assert_false(fetcher_name_ok("server")); /* core's own file */
	assert_false(fetcher_name_ok("a/b"));
	assert_false(fetcher_name_ok("a.b"));
	assert_true(fetcher_name_ok("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	assert_false(fetcher_name_ok("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void
affinities(void **state)
{
	static const char *wrong[] = {"munich", "folder:munich", "label:site",
	    "label:=munich", "folder:/a,host:b"};
	struct fetcher_def def = {0};
	struct str back = {0};
	struct err err;

	(void)state;
	assert_int_equal(
	    fetcher_affinity_parse(
		" folder:/munich , label:site=berlin=2,, label:empty=", &def,
		&err),
	    0);
	assert_int_equal(def.n_affinity, 3);
	assert_false(def.affinity[0].is_label);
	assert_string_equal(def.affinity[0].value, "/munich");
	assert_true(def.affinity[1].is_label);
	assert_string_equal(def.affinity[1].name, "site");
	assert_string_equal(def.affinity[1].value, "berlin=2");
	assert_string_equal(def.affinity[2].value, "");
	fetcher_affinity_put(&def, &back);
	assert_string_equal(
	    str_get(&back), "folder:/munich,label:site=berlin=2,label:empty=");
	str_free(&back);
	fetcher_def_free(&def);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(
		    fetcher_affinity_parse(wrong[i], &def, &err), -1);
		assert_non_null(strstr(err.text, "folder:/PATH"));
		fetcher_def_free(&def);
	}
}

static void
definitions(void **state)
{
	struct fetcher_def def = {.name = "munich", .alone = true};
	struct fetcher_defs defs;
	char secret[BUS_KEY_LEN + 1], *path;
	struct stat st;
	struct err err;

	(void)state;
	/* No folder yet: nobody may come in, and that is no mistake. */
	assert_int_equal(fetcher_defs_read(root, &defs, &err), 0);
	assert_int_equal(defs.n, 0);
	fetcher_defs_free(&defs);
	bus_keypair(def.key, secret);
	fetcher_affinity_parse("folder:/munich", &def, &err);
	assert_int_equal(fetcher_def_write(root, &def, &err), 0);
	path = below("munich.json");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(path);
	snprintf(def.name, sizeof(def.name), "berlin");
	assert_int_equal(fetcher_def_write(root, &def, &err), 0);

	/* Damaged ones are left out with a word each; others do not count. */
	path = below("damaged.json");
	put(path, "{", 0600);
	free(path);
	path = below("keyless.json");
	put(path, "{\"key\": \"short\"}", 0600);
	free(path);
	path = below("odd name.json");
	put(path, "{}", 0600);
	free(path);
	path = below("note.txt");
	put(path, "hello", 0600);
	free(path);
	warnings = 0;
	log_set_sink(heard, NULL);
	assert_int_equal(fetcher_defs_read(root, &defs, &err), 0);
	log_set_sink(NULL, NULL);
	assert_int_equal(warnings, 2);
	assert_int_equal(defs.n, 2);
	assert_string_equal(defs.items[0].name, "berlin");
	assert_string_equal(defs.items[1].name, "munich");
	assert_string_equal(defs.items[1].key, def.key);
	assert_true(defs.items[1].alone);
	assert_string_equal(defs.items[1].affinity[0].value, "/munich");
	fetcher_defs_free(&defs);
	fetcher_def_free(&def);
	assert_int_equal(fetcher_def_remove(root, "munich", &err), 0);
	assert_int_equal(fetcher_def_remove(root, "munich", &err), 1);
}

static void
server_keys(void **state)
{
	char public_key[2][BUS_KEY_LEN + 1], secret[2][BUS_KEY_LEN + 1];
	char *path = below("server.key");
	struct stat st;
	struct err err;

	(void)state;
	for (int i = 0; i < 2; i++) /* made once, then read */
		assert_int_equal(
		    fetcher_server_keys(root, public_key[i], secret[i], &err),
		    0);
	assert_string_equal(public_key[0], public_key[1]);
	assert_string_equal(secret[0], secret[1]);
	assert_string_not_equal(public_key[0], secret[0]);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* One that is damaged is never replaced: fetchers know the old one. */
	put(path, "{\"public\": \"x\"}", 0600);
	assert_int_equal(
	    fetcher_server_keys(root, public_key[0], secret[0], &err), -1);
	assert_non_null(strstr(err.text, "server.key: holds no keys"));
	free(path);
}

static void
key_files(void **state)
{
	struct fetcher_key key = {.name = "munich", .site = "central"}, back;
	char *path = xasprintf("%s/munich.key", root);
	struct str text = {0};
	struct err err;

	(void)state;
	bus_keypair(key.public_key, key.secret_key);
	bus_keypair(key.server_key, back.secret_key);
	fetcher_key_put(&key, &text);
	put(path, str_get(&text), 0600);
	assert_int_equal(fetcher_key_read(path, &back, &err), 0);
	assert_string_equal(back.name, "munich");
	assert_string_equal(back.site, "central");
	assert_string_equal(back.public_key, key.public_key);
	assert_string_equal(back.secret_key, key.secret_key);
	assert_string_equal(back.server_key, key.server_key);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(fetcher_key_read(path, &back, &err), -1);
	assert_non_null(strstr(err.text, "chmod 600"));
	put(path, "{\"name\": \"munich\", \"site\": \"central\"}", 0600);
	assert_int_equal(fetcher_key_read(path, &back, &err), -1);
	assert_non_null(strstr(err.text, "vedette fetcher add"));
	put(path, "-----BEGIN PRIVATE KEY-----\n", 0600);
	assert_int_equal(fetcher_key_read(path, &back, &err), -1);
	assert_non_null(strstr(err.text, "munich.key:1:"));
	assert_int_equal(fetcher_key_read("/nonexistent/k", &back, &err), -1);
	assert_non_null(strstr(err.text, "/nonexistent/k"));
	str_free(&text);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test(affinities),
	    cmocka_unit_test(definitions),
	    cmocka_unit_test(server_keys),
	    cmocka_unit_test(key_files),
	};
	struct err err;
	int rc;

	if (mkdtemp(root) == NULL)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	file_remove_tree(root, &err);
	return rc;
}
