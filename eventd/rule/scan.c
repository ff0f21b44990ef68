/* SPDX-License-Identifier: Apache-2.0
 *
 * Scans by Vectorscan; see scan.h. Two databases: bytes are characters while a
 * text is ASCII, which compiles and scans faster; other texts are for the one
 * that knows UTF-8.
 */
#include "eventd/rule/scan.h"

#include "common/log.h"
#include "common/mem.h"

#include <hs/hs.h>
#include <openssl/evp.h>
#include <stdlib.h>

#define FLAGS (HS_FLAG_CASELESS | HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY)
/* Patterns that pass alone and fail together are taken out one by one. */
#define MAX_REPAIRS 16

struct expression {
	char *text;
	uint32_t rule;
	unsigned flags;
	bool out; /* the compiler refused it */
};

struct scan_source {
	struct expression *v;
	size_t n, cap;
	uint32_t n_rules;
	uint8_t *wants; /* by rule: expressions that must be in */
};

struct scan {
	hs_database_t *ascii, *utf8;
	hs_scratch_t *scratch;
	uint32_t n_rules;
	bool *covered;   /* by rule */
	bool *hit;       /* by rule, false between calls */
	uint32_t *found; /* in the present call */
	size_t n_found;
};

/* --- the source ----------------------------------------------------------- */

static bool
is_supported(const char *text, unsigned flags)
{
	hs_expr_info_t *info = NULL;
	hs_compile_error_t *error = NULL;
	bool ok = hs_expression_info(text, flags, &info, &error) == HS_SUCCESS;

	free(info);
	if (error != NULL)
		hs_free_compile_error(error);
	return ok;
}

/* False: it is not for Vectorscan at all. */
static bool
add_pattern(struct scan_source *s, const struct pattern *p, uint32_t rule)
{
	char *text = ec_pattern_expression(p);
	unsigned flags = FLAGS;

	if (!is_supported(text, flags | HS_FLAG_UTF8))
		flags |= HS_FLAG_PREFILTER;
	if (!is_supported(text, flags | HS_FLAG_UTF8)) {
		free(text);
		return false;
	}
	ARRAY_GROW(s->v, s->n, s->cap);
	s->v[s->n++] = (struct expression){text, rule, flags, false};
	return true;
}

/* A rule is left out only if its text decides on each of its sides. */
static void
add_rule(struct scan_source *s, const struct rule *r)
{
	size_t before = s->n;
	bool fits = !r->when.invert && r->when.text != NULL &&
	    (!r->cancel.set || r->cancel.text != NULL);

	fits = fits && add_pattern(s, r->when.text, r->number) &&
	    (!r->cancel.set || add_pattern(s, r->cancel.text, r->number));
	while (!fits && s->n > before)
		free(s->v[--s->n].text);
	s->wants[r->number] = (uint8_t)(s->n - before);
}

struct scan_source *
scan_source_new(const struct ruleset *rs)
{
	struct scan_source *s = xnew(struct scan_source);

	s->n_rules = (uint32_t)rs->n;
	s->wants = xcalloc(rs->n + 1, sizeof(*s->wants));
	for (size_t i = 0; i < rs->n; i++)
		add_rule(s, rs->rules[i]);
	if (s->n == 0)
		scan_source_free(&s);
	return s;
}

void
scan_source_free(struct scan_source **sp)
{
	struct scan_source *s = *sp;

	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].text);
	free(s->v);
	free(s->wants);
	free(s);
	*sp = NULL;
}

void
scan_source_key(const struct scan_source *s, uint8_t key_r[SCAN_KEY_LEN])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	hs_platform_info_t platform = {0};
	const char *version = hs_version();

	hs_populate_platform(&platform);
	must(md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1);
	EVP_DigestUpdate(md, version, strlen(version) + 1);
	EVP_DigestUpdate(md, &platform, sizeof(platform));
	EVP_DigestUpdate(md, &s->n_rules, sizeof(s->n_rules));
	for (size_t i = 0; i < s->n; i++) {
		const struct expression *e = &s->v[i];

		EVP_DigestUpdate(md, e->text, strlen(e->text) + 1);
		EVP_DigestUpdate(md, &e->rule, sizeof(e->rule));
		EVP_DigestUpdate(md, &e->flags, sizeof(e->flags));
	}
	EVP_DigestFinal_ex(md, key_r, NULL);
	EVP_MD_CTX_free(md);
}

