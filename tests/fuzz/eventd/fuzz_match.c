/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules and messages made of the input: the matcher with its index and its scan
 * must find what a slow look at every rule finds (EC-18).
 */
#include "eventd/rule/match.h"
#include "eventd/rule/scan.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define RULES    8
#define MESSAGES 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
	const uint8_t *at;
	size_t left;
};

static unsigned
pick(struct bytes *b, unsigned n)
{
	if (b->left == 0)
		return 0;
	b->left--;
	return *b->at++ % n;
}

/* --- rules out of bytes --------------------------------------------------- */

static const char *const parts[] = {"disk", "Link", " ", "(\\\\d+)", "(\\\\S+)",
    ".*", "^", "$", "up|down", "[a-k]", "x{2,3}", "(a|b)?", "\\\\bfan",
    "\xc3\xa4", "7", "(?R)?", "\\\\.", "(?<=d)i"};

static void
add_pattern(struct bytes *b, struct str *json, const char *key, bool *any)
{
	unsigned n = pick(b, 4);

	if (n == 0)
		return;
	str_addf(json, "%s\"%s\":\"", *any ? "," : "", key);
	*any = true;
	while (n-- > 0)
		str_add(json, parts[pick(b, ARRAY_LEN(parts))]);
	str_addc(json, '"');
}

static void
add_priority(struct bytes *b, struct str *json, bool *any)
{
	if (pick(b, 3) != 0)
		return;
	str_addf(json, "%s\"priority\":[%u,%u]", *any ? "," : "", pick(b, 8),
	    pick(b, 8));
	*any = true;
}

static void
add_rule(struct bytes *b, struct str *json, unsigned id)
{
	static const char *const outcomes[] = {"event", "drop", "skip_pack"};
	bool any = false, invert;

	str_addf(json, "{\"id\":\"r%u\",\"outcome\":\"%s\",\"when\":{", id,
	    outcomes[pick(b, 3)]);
	add_pattern(b, json, "text", &any);
	add_pattern(b, json, "application", &any);
	if (pick(b, 4) == 0)
		add_pattern(b, json, "host", &any);
	add_priority(b, json, &any);
	if (pick(b, 4) == 0) {
		str_addf(json, "%s\"facility\":%u", any ? "," : "", pick(b, 3));
		any = true;
	}
	if (pick(b, 6) == 0) {
		str_addf(json, "%s\"network\":\"192.0.2.0/%u\"", any ? "," : "",
		    24 + pick(b, 9));
		any = true;
	}
	invert = pick(b, 5) == 0;
	if (invert)
		str_addf(json, "%s\"invert\":true", any ? "," : "");
	str_addc(json, '}');
	if (!invert && pick(b, 3) == 0) {
		any = false;
		str_add(json, ",\"cancel\":{");
		add_pattern(b, json, "text", &any);
		add_pattern(b, json, "application", &any);
		add_priority(b, json, &any);
		if (!any)
			str_add(json, "\"priority\":[6,7]");
		str_addc(json, '}');
	}
	str_addc(json, '}');
}

static struct ruleset *
make_rules(struct bytes *b)
{
	struct str json = {0}, mistakes = {0};
	struct ruleset *rs;
	json_t *doc;
	bool open = false;

	str_addc(&json, '[');
	for (unsigned i = 0; i < RULES; i++) {
		if (i > 0 && !(open && json.s[json.len - 1] == '['))
			str_addc(&json, ',');
		if (pick(b, 3) == 0) {
			if (open) {
				json.len--;
				str_add(&json, "]},");
			}
			str_addf(&json, "{\"pack\":\"p%u\",\"rules\":[", i);
			open = true;
		}
		add_rule(b, &json, i);
	}
	str_add(&json, open ? "]}]" : "]");
	doc = json_loads(str_get(&json), 0, NULL);
	if (doc == NULL)
		panic("no JSON: %s", str_get(&json));
	rs = ruleset_compile(doc, NULL, &mistakes, NULL);
	json_decref(doc);
	str_free(&json);
	str_free(&mistakes);
	return rs;
}

/* --- the slow look -------------------------------------------------------- */

static bool
in_range(const struct range *r, int v)
{
	return v >= r->from && v <= r->to;
}

struct slow {
	const struct rule *rule;
	bool cancelling;
	struct groups text;
};

static bool
has(const struct pattern *p, struct slice s, struct pattern_scratch *scratch,
    struct groups *g)
{
	uint64_t limit = 0;

	return p == NULL || ec_pattern_match(p, s, scratch, g, &limit);
}

