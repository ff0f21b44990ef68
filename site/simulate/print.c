/* SPDX-License-Identifier: Apache-2.0
 *
 * Events as lines of JSON, or as a table for people.
 */
#include "site/simulate/sim.h"

#include "common/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void
add_quoted(struct str *to, struct slice s)
{
	size_t from = 0;

	str_addc(to, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.s[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		str_addn(to, s.s + from, i - from);
		from = i + 1;
		if (c == '\n')
			str_add(to, "\\n");
		else if (c < 0x20)
			str_addf(to, "\\u%04x", c);
		else
			str_addn(to, (const char[]){'\\', (char)c}, 2);
	}
	if (s.len > 0)
		str_addn(to, s.s + from, s.len - from);
	str_addc(to, '"');
}

static void
add_number(struct str *to, uint64_t value)
{
	char digits[24];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + value % 10);
	while ((value /= 10) != 0);
	str_addn(to, digits + at, sizeof(digits) - at);
}

void
sim_add_time(struct str *to, int64_t ns)
{
	unsigned ms = (unsigned)(ns % NS_PER_S / NS_PER_MS);
	char fraction[4] = {(char)('0' + ms / 100), (char)('0' + ms / 10 % 10),
	    (char)('0' + ms % 10)};
	size_t n = 3;

	add_number(to, (uint64_t)(ns / NS_PER_S));
	if (ms == 0)
		return;
	while (fraction[n - 1] == '0')
		n--;
	str_addc(to, '.');
	str_addn(to, fraction, n);
}

void
sim_begin(struct sim *s, const char *event)
{
	str_addn(&s->out, "{\"t\":", 5);
	sim_add_time(&s->out, s->t);
	str_addn(&s->out, ",\"event\":\"", 10);
	str_add(&s->out, event);
	str_addc(&s->out, '"');
}

void
sim_keys_make(struct sim *s)
{
	struct str key = {0};

	s->keys = xcalloc(s->snap->n_objects + 1, sizeof(*s->keys));
	for (uint32_t i = 0; i < s->snap->n_objects; i++) {
		const struct snap_object *c = &s->snap->objects[i];

		str_clear(&key);
		str_add(&key, ",\"host\":");
		add_quoted(&key,
		    slice_of(snap_s(s->snap, s->snap->objects[c->host].name)));
		if (c->is_service) {
			str_add(&key, ",\"service\":");
			add_quoted(&key, slice_of(snap_s(s->snap, c->name)));
		}
		s->keys[i] = xstrdup(str_get(&key));
	}
	str_free(&key);
}

void
sim_keys_free(struct sim *s)
{
	for (uint32_t i = 0; s->keys != NULL && i < s->snap->n_objects; i++)
		free(s->keys[i]);
	free(s->keys);
	s->keys = NULL;
}

void
sim_object(struct sim *s, uint32_t object)
{
	str_add(&s->out, s->keys[object]);
}

static void
key(struct sim *s, const char *name)
{
	str_addn(&s->out, ",\"", 2);
	str_add(&s->out, name);
	str_addn(&s->out, "\":", 2);
}

void
sim_text(struct sim *s, const char *name, struct slice value)
{
	key(s, name);
	add_quoted(&s->out, value);
}

void
sim_number(struct sim *s, const char *name, int64_t value)
{
	key(s, name);
	str_addf(&s->out, "%" PRId64, value);
}

void
sim_real(struct sim *s, const char *name, double value)
{
	key(s, name);
	str_addf(&s->out, "%.6g", value);
}

void
sim_bool(struct sim *s, const char *name, bool value)
{
	key(s, name);
	str_add(&s->out, value ? "true" : "false");
}

void
sim_json(struct sim *s, const char *name, const json_t *value)
{
	char *text = json_dumps(
	    value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));

	key(s, name);
	str_add(&s->out, text == NULL ? "null" : text);
	free(text);
}

static void
to_table(struct sim *s)
{
	struct str line = {0};
	size_t from = s->out.len;

	while (from > 0 && s->out.s[from - 1] != '\n')
		from--;
	sim_table_line(
	    s, (struct slice){s->out.s + from, s->out.len - from}, &line);
	s->out.len = from;
	str_addslice(&s->out, str_slice(&line));
	str_free(&line);
}

void
sim_end(struct sim *s)
{
	if (s->rule != NULL && s->options->explain)
		sim_text(s, "because", slice_of(s->rule));
	s->rule = NULL;
	str_addc(&s->out, '}');
	if (s->options->table)
		to_table(s);
	str_addc(&s->out, '\n');
	if (s->out.len >= SIM_FLUSH_BYTES)
		sim_flush(s, false);
}

void
sim_flush(struct sim *s, bool all)
{
	size_t done = 0;

	(void)all;
	if (s->options->fd == -1)
		return;
	while (done < s->out.len) {
		ssize_t n =
		    write(s->options->fd, s->out.s + done, s->out.len - done);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) /* nobody reads any more */
			_exit(1);
		done += (size_t)n;
	}
	str_clear(&s->out);
}

void
sim_error(struct sim *s, const char *fmt, ...)
{
	struct str text = {0};
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(&text, fmt, ap);
	va_end(ap);
	sim_begin(s, "error");
	sim_text(s, "message", str_slice(&text));
	sim_end(s);
	str_free(&text);
}

const char *
sim_state_word(const struct sim *s, uint32_t object, uint8_t state)
{
	static const char *const host[] = {"UP", "DOWN", "UNREACH", "UNREACH"};
	static const char *const service[] = {"OK", "WARN", "CRIT", "UNKNOWN"};

	return (
	    s->snap->objects[object].is_service ? service : host)[state & 3];
}

/* --- for people ------------------------------------------------------------
 */

static void
add_value(struct str *to, const char *name, const json_t *value)
{
	char *text;

	if (strcmp(name, "line") != 0 && strcmp(name, "message") != 0)
		str_addf(to, " %s=", name);
	else
		str_addc(to, ' ');
	if (json_is_string(value)) {
		struct slice v = {
		    json_string_value(value), json_string_length(value)};

		history_add_text(to, v);
		return;
	}
	text = json_dumps(
	    value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
	str_add(to, text == NULL ? "" : text);
	free(text);
}

void
sim_table_line(struct sim *s, struct slice json, struct str *to)
{
	json_t *event = json_loadb(json.s, json.len, 0, NULL);
	const char *service =
	    json_string_value(json_object_get(event, "service"));
	const char *host = json_string_value(json_object_get(event, "host"));
	time_t at = (time_t)sim_now(s);
	const char *name;
	json_t *value;
	char stamp[32];
	struct tm tm;

	localtime_r(&at, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &tm);
	str_addf(to, "%s  %-15s", stamp,
	    json_string_value(json_object_get(event, "event")));
	if (host != NULL)
		str_addf(to, " %s%s%s", host, service == NULL ? "" : ";",
		    service == NULL ? "" : service);
	json_object_foreach(event, name, value) if (strcmp(name, "t") != 0 &&
	    strcmp(name, "event") != 0 && strcmp(name, "host") != 0 &&
	    strcmp(name, "service") != 0) add_value(to, name, value);
	json_decref(event);
}
