/* SPDX-License-Identifier: Apache-2.0
 *
 * The index of the rules. A key is the hash of a kind of condition and a word;
 * two words of one hash cost a test more, never a rule. Of a rule's conditions
 * the one is taken whose words the fewest other rules have.
 */
#include "notifyd/rules/index.h"

#include "common/mem.h"

#include <stdlib.h>

/* Of the plain text that an expression begins with, so much is used. */
#define PREFIX_MAX 31
#define WORD_BITS  64

enum kind { /* of key */
	KEY_HOST,
	KEY_HOST_PREFIX,
	KEY_SERVICE_PREFIX,
	KEY_FOLDER,
	KEY_HOST_GROUP,
	KEY_SERVICE_GROUP,
	KEY_CONTACT,
	KEY_CONTACT_GROUP,
	KEY_CHECK,
	KEY_SITE,
	KEY_PAIR, /* a tag or label: name and value */
	KEY_EVENT_HOST,
	KEY_EVENT_SERVICE
};

struct keys {
	uint64_t *v;
	size_t n, cap;
	bool common; /* as good as every notice has such a word */
};

struct slot { /* of the hash table; n 0: empty */
	uint64_t key;
	uint32_t first, n; /* in `under` */
};

struct rule_index {
	const struct rule **rules;
	size_t n, n_global;
	uint64_t *always; /* bits: rules without such a condition */
	struct slot *slots;
	size_t n_slots; /* a power of two */
	uint32_t *under;
	/* Bit L: some expression begins with L plain bytes. */
	uint32_t host_lengths, service_lengths;
	const char **pair_names; /* the rules' */
	size_t n_pair_names, cap_pair_names;
};

/* --- keys ------------------------------------------------------------------
 */

static uint64_t
key_begin(enum kind kind)
{
	return (UINT64_C(0xcbf29ce484222325) ^ kind) *
	    UINT64_C(0x100000001b3); /* FNV-1a */
}

static inline uint64_t
key_more(uint64_t key, char c)
{
	return (key ^ (unsigned char)c) * UINT64_C(0x100000001b3);
}

static uint64_t
key_slice(uint64_t key, struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		key = key_more(key, text.s[i]);
	return key;
}

static uint64_t
key_of(enum kind kind, struct slice text)
{
	return key_slice(key_begin(kind), text);
}

static uint64_t
key_pair(const char *name, const char *value)
{
	uint64_t key = key_slice(key_begin(KEY_PAIR), slice_of(name));

	return key_slice(key_more(key, '\0'), slice_of(value));
}

/* An event code's: what every code that fits it has in common. */
static uint64_t
key_event(enum kind kind, const char *code)
{
	uint64_t key = key_begin(kind);

	if (code[0] == '\0' || code[1] == '\0')
		return key_more(key_more(key, '1'), code[0]);
	return key_more(key_more(key, '2'), code[1]);
}

static void
keys_add(struct keys *keys, uint64_t key)
{
	ARRAY_GROW(keys->v, keys->n, keys->cap);
	keys->v[keys->n++] = key;
}

/* --- the keys of a rule ----------------------------------------------------
 */

static void
names_keys(struct keys *keys, enum kind kind, const struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		keys_add(keys, key_of(kind, slice_of(names->v[i])));
}

static void
events_keys(struct keys *keys, enum kind kind, const struct names *codes)
{
	for (size_t i = 0; i < codes->n; i++)
		keys_add(keys, key_event(kind, codes->v[i]));
}

/* False: it may begin with anything. */
static bool
prefix_key(struct keys *keys, enum kind kind, const struct pattern *pattern,
    uint32_t *lengths)
{
	struct slice prefix = nd_pattern_prefix(pattern);

	if (prefix.len == 0)
		return false;
	if (prefix.len > PREFIX_MAX)
		prefix.len = PREFIX_MAX;
	*lengths |= UINT32_C(1) << prefix.len;
	keys_add(keys, key_of(kind, prefix));
	return true;
}

static bool
hosts_keys(struct keys *keys, const struct hosts *hosts, uint32_t *lengths)
{
	for (size_t i = 0; i < hosts->n; i++) {
		const struct host_item *h = &hosts->v[i];

		if (h->name != NULL)
			keys_add(keys, key_of(KEY_HOST, slice_of(h->name)));
		else if (!prefix_key(
			     keys, KEY_HOST_PREFIX, h->pattern, lengths))
			return false;
	}
	return true;
}

