/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns: a name, a type, where the value comes from, and a help text. A
 * column belongs to an entity (a host, a service, a comment, ...) and is asked
 * with that entity's index. SNAP_NONE as index means that the row has no such
 * entity: every column then has its type's empty value.
 */
#ifndef LIVESTATUSD_TABLE_COLUMN_H
#define LIVESTATUSD_TABLE_COLUMN_H

#include "common/str.h"
#include "livestatusd/events/events.h"
#include "livestatusd/history/past.h"
#include "livestatusd/history/replay.h"
#include "livestatusd/lql/env.h"
#include "livestatusd/mirror/mirror.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum column_type {
	COLUMN_INT,
	COLUMN_FLOAT,
	COLUMN_STRING,
	COLUMN_LIST,
	COLUMN_TIME,
	COLUMN_DICT,
	COLUMN_BLOB,
	COLUMN_NULL /* asked for, but unknown */
};

enum column_source {
	SOURCE_EMPTY, /* the type's empty value */
	SOURCE_GET,   /* `get` */
	SOURCE_U8,    /* arrays of struct mirror_page at `off` */
	SOURCE_U32,
	SOURCE_I64,
	SOURCE_FLAG,   /* one bit `mask` of a u32 array */
	SOURCE_NAME,   /* the object's name or description */
	SOURCE_TEXT,   /* its text `off`, enum mirror_texts */
	SOURCE_CONFIG, /* a snap_str in struct snap_object at `off` */
	SOURCE_SITE    /* the site that answers; of every row */
};

/* What rows are about. */
enum entity {
	ENTITY_HOST,    /* object number */
	ENTITY_SERVICE, /* object number */
	ENTITY_GROUP,   /* index in the snapshot's host or service groups */
	ENTITY_CONTACT, /* index in the snapshot */
	ENTITY_COMMAND, /* index in the snapshot */
	ENTITY_SELF,    /* index in the table's own list */
	ENTITIES
};

struct row {
	uint32_t at[ENTITIES];
};

/* Elements of a list (and of lists in it); a dict is key, value, ... */
enum item_kind {
	ITEM_STRING,
	ITEM_INT,
	ITEM_FLOAT,
	ITEM_OPEN,
	ITEM_CLOSE
};
struct item {
	enum item_kind kind;
	union {
		struct slice s;
		int64_t i;
		double f;
	};
};
struct items {
	struct item *v;
	size_t n, cap;
};
void items_string(struct items *items, struct slice s);
void items_int(struct items *items, int64_t i);
void items_float(struct items *items, double f);
void items_open(struct items *items);
void items_close(struct items *items);

/* How many objects are in which state. */
struct counts {
	uint32_t n, state[4], pending, handled, unhandled, hard[4];
	uint32_t worst, worst_hard;
};

struct rpn;

/*
 * What getters see: one query's view of the mirror. Texts and items that a
 * getter makes live until the next getter is called.
 */
struct view {
	const struct mirror *m;
	const struct snapshot *snap;
	const struct lql_env *env;
	int64_t now;      /* wall seconds */
	bool restricted;  /* AuthUser was given */
	uint32_t user;    /* its contact, or SNAP_NONE */
	uint32_t *groups; /* contact groups whose part is seen too */
	uint32_t n_groups;
	struct str tmp;
	struct items items;
	/* The counts last made, because a row asks for many of them. */
	struct counts counts;
	int counts_of;      /* which function made them */
	uint32_t counts_at; /* of which index */
	/* Distinct pairs of name and value; for the table `labels` alone. */
	struct label *labels;
	size_t n_labels, cap_labels;
	/* Of the tables `log` and `statehist`: the block's, and what is kept.
	 */
	struct past_batch lines;
	const struct span *spans; /* of the block */
	struct view_kept *kept;
	size_t n_kept, cap_kept, kept_bytes;
	int64_t window;         /* seconds, of `statehist` */
	const struct rpn *call; /* of the column rrddata; NULL: without */
	/* Of the event console's tables; NULL: there are none. */
	struct events *events;
};
/*
 * Rows of `log` and `statehist` live for one block. A row that is looked at
 * later is kept: its index then has VIEW_KEPT set.
 */
#define VIEW_KEPT     0x80000000u
#define VIEW_KEPT_MAX (256u << 20) /* bytes */
struct view_kept {
	char *text;
	struct line line;
	struct span span;
};
const struct line *view_line(const struct view *v, uint32_t at);
const struct span *view_span(const struct view *v, uint32_t at);
/* The number under which the row's copy is found. */
uint32_t view_keep_line(struct view *v, uint32_t at);
uint32_t view_keep_span(struct view *v, uint32_t at);
struct label {
	snap_str name, value;
};
void view_init(
    struct view *v, const struct mirror *m, const struct lql_env *env);
void view_deinit(struct view *v);
/* May the user see the object? */
bool view_sees(const struct view *v, uint32_t object);

struct column;
typedef int64_t column_int_fn(
    struct view *v, const struct column *c, uint32_t at);
typedef double column_float_fn(
    struct view *v, const struct column *c, uint32_t at);
typedef struct slice column_string_fn(
    struct view *v, const struct column *c, uint32_t at);
/* Appends to v->items, which is empty. */
typedef void column_items_fn(
    struct view *v, const struct column *c, uint32_t at);

