/* SPDX-License-Identifier: Apache-2.0
 *
 * Registrations of agents as links; see agent_link.h.
 */
#include "common/agent_link.h"

#include "common/file.h"
#include "common/mem.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TARGET_BYTES 512
#define LINKS_MOST   1000000

bool
agent_uuid_is(struct slice text)
{
	if (text.len != AGENT_UUID - 1)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
		char c = text.s[i];

		if (hyphen
			? c != '-'
			: !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}

char *
agent_links_path(const char *root)
{
	return xasprintf("%s/var/vedette/agents", root);
}

void
agent_links_free(struct agent_links *links)
{
	for (size_t i = 0; i < links->n; i++)
		free(links->items[i].host);
	free(links->items);
	*links = (struct agent_links){0};
}

static void
read_link(int dir, const char *uuid, struct agent_links *links)
{
	char target[TARGET_BYTES];
	ssize_t n = readlinkat(dir, uuid, target, sizeof(target));
	struct slice to = {target, n > 0 ? (size_t)n : 0};
	struct agent_link *l;
	bool push = slice_starts(to, "push/");

	if ((!push && !slice_starts(to, "pull/")) || to.len <= 5 ||
	    to.len == sizeof(target) || links->n >= LINKS_MOST)
		return;
	ARRAY_GROW(links->items, links->n, links->cap);
	l = &links->items[links->n++];
	snprintf(l->uuid, sizeof(l->uuid), "%s", uuid);
	l->push = push;
	l->host = xstrndup(to.s + 5, to.len - 5);
}

static int
by_host(const void *a, const void *b)
{
	const struct agent_link *x = a, *y = b;

	return strcmp(x->host, y->host);
}

int
agent_links_read(
    const char *root, struct agent_links *links_r, struct err *err_r)
{
	char *path = agent_links_path(root);
	DIR *dir = opendir(path);
	const struct dirent *e;

	if (dir == NULL && errno != ENOENT) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		free(path);
		return -1;
	}
	free(path);
	agent_links_free(links_r);
	while (dir != NULL && (e = readdir(dir)) != NULL)
		if (agent_uuid_is(slice_of(e->d_name)))
			read_link(dirfd(dir), e->d_name, links_r);
	if (dir != NULL)
		closedir(dir);
	if (links_r->n > 0)
		qsort(links_r->items, links_r->n, sizeof(links_r->items[0]),
		    by_host);
	return 0;
}

const struct agent_link *
agent_links_find(const struct agent_links *links, struct slice host)
{
	size_t low = 0, high = links->n;

	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct agent_link *l = &links->items[mid];
		int c = strncmp(l->host, host.s, host.len);

		if (c == 0 && l->host[host.len] == '\0')
			return l;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* --- changes -------------------------------------------------------------- */

static int
make_link(
    const char *folder, const char *uuid, const char *target, struct err *err_r)
{
	char *path = xasprintf("%s/%s", folder, uuid);
	char *beside = xasprintf("%s/.%s.%d", folder, uuid, (int)getpid());
	int rc;

	unlink(beside);
	rc = symlink(target, beside);
	if (rc == 0)
		rc = rename(beside, path);
	if (rc == -1)
		err_set(err_r, "%s: %s", path, strerror(errno));
	free(path);
	free(beside);
	return rc;
}

int
agent_link_set(const char *root, const char *uuid, const char *host, bool push,
    struct err *err_r)
{
	struct agent_links links = {0};
	char *folder, *target;
	int rc;

	if (!agent_uuid_is(slice_of(uuid)) || host[0] == '\0' ||
	    strlen(host) > TARGET_BYTES - 8) {
		err_set(err_r, "%s: not a UUID, or no host", uuid);
		return -1;
	}
	folder = agent_links_path(root);
	target = xasprintf("%s/%s", push ? "push" : "pull", host);
	rc = file_mkdirs(folder, 0750, err_r);
	/* First the new one: at no moment is the host without. */
	if (rc == 0)
		rc = make_link(folder, uuid, target, err_r);
	if (rc == 0)
		rc = agent_links_read(root, &links, err_r);
	for (size_t i = 0; rc == 0 && i < links.n; i++)
		if (strcmp(links.items[i].host, host) == 0 &&
		    strcmp(links.items[i].uuid, uuid) != 0)
			rc =
			    agent_link_remove(root, links.items[i].uuid, err_r);
	agent_links_free(&links);
	free(folder);
	free(target);
	return rc;
}

int
agent_link_remove(const char *root, const char *uuid, struct err *err_r)
{
	char *path;
	int rc = 0;

	if (!agent_uuid_is(slice_of(uuid))) {
		err_set(err_r, "%s: not a UUID", uuid);
		return -1;
	}
	path = xasprintf("%s/var/vedette/agents/%s", root, uuid);
	if (unlink(path) == -1 && errno != ENOENT) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		rc = -1;
	}
	free(path);
	return rc;
}
