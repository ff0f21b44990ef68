/* SPDX-License-Identifier: Apache-2.0
 *
 * The sorted set of pairs, and the cleaning of what enters it.
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
	*ctx = (struct context){0};
}

/* The index of the key, or where it belongs. */
static size_t
context_place(const struct context *ctx, const char *key, bool *there)
{
	size_t lo = 0, hi = ctx->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(ctx->pairs[mid].key, key);

		if (c == 0) {
			*there = true;
			return mid;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*there = false;
	return lo;
}

static struct context_pair
pair_make(struct context *ctx, const char *key, const char *value, size_t len)
{
	size_t klen = strlen(key);
	char *block = context_room(ctx, klen + 1 + len + 1);

	memcpy(block, key, klen + 1);
	memcpy(block + klen + 1, value, len);
	block[klen + 1 + len] = '\0';
	return (struct context_pair){block, block + klen + 1};
}

static bool
is_plain(struct slice value)
{
	for (size_t i = 0; i < value.len; i++) {
		if (value.s[i] <= 0) /* NUL, or beyond ASCII */
			return false;
	}
	return true;
}

bool
context_set(struct context *ctx, const char *key, struct slice value)
{
	struct str clean = {0};
	struct context_pair pair;
	bool there;
	size_t at, klen = strlen(key);

	if (klen == 0 || klen > CONTEXT_MAX_KEY)
		return false;
	for (size_t i = 0; i < klen; i++) {
		if (key[i] == '=' || (unsigned char)key[i] <= ' ')
			return false;
	}
	at = context_place(ctx, key, &there);
	if (!there && ctx->n >= CONTEXT_MAX_PAIRS)
		return false;
	if (!is_plain(value)) {
		text_add_clean(&clean, value);
		value = str_slice(&clean);
	}
	pair = pair_make(ctx, key, value.len > 0 ? value.s : "", value.len);
	if (there) {
		ctx->bytes -= klen + strlen(ctx->pairs[at].value);
	} else {
		if (ctx->cap == 0)
			ctx->pairs = xcalloc(
			    ctx->cap = FIRST_PAIRS, sizeof(*ctx->pairs));
		ARRAY_GROW(ctx->pairs, ctx->n, ctx->cap);
		memmove(&ctx->pairs[at + 1], &ctx->pairs[at],
		    (ctx->n - at) * sizeof(*ctx->pairs));
		ctx->n++;
	}
	ctx->pairs[at] = pair;
	ctx->bytes += klen + value.len;
	str_free(&clean);
	return true;
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
	bool there;
	size_t at = context_place(ctx, key, &there);

	return there ? ctx->pairs[at].value : NULL;
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

		if (strncmp(p->key, prefix, len) != 0) {
			ctx->pairs[kept++] = *p;
			continue;
		}
		ctx->bytes -= strlen(p->key) + strlen(p->value);
	}
	ctx->n = kept;
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
		const char *value = from->pairs[i].value;

		to->pairs[i] =
		    pair_make(to, from->pairs[i].key, value, strlen(value));
	}
}

int
context_from_pairs(struct context *ctx, struct slice list)
{
	struct msg_pair pair;

	while (list.len > 0) {
		char key[CONTEXT_MAX_KEY + 1];

		if (!msg_pair_next(&list, &pair))
			return -1;
		if (pair.key.len >= sizeof(key) ||
		    memchr(pair.key.s, '\0', pair.key.len) != NULL)
			continue;
		memcpy(key, pair.key.s, pair.key.len);
		key[pair.key.len] = '\0';
		context_set(ctx, key, pair.value);
	}
	context_bound(ctx, CONTEXT_MAX_BYTES);
	return 0;
}

void
context_to_pairs(const struct context *ctx, struct str *list)
{
	for (size_t i = 0; i < ctx->n; i++) {
		struct msg_pair pair = {
		    slice_of(ctx->pairs[i].key), slice_of(ctx->pairs[i].value)};

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
	json_t *object = json_object();

	for (size_t i = 0; i < ctx->n; i++) {
		json_object_set_new(object, ctx->pairs[i].key,
		    json_string(ctx->pairs[i].value));
	}
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
			size_t len = strlen(ctx->pairs[i].value);

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
