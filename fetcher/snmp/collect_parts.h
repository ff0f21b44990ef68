/* SPDX-License-Identifier: Apache-2.0
 *
 * What the collector's files share: collect.c what is asked and answered,
 * collect_scan.c which sections a device has, collect_context.c in which
 * contexts they are read, collect_keep.c what is kept for the next reading,
 * collect_put.c what comes out.
 */
#ifndef FETCHER_SNMP_COLLECT_PARTS_H
#define FETCHER_SNMP_COLLECT_PARTS_H

#include "fetcher/snmp/collect.h"
#include "fetcher/snmp/source.h"
#include "fetcher/snmp/table.h"

#define COLLECT_MAX_SKIPPED 16

enum phase {
	PHASE_SYSTEM, /* sysDescr, sysObjectID */
	PHASE_SCAN,
	PHASE_SCALARS,
	PHASE_COLUMNS,
	PHASE_END
};

struct known { /* an OID of the scan */
	const char *name;
	bool prefix, asked, exists;
	int64_t asked_at;
	struct slice value; /* its own memory */
	struct oid *oid;    /* without ".*"; set when it is asked */
};

struct column {
	const struct oid *oid; /* with ".0": a scalar */
	bool scalar, done;
	const uint32_t *at; /* where the walk stands, behind oid */
	uint32_t n_at;
	/* Its section's, read in turn; NULL: the session's alone. `done` is
	 * said of the one at `context`. */
	const json_t *contexts;
	size_t context;
	size_t first;  /* so many rows are enough; 0: all */
	size_t enough; /* rows that it had, and one more; 0: not known */
	struct snmp_walked walked;
};

/* Rows that a section has, by the host's settings; 0: not limited. */
struct collect_limit {
	size_t first, last;
	uint32_t from, to; /* first number of the index */
	bool by_index;
};

struct chosen {
	const struct section_type *type;
	bool fits;
	const char *better; /* the section that is read in its place */
	bool kept;          /* read lately: not now */
	size_t enough;      /* rows of its largest table, and one more; or 0 */
};

struct collect {
	struct collect_settings set;
	enum phase phase;
	struct arena arena; /* of one reading */
	struct known *known;
	size_t n_known, cap_known;
	int64_t known_until; /* one of them is to be asked again */
	struct chosen *sections;
	size_t n_sections, cap_sections;
	struct column *columns;
	size_t n_columns, cap_columns;
	unsigned repetitions; /* now */
	size_t width;         /* columns of one request, now */
	bool no_bulk;
	size_t n_values, n_bytes, n_requests;
	unsigned silences;
	bool has_news; /* the next reading should know */
	bool over_limit;
	/* The last request: what was asked by each variable (known or column),
	 * how many, and how. Its OIDs are in *request, which others use too. */
	size_t asked[SNMP_MAX_ASKED], n_asked;
	enum snmp_op op;
	const char *context; /* NULL: the session's */
	/* Contexts that did not answer; beyond the bound they are asked again
	 * by each column that comes to them. */
	const char *skipped[COLLECT_MAX_SKIPPED];
	size_t n_skipped;
	struct snmp_request *request;
	bool owns_request;
	/* What it was made of, for collect_again(). */
	const struct section_type **wanted;
	size_t n_wanted;
	struct slice kept; /* its own memory */
};

/* The OID among those of the scan; NULL: no room. */
struct known *collect_scan_need(struct collect *c, const char *name);
/* Sets which sections fit and are read. */
void collect_scan_judge(struct collect *c);

/* Takes over a value of a known OID. */
void collect_keep_value(struct known *k, struct slice value);
/* Seconds between two readings of the section; 0: at each check. */
unsigned collect_interval(
    const struct collect *c, const struct section_type *type);
struct collect_limit collect_limit(
    const struct collect *c, const struct section_type *type);
/* Takes over what the reading before has kept. */
void collect_keep_read(struct collect *c);
/* Is there a copy of the section that is young enough? */
bool collect_keep_has(const struct collect *c, const struct section_type *type);
/* Appends the section that collect_keep_read() reads. */
void collect_keep_put(struct collect *c, struct str *out);

/* The contexts in which the section is read (texts); NULL: the session's. */
const json_t *collect_contexts(
    const struct collect *c, const struct section_type *type);
/* The one in which the scan asks: the host's first. NULL: the session's. */
const char *collect_context_scan(const struct collect *c);
/* The one in which the column is read now. */
const char *collect_context_of(const struct column *k);
bool collect_context_same(const char *a, const char *b);
/* Is there more to ask of it? After one context comes the next. */
bool collect_open(const struct collect *c, struct column *k);
/* May the reading do without the context that was asked last? */
bool collect_context_may_skip(const struct collect *c);
/*
 * That context is asked no more; all that stands in it goes on to its next
 * one. False: there is none left, and none has answered.
 */
bool collect_context_skip(struct collect *c);
/* NULL: it is not asked in these. */
struct column *collect_column(
    const struct collect *c, const struct oid *oid, const json_t *contexts);

/* So many rows were enough (0: no table): for the next reading, if it is news.
 */
void collect_keep_rows(struct collect *c, struct chosen *s, size_t enough);
#endif