/* --- compiling ------------------------------------------------------------ */

struct arrays { /* what hs_compile_multi() takes */
	const char **text;
	unsigned *flags, *ids;
	size_t *at; /* index in the source */
	unsigned n;
};

static void
fill(struct arrays *a, const struct scan_source *s, const bool *out,
    unsigned more)
{
	a->n = 0;
	for (size_t i = 0; i < s->n; i++) {
		if (out[i])
			continue;
		a->text[a->n] = s->v[i].text;
		a->flags[a->n] = s->v[i].flags | more;
		a->ids[a->n] = s->v[i].rule;
		a->at[a->n++] = i;
	}
}

/* NULL with a reason. Marks in `out` what the compiler refuses. */
static hs_database_t *
compile(
    const struct scan_source *s, bool *out, unsigned more, struct err *err_r)
{
	struct arrays a = {xcalloc(s->n, sizeof(*a.text)),
	    xcalloc(s->n, sizeof(*a.flags)), xcalloc(s->n, sizeof(*a.ids)),
	    xcalloc(s->n, sizeof(*a.at)), 0};
	hs_database_t *db = NULL;

	for (unsigned i = 0; i < MAX_REPAIRS && db == NULL; i++) {
		hs_compile_error_t *error = NULL;
		bool named;

		fill(&a, s, out, more);
		if (a.n == 0) {
			err_set(err_r, "no pattern is left");
			break;
		}
		if (hs_compile_multi(a.text, a.flags, a.ids, a.n, HS_MODE_BLOCK,
			NULL, &db, &error) == HS_SUCCESS)
			break;
		db = NULL;
		named = error->expression >= 0;
		if (named)
			out[a.at[error->expression]] = true;
		err_set(err_r, "%s", error->message);
		hs_free_compile_error(error);
		if (!named)
			break;
	}
	free(a.text);
	free(a.flags);
	free(a.ids);
	free(a.at);
	return db;
}

/* Takes the databases over. `out` may be NULL. */
static struct scan *
scan_of(const struct scan_source *s, hs_database_t *ascii, hs_database_t *utf8,
    const bool *out)
{
	struct scan *scan = xnew(struct scan);
	uint8_t *have = xcalloc(s->n_rules + 1, 1);

	scan->ascii = ascii;
	scan->utf8 = utf8;
	scan->n_rules = s->n_rules;
	scan->covered = xcalloc(s->n_rules + 1, sizeof(*scan->covered));
	scan->hit = xcalloc(s->n_rules + 1, sizeof(*scan->hit));
	scan->found = xcalloc(s->n_rules + 1, sizeof(*scan->found));
	for (size_t i = 0; i < s->n; i++)
		have[s->v[i].rule] += out == NULL || !out[i];
	for (uint32_t i = 0; i < s->n_rules; i++)
		scan->covered[i] = s->wants[i] > 0 && have[i] == s->wants[i];
	free(have);
	if (hs_alloc_scratch(ascii, &scan->scratch) != HS_SUCCESS ||
	    hs_alloc_scratch(utf8, &scan->scratch) != HS_SUCCESS)
		panic("memory for a scan: none");
	return scan;
}

struct scan *
scan_compile(const struct scan_source *s, struct err *err_r)
{
	bool *out = xcalloc(s->n + 1, sizeof(*out));
	hs_database_t *ascii = NULL, *utf8 = NULL;
	struct scan *scan = NULL;

	if (hs_valid_platform() != HS_SUCCESS)
		err_set(err_r, "Vectorscan does not know this processor");
	else
		utf8 = compile(s, out, HS_FLAG_UTF8, err_r);
	if (utf8 != NULL)
		ascii = compile(s, out, 0, err_r);
	if (ascii != NULL)
		scan = scan_of(s, ascii, utf8, out);
	else if (utf8 != NULL)
		hs_free_database(utf8);
	free(out);
	return scan;
}

