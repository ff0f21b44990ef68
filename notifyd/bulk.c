/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of many notifications; see bulk.h.
 */
#include "notifyd/bulk.h"

#include "common/mem.h"

#include <stdlib.h>

/* Names that a subject lists. */
#define MAX_NAMES 3
/* Entries whose lines a summary lists. */
#define MAX_LINES 1000

void
bulk_free(struct bulk **bulk)
{
	struct bulk *b = *bulk;

	if (b == NULL)
		return;
	for (size_t i = 0; i < b->n; i++)
		context_free(&b->entries[i].ctx);
	free(b->entries);
	free(b->causes);
	json_decref(b->how);
	free(b);
	*bulk = NULL;
}

/* --- what stays ------------------------------------------------------------
 */

static bool
is_type(const struct context *ctx, const char *type)
{
	return strcmp(context_text(ctx, "NOTIFICATIONTYPE"), type) == 0;
}

static const char *const object_keys[] = {
    "OMD_SITE", "HOSTNAME", "SERVICEDESC", "EC_ID"};

static uint64_t
object_hash(const struct context *ctx)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (size_t i = 0; i < ARRAY_LEN(object_keys); i++) {
		const char *p = context_text(ctx, object_keys[i]);

		for (; *p != '\0'; p++)
			hash = (hash ^ (unsigned char)*p) *
			    UINT64_C(0x100000001b3);
		hash = (hash ^ 0xff) * UINT64_C(0x100000001b3);
	}
	return hash;
}

static bool
same_object(const struct bulk_entry *a, const struct bulk_entry *b)
{
	if (a->object != b->object)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(object_keys); i++) {
		if (strcmp(context_text(&a->ctx, object_keys[i]),
			context_text(&b->ctx, object_keys[i])) != 0)
			return false;
	}
	return true;
}

bool
bulk_begins(const struct context *ctx)
{
	const char *number = context_of_object(ctx, "", "NOTIFICATIONNUMBER");

	return number[0] == '\0' || strcmp(number, "0") == 0 ||
	    strcmp(number, "1") == 0;
}

/* All clear at `end`: what is over with it. */
static void
drop_incident(struct bulk *b, size_t end)
{
	struct bulk_entry *clear = &b->entries[end];
	bool began = false;

	for (size_t i = 0; i < end; i++) {
		const struct bulk_entry *e = &b->entries[i];

		began = began ||
		    (!e->over && same_object(e, clear) &&
			is_type(&e->ctx, "PROBLEM") && bulk_begins(&e->ctx));
	}
	if (!began)
		return;
	clear->over = true;
	for (size_t i = 0; i < end; i++) {
		struct bulk_entry *e = &b->entries[i];

		if (same_object(e, clear) && is_type(&e->ctx, "PROBLEM"))
			e->over = true;
	}
}

size_t
bulk_drop_resolved(struct bulk *b)
{
	bool drop = json_is_true(json_object_get(b->how, "drop_resolved"));
	size_t left = 0;

	for (size_t i = 0; drop && i < b->n; i++)
		b->entries[i].object = object_hash(&b->entries[i].ctx);
	for (size_t i = 0; drop && i < b->n; i++) {
		if (is_type(&b->entries[i].ctx, "RECOVERY"))
			drop_incident(b, i);
	}
	for (size_t i = 0; i < b->n; i++)
		left += !b->entries[i].over;
	return left;
}

const struct context *
bulk_at(const struct bulk *b, size_t place)
{
	bool newest = json_is_true(json_object_get(b->how, "newest_first"));

	for (size_t i = 0; i < b->n; i++) {
		const struct bulk_entry *e =
		    &b->entries[newest ? b->n - 1 - i : i];

		if (!e->over && place-- == 0)
			return &e->ctx;
	}
	return NULL;
}

/* --- what they have in common ----------------------------------------------
 */

static size_t
count(const struct bulk *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		n += !b->entries[i].over;
	return n;
}

/* The value that all have, "" if they differ. */
static const char *
common_value(const struct bulk *b, const char *key)
{
	const char *value = NULL;

	for (size_t i = 0; i < b->n; i++) {
		const char *own;

		if (b->entries[i].over)
			continue;
		own = context_text(&b->entries[i].ctx, key);
		if (value != NULL && strcmp(value, own) != 0)
			return "";
		value = own;
	}
	return value == NULL ? "" : value;
}

