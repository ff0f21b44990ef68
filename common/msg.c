/* SPDX-License-Identifier: Apache-2.0
 *
 * The second expansion of the catalogue: codecs, printer, document.
 */
#include "common/msg.h"

#include "common/log.h"
#include "common/wire_raw.h"

#include <inttypes.h>

#define COUNT_FIELD(type, name, help) +1
#define ROOM_FIELD(type, name, help)  +WIRE_ROOM_##type(m->name)
#define PUT_FIELD(type, name, help)   p = wire_raw_##type(p, m->name);
#define GET_FIELD(type, name, help)   m->name = wire_get_##type(w);

#define CODEC(num, name, NAME, help)                                           \
	static size_t room_##name(const struct msg_##name *m)                  \
	{                                                                      \
		(void)m;                                                       \
		return 2 * WIRE_ROOM_ARRAY MSG_##NAME##_FIELDS(ROOM_FIELD);    \
	}                                                                      \
	static uint8_t *put_##name(uint8_t *p, const struct msg_##name *m)     \
	{                                                                      \
		MSG_##NAME##_FIELDS(PUT_FIELD) return p;                       \
	}                                                                      \
	static void get_##name(struct wire *w, struct msg_##name *m)           \
	{                                                                      \
		MSG_##NAME##_FIELDS(GET_FIELD)                                 \
	}                                                                      \
	enum {                                                                 \
		fields_of_##name = 0 MSG_##NAME##_FIELDS(COUNT_FIELD)          \
	};
#define RECORD_CODEC(name, NAME)                                               \
	CODEC(0, name, NAME, "")                                               \
	void msg_##name##_put(struct str *list, const struct msg_##name *r)    \
	{                                                                      \
		uint8_t *p = wire_raw_begin(list, room_##name(r));             \
                                                                               \
		p = wire_raw_array(p, fields_of_##name);                       \
		wire_raw_end(list, put_##name(p, r));                          \
	}                                                                      \
	bool msg_##name##_next(struct slice *list, struct msg_##name *r_r)     \
	{                                                                      \
		struct wire w = wire_of(*list);                                \
                                                                               \
		if (list->len == 0)                                            \
			return false;                                          \
		if (wire_get_array(&w) != fields_of_##name)                    \
			wire_fail(&w, "wrong number of fields");               \
		get_##name(&w, r_r);                                           \
		*list =                                                        \
		    (struct slice){(const char *)w.p, (size_t)(w.end - w.p)};  \
		return w.why == NULL;                                          \
	}

MSG_CATALOGUE(CODEC)
MSG_RECORDS(RECORD_CODEC)

#define PUT_CASE(num, name, NAME, help)                                        \
	case MSG_##NAME:                                                       \
		p = wire_raw_begin(out, room_##name(&m->name));                \
		p = wire_raw_array(p, 1 + fields_of_##name);                   \
		p = wire_raw_u32(p, num);                                      \
		wire_raw_end(out, put_##name(p, &m->name));                    \
		return;

void
msg_put(struct str *out, const struct msg *m)
{
	uint8_t *p;

	switch (m->id) {
		MSG_CATALOGUE(PUT_CASE)
	case MSG_NONE:
		break;
	}
	panic("message %d is not in the catalogue", (int)m->id);
}

#define GET_CASE(num, name, NAME, help)                                        \
	case MSG_##NAME:                                                       \
		if (n != 1 + fields_of_##name)                                 \
			wire_fail(w, "wrong number of fields");                \
		get_##name(w, &m_r->name);                                     \
		break;

int
msg_get(struct wire *w, struct msg *m_r, const char **why_r)
{
	uint32_t n;

	if (wire_at_end(w))
		return 0;
	n = wire_get_array(w);
	m_r->id = (enum msg_id)wire_get_u32(w);
	switch (m_r->id) {
		MSG_CATALOGUE(GET_CASE)
	case MSG_NONE:
	default:
		wire_fail(w, "unknown message");
	}
	if (w->why == NULL)
		return 1;
	*why_r = w->why;
	m_r->id = MSG_NONE;
	return -1;
}

#define NAME_CASE(num, name, NAME, help)                                       \
	case MSG_##NAME:                                                       \
		return #name;

const char *
msg_name(enum msg_id id)
{
	switch (id) {
		MSG_CATALOGUE(NAME_CASE)
	case MSG_NONE:
		break;
	}
	return "none";
}

static void
print_u32(struct str *out, uint32_t v)
{
	str_addf(out, "%" PRIu32, v);
}

static void
print_u64(struct str *out, uint64_t v)
{
	str_addf(out, "%" PRIu64, v);
}

static void
print_i64(struct str *out, int64_t v)
{
	str_addf(out, "%" PRId64, v);
}

static void
print_f64(struct str *out, double v)
{
	str_addf(out, "%g", v);
}

static void
print_bool(struct str *out, bool v)
{
	str_add(out, v ? "true" : "false");
}

static void
print_str(struct str *out, struct slice v)
{
	size_t n = v.len < 60 ? v.len : 60;

	str_addc(out, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)v.s[i];

		if (c < 0x20 || c == '"' || c == '\\')
			str_addf(out, "\\x%02x", c);
		else
			str_addc(out, v.s[i]);
	}
	str_add(out, n < v.len ? "\"..." : "\"");
}

static void
print_list(struct str *out, struct slice v)
{
	str_addf(out, "<%zu bytes>", v.len);
}

#define PRINT_FIELD(type, name, help)                                          \
	str_add(out, " " #name "=");                                           \
	print_##type(out, x->name);
#define PRINT_CASE(num, name, NAME, help)                                      \
	case MSG_##NAME: {                                                     \
		const struct msg_##name *x = &m->name;                         \
                                                                               \
		MSG_##NAME##_FIELDS(PRINT_FIELD) break;                        \
	}

void
msg_print(struct str *out, const struct msg *m)
{
	str_add(out, msg_name(m->id));
	switch (m->id) {
		MSG_CATALOGUE(PRINT_CASE)
	case MSG_NONE:
		break;
	}
}

#define DOC_FIELD(type, name, help)                                            \
	str_add(out, "| `" #name "` | " #type " | " help " |\n");
#define DOC_MSG(num, name, NAME, help)                                         \
	str_add(out,                                                           \
	    "\n### " #num " " #name "\n" help                                  \
	    ".\n\n| field | type | meaning |\n|---|---|---|\n");               \
	MSG_##NAME##_FIELDS(DOC_FIELD)
#define DOC_RECORD(name, NAME)                                                 \
	str_add(out,                                                           \
	    "\n### record " #name                                              \
	    "\n\n| field | type | meaning |\n|---|---|---|\n");                \
	MSG_##NAME##_FIELDS(DOC_FIELD)

void
msg_document(struct str *out)
{
	str_add(out,
	    "# Messages on the bus\n\nPrinted from common/msg.def by "
	    "`vedette reference messages`; do not edit.\n");
	MSG_CATALOGUE(DOC_MSG)
	MSG_RECORDS(DOC_RECORD)
}
