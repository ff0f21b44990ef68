/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes of a plugin become text of one line, lines, and data, without NUL.
 */
#include "fetcher/plugin_output.h"

#include "common/log.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must_be_text(const struct str *s, bool one_line)
{
	must(strlen(str_get(s)) == s->len);
	must(!one_line || strchr(str_get(s), '\n') == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice raw = {(const char *)data, size};

	for (int cut = 0; cut < 2; cut++) {
		struct plugin_output out = {0};

		plugin_output_parse(raw, cut == 1, &out);
		must_be_text(&out.output, true);
		must_be_text(&out.long_output, false);
		must_be_text(&out.perfdata, true);
		plugin_output_free(&out);
	}
	return 0;
}
