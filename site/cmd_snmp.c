/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette snmp: a device as it answers.
 */
#include "common/file.h"
#include "common/mem.h"
#include "common/utf8.h"
#include "fetcher/snmp/once.h"
#include "fetcher/snmp/stored.h"
#include "fetcher/snmp/walk.h"
#include "site/cmd.h"
#include "site/snmp.h"
#include "site/term.h"
#include "site/written.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WALK_FILE_MAX (512u << 20)
#define PROGRESS      1000 /* values */

/* The host's job with the key snmp; false after a message. */
static bool
host_job(const struct cmd_call *call, struct written *w, struct msg_job *job)
{
	uint32_t host = written_host(w, "snmp", call->argv[1]);
	uint32_t agent;

	if (host == SNAP_NONE)
		return false;
	agent = written_agent(w, host);
	if (agent != SNAP_NONE && written_bare_job(w, agent, job) &&
	    job->snmp.len > 0)
		return true;
	cmd_fail(
	    "snmp", "%s is not read by SNMP (its key \"snmp\")", call->argv[1]);
	return false;
}

static bool
is_version(const struct msg_job *job, const char *version)
{
	json_t *doc = json_loadb(job->snmp.s, job->snmp.len, 0, NULL);
	const char *word = json_string_value(json_object_get(doc, "version"));
	bool is = word != NULL && strcmp(word, version) == 0;

	json_decref(doc);
	return is;
}

/* --- walk, get ------------------------------------------------------------
 */

struct walking {
	struct oid trees[WALK_MAX_TREES];
	size_t n;
	bool exact;
	const char *context; /* NULL: the host's */
	struct oid skip;
	struct snmp_walk *walk;
	FILE *to;
	json_t *rows; /* NULL: lines */
	struct str line;
	size_t missing; /* exact: the device has none */
};

static void
put_row(struct walking *k, const struct snmp_var *v)
{
	struct str oid = {0}, hex = {0};
	json_t *row;

	oid_text(v->oid.id, v->oid.n, &oid);
	row = json_pack("{s:s}", "oid", str_get(&oid));
	if (v->kind == SNMP_NONE) {
		json_object_set_new(row, "value", json_null());
	} else if (utf8_valid(v->value) &&
	    (v->value.len == 0 ||
		memchr(v->value.s, '\0', v->value.len) == NULL)) {
		json_object_set_new(row, "value",
		    json_stringn(
			v->value.len == 0 ? "" : v->value.s, v->value.len));
	} else {
		for (size_t i = 0; i < v->value.len; i++)
			str_addf(&hex, "%02x", (unsigned char)v->value.s[i]);
		json_object_set_new(row, "hex", json_string(str_get(&hex)));
	}
	json_array_append_new(k->rows, row);
	str_free(&oid);
	str_free(&hex);
}

static void
put(void *arg, const struct snmp_var *v)
{
	struct walking *k = arg;
	size_t n = snmp_walk_values(k->walk);

	k->missing += v->kind == SNMP_NONE;
	str_clear(&k->line);
	if (k->rows != NULL) {
		put_row(k, v);
	} else if (v->kind == SNMP_NONE) {
		oid_text(v->oid.id, v->oid.n, &k->line);
		fprintf(stderr, "%s: the device has no such value\n",
		    str_get(&k->line));
	} else {
		stored_put(v, &k->line);
		fwrite(k->line.s, 1, k->line.len, k->to);
	}
	if (n % PROGRESS != 0)
		return;
	str_clear(&k->line);
	oid_text(v->oid.id, v->oid.n, &k->line);
	term_progress("%zu values, at %s", n, str_get(&k->line));
}

static bool
next(void *self, const struct snmp_request **request_r)
{
	return snmp_walk_next(((struct walking *)self)->walk, request_r);
}

static int
answer(void *self, const struct snmp_answer *a, struct err *err_r)
{
	return snmp_walk_answer(((struct walking *)self)->walk, a, err_r);
}

static void
begin_walk(
    const struct snmp_options *options, struct snmp_talk *talk_r, void *arg)
{
	struct walking *k = arg;
	struct snmp_walk_settings set = {.v1 = options->version == 1,
	    .no_bulk = options->no_bulk,
	    .bulk = options->bulk,
	    .exact = k->exact,
	    .context = k->context,
	    .skip = k->skip.n > 0 ? &k->skip : NULL,
	    .put = put,
	    .arg = k};

	k->walk = snmp_walk_new(&set, k->trees, k->n);
	*talk_r = (struct snmp_talk){next, answer, k};
}

