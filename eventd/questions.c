/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands and queries that come over the bus, in the language of the status
 * port.
 */
#include "eventd/eventd.h"

#include "common/mem.h"

#include <stdlib.h>

#define BUS_ANSWER_MAX (60u << 20) /* less than a frame of the bus */

struct question { /* on the bus */
	struct question *next;
	struct eventd *ed;
	struct bus_peer *peer;
	uint64_t id;
};

static void
question_done(bool good, struct slice text, void *arg)
{
	struct question *q = arg;

	/* The reason without what marks it on the status port. */
	if (!good && slice_starts(text, "ERROR: ")) {
		text.s += 7;
		text.len -= 7;
		text = slice_trim(text);
	}
	if (good && text.len > BUS_ANSWER_MAX) {
		good = false;
		text = SLICE("the answer is over 60 MiB (narrow the time)");
	}
	if (q->peer != NULL)
		daemon_answer(q->ed->d, q->peer, q->id,
		    good ? MSG_OK : MSG_REFUSED, text, 0);
	for (struct question **at = &q->ed->questions; *at != NULL;
	     at = &(*at)->next) {
		if (*at == q) {
			*at = q->next;
			break;
		}
	}
	free(q);
}

static void
ask(struct eventd *ed, struct bus_peer *peer, uint64_t id, struct slice text)
{
	struct question *q = xnew(struct question);

	q->ed = ed;
	q->peer = peer;
	q->id = id;
	q->next = ed->questions;
	ed->questions = q;
	eventd_request(ed, text, true, question_done, q);
}

void
eventd_bus_command(
    struct daemon *d, struct bus_peer *peer, const struct msg_command *c)
{
	struct str text = {0};

	str_add(&text, "COMMAND ");
	str_addslice(&text,
	    slice_starts(c->line, "COMMAND ")
		? (struct slice){c->line.s + 8, c->line.len - 8}
		: c->line);
	ask(d->state, peer, c->id, str_slice(&text));
	str_free(&text);
}

void
eventd_bus_query(
    struct daemon *d, struct bus_peer *peer, const struct msg_query *q)
{
	ask(d->state, peer, q->id, q->text);
}

void
eventd_bus_down(struct daemon *d, struct bus_peer *peer)
{
	struct eventd *ed = d->state;

	for (struct question *q = ed->questions; q != NULL; q = q->next) {
		if (q->peer == peer)
			q->peer = NULL;
	}
}

void
eventd_drop_questions(struct eventd *ed)
{
	while (ed->questions != NULL) {
		struct question *next = ed->questions->next;

		free(ed->questions);
		ed->questions = next;
	}
}
