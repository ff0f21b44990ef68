/* SPDX-License-Identifier: Apache-2.0
 *
 * Pack files and their index in memory; see packs.h.
 */
#include "site/packs.h"

#include "common/file.h"
#include "common/mem.h"
#include "common/num.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#define MAGIC     "VDTPACK1"
#define MAGIC_LEN 8u
#define HEAD_LEN  (CAPTURE_HASH + 8u)
#define MAX_PACK  (2048ull << 20)
#define FRESH     UINT32_MAX /* in struct entry: added, not written yet */

struct pack {
	uint64_t number;
	struct str bytes;
};
struct entry { /* of the hash table */
	uint8_t hash[CAPTURE_HASH];
	uint32_t pack; /* index, or FRESH */
	uint32_t packed, length;
	size_t at; /* of the deflated bytes */
	bool used;
};
struct packs {
	char *folder;
	struct pack *items;
	size_t n, cap;
	struct entry *table;
	size_t slots, filled; /* slots: a power of two */
	struct str fresh;     /* a pack's bytes, or empty */
};

static size_t
slot_of(const struct packs *p, const uint8_t *hash)
{
	uint64_t h;
	size_t at;

	memcpy(&h, hash, sizeof(h));
	at = (size_t)h & (p->slots - 1);
	while (p->table[at].used &&
	    memcmp(p->table[at].hash, hash, CAPTURE_HASH) != 0)
		at = (at + 1) & (p->slots - 1);
	return at;
}

static void
grow(struct packs *p)
{
	struct entry *old = p->table;
	size_t n = p->slots;

	p->slots = n * 2;
	p->table = xcalloc(p->slots, sizeof(*p->table));
	for (size_t i = 0; i < n; i++)
		if (old[i].used)
			p->table[slot_of(p, old[i].hash)] = old[i];
	free(old);
}

static void
put_entry(struct packs *p, const struct entry *e)
{
	size_t at = slot_of(p, e->hash);

	if (p->table[at].used && p->table[at].pack != FRESH)
		return;
	p->filled += !p->table[at].used;
	p->table[at] = *e;
	p->table[at].used = true;
	if (p->filled * 2 > p->slots)
		grow(p);
}

