/* SPDX-License-Identifier: Apache-2.0
 *
 * The set of pairs, and the cleaning of what enters it.
 */
#include "notifyd/context.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/msg.h"
#include "common/utf8.h"

#include <stdio.h>
#include <stdlib.h>

#define CHUNK_BYTES 8000
#define FIRST_PAIRS 128
#define FIRST_SLOTS 256 /* twice the pairs at least, a power of two */

void
text_add_clean(struct str *to, struct slice text)
{
	for (size_t i = 0; i < text.len;) {
		size_t n = utf8_length(text.s + i, text.len - i);

		if (n == 0) {
			str_add(to, "\xef\xbf\xbd");
			i++;
			continue;
		}
		if (text.s[i] != '\0')
			str_addn(to, text.s + i, n);
		i += n;
	}
}

/* Pairs come and go together; a value that is replaced stays till the end. */
struct context_chunk {
	struct context_chunk *next;
	size_t used, size;
	char bytes[];
};

static char *
context_room(struct context *ctx, size_t size)
{
	struct context_chunk *chunk = ctx->chunks;
	char *room;

	if (chunk == NULL || chunk->size - chunk->used < size) {
		size_t want = size > CHUNK_BYTES ? size : CHUNK_BYTES;

		chunk = xmalloc(sizeof(*chunk) + want);
		chunk->used = 0;
		chunk->size = want;
		chunk->next = ctx->chunks;
		ctx->chunks = chunk;
	}
	room = chunk->bytes + chunk->used;
	chunk->used += size;
	return room;
}

void
context_free(struct context *ctx)
{
	while (ctx->chunks != NULL) {
		struct context_chunk *chunk = ctx->chunks;

		ctx->chunks = chunk->next;
		free(chunk);
	}
	free(ctx->pairs);
	free(ctx->slots);
	*ctx = (struct context){0};
}

/* --- the hash table --------------------------------------------------------
 */

/* Eight bytes at a time: there are a hundred keys a notice. */
static uint32_t
key_hash(const char *key, size_t len)
{
	uint64_t hash = len * UINT64_C(0x9e3779b97f4a7c15), word;

	for (; len > 8; key += 8, len -= 8) {
		memcpy(&word, key, 8);
		hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
		hash ^= hash >> 32;
	}
	word = 0;
	memcpy(&word, key, len);
	hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
	return (uint32_t)(hash ^ hash >> 32);
}

/* The slot of the key, or the free one where it belongs. */
static uint16_t *
slot_find(const struct context *ctx, const char *key, size_t len, uint32_t hash)
{
	size_t at = hash & (ctx->n_slots - 1);

	for (; ctx->slots[at] != 0; at = (at + 1) & (ctx->n_slots - 1)) {
		const struct context_pair *p = &ctx->pairs[ctx->slots[at] - 1];

		if (p->hash == hash && p->key_len == len &&
		    memcmp(p->key, key, len) == 0)
			break;
	}
	return &ctx->slots[at];
}

static void
slots_make(struct context *ctx, size_t n_slots)
{
	if (n_slots != ctx->n_slots) {
		free(ctx->slots);
		ctx->slots = xcalloc(n_slots, sizeof(*ctx->slots));
		ctx->n_slots = n_slots;
	} else {
		memset(ctx->slots, 0, n_slots * sizeof(*ctx->slots));
	}
	for (size_t i = 0; i < ctx->n; i++) {
		const struct context_pair *p = &ctx->pairs[i];

		*slot_find(ctx, p->key, p->key_len, p->hash) =
		    (uint16_t)(i + 1);
	}
}

static const struct context_pair *
pair_find(const struct context *ctx, const char *key)
{
	size_t len = strlen(key);
	uint16_t at;

	if (ctx->n == 0)
		return NULL;
	at = *slot_find(ctx, key, len, key_hash(key, len));
	return at == 0 ? NULL : &ctx->pairs[at - 1];
}

/* --- what enters -----------------------------------------------------------
 */

static void
pair_fill(struct context *ctx, struct context_pair *pair, struct slice key,
    struct slice value)
{
	char *block = context_room(ctx, key.len + 1 + value.len + 1);

	memcpy(block, key.s, key.len);
	block[key.len] = '\0';
	pair->key = block;
	pair->key_len = key.len;
	pair->value = block + key.len + 1;
	pair->value_len = value.len;
	if (value.len > 0)
		memcpy(pair->value, value.s, value.len);
	pair->value[value.len] = '\0';
}

