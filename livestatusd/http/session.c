/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions and failed logins; see session.h. The file has a line a session:
 * SHA-256 of the token, start, last use, user.
 */
#include "livestatusd/http/session.h"

#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define FAILURES_MAX 1000 /* names remembered; the oldest goes beyond that */
#define FREE_TRIES   3
#define DELAY_MAX    300

struct session {
	char hash[SESSION_TOKEN_LEN + 1];
	char *user;
	int64_t started, used;
};

struct failure {
	char *user;
	unsigned n;
	int64_t last;
};

struct sessions {
	char *path;
	struct session *list;
	size_t n, cap;
	struct failure *failures;
	size_t n_failures, cap_failures;
	bool changed;
	uint64_t ended;
};

static void
to_hex(const uint8_t *bytes, size_t n, char *to)
{
	for (size_t i = 0; i < n; i++)
		snprintf(to + 2 * i, 3, "%02x", bytes[i]);
}

static void
hash_token(const char *token, char hash_r[SESSION_TOKEN_LEN + 1])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];

	SHA256((const uint8_t *)token, strlen(token), digest);
	to_hex(digest, sizeof(digest), hash_r);
}

static void
drop(struct sessions *s, size_t i)
{
	free(s->list[i].user);
	s->list[i] = s->list[--s->n];
	s->changed = true;
	s->ended++;
}

static void
drop_idle(struct sessions *s, int64_t now)
{
	for (size_t i = s->n; i-- > 0;)
		if (now - s->list[i].used > SESSION_IDLE)
			drop(s, i);
}

static void
load_line(struct sessions *s, struct slice line)
{
	struct slice hash, started, used;
	struct session one;

	if (!slice_next(&line, ' ', &hash) ||
	    !slice_next(&line, ' ', &started) ||
	    !slice_next(&line, ' ', &used) || hash.len != SESSION_TOKEN_LEN ||
	    !num_i64(started, &one.started) || !num_i64(used, &one.used) ||
	    s->n >= SESSION_MAX)
		return;
	memcpy(one.hash, hash.s, hash.len);
	one.hash[hash.len] = '\0';
	one.user = slice_dup(line);
	ARRAY_GROW(s->list, s->n, s->cap);
	s->list[s->n++] = one;
}

struct sessions *
sessions_open(const char *path, int64_t now)
{
	struct sessions *s = xnew(struct sessions);
	struct str content = {0};
	struct slice rest, line;
	struct err err;

	s->path = xstrdup(path);
	if (file_exists(path) &&
	    file_read(path, (size_t)4 << 20, &content, &err) == -1)
		log_warn(
		    "sessions: %s: everybody has to log in again", err.text);
	rest = str_slice(&content);
	while (slice_next(&rest, '\n', &line))
		load_line(s, line);
	str_free(&content);
	drop_idle(s, now);
	return s;
}

int
sessions_save(struct sessions *s, struct err *err_r)
{
	struct str content = {0};
	int rc;

	if (!s->changed)
		return 0;
	for (size_t i = 0; i < s->n; i++)
		str_addf(&content, "%s %" PRId64 " %" PRId64 " %s\n",
		    s->list[i].hash, s->list[i].started, s->list[i].used,
		    s->list[i].user);
	rc = file_write(s->path, str_slice(&content), 0600, err_r);
	str_free(&content);
	if (rc == 0)
		s->changed = false;
	return rc;
}

void
sessions_close(struct sessions **sp)
{
	struct sessions *s = *sp;
	struct err err;

	*sp = NULL;
	if (s == NULL)
		return;
	if (sessions_save(s, &err) == -1)
		log_warn("sessions: %s", err.text);
	for (size_t i = 0; i < s->n; i++)
		free(s->list[i].user);
	for (size_t i = 0; i < s->n_failures; i++)
		free(s->failures[i].user);
	free(s->list);
	free(s->failures);
	free(s->path);
	free(s);
}

void
session_start(struct sessions *s, const char *user, int64_t now,
    char token_r[SESSION_TOKEN_LEN + 1])
{
	uint8_t random[SESSION_TOKEN_LEN / 2];
	size_t oldest = 0;

	must(getrandom(random, sizeof(random), 0) == (ssize_t)sizeof(random));
	to_hex(random, sizeof(random), token_r);
	drop_idle(s, now);
	if (s->n >= SESSION_MAX) {
		for (size_t i = 1; i < s->n; i++)
			if (s->list[i].used < s->list[oldest].used)
				oldest = i;
		drop(s, oldest);
	}
	ARRAY_GROW(s->list, s->n, s->cap);
	s->list[s->n] = (struct session){
	    .user = xstrdup(user), .started = now, .used = now};
	hash_token(token_r, s->list[s->n].hash);
	s->n++;
	s->changed = true;
}

