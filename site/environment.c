/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading etc/environment; see environment.h.
 */
#include "site/environment.h"

#include "common/file.h"
#include "common/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

static bool
is_name(struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.s[i];

		if (c >= 0x80 || !(isalnum(c) || c == '_') ||
		    (i == 0 && isdigit(c)))
			return false;
	}
	return name.len > 0;
}

static bool
is_ours(struct slice name)
{
	static const char *const names[] = {
	    "HOME", "USER", "LOGNAME", "SHELL", "PATH"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_eqs(name, names[i]))
			return true;
	return slice_starts(name, "VEDETTE_");
}

/* "text" and 'text' are text. */
static struct slice
unquoted(struct slice value)
{
	char c = value.len < 2 ? '\0' : value.s[0];

	if ((c == '"' || c == '\'') && value.s[value.len - 1] == c)
		return (struct slice){value.s + 1, value.len - 2};
	return value;
}

int
environment_parse(struct slice text,
    void (*set)(const char *name, const char *value, void *arg), void *arg,
    struct err *err_r)
{
	struct slice line, name;

	for (unsigned n = 1; slice_next(&text, '\n', &line); n++) {
		char *key, *value;

		line = slice_trim(line);
		if (line.len == 0 || line.s[0] == '#')
			continue;
		if (slice_starts(line, "export "))
			line = slice_trim(
			    (struct slice){line.s + 7, line.len - 7});
		if (memchr(line.s, '=', line.len) == NULL ||
		    memchr(line.s, '\0', line.len) != NULL ||
		    !slice_next(&line, '=', &name) || !is_name(name)) {
			err_set(err_r, "%u: expected NAME=VALUE", n);
			return -1;
		}
		if (is_ours(name)) {
			err_set(err_r, "%u: %.*s is Vedette's to set", n,
			    (int)name.len, name.s);
			return -1;
		}
		if (set == NULL)
			continue;
		key = slice_dup(name);
		value = slice_dup(unquoted(line));
		set(key, value, arg);
		free(key);
		free(value);
	}
	return 0;
}

static void
set_one(const char *name, const char *value, void *arg)
{
	(void)arg;
	setenv(name, value, 1);
}

int
environment_load(const struct site *site, struct err *err_r)
{
	char *path = site_path(site, "etc/environment");
	struct str text = {0};
	struct err why = {""};
	int rc = 0;

	if (access(path, F_OK) == 0)
		rc = file_read(path, ENVIRONMENT_MAX, &text, err_r);
	if (rc == 0) {
		rc = environment_parse(str_slice(&text), NULL, NULL, &why);
		if (rc == -1)
			err_set(err_r, "%s:%s", path, why.text);
	}
	if (rc == 0)
		environment_parse(str_slice(&text), set_one, NULL, &why);
	str_free(&text);
	free(path);
	return rc;
}
