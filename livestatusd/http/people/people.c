/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of people; see people.h.
 */
#include "livestatusd/http/people/people.h"

#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/str.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((size_t)64 << 20)

struct people {
	char *path, *lock;
	json_t *people;
	struct stat read; /* of the file that `people` is; zero: none */
	int lock_fd;      /* -1: no change is under way */
};

void
people_hash(const char *text, char hash_r[PEOPLE_HASH_LEN + 1])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];

	SHA256((const uint8_t *)text, strlen(text), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hash_r + 2 * i, 3, "%02x", digest[i]);
}

struct people *
people_open(const char *path)
{
	struct people *s = xnew(struct people);

	s->path = xstrdup(path);
	s->lock = xasprintf("%.*speople.lock",
	    (int)(strrchr(path, '/') == NULL ? 0
					     : strrchr(path, '/') + 1 - path),
	    path);
	s->people = json_object();
	s->lock_fd = -1;
	return s;
}

void
people_close(struct people **sp)
{
	struct people *s = *sp;

	*sp = NULL;
	if (s == NULL)
		return;
	json_decref(s->people);
	free(s->path);
	free(s->lock);
	free(s);
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Reads the file if it is another one. -1: it cannot be read. */
static int
refresh(struct people *s, struct err *err_r)
{
	struct stat now = {0};
	struct str text = {0};
	json_t *people;
	json_error_t bad;

	if (stat(s->path, &now) == -1 && errno != ENOENT) {
		err_set(err_r, "%s: %s", s->path, strerror(errno));
		return -1;
	}
	if (is_same(&now, &s->read))
		return 0;
	people = json_object();
	if (now.st_ino != 0) {
		json_decref(people);
		if (file_read(s->path, FILE_MAX, &text, err_r) == -1)
			return -1;
		people = json_loadb(str_get(&text), text.len, 0, &bad);
		str_free(&text);
		if (!json_is_object(people)) {
			err_set(err_r, "%s:%d: %s", s->path, bad.line,
			    people == NULL ? bad.text : "no object");
			json_decref(people);
			return -1;
		}
	}
	json_decref(s->people);
	s->people = people;
	s->read = now;
	return 0;
}

const json_t *
people_all(struct people *s)
{
	struct stat now = {0};
	struct err err;

	if (refresh(s, &err) == 0)
		return s->people;
	/* Said once. */
	if (stat(s->path, &now) == 0 && !is_same(&now, &s->read)) {
		log_error("people: %s", err.text);
		s->read = now;
	}
	json_decref(s->people);
	s->people = NULL;
	return NULL;
}

bool
people_is_broken(struct people *s)
{
	return people_all(s) == NULL;
}

const json_t *
people_find(struct people *s, const char *name)
{
	return json_object_get(people_all(s), name);
}

json_t *
people_begin(struct people *s, const char *name, struct err *err_r)
{
	json_t *entry;

	s->lock_fd = open(s->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock_fd == -1 || flock(s->lock_fd, LOCK_EX) == -1) {
		err_set(err_r, "%s: %s", s->lock, strerror(errno));
		goto fail;
	}
	if (refresh(s, err_r) == -1)
		goto fail;
	if (s->people == NULL) {
		err_set(err_r, "%s cannot be read", s->path);
		goto fail;
	}
	entry = json_object_get(s->people, name);
	if (entry == NULL) {
		entry = json_object();
		json_object_set_new(s->people, name, entry);
	}
	return entry;
fail:
	if (s->lock_fd != -1)
		close(s->lock_fd);
	s->lock_fd = -1;
	return NULL;
}

static void
drop_empty(json_t *people)
{
	const char *name;
	json_t *entry;
	void *next;

	json_object_foreach_safe(people, next, name, entry)
	{
		if (json_object_size(entry) == 0)
			json_object_del(people, name);
	}
}

int
people_end(struct people *s, struct err *err_r)
{
	char *text;
	int rc;

	drop_empty(s->people);
	text = json_dumps(s->people, JSON_INDENT(1) | JSON_SORT_KEYS);
	rc = text == NULL ? -1
			  : file_write(s->path, slice_of(text), 0600, err_r);
	if (text == NULL)
		err_set(err_r, "%s: a text that is no UTF-8", s->path);
	else
		explicit_bzero(text, strlen(text));
	free(text);
	/* What is known is what the file says, whatever happened. */
	memset(&s->read, 0xff, sizeof(s->read));
	close(s->lock_fd);
	s->lock_fd = -1;
	people_all(s);
	return rc;
}
