/* SPDX-License-Identifier: Apache-2.0
 *
 * eventd's answers: any bytes. What is read lies inside of them, is valid
 * UTF-8, and stays where it is.
 */
#include "common/log.h"
#include "common/utf8.h"
#include "livestatusd/events/events.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COLUMNS 3

static void
look(const struct events *e, size_t row)
{
	for (size_t k = 0; k < COLUMNS; k++) {
		const struct event_cell *c = events_cell(e, row, k);

		if (c == NULL)
			continue;
		must(c->kind != EVENT_NULL && c->kind <= EVENT_LIST);
		if (c->kind == EVENT_STRING)
			must(utf8_valid((struct slice){c->s, c->len}));
		for (size_t i = 0; c->kind == EVENT_LIST && i < c->len; i++)
			must(utf8_valid(events_item(e, c, i)));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct events_want want = {0};
	struct events *e;

	for (size_t k = 0; k < COLUMNS; k++)
		events_want(&want, k);
	e = events_new((struct slice){(const char *)data, size}, &want);
	while (events_read(e, 2))
		;
	for (size_t i = 0; i < events_count(e); i++)
		look(e, i);
	must(!events_read(e, 2));
	events_free(&e);
	return 0;
}
