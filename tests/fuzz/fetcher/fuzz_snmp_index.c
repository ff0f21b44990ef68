/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: indexes of rows and scales of sensors. The first line is an
 * index, the second three numbers.
 */
#include "common/log.h"
#include "common/num.h"
#include "fetcher/snmp/index.h"
#include "fetcher/snmp/sensor.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
indexes(struct slice text, struct arena *arena)
{
	struct slice rest = text, out;
	uint32_t number;

	while (index_number(&rest, &number))
		must(rest.len < text.len);
	for (int way = 0; way < 4; way++) {
		bool good;

		rest = text;
		good = way == 0 ? index_ipv4(&rest, &out)
		    : way == 1  ? index_text(&rest, false, arena, &out)
		    : way == 2  ? index_text(&rest, true, arena, &out)
				: index_address(&rest, arena, &out);
		must(rest.len <= text.len);
		must(good || (rest.s == text.s && rest.len == text.len));
		must(!good || out.len <= 2 * INDEX_MAX_BYTES);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = {(const char *)data, size}, index, word;
	struct arena arena = {0};
	double numbers[3] = {0, 9, 0};

	if (slice_next(&rest, '\n', &index))
		indexes(index, &arena);
	for (int i = 0; i < 3 && slice_word(&rest, &word); i++)
		if (!num_double(word, &numbers[i]))
			break;
	must(isfinite(sensor_value(numbers[0], numbers[1], numbers[2])));
	arena_free(&arena);
	return 0;
}