/* False after a message. */
static bool
read_trees(const struct cmd_call *call, struct walking *k)
{
	if (call->argc == 2 && !k->exact) {
		/* All of it but SNMP's own tables of users and rights. */
		oid_parse(SLICE(".1"), &k->trees[k->n++]);
		oid_parse(SLICE(".1.3.6.1.6.3"), &k->skip);
	}
	for (int i = 2; i < call->argc; i++) {
		if (k->n == WALK_MAX_TREES) {
			cmd_fail("snmp", "more than %d OIDs", WALK_MAX_TREES);
			return false;
		}
		if (!oid_parse(slice_of(call->argv[i]), &k->trees[k->n++])) {
			cmd_fail("snmp",
			    "%s: an OID in numbers was expected "
			    "(.1.3.6.1.2.1.1)",
			    call->argv[i]);
			return false;
		}
	}
	return true;
}

static int
finish(struct walking *k, const char *host, const char *path, const char *why)
{
	bool bad = ferror(k->to) != 0;

	if (k->to != stdout)
		bad = fclose(k->to) != 0 || bad;
	else
		bad = fflush(k->to) != 0 || bad;
	if (k->rows != NULL)
		term_json(k->rows);
	if (bad)
		return cmd_fail("snmp", "%s: %s",
		    path == NULL ? "standard output" : path, strerror(errno));
	if (snmp_walk_circles(k->walk) > 0)
		fprintf(stderr,
		    "vedette: snmp: the device gives the same OIDs again and "
		    "again: the walk went on behind that tree\n");
	if (why != NULL && snmp_walk_values(k->walk) == 0)
		return cmd_fail("snmp", "%s: %s", host, why);
	if (why != NULL)
		return cmd_fail("snmp", "%s: %s (%zu values were read)", host,
		    why, snmp_walk_values(k->walk));
	if (path != NULL)
		printf("%zu values of %s in %s\n", snmp_walk_values(k->walk),
		    host, path);
	return k->missing > 0 ? CMD_FAILED : 0;
}

static int
walk_job(
    const struct cmd_call *call, struct walking *k, const struct msg_job *job)
{
	const char *path = cmd_value(call, "output");
	struct err err;
	int code;

	k->to = path == NULL ? stdout : fopen(path, "we");
	if (k->to == NULL)
		return cmd_fail("snmp", "%s: %s", path, strerror(errno));
	if (cmd_flag(call, "json"))
		k->rows = json_array();
	if (snmp_once(job, call->site->root, begin_walk, k, &err) == 0) {
		term_clear();
		code = finish(k, call->argv[1], path, NULL);
	} else {
		term_clear();
		code = k->walk == NULL
		    ? cmd_fail("snmp", "%s: %s", call->argv[1], err.text)
		    : finish(k, call->argv[1], path, err.text);
	}
	snmp_walk_free(&k->walk);
	json_decref(k->rows);
	str_free(&k->line);
	return code;
}

static int
walk_or_get(const struct cmd_call *call, bool exact)
{
	struct walking *k = xnew(struct walking);
	struct written *w = NULL;
	struct msg_job job;
	int code = CMD_FAILED;

	k->exact = exact;
	k->context = cmd_value(call, "context");
	if (exact && call->argc < 3)
		cmd_fail("snmp", "get needs an OID (.1.3.6.1.2.1.1.5.0)");
	else if (exact && cmd_value(call, "output") != NULL)
		cmd_fail("snmp", "--output goes with walk alone");
	else if (read_trees(call, k))
		w = written_open(call->site, "snmp");
	if (w == NULL || !host_job(call, w, &job))
		code = CMD_FAILED;
	else if (k->context != NULL && !is_version(&job, "3"))
		cmd_fail("snmp",
		    "%s: contexts go with version 3 alone (its key "
		    "snmp.version)",
		    call->argv[1]);
	else
		code = walk_job(call, k, &job);
	written_close(&w);
	free(k);
	return code;
}

static int
walk(const struct cmd_call *call)
{
	return walk_or_get(call, false);
}

static int
get(const struct cmd_call *call)
{
	return walk_or_get(call, true);
}

/* --- scan -----------------------------------------------------------------
 */

struct scanning {
	struct collect *collect;
	json_t *doc; /* the host's key snmp */
};