static int
compare(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* How many different ones; sorts them. */
static size_t
distinct(const char **values, size_t n)
{
	size_t found = n > 0;

	qsort(values, n, sizeof(*values), compare);
	for (size_t i = 1; i < n; i++)
		found += strcmp(values[i - 1], values[i]) != 0;
	return found;
}

/* "web01, web02, web03 and 5 more": each value once. Returns how many. */
static size_t
add_names(struct str *to, const struct bulk *b, const char *key)
{
	const char **values = xcalloc(b->n + 1, sizeof(*values));
	const char *shown[MAX_NAMES];
	size_t n = 0, n_shown = 0;

	for (size_t i = 0; i < b->n; i++) {
		const char *value = context_text(&b->entries[i].ctx, key);
		size_t k = 0;

		if (b->entries[i].over || value[0] == '\0')
			continue;
		values[n++] = value;
		while (k < n_shown && strcmp(shown[k], value) != 0)
			k++;
		if (k < n_shown || n_shown == MAX_NAMES)
			continue;
		shown[n_shown++] = value;
		str_addf(to, "%s%s", n_shown > 1 ? ", " : "", value);
	}
	n = distinct(values, n);
	if (n > MAX_NAMES)
		str_addf(to, " and %zu more", n - MAX_NAMES);
	free(values);
	return n;
}

static size_t
count_hosts(const struct bulk *b)
{
	struct str unused = {0};
	size_t n = add_names(&unused, b, "HOSTNAME");

	str_free(&unused);
	return n;
}

/* --- the subject ------------------------------------------------------------
 */

/* $COUNT_NOTIFICATIONS$, $COUNT_HOSTS$, or $KEY$ of the contexts. */
static void
add_macro(struct str *to, const struct bulk *b, struct slice name)
{
	char *key;

	if (slice_eqs(name, "COUNT_NOTIFICATIONS")) {
		str_addf(to, "%zu", count(b));
	} else if (slice_eqs(name, "COUNT_HOSTS")) {
		str_addf(to, "%zu", count_hosts(b));
	} else {
		key = slice_dup(name);
		add_names(to, b, key);
		free(key);
	}
}

static bool
is_key(struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.s[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '_')
			return false;
	}
	return name.len > 0;
}

static void
expand(struct str *to, const struct bulk *b, const char *template)
{
	while (*template != '\0') {
		const char *end =
		    *template == '$' ? strchr(template + 1, '$') : NULL;
		struct slice name = {template + 1,
		    end == NULL ? 0 : (size_t)(end - template - 1)};

		if (end == NULL || !is_key(name)) {
			str_addc(to, *template ++);
			continue;
		}
		add_macro(to, b, name);
		template = end + 1;
	}
}

/* "behind switch1" of the first cause. */
static void
add_cause(struct str *to, const char *causes)
{
	struct slice rest = slice_of(causes), line, what;

	if (!slice_next(&rest, '\n', &line) || !slice_next(&line, ' ', &what))
		return;
	if (slice_eqs(what, "host"))
		str_add(to, " on ");
	else if (slice_eqs(what, "behind"))
		str_add(to, " on or behind ");
	else
		str_add(to, " with the same output: ");
	str_addslice(to, line);
}

static void
make_subject(const struct bulk *b, struct str *to)
{
	const char *own = json_string_value(json_object_get(b->how, "subject"));
	const char *type = common_value(b, "NOTIFICATIONTYPE");
	const char *mark = common_value(b, "NOTIFICATIONMARK");
	size_t n = count(b), hosts;

	if (mark[0] != '\0')
		str_addf(to, "[%s] ", mark);
	if (own != NULL && own[0] != '\0') {
		expand(to, b, own);
		return;
	}
	str_addf(to, "%zu %s", n,
	    strcmp(type, "PROBLEM") == 0        ? "problem"
		: strcmp(type, "RECOVERY") == 0 ? "recovery"
						: "notification");
	if (n != 1) {
		if (strcmp(type, "RECOVERY") == 0)
			to->s[--to->len] = '\0';
		str_add(to, strcmp(type, "RECOVERY") == 0 ? "ies" : "s");
	}
	if (b->kind == PLAN_CAUSE && b->causes[0] != '\0') {
		add_cause(to, b->causes);
		return;
	}
	if (b->kind == PLAN_QUIET)
		str_add(to, " of the quiet hours");
	str_add(to, ": ");
	hosts = add_names(to, b, "HOSTNAME");
	if (hosts == 0)
		str_add(to, "no host");
}

void
bulk_subject(const struct bulk *b, struct str *to)
{
	size_t from = to->len;

	make_subject(b, to);
	for (size_t i = from; i < to->len; i++) {
		if ((unsigned char)to->s[i] < ' ')
			to->s[i] = ' ';
	}
}

/* --- the text ----------------------------------------------------------------
 */

void
bulk_line(const struct context *ctx, struct str *to)
{
	const char *type = context_text(ctx, "NOTIFICATIONTYPE");
	const char *output = context_of_object(ctx, "", "OUTPUT");
	const char *comment = context_text(ctx, "NOTIFICATIONCOMMENT");
	const char *time = context_text(ctx, "SHORTDATETIME");

	str_addf(to, "%s%s%s", time, time[0] == '\0' ? "" : " ",
	    context_text(ctx, "HOSTNAME"));
	if (context_is_service(ctx))
		str_addf(to, "/%s", context_text(ctx, "SERVICEDESC"));
	if (strcmp(type, "PROBLEM") == 0 || strcmp(type, "RECOVERY") == 0)
		str_addf(to, " is %s", context_of_object(ctx, "", "STATE"));
	else
		str_addf(
		    to, " %s (%s)", type, context_of_object(ctx, "", "STATE"));
	if (output[0] != '\0')
		str_addf(to, ": %.*s", (int)strcspn(output, "\n"), output);
	if (comment[0] != '\0')
		str_addf(to, " (%.*s)", (int)strcspn(comment, "\n"), comment);
}

