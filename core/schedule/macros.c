/* SPDX-License-Identifier: Apache-2.0
 *
 * Macros in command lines; see macros.h.
 */
#include "core/schedule/macros.h"

#include "common/mem.h"

#include <ctype.h>
#include <inttypes.h>

struct place {
	const struct engine *e;
	uint32_t object; /* the host or the service that the macro speaks of */
};

static const struct snap_object *
conf_of(const struct place *p)
{
	return &p->e->snap->objects[p->object];
}

static const struct checkable *
run_of(const struct place *p)
{
	return &p->e->objects[p->object];
}

static void
add_clean(struct str *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.s[i] == '\0' ||
		    strchr("`~!$%^&*|'\"<>?,()=;\n", text.s[i]) == NULL)
			str_addc(out, text.s[i]);
}

static void
add_name(struct str *out, const struct place *p)
{
	str_add(out, snap_s(p->e->snap, conf_of(p)->name));
}

static void
add_alias(struct str *out, const struct place *p)
{
	snap_str alias = conf_of(p)->alias;

	str_add(out, snap_s(p->e->snap, alias == 0 ? conf_of(p)->name : alias));
}

static void
add_display(struct str *out, const struct place *p)
{
	snap_str shown = conf_of(p)->display_name;

	str_add(out, snap_s(p->e->snap, shown == 0 ? conf_of(p)->name : shown));
}

static void
add_address(struct str *out, const struct place *p)
{
	snap_str address = conf_of(p)->address;

	str_add(
	    out, snap_s(p->e->snap, address == 0 ? conf_of(p)->name : address));
}

static void
add_state(struct str *out, const struct place *p)
{
	str_add(out, engine_state_word(p->e, p->object, run_of(p)->state));
}

static void
add_state_id(struct str *out, const struct place *p)
{
	str_addf(out, "%u", run_of(p)->state);
}

static void
add_state_type(struct str *out, const struct place *p)
{
	str_add(out, run_of(p)->flags & CHECKABLE_HARD ? "HARD" : "SOFT");
}

static void
add_attempt(struct str *out, const struct place *p)
{
	str_addf(out, "%u", run_of(p)->attempt);
}

static void
add_max_attempts(struct str *out, const struct place *p)
{
	str_addf(out, "%u", run_of(p)->max_attempts);
}

static void
add_output(struct str *out, const struct place *p)
{
	add_clean(out, checkable_output(run_of(p)));
}

static void
add_perfdata(struct str *out, const struct place *p)
{
	add_clean(out, checkable_perfdata(run_of(p)));
}

static void
add_last_check(struct str *out, const struct place *p)
{
	str_addf(out, "%" PRId64, run_of(p)->last_check);
}

static void
add_last_change(struct str *out, const struct place *p)
{
	str_addf(out, "%" PRId64, run_of(p)->last_change);
}

static void
add_downtime(struct str *out, const struct place *p)
{
	str_addf(out, "%u", run_of(p)->downtime_depth);
}

static void
add_notes_url(struct str *out, const struct place *p)
{
	str_add(out, snap_s(p->e->snap, conf_of(p)->notes_url));
}

/* Names without their leading HOST or SERVICE. */
static const struct macro {
	const char *name;
	void (*add)(struct str *out, const struct place *p);
} macros[] = {
    {"ALIAS", add_alias},
    {"ADDRESS", add_address},
    {"ATTEMPT", add_attempt},
    {"CHECKATTEMPT", add_attempt},
    {"DESC", add_name},
    {"DISPLAYNAME", add_display},
    {"DOWNTIME", add_downtime},
    {"NAME", add_name},
    {"NOTESURL", add_notes_url},
    {"OUTPUT", add_output},
    {"PERFDATA", add_perfdata},
    {"STATE", add_state},
    {"STATEID", add_state_id},
    {"STATETYPE", add_state_type},
};
static const struct macro prefixed[] = {
    {"LASTHOSTCHECK", add_last_check},
    {"LASTSERVICECHECK", add_last_check},
    {"LASTHOSTSTATECHANGE", add_last_change},
    {"LASTSERVICESTATECHANGE", add_last_change},
    {"MAXHOSTATTEMPTS", add_max_attempts},
    {"MAXSERVICEATTEMPTS", add_max_attempts},
};

