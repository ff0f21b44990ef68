/* SPDX-License-Identifier: Apache-2.0
 *
 * Bodies of REST requests: any bytes. A filter that is accepted has the lines
 * that it should have and no others; fields that are accepted are of their
 * kind.
 */
#include "common/log.h"
#include "livestatusd/http/rest/filter.h"
#include "livestatusd/http/rest/rest.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_filter(const json_t *query)
{
	struct str lql = {0};
	struct slice rest, line;
	struct err err;

	if (filter_to_lql(query, "services", &lql, &err) == 0) {
		rest = str_slice(&lql);
		while (slice_next(&rest, '\n', &line))
			must(slice_starts(line, "Filter: ") ||
			    slice_starts(line, "And: ") ||
			    slice_starts(line, "Or: ") ||
			    slice_eqs(line, "Negate:"));
	}
	str_free(&lql);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *in = json_loadb((const char *)data, size, 0, NULL), *mistakes;
	char *text = strndup((const char *)data, size), *clean;
	int64_t when;

	if (rest_parse_time(text, &when))
		free(rest_format_time(when));
	clean = rest_clean(text, false);
	must(strpbrk(clean, ";\n\r") == NULL);
	free(clean);
	free(text);
	if (!json_is_object(in)) {
		json_decref(in);
		return 0;
	}
	check_filter(in);
	for (const struct rest_route *r = rest_routes; r->method != NULL; r++) {
		json_t *copy = json_deep_copy(in);

		if (rest_check_fields(r->fields, copy, &mistakes)) {
			const json_t *query = json_object_get(copy, "query");

			must(query == NULL || json_is_object(query));
		} else
			json_decref(mistakes);
		json_decref(copy);
	}
	json_decref(in);
	return 0;
}
