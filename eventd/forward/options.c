/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading targets; see options.h.
 */
#include "eventd/forward/options.h"

#include "common/mem.h"
#include "common/num.h"

#include <stdlib.h>

#define QUEUE_DEFAULT (UINT64_C(1) << 30)

static char *
copy(const char *s)
{
	return s == NULL ? NULL : xstrdup(s);
}

static void
read_tls(struct reader *parent, struct forward_target *t)
{
	const json_t *v = reader_get(parent, "tls");
	struct reader r;

	if (v == NULL || json_is_boolean(v)) {
		t->tls = json_is_true(v);
		return;
	}
	t->tls = true;
	reader_sub(&r, parent, "tls");
	t->ca = copy(reader_string(&r, "ca"));
	t->cert = copy(reader_string(&r, "cert"));
	t->key = copy(reader_string(&r, "key"));
	t->tls_name = copy(reader_string(&r, "name"));
	if ((t->cert == NULL) != (t->key == NULL))
		reader_mistake(&r, NULL, "cert and key go together");
	reader_end(&r);
}

static void
read_target(struct reader *r, struct forward_target *t)
{
	static const char *const messages[] = {"all", "matched", NULL};
	static const char *const formats[] = {"rfc5424", "rfc3164", NULL};
	static const char *const framings[] = {"octet_counting", "lines", NULL};
	int64_t bytes = (int64_t)QUEUE_DEFAULT;

	t->to = copy(reader_string(r, "to"));
	if (t->to == NULL || t->to[0] == '\0')
		reader_mistake(r, "to", "a name or an address is needed");
	read_tls(r, t);
	t->port =
	    (uint16_t)reader_int(r, "port", 1, 65535, t->tls ? 6514 : 514);
	t->matched = reader_word(r, "messages", messages, 0) == 1;
	t->format = (enum forward_format)reader_word(r, "format", formats, 0);
	t->framing = (enum forward_framing)reader_word(r, "framing", framings,
	    t->format == FORWARD_5424 || t->tls ? FORWARD_COUNTED
						: FORWARD_LINES);
	bytes = reader_size(
	    r, "queue", 1 << 20, INT64_C(1) << 40, (int64_t)QUEUE_DEFAULT);
	t->queue = (uint64_t)bytes;
}

/* It becomes a folder's name. */
static bool
good_name(const char *name)
{
	return name[0] != '\0' && name[0] != '.' && strlen(name) <= 64 &&
	    strchr(name, '/') == NULL;
}

void
forward_targets_read(
    struct reader *parent, const char *key, struct forward_targets *t)
{
	struct reader all, r;
	const char *name;
	json_t *value;

	reader_sub(&all, parent, key);
	if (all.object == NULL)
		return;
	json_object_foreach((json_t *)all.object, name, value)
	{
		t->v = xreallocarray(t->v, t->n + 1, sizeof(*t->v));
		t->v[t->n] = (struct forward_target){.name = xstrdup(name)};
		reader_sub(&r, &all, name);
		if (!good_name(name))
			reader_mistake(&r, NULL,
			    "a name of at most 64 characters without / is "
			    "expected");
		read_target(&r, &t->v[t->n++]);
		reader_end(&r);
	}
}

void
forward_target_clear(struct forward_target *t)
{
	free(t->name);
	free(t->to);
	free(t->ca);
	free(t->cert);
	free(t->key);
	free(t->tls_name);
	*t = (struct forward_target){0};
}

void
forward_targets_free(struct forward_targets *t)
{
	for (size_t i = 0; i < t->n; i++)
		forward_target_clear(&t->v[i]);
	free(t->v);
	*t = (struct forward_targets){0};
}

void
forward_target_copy(
    struct forward_target *to, const struct forward_target *from)
{
	*to = *from;
	to->name = copy(from->name);
	to->to = copy(from->to);
	to->ca = copy(from->ca);
	to->cert = copy(from->cert);
	to->key = copy(from->key);
	to->tls_name = copy(from->tls_name);
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool
forward_target_same(
    const struct forward_target *a, const struct forward_target *b)
{
	return same(a->to, b->to) && a->port == b->port && a->tls == b->tls &&
	    same(a->ca, b->ca) && same(a->cert, b->cert) &&
	    same(a->key, b->key) && same(a->tls_name, b->tls_name);
}
