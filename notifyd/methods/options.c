/* SPDX-License-Identifier: Apache-2.0
 *
 * Options of methods.
 */
#include "notifyd/methods/options.h"

#include "common/num.h"
#include "notifyd/methods/table.h"

#include <string.h>

static int
read_duration(const json_t *value, const char *path, const char *key,
    int64_t min_ms, int64_t *ms_r, struct err *err_r)
{
	const char *text = json_string_value(value);
	bool good = false;

	if (json_is_integer(value)) {
		int64_t s = json_integer_value(value);

		good = s >= 0 && s <= 86400 * 366;
		*ms_r = s * 1000;
	} else if (text != NULL) {
		good = num_duration_ms(slice_of(text), ms_r);
	}
	if (good && *ms_r >= min_ms)
		return 0;
	err_set(err_r, "%s.%s: expected a duration such as 30s%s", path, key,
	    good ? ", and a longer one" : "");
	return -1;
}

static int
read_count(const json_t *value, const char *path, const char *key, int64_t max,
    unsigned *count_r, struct err *err_r)
{
	int64_t n = json_integer_value(value);

	if (!json_is_integer(value) || n < 1 || n > max) {
		err_set(err_r, "%s.%s: expected a number from 1 to %lld", path,
		    key, (long long)max);
		return -1;
	}
	*count_r = (unsigned)n;
	return 0;
}

static int
read_retry(const json_t *value, const char *path, struct method_options *o,
    struct err *err_r)
{
	size_t n = json_array_size(value);

	if (!json_is_array(value)) {
		o->n_retry = 1;
		return read_duration(
		    value, path, "retry", 1, &o->retry_ms[0], err_r);
	}
	if (n == 0 || n > METHOD_MAX_RETRIES) {
		err_set(err_r, "%s.retry: expected 1 to %d durations", path,
		    METHOD_MAX_RETRIES);
		return -1;
	}
	o->n_retry = (unsigned)n;
	for (size_t i = 0; i < n; i++) {
		if (read_duration(json_array_get(value, i), path, "retry", 1,
			&o->retry_ms[i], err_r) < 0)
			return -1;
	}
	if (n == 1) { /* a list of one does not double */
		o->retry_ms[1] = o->retry_ms[0];
		o->n_retry = 2;
	}
	return 0;
}

static int
read_option(const char *key, const json_t *value, const char *path,
    struct method_options *o, struct err *err_r)
{
	if (strcmp(key, "timeout") == 0)
		return read_duration(
		    value, path, key, 100, &o->timeout_ms, err_r);
	if (strcmp(key, "give_up") == 0)
		return read_duration(
		    value, path, key, 1000, &o->give_up_ms, err_r);
	if (strcmp(key, "tries") == 0)
		return read_count(value, path, key, 1000, &o->tries, err_r);
	if (strcmp(key, "concurrency") == 0)
		return read_count(
		    value, path, key, 256, &o->concurrency, err_r);
	if (strcmp(key, "retry") == 0)
		return read_retry(value, path, o, err_r);
	if (strcmp(key, "parameters") == 0) {
		if (json_is_object(value))
			return 0; /* read at each delivery, see table.h */
		err_set(err_r, "%s.parameters: expected a mapping", path);
		return -1;
	}
	err_set(err_r,
	    "%s: unknown key %s (timeout, tries, retry, give_up, "
	    "concurrency, parameters)",
	    path, key);
	return -1;
}

int
method_options_read(const json_t *methods, const char *name,
    struct method_options *options_r, struct err *err_r)
{
	json_t *own = json_object_get(methods, name);
	char path[200] = "notifications.methods.";
	const char *key;
	json_t *value;

	const struct method_def *def = method_def_find(name);

	*options_r = (struct method_options){.timeout_ms = 60000,
	    .tries = METHOD_ANY_TRIES,
	    .give_up_ms = INT64_C(24) * 3600 * 1000,
	    .concurrency = def == NULL ? 1 : def->concurrency,
	    .retry_ms = {30000},
	    .n_retry = 1};
	strncat(path, name, sizeof(path) - strlen(path) - 1);
	if (own != NULL && !json_is_object(own)) {
		err_set(err_r, "%s: expected a mapping", path);
		return -1;
	}
	json_object_foreach(own, key, value)
	{
		if (read_option(key, value, path, options_r, err_r) < 0)
			return -1;
	}
	return 0;
}

int64_t
method_options_pause(const struct method_options *options, unsigned tries)
{
	int64_t pause = options->retry_ms[0];

	if (options->n_retry > 1)
		return options
		    ->retry_ms[tries > options->n_retry ? options->n_retry - 1
							: tries - 1];
	for (unsigned i = 1; i < tries && pause < METHOD_MAX_PAUSE_MS; i++)
		pause *= 2;
	if (pause > METHOD_MAX_PAUSE_MS &&
	    options->retry_ms[0] < METHOD_MAX_PAUSE_MS)
		pause = METHOD_MAX_PAUSE_MS;
	return pause;
}