static uint32_t
get_u32(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;

	return (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 |
	    (uint32_t)u[3] << 24;
}

static void
put_u32(struct str *to, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		str_addc(to, (char)(n >> (8 * i) & 0xff));
}

/* The next content of a pack's bytes; false at the end or at damage. */
static bool
next_entry(const struct str *bytes, size_t *at, struct entry *e_r)
{
	if (bytes->len - *at < HEAD_LEN)
		return false;
	memcpy(e_r->hash, bytes->s + *at, CAPTURE_HASH);
	e_r->packed = get_u32(bytes->s + *at + CAPTURE_HASH);
	e_r->length = get_u32(bytes->s + *at + CAPTURE_HASH + 4);
	e_r->at = *at + HEAD_LEN;
	if (e_r->packed > bytes->len - e_r->at)
		return false;
	*at = e_r->at + e_r->packed;
	return true;
}

static void
index_pack(struct packs *p, uint32_t pack)
{
	const struct str *bytes = &p->items[pack].bytes;
	struct entry e = {.pack = pack};
	size_t at = MAGIC_LEN;

	if (bytes->len < MAGIC_LEN || memcmp(bytes->s, MAGIC, MAGIC_LEN) != 0)
		return;
	while (next_entry(bytes, &at, &e))
		put_entry(p, &e);
}

static void
load_pack(struct packs *p, uint64_t number)
{
	char *path = xasprintf("%s/%" PRIu64 ".pack", p->folder, number);
	struct pack *pack;

	ARRAY_GROW(p->items, p->n, p->cap);
	pack = &p->items[p->n++];
	*pack = (struct pack){.number = number};
	if (file_read(path, MAX_PACK, &pack->bytes, NULL) == 0)
		index_pack(p, (uint32_t)(p->n - 1));
	free(path);
}

/* "12.pack": 12; else 0. */
static uint64_t
number_of(const char *name)
{
	struct slice s = slice_of(name);
	uint64_t n = 0;

	if (s.len < 6 || memcmp(s.s + s.len - 5, ".pack", 5) != 0)
		return 0;
	s.len -= 5;
	return num_u64(s, &n) ? n : 0;
}

struct packs *
packs_open(const char *folder)
{
	struct packs *p = xnew(struct packs);
	DIR *dir = opendir(folder);
	const struct dirent *d;

	p->folder = xstrdup(folder);
	p->slots = 1024;
	p->table = xcalloc(p->slots, sizeof(*p->table));
	while (dir != NULL && (d = readdir(dir)) != NULL)
		if (number_of(d->d_name) > 0)
			load_pack(p, number_of(d->d_name));
	if (dir != NULL)
		closedir(dir);
	return p;
}

void
packs_close(struct packs **packs)
{
	struct packs *p = *packs;

	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		str_free(&p->items[i].bytes);
	free(p->items);
	free(p->table);
	free(p->folder);
	str_free(&p->fresh);
	free(p);
	*packs = NULL;
}

bool
packs_has(const struct packs *p, const uint8_t *hash)
{
	return p->table[slot_of(p, hash)].used;
}

int
packs_get(
    struct packs *p, const uint8_t *hash, struct str *to, struct err *err_r)
{
	const struct entry *e = &p->table[slot_of(p, hash)];
	const struct str *from;
	uint8_t check[CAPTURE_HASH];
	uLongf length = e->length;
	size_t start = to->len;

	if (!e->used) {
		err_set(err_r, "a stored file is missing in %s", p->folder);
		return -1;
	}
	from = e->pack == FRESH ? &p->fresh : &p->items[e->pack].bytes;
	str_reserve(to, (size_t)e->length + 1);
	if (uncompress((Bytef *)to->s + start, &length,
		(const Bytef *)from->s + e->at, e->packed) == Z_OK &&
	    length == e->length) {
		to->len = start + length;
		to->s[to->len] = '\0';
		capture_hash((struct slice){to->s + start, length}, check);
		if (memcmp(check, hash, sizeof(check)) == 0)
			return 0;
	}
	to->len = start;
	to->s[to->len] = '\0';
	err_set(err_r, "a stored file in %s is damaged", p->folder);
	return -1;
}

void
packs_add(struct packs *p, const uint8_t *hash, struct slice bytes)
{
	struct entry e = {.pack = FRESH, .length = (uint32_t)bytes.len};
	uLongf packed = compressBound(bytes.len);
	size_t head;

	if (packs_has(p, hash))
		return;
	if (p->fresh.len == 0)
		str_addn(&p->fresh, MAGIC, MAGIC_LEN);
	head = p->fresh.len;
	str_addn(&p->fresh, (const char *)hash, CAPTURE_HASH);
	put_u32(&p->fresh, 0);
	put_u32(&p->fresh, e.length);
	str_reserve(&p->fresh, packed + 1);
	e.at = p->fresh.len;
	/* Cannot fail: the room is compressBound(). */
	compress((Bytef *)p->fresh.s + e.at, &packed,
	    (const Bytef *)(bytes.s != NULL ? bytes.s : ""), bytes.len);
	e.packed = (uint32_t)packed;
	p->fresh.len += packed;
	p->fresh.s[p->fresh.len] = '\0';
	for (int i = 0; i < 4; i++)
		p->fresh.s[head + CAPTURE_HASH + (size_t)i] =
		    (char)(e.packed >> (8 * i) & 0xff);
	memcpy(e.hash, hash, CAPTURE_HASH);
	put_entry(p, &e);
}

/* What was FRESH is now in the pack `to`. */
static void
settle(struct packs *p, uint32_t to)
{
	for (size_t i = 0; i < p->slots; i++)
		if (p->table[i].used && p->table[i].pack == FRESH)
			p->table[i].pack = to;
}

int
packs_write(struct packs *p, struct err *err_r)
{
	uint64_t number = 1;
	char *path;
	int rc;

	if (p->fresh.len == 0)
		return 0;
	for (size_t i = 0; i < p->n; i++)
		if (p->items[i].number >= number)
			number = p->items[i].number + 1;
	path = xasprintf("%s/%" PRIu64 ".pack", p->folder, number);
	rc = file_mkdirs(p->folder, 0750, err_r);
	if (rc == 0)
		rc = file_write(path, str_slice(&p->fresh), 0600, err_r);
	free(path);
	if (rc == -1)
		return -1;
	ARRAY_GROW(p->items, p->n, p->cap);
	p->items[p->n] = (struct pack){number, p->fresh};
	p->fresh = (struct str){0};
	settle(p, (uint32_t)p->n++);
	return 0;
}

/* --- sweeping ------------------------------------------------------------- */

/* Adds the wanted contents of a pack to what will be written. */
static void
move_live(struct packs *p, uint32_t pack, packs_live_fn *live, void *arg)
{
	const struct str *bytes = &p->items[pack].bytes;
	struct entry e = {.pack = FRESH};
	size_t at = MAGIC_LEN, from = at;

	while (next_entry(bytes, &at, &e)) {
		size_t slot = slot_of(p, e.hash);

		if (live(e.hash, arg) && p->table[slot].pack == pack) {
			if (p->fresh.len == 0)
				str_addn(&p->fresh, MAGIC, MAGIC_LEN);
			p->table[slot].at = p->fresh.len + HEAD_LEN;
			p->table[slot].pack = FRESH;
			str_addn(&p->fresh, bytes->s + from, at - from);
		}
		from = at;
	}
}

static uint64_t
live_bytes(const struct packs *p, uint32_t pack, packs_live_fn *live, void *arg)
{
	const struct str *bytes = &p->items[pack].bytes;
	struct entry e = {0};
	size_t at = MAGIC_LEN, from = at;
	uint64_t n = 0;

	while (bytes->len >= MAGIC_LEN && next_entry(bytes, &at, &e)) {
		if (p->table[slot_of(p, e.hash)].pack == pack &&
		    live(e.hash, arg))
			n += at - from;
		from = at;
	}
	return n;
}

int
packs_sweep(struct packs *p, packs_live_fn *live, void *arg, struct err *err_r)
{
	size_t n = p->n;
	bool *drop = xcalloc(n + 1, sizeof(*drop));
	int rc;

	for (size_t i = 0; i < n; i++) {
		uint64_t alive = live_bytes(p, (uint32_t)i, live, arg);

		drop[i] = alive * 2 < p->items[i].bytes.len;
		if (drop[i] && alive > 0)
			move_live(p, (uint32_t)i, live, arg);
	}
	rc = packs_write(p, err_r);
	for (size_t i = 0; i < n && rc == 0; i++) {
		char *path = xasprintf(
		    "%s/%" PRIu64 ".pack", p->folder, p->items[i].number);

		if (drop[i]) {
			unlink(path);
			str_free(&p->items[i].bytes);
		}
		free(path);
	}
	free(drop);
	return rc;
}

uint64_t
packs_bytes(const struct packs *p)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->items[i].bytes.len;
	return n;
}
