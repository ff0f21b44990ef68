/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash table of objects, each with its few pairs of contact and method.
 */
#include "notifyd/told.h"

#include "common/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct told_pair {
	char *contact, *method;
};

struct told_object {
	struct told_object *next;
	char *name;
	struct told_pair *pairs;
	size_t n, cap;
};

struct told {
	struct told_object **buckets;
	size_t n_buckets, n; /* n_buckets is a power of two */
};

static size_t
bucket_of(const char *name, size_t n_buckets)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (; *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	return (size_t)(hash & (n_buckets - 1));
}

struct told *
told_new(void)
{
	struct told *told = xnew(struct told);

	told->n_buckets = 64;
	told->buckets = xcalloc(told->n_buckets, sizeof(*told->buckets));
	return told;
}

static void
object_free(struct told_object *o)
{
	for (size_t i = 0; i < o->n; i++) {
		free(o->pairs[i].contact);
		free(o->pairs[i].method);
	}
	free(o->pairs);
	free(o->name);
	free(o);
}

void
told_free(struct told **told)
{
	if (*told == NULL)
		return;
	for (size_t i = 0; i < (*told)->n_buckets; i++) {
		struct told_object *o = (*told)->buckets[i], *next;

		for (; o != NULL; o = next) {
			next = o->next;
			object_free(o);
		}
	}
	free((*told)->buckets);
	free(*told);
	*told = NULL;
}

/* Where the object's pointer stands, or the NULL at its bucket's end. */
static struct told_object **
find(const struct told *told, const char *object)
{
	struct told_object **at =
	    &told->buckets[bucket_of(object, told->n_buckets)];

	while (*at != NULL && strcmp((*at)->name, object) != 0)
		at = &(*at)->next;
	return at;
}

static void
grow(struct told *told)
{
	size_t n = told->n_buckets * 2;
	struct told_object **buckets = xcalloc(n, sizeof(*buckets));

	for (size_t i = 0; i < told->n_buckets; i++) {
		struct told_object *o = told->buckets[i], *next;

		for (; o != NULL; o = next) {
			size_t at = bucket_of(o->name, n);

			next = o->next;
			o->next = buckets[at];
			buckets[at] = o;
		}
	}
	free(told->buckets);
	told->buckets = buckets;
	told->n_buckets = n;
}

static bool
object_has(const struct told_object *o, const char *contact, const char *method)
{
	for (size_t i = 0; o != NULL && i < o->n; i++) {
		if (strcmp(o->pairs[i].contact, contact) == 0 &&
		    strcmp(o->pairs[i].method, method) == 0)
			return true;
	}
	return false;
}

void
told_add(struct told *told, const char *object, const char *contact,
    const char *method)
{
	struct told_object **at = find(told, object), *o = *at;

	if (object_has(o, contact, method))
		return;
	if (o == NULL) {
		o = *at = xnew(struct told_object);
		o->name = xstrdup(object);
		if (++told->n > told->n_buckets)
			grow(told);
	}
	ARRAY_GROW(o->pairs, o->n, o->cap);
	o->pairs[o->n++] =
	    (struct told_pair){xstrdup(contact), xstrdup(method)};
}

bool
told_has(const struct told *told, const char *object, const char *contact,
    const char *method)
{
	return object_has(*find(told, object), contact, method);
}

bool
told_forget(struct told *told, const char *object)
{
	struct told_object **at = find(told, object), *o = *at;

	if (o == NULL)
		return false;
	*at = o->next;
	object_free(o);
	told->n--;
	return true;
}

size_t
told_objects(const struct told *told)
{
	return told->n;
}