static bool
services_keys(
    struct keys *keys, const struct patterns *services, uint32_t *lengths)
{
	for (size_t i = 0; i < services->n; i++) {
		if (!prefix_key(
			keys, KEY_SERVICE_PREFIX, services->v[i], lengths))
			return false;
	}
	return true;
}

static struct slice
folder_key(const char *folder)
{
	struct slice text = slice_of(folder);

	while (text.len > 0 && text.s[text.len - 1] == '/')
		text.len--;
	return text;
}

/* Of the `i`-th of all tags and labels. False: it has none of that number. */
static const struct pair_item *
pair_at(const struct when *w, size_t i)
{
	const struct pairs *const all[] = {
	    &w->tags, &w->labels, &w->service_labels};

	for (size_t k = 0; k < ARRAY_LEN(all); k++) {
		if (i < all[k]->n)
			return &all[k]->v[i];
		i -= all[k]->n;
	}
	return NULL;
}

static bool
pair_keys(struct keys *keys, const struct pair_item *pair)
{
	for (size_t i = 0; !pair->negated && i < pair->values.n; i++)
		keys_add(keys, key_pair(pair->full, pair->values.v[i]));
	return !pair->negated;
}

struct lengths {
	uint32_t host, service;
};

/*
 * The keys of the rule's `i`-th condition; `end_r`: there are no more. False:
 * that one is not given, or has no words.
 */
static bool
condition_keys(const struct when *w, size_t i, struct keys *keys,
    struct lengths *lengths, const struct pair_item **pair_r, bool *end_r)
{
	const struct {
		const struct names *names;
		enum kind kind;
	} plain[] = {{&w->host_groups, KEY_HOST_GROUP},
	    {&w->service_groups, KEY_SERVICE_GROUP},
	    {&w->contacts, KEY_CONTACT},
	    {&w->contact_groups, KEY_CONTACT_GROUP},
	    {&w->check_commands, KEY_CHECK}, {&w->sites, KEY_SITE}};

	*pair_r = NULL;
	*end_r = false;
	if (i < ARRAY_LEN(plain)) {
		keys->common = plain[i].kind == KEY_SITE;
		names_keys(keys, plain[i].kind, plain[i].names);
		return plain[i].names->given;
	}
	switch (i - ARRAY_LEN(plain)) {
	case 0:
		return w->hosts.given &&
		    hosts_keys(keys, &w->hosts, &lengths->host);
	case 1:
		return w->services.given &&
		    services_keys(keys, &w->services, &lengths->service);
	case 2:
		if (w->folder != NULL)
			keys_add(
			    keys, key_of(KEY_FOLDER, folder_key(w->folder)));
		return w->folder != NULL;
	case 3:
		keys->common = true;
		events_keys(keys, KEY_EVENT_HOST, &w->host_events);
		events_keys(keys, KEY_EVENT_SERVICE, &w->service_events);
		return w->host_events.given || w->service_events.given;
	default:
		*pair_r = pair_at(w, i - ARRAY_LEN(plain) - 4);
		*end_r = *pair_r == NULL;
		return *pair_r != NULL && pair_keys(keys, *pair_r);
	}
}

/* --- the table -------------------------------------------------------------
 */

static struct slot *
slot_find(const struct rule_index *x, uint64_t key)
{
	size_t at = (size_t)(key ^ key >> 32) & (x->n_slots - 1);

	while (x->slots[at].n != 0 && x->slots[at].key != key)
		at = (at + 1) & (x->n_slots - 1);
	return &x->slots[at];
}

static void
slots_new(struct rule_index *x, size_t n_keys)
{
	free(x->slots);
	for (x->n_slots = 64; x->n_slots < 2 * n_keys; x->n_slots *= 2)
		;
	x->slots = xcalloc(x->n_slots, sizeof(*x->slots));
}

#define WEIGHT_COMMON (UINT32_C(1) << 31)

/* How many rules stand under the most common word of them. */
static uint32_t
keys_weight(const struct rule_index *x, const struct keys *keys)
{
	uint32_t most = keys->common ? WEIGHT_COMMON : 0;

	for (size_t i = 0; i < keys->n; i++) {
		uint32_t n = slot_find(x, keys->v[i])->n;

		most = n > most ? n : most;
	}
	return most;
}

