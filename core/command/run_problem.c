/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands about problems: acknowledgements, comments, notifications.
 */
#include "core/command/internal.h"

#include "common/num.h"

#include <inttypes.h>

/*
 * An expiry at the end of the comment (AK-2): the last field, all digits and
 * above 10^9. Cuts it off.
 */
static int64_t
take_expiry(struct slice *comment)
{
	const char *at = memrchr(comment->s, ';', comment->len);
	struct slice last;
	int64_t expire;

	if (at == NULL)
		return 0;
	last = (struct slice){
	    at + 1, comment->len - (size_t)(at - comment->s) - 1};
	if (last.len == 0 || !num_i64(last, &expire) || last.s[0] == '+' ||
	    (expire != 0 && expire <= 1000000000))
		return 0;
	comment->len -= last.len + 1;
	return expire;
}

static int
acknowledge(struct call *c, int64_t expire, const struct arg *author,
    struct slice comment, struct err *err_r)
{
	struct str text = {0};
	struct acknowledge a = {
	    .kind = c->rest[0].number == 2 ? ACK_STICKY : ACK_NORMAL,
	    .notify = c->rest[1].number != 0,
	    .persistent = c->rest[2].number != 0,
	    .expire = expire,
	    .author = author->text};
	int rc;

	a.comment = command_text(&text, comment);
	rc = engine_acknowledge(
	    c->ctx->engine, c->objects[0], &a, c->ctx->now, err_r);
	str_free(&text);
	return rc;
}

/* sticky; notify; persistent; author; comment[;expire] */
int
run_acknowledge(struct call *c, struct err *err_r)
{
	struct slice comment = c->rest[4].text;
	int64_t expire = take_expiry(&comment);

	return acknowledge(c, expire, &c->rest[3], comment, err_r);
}

/* sticky; notify; persistent; end; author; comment */
int
run_acknowledge_expire(struct call *c, struct err *err_r)
{
	return acknowledge(
	    c, c->rest[3].number, &c->rest[4], c->rest[5].text, err_r);
}

int
run_unacknowledge(struct call *c, struct err *err_r)
{
	(void)err_r;
	engine_unacknowledge(c->ctx->engine, c->objects[0], c->ctx->now);
	return 0;
}

/* persistent; author; text */
int
run_add_comment(struct call *c, struct err *err_r)
{
	struct comment fields = {.type = COMMENT_USER,
	    .external = true,
	    .entry = c->submitted,
	    .persistent = c->rest[0].number != 0};
	struct str text = {0};

	(void)err_r;
	engine_comment_add(c->ctx->engine, c->objects[0], &fields,
	    c->rest[1].text, command_text(&text, c->rest[2].text), c->ctx->now);
	str_free(&text);
	return 0;
}

/* DEL_HOST_COMMENT, DEL_SVC_COMMENT: id; param: of a service */
int
run_del_comment(struct call *c, struct err *err_r)
{
	struct engine *e = c->ctx->engine;
	uint64_t id = (uint64_t)c->args[0].number;
	const struct comment *comment = idmap_get(&e->comments, id);

	if (comment != NULL &&
	    engine_is_service(e, comment->object) != c->command->on) {
		err_set(err_r, "comment %" PRIu64 " is of a %s", id,
		    c->command->on ? "host" : "service");
		return -1;
	}
	return engine_comment_remove(e, id, err_r);
}

int
run_del_comments(struct call *c, struct err *err_r)
{
	(void)err_r;
	engine_comment_remove_all(c->ctx->engine, c->objects[0]);
	return 0;
}

/* options; author; text */
int
run_custom_notification(struct call *c, struct err *err_r)
{
	struct str text = {0};

	(void)err_r;
	engine_custom_notification(c->ctx->engine, c->objects[0],
	    (unsigned)c->rest[0].number & 7u, c->rest[1].text,
	    command_text(&text, c->rest[2].text), c->ctx->now);
	str_free(&text);
	return 0;
}

int
run_delay_notification(struct call *c, struct err *err_r)
{
	(void)err_r;
	engine_delay_notification(
	    c->ctx->engine, c->objects[0], c->rest[0].number, c->ctx->now);
	return 0;
}

int
run_notification_number(struct call *c, struct err *err_r)
{
	struct engine *e = c->ctx->engine;

	if (c->rest[0].number > 1000000) {
		err_set(err_r, "the number is too large");
		return -1;
	}
	e->objects[c->objects[0]].number = (uint32_t)c->rest[0].number;
	e->ops->object(e->arg, c->objects[0], OBJECT_CHANGED | OBJECT_KEEP);
	return 0;
}
