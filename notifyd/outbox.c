/* SPDX-License-Identifier: Apache-2.0
 *
 * A window over the spool's lines.
 */
#include "notifyd/outbox.h"

#include "common/mem.h"

#include <stdlib.h>

#define WINDOW   500
#define LOOK_MS  50   /* new lines are gathered for so long */
#define AGAIN_MS 1000 /* after a refused send */

struct outbox {
	struct spool *spool;
	struct bus_peer *core;
	int64_t sent;       /* the last id that was sent */
	unsigned under_way; /* sent, not taken */
	bool reading, more;
	uv_timer_t timer;
};

static void read_more(struct outbox *outbox);

static void
on_timer(uv_timer_t *timer)
{
	read_more(timer->data);
}

static void
look_in(struct outbox *outbox, uint64_t ms)
{
	if (!uv_is_active((uv_handle_t *)&outbox->timer))
		uv_timer_start(&outbox->timer, on_timer, ms, 0);
}

static void
on_lines(const struct spool_line *lines, size_t n, void *arg)
{
	struct outbox *outbox = arg;

	outbox->reading = false;
	if (outbox->core == NULL)
		return;
	for (size_t i = 0; i < n; i++) {
		struct msg m = {.id = MSG_DELIVERY_LOG,
		    .delivery_log = {
			(uint64_t)lines[i].id, slice_of(lines[i].line)}};

		if (lines[i].id <= outbox->sent)
			continue; /* core came anew meanwhile */
		if (bus_send(outbox->core, &m) < 0) {
			look_in(outbox, AGAIN_MS);
			return;
		}
		outbox->sent = lines[i].id;
		outbox->under_way++;
	}
	if (n > 0 || outbox->more)
		look_in(outbox, LOOK_MS);
	outbox->more = false;
}

static void
read_more(struct outbox *outbox)
{
	if (outbox->core == NULL || outbox->under_way >= WINDOW)
		return;
	if (outbox->reading) {
		outbox->more = true;
		return;
	}
	outbox->reading = true;
	spool_lines(outbox->spool, outbox->sent, WINDOW - outbox->under_way,
	    on_lines, outbox);
}

struct outbox *
nd_outbox_new(uv_loop_t *loop, struct spool *spool)
{
	struct outbox *outbox = xnew(struct outbox);

	outbox->spool = spool;
	uv_timer_init(loop, &outbox->timer);
	outbox->timer.data = outbox;
	return outbox;
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
nd_outbox_free(struct outbox **outbox)
{
	if (*outbox == NULL)
		return;
	uv_close((uv_handle_t *)&(*outbox)->timer, on_closed);
	*outbox = NULL;
}

void
nd_outbox_set_core(struct outbox *outbox, struct bus_peer *core)
{
	outbox->core = core;
	outbox->sent = 0;
	outbox->under_way = 0;
	if (core == NULL)
		uv_timer_stop(&outbox->timer);
	else
		read_more(outbox);
}

void
nd_outbox_kick(struct outbox *outbox)
{
	if (outbox->core != NULL)
		look_in(outbox, LOOK_MS);
}

void
nd_outbox_taken(struct outbox *outbox, uint64_t id)
{
	spool_line_taken(outbox->spool, (int64_t)id);
	if (outbox->under_way > 0)
		outbox->under_way--;
	if (outbox->under_way == WINDOW / 2)
		look_in(outbox, 0);
}
