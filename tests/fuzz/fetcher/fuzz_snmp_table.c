/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: a device that answers anything. The bytes are its answers: an
 * error, how many variables, and of each where its OID lies and what it says.
 * Also the assembly of columns by itself: rows ascend, none comes twice.
 */
#include "common/log.h"
#include "common/mem.h"
#include "fetcher/snmp/collect.h"
#include "fetcher/snmp/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
	const uint8_t *at;
	size_t left;
};

static unsigned
next(struct bytes *b)
{
	if (b->left == 0)
		return 0;
	b->left--;
	return *b->at++;
}

static struct snmp_var vars[64];
static char text[256];

/* The asked OID, one near it, or one below it. */
static void
make_var(struct bytes *b, const struct snmp_request *q, struct snmp_var *v)
{
	unsigned how = next(b);

	v->oid = q->oids[how % q->n];
	if (how & 0x40 && v->oid.n < OID_MAX)
		v->oid.id[v->oid.n++] = next(b);
	if (how & 0x80)
		v->oid.id[v->oid.n - 1] = next(b);
	v->kind = (enum snmp_kind)(next(b) % 3);
	v->value = (struct slice){text, next(b) % sizeof(text)};
}

static void
read_device(struct bytes *b)
{
	const struct section_type *wanted[COLLECT_MAX_SECTIONS];
	size_t n = collect_wanted((struct slice){NULL, 0}, true, wanted);
	unsigned how = next(b);
	json_t *contexts = json_pack("{s:[s,s,s], s:{s:[s]}, s:s}", "contexts",
	    "", "a", "b", "section_contexts", "if64", "b", "context_timeout",
	    how & 0x40 ? "continue" : "stop");
	struct collect_settings set = {.bare = true,
	    .now = 1000000,
	    .host = SLICE("h"),
	    .options = how & 0x80 ? contexts : NULL,
	    .bulk = how % 16};
	struct collect *c = collect_new(&set, wanted, n);
	const struct snmp_request *q;
	struct str output = {0};
	struct err why;
	int rc = 0;

	while (rc == 0 && b->left > 0 && collect_next(c, &q)) {
		struct snmp_answer a = {.vars = vars};
		unsigned head = next(b);

		if (head >= 0xf0)
			a.error = head == 0xff ? SNMP_SILENCE
			    : head == 0xfe     ? SNMP_NO_CONTEXT
					       : head & 0xf;
		a.error_index = next(b) % 4;
		a.n = head % ARRAY_LEN(vars);
		for (size_t i = 0; i < a.n; i++)
			make_var(b, q, &vars[i]);
		rc = collect_answer(c, &a, &why);
	}
	collect_output(c, &output);
	str_free(&output);
	collect_free(&c);
	json_decref(contexts);
}

#define COLUMNS 4

static void
assemble(struct bytes *b)
{
	struct snmp_walked walked[COLUMNS] = {0}, *columns[COLUMNS];
	const struct snmp_value **cells;
	struct arena arena = {0};
	const struct snmp_value *before = NULL;

	for (int i = 0; i < COLUMNS; i++)
		columns[i] = &walked[i];
	while (b->left > 0) {
		unsigned how = next(b);
		uint32_t end[3] = {next(b), next(b), next(b)};

		snmp_walked_add(&walked[how % COLUMNS], &arena, end, how / 64,
		    SNMP_WORD, SLICE("1"));
	}
	size_t rows = snmp_assemble(columns, COLUMNS, &arena, &cells);
	for (size_t r = 0; r < rows; r++) {
		const struct snmp_value *any = NULL;

		for (size_t i = 0; i < COLUMNS; i++) {
			const struct snmp_value *v = cells[r * COLUMNS + i];

			if (v == NULL)
				continue;
			must(any == NULL ||
			    oid_compare(
				v->end, v->n_end, any->end, any->n_end) == 0);
			any = v;
		}
		must(any != NULL);
		must(before == NULL ||
		    oid_compare(
			before->end, before->n_end, any->end, any->n_end) < 0);
		before = any;
	}
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = {data, size};

	if (next(&b) % 2 == 0)
		read_device(&b);
	else
		assemble(&b);
	return 0;
}