/* Counts the rules of each word of each condition. */
static void
count_keys(struct rule_index *x)
{
	struct keys all = {0};

	for (size_t r = 0; r < x->n; r++) {
		const struct pair_item *pair;
		struct lengths lengths = {0};
		bool end = x->rules[r]->disabled;

		for (size_t i = 0; !end; i++) {
			size_t before = all.n;

			if (!condition_keys(&x->rules[r]->when, i, &all,
				&lengths, &pair, &end))
				all.n = before;
		}
	}
	slots_new(x, all.n);
	for (size_t i = 0; i < all.n; i++) {
		struct slot *slot = slot_find(x, all.v[i]);

		slot->key = all.v[i];
		slot->n++;
	}
	free(all.v);
}

static void
name_pair(struct rule_index *x, const char *full)
{
	for (size_t i = 0; i < x->n_pair_names; i++) {
		if (strcmp(x->pair_names[i], full) == 0)
			return;
	}
	ARRAY_GROW(x->pair_names, x->n_pair_names, x->cap_pair_names);
	x->pair_names[x->n_pair_names++] = full;
}

/* The words of the rule's rarest condition. False: it has no such condition. */
static bool
choose_keys(struct rule_index *x, const struct rule *rule, struct keys *best)
{
	const struct pair_item *pair, *best_pair = NULL;
	struct lengths best_lengths = {0};
	uint32_t least = UINT32_MAX;
	bool end = false;

	for (size_t i = 0; !end; i++) {
		struct keys keys = {0};
		struct lengths lengths = {0};
		bool given = condition_keys(
		    &rule->when, i, &keys, &lengths, &pair, &end);
		uint32_t weight = given ? keys_weight(x, &keys) : UINT32_MAX;

		if (weight < least) {
			struct keys old = *best;

			least = weight;
			*best = keys;
			keys = old;
			best_pair = pair;
			best_lengths = lengths;
		}
		free(keys.v);
	}
	if (best_pair != NULL)
		name_pair(x, best_pair->full);
	x->host_lengths |= best_lengths.host;
	x->service_lengths |= best_lengths.service;
	return least != UINT32_MAX;
}

/* A word of a rule. */
struct standing {
	uint64_t key;
	uint32_t rule;
};

