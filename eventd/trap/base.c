/* SPDX-License-Identifier: Apache-2.0
 *
 * The built-in names as a table, and as MIB files that others can import; see
 * base.h.
 */
#include "eventd/trap/base.h"

#include "common/log.h"
#include "common/mem.h"
#include "eventd/rule/rule.h"
#include "eventd/trap/base.def"

#include <stdlib.h>
#include <string.h>

struct node {
	const char *oid, *module, *name;
	char kind;
	const char *hint, *units, *enums;
};
struct convention {
	const char *module, *name, *hint, *syntax;
};

static const struct node nodes[] = {
#define NODE(oid, module, name, kind, hint, units, enums)                      \
	{oid, module, name, kind, hint, units, enums},
    MIB_BASE_NODES(NODE)};
static const struct convention conventions[] = {
#define CONVENTION(module, name, hint, syntax) {module, name, hint, syntax},
    MIB_BASE_CONVENTIONS(CONVENTION)};

/* Version 1 of the same modules: which nodes they have beside their own. */
static const struct {
	const char *module, *from; /* the module whose nodes it has, too */
} old_modules[] = {{"RFC1155-SMI", "SNMPv2-SMI"}, {"RFC1213-MIB", "SNMPv2-MIB"},
    {"RFC1213-MIB", "IF-MIB"}, {"RFC1213-MIB", "IP-MIB"},
    {"RFC1213-MIB", "TCP-MIB"}, {"RFC1213-MIB", "UDP-MIB"}};
/* Modules that define nothing but macros, which the parser knows. */
static const char *const empty_modules[] = {
    "SNMPv2-CONF", "RFC-1212", "RFC-1215"};

struct mib *
mib_base(void)
{
	struct str text = {0};
	struct err err = {""};
	struct mib *m;

	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		const struct node *n = &nodes[i];

		str_addf(&text, "%s\t%s\t%s\t%c\t%s\t%s\t%s\n", n->oid,
		    n->module, n->name, n->kind, n->hint, n->units, n->enums);
	}
	m = mib_read(str_slice(&text), &err);
	must(m != NULL);
	str_free(&text);
	return m;
}

/* --- as files -------------------------------------------------------------
 */

static const struct node *
parent_of(const struct node *n)
{
	size_t len = (size_t)(strrchr(n->oid, '.') - n->oid);

	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		if (strlen(nodes[i].oid) == len &&
		    memcmp(nodes[i].oid, n->oid, len) == 0)
			return &nodes[i];
	}
	return NULL;
}

/* Has the module that node: its own, or one of the module that it copies? */
static bool
module_has(const char *module, const struct node *n)
{
	if (strcmp(n->module, module) == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(old_modules); i++) {
		if (strcmp(old_modules[i].module, module) == 0 &&
		    strcmp(old_modules[i].from, n->module) == 0)
			return true;
	}
	/* mib-2 was defined here before there was an SMI for it. */
	return strcmp(module, "RFC1213-MIB") == 0 &&
	    strcmp(n->name, "mib-2") == 0;
}

static void
add_syntax(struct str *to, const struct node *n)
{
	struct slice rest = slice_of(n->enums), one, name, number;
	bool first = true;

	if (n->enums[0] == '\0') {
		str_add(to,
		    n->kind == 'i'       ? "INTEGER"
			: n->kind == 's' ? "OCTET STRING"
			: n->kind == 'o' ? "OBJECT IDENTIFIER"
			: n->kind == 't' ? "TimeTicks"
					 : "IpAddress");
		return;
	}
	str_add(to, "INTEGER {");
	while (slice_next(&rest, ',', &one)) {
		if (slice_word(&one, &name) && slice_word(&one, &number))
			str_addf(to, "%s %.*s(%.*s)", first ? "" : ",",
			    (int)name.len, name.s, (int)number.len, number.s);
		first = false;
	}
	str_add(to, " }");
}

