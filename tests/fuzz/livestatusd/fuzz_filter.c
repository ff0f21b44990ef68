/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters against an oracle. The input makes a filter, and says how the
 * objects of a small site are; the query's rows are compared with those that a
 * slow evaluator finds, which has been written from the protocol's description
 * alone: it asks for all rows without a filter, reads the JSON, and judges one
 * row after the other. The same filter is asked as Stats, and negated.
 */
#include "common/clock.h"
#include "common/config/snapshot_build.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/lql/lql.h"

#include <jansson.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW      1700000000
#define HOSTS    23u
#define SERVICES 61u /* a host: more than a block, over many pages */

enum type {
	INT,
	FLOAT,
	STRING,
	LIST,
	DICT
};
static const struct {
	const char *name;
	enum type type;
} columns[] = {
    {"state", INT},
    {"has_been_checked", INT},
    {"current_attempt", INT},
    {"last_check", INT},
    {"is_flapping", INT},
    {"scheduled_downtime_depth", INT},
    {"host_state", INT},
    {"hard_state", INT},
    {"latency", FLOAT},
    {"percent_state_change", FLOAT},
    {"description", STRING},
    {"host_name", STRING},
    {"plugin_output", STRING},
    {"check_command", STRING},
    {"host_plugin_output", STRING},
    {"groups", LIST},
    {"host_groups", LIST},
    {"contacts", LIST},
    {"labels", DICT},
    {"host_labels", DICT},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static const char *const ops[] = {"=", "!=", "<", "!<", ">", "!>",
    "<=", "!<=", ">=", "!>=", "~", "!~", "=~", "!=~", "~~", "!~~"};
static const char *const ints[] = {
    "0", "1", "2", "3", "7", "1699999990", "-1", "2x", "", "^1", "0|3"};
static const char *const floats[] = {"0", "0.5", "1.25", "2", "99"};
static const char *const strings[] = {"", "alpha", "Beta", "gamma 7", "h07",
    "s13", "ALPHA", "^s1", "a$", "[a-c]l", "beta|s5", "h0.", "g1", "g2", "ann",
    "bob", "G1", "b"};
static const char *const dicts[] = {"env", "env prod", "env Prod", "os ^l",
    "os linux", "'env' 'prod'", "none x", "os b|l"};
static const char *const texts[] = {
    "", "alpha", "beta gamma", "BETA", "gamma 7", "\"quoted\"", "Alphabet"};

/* --- the site ------------------------------------------------------------- */

static void
configure(struct snapb *b)
{
	uint32_t ann = snapb_contact(b, "ann"), bob = snapb_contact(b, "bob");
	char name[16];

	for (uint32_t h = 0; h < HOSTS; h++) {
		snprintf(name, sizeof(name), "h%02u", h);
		snapb_host(b, name);
	}
	for (uint32_t h = 0; h < HOSTS; h++)
		for (uint32_t s = 0; s < SERVICES; s++) {
			snprintf(name, sizeof(name), "s%02u", s);
			snapb_service(b, h, name);
		}
	for (uint32_t i = 0; i < HOSTS * (SERVICES + 1); i++) {
		uint32_t label[] = {snapb_str(b, i % 3 ? "env" : "os"),
		    snapb_str(b, i % 2 ? "prod" : "linux"),
		    snapb_str(b, "explicit")};
		uint32_t who[] = {ann, bob};
		struct snap_list list = snapb_list(b, label, 3);
		uint32_t n = i % 3;

		snapb_object(b, i)->labels = list;
		list = snapb_list(b, who, n);
		snapb_object(b, i)->contacts = list;
		snap_str command = snapb_str(b, texts[i % 5]);

		snapb_object(b, i)->check_command = command;
	}
}

/* Every third host in g1, every fourth service in G1, and so on. */
static void
group(struct snapb *b, enum snapb_groups which, const char *name, uint32_t from,
    uint32_t to, uint32_t step)
{
	uint32_t g = snapb_group(b, which, name), n = 0;
	uint32_t *members = xcalloc(to - from + 1, sizeof(*members));
	struct snap_list list;

	for (uint32_t i = from; i < to; i += step) {
		struct snap_object *o = snapb_object(b, i);
		uint32_t both[2] = {g, g};

		members[n++] = i;
		if (o->groups.n == 1) { /* g is the second */
			both[0] = 0;
			list = snapb_list(b, both, 2);
		} else {
			list = snapb_list(b, both, 1);
		}
		snapb_object(b, i)->groups = list;
	}
	list = snapb_list(b, members, n);
	snapb_group_at(b, which, g)->members = list;
	free(members);
}

static struct mirror *
make(void)
{
	struct snapb *b = snapb_new(1, 1);
	struct err err = {""};
	struct snapshot *snap;
	struct mirror *m;

	configure(b);
	group(b, SNAPB_HOST_GROUPS, "g1", 0, HOSTS, 3);
	group(b, SNAPB_HOST_GROUPS, "g2", 0, HOSTS, 4);
	group(b, SNAPB_SERVICE_GROUPS, "G1", HOSTS, HOSTS * (SERVICES + 1), 5);
	snap = snapb_open(b, &err);
	if (snap == NULL)
		fatal("%s", err.text);
	snapb_free(&b);
	m = mirror_new(snap, &err);
	if (m == NULL)
		fatal("%s", err.text);
	return m;
}

static void
fill(struct mirror *m, uint32_t seed)
{
	for (uint32_t i = 0; i < HOSTS * (SERVICES + 1); i++) {
		uint32_t r = (seed * 31 + i) * 2654435761u >> 7;
		struct msg_checkable c = {.object = i,
		    .state = i < HOSTS ? r % 3 : r % 4,
		    .hard_state = r / 4 % 3,
		    .state_type = r / 12 % 2,
		    .attempt = r / 24 % 4,
		    .downtime_depth = r / 96 % 2,
		    .flags = (r & 512 ? MSG_CHECKABLE_CHECKED : 0) |
			(r & 1024 ? MSG_CHECKABLE_FLAPPING : 0),
		    .last_check = NOW - r / 7 % 20,
		    .latency_us = r % 5 * 250000,
		    .flap_percent = (float)(r % 3),
		    .output = slice_of(
			texts[r / 3 % (sizeof(texts) / sizeof(texts[0]))])};

		if (r % 11 == 0)
			continue; /* as it was */
		mirror_apply(m,
		    &(struct msg){.id = MSG_CHECKABLE, .checkable = c},
		    NOW * NS_PER_S);
	}
}

/* --- the oracle ----------------------------------------------------------- */

struct condition {
	unsigned column, op;
	const char *value;
	regex_t re;
	bool has_re;
};

static bool
is_plain_number(const char *s)
{
	s += *s == '-';
	return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

static bool
matches(const struct condition *k, const char *text)
{
	return regexec(&k->re, text, 0, NULL, 0) == 0;
}

static bool
order(unsigned op, int c)
{
	switch (op) {
	case 0:
		return c == 0;
	case 1:
		return c < 0;
	case 2:
		return c > 0;
	case 3:
		return c <= 0;
	default:
		return c >= 0;
	}
}

static bool
judge_int(const struct condition *k, unsigned op, long long x)
{
	long long v = strtoll(k->value, NULL, 10);
	char text[32];

	if (op <= 4)
		return order(op, x < v ? -1 : x > v);
	if (k->has_re) {
		snprintf(text, sizeof(text), "%lld", x);
		return matches(k, text);
	}
	return op == 5 ? (x & v) == v : op == 6 ? (x & v) == x : (x & v) != 0;
}

static bool
judge_string(
    const struct condition *k, unsigned op, const char *value, const char *x)
{
	if (op <= 4)
		return order(op, strcmp(x, value));
	if (op == 6)
		return strcasecmp(x, value) == 0;
	return matches(k, x);
}

/* -1: never, whatever is negated */
static int
judge_list(const struct condition *k, unsigned op, const json_t *list)
{
	bool any = false;
	json_t *item;
	size_t i;

	if (op == 0)
		return k->value[0] == '\0' ? json_array_size(list) == 0 : -1;
	if (op == 6)
		return -1;
	json_array_foreach(list, i, item)
	{
		const char *x = json_string_value(item);

		if (op == 5 || op == 7)
			any = any || matches(k, x);
		else if (op == 4 || op == 1)
			any = any || strcmp(x, k->value) == 0;
		else
			any = any || strcasecmp(x, k->value) == 0;
	}
	return op == 1 || op == 2 ? !any : any;
}

/* KEY VALUE, each perhaps in single quotes. */
static void
split(const char *value, char key[32], char rest[32])
{
	int n = 0;

	key[0] = rest[0] = '\0';
	if (value[0] == '\'')
		sscanf(value, "'%31[^']' '%31[^']'", key, rest);
	else if (sscanf(value, "%31s%n", key, &n) == 1)
		snprintf(rest, 32, "%s", value + n + (value[n] == ' '));
}

static bool
holds(const struct condition *k, const json_t *row)
{
	static const unsigned base[] = {0, 1, 2, 3, 4, 5, 6, 7};
	unsigned op = base[k->op / 2];
	bool negated = k->op % 2;
	const json_t *x = json_array_get(row, k->column + 2);
	char key[32], rest[32];
	int is;

	switch (columns[k->column].type) {
	case INT:
		return judge_int(k, op, json_integer_value(x)) != negated;
	case FLOAT:
		if (op > 4)
			return false;
		{
			double a = json_number_value(x);
			double b = strtod(k->value, NULL);

			return order(op, a < b ? -1 : a > b) != negated;
		}
	case STRING:
		return judge_string(k, op, k->value, json_string_value(x)) !=
		    negated;
	case LIST:
		is = judge_list(k, op, x);
		return is != -1 && (is != 0) != negated;
	case DICT:
		split(k->value, key, rest);
		x = json_object_get(x, key);
		return judge_string(k, op, rest,
			   x == NULL ? "" : json_string_value(x)) != negated;
	}
	return false;
}

/* --- filters from bytes --------------------------------------------------- */

#define MAX_CONDITIONS 12
#define MAX_STEPS      24

struct filter {
	struct condition c[MAX_CONDITIONS];
	unsigned n;
	/* Condition 0.., or -1 n: And, -2 n: Or, -3: Negate. */
	int steps[MAX_STEPS][2];
	unsigned n_steps;
};

static const char *
pick(const char *const *from, size_t n, uint8_t byte)
{
	return from[byte % n];
}
#define PICK(from, byte) pick(from, sizeof(from) / sizeof((from)[0]), byte)

static void
compile(struct condition *k)
{
	enum type type = columns[k->column].type;
	unsigned op = k->op / 2;
	char key[32], rest[32];
	const char *text = k->value;

	if ((op != 5 && op != 7) || type == FLOAT)
		return;
	if (type == INT && is_plain_number(k->value))
		return;
	if (type == DICT) {
		split(k->value, key, rest);
		text = rest;
	}
	if (regcomp(&k->re, text[0] == '\0' ? "^" : text,
		REG_EXTENDED | REG_NOSUB | (op == 7 ? REG_ICASE : 0)) != 0)
		fatal("the pattern %s", text);
	k->has_re = true;
}

static void
add_condition(struct filter *f, const uint8_t *b)
{
	struct condition *k = &f->c[f->n];

	*k = (struct condition){.column = b[0] % COLUMNS, .op = b[1] % 16};
	switch (columns[k->column].type) {
	case INT:
		k->value = PICK(ints, b[2]);
		if (k->op / 2 == 6 && !is_plain_number(k->value))
			k->value = "3";
		break;
	case FLOAT:
		k->value = PICK(floats, b[2]);
		break;
	case STRING:
	case LIST:
		k->value = PICK(strings, b[2]);
		break;
	case DICT:
		k->value = PICK(dicts, b[2]);
		break;
	}
	compile(k);
	f->steps[f->n_steps][0] = (int)f->n++;
	f->steps[f->n_steps][1] = 1;
	f->n_steps++;
}

static void
read_filter(struct filter *f, const uint8_t *data, size_t size)
{
	int depth = 0;

	for (; size >= 4 && f->n_steps < MAX_STEPS; data += 4, size -= 4) {
		int *s = f->steps[f->n_steps];

		if (data[3] % 4 == 0 && depth > 0) {
			s[0] = -1 - data[0] % 3;
			s[1] = s[0] == -3 ? 1 : data[1] % (depth + 1);
			depth -= s[1] - 1;
			f->n_steps++;
		} else if (f->n < MAX_CONDITIONS) {
			add_condition(f, data);
			depth++;
		}
	}
}

static void
write_filter(const struct filter *f, const char *word, struct str *to)
{
	bool stats = word[0] == 'S';

	for (unsigned i = 0; i < f->n_steps; i++) {
		const int *s = f->steps[i];

		if (s[0] >= 0)
			str_addf(to, "%s: %s %s %s\n", word,
			    columns[f->c[s[0]].column].name, ops[f->c[s[0]].op],
			    f->c[s[0]].value);
		else if (s[0] == -3)
			str_addf(to, "%sNegate:\n", stats ? "Stats" : "");
		else
			str_addf(to, "%s%s: %d\n", stats ? "Stats" : "",
			    s[0] == -1 ? "And" : "Or", s[1]);
	}
}

/* The stack of what is left for one row; all of it must hold. */
static bool
oracle(const struct filter *f, const json_t *row)
{
	bool stack[MAX_STEPS + 1], r;
	int n = 0;

	for (unsigned i = 0; i < f->n_steps; i++) {
		const int *s = f->steps[i];

		if (s[0] >= 0) {
			stack[n++] = holds(&f->c[s[0]], row);
		} else if (s[0] == -3) {
			stack[n - 1] = !stack[n - 1];
		} else {
			r = s[0] == -1;
			for (int k = 0; k < s[1]; k++) {
				n--;
				r = s[0] == -1 ? r && stack[n] : r || stack[n];
			}
			stack[n++] = r;
		}
	}
	for (r = true; n > 0; n--)
		r = r && stack[n - 1];
	return r;
}

/* --- comparing ------------------------------------------------------------ */

static json_t *
ask(const struct mirror *m, const struct str *query)
{
	struct lql_env env = {.now_ns = NOW * NS_PER_S};
	struct str out = {0};
	json_t *doc;

	if (lql_run(m, &env, str_slice(query), &out) != LQL_OK)
		fatal("%s%s", str_get(query), str_get(&out));
	doc = json_loadb(out.s, out.len, 0, NULL);
	if (doc == NULL)
		fatal("no JSON: %.200s", str_get(&out));
	str_free(&out);
	return doc;
}

static json_t *
all_rows(const struct mirror *m)
{
	struct str q = {0};
	json_t *doc;

	str_add(&q, "GET services\nColumns: host_name description");
	for (size_t i = 0; i < COLUMNS; i++)
		str_addf(&q, " %s", columns[i].name);
	str_add(&q, "\nOutputFormat: json\n");
	doc = ask(m, &q);
	str_free(&q);
	return doc;
}

static void
compare(const struct mirror *m, const struct filter *f, const json_t *all,
    bool negate)
{
	struct str q = {0};
	json_t *got, *row;
	size_t i, n = 0;

	str_add(&q,
	    "GET services\nColumns: host_name description\n"
	    "OutputFormat: json\n");
	write_filter(f, "Filter", &q);
	if (negate)
		str_add(&q, "Negate:\n");
	got = ask(m, &q);
	json_array_foreach(all, i, row)
	{
		json_t *g = json_array_get(got, n);

		if (oracle(f, row) == negate)
			continue;
		n++;
		for (size_t k = 0; k < 2; k++)
			if (!json_equal(
				json_array_get(g, k), json_array_get(row, k)))
				fatal("%srow %zu is not %s;%s", str_get(&q),
				    n - 1,
				    json_string_value(json_array_get(row, 0)),
				    json_string_value(json_array_get(row, 1)));
	}
	if (json_array_size(got) != n)
		fatal("%s%zu rows in place of %zu", str_get(&q),
		    json_array_size(got), n);
	json_decref(got);
	str_clear(&q);
	for (unsigned k = 0; k < f->n_steps; k++)
		negate = negate && f->steps[k][1] != 0;
	if (negate) { /* Stats cannot combine nothing */
		str_add(&q, "GET services\nOutputFormat: json\n");
		write_filter(f, "Stats", &q);
		str_add(&q, "StatsNegate:\n");
		got = ask(m, &q);
		if ((size_t)json_integer_value(
			json_array_get(json_array_get(got, 0), 0)) != n)
			fatal("%sis not %zu", str_get(&q), n);
		json_decref(got);
	}
	str_free(&q);
}

/* One thing is left on the stack. */
static void
join(struct filter *f)
{
	int n = 0;

	for (unsigned i = 0; i < f->n_steps; i++)
		n += f->steps[i][0] >= 0 ? 1 : 1 - f->steps[i][1];
	if (n == 1 || f->n_steps == MAX_STEPS)
		return;
	f->steps[f->n_steps][0] = -1;
	f->steps[f->n_steps++][1] = n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mirror *m;
	static json_t *all;
	static int filled = -1;
	struct filter f = {.n = 0};

	if (size < 1)
		return 0;
	if (m == NULL)
		m = make();
	if (filled != data[0] % 8) {
		filled = data[0] % 8;
		fill(m, (uint32_t)filled);
		json_decref(all);
		all = all_rows(m);
	}
	read_filter(&f, data + 1, size - 1);
	compare(m, &f, all, false);
	join(&f);
	if (f.n_steps > 0 && f.n_steps < MAX_STEPS)
		compare(m, &f, all, true);
	for (unsigned i = 0; i < f.n; i++)
		if (f.c[i].has_re)
			regfree(&f.c[i].re);
	return 0;
}
