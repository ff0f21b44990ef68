/* SPDX-License-Identifier: Apache-2.0
 *
 * {"template": any, "params": {}, "context": {}}: as JSON and as a text, with
 * each way of escaping.
 */
#include "notifyd/methods/template.h"
#include "notifyd/methods/words.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *doc = json_loadb((const char *)data, size, 0, NULL);
	json_t *template = json_object_get(doc, "template");
	struct context ctx = {0};
	struct template_world w = {
	    .params = json_object_get(doc, "params"), .ctx = &ctx};

	context_from_json(&ctx, json_object_get(doc, "context"));
	words_add(&ctx, "http://x/");
	for (w.escape = TEMPLATE_PLAIN; w.escape <= TEMPLATE_MARKDOWN;
	     w.escape++) {
		struct str to = {0};

		if (json_is_string(template))
			nd_template_expand(
			    &to, json_string_value(template), &w);
		else if (template != NULL)
			json_decref(nd_template_json(template, &w));
		must(memchr(str_get(&to), '\0', to.len) == NULL);
		str_free(&to);
	}
	context_free(&ctx);
	json_decref(doc);
	return 0;
}
