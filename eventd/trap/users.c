/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and the library's list of users; see users.h. From a secret to its key
 * takes milliseconds: that is done once for a user, not for each engine.
 */
#include "eventd/trap/users.h"

#include "common/log.h"
#include "common/mem.h"
#include "eventd/trap/users_internal.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/library/lcd_time.h>
#include <net-snmp/net-snmp-includes.h>
#include <openssl/crypto.h>
#include <stdlib.h>

#define PLACES_INIT 64

struct trap_users {
	struct engine_id own;
	struct known_user *v;
	size_t n;
	struct place *places; /* open addressing */
	size_t n_places, cap, n_learned;
};

/* --- places ---------------------------------------------------------------
 */

static size_t
hash_of(const char *name, const struct engine_id *engine)
{
	uint32_t h = 2166136261u;

	for (; *name != '\0'; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	for (size_t i = 0; i < engine->n; i++)
		h = (h ^ engine->bytes[i]) * 16777619u;
	return h;
}

/* Where it is, or where it belongs. */
static struct place *
place_of(const struct trap_users *u, const char *name,
    const struct engine_id *engine)
{
	size_t at = hash_of(name, engine) & (u->cap - 1);

	while (u->places[at].user != NULL &&
	    (!engine_id_equal(&u->places[at].engine, engine) ||
		strcmp(u->places[at].user->name, name) != 0))
		at = (at + 1) & (u->cap - 1);
	return &u->places[at];
}

static void
grow(struct trap_users *u)
{
	struct place *old = u->places;
	size_t n = u->cap;

	u->cap = n == 0 ? PLACES_INIT : n * 2;
	u->places = xcalloc(u->cap, sizeof(*u->places));
	for (size_t i = 0; i < n; i++) {
		if (old[i].user != NULL)
			*place_of(u, old[i].user->name, &old[i].engine) =
			    old[i];
	}
	free(old);
}

static int
add(struct trap_users *u, const struct known_user *k,
    const struct engine_id *engine, bool learned)
{
	struct place *p;

	if (2 * (u->n_places + 1) > u->cap)
		grow(u);
	p = place_of(u, k->name, engine);
	if (p->user != NULL)
		return 0;
	*p = (struct place){.user = k, .engine = *engine, .learned = learned};
	if (!users_localize(p)) {
		*p = (struct place){0};
		return -1;
	}
	u->n_places++;
	u->n_learned += learned;
	return 0;
}

static void
free_users(struct known_user *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(v[i].name);
		OPENSSL_cleanse(&v[i], sizeof(v[i]));
	}
	free(v);
}

static void
remove_all(struct trap_users *u)
{
	if (u->cap > 0)
		OPENSSL_cleanse(u->places, u->cap * sizeof(*u->places));
	free(u->places);
	u->places = NULL;
	u->cap = u->n_places = u->n_learned = 0;
	for (size_t i = 0; i < u->n; i++)
		users_remove(u->v[i].name, &u->own);
	free_users(u->v, u->n);
	u->v = NULL;
	u->n = 0;
}

/* Closes the gap that it leaves. */
static void
remove_place(struct trap_users *u, struct place *p)
{
	size_t at = (size_t)(p - u->places), next = at;

	u->n_learned -= p->learned;
	u->n_places--;
	*p = (struct place){0};
	for (;;) {
		struct place moved;

		next = (next + 1) & (u->cap - 1);
		if (u->places[next].user == NULL)
			return;
		moved = u->places[next];
		u->places[next] = (struct place){0};
		*place_of(u, moved.user->name, &moved.engine) = moved;
	}
}

/* --- users ----------------------------------------------------------------
 */

struct learned {
	char *name;
	struct engine_id engine;
};

static struct learned *
remember_learned(const struct trap_users *u, size_t *n_r)
{
	struct learned *list = xcalloc(u->n_learned + 1, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < u->cap; i++) {
		const struct place *p = &u->places[i];

		if (p->user != NULL && p->learned)
			list[n++] =
			    (struct learned){xstrdup(p->user->name), p->engine};
	}
	*n_r = n;
	return list;
}

/* What the keys come from. */
static void
digest_of(const struct trap_user *user, unsigned char *digest)
{
	const char *const parts[] = {user->auth, user->auth_secret.text,
	    user->priv, user->priv_secret.text};
	struct str all = {0};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (parts[i] != NULL)
			str_add(&all, parts[i]);
		str_addc(&all, parts[i] == NULL ? '-' : '+');
		str_addc(&all, '\0');
	}
	SHA256((const unsigned char *)all.s, all.len, digest);
	OPENSSL_cleanse(all.s, all.len);
	str_free(&all);
}

