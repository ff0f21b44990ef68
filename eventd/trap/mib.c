/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of names, sorted by OID; see mib.h.
 */
#include "eventd/trap/mib.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"
#include "common/utf8.h"

#include <ctype.h>
#include <stdlib.h>

#define FIELDS 8

struct mib {
	char *text; /* own: what the nodes point into */
	uint32_t *ids;
	size_t n_ids, cap_ids;
	struct mib_node *v;
	size_t n, cap;
};

static int
compare(const uint32_t *a, uint32_t n_a, const uint32_t *b, uint32_t n_b)
{
	for (uint32_t i = 0; i < n_a && i < n_b; i++) {
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	}
	return n_a < n_b ? -1 : n_a > n_b;
}

static int
by_id(const void *a, const void *b)
{
	const struct mib_node *x = a, *y = b;

	return compare(x->id, x->n, y->id, y->n);
}

/* --- reading --------------------------------------------------------------
 */

static bool
read_id(struct mib *m, struct slice text, uint32_t *n_r)
{
	struct slice word;

	*n_r = 0;
	while (slice_next(&text, '.', &word)) {
		uint64_t sub;

		if (!num_u64(word, &sub) || sub > UINT32_MAX ||
		    *n_r == MIB_DEPTH)
			return false;
		ARRAY_GROW(m->ids, m->n_ids, m->cap_ids);
		m->ids[m->n_ids++] = (uint32_t)sub;
		(*n_r)++;
	}
	return *n_r > 0;
}

/* `line` is ended by NUL and may be changed. */
static bool
read_node(struct mib *m, char *line)
{
	const char *field[FIELDS] = {"", "", "", "", "", "", "", ""};
	struct mib_node *node;
	size_t n = 0, at = m->n_ids;
	uint32_t len;

	while (n < FIELDS) {
		char *end = strchr(line, '\t');

		field[n++] = line;
		if (end == NULL)
			break;
		*end = '\0';
		line = end + 1;
	}
	if (n < 4 || field[2][0] == '\0' || strlen(field[3]) != 1 ||
	    !read_id(m, slice_of(field[0]), &len))
		return false;
	ARRAY_GROW(m->v, m->n, m->cap);
	node = &m->v[m->n++];
	*node = (struct mib_node){.n = len,
	    .module = field[1],
	    .name = field[2],
	    .kind = field[3][0],
	    .hint = field[4],
	    .units = field[5],
	    .enums = field[6],
	    .description = field[7]};
	/* Its place until all are there, for the array moves. */
	node->id = (const uint32_t *)(uintptr_t)at;
	return true;
}

struct mib *
mib_read(struct slice text, struct err *err_r)
{
	struct mib *m = xnew(struct mib);
	unsigned line = 0;
	char *at, *end;

	m->text = xmalloc(text.len + 1);
	memcpy(m->text, text.s, text.len);
	m->text[text.len] = '\0';
	for (at = m->text; *at != '\0'; at = end) {
		end = strchr(at, '\n');
		if (end == NULL)
			end = at + strlen(at);
		else
			*end++ = '\0';
		line++;
		if (*at == '\0' || *at == '#')
			continue;
		if (!utf8_valid(slice_of(at)) || !read_node(m, at)) {
			err_set(err_r, "line %u: no node of a MIB", line);
			mib_free(&m);
			return NULL;
		}
	}
	for (size_t i = 0; i < m->n; i++)
		m->v[i].id = m->ids + (uintptr_t)m->v[i].id;
	qsort(m->v, m->n, sizeof(*m->v), by_id);
	return m;
}

void
mib_free(struct mib **mp)
{
	struct mib *m = *mp;

	if (m == NULL)
		return;
	free(m->text);
	free(m->ids);
	free(m->v);
	free(m);
	*mp = NULL;
}

size_t
mib_size(const struct mib *m)
{
	return m->n;
}

const struct mib_node *
mib_at(const struct mib *m, size_t i)
{
	must(i < m->n);
	return &m->v[i];
}

/* --- finding --------------------------------------------------------------
 */

