/* SPDX-License-Identifier: Apache-2.0
 *
 * The folder of a site for tests that start a notifier: its files, its
 * snapshot, a port that is free.
 */
#ifndef TESTS_UNIT_NOTIFYD_FOLDER_H
#define TESTS_UNIT_NOTIFYD_FOLDER_H

#include "common/config/snapshot_build.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static inline int
free_port(void)
{
	struct sockaddr_in to = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(to);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	must(bind(fd, (struct sockaddr *)&to, len) == 0);
	getsockname(fd, (struct sockaddr *)&to, &len);
	close(fd);
	return ntohs(to.sin_port);
}

static inline void
folder_put(const char *root, const char *name, const char *text, mode_t mode)
{
	char *path = xasprintf("%s/%s", root, name);
	struct err err;

	if (file_write(path, slice_of(text), mode, &err) < 0)
		fail_msg("%s", err.text);
	chmod(path, mode);
	free(path);
}

/* The contact ann; with the host web01, which is hers. */
static inline void
folder_snapshot(const char *root, bool with_host)
{
	struct snapb *b = snapb_new(1, 0);
	uint32_t ann = snapb_contact(b, "ann"), host;
	char *path = xasprintf("%s/var/vedette/snapshots/1.snap", root);
	char *current = xasprintf("%s/var/vedette/snapshots/current", root);
	struct err err;

	snapb_contact_at(b, ann)->email = snapb_str(b, "ann@example.com");
	snapb_contact_at(b, ann)->json =
	    snapb_str(b, "{\"email\":\"ann@example.com\"}");
	if (with_host) {
		host = snapb_host(b, "web01");
		snapb_object(b, host)->contacts = snapb_list(b, &ann, 1);
	}
	if (snapb_write(b, path, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(symlink("1.snap", current), 0);
	chmod(path, 0644);
	snapb_free(&b);
	free(path);
	free(current);
}

#endif