static const struct known_user *
same_secrets(const struct known_user *v, size_t n, const struct known_user *k)
{
	for (size_t i = 0; i < n; i++) {
		if (memcmp(v[i].digest, k->digest, sizeof(k->digest)) == 0)
			return &v[i];
	}
	return NULL;
}

static bool
make_keys(struct known_user *k, const struct known_user *old, size_t n_old)
{
	old = same_secrets(old, n_old, k);
	if (old != NULL) {
		k->auth_key = old->auth_key;
		k->priv_key = old->priv_key;
		return true;
	}
	return users_make_keys(k);
}

static int
add_user(struct trap_users *u, const struct trap_user *user,
    const struct known_user *old, size_t n_old, struct err *err_r)
{
	struct known_user *k = &u->v[u->n++];

	*k = (struct known_user){.user = user, .name = xstrdup(user->name)};
	users_protocols(k);
	digest_of(user, k->digest);
	if (!make_keys(k, old, n_old)) {
		err_set(err_r,
		    "eventd.snmp.users: %s: no key can be made from its "
		    "secrets (they need 8 characters or more)",
		    user->name);
		return -1;
	}
	if (add(u, k, &u->own, false) != 0 || !users_introduce(k, &u->own)) {
		err_set(err_r,
		    "eventd.snmp.users: %s: this combination of auth and priv "
		    "is not possible",
		    user->name);
		return -1;
	}
	for (size_t i = 0; i < user->n_engines; i++)
		add(u, k, &user->engines[i], false);
	return 0;
}

static struct known_user *
named(const struct trap_users *u, const char *name)
{
	for (size_t i = 0; i < u->n; i++) {
		if (strcmp(u->v[i].name, name) == 0)
			return &u->v[i];
	}
	return NULL;
}

int
trap_users_set(
    struct trap_users *u, const struct trap_options *o, struct err *err_r)
{
	size_t n_learned, n_old = u->n;
	struct learned *learned = remember_learned(u, &n_learned);
	struct known_user *old = u->v;
	int rc = 0;

	for (size_t i = 0; i < n_old; i++)
		users_remove(old[i].name, &u->own);
	u->v = NULL;
	u->n = 0;
	remove_all(u);
	u->v = xcalloc(o->n_users + 1, sizeof(*u->v));
	for (size_t i = 0; rc == 0 && i < o->n_users; i++)
		rc = add_user(u, &o->users[i], old, n_old, err_r);
	for (size_t i = 0; i < n_learned; i++) {
		const struct known_user *k = named(u, learned[i].name);

		if (rc == 0 && k != NULL && k->user->learn)
			add(u, k, &learned[i].engine, true);
		free(learned[i].name);
	}
	free(learned);
	free_users(old, n_old);
	if (rc != 0)
		remove_all(u);
	return rc;
}

bool
trap_users_is_own(const struct trap_users *u, const struct engine_id *engine)
{
	return engine_id_equal(&u->own, engine);
}

const struct trap_user *
trap_users_named(const struct trap_users *u, const char *name)
{
	const struct known_user *k = named(u, name);

	return k == NULL ? NULL : k->user;
}

bool
trap_users_has(const struct trap_users *u, const struct trap_user *user,
    const struct engine_id *engine)
{
	return u->cap > 0 && place_of(u, user->name, engine)->user != NULL;
}

void
trap_users_lend(const struct trap_users *u, const struct trap_user *user,
    const struct engine_id *engine)
{
	if (!trap_users_is_own(u, engine))
		users_lend(place_of(u, user->name, engine));
}

void
trap_users_return(const struct trap_users *u, const struct trap_user *user,
    const struct engine_id *engine)
{
	if (!trap_users_is_own(u, engine))
		users_remove(user->name, engine);
}

int
trap_users_try(struct trap_users *u, const struct trap_user *user,
    const struct engine_id *engine)
{
	if (engine->n < 5 || u->n_learned >= TRAP_LEARNED_MAX)
		return -1;
	return add(u, named(u, user->name), engine, true);
}

void
trap_users_forget(struct trap_users *u, const struct trap_user *user,
    const struct engine_id *engine)
{
	struct place *p = place_of(u, user->name, engine);

	if (p->user == NULL)
		return;
	remove_place(u, p);
	free_enginetime((u_char *)engine->bytes, engine->n);
}

size_t
trap_users_learned(const struct trap_users *u)
{
	return u->n_learned;
}

struct trap_users *
trap_users_new(const struct engine_id *own, uint32_t boots)
{
	struct trap_users *u = xnew(struct trap_users);

	u->own = *own;
	users_library_start(own, boots);
	return u;
}

void
trap_users_free(struct trap_users **up)
{
	if (*up == NULL)
		return;
	remove_all(*up);
	free(*up);
	*up = NULL;
}
