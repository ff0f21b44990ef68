/* SPDX-License-Identifier: Apache-2.0
 *
 * Consistent copies of daemons' files; see stage.h. A journal only grows and
 * its reader drops a cut end, a state file is replaced as a whole; so a copy
 * is good if no file was replaced while the folder was copied.
 */
#include "site/stage.h"

#include "common/file.h"
#include "common/mem.h"
#include "site/proc.h"

#include <dirent.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES    20
#define MAX_FILE (4ull << 30)

const char *const stage_folders[] = {
    "var/vedette/core", "var/vedette/eventd", "var/vedette/notifyd", NULL};

static bool
ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), e = strlen(end);

	return n >= e && strcmp(name + n - e, end) == 0;
}

static int
copy_database(const char *from, const char *to, struct err *err_r)
{
	sqlite3 *db = NULL;
	char *sql = sqlite3_mprintf("VACUUM INTO %Q", to);
	int rc = sqlite3_open_v2(from, &db, SQLITE_OPEN_READWRITE, NULL);

	if (rc == SQLITE_OK)
		sqlite3_busy_timeout(db, 20000);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		err_set(err_r, "%s: %s", from,
		    db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
	sqlite3_close(db);
	sqlite3_free(sql);
	return rc == SQLITE_OK ? 0 : -1;
}

static int
copy_file(const char *from, const char *to, mode_t mode, struct err *err_r)
{
	struct str bytes = {0};
	int rc = file_read(from, MAX_FILE, &bytes, err_r);

	if (rc == 0)
		rc = file_write(to, str_slice(&bytes), mode & 0777, err_r);
	str_free(&bytes);
	return rc;
}

static int copy_folder(const char *from, const char *to, struct err *err_r);

static int
copy_one(const char *from, const char *to, const char *name, struct err *err_r)
{
	char *a = xasprintf("%s/%s", from, name);
	char *b = xasprintf("%s/%s", to, name);
	struct stat st;
	int rc = 0;

	if (lstat(a, &st) == -1)
		rc = errno == ENOENT ? 0 : -1;
	else if (S_ISDIR(st.st_mode))
		rc = copy_folder(a, b, err_r);
	else if (S_ISREG(st.st_mode) && ends_with(name, ".sqlite"))
		rc = copy_database(a, b, err_r);
	else if (S_ISREG(st.st_mode) && !ends_with(name, ".sqlite-wal") &&
	    !ends_with(name, ".sqlite-shm") && !ends_with(name, ".tmp"))
		rc = copy_file(a, b, st.st_mode, err_r);
	if (rc == -1 && lstat(a, &st) == -1 && errno == ENOENT) {
		(void)unlink(b); /* removed meanwhile: its time was over */
		rc = 0;
	}
	free(a);
	free(b);
	return rc;
}

/* Which file stands under which name. */
static uint64_t
print_of(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *d;
	uint64_t sum = 0;

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		uint64_t h = (uint64_t)d->d_ino;

		if (strstr(d->d_name, ".sqlite-") != NULL ||
		    d->d_name[0] == '.')
			continue;
		for (const char *p = d->d_name; *p != '\0'; p++)
			h = (h ^ (uint8_t)*p) * UINT64_C(0x100000001b3);
		sum += h;
	}
	if (dir != NULL)
		closedir(dir);
	return sum;
}

static int
copy_folder(const char *from, const char *to, struct err *err_r)
{
	DIR *dir = opendir(from);
	const struct dirent *d;
	int rc = file_mkdirs(to, 0750, err_r);

	while (rc == 0 && dir != NULL && (d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			rc = copy_one(from, to, d->d_name, err_r);
	if (dir != NULL)
		closedir(dir);
	return rc;
}

int
stage_make(const struct site *site, const char *folder, struct err *err_r)
{
	int rc = 0;

	for (size_t i = 0; stage_folders[i] != NULL && rc == 0; i++) {
		char *from = site_path(site, "%s", stage_folders[i]);
		char *to = xasprintf("%s/%s", folder, stage_folders[i]);
		bool whole = false;

		err_set(err_r, "%s: files are replaced all the time", from);
		for (int t = 0; t < TRIES && rc == 0 && !whole; t++) {
			uint64_t before = print_of(from);

			rc = file_remove_tree(to, err_r);
			if (rc == 0)
				rc = copy_folder(from, to, err_r);
			whole = before == print_of(from);
			if (rc == -1 && !whole)
				rc = 0; /* a file went away under us */
			if (!whole)
				proc_sleep_ms(100);
		}
		if (!whole)
			rc = -1;
		free(from);
		free(to);
	}
	return rc;
}
