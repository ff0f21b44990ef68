/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding macros in a line and what they mean; see macros.h.
 */
#include "core/schedule/macros_internal.h"

#include "common/mem.h"
#include "core/state/override.h"

#include <ctype.h>

void
macros_add_clean(struct str *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.s[i] == '\0' ||
		    strchr("`~!$%^&*|'\"<>?,()=;\n", text.s[i]) == NULL)
			str_addc(out, text.s[i]);
}

static void
add_encoded(struct str *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.s[i];

		if (isalnum(c) || strchr("-_.~/", c) != NULL)
			str_addc(out, (char)c);
		else
			str_addf(out, "%%%02X", c);
	}
}

/* A number above 0 and at most 99; 0: it is none. */
static unsigned
number_of(struct slice s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (!isdigit((unsigned char)s.s[i]) || n > 9)
			return 0;
		n = n * 10 + (unsigned)(s.s[i] - '0');
	}
	return n;
}

/* $ARG3$ of NAME!a!b!c; a backslash protects an exclamation mark. */
static bool
add_argument(struct str *out, struct slice number, const char *args)
{
	unsigned want = number_of(number), at = 0;

	if (want == 0 || args == NULL)
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

static bool
add_user(struct str *out, const struct engine *e, struct slice number)
{
	unsigned n = number_of(number);

	if (n == 0 || n > ENGINE_USERS || e->settings.users[n - 1] == NULL)
		return false;
	str_add(out, e->settings.users[n - 1]);
	return true;
}

static bool
take(struct slice *s, const char *front)
{
	size_t n = strlen(front);

	if (s->len < n || memcmp(s->s, front, n) != 0)
		return false;
	s->s += n;
	s->len -= n;
	return true;
}

static bool
is_macro(const struct macro *m, const char *kind, struct slice name)
{
	return take(&name, m->prefix) && take(&name, kind) &&
	    slice_eqs(name, m->suffix);
}

/* HOSTNAME, _SERVICEfoo, ... of the object. */
static bool
add_of_object(struct str *out, const struct place *p, struct slice name)
{
	bool service = engine_is_service(p->scope->e, p->object);
	const char *kind = service ? "SERVICE" : "HOST";
	struct slice variable = name;

	if (take(&variable, "_") && take(&variable, kind)) {
		const char *value =
		    engine_variable(p->scope->e, p->object, variable);

		if (value == NULL)
			return false;
		str_add(out, value);
		return true;
	}
	for (size_t i = 0; i < macros_n_object; i++) {
		const struct macro *m = &macros_object[i];

		if (!(m->of & (service ? MACRO_SERVICE : MACRO_HOST)) ||
		    !is_macro(m, kind, name))
			continue;
		m->add(out, p);
		return true;
	}
	return false;
}

static bool
add_of_members(struct str *out, const struct macro_scope *s, struct slice name,
    struct snap_list members, struct slice between)
{
	for (uint32_t i = 0; i < members.n; i++) {
		struct place p = {s, snap_at(s->e->snap, members, i)};

		if (i > 0)
			str_addslice(out, between);
		if (!add_of_object(out, &p, name))
			return false;
	}
	return true;
}

/* What stands before and behind the first colon. */
static struct slice
before_colon(struct slice s, struct slice *behind_r, bool *more_r)
{
	const char *colon = s.len == 0 ? NULL : memchr(s.s, ':', s.len);

	*more_r = colon != NULL;
	*behind_r = SLICE("");
	if (colon == NULL)
		return s;
	*behind_r =
	    (struct slice){colon + 1, s.len - (size_t)(colon - s.s) - 1};
	s.len = (size_t)(colon - s.s);
	return s;
}

/* Which of HOST and SERVICE stands first in the name? */
static bool
is_kind(struct slice name, bool service)
{
	const char *host = memmem(name.s, name.len, "HOST", 4);
	const char *of = memmem(name.s, name.len, "SERVICE", 7);

	if (service)
		return of != NULL && (host == NULL || of < host);
	return host != NULL && (of == NULL || host < of);
}

/* MC-2: NAME:host, NAME:host:service, NAME:group:separator */
static bool
add_on_demand(struct str *out, const struct macro_scope *s, struct slice name,
    struct slice of)
{
	const struct snapshot *snap = s->e->snap;
	struct slice rest, first;
	struct place p = {s, s->object};
	uint32_t found;
	bool more;

	first = before_colon(of, &rest, &more);
	if (is_kind(name, true)) {
		found = first.len == 0 ? snap->objects[s->object].host
				       : snap_find_host(snap, first);
		p.object = found == SNAP_NONE
		    ? SNAP_NONE
		    : snap_find_service(snap, found, rest);
		if (p.object != SNAP_NONE)
			return add_of_object(out, &p, name);
		found = more ? snap_find_service_group(snap, first) : SNAP_NONE;
		return found != SNAP_NONE &&
		    add_of_members(out, s, name,
			snap->service_groups[found].members, rest);
	}
	if (!is_kind(name, false))
		return false;
	p.object = more ? SNAP_NONE : snap_find_host(snap, first);
	if (p.object != SNAP_NONE)
		return add_of_object(out, &p, name);
	found = more ? snap_find_host_group(snap, first) : SNAP_NONE;
	return found != SNAP_NONE &&
	    add_of_members(
		out, s, name, snap->host_groups[found].members, rest);
}

static bool
add_one(struct str *out, const struct macro_scope *s, struct slice whole)
{
	struct place own = {s, s->object};
	struct place host = {s, s->e->snap->objects[s->object].host};
	struct slice of, name, rest;
	bool more;

	rest = whole;
	if (take(&rest, "ARG"))
		return add_argument(out, rest, s->args);
	rest = whole;
	if (take(&rest, "USER"))
		return add_user(out, s->e, rest);
	name = before_colon(whole, &of, &more);
	for (size_t i = 0; i < macros_n_site; i++)
		if (slice_eqs(name, macros_site[i].name))
			return macros_site[i].add(out, s, of);
	if (more)
		return add_on_demand(out, s, name, of);
	return add_of_object(out, &own, name) ||
	    (own.object != host.object && add_of_object(out, &host, name));
}

static void
expand(struct str *out, const struct macro_scope *scope, const char *line,
    bool url)
{
	struct str value = {0};

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
		str_clear(&value);
		if (name.len == 0) {
			str_addc(out, '$');
		} else if (!add_one(&value, scope, name)) {
			/* The closing one may open the next. */
			str_addn(out, open, (size_t)(close - open));
			line = close;
			continue;
		} else if (url) {
			add_encoded(out, str_slice(&value));
		} else {
			str_addslice(out, str_slice(&value));
		}
		line = close + 1;
	}
	str_add(out, line);
	str_free(&value);
}

