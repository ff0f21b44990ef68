/* SPDX-License-Identifier: Apache-2.0
 *
 * What a plugin wrote, taken apart by the Nagios contract: the first line up
 * to "|" is the output, what follows "|" there is performance data; of the
 * other lines everything up to the first "|" is long output, everything after
 * it is more performance data. Pure.
 */
#ifndef FETCHER_PLUGIN_OUTPUT_H
#define FETCHER_PLUGIN_OUTPUT_H

#include "common/str.h"

#include <stdbool.h>

struct plugin_output {     /* {0} is empty; valid UTF-8 without NUL and CR */
	struct str output; /* one line, without blanks at its end */
	struct str long_output; /* LF between lines */
	struct str perfdata;    /* pieces joined by one blank */
};

/*
 * `raw` may hold any bytes; those that are not UTF-8 become U+FFFD. `is_cut`:
 * its end was cut off, so half a character there is dropped.
 */
void plugin_output_parse(
    struct slice raw, bool is_cut, struct plugin_output *out_r);
void plugin_output_free(struct plugin_output *out);

#endif
