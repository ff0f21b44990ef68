/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings of devices, remembered by their text; see options_memory.h.
 */
#include "fetcher/snmp/options_memory.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#define PLACES 4096 /* a text takes the place of another with its hash */

struct remembered {
	struct snmp_options options; /* first: what is taken points here */
	char *text;                  /* may have secrets in it */
	size_t len;
	unsigned users;     /* the memory is one */
	int64_t good_until; /* monotonic; 0: for ever */
};

struct options_memory {
	struct remembered *places[PLACES];
};

struct options_memory *
options_memory_new(void)
{
	return xnew(struct options_memory);
}

static void
leave(struct remembered *r)
{
	if (r == NULL || --r->users > 0)
		return;
	snmp_options_free(&r->options);
	OPENSSL_cleanse(r->text, r->len);
	free(r->text);
	free(r);
}

void
options_memory_free(struct options_memory **mp)
{
	struct options_memory *m = *mp;

	if (m == NULL)
		return;
	for (size_t i = 0; i < PLACES; i++)
		leave(m->places[i]);
	free(m);
	*mp = NULL;
}

void
options_memory_release(const struct snmp_options **options)
{
	/* The first member of what was allocated. */
	leave((struct remembered *)(uintptr_t)*options);
	*options = NULL;
}

static struct remembered **
place_of(struct options_memory *m, struct slice text)
{
	uint64_t h = 1469598103934665603u;

	for (size_t i = 0; i < text.len; i++)
		h = (h ^ (unsigned char)text.s[i]) * 1099511628211u;
	return &m->places[(h ^ h >> 32) % PLACES];
}

static bool
is_of(const struct remembered *r, struct slice text)
{
	return r != NULL && slice_eq((struct slice){r->text, r->len}, text) &&
	    (r->good_until == 0 || clock_mono() < r->good_until);
}

const struct snmp_options *
options_memory_take(struct options_memory *m, struct slice json,
    struct identity *identity, struct err *err_r)
{
	struct remembered **at = place_of(m, json), *r = *at;

	if (!is_of(r, json)) {
		r = xnew(struct remembered);
		r->users = 1;
		r->text = slice_dup(json);
		r->len = json.len;
		if (snmp_options_read(json, identity, &r->options, err_r) ==
		    -1) {
			leave(r);
			return NULL;
		}
		if (r->options.has_files)
			r->good_until =
			    clock_mono() + OPTIONS_FILES_MS * NS_PER_MS;
		leave(*at);
		*at = r;
	}
	r->users++;
	return &r->options;
}
