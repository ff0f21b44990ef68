/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of discovered services; see discover_file.h.
 */
#include "site/discover_file.h"

#include "common/config/yaml.h"
#include "common/file.h"
#include "common/mem.h"

#include <stdlib.h>

#define MAX_BYTES (64u << 20)

static const char *const action_names[DISCOVER_ACTIONS] = {
    [DISCOVER_KEEP] = "keep",
    [DISCOVER_ADD] = "add",
    [DISCOVER_UPDATE] = "update",
    [DISCOVER_REMOVE] = "remove",
    [DISCOVER_IGNORE] = "ignore",
    [DISCOVER_ACCEPT] = "accept",
};

const struct check discover_ping = {.name = "ping", .description = "PING"};

const char *
discover_action_name(enum discover_action action)
{
	return action_names[action];
}

/* --- reading -------------------------------------------------------------- */

static json_t *
take(const json_t *root, const char *key, bool list)
{
	json_t *v = json_object_get(root, key);

	if (list ? json_is_array(v) : json_is_object(v))
		return json_incref(v);
	return list ? json_array() : json_object();
}

static void
read_head(struct discover_file *f, struct slice text)
{
	struct slice line;

	while (text.len > 0 && text.s[0] == '#' &&
	    slice_next(&text, '\n', &line)) {
		str_addslice(&f->head, line);
		str_addc(&f->head, '\n');
	}
}

static struct slice
text_of(const json_t *v)
{
	return json_is_string(v)
	    ? (struct slice){json_string_value(v), json_string_length(v)}
	    : (struct slice){"", 0};
}

static void
know(struct discover_file *f)
{
	size_t n = json_array_size(f->services);

	f->known = xcalloc(n + 1, sizeof(f->known[0]));
	for (size_t i = 0; i < n; i++) {
		const json_t *entry = json_array_get(f->services, i);
		const json_t *check = json_object_get(entry, "check");

		f->known[i] = (struct discover_known){
		    .check = text_of(json_is_object(check)
			    ? json_object_get(check, "check")
			    : check),
		    .item = text_of(json_object_get(check, "item")),
		    .sum = discover_sum(json_object_get(check, "params"))};
	}
}

int
discover_file_read(struct discover_file *f, const struct site *site,
    const char *host, struct err *err_r)
{
	struct mistakes m = {0};
	struct str text = {0}, why = {0};
	struct yaml_doc *doc = NULL;
	const json_t *root;
	int rc = 0;

	*f = (struct discover_file){
	    .path = site_path(site, "var/vedette/discovered/%s.yaml", host)};
	if (file_exists(f->path)) {
		rc = file_read(f->path, MAX_BYTES, &text, err_r);
		if (rc == 0)
			doc = yaml_parse(f->path, str_slice(&text), &m);
	}
	if (m.n_mistakes > 0) {
		mistakes_print(&m, &why);
		err_set(err_r, "%s", str_get(&why));
		rc = -1;
	}
	read_head(f, str_slice(&text));
	root = doc == NULL ? NULL : yaml_root(doc);
	f->services = take(root, "services", true);
	f->host_labels = take(root, "host_labels", false);
	f->ignored = take(root, "ignored", true);
	know(f);
	yaml_doc_free(&doc);
	mistakes_free(&m);
	str_free(&text);
	str_free(&why);
	return rc;
}

void
discover_file_free(struct discover_file *f)
{
	free(f->path);
	json_decref(f->services);
	json_decref(f->host_labels);
	json_decref(f->ignored);
	str_free(&f->head);
	free(f->known);
	*f = (struct discover_file){0};
}

const char *
discover_file_description(const struct discover_file *f, size_t i)
{
	const char *s = json_string_value(
	    json_object_get(json_array_get(f->services, i), "description"));

	return s != NULL ? s : "";
}

/* --- changing ------------------------------------------------------------- */

static json_t *
check_of(const struct discovered *d, const char *collector)
{
	json_t *check;

	if (d->check == &discover_ping)
		return json_string(d->check->name);
	check = json_pack(
	    "{s:s, s:s}", "collector", collector, "check", d->check->name);
	if (*d->item != '\0')
		json_object_set_new(check, "item", json_string(d->item));
	if (d->params != NULL)
		json_object_set(check, "params", d->params);
	return check;
}

static json_t *
entry_of(const struct discovered *d, const char *collector)
{
	return json_pack("{s:s, s:o}", "description", d->description, "check",
	    check_of(d, collector));
}