static bool
is_key(struct slice key)
{
	if (key.len == 0 || key.len > CONTEXT_MAX_KEY)
		return false;
	for (size_t i = 0; i < key.len; i++) {
		if (key.s[i] == '=' || (unsigned char)key.s[i] <= ' ')
			return false;
	}
	return true;
}

/* ASCII without NUL? */
static bool
is_plain(struct slice value)
{
	const uint64_t high = UINT64_C(0x8080808080808080);
	const uint64_t ones = UINT64_C(0x0101010101010101);
	size_t i = 0;

	for (uint64_t word; i + 8 <= value.len; i += 8) {
		memcpy(&word, value.s + i, 8);
		if ((word & high) != 0 || ((word - ones) & ~word & high) != 0)
			return false;
	}
	for (; i < value.len; i++) {
		if ((signed char)value.s[i] <= 0)
			return false;
	}
	return true;
}

static void
pair_add(struct context *ctx, uint16_t *slot, uint32_t hash, struct slice key,
    struct slice value)
{
	if (ctx->n == ctx->cap) {
		ctx->cap = ctx->cap == 0 ? FIRST_PAIRS : ctx->cap * 2;
		ctx->pairs =
		    xreallocarray(ctx->pairs, ctx->cap, sizeof(*ctx->pairs));
	}
	ctx->pairs[ctx->n].hash = hash;
	pair_fill(ctx, &ctx->pairs[ctx->n++], key, value);
	ctx->bytes += key.len + value.len;
	*slot = (uint16_t)ctx->n;
	if (ctx->n * 2 > ctx->n_slots)
		slots_make(ctx, ctx->n_slots * 2);
}

bool
context_put(struct context *ctx, struct slice key, struct slice value)
{
	struct str clean = {0};
	uint32_t hash;
	uint16_t *slot;
	bool put = true;

	if (!is_key(key))
		return false;
	if (ctx->n_slots == 0)
		slots_make(ctx, FIRST_SLOTS);
	if (!is_plain(value)) {
		text_add_clean(&clean, value);
		value = str_slice(&clean);
	}
	hash = key_hash(key.s, key.len);
	slot = slot_find(ctx, key.s, key.len, hash);
	if (*slot != 0) {
		struct context_pair *pair = &ctx->pairs[*slot - 1];

		ctx->bytes += value.len;
		ctx->bytes -= pair->value_len;
		pair_fill(ctx, pair, key, value);
	} else if (ctx->n < CONTEXT_MAX_PAIRS) {
		pair_add(ctx, slot, hash, key, value);
	} else {
		put = false;
	}
	str_free(&clean);
	return put;
}

bool
context_set(struct context *ctx, const char *key, struct slice value)
{
	return context_put(ctx, slice_of(key), value);
}

bool
context_sets(struct context *ctx, const char *key, const char *value)
{
	return context_set(ctx, key, slice_of(value));
}

bool
context_setf(struct context *ctx, const char *key, const char *fmt, ...)
{
	struct str text = {0};
	va_list ap;
	bool done;

	va_start(ap, fmt);
	str_vaddf(&text, fmt, ap);
	va_end(ap);
	done = context_set(ctx, key, str_slice(&text));
	str_free(&text);
	return done;
}

const char *
context_get(const struct context *ctx, const char *key)
{
	const struct context_pair *pair = pair_find(ctx, key);

	return pair == NULL ? NULL : pair->value;
}

const char *
context_text(const struct context *ctx, const char *key)
{
	const char *value = context_get(ctx, key);

	return value == NULL ? "" : value;
}

void
context_drop(struct context *ctx, const char *prefix)
{
	size_t kept = 0, len = strlen(prefix);

	for (size_t i = 0; i < ctx->n; i++) {
		struct context_pair *p = &ctx->pairs[i];

		if (strncmp(p->key, prefix, len) != 0)
			ctx->pairs[kept++] = *p;
		else
			ctx->bytes -= p->key_len + p->value_len;
	}
	if (kept == ctx->n)
		return;
	ctx->n = kept;
	slots_make(ctx, ctx->n_slots);
}

