/* SPDX-License-Identifier: Apache-2.0
 *
 * The thread that compiles scans; see scanner.h. A task is shared by the loop
 * and its thread; whoever lets go of it last frees it.
 */
#include "eventd/scanner.h"

#include "common/file.h"
#include "common/journal.h"
#include "common/log.h"
#include "common/mem.h"

#include <pthread.h>
#include <stdlib.h>

#define FILE_MAX (256u << 20)

struct task {
	pthread_mutex_t lock;
	unsigned holders;
	struct scanner *scanner; /* NULL: nobody wants it any more */
	struct scan_source *source;
	char *path;
	struct scan *scan; /* the result */
	bool done;
};

struct scanner {
	uv_async_t async;
	char *path;
	struct task *task; /* the newest, or NULL */
	scanner_done_fn *done;
	void *arg;
};

static void
task_release(struct task *t)
{
	bool last;

	pthread_mutex_lock(&t->lock);
	last = --t->holders == 0;
	pthread_mutex_unlock(&t->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&t->lock);
	scan_source_free(&t->source);
	scan_free(&t->scan);
	free(t->path);
	free(t);
}

/* --- the file: key, CRC of what follows, the scan ------------------------- */

struct kept_head {
	uint8_t key[SCAN_KEY_LEN];
	uint32_t crc;
};

static struct scan *
read_kept(const struct task *t, const uint8_t *key)
{
	struct str bytes = {0};
	struct scan *scan = NULL;
	struct kept_head head;
	struct slice rest;
	struct err err;

	if (file_read(t->path, FILE_MAX, &bytes, &err) == 0 &&
	    bytes.len > sizeof(head)) {
		memcpy(&head, bytes.s, sizeof(head));
		rest = (struct slice){
		    bytes.s + sizeof(head), bytes.len - sizeof(head)};
		if (memcmp(head.key, key, sizeof(head.key)) == 0 &&
		    head.crc == crc32c(rest.s, rest.len))
			scan = scan_load(t->source, rest);
	}
	str_free(&bytes);
	return scan;
}

static void
keep(const struct task *t, const uint8_t *key)
{
	struct kept_head head = {0};
	struct str body = {0}, bytes = {0};
	struct err err;

	scan_save(t->scan, &body);
	memcpy(head.key, key, sizeof(head.key));
	head.crc = crc32c(body.s, body.len);
	str_addn(&bytes, (const char *)&head, sizeof(head));
	str_addslice(&bytes, str_slice(&body));
	if (file_write(t->path, str_slice(&bytes), 0640, &err) == -1)
		log_warn("the scan of the rules' texts cannot be kept: %s",
		    err.text);
	str_free(&body);
	str_free(&bytes);
}

/* --- the thread ----------------------------------------------------------- */

static void *
work(void *arg)
{
	struct task *t = arg;
	uint8_t key[SCAN_KEY_LEN];
	struct err err;

	scan_source_key(t->source, key);
	t->scan = read_kept(t, key);
	if (t->scan == NULL) {
		t->scan = scan_compile(t->source, &err);
		if (t->scan != NULL)
			keep(t, key);
		else
			log_warn("the texts of the rules are tried one by one: "
				 "%s",
			    err.text);
	}
	pthread_mutex_lock(&t->lock);
	t->done = true;
	if (t->scanner != NULL)
		uv_async_send(&t->scanner->async);
	pthread_mutex_unlock(&t->lock);
	task_release(t);
	return NULL;
}

static void
let_go(struct scanner *s)
{
	struct task *t = s->task;

	if (t == NULL)
		return;
	s->task = NULL;
	pthread_mutex_lock(&t->lock);
	t->scanner = NULL;
	pthread_mutex_unlock(&t->lock);
	task_release(t);
}

static void
on_async(uv_async_t *async)
{
	struct scanner *s = async->data;
	struct scan *scan;
	bool done = false;

	if (s->task != NULL) {
		pthread_mutex_lock(&s->task->lock);
		done = s->task->done;
		pthread_mutex_unlock(&s->task->lock);
	}
	if (!done)
		return;
	scan = s->task->scan;
	s->task->scan = NULL;
	let_go(s);
	if (scan != NULL)
		s->done(scan, s->arg);
}

struct scanner *
scanner_new(uv_loop_t *loop, const char *path, scanner_done_fn *done, void *arg)
{
	struct scanner *s = xnew(struct scanner);

	s->path = xstrdup(path);
	s->done = done;
	s->arg = arg;
	s->async.data = s;
	must(uv_async_init(loop, &s->async, on_async) == 0);
	return s;
}

void
scanner_start(struct scanner *s, const struct ruleset *rs)
{
	struct scan_source *source = scan_source_new(rs);
	pthread_attr_t attr;
	pthread_t thread;
	struct task *t;

	let_go(s);
	if (source == NULL)
		return;
	t = xnew(struct task);
	pthread_mutex_init(&t->lock, NULL);
	t->holders = 2;
	t->scanner = s;
	t->source = source;
	t->path = xstrdup(s->path);
	s->task = t;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &attr, work, t) != 0) {
		log_warn("no thread for the scan of the rules' texts");
		let_go(s);
		task_release(t);
	}
	pthread_attr_destroy(&attr);
}

static void
on_closed(uv_handle_t *handle)
{
	struct scanner *s = handle->data;

	free(s->path);
	free(s);
}

void
scanner_free(struct scanner **sp)
{
	struct scanner *s = *sp;

	if (s == NULL)
		return;
	let_go(s);
	uv_close((uv_handle_t *)&s->async, on_closed);
	*sp = NULL;
}