/* A hint needs a convention, here one of the node's own. */
static void
add_object(struct str *to, const struct node *n)
{
	bool hinted = n->hint[0] != '\0';

	if (hinted) {
		str_addf(to,
		    "T%s ::= TEXTUAL-CONVENTION\n  DISPLAY-HINT \"%s\"\n"
		    "  STATUS current\n  DESCRIPTION \"\"\n  SYNTAX ",
		    n->name, n->hint);
		add_syntax(to, n);
		str_addc(to, '\n');
	}
	str_addf(to, "%s OBJECT-TYPE\n  SYNTAX ", n->name);
	if (hinted)
		str_addf(to, "T%s", n->name);
	else
		add_syntax(to, n);
	if (n->units[0] != '\0')
		str_addf(to, "\n  UNITS \"%s\"", n->units);
	str_add(to,
	    "\n  MAX-ACCESS read-only\n  STATUS current\n  DESCRIPTION \"\"\n");
}

static void
add_node(struct str *to, const struct node *n)
{
	const struct node *parent = parent_of(n);
	const char *last = strrchr(n->oid, '.') + 1;

	if (n->kind == '-')
		str_addf(to, "%s OBJECT IDENTIFIER", n->name);
	else if (n->kind == 'n')
		str_addf(to,
		    "%s NOTIFICATION-TYPE\n  STATUS current\n  DESCRIPTION "
		    "\"\"\n ",
		    n->name);
	else
		add_object(to, n);
	str_addf(to, " ::= { %s %s }\n", parent == NULL ? "iso" : parent->name,
	    last);
}

/* What the module's nodes hang on elsewhere. */
static void
add_imports(struct str *to, const char *module)
{
	size_t before = to->len;

	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		const struct node *parent = parent_of(&nodes[i]);

		if (module_has(module, &nodes[i]) && parent != NULL &&
		    !module_has(module, parent))
			str_addf(
			    to, "  %s FROM %s\n", parent->name, parent->module);
	}
	if (to->len > before)
		str_add(to, ";\n");
}

static void
write_module(const char *module, mib_base_module_fn *fn, void *arg)
{
	struct str text = {0}, imports = {0};

	str_addf(&text, "%s DEFINITIONS ::= BEGIN\n", module);
	add_imports(&imports, module);
	if (imports.len > 0)
		str_addf(&text, "IMPORTS\n%s", str_get(&imports));
	for (size_t i = 0; i < ARRAY_LEN(conventions); i++) {
		const struct convention *c = &conventions[i];

		if (strcmp(c->module, module) != 0)
			continue;
		str_addf(&text, "%s ::= TEXTUAL-CONVENTION\n", c->name);
		if (c->hint[0] != '\0')
			str_addf(&text, "  DISPLAY-HINT \"%s\"\n", c->hint);
		str_addf(&text,
		    "  STATUS current\n  DESCRIPTION \"\"\n  SYNTAX %s\n",
		    c->syntax);
	}
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		if (module_has(module, &nodes[i]))
			add_node(&text, &nodes[i]);
	}
	str_add(&text, "END\n");
	fn(module, str_slice(&text), arg);
	str_free(&text);
	str_free(&imports);
}

static bool
is_new(struct strings *seen, const char *module)
{
	for (size_t i = 0; i < seen->n; i++) {
		if (strcmp(seen->v[i], module) == 0)
			return false;
	}
	strings_add(seen, slice_of(module));
	return true;
}

void
mib_base_modules(mib_base_module_fn *fn, void *arg)
{
	struct strings seen = {0};

	for (size_t i = 0; i < ARRAY_LEN(empty_modules); i++)
		write_module(empty_modules[i], fn, arg);
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		if (is_new(&seen, nodes[i].module))
			write_module(nodes[i].module, fn, arg);
	}
	for (size_t i = 0; i < ARRAY_LEN(conventions); i++) {
		if (is_new(&seen, conventions[i].module))
			write_module(conventions[i].module, fn, arg);
	}
	for (size_t i = 0; i < ARRAY_LEN(old_modules); i++) {
		if (is_new(&seen, old_modules[i].module))
			write_module(old_modules[i].module, fn, arg);
	}
	strings_free(&seen);
}