static int
standing_compare(const void *a, const void *b)
{
	const struct standing *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

static void
fill_table(struct rule_index *x, struct standing *list, size_t n)
{
	if (n > 1)
		qsort(list, n, sizeof(*list), standing_compare);
	slots_new(x, n);
	x->under = xcalloc(n + 1, sizeof(*x->under));
	for (size_t i = 0; i < n; i++) {
		struct slot *slot = slot_find(x, list[i].key);

		if (slot->n == 0)
			slot->first = (uint32_t)i;
		slot->key = list[i].key;
		slot->n++;
		x->under[i] = list[i].rule;
	}
}

static void
place_rules(struct rule_index *x)
{
	struct standing *list = NULL;
	size_t n = 0, cap = 0;

	for (size_t r = 0; r < x->n; r++) {
		struct keys keys = {0};

		if (x->rules[r]->disabled)
			continue;
		if (!choose_keys(x, x->rules[r], &keys))
			x->always[r / WORD_BITS] |= UINT64_C(1)
			    << r % WORD_BITS;
		for (size_t i = 0; i < keys.n; i++) {
			ARRAY_GROW(list, n, cap);
			list[n++] = (struct standing){keys.v[i], (uint32_t)r};
		}
		free(keys.v);
	}
	fill_table(x, list, n);
	free(list);
}

struct rule_index *
nd_index_new(const struct rules *rules)
{
	struct rule_index *x = xnew(struct rule_index);

	x->n = x->n_global = rules->n;
	for (size_t i = 0; i < rules->n_contacts; i++)
		x->n += rules->contacts[i].n_rules;
	x->rules = xcalloc(x->n + 1, sizeof(*x->rules));
	x->n = 0;
	for (size_t i = 0; i < rules->n; i++)
		x->rules[x->n++] = &rules->v[i];
	for (size_t i = 0; i < rules->n_contacts; i++) {
		for (size_t k = 0; k < rules->contacts[i].n_rules; k++)
			x->rules[x->n++] = &rules->contacts[i].rules[k];
	}
	x->always = xcalloc(nd_index_words(x), sizeof(*x->always));
	count_keys(x);
	place_rules(x);
	return x;
}

void
nd_index_free(struct rule_index **index)
{
	struct rule_index *x = *index;

	if (x == NULL)
		return;
	free(x->rules);
	free(x->always);
	free(x->slots);
	free(x->under);
	free(x->pair_names);
	free(x);
	*index = NULL;
}

size_t
nd_index_size(const struct rule_index *x)
{
	return x->n;
}

size_t
nd_index_global(const struct rule_index *x)
{
	return x->n_global;
}

const struct rule *
nd_index_at(const struct rule_index *x, size_t i)
{
	return x->rules[i];
}

size_t
nd_index_words(const struct rule_index *x)
{
	return x->n / WORD_BITS + 1;
}

/* --- the words of a notice -------------------------------------------------
 */

static void
mark(const struct rule_index *x, uint64_t key, uint64_t *bits)
{
	const struct slot *slot = slot_find(x, key);

	for (uint32_t i = 0; i < slot->n; i++) {
		uint32_t r = x->under[slot->first + i];

		bits[r / WORD_BITS] |= UINT64_C(1) << r % WORD_BITS;
	}
}

static void
mark_list(const struct rule_index *x, enum kind kind, const char *list,
    uint64_t *bits)
{
	struct slice rest = slice_of(list), word;

	while (slice_next(&rest, ',', &word))
		mark(x, key_of(kind, slice_trim(word)), bits);
}

static void
mark_prefixes(const struct rule_index *x, enum kind kind, uint32_t lengths,
    const char *text, uint64_t *bits)
{
	uint64_t key = key_begin(kind);

	for (size_t i = 0; text[i] != '\0' && i < PREFIX_MAX; i++) {
		if (lengths >> (i + 1) == 0)
			break;
		key = key_more(key, text[i]);
		if (lengths >> (i + 1) & 1)
			mark(x, key, bits);
	}
}

/* It and every one above it. */
static void
mark_folders(const struct rule_index *x, const char *folder, uint64_t *bits)
{
	uint64_t key = key_begin(KEY_FOLDER);

	for (;; folder++) {
		if (*folder == '/' || *folder == '\0')
			mark(x, key, bits);
		if (*folder == '\0')
			return;
		key = key_more(key, *folder);
	}
}

static void
mark_check(const struct rule_index *x, const char *check, uint64_t *bits)
{
	struct slice name = {check, strcspn(check, "!")};

	mark(x, key_of(KEY_CHECK, slice_of(check)), bits);
	mark(x, key_of(KEY_CHECK, name), bits);
	if (strncmp(check, "check_mk-", 9) == 0)
		mark(x, key_of(KEY_CHECK, slice_of(check + 9)), bits);
}

void
nd_index_mark(const struct rule_index *x, const struct view *v, uint64_t *bits)
{
	memcpy(bits, x->always, nd_index_words(x) * sizeof(*bits));
	mark(x, key_of(KEY_HOST, slice_of(v->host)), bits);
	mark_prefixes(x, KEY_HOST_PREFIX, x->host_lengths, v->host, bits);
	mark_prefixes(
	    x, KEY_SERVICE_PREFIX, x->service_lengths, v->description, bits);
	mark_folders(x, v->folder, bits);
	mark_list(x, KEY_HOST_GROUP, v->host_groups, bits);
	mark_list(x, KEY_SERVICE_GROUP, v->service_groups, bits);
	mark_list(x, KEY_CONTACT, v->contacts, bits);
	mark_list(x, KEY_CONTACT_GROUP, v->contact_groups, bits);
	mark_check(x, v->check, bits);
	mark(x, key_of(KEY_SITE, slice_of(v->notice->site)), bits);
	mark(x,
	    key_event(v->service ? KEY_EVENT_SERVICE : KEY_EVENT_HOST, v->code),
	    bits);
	for (size_t i = 0; i < x->n_pair_names; i++)
		mark(x,
		    key_pair(x->pair_names[i],
			context_text(v->ctx, x->pair_names[i])),
		    bits);
}
