/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of many, of what the spool holds: {"kind", "causes", "how",
 * "entries": [context, ...]}.
 */
#include "notifyd/bulk.h"
#include "notifyd/causes.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bulk *
bulk_of(const json_t *doc)
{
	const json_t *entries = json_object_get(doc, "entries"), *item;
	const char *causes = json_string_value(json_object_get(doc, "causes"));
	struct bulk *b = xnew(struct bulk);
	size_t i;

	b->kind = (enum plan_gather_kind)(
	    json_integer_value(json_object_get(doc, "kind")) & 3);
	b->causes = xstrdup(causes == NULL ? "" : causes);
	b->how = json_incref(json_object_get(doc, "how"));
	b->entries = xcalloc(json_array_size(entries) + 1, sizeof(*b->entries));
	json_array_foreach(entries, i, item)
	    context_from_json(&b->entries[b->n++].ctx, item);
	return b;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *doc = json_loadb((const char *)data, size, 0, NULL);
	struct bulk *b = bulk_of(doc);
	struct context ctx = {0};
	struct str text = {0};
	size_t left = bulk_drop_resolved(b);
	char *common = causes_common(b->causes, "host web01\nbehind sw1");

	must(left <= b->n);
	must(bulk_at(b, left) == NULL);
	must(left == 0 || bulk_at(b, left - 1) != NULL);
	bulk_summary(b, &ctx);
	must(left == 0 || context_get(&ctx, "BULK_SUBJECT") != NULL);
	must(strchr(context_text(&ctx, "BULK_SUBJECT"), '\n') == NULL);
	bulk_stdin(b, &text);
	must(left == 0 || text.len > 0);
	free(common);
	str_free(&text);
	context_free(&ctx);
	bulk_free(&b);
	json_decref(doc);
	return 0;
}
