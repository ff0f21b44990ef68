/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes a new site's folders, links and first files.
 */
#include "site/skeleton.h"

#include "common/file.h"
#include "common/mem.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	const char *path;
	mode_t mode;
} folders[] = {
    {"etc", 0750},
    {"etc/vedette", 0750},
    {"etc/vedette/conf.d", 0750},
    {"local", 0755},
    {"local/bin", 0755},
    {"local/lib", 0755},
    {"local/lib/nagios", 0755},
    {"local/lib/nagios/plugins", 0755},
    {"local/services", 0755},
    {"local/share", 0755},
    {"local/share/vedette", 0755},
    {"local/share/vedette/agents", 0755},
    {"local/share/vedette/notifications", 0755},
    {"tmp", 0755},
    {"tmp/run", 0750},
    {"var", 0750},
    {"var/history", 0750},
    {"var/log", 0750},
    {"var/vedette", 0750},
    {"var/vedette/core", 0750},
    {"var/vedette/discovered", 0750},
    {"var/vedette/eventd", 0750},
    {"var/vedette/notifyd", 0750},
    {"var/vedette/snapshots", 0750},
};

static const char site_yaml[] =
    "# Settings of the site %s. \"vedette config show\" prints each key with\n"
    "# its value, default and help; \"vedette config set KEY VALUE\" edits "
    "this\n"
    "# file. Changes take effect with \"vedette activate\", \"reload\" or"
    " \"start\".\n"
    "# Hosts, services, contacts and rules belong into conf.d/.\n"
    "#\n"
    "# timezone: Europe/Berlin         # of calendars; default: the machine's\n"
    "#\n"
    "# listen:                         # each: {enabled, address: [..], port}\n"
    "#   http: {enabled: true}         # web console and REST API, loopback\n"
    "#   syslog_udp: {enabled: true, address: [0.0.0.0], port: 5514}\n"
    "#\n"
    "# fetcher: {workers: 2}           # default: as many as cores\n"
    "#\n"
    "# notifications:\n"
    "#   smtp: {host: localhost, port: 25, tls: none, from: vedette@host}\n";

static const char users_yaml[] =
    "# People: who may log in, and who is told what.\n"
    "contacts:\n"
    "  admin:\n"
    "    alias: Administrator\n"
    "    role: admin                   # admin, user, guest,"
    " agent_registration\n"
    "    contact_groups: [admins]\n"
    "    # email: admin@example.com\n"
    "    password_hash: \"%s\"\n"
    "contact_groups:\n"
    "  admins: {alias: Administrators}\n";

char *
skeleton_hash(const char *password, struct err *err_r)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data data = {0};

	if (crypt_gensalt_rn("$y$", 0, NULL, 0, setting, sizeof(setting)) ==
		NULL ||
	    crypt_rn(password, setting, &data, sizeof(data)) == NULL ||
	    data.output[0] == '*') {
		err_set(err_r, "hashing the password: %s", strerror(errno));
		return NULL;
	}
	return xstrdup(data.output);
}

char *
skeleton_random_password(struct err *err_r)
{
	static const char letters[] =
	    "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
	struct str text = {0};
	unsigned char byte;

	while (text.len < 20) {
		if (getrandom(&byte, 1, 0) != 1) {
			err_set(err_r, "getrandom: %s", strerror(errno));
			str_free(&text);
			return NULL;
		}
		/* No letter may be likelier than another. */
		if (byte < 256 - 256 % (sizeof(letters) - 1))
			str_addc(&text, letters[byte % (sizeof(letters) - 1)]);
	}
	return str_steal(&text);
}

static int
put_link(const struct site *site, const char *name, const char *to,
    struct err *err_r)
{
	char *path = site_path(site, "%s", name);
	int rc = symlink(to, path);

	if (rc == -1)
		err_set(err_r, "%s: %s", path, strerror(errno));
	free(path);
	return rc;
}

static int __attribute__((format(printf, 5, 6)))
put_file(const struct site *site, const char *name, mode_t mode,
    struct err *err_r, const char *fmt, ...)
{
	char *path = site_path(site, "%s", name);
	struct str text = {0};
	va_list ap;
	int rc;

	va_start(ap, fmt);
	str_vaddf(&text, fmt, ap);
	va_end(ap);
	rc = file_write(path, str_slice(&text), mode, err_r);
	str_free(&text);
	free(path);
	return rc;
}

static int
make_folders(const struct site *site, struct err *err_r)
{
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char *path = site_path(site, "%s", folders[i].path);
		int rc = mkdir(path, folders[i].mode);

		if (rc == 0)
			rc = chmod(path, folders[i].mode);
		if (rc == -1)
			err_set(err_r, "%s: %s", path, strerror(errno));
		free(path);
		if (rc == -1)
			return -1;
	}
	return 0;
}

int
skeleton_make(
    const struct site *site, const struct skeleton *what, struct err *err_r)
{
	if (make_folders(site, err_r) == -1 ||
	    put_link(site, "version", what->tree, err_r) == -1 ||
	    put_link(site, "bin", "version/bin", err_r) == -1 ||
	    put_link(site, "lib", "version/lib", err_r) == -1 ||
	    put_link(site, "share", "version/share", err_r) == -1 ||
	    put_file(site, "var/vedette/port_offset", 0640, err_r, "%d\n",
		what->port_offset) == -1 ||
	    put_file(site, "etc/vedette/site.yaml", 0640, err_r, site_yaml,
		site->name) == -1 ||
	    put_file(site, "etc/vedette/conf.d/users.yaml", 0600, err_r,
		users_yaml, what->password_hash) == -1)
		return -1;
	return 0;
}