/* All conditions of one rule, each looked at, as sections 9 and 11 say. */
static bool
slow_fits(const struct rule *r, const struct message *m,
    struct pattern_scratch *scratch, struct slow *out)
{
	const struct pattern *cancel_app = r->cancel.application != NULL
	    ? r->cancel.application
	    : r->when.application;
	bool both, problem, cancels, range, cancel_range;
	struct groups text = {0}, cancel_text = {0}, other = {0};

	both = (!r->when.has_facility || r->when.facility == m->facility) &&
	    (!r->when.network.set ||
		networks_have(
		    &(struct networks){(struct network *)&r->when.network, 1},
		    m->ipaddress)) &&
	    has(r->when.host, m->host, scratch, &other);
	range =
	    !r->when.priority.set || in_range(&r->when.priority, m->priority);
	cancel_range = r->cancel.priority.set &&
	    in_range(&r->cancel.priority, m->priority);
	cancels = r->cancel.set && (range || cancel_range) &&
	    (!r->cancel.priority.set || cancel_range) &&
	    has(cancel_app, m->application, scratch, &other) &&
	    has(r->cancel.text, m->text, scratch, &cancel_text);
	problem = range &&
	    has(r->when.application, m->application, scratch, &other) &&
	    has(r->when.text, m->text, scratch, &text);
	out->rule = r;
	out->cancelling = both && cancels && !r->when.invert;
	out->text = out->cancelling ? cancel_text : text;
	if (r->when.invert)
		out->text.n = 0;
	return (both && (cancels || problem)) != r->when.invert;
}

static bool
slow_match(const struct ruleset *rs, const struct message *m,
    struct pattern_scratch *scratch, struct slow *out)
{
	const struct pack *skipped = NULL;

	for (size_t i = 0; i < rs->n; i++) {
		const struct rule *r = rs->rules[i];

		if (r->pack == skipped || !slow_fits(r, m, scratch, out))
			continue;
		if (r->outcome != OUTCOME_SKIP_PACK)
			return true;
		skipped = r->pack;
	}
	return false;
}

/* --- both ----------------------------------------------------------------- */

static void
compare(struct ruleset *rs, const struct message *m,
    struct pattern_scratch *scratch)
{
	static const struct match_world world = {.site = "demo"};
	struct match_walk walk = {.world = &world, .scratch = scratch};
	struct match match;
	struct slow slow = {0};
	bool found = ruleset_match(rs, m, &walk, &match);
	bool want = slow_match(rs, m, scratch, &slow);

	if (found != want ||
	    (found &&
		(match.rule != slow.rule ||
		    match.cancelling != slow.cancelling ||
		    match.text.n != slow.text.n)))
		panic("\"%.*s\": %s, but slowly %s", (int)m->text.len,
		    m->text.s, found ? match.rule->id : "none",
		    want ? slow.rule->id : "none");
	for (uint32_t i = 0; found && i < slow.text.n; i++)
		must(slice_eq(match.text.group[i], slow.text.group[i]));
}

static void
run_messages(
    struct bytes b, struct ruleset *rs, struct pattern_scratch *scratch)
{
	static const char *const words[] = {"disk ", "LINK ", "link", "7", "x",
	    "fan", "down", "up ", "\xc3\x84", "ab", ".", "kernel", "xx"};
	static const char *const addresses[] = {
	    "192.0.2.7", "192.0.2.200", "", "::1"};

	for (int i = 0; i < MESSAGES; i++) {
		struct str text = {0}, app = {0};
		struct message m = {.facility = (uint8_t)pick(&b, 3),
		    .priority = (uint8_t)pick(&b, 8),
		    .host = SLICE("gw7")};

		for (unsigned k = pick(&b, 6); k > 0; k--)
			str_add(&text, words[pick(&b, ARRAY_LEN(words))]);
		for (unsigned k = pick(&b, 3); k > 0; k--)
			str_add(&app, words[pick(&b, ARRAY_LEN(words))]);
		m.text = str_slice(&text);
		m.application = str_slice(&app);
		m.ipaddress = slice_of(addresses[pick(&b, 4)]);
		compare(rs, &m, scratch);
		str_free(&text);
		str_free(&app);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct pattern_scratch *scratch;
	struct bytes b = {data, size};
	struct scan_source *source;
	struct ruleset *rs;
	struct scan *scan;
	struct err err;

	if (scratch == NULL)
		scratch = ec_pattern_scratch_new();
	rs = make_rules(&b);
	if (rs == NULL)
		return 0;
	run_messages(b, rs, scratch);
	source = scan_source_new(rs);
	scan = source == NULL ? NULL : scan_compile(source, &err);
	if (scan != NULL) {
		ruleset_take_scan(rs, scan);
		run_messages(b, rs, scratch);
	}
	scan_source_free(&source);
	ruleset_free(&rs);
	return 0;
}