static void
make_collector(struct scanning *s, const struct msg_job *job)
{
	const struct section_type *wanted[COLLECT_MAX_SECTIONS];
	size_t n = collect_wanted((struct slice){NULL, 0}, true, wanted);
	struct collect_settings set = {.scan_only = true};

	s->doc = json_loadb(job->snmp.s, job->snmp.len, 0, NULL);
	set.v1 = is_version(job, "1");
	if (!is_version(job, "3")) { /* they take no notice of contexts */
		json_object_del(s->doc, "contexts");
		json_object_del(s->doc, "section_contexts");
	}
	set.bare = json_is_true(json_object_get(s->doc, "without_system"));
	set.options = s->doc;
	s->collect = collect_new(&set, wanted, n);
}

static bool
scan_next(void *self, const struct snmp_request **request_r)
{
	return collect_next(((struct scanning *)self)->collect, request_r);
}

static int
scan_answer(void *self, const struct snmp_answer *a, struct err *err_r)
{
	return collect_answer(((struct scanning *)self)->collect, a, err_r);
}

static void
begin_scan(
    const struct snmp_options *options, struct snmp_talk *talk_r, void *arg)
{
	(void)options;
	*talk_r = (struct snmp_talk){scan_next, scan_answer, arg};
}

static int
scan_file(struct scanning *s, const char *path, struct err *err_r)
{
	struct str text = {0};
	int rc = file_read(path, WALK_FILE_MAX, &text, err_r);

	if (rc == 0)
		rc = stored_scan(str_slice(&text), s->collect, err_r);
	str_free(&text);
	return rc;
}

static int
scan(const struct cmd_call *call)
{
	const char *path = cmd_value(call, "walk");
	struct written *w = written_open(call->site, "snmp");
	struct scanning s = {NULL, NULL};
	json_t *rows = json_array();
	struct msg_job job;
	struct err err;
	int rc, code = CMD_FAILED;

	if (w != NULL && host_job(call, w, &job)) {
		make_collector(&s, &job);
		rc = path != NULL
		    ? scan_file(&s, path, &err)
		    : snmp_once(&job, call->site->root, begin_scan, &s, &err);
		code = rc == 0
		    ? 0
		    : cmd_fail("snmp", "%s: %s",
			  path != NULL ? path : call->argv[1], err.text);
	}
	if (code == 0)
		collect_explain(s.collect, rows);
	if (code == 0 && cmd_flag(call, "json"))
		term_json(rows);
	else if (code == 0)
		snmp_print_scan(rows, cmd_flag(call, "all"));
	collect_free(&s.collect);
	json_decref(s.doc);
	json_decref(rows);
	written_close(&w);
	return code;
}

/* --- the verb -------------------------------------------------------------
 */

static const struct part {
	const char *name;
	int (*run)(const struct cmd_call *call);
	bool oids;
} parts[] = {{"walk", walk, true}, {"get", get, true}, {"scan", scan, false}};

static int
run(const struct cmd_call *call)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (strcmp(parts[i].name, call->argv[0]) != 0)
			continue;
		if (call->argc > 2 && !parts[i].oids)
			return cmd_fail(
			    "snmp", "%s takes a host alone", parts[i].name);
		return parts[i].run(call);
	}
	return cmd_fail(
	    "snmp", "\"%s\" is unknown; say walk, get or scan", call->argv[0]);
}

static const struct cmd_option options[] = {
    {"output", 'o', "FILE",
	"walk: into this file, with progress on a terminal"},
    {"context", 'c', "NAME",
	"walk, get: in this context (version 3) in place of the host's"},
    {"walk", 'w', "FILE", "scan: this stored walk in place of the device"},
    {"all", 'a', NULL, "scan: also what the device does not have, with why"},
    {"json", 'j', NULL,
	"walk, get: an array of {oid, value or hex}; scan: of {section, read, "
	"superseded_by, interval, contexts, checks, conditions}"},
    {0}};

const struct cmd cmd_snmp = {
    .name = "snmp",
    .args = "walk HOST [OID...] | get HOST OID... | scan HOST",
    .summary = "ask a host's SNMP device",
    .details =
	"Asks as the configuration files say, with the host's credentials,\n"
	"without an activation and without a running site.\n"
	"walk   all values at and below the OIDs, one \"OID value\" a line, "
	"as\n"
	"       \"vedette check HOST --walk FILE\" judges them. Without OIDs\n"
	"       the whole device but SNMP's own users and access rights\n"
	"       (.1.3.6.1.6.3). What was read before a failure is written "
	"too.\n"
	"get    single values; exit code 1 if the device lacks one\n"
	"scan   which tables would be read for which checks, and why",
    .scope = CMD_SITE_OPTION,
    .min_args = 2,
    .max_args = WALK_MAX_TREES + 2,
    .options = options,
    .run = run,
};
