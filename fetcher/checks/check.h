/* SPDX-License-Identifier: Apache-2.0
 *
 * What a check is. Each check is one file of this folder that declares a
 * `const struct check check_NAME` and has one line in checks.def; everything
 * that others know about it (parameters, metrics, manual) stands in that
 * declaration. Checks are pure: parsed sections, item, parameters, kept state
 * and the time go in; state, text, metrics and new state come out.
 */
#ifndef FETCHER_CHECKS_CHECK_H
#define FETCHER_CHECKS_CHECK_H

#include "common/err.h"
#include "common/str.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct section_type; /* fetcher/sections/section.h */
struct check_out;    /* fetcher/checks/out.h: builds a result */
struct check_store;  /* fetcher/checks/store.h: counters, averages */
struct check_found;  /* fetcher/discover.h: gathers found services */

/* --- parameters -------------------------------------------------------------
 */
enum check_param_type {
	CHECK_PARAM_UPPER, /* [warn, crit], null: no levels */
	CHECK_PARAM_LOWER, /* the same, the value falls below */
	CHECK_PARAM_NUMBER,
	CHECK_PARAM_DURATION, /* "5m" or seconds */
	CHECK_PARAM_BOOL,
	CHECK_PARAM_STRING,
	CHECK_PARAM_STATE,   /* OK WARN CRIT UNKNOWN or 0-3 */
	CHECK_PARAM_STRINGS, /* list of strings */
	CHECK_PARAM_STATES,  /* object: name -> state */
	CHECK_PARAM_TEXTS,   /* object: name -> string */
	CHECK_PARAM_GROUPS,  /* object: name -> list of strings */
	CHECK_PARAM_STEPS,   /* list of [from, warn, crit] */
	CHECK_PARAM_TYPES
};

enum check_levels_kind {
	CHECK_LEVELS_NONE,
	CHECK_LEVELS_ABSOLUTE, /* in the parameter's unit */
	CHECK_LEVELS_PERCENT   /* of what the check compares with */
};
struct check_levels {
	enum check_levels_kind kind;
	double warn, crit;
};

/* A parameter's value. `set` is false for null, where the type allows it. */
struct check_value {
	bool set;
	struct check_levels levels; /* UPPER, LOWER */
	double number;      /* NUMBER, DURATION (seconds), STATE, BOOL (0, 1) */
	struct slice text;  /* STRING */
	const json_t *json; /* the lists and objects; borrowed, NULL: default */
};

struct check_param { /* {0} ends the table */
	const char *name;
	enum check_param_type type;
	const char *unit; /* of numbers and absolute levels; "" if none */
	struct check_value def;
	const char *help; /* a sentence or two */
};

#define CHECK_MAX_PARAMS 24

/* Defaults, for tables of parameters. */
#define CHECK_DEF_NONE                                                         \
	{                                                                      \
		.set = false                                                   \
	}
#define CHECK_DEF_PERCENT(w, c)                                                \
	{                                                                      \
		.set = true, .levels = { CHECK_LEVELS_PERCENT, (w), (c) }      \
	}
#define CHECK_DEF_LEVELS(w, c)                                                 \
	{                                                                      \
		.set = true, .levels = { CHECK_LEVELS_ABSOLUTE, (w), (c) }     \
	}
#define CHECK_DEF_NUMBER(n)                                                    \
	{                                                                      \
		.set = true, .number = (n)                                     \
	}
#define CHECK_DEF_TEXT(t)                                                      \
	{                                                                      \
		.set = true, .text = { t, sizeof(t) - 1 }                      \
	}

/* --- declaration ------------------------------------------------------------
 */
struct check_metric { /* {0} ends the table */
	const char *name, *unit, *title;
};

struct check_context {
	/* Parsed, in the order of check.sections; NULL: not delivered. When
	 * judge or discover is called, the first is there. */
	const void *const *sections;
	struct slice item;                /* empty if the check has no items */
	const struct check_value *params; /* in the order of check.params */
	double now; /* wall time of the fetch, seconds since 1970 */
	struct check_store *store; /* NULL in discovery */
};

struct check {
	const char *name;        /* lower case, "filesystem" */
	const char *title;       /* "Filesystems: space and inodes" */
	const char *manual;      /* what it judges and how; Markdown */
	const char *ruleset;     /* of its parameters; NULL: takes none */
	const char *description; /* of its services: "Filesystem %s" */
	const struct section_type *const *sections; /* NULL-ended */
	const struct check_param *params;           /* NULL: none */
	const struct check_metric *metrics;         /* NULL: none */
	/* NULL: made by the configuration alone. */
	void (*discover)(
	    const struct check_context *c, struct check_found *found);
	/* NULL: judged by evaluate.c itself (check_mk). */
	void (*judge)(const struct check_context *c, struct check_out *out);
};

/* --- the table of checks ----------------------------------------------------
 */
/* In byte order of name; NULL beyond the last. */
const struct check *check_at(size_t i);
const struct check *check_find(struct slice name);
bool check_has_items(const struct check *check);
/* Appends the description of the service for this item. */
void check_describe(
    const struct check *check, struct slice item, struct str *out);

/*
 * Is `value` an object of this check's parameters? Parameters may be left out.
 * -1 with a reason that names the key and what was expected ("levels: two
 * numbers or percentages [warn, crit] or null"); several are joined by "; ".
 */
int check_params_verify(
    const struct check *check, const json_t *value, struct err *err_r);
/*
 * Fills values[] (room for CHECK_MAX_PARAMS) from the defaults and from
 * `value` (NULL: defaults alone), from which they borrow.
 */
int check_params_read(const struct check *check, const json_t *value,
    struct check_value *values, struct err *err_r);

/* The state of STATES under that name; false: none was given. */
bool check_params_state(
    const struct check_value *states, const char *name, uint32_t *state_r);
/* Step i of STEPS; -1 if it is none. */
int check_params_step(const json_t *steps, size_t i, double *from_r,
    struct check_levels *levels_r);

/* "upper levels"; the default as it is written in rules, appended. */
const char *check_param_type_name(enum check_param_type type);
void check_param_default(const struct check_param *param, struct str *out);
/* One check's manual, parameters and metrics as Markdown. */
void checks_document_one(const struct check *check, struct str *out);
/* Every check's manual, parameters and metrics as Markdown: docs/checks.md. */
void checks_document(struct str *out);

#endif
