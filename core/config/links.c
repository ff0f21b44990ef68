/* SPDX-License-Identifier: Apache-2.0
 *
 * Looks at the folder of registrations; see links.h.
 */
#include "core/config/links.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <sys/stat.h>

struct look { /* what a thread works on */
	uv_work_t work;
	struct links *links; /* NULL: nobody waits */
	char *root;
	struct timespec known, found;
	struct agent_links list;
	bool changed;
};

struct links {
	uv_loop_t *loop;
	uv_timer_t *timer;
	char *root;
	struct agent_links list;
	struct timespec changed; /* the folder, when it was read */
	struct look *look;       /* under way */
};

static struct timespec
folder_changed(const char *root)
{
	char *path = agent_links_path(root);
	struct timespec none = {0};
	struct stat st;
	int rc = stat(path, &st);

	free(path);
	return rc == 0 ? st.st_mtim : none;
}

/* The time first: a change while reading is seen the next time. */
static void
read_if_changed(struct look *l)
{
	struct err err;

	l->found = folder_changed(l->root);
	l->changed = l->found.tv_sec != l->known.tv_sec ||
	    l->found.tv_nsec != l->known.tv_nsec;
	if (l->changed && agent_links_read(l->root, &l->list, &err) == -1) {
		log_warn("registrations: %s", err.text);
		l->changed = false;
	}
}

static void
work(uv_work_t *req)
{
	read_if_changed(req->data);
}

static void
worked(uv_work_t *req, int status)
{
	struct look *l = req->data;
	struct links *links = l->links;

	if (links != NULL) {
		links->look = NULL;
		if (status == 0 && l->changed) {
			agent_links_free(&links->list);
			links->list = l->list;
			l->list = (struct agent_links){0};
			links->changed = l->found;
			log_info("registrations: %zu agents", links->list.n);
		}
	}
	agent_links_free(&l->list);
	free(l->root);
	free(l);
}

static struct look *
look_new(struct links *links)
{
	struct look *l = xnew(struct look);

	l->work.data = l;
	l->links = links;
	l->root = xstrdup(links->root);
	l->known = links->changed;
	return l;
}

static void
on_timer(uv_timer_t *timer)
{
	struct links *links = timer->data;

	if (links->look != NULL)
		return;
	links->look = look_new(links);
	must(uv_queue_work(links->loop, &links->look->work, work, worked) == 0);
}

static void
free_timer(uv_handle_t *handle)
{
	free(handle);
}

struct links *
links_new(uv_loop_t *loop, const char *root)
{
	struct links *links = xnew(struct links);
	struct look *first;

	links->loop = loop;
	links->root = xstrdup(root);
	links->timer = xnew(uv_timer_t);
	first = look_new(links);
	read_if_changed(first);
	links->look = first;
	worked(&first->work, 0);
	uv_timer_init(loop, links->timer);
	links->timer->data = links;
	uv_timer_start(links->timer, on_timer, LINKS_LOOK_MS, LINKS_LOOK_MS);
	return links;
}

void
links_free(struct links **lp)
{
	struct links *links = *lp;

	if (links == NULL)
		return;
	if (links->look != NULL)
		links->look->links = NULL;
	uv_close((uv_handle_t *)links->timer, free_timer);
	agent_links_free(&links->list);
	free(links->root);
	free(links);
	*lp = NULL;
}

const struct agent_links *
links_now(const struct links *links)
{
	return &links->list;
}