static bool
add_variable(struct str *out, const struct place *p, struct slice name)
{
	const struct snapshot *snap = p->e->snap;
	struct snap_list list = conf_of(p)->custom_variables;

	for (uint32_t i = 0; i + 1 < list.n; i += 2) {
		const char *key = snap_s(snap, snap_at(snap, list, i));

		if (strlen(key) != name.len ||
		    strncasecmp(key, name.s, name.len) != 0)
			continue;
		str_add(out, snap_s(snap, snap_at(snap, list, i + 1)));
		return true;
	}
	return false;
}

/* $ARG3$ of NAME!a!b!c; a backslash protects an exclamation mark. */
static bool
add_argument(struct str *out, struct slice number, const char *args)
{
	unsigned want = 0, at = 0;

	for (size_t i = 0; i < number.len; i++) {
		if (!isdigit((unsigned char)number.s[i]) || want > 99)
			return false;
		want = want * 10 + (unsigned)(number.s[i] - '0');
	}
	if (want == 0)
		return false;
	for (; *args != '\0'; args++) {
		if (*args == '\\' && args[1] == '!')
			args++;
		else if (*args == '!') {
			at++;
			continue;
		}
		if (at == want)
			str_addc(out, *args);
	}
	return true;
}

static struct slice
without(struct slice name, size_t n)
{
	return (struct slice){name.s + n, name.len - n};
}

static bool
add_one(struct str *out, const struct engine *e, uint32_t object,
    struct slice name, const char *args)
{
	const struct snap_object *c = &e->snap->objects[object];
	struct place host = {e, c->host}, own = {e, object};
	struct slice rest = name;
	const struct place *of = NULL;

	if (slice_starts(name, "ARG"))
		return add_argument(out, without(name, 3), args);
	if (slice_starts(name, "_HOST"))
		return add_variable(out, &host, without(name, 5));
	if (slice_starts(name, "_SERVICE"))
		return c->is_service &&
		    add_variable(out, &own, without(name, 8));
	for (size_t i = 0; i < ARRAY_LEN(prefixed); i++) {
		bool service = strstr(prefixed[i].name, "SERVICE") != NULL;

		if (!slice_eqs(name, prefixed[i].name) ||
		    (service && !c->is_service))
			continue;
		prefixed[i].add(out, service ? &own : &host);
		return true;
	}
	if (slice_starts(name, "HOST")) {
		of = &host;
		rest = without(name, 4);
	} else if (slice_starts(name, "SERVICE") && c->is_service) {
		of = &own;
		rest = without(name, 7);
	}
	for (size_t i = 0; of != NULL && i < ARRAY_LEN(macros); i++)
		if (slice_eqs(rest, macros[i].name)) {
			macros[i].add(out, of);
			return true;
		}
	return false;
}

void
macros_expand(struct str *out, const struct engine *e, uint32_t object,
    const char *line, const char *args)
{
	while (*line != '\0') {
		const char *open = strchr(line, '$'), *close;
		struct slice name;

		if (open == NULL)
			break;
		str_addn(out, line, (size_t)(open - line));
		line = open;
		close = strchr(open + 1, '$');
		if (close == NULL)
			break;
		name = (struct slice){open + 1, (size_t)(close - open - 1)};
		if (name.len == 0)
			str_addc(out, '$');
		else if (!add_one(out, e, object, name, args)) {
			/* The closing one may open the next. */
			str_addn(out, open, (size_t)(close - open));
			line = close;
			continue;
		}
		line = close + 1;
	}
	str_add(out, line);
}