void
context_copy(struct context *to, const struct context *from)
{
	context_free(to);
	if (from->n == 0)
		return;
	to->pairs = xcalloc(from->n, sizeof(*to->pairs));
	to->n = to->cap = from->n;
	to->bytes = from->bytes;
	for (size_t i = 0; i < from->n; i++) {
		const struct context_pair *p = &from->pairs[i];

		to->pairs[i].hash = p->hash;
		pair_fill(to, &to->pairs[i], (struct slice){p->key, p->key_len},
		    (struct slice){p->value, p->value_len});
	}
	slots_make(to, from->n_slots);
}

static int
pair_compare(const void *a, const void *b)
{
	const struct context_pair *x = a, *y = b;

	return strcmp(x->key, y->key);
}

struct context_pair *
context_sorted(const struct context *ctx)
{
	struct context_pair *pairs = xcalloc(ctx->n + 1, sizeof(*pairs));

	if (ctx->n == 0)
		return pairs;
	memcpy(pairs, ctx->pairs, ctx->n * sizeof(*pairs));
	qsort(pairs, ctx->n, sizeof(*pairs), pair_compare);
	return pairs;
}

int
context_from_pairs(struct context *ctx, struct slice list)
{
	struct msg_pair pair;

	while (list.len > 0) {
		if (!msg_pair_next(&list, &pair))
			return -1;
		context_put(ctx, pair.key, pair.value);
	}
	context_bound(ctx, CONTEXT_MAX_BYTES);
	return 0;
}

void
context_to_pairs(const struct context *ctx, struct str *list)
{
	str_reserve(list, ctx->bytes + 8 * ctx->n);
	for (size_t i = 0; i < ctx->n; i++) {
		const struct context_pair *p = &ctx->pairs[i];
		struct msg_pair pair = {
		    {p->key, p->key_len}, {p->value, p->value_len}};

		msg_pair_put(list, &pair);
	}
}

void
context_from_json(struct context *ctx, const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		if (json_is_string(value)) {
			context_set(ctx, key,
			    (struct slice){json_string_value(value),
				json_string_length(value)});
		}
	}
	context_bound(ctx, CONTEXT_MAX_BYTES);
}

json_t *
context_to_json(const struct context *ctx)
{
	struct context_pair *pairs = context_sorted(ctx);
	json_t *object = json_object();

	for (size_t i = 0; i < ctx->n; i++)
		json_object_set_new(
		    object, pairs[i].key, json_string(pairs[i].value));
	free(pairs);
	return object;
}

/* Cuts the value to at most `max` bytes, at a character's border. */
static void
context_cut(struct context *ctx, const char *key, size_t max)
{
	static const char remark[] = " ... (cut)";
	const char *value = context_get(ctx, key);
	struct str text = {0};

	if (value == NULL || strlen(value) <= max)
		return;
	while (max > 0 && ((unsigned char)value[max] & 0xc0) == 0x80)
		max--;
	str_addn(&text, value, max);
	str_add(&text, remark);
	context_set(ctx, key, str_slice(&text));
	str_free(&text);
}

void
context_bound(struct context *ctx, size_t max)
{
	static const char *const first[] = {"LONGSERVICEOUTPUT",
	    "LONGHOSTOUTPUT", "SERVICEPERFDATA", "HOSTPERFDATA"};

	for (size_t i = 0; i < ARRAY_LEN(first) && ctx->bytes > max; i++)
		context_cut(ctx, first[i], 4096);
	while (ctx->bytes > max) {
		size_t longest = 0, at = 0;

		for (size_t i = 0; i < ctx->n; i++) {
			size_t len = ctx->pairs[i].value_len;

			if (len > longest) {
				longest = len;
				at = i;
			}
		}
		if (longest <= 64)
			return; /* the keys' bounds hold */
		context_cut(
		    ctx, ctx->pairs[at].key, longest > 1024 ? longest / 2 : 16);
	}
}

bool
context_is_service(const struct context *ctx)
{
	return context_text(ctx, "SERVICEDESC")[0] != '\0';
}

const char *
context_of_object(
    const struct context *ctx, const char *prefix, const char *suffix)
{
	char key[CONTEXT_MAX_KEY + 1];
	const char *const parts[] = {
	    prefix, context_is_service(ctx) ? "SERVICE" : "HOST", suffix};
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		size_t n = strlen(parts[i]);

		must(len + n < sizeof(key));
		memcpy(key + len, parts[i], n);
		len += n;
	}
	key[len] = '\0';
	return context_text(ctx, key);
}