void
scan_free(struct scan **sp)
{
	struct scan *s = *sp;

	if (s == NULL)
		return;
	hs_free_scratch(s->scratch);
	hs_free_database(s->ascii);
	hs_free_database(s->utf8);
	free(s->covered);
	free(s->hit);
	free(s->found);
	free(s);
	*sp = NULL;
}

/* --- saved ----------------------------------------------------------------
 * Lengths of the two databases (u64), both, and a byte a rule: covered.
 */

void
scan_save(const struct scan *s, struct str *to)
{
	const hs_database_t *const dbs[] = {s->ascii, s->utf8};
	char *bytes[2] = {NULL, NULL};
	size_t len[2] = {0, 0};

	for (size_t i = 0; i < 2; i++) {
		must(hs_serialize_database(dbs[i], &bytes[i], &len[i]) ==
		    HS_SUCCESS);
		str_addn(to, (const char *)&(uint64_t){len[i]}, 8);
	}
	for (size_t i = 0; i < 2; i++) {
		str_addn(to, bytes[i], len[i]);
		free(bytes[i]);
	}
	for (uint32_t i = 0; i < s->n_rules; i++)
		str_addc(to, s->covered[i] ? 1 : 0);
}

struct scan *
scan_load(const struct scan_source *s, struct slice bytes)
{
	hs_database_t *db[2] = {NULL, NULL};
	struct scan *scan = NULL;
	uint64_t len[2];
	const char *at;

	if (bytes.len < sizeof(len))
		return NULL;
	memcpy(len, bytes.s, sizeof(len));
	bytes.len -= sizeof(len);
	at = bytes.s + sizeof(len);
	if (len[0] > bytes.len || len[1] > bytes.len - len[0] ||
	    bytes.len - len[0] - len[1] != s->n_rules)
		return NULL;
	if (hs_deserialize_database(at, len[0], &db[0]) == HS_SUCCESS &&
	    hs_deserialize_database(at + len[0], len[1], &db[1]) ==
		HS_SUCCESS) {
		scan = scan_of(s, db[0], db[1], NULL);
		for (uint32_t i = 0; i < s->n_rules; i++)
			scan->covered[i] = at[len[0] + len[1] + i] != 0;
	} else {
		hs_free_database(db[0]);
		hs_free_database(db[1]);
	}
	return scan;
}

/* --- scanning ------------------------------------------------------------- */

bool
scan_covers(const struct scan *s, uint32_t rule)
{
	return s->covered[rule];
}

size_t
scan_covered(const struct scan *s)
{
	size_t n = 0;

	for (uint32_t i = 0; i < s->n_rules; i++)
		n += s->covered[i];
	return n;
}

static int
on_hit(unsigned id, unsigned long long from, unsigned long long to,
    unsigned flags, void *arg)
{
	struct scan *s = arg;

	(void)from;
	(void)to;
	(void)flags;
	if (!s->hit[id] && s->covered[id]) {
		s->hit[id] = true;
		s->found[s->n_found++] = id;
	}
	return 0;
}

static int
by_number(const void *pa, const void *pb)
{
	uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;

	return a < b ? -1 : a > b;
}

static bool
is_ascii(struct slice s)
{
	unsigned char any = 0;

	for (size_t i = 0; i < s.len; i++)
		any |= (unsigned char)s.s[i];
	return any < 0x80;
}

size_t
scan_text(struct scan *s, struct slice text, const uint32_t **rules_r)
{
	const hs_database_t *db = is_ascii(text) ? s->ascii : s->utf8;
	hs_error_t rc;

	s->n_found = 0;
	rc = hs_scan(db, text.s == NULL ? "" : text.s, (unsigned)text.len, 0,
	    s->scratch, on_hit, s);
	must(rc == HS_SUCCESS);
	if (s->n_found > 1)
		qsort(s->found, s->n_found, sizeof(*s->found), by_number);
	for (size_t i = 0; i < s->n_found; i++)
		s->hit[s->found[i]] = false;
	*rules_r = s->found;
	return s->n_found;
}
