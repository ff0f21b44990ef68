/* SPDX-License-Identifier: Apache-2.0
 *
 * Typed tables that say what a configuration file may hold. One walk over a
 * document finds every mistake; whoever reads the document afterwards may
 * rely on the types where there was none.
 *
 * Where a text is expected, a whole number is taken and replaced by its text
 * in the document (labels: {rack: 12}).
 */
#ifndef COMMON_CONFIG_SCHEMA_H
#define COMMON_CONFIG_SCHEMA_H

#include "common/config/mistakes.h"
#include "common/config/yaml.h"

#include <stdbool.h>

enum schema_kind {
	SCHEMA_ANY,
	SCHEMA_TEXT,
	SCHEMA_NAME, /* of an object: not empty, no ';', no control characters
		      */
	SCHEMA_BOOL,
	SCHEMA_INT,      /* from min to max */
	SCHEMA_REAL,     /* from min to max; whole numbers too */
	SCHEMA_DURATION, /* see num_duration_ms(); min, max in milliseconds */
	SCHEMA_BYTES,    /* "64KiB", "1MB" or a number; min, max in bytes */
	SCHEMA_WORD,     /* one of `words` */
	SCHEMA_REGEX,    /* PCRE2 */
	SCHEMA_EMAIL,    /* NAME@HOST; several joined by commas */
	SCHEMA_NETWORK,  /* 192.0.2.0/24, 2001:db8::/32, or one address */
	SCHEMA_LIST,     /* of `of`; min, max elements */
	SCHEMA_MAP,      /* free keys (names) to `of` */
	SCHEMA_TABLE,    /* the keys of `keys` */
	SCHEMA_EITHER,   /* the first of `either` that fits */
};

struct schema_key;

struct schema {
	enum schema_kind kind;
	bool null_ok;
	double min, max;      /* both 0: no limits beyond the kind's */
	const char *expected; /* for messages, instead of the kind's words */
	const char *const *words;           /* WORD: NULL-ended */
	const struct schema *of;            /* LIST, MAP */
	const struct schema_key *keys;      /* TABLE: ended by key NULL */
	const struct schema *const *either; /* EITHER: NULL-ended */
};

struct schema_key {
	const char *key;
	const struct schema *type;
	bool required;
	const char *def;  /* as YAML, for people; NULL: none */
	const char *help; /* a sentence; NULL: none */
};

/* The way from a document's root to a value; on the stack of who walks. */
struct schema_way {
	const struct schema_way *up; /* NULL: `container` is the root */
	const json_t *container;
	const char *key; /* of an object; NULL: `index` of an array */
	size_t index;
};

/*
 * Checks the value at `way` (NULL: the root) against `schema`, which see.
 * Mistakes are added to `m`.
 */
void schema_check(const struct schema *schema, const struct yaml_doc *doc,
    const struct schema_way *way, json_t *value, struct mistakes *m);

/*
 * Adds a mistake or warning about the value at `way` (or its key), with place
 * and path. `doc` NULL: no file and no line.
 */
void schema_mistake(struct mistakes *m, const struct yaml_doc *doc,
    const struct schema_way *way, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void schema_mistake_key(struct mistakes *m, const struct yaml_doc *doc,
    const struct schema_way *way, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void schema_warn(struct mistakes *m, const struct yaml_doc *doc,
    const struct schema_way *way, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* "a whole number from 1 to 65535": appended. */
void schema_expected(const struct schema *schema, struct str *to);

const struct schema_key *schema_find_key(
    const struct schema_key *keys, const char *key);

/* --- values that a schema let pass ---------------------------------------- */

/* A duration in milliseconds; false if it is none. */
bool schema_duration_ms(const json_t *value, int64_t *ms_r);
/* "64KiB" 65536, "1MB" 1000000, numbers as they are. */
bool schema_bytes(const json_t *value, int64_t *bytes_r);

/* --- the nearest word ------------------------------------------------------
 */

struct nearest { /* {.word = W} to start with */
	const char *word;
	const char *best; /* NULL: nothing is near */
	unsigned distance;
};
void nearest_try(struct nearest *n, const char *candidate);
/* Appends "; did you mean X?" if something is near. */
void nearest_hint(const struct nearest *n, struct str *to);

#endif