void
macros_expand(
    struct str *out, const struct macro_scope *scope, const char *line)
{
	if (strchr(line, '$') == NULL)
		str_add(out, line);
	else
		expand(out, scope, line, false);
}

/* Texts that hold themselves end after one step: `args` marks the depth. */
void
macros_add_text(
    struct str *out, const struct place *p, const char *text, bool url)
{
	struct macro_scope inner = *p->scope;

	if (inner.args == NULL) {
		str_add(out, text);
		return;
	}
	inner.object = p->object;
	inner.args = NULL;
	expand(out, &inner, text, url);
}

void
macros_list(
    void (*each)(const char *name, const char *help, void *arg), void *arg)
{
	struct str name = {0};

	each("ARGn", "the command's n-th argument: NAME!1!2", arg);
	each("USERn", "user_macros of site.yaml, n from 1 to 32", arg);
	each("_HOSTname", "custom variable of the host", arg);
	each("_SERVICEname", "custom variable of the service", arg);
	for (unsigned service = 0; service < 2; service++)
		for (size_t i = 0; i < macros_n_object; i++) {
			const struct macro *m = &macros_object[i];

			if (!(m->of & (service ? MACRO_SERVICE : MACRO_HOST)))
				continue;
			str_clear(&name);
			str_addf(&name, "%s%s%s", m->prefix,
			    service ? "SERVICE" : "HOST", m->suffix);
			each(str_get(&name), m->help, arg);
		}
	for (size_t i = 0; i < macros_n_site; i++)
		each(macros_site[i].name, macros_site[i].help, arg);
	str_free(&name);
}
