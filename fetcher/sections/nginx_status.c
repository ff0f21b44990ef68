/* SPDX-License-Identifier: Apache-2.0
 *
 * Section nginx_status: "127.0.0.1 80 Active connections: 10" and so on.
 */
#include "fetcher/sections/nginx_status.h"

#define MAX_SERVERS 1000 /* they are looked up one by one */

static struct nginx_server *
server_of(struct section_nginx_status *s, struct arena *arena,
    struct slice address, struct slice port)
{
	size_t len = address.len + 1 + port.len;
	char *item = arena_alloc(arena, len, 1);
	struct slice name = {item, len};

	memcpy(item, address.s, address.len);
	item[address.len] = ':';
	memcpy(item + address.len + 1, port.s, port.len);
	for (size_t i = s->n; i-- > 0;)
		if (slice_eq(s->servers[i].item, name))
			return &s->servers[i];
	if (s->n == MAX_SERVERS)
		return NULL;
	ARENA_GROW(arena, s->servers, s->n, s->cap);
	s->servers[s->n] = (struct nginx_server){.item = name};
	return &s->servers[s->n++];
}

static bool
read_line(struct nginx_server *e, struct slice line)
{
	struct slice word, rest = line;

	if (!slice_word(&rest, &word))
		return false;
	if (slice_eqs(word, "Active"))
		return slice_word(&rest, &word) &&
		    section_double(&rest, &e->active);
	if (slice_eqs(word, "server"))
		return true; /* the heads of the next line */
	if (slice_eqs(word, "Reading:"))
		return section_double(&rest, &e->reading) &&
		    slice_word(&rest, &word) &&
		    section_double(&rest, &e->writing) &&
		    slice_word(&rest, &word) &&
		    section_double(&rest, &e->waiting);
	return section_double(&line, &e->accepted) &&
	    section_double(&line, &e->handled) &&
	    section_double(&line, &e->requests);
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_nginx_status *s = section;
	struct slice line, address, port;

	while (split_line(in, &line)) {
		struct nginx_server *e;
		if (!slice_word(&line, &address) || !slice_word(&line, &port))
			return section_bad(
			    in, err_r, "expected: address port text");
		e = server_of(s, arena, address, port);
		if (e == NULL)
			return section_bad(in, err_r, "too many servers");
		if (!read_line(e, line))
			return section_bad(
			    in, err_r, "expected a line of stub_status");
	}
	return 0;
}

const struct section_type section_nginx_status = {
    .names = {"nginx_status", NULL},
    .size = sizeof(struct section_nginx_status),
    .parse = parse,
};