/* The entry with what was found now; all else stays. */
static json_t *
updated(const json_t *entry, const struct discovered *d, const char *collector)
{
	json_t *all = json_copy((json_t *)(uintptr_t)entry);

	json_object_set_new(all, "check", check_of(d, collector));
	return all;
}

static size_t
index_of(const json_t *list, const char *text)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (s != NULL && strcmp(s, text) == 0)
			return i;
	}
	return SIZE_MAX;
}

static void
set_ignored(json_t *list, const char *name, bool ignored)
{
	size_t at = index_of(list, name);

	if (ignored && at == SIZE_MAX)
		json_array_append_new(list, json_string(name));
	else if (!ignored && at != SIZE_MAX)
		json_array_remove(list, at);
}

static json_t *
new_services(const struct discover_file *f, const struct discover_change *c,
    json_t *ignored)
{
	size_t n = json_array_size(f->services);
	size_t *rows = xcalloc(n + 1, sizeof(rows[0])); /* index + 1 */
	json_t *all = json_array();

	for (size_t r = 0; r < c->diff->n; r++)
		if (c->diff->rows[r].known != SIZE_MAX)
			rows[c->diff->rows[r].known] = r + 1;
	for (size_t i = 0; i < n; i++) {
		json_t *entry = json_array_get(f->services, i);
		enum discover_action action =
		    rows[i] == 0 ? DISCOVER_KEEP : c->actions[rows[i] - 1];

		if (action == DISCOVER_IGNORE)
			set_ignored(
			    ignored, discover_file_description(f, i), true);
		if (action == DISCOVER_REMOVE || action == DISCOVER_IGNORE)
			continue;
		if (action != DISCOVER_UPDATE)
			json_array_append(all, entry);
		else
			json_array_append_new(all,
			    updated(entry, c->diff->rows[rows[i] - 1].found,
				c->collector));
	}
	for (size_t r = 0; r < c->diff->n; r++) {
		const struct discover_row *row = &c->diff->rows[r];
		enum discover_action action = c->actions[r];

		if (action == DISCOVER_ACCEPT)
			set_ignored(ignored, row->found->description, false);
		if (row->known != SIZE_MAX)
			continue;
		if (action == DISCOVER_IGNORE)
			set_ignored(ignored, row->found->description, true);
		if (action == DISCOVER_ADD || action == DISCOVER_ACCEPT)
			json_array_append_new(
			    all, entry_of(row->found, c->collector));
	}
	free(rows);
	return all;
}

static void
add_line(struct str *text, const char *before, const json_t *value)
{
	char *dump = json_dumps(value, JSON_SORT_KEYS | JSON_ENCODE_ANY);

	str_addf(text, "%s%s\n", before, dump != NULL ? dump : "{}");
	free(dump);
}

static int
write_file(const struct discover_file *f, const json_t *services,
    const json_t *labels, const json_t *ignored, struct err *err_r)
{
	struct str text = {0};
	json_t *entry;
	size_t i;
	int rc;

	if (f->head.len > 0)
		str_addslice(&text, str_slice(&f->head));
	else
		str_add(&text,
		    "# Found by \"vedette discover\", which changes what is"
		    " not as it finds it.\n");
	if (json_object_size(labels) > 0)
		add_line(&text, "host_labels: ", labels);
	if (json_array_size(ignored) > 0)
		add_line(&text, "ignored: ", ignored);
	str_add(&text,
	    json_array_size(services) > 0 ? "services:\n" : "services: []\n");
	json_array_foreach(services, i, entry) add_line(&text, "- ", entry);
	rc = file_write(f->path, str_slice(&text), 0640, err_r);
	str_free(&text);
	return rc;
}

int
discover_file_change(
    struct discover_file *f, const struct discover_change *c, struct err *err_r)
{
	json_t *ignored = json_copy(f->ignored);
	json_t *services = new_services(f, c, ignored);
	const json_t *labels =
	    c->host_labels != NULL ? c->host_labels : f->host_labels;
	int rc = 0;

	if (!file_exists(f->path) || !json_equal(services, f->services) ||
	    !json_equal(ignored, f->ignored) ||
	    !json_equal(labels, f->host_labels))
		rc = write_file(f, services, labels, ignored, err_r) == -1 ? -1
									   : 1;
	json_decref(services);
	json_decref(ignored);
	return rc;
}
