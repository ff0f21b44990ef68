/* SPDX-License-Identifier: Apache-2.0
 *
 * Macros in configured texts (notes, links, icons, commands): $HOSTNAME$ and
 * its like, and custom variables as $_HOSTNAME$ and $_SERVICENAME$. Unknown
 * ones stay as they are.
 */
#include "livestatusd/table/table.h"

#include <string.h>

/* True if the object has the variable; then it is appended. */
static bool
add_variable(struct view *v, uint32_t object, struct slice name)
{
	const struct snapshot *s = v->snap;
	struct snap_list list = s->objects[object].custom_variables;
	char upper[256];
	const struct mirror_override *over = mirror_get(v->m, object, over);
	const char *value;

	if (over != NULL && name.len < sizeof(upper)) {
		memcpy(upper, name.s, name.len);
		upper[name.len] = '\0';
		value = mirror_variable(over, upper);
		if (value != NULL) {
			str_add(&v->tmp, value);
			return true;
		}
	}
	for (uint32_t i = 0; i + 1 < list.n; i += 2) {
		if (slice_eqs(name, snap_s(s, snap_at(s, list, i)))) {
			str_add(&v->tmp, snap_s(s, snap_at(s, list, i + 1)));
			return true;
		}
	}
	return false;
}

static bool
add_macro(struct view *v, uint32_t object, struct slice name)
{
	const struct snapshot *s = v->snap;
	const struct snap_object *o = &s->objects[object];
	const struct snap_object *h = &s->objects[o->host];
	const struct {
		const char *name;
		snap_str value;
	} known[] = {
	    {"HOSTNAME", h->name},
	    {"HOSTADDRESS", h->address},
	    {"HOSTALIAS", h->alias},
	    {"HOSTDISPLAYNAME", h->display_name ? h->display_name : h->name},
	    {"SERVICEDESC", o->is_service ? o->name : 0},
	    {"SERVICEDISPLAYNAME",
		!o->is_service        ? 0
		    : o->display_name ? o->display_name
				      : o->name},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (slice_eqs(name, known[i].name)) {
			str_add(&v->tmp, snap_s(s, known[i].value));
			return true;
		}
	}
	if (slice_starts(name, "_HOST"))
		return add_variable(
		    v, o->host, (struct slice){name.s + 5, name.len - 5});
	if (slice_starts(name, "_SERVICE") && o->is_service)
		return add_variable(
		    v, object, (struct slice){name.s + 8, name.len - 8});
	return false;
}

struct slice
column_expand_macros(struct view *v, uint32_t object, struct slice text)
{
	if (memchr(text.s, '$', text.len) == NULL)
		return text;
	str_clear(&v->tmp);
	while (text.len > 0) {
		const char *from = memchr(text.s, '$', text.len), *to = NULL;
		size_t n = from == NULL ? text.len : (size_t)(from - text.s);

		str_addn(&v->tmp, text.s, n);
		text.s += n;
		text.len -= n;
		if (text.len > 1)
			to = memchr(text.s + 1, '$', text.len - 1);
		if (to == NULL) {
			str_addslice(&v->tmp, text);
			break;
		}
		n = (size_t)(to - text.s) + 1;
		if (add_macro(v, object, (struct slice){text.s + 1, n - 2})) {
			text.s += n;
			text.len -= n;
		} else { /* the next '$' may begin one */
			str_addn(&v->tmp, text.s, n - 1);
			text.s += n - 1;
			text.len -= n - 1;
			if (text.len == 1) {
				str_addc(&v->tmp, '$');
				break;
			}
		}
	}
	return str_slice(&v->tmp);
}
