/* SPDX-License-Identifier: Apache-2.0
 *
 * The lock of activations; see config_lock.h.
 */
#include "site/config_lock.h"

#include "common/clock.h"
#include "common/file.h"
#include "site/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

/* Who holds it, from the note that he left. */
static void
say_who(const char *path, struct err *err_r)
{
	struct str text = {0};
	json_t *note = NULL;
	const char *who = NULL, *from = NULL, *action = NULL;
	json_int_t since = 0, pid = 0;
	char *when;

	if (file_read(path, 65536, &text, NULL) == 0)
		note = json_loadb(str_get(&text), text.len, 0, NULL);
	if (note != NULL)
		json_unpack(note, "{s:s, s:s, s:s, s:I, s:I}", "who", &who,
		    "from", &from, "action", &action, "since", &since, "pid",
		    &pid);
	when = audit_time((int64_t)since);
	if (pid != 0)
		err_set(err_r,
		    "%s (%s) runs \"%s\" since %s, process %lld (wait"
		    " until it is done)",
		    who, from, action, when, (long long)pid);
	else
		err_set(
		    err_r, "another activation runs (wait until it is done)");
	free(when);
	json_decref(note);
	str_free(&text);
}

static void
leave_note(int fd, const char *action)
{
	json_t *note = json_pack("{s:s, s:s, s:s, s:I, s:I}", "who",
	    audit_who(), "from", audit_from(), "action", action, "since",
	    (json_int_t)(clock_wall() / NS_PER_S), "pid", (json_int_t)getpid());
	char *text = json_dumps(note, JSON_COMPACT);

	/* On a full disk the other one learns less, that is all. */
	if (ftruncate(fd, 0) == 0 && text != NULL)
		dprintf(fd, "%s\n", text);
	free(text);
	json_decref(note);
}

int
config_lock(const struct site *site, const char *action, struct err *err_r)
{
	char *path = site_path(site, "var/vedette/activate.lock");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), rc = -1;

	if (fd == -1)
		err_set(err_r, "%s: %s", path, strerror(errno));
	while (fd != -1 && (rc = flock(fd, LOCK_EX | LOCK_NB)) == -1 &&
	    errno == EINTR)
		continue;
	if (fd != -1 && rc == -1) {
		say_who(path, err_r);
		close(fd);
		fd = -1;
	}
	if (fd != -1)
		leave_note(fd, action);
	free(path);
	return fd;
}
