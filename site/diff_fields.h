/* SPDX-License-Identifier: Apache-2.0
 *
 * What makes an object of a snapshot another one: each setting with its place
 * in struct snap_object, compared and said in words.
 */
#ifndef SITE_DIFF_FIELDS_H
#define SITE_DIFF_FIELDS_H

#include "common/config/snapshot.h"

#include <stddef.h>

struct diff_field {
	const char *name;
	int kind; /* of diff_fields.c */
	size_t at, size;
	uint32_t bit;
};

extern const struct diff_field diff_fields[];
extern const size_t diff_n_fields;

/* The value as it is stored, the same for the same value of one snapshot. */
static inline uint64_t
diff_field_raw(const struct diff_field *f, const struct snap_object *o)
{
	const char *at = (const char *)o + f->at;
	uint64_t eight;
	uint32_t four;

	if (f->size == sizeof(eight)) {
		memcpy(&eight, at, sizeof(eight));
		return eight;
	}
	memcpy(&four, at, sizeof(four));
	return f->bit != 0 ? four & f->bit : four;
}
/* The value of one object in each snapshot: the same? */
bool diff_field_same(const struct diff_field *f, const struct snapshot *a,
    const struct snap_object *x, const struct snapshot *b,
    const struct snap_object *y);
/* For people; NULL: it may hold a secret. Freed by the caller. */
char *diff_field_text(const struct diff_field *f, const struct snapshot *snap,
    const struct snap_object *o);
const char *diff_field_name(const struct diff_field *f);

/* Are two lists of a kind the same by name? */
bool diff_same_members(const struct snapshot *a, struct snap_list x,
    const struct snapshot *b, struct snap_list y,
    const char *(*name)(const struct snapshot *snap, uint32_t index));
const char *diff_contact_name(const struct snapshot *snap, uint32_t index);

#endif
