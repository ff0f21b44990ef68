/* SPDX-License-Identifier: Apache-2.0
 *
 * Any answer of a time series database is refused or becomes series on the
 * grid that was asked for; any name becomes one line.
 */
#include "common/influx.h"
#include "common/log.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
lines(struct slice name)
{
	char measurement[] = "m", tags[] = "", matchers[] = "";
	struct influx_conf conf = {
	    .measurement = measurement, .tags = tags, .matchers = matchers};
	struct str out = {0};

	influx_line(&out, &conf, name, name, name, 1.5, 1);
	must(memchr(out.s, '\n', out.len) == out.s + out.len - 1);
	must(
	    memchr(out.s, '\\', out.len) == NULL || out.s[out.len - 1] == '\n');
	str_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all = {(const char *)data, size};
	char a[] = "load1", b[] = "b", *names[] = {a, b};
	struct rrd_series found[2] = {0};
	struct err err;

	influx_answer(all, names, 2, 1030, 9999, found, &err);
	for (size_t i = 0; i < 2; i++) {
		must(found[i].n == 0 ||
		    (found[i].n == 150 && found[i].step == 60));
		free(found[i].values);
	}
	lines(all);
	return 0;
}
