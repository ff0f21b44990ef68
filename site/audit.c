/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit log and the person that it names; see audit.h.
 */
#include "site/audit.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/mem.h"
#include "common/num.h"
#include "site/user.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WHO  "VEDETTE_WHO"
#define FROM "VEDETTE_FROM"

/* The user who logged in, as the kernel keeps it over su; NULL: unknown. */
static char *
login_name(void)
{
	struct str text = {0};
	uint64_t uid = UINT32_MAX;

	if (file_read("/proc/self/loginuid", 32, &text, NULL) == -1 ||
	    !num_u64(slice_trim(str_slice(&text)), &uid))
		uid = UINT32_MAX;
	str_free(&text);
	return uid == UINT32_MAX ? NULL : user_name((uid_t)uid);
}

static char *
find_who(void)
{
	const char *sudo = getenv("SUDO_USER");
	char *login;

	if (sudo != NULL && *sudo != '\0')
		return xstrdup(sudo);
	login = login_name();
	return login != NULL ? login : user_name(getuid());
}

static char *
find_from(void)
{
	const char *sudo = getenv("SUDO_USER"), *ssh = getenv("SSH_CONNECTION");
	const char *tty = NULL;
	struct str text = {0};

	for (int fd = 0; fd <= 2 && tty == NULL; fd++)
		tty = ttyname(fd);
	if (tty != NULL)
		str_addf(
		    &text, "%s", strncmp(tty, "/dev/", 5) == 0 ? tty + 5 : tty);
	if (ssh != NULL && *ssh != '\0')
		str_addf(&text, "%sssh %.*s", text.len > 0 ? ", " : "",
		    (int)strcspn(ssh, " "), ssh);
	if (sudo != NULL && *sudo != '\0')
		str_addf(&text, "%ssudo of %s", text.len > 0 ? ", " : "", sudo);
	if (text.len == 0)
		str_add(&text, "no terminal");
	return str_steal(&text);
}

void
audit_remember(void)
{
	char *who, *from;

	if (getenv(WHO) != NULL && getenv(FROM) != NULL)
		return;
	who = find_who();
	from = find_from();
	setenv(WHO, who, 1);
	setenv(FROM, from, 1);
	free(who);
	free(from);
}

const char *
audit_who(void)
{
	audit_remember();
	return getenv(WHO);
}

const char *
audit_from(void)
{
	audit_remember();
	return getenv(FROM);
}

char *
audit_time(int64_t wall_s)
{
	time_t t = (time_t)wall_s;
	char text[32] = "";
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(text, sizeof(text), "%F %T", &tm) == 0)
		snprintf(text, sizeof(text), "?");
	return xstrdup(text);
}

static json_t *
entry_of(const char *action, uint64_t generation, const char *message,
    json_t *counts)
{
	time_t now = (time_t)(clock_wall() / NS_PER_S);
	json_t *entry = json_object();
	char when[40] = "";
	struct tm tm;

	if (localtime_r(&now, &tm) != NULL)
		strftime(when, sizeof(when), "%FT%T%z", &tm);
	json_object_set_new(entry, "time", json_string(when));
	json_object_set_new(entry, "who", json_string(audit_who()));
	json_object_set_new(entry, "from", json_string(audit_from()));
	json_object_set_new(entry, "action", json_string(action));
	if (generation > 0)
		json_object_set_new(
		    entry, "generation", json_integer((json_int_t)generation));
	if (message != NULL)
		json_object_set_new(entry, "message", json_string(message));
	if (counts != NULL)
		json_object_set_new(entry, "counts", counts);
	return entry;
}

void
audit_write(const struct site *site, const char *action, uint64_t generation,
    const char *message, json_t *counts)
{
	json_t *entry = entry_of(action, generation, message, counts);
	char *path = site_path(site, "var/log/audit.log");
	char *dump = json_dumps(entry, JSON_COMPACT);
	char *line = xasprintf("%s\n", dump != NULL ? dump : "{}");
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);

	if (fd == -1 || write(fd, line, strlen(line)) != (ssize_t)strlen(line))
		fprintf(
		    stderr, "vedette: audit: %s: %s\n", path, strerror(errno));
	if (fd != -1)
		close(fd);
	free(line);
	free(dump);
	free(path);
	json_decref(entry);
}
