/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of services that hosts do not have. Their index is the object's
 * number.
 */
#include "livestatusd/table/table.h"

static int64_t
in_passive_period(struct view *v, const struct column *c, uint32_t at)
{
	(void)c;
	return times_is_in(
	    v->m->times, v->snap->objects[at].passive_period, v->now);
}

static struct slice
passive_period(struct view *v, const struct column *c, uint32_t at)
{
	uint32_t p = v->snap->objects[at].passive_period;

	(void)c;
	return slice_of(
	    p == SNAP_NONE ? "" : snap_s(v->snap, v->snap->periods[p].name));
}

/* clang-format off */
static const struct column own[] = {
	COL_NAME("description", "description of the service, unique on its host"),
	COL_TIME("last_time_ok", last_time_0, "last seen OK"),
	COL_TIME("last_time_warning", last_time_1, "last seen WARN"),
	COL_TIME("last_time_critical", last_time_2, "last seen CRIT"),
	COL_TIME("last_time_unknown", last_time_3, "last seen UNKNOWN"),
	COL_EMPTY("obsess_over_service", INT, "always 0"),
	COL_EMPTY("parents", LIST, "parent services; always empty"),
	COL_TIME("cached_at", cached_at, "when the data was made, if it is cached; else 0"),
	COL_U32("cache_interval", cache_interval, "seconds that cached data may be used; else 0"),
	COL_INT("in_passive_check_period", in_passive_period, 0, "within passive_check_period now"),
	COL_STRING("passive_check_period", passive_period, 0, "time period of passive results; empty: always"),
	COL_EMPTY("prediction_files", LIST, "names of predictions; always empty"),
	{.name = "prediction_file", .type = COLUMN_BLOB, .source = SOURCE_EMPTY, .flags = COLUMN_DYNAMIC,
	    .help = "a prediction; as prediction_file:TITLE:PATH; always empty"},
	COL_EMPTY("robotmk_last_log", BLOB, "always empty"),
	COL_EMPTY("robotmk_last_log_gz", BLOB, "always empty"),
	COL_EMPTY("robotmk_last_error_log", BLOB, "always empty"),
	COL_EMPTY("robotmk_last_error_log_gz", BLOB, "always empty"),
	{0}
};
/* clang-format on */

const struct column_set columns_service = {{own, columns_object}};
