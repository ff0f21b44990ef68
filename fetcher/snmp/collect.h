/* SPDX-License-Identifier: Apache-2.0
 *
 * One reading of a device, as a conversation: what to ask next, what was
 * answered, and in the end the sections as agent output (sections/rows.h).
 * Pure: session.c has the conversation with a device, stored.c with a file.
 *
 * First the scan: sysDescr, sysObjectID and every OID that the wanted
 * sections' conditions name, each once. Then the columns of the sections that
 * fit, each once however many sections have it, several in one request. A
 * device that cannot do that is asked in smaller pieces: fewer repetitions,
 * column by column, one value at a time.
 */
#ifndef FETCHER_SNMP_COLLECT_H
#define FETCHER_SNMP_COLLECT_H

#include "common/err.h"
#include "fetcher/sections/section.h"
#include "fetcher/snmp/wire.h"

#include <jansson.h>
#include <stdbool.h>

#define COLLECT_MAX_SECTIONS 192
#define COLLECT_MAX_COLUMNS  512
#define COLLECT_MAX_VALUES   200000 /* of one reading */
#define COLLECT_MAX_BYTES    (16u << 20)

struct collect_settings {
	bool v1;       /* no GetBulk */
	bool no_bulk;  /* the device's GetBulk is broken */
	unsigned bulk; /* repetitions of a GetBulk; 0: 10 */
	bool bare;     /* a device without sysDescr and sysObjectID */
	bool scan_only;
	/* What is there already, by the agent: supersedes; may be empty. */
	struct slice agent_output;
	/* The host's key snmp: contexts, limits, exclude, fetch_interval,
	 * encoding; may be NULL. */
	const json_t *options;
	/* What the last readings have kept (fetcher/persist.h), and the host
	 * whose it is; may be empty. Discovery is not to trust its scan. */
	struct slice kept, host;
	bool scan_anew;
	int64_t now; /* wall seconds */
	/* Room for the request, which may be shared with other readings: what
	 * collect_next() gives holds until any of them. NULL: its own. */
	struct snmp_request *request;
	struct arena_spare *spare; /* memory of readings; may be NULL */
};

struct collect;

/* `wanted` are sections with SNMP sources; their fallbacks are added. */
struct collect *collect_new(const struct collect_settings *settings,
    const struct section_type *const *wanted, size_t n);
void collect_free(struct collect **c);
/*
 * The same device once more, with what the scan has found before: true if the
 * reading before was a good one with no news, nothing that it depends on has
 * changed, and nothing has become too old. False: make a new one.
 */
bool collect_again(struct collect *c, const struct collect_settings *settings,
    const struct section_type *const *wanted, size_t n);
/* Gives back what it needs no more until then. False: it is for once only. */
bool collect_rest(struct collect *c);

/* False: all is asked. The request holds until the next call. */
bool collect_next(struct collect *c, const struct snmp_request **request_r);
/*
 * 0, or -1 with words: the reading has failed. Silence (SNMP_SILENCE) is an
 * answer too; the words for it are the caller's, so it gives "".
 */
int collect_answer(
    struct collect *c, const struct snmp_answer *answer, struct err *err_r);
/* Appends the sections; counts rows and requests. */
void collect_output(struct collect *c, struct str *out);
size_t collect_requests(const struct collect *c);
size_t collect_sections(const struct collect *c); /* that fitted the device */
/* Is there something that the next reading should know? */
bool collect_has_news(const struct collect *c);
/* Some of the device was left out: COLLECT_MAX_VALUES, COLLECT_MAX_BYTES. */
bool collect_over_limit(const struct collect *c);
/*
 * After a scan: appends {section, read, superseded_by, interval, contexts
 * (null: the session's), checks, conditions: [{oid, test, text?, or, true,
 * found, value}]} for each section.
 */
void collect_explain(const struct collect *c, json_t *rows);

/*
 * All sections that checks have with an SNMP source, or those that the items
 * of a job need; items NULL: all. Returns how many.
 */
size_t collect_wanted(struct slice items, bool all,
    const struct section_type **wanted /* COLLECT_MAX_SECTIONS */);

#endif