static int
badness(const struct context *ctx)
{
	static const char *const words[] = {"OK", "UP", "WARNING",
	    "UNREACHABLE", "UNKNOWN", "CRITICAL", "DOWN"};
	const char *state = context_of_object(ctx, "", "STATE");

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(words[i], state) == 0)
			return (int)i;
	}
	return -1;
}

static const struct context *
worst(const struct bulk *b)
{
	const struct context *found = NULL;

	for (size_t i = 0; i < b->n; i++) {
		const struct context *ctx = &b->entries[i].ctx;

		if (!b->entries[i].over &&
		    (found == NULL || badness(ctx) > badness(found)))
			found = ctx;
	}
	return found;
}

/* What all have in common stays; the rest of one would mislead. */
static void
add_common(
    const struct bulk *b, const struct context *first, struct context *to)
{
	for (size_t i = 0; i < first->n; i++) {
		const char *key = first->pairs[i].key;
		const char *value = common_value(b, key);

		if (value[0] != '\0')
			context_sets(to, key, value);
	}
}

static void
add_lines(const struct bulk *b, struct str *to)
{
	const struct context *ctx;
	size_t i;

	for (i = 0; i < MAX_LINES && (ctx = bulk_at(b, i)) != NULL; i++) {
		str_add(to, i > 0 ? "\n" : "");
		bulk_line(ctx, to);
	}
	if (count(b) > i)
		str_addf(to, "\nand %zu more", count(b) - i);
}

void
bulk_summary(const struct bulk *b, struct context *to)
{
	const struct context *first = bulk_at(b, 0), *bad = worst(b);
	bool own = json_object_get(b->how, "subject") != NULL;
	struct str subject = {0}, lines = {0}, hosts = {0};
	const char *what;

	if (first == NULL)
		return;
	add_common(b, first, to);
	if (context_get(to, "HOSTNAME") == NULL) {
		add_names(&hosts, b, "HOSTNAME");
		context_sets(to, "HOSTNAME", str_get(&hosts));
	}
	what = context_is_service(to) ? "SERVICE" : "HOST";
	if (context_get(to, "NOTIFICATIONTYPE") == NULL)
		context_sets(to, "NOTIFICATIONTYPE",
		    badness(bad) > 1 ? "PROBLEM" : "CUSTOM");
	bulk_subject(b, &subject);
	add_lines(b, &lines);
	context_sets(to, "WHAT", what);
	context_sets(to, context_is_service(to) ? "SERVICESTATE" : "HOSTSTATE",
	    context_of_object(bad, "", "STATE"));
	context_sets(to,
	    context_is_service(to) ? "SERVICEOUTPUT" : "HOSTOUTPUT",
	    str_get(&subject));
	context_sets(to,
	    context_is_service(to) ? "LONGSERVICEOUTPUT" : "LONGHOSTOUTPUT",
	    str_get(&lines));
	context_setf(to, "COUNT_NOTIFICATIONS", "%zu", count(b));
	context_setf(to, "COUNT_HOSTS", "%zu", count_hosts(b));
	context_setf(to, "BULK_ID", "%lld", (long long)b->id);
	context_setf(to, "BULK_SUBJECT", "%s%s",
	    own ? "" : "Vedette: ", str_get(&subject));
	str_free(&subject);
	str_free(&lines);
	str_free(&hosts);
}

/* --- scripts ----------------------------------------------------------------
 */

static void
add_pair(struct str *to, const struct context_pair *pair)
{
	str_addf(to, "%s=", pair->key);
	for (const char *p = pair->value; *p != '\0'; p++) {
		if (*p == '\n')
			str_addc(to, '\x01');
		else if (*p != '\r')
			str_addc(to, *p);
	}
	str_addc(to, '\n');
}

static void
add_pairs(struct str *to, const struct context *ctx, const char *prefix)
{
	struct context_pair *pairs = context_sorted(ctx);

	for (size_t i = 0; i < ctx->n; i++) {
		if (strncmp(pairs[i].key, prefix, strlen(prefix)) == 0)
			add_pair(to, &pairs[i]);
	}
	free(pairs);
}

void
bulk_stdin(const struct bulk *b, struct str *to)
{
	const struct context *ctx = bulk_at(b, 0);

	if (ctx != NULL)
		add_pairs(to, ctx, "PARAMETER_");
	for (size_t i = 0; (ctx = bulk_at(b, i)) != NULL; i++) {
		str_addc(to, '\n');
		add_pairs(to, ctx, "");
	}
}