/* The last node that is not behind the OID. */
static const struct mib_node *
not_behind(const struct mib *m, const uint32_t *id, uint32_t n)
{
	size_t from = 0, to = m->n;

	while (from < to) {
		size_t mid = (from + to) / 2;

		if (compare(m->v[mid].id, m->v[mid].n, id, n) <= 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from == 0 ? NULL : &m->v[from - 1];
}

const struct mib_node *
mib_find(const struct mib *m, const uint32_t *id, uint32_t n)
{
	while (n > 0) {
		const struct mib_node *node = not_behind(m, id, n);
		uint32_t same = 0;

		if (node == NULL)
			return NULL;
		while (same < node->n && same < n && node->id[same] == id[same])
			same++;
		if (same == node->n)
			return node;
		n = same; /* only what both begin with can fit */
	}
	return NULL;
}

struct slice
mib_enum(const struct mib_node *node, int64_t value)
{
	struct slice rest = slice_of(node->enums), one, name, number;
	int64_t n;

	while (slice_next(&rest, ',', &one)) {
		if (slice_word(&one, &name) && slice_word(&one, &number) &&
		    num_range(number, INT32_MIN, UINT32_MAX, &n) && n == value)
			return name;
	}
	return SLICE("");
}

/* --- DISPLAY-HINT ---------------------------------------------------------
 */

struct hint {
	bool repeat;
	size_t length;
	char form; /* d x o a t */
	char separator, terminator;
};

static bool
read_hint(const char **at, struct hint *h)
{
	const char *s = *at;
	uint64_t n = 0;

	*h = (struct hint){0};
	if (*s == '*') {
		h->repeat = true;
		s++;
	}
	if (!isdigit((unsigned char)*s))
		return false;
	while (isdigit((unsigned char)*s) && n < 65536)
		n = n * 10 + (uint64_t)(*s++ - '0');
	h->length = n;
	if (*s == '\0' || strchr("dxoat", *s) == NULL)
		return false;
	h->form = *s++;
	if (*s != '\0' && *s != '*' && !isdigit((unsigned char)*s)) {
		h->separator = *s++;
		if (h->repeat && *s != '\0' && *s != '*' &&
		    !isdigit((unsigned char)*s))
			h->terminator = *s++;
	}
	*at = s;
	return true;
}

static bool
add_hinted(struct str *to, const struct hint *h, struct slice part)
{
	uint64_t n = 0;

	if (h->form == 'a' || h->form == 't') {
		if (!utf8_valid(part))
			return false;
		str_addslice(to, part);
		return true;
	}
	if (part.len > 8)
		return false;
	for (size_t i = 0; i < part.len; i++)
		n = n << 8 | (unsigned char)part.s[i];
	if (h->form == 'd')
		str_addf(to, "%llu", (unsigned long long)n);
	else if (h->form == 'o')
		str_addf(to, "%llo", (unsigned long long)n);
	else
		str_addf(
		    to, "%0*llx", (int)(2 * part.len), (unsigned long long)n);
	return true;
}

/* One application of a part of the hint. */
static bool
apply(struct str *to, const struct hint *h, struct slice *rest)
{
	size_t times = 1;

	if (h->repeat) {
		times = (unsigned char)rest->s[0];
		rest->s++;
		rest->len--;
	}
	for (; times > 0 && rest->len > 0; times--) {
		struct slice part = {
		    rest->s, h->length < rest->len ? h->length : rest->len};

		if (!add_hinted(to, h, part))
			return false;
		rest->s += part.len;
		rest->len -= part.len;
		if (h->separator != '\0' && rest->len > 0 &&
		    (times > 1 || h->terminator == '\0'))
			str_addc(to, h->separator);
	}
	if (h->terminator != '\0' && rest->len > 0)
		str_addc(to, h->terminator);
	return true;
}

bool
mib_hint(struct str *to, const char *hint, struct slice octets)
{
	size_t before = to->len;
	struct hint h = {0};

	if (hint[0] == '\0')
		return false;
	while (octets.len > 0) {
		size_t left = octets.len;

		/* The last part is used again for what is left. */
		if ((*hint != '\0' && !read_hint(&hint, &h)) ||
		    !apply(to, &h, &octets) || octets.len == left) {
			to->len = before;
			return false;
		}
	}
	return true;
}
