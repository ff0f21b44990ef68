/* SPDX-License-Identifier: Apache-2.0
 *
 * Words for what is kept for a later version; see later.h.
 */
#include "site/compile/later.h"
#include "common/mem.h"

#include <stdlib.h>

void
later_warn_attr(
    struct model *m, enum attr attr, const json_t *value, struct place at)
{
	const char *kind = json_string_value(json_object_get(value, "kind"));

	if (attr == ATTR_agent && kind != NULL && strcmp(kind, "push") == 0)
		model_warn(m, place_key(at, "kind"),
		    "push is kept for a later version: this one receives "
		    "nothing from agents (use tcp or program)");
}

void
later_warn_settings(struct model *m)
{
	static const char *const listeners[] = {"receiver", "realtime"};
	char *path = xasprintf("%s/etc/vedette/site.yaml", m->root);
	struct mistakes unused = {0};
	struct yaml_doc *doc = yaml_read(path, &unused);
	struct source src = {
	    .kind = SOURCE_CONF, .doc = doc, .root = yaml_root(doc)};
	const json_t *listen = json_object_get(src.root, "listen");

	for (size_t i = 0; i < ARRAY_LEN(listeners); i++) {
		const json_t *one = json_object_get(listen, listeners[i]);

		if (!json_is_true(json_object_get(one, "enabled")))
			continue;
		model_warn(m,
		    place_key(place_key(place_of(&src, "listen"), listeners[i]),
			"enabled"),
		    "is kept for a later version: this one does not listen "
		    "there");
	}
	mistakes_free(&unused);
	yaml_doc_free(&doc);
	free(path);
}