#define COLUMN_PERFDATA 0x1u  /* Stats go by metric */
#define COLUMN_PAIRS    0x2u  /* lists in the list are named by two fields */
#define COLUMN_DYNAMIC  0x4u  /* called as name:title:arguments */
#define COLUMN_LINES    0x8u  /* may hold line breaks */
#define COLUMN_ATTRS    0x10u /* elements may be given as a number's bits */
#define COLUMN_NUMBERS  0x20u /* values of the dict are numbers */
/* Made of the struct snap_list at `mask` in struct snap_object alone. */
#define COLUMN_SHARED 0x40u

struct column {
	const char *name;
	enum column_type type;
	enum column_source source;
	uint32_t mask;  /* SOURCE_FLAG: the bit; else the getter's own */
	uint32_t flags; /* COLUMN_* */
	size_t off;     /* SOURCE_*: place; else the getter's own */
	union {
		column_int_fn *i; /* INT, TIME */
		column_float_fn *f;
		column_string_fn *s; /* STRING, BLOB */
		column_items_fn *l;  /* LIST, DICT */
	} get;
	const char *help;
};

/* The value; `at` may be SNAP_NONE. */
int64_t column_int(struct view *v, const struct column *c, uint32_t at);
double column_float(struct view *v, const struct column *c, uint32_t at);
struct slice column_string(struct view *v, const struct column *c, uint32_t at);
/* Leaves them in v->items. */
void column_items(struct view *v, const struct column *c, uint32_t at);
/* "int", "float", ...: as the table `columns` says it. */
const char *column_type_name(enum column_type type);

/* For the tables of columns. */
#define COL_U8(nm, arr, h)                                                     \
	{                                                                      \
		.name = nm, .type = COLUMN_INT, .source = SOURCE_U8,           \
		.off = offsetof(struct mirror_page, arr), .help = h            \
	}
#define COL_U32(nm, arr, h)                                                    \
	{                                                                      \
		.name = nm, .type = COLUMN_INT, .source = SOURCE_U32,          \
		.off = offsetof(struct mirror_page, arr), .help = h            \
	}
#define COL_TIME(nm, arr, h)                                                   \
	{                                                                      \
		.name = nm, .type = COLUMN_TIME, .source = SOURCE_I64,         \
		.off = offsetof(struct mirror_page, arr), .help = h            \
	}
#define COL_FLAG(nm, bit, h)                                                   \
	{                                                                      \
		.name = nm, .type = COLUMN_INT, .source = SOURCE_FLAG,         \
		.mask = bit, .off = offsetof(struct mirror_page, flags),       \
		.help = h                                                      \
	}
#define COL_CONFIG(nm, field, h)                                               \
	{                                                                      \
		.name = nm, .type = COLUMN_STRING, .source = SOURCE_CONFIG,    \
		.off = offsetof(struct snap_object, field), .help = h          \
	}
#define COL_NAME(nm, h)                                                        \
	{                                                                      \
		.name = nm, .type = COLUMN_STRING, .source = SOURCE_NAME,      \
		.help = h                                                      \
	}
#define COL_TEXT(nm, which, flag, h)                                           \
	{                                                                      \
		.name = nm, .type = COLUMN_STRING, .source = SOURCE_TEXT,      \
		.off = which, .flags = flag, .help = h                         \
	}
#define COL_EMPTY(nm, t, h)                                                    \
	{                                                                      \
		.name = nm, .type = COLUMN_##t, .source = SOURCE_EMPTY,        \
		.help = h                                                      \
	}
#define COL_INT(nm, fn, arg, h)                                                \
	{                                                                      \
		.name = nm, .type = COLUMN_INT, .source = SOURCE_GET,          \
		.get.i = fn, .off = arg, .help = h                             \
	}
#define COL_TIMEFN(nm, fn, arg, h)                                             \
	{                                                                      \
		.name = nm, .type = COLUMN_TIME, .source = SOURCE_GET,         \
		.get.i = fn, .off = arg, .help = h                             \
	}
#define COL_FLOAT(nm, fn, arg, h)                                              \
	{                                                                      \
		.name = nm, .type = COLUMN_FLOAT, .source = SOURCE_GET,        \
		.get.f = fn, .off = arg, .help = h                             \
	}
#define COL_STRING(nm, fn, arg, h)                                             \
	{                                                                      \
		.name = nm, .type = COLUMN_STRING, .source = SOURCE_GET,       \
		.get.s = fn, .off = arg, .help = h                             \
	}
#define COL_LIST(nm, fn, arg, h)                                               \
	{                                                                      \
		.name = nm, .type = COLUMN_LIST, .source = SOURCE_GET,         \
		.get.l = fn, .off = arg, .help = h                             \
	}
/* Lists and dicts that many objects have in common. */
#define COL_SHARED(nm, t, fn, arg, member, h)                                  \
	{                                                                      \
		.name = nm, .type = COLUMN_##t, .source = SOURCE_GET,          \
		.get.l = fn, .off = arg,                                       \
		.mask = offsetof(struct snap_object, member),                  \
		.flags = COLUMN_SHARED, .help = h                              \
	}
#define COL_DICT(nm, fn, arg, h)                                               \
	{                                                                      \
		.name = nm, .type = COLUMN_DICT, .source = SOURCE_GET,         \
		.get.l = fn, .off = arg, .help = h                             \
	}

#endif