static struct session *
find(const struct sessions *s, const char *token)
{
	char hash[SESSION_TOKEN_LEN + 1];

	if (strlen(token) != SESSION_TOKEN_LEN)
		return NULL;
	hash_token(token, hash);
	for (size_t i = 0; i < s->n; i++)
		if (CRYPTO_memcmp(s->list[i].hash, hash, SESSION_TOKEN_LEN) ==
		    0)
			return &s->list[i];
	return NULL;
}

const char *
session_find(struct sessions *s, const char *token, int64_t now)
{
	struct session *one = find(s, token);

	if (one == NULL)
		return NULL;
	if (now - one->used > SESSION_IDLE) {
		drop(s, (size_t)(one - s->list));
		return NULL;
	}
	/* Written back once a minute: an idle limit needs no more. */
	if (now - one->used > 60) {
		one->used = now;
		s->changed = true;
	}
	return one->user;
}

bool
session_lives(const struct sessions *s, const char *token, int64_t now)
{
	const struct session *one = find(s, token);

	return one != NULL && now - one->used <= SESSION_IDLE;
}

uint64_t
sessions_ended(const struct sessions *s)
{
	return s->ended;
}

void
session_end(struct sessions *s, const char *token)
{
	struct session *one = find(s, token);

	if (one != NULL)
		drop(s, (size_t)(one - s->list));
}

void
session_end_others(struct sessions *s, const char *user, const char *token)
{
	char hash[SESSION_TOKEN_LEN + 1] = "";

	if (token != NULL)
		hash_token(token, hash);
	for (size_t i = s->n; i-- > 0;)
		if (strcmp(s->list[i].user, user) == 0 &&
		    strcmp(s->list[i].hash, hash) != 0)
			drop(s, i);
}

bool
session_end_id(struct sessions *s, const char *user, const char *id)
{
	if (strlen(id) != SESSION_ID_LEN)
		return false;
	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->list[i].user, user) != 0 ||
		    strncmp(s->list[i].hash, id, SESSION_ID_LEN) != 0)
			continue;
		drop(s, i);
		return true;
	}
	return false;
}

json_t *
sessions_list(const struct sessions *s, const char *user, const char *token)
{
	json_t *list = json_array();
	char hash[SESSION_TOKEN_LEN + 1] = "";

	if (token != NULL)
		hash_token(token, hash);
	for (size_t i = 0; i < s->n; i++) {
		const struct session *one = &s->list[i];

		if (strcmp(one->user, user) == 0)
			json_array_append_new(list,
			    json_pack("{s:s%, s:I, s:I, s:b}", "id", one->hash,
				(size_t)SESSION_ID_LEN, "started",
				(json_int_t)one->started, "used",
				(json_int_t)one->used, "this",
				strcmp(one->hash, hash) == 0));
	}
	return list;
}

size_t
sessions_count(const struct sessions *s)
{
	return s->n;
}

static struct failure *
find_failure(const struct sessions *s, const char *user)
{
	for (size_t i = 0; i < s->n_failures; i++)
		if (strcmp(s->failures[i].user, user) == 0)
			return &s->failures[i];
	return NULL;
}

int64_t
login_delay(const struct sessions *s, const char *user, int64_t now)
{
	const struct failure *f = find_failure(s, user);
	int64_t delay = 0, left;

	if (f == NULL || f->n < FREE_TRIES)
		return 0;
	delay = f->n - FREE_TRIES >= 9 ? DELAY_MAX
				       : INT64_C(1) << (f->n - FREE_TRIES);
	if (delay > DELAY_MAX)
		delay = DELAY_MAX;
	left = f->last + delay - now;
	return left > 0 ? left : 0;
}

void
login_failed(struct sessions *s, const char *user, int64_t now)
{
	struct failure *f = find_failure(s, user);
	size_t oldest = 0;

	if (f == NULL && s->n_failures >= FAILURES_MAX) {
		for (size_t i = 1; i < s->n_failures; i++)
			if (s->failures[i].last < s->failures[oldest].last)
				oldest = i;
		free(s->failures[oldest].user);
		s->failures[oldest] = s->failures[--s->n_failures];
	}
	if (f == NULL) {
		ARRAY_GROW(s->failures, s->n_failures, s->cap_failures);
		f = &s->failures[s->n_failures++];
		*f = (struct failure){.user = xstrdup(user)};
	}
	f->n++;
	f->last = now;
}

void
login_succeeded(struct sessions *s, const char *user)
{
	struct failure *f = find_failure(s, user);

	if (f == NULL)
		return;
	free(f->user);
	*f = s->failures[--s->n_failures];
}
