/* SPDX-License-Identifier: Apache-2.0
 *
 * The services of a site: which there are, their folders, their states.
 */
#include "site/supervise.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/mem.h"
#include "common/metric_path.h"
#include "common/num.h"
#include "site/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORKERS_MAX 64
#define RRDCACHED   "/usr/bin/rrdcached" /* Debian's package of that name */

void
supervise_list_free(struct supervise_list *list)
{
	free(list->items);
	*list = (struct supervise_list){0};
}

static void
add(struct supervise_list *list, const char *name, const char *daemon, bool own)
{
	struct supervise_service *s;

	ARRAY_GROW(list->items, list->n, list->cap);
	s = &list->items[list->n++];
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(s->daemon, sizeof(s->daemon), "%s", daemon);
	s->own = own;
}

static int
by_name(const void *a, const void *b)
{
	const struct supervise_service *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* local/services/NAME/run: what the operator wants to run with the site. */
static void
add_own(const struct site *site, struct supervise_list *list)
{
	char *path = site_path(site, "local/services"), *run;
	DIR *dir = opendir(path);
	const struct dirent *d;
	size_t first = list->n;

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.' ||
		    strlen(d->d_name) >= SUPERVISE_NAME_SIZE)
			continue;
		run = xasprintf("%s/%s/run", path, d->d_name);
		if (access(run, X_OK) == 0)
			add(list, d->d_name, d->d_name, true);
		free(run);
	}
	if (dir != NULL)
		closedir(dir);
	if (list->n > first)
		qsort(list->items + first, list->n - first,
		    sizeof(*list->items), by_name);
	free(path);
}

struct supervise_wish
supervise_wish_of(const struct settings *set)
{
	return (struct supervise_wish){
	    .workers = set != NULL ? set->fetcher_workers : 0,
	    .metrics = set == NULL || set->metrics};
}

void
supervise_wanted(const struct site *site, const struct supervise_wish *wish,
    struct supervise_list *list_r)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t workers = wish->workers;
	char name[SUPERVISE_NAME_SIZE];

	*list_r = (struct supervise_list){0};
	if (workers <= 0)
		workers = cores > 0 ? cores : 1;
	if (workers > WORKERS_MAX)
		workers = WORKERS_MAX;
	if (wish->metrics && access(RRDCACHED, X_OK) == 0)
		add(list_r, "rrdcached", "rrdcached", true);
	add(list_r, "notifyd", "notifyd", false);
	add(list_r, "core", "core", false);
	for (int64_t i = 1; i <= workers; i++) {
		snprintf(name, sizeof(name), "fetcher-%d", (int)i);
		add(list_r, name, "fetcher", false);
	}
	add(list_r, "eventd", "eventd", false);
	add(list_r, "livestatusd", "livestatusd", false);
	add_own(site, list_r);
}

/* Where a service stands in the order of supervise_wanted(). */
static int
rank(const char *daemon)
{
	static const char *const order[] = {
	    "notifyd", "core", "fetcher", "eventd", "livestatusd"};

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (strcmp(order[i], daemon) == 0)
			return (int)i;
	return (int)ARRAY_LEN(order);
}

static int
by_rank(const void *a, const void *b)
{
	const struct supervise_service *x = a, *y = b;
	int d = rank(x->daemon) - rank(y->daemon);

	return d != 0 ? d : strverscmp(x->name, y->name);
}

void
supervise_present(const struct site *site, struct supervise_list *list_r)
{
	char *path = site_path(site, "tmp/run/s6");
	DIR *dir = opendir(path);
	const struct dirent *d;
	char daemon[SUPERVISE_NAME_SIZE];

	*list_r = (struct supervise_list){0};
	while (dir != NULL && (d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.' || strlen(d->d_name) >= sizeof(daemon))
			continue;
		snprintf(daemon, sizeof(daemon), "%s", d->d_name);
		if (strncmp(daemon, "fetcher-", 8) == 0)
			daemon[7] = '\0';
		add(list_r, d->d_name, daemon, false);
		list_r->items[list_r->n - 1].own = rank(daemon) == 5;
	}
	if (dir != NULL)
		closedir(dir);
	if (list_r->n > 0)
		qsort(
		    list_r->items, list_r->n, sizeof(*list_r->items), by_rank);
	free(path);
}

bool
supervise_matches(const struct supervise_service *s, const char *name)
{
	return name == NULL || strcmp(s->daemon, name) == 0 ||
	    strcmp(s->name, name) == 0;
}

/* The words of "s6-svstat -o up,ready,wantedup,pid,updownfor". */
static bool
parse_state(struct slice line, struct supervise_state *st)
{
	struct slice w[5];
	int64_t pid, age;

	line = slice_trim(line);
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		if (!slice_next(&line, ' ', &w[i]))
			return false;
	if (!num_i64(w[3], &pid) || !num_i64(w[4], &age))
		return false;
	st->up = slice_eqs(w[0], "true");
	st->ready = st->up && slice_eqs(w[1], "true");
	st->wanted_up = slice_eqs(w[2], "true");
	st->pid = pid > 0 ? (pid_t)pid : 0;
	st->since = clock_wall() / NS_PER_S - age;
	return true;
}

int
supervise_state(
    const struct site *site, const char *name, struct supervise_state *state_r)
{
	char *dir = site_path(site, "tmp/run/s6/%s", name);
	const char *const argv[] = {
	    "s6-svstat", "-o", "up,ready,wantedup,pid,updownfor", dir, NULL};
	struct str out = {0};
	int rc = -1;

	*state_r = (struct supervise_state){0};
	/* Right after the death of a supervisor nobody answers. */
	for (int i = 0; i < 20 && rc == -1 && file_exists(dir); i++) {
		str_clear(&out);
		if (proc_run(argv, &out, NULL) == 0 &&
		    parse_state(str_slice(&out), state_r))
			rc = 0;
		else if (!supervise_is_running(site))
			break;
		else
			proc_sleep_ms(100);
	}
	str_free(&out);
	free(dir);
	return rc;
}

size_t
supervise_deaths(const struct site *site, const char *name)
{
	char *path = site_path(site, "tmp/run/s6/%s/deaths", name);
	struct str text = {0};
	size_t n = 0;

	if (file_read(path, 1 << 16, &text, NULL) == 0)
		for (const char *p = str_get(&text); *p != '\0'; p++)
			n += *p == '\n';
	str_free(&text);
	free(path);
	return n;
}

bool
supervise_is_running(const struct site *site)
{
	char *path = site_path(site, "tmp/run/s6/.s6-svscan/control");
	int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);

	free(path);
	if (fd != -1)
		close(fd);
	return fd != -1;
}

bool
supervise_is_any_up(const struct site *site)
{
	struct supervise_list list;
	struct supervise_state st;
	bool any = false;

	supervise_present(site, &list);
	for (size_t i = 0; i < list.n && !any; i++)
		any = supervise_state(site, list.items[i].name, &st) == 0 &&
		    st.up;
	supervise_list_free(&list);
	return any;
}

/* 'text' for sh. */
static void
quote(struct str *to, const char *text)
{
	str_addc(to, '\'');
	for (; *text != '\0'; text++)
		if (*text == '\'')
			str_add(to, "'\\''");
		else
			str_addc(to, *text);
	str_addc(to, '\'');
}

/* Values wait in memory and in its journal for up to ten minutes, so that a
 * file is written once for ten values. */
static void
write_rrdcached(struct str *to)
{
	str_add(to,
	    "mkdir -p " METRIC_FOLDER " var/vedette/rrd-journal || exit 1\n"
	    "exec " RRDCACHED " -g -p tmp/run/rrdcached.pid -m 0600"
	    " -l \"unix:$root/" METRIC_SOCKET "\" -b \"$root/" METRIC_FOLDER
	    "\" -B -R -j \"$root/var/vedette/rrd-journal\""
	    " -w 600 -z 600 -t 2\n");
}

/* Waits in place of the daemon when finish asked for it: ended by s6 at once,
 * unlike a child of the shell. */
static void
write_run(
    const struct site *site, const struct supervise_service *s, struct str *to)
{
	str_add(to, "#!/bin/sh\nroot=");
	quote(to, site->root);
	str_addf(to, "\nlog=\"$root/var/log/%s.log\"\nexec >>\"$log\" 2>&1\n",
	    s->name);
	str_add(to,
	    "if read -r seconds 2>/dev/null <delay; then\n"
	    "\trm -f delay\n\t: >delayed\n"
	    "\texec sleep \"$seconds\"\nfi\n"
	    "cd \"$root\" || exit 1\n");
	if (strcmp(s->name, "rrdcached") == 0)
		write_rrdcached(to);
	else if (s->own)
		str_addf(to, "exec ./local/services/%s/run\n", s->name);
	else
		str_addf(to,
		    "exec \"$root/bin/vedette-%s\" --root \"$root\""
		    " --name %s --log \"$log\" --ready-fd 3\n",
		    s->daemon, s->name);
}

/* $1: the exit code, or 256 and then $2: the signal. */
static void
write_finish(
    const struct site *site, const struct supervise_service *s, struct str *to)
{
	str_add(to, "#!/bin/sh\nroot=");
	quote(to, site->root);
	str_addf(to, "\nexec >>\"$root/var/log/%s.log\" 2>&1\n", s->name);
	str_add(to,
	    "if [ -e delayed ]; then\n"
	    "\trm -f delayed\n\texit 0\nfi\n");
	str_addf(to,
	    "now=$(date +%%s)\n"
	    "echo \"$(date '+%%F %%T') %s ended: code $1 signal $2\""
	    "\n",
	    s->name);
	str_addf(to,
	    "[ \"$1\" = 125 ] && exit 125\n" /* SHUTDOWN_PROGRAM */
	    "{ tail -n 99 deaths; echo \"$now\"; } 2>/dev/null"
	    " >deaths.new\nmv deaths.new deaths\n"
	    "recent=$(awk -v t=\"$now\" '$1 > t - 60' deaths"
	    " | wc -l)\n"
	    "[ \"$recent\" -lt %d ] || echo 15 >delay\nexit 0\n",
	    SUPERVISE_DEATHS);
}

static int
write_file(const char *dir, const char *name, struct str *text, mode_t mode,
    struct err *err_r)
{
	char *path = xasprintf("%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	bool good =
	    fd != -1 && write(fd, text->s, text->len) == (ssize_t)text->len;

	/* Not synced: tmp/ is made anew at each start. */
	if (!good)
		err_set(err_r, "%s: %s", path, strerror(errno));
	if (fd != -1)
		close(fd);
	str_clear(text);
	free(path);
	return good ? 0 : -1;
}

int
supervise_write(const struct site *site,
    const struct supervise_service *service, struct err *err_r)
{
	char *dir = site_path(site, "tmp/run/s6/%s", service->name);
	struct str text = {0};
	int rc = file_mkdirs(dir, 0700, err_r);

	if (rc == 0) {
		write_run(site, service, &text);
		rc = write_file(dir, "run", &text, 0700, err_r);
	}
	if (rc == 0) {
		write_finish(site, service, &text);
		rc = write_file(dir, "finish", &text, 0700, err_r);
	}
	if (rc == 0 && !service->own) {
		str_add(&text, "3\n");
		rc = write_file(dir, "notification-fd", &text, 0600, err_r);
	}
	if (rc == 0) {
		str_add(&text, "12000\n");
		rc = write_file(dir, "timeout-kill", &text, 0600, err_r);
	}
	str_free(&text);
	free(dir);
	return rc;
}

int
supervise_control(const struct site *site, const char *name, const char *flag,
    struct err *err_r)
{
	char *dir = site_path(site, "tmp/run/s6/%s", name);
	const char *const argv[] = {"s6-svc", flag, dir, NULL};
	struct str out = {0};
	int rc = -1;

	for (int i = 0; i < 20 && rc != 0; i++) {
		str_clear(&out);
		rc = proc_run(argv, &out, err_r);
		if (rc == -1 || (rc != 0 && !supervise_is_running(site)))
			break;
		if (rc != 0)
			proc_sleep_ms(100);
	}
	if (rc > 0) {
		struct slice said = slice_trim(str_slice(&out));
		err_set(err_r, "%s: %.*s", name, (int)said.len, said.s);
	}
	str_free(&out);
	free(dir);
	return rc == 0 ? 0 : -1;
}

static bool
has(const struct supervise_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i].name, name) == 0)
			return true;
	return false;
}

/* s6-svscan does not see names with a dot and ends their supervisors. */
static int
hide(const struct site *site, const char *name, struct err *err_r)
{
	char *from = site_path(site, "tmp/run/s6/%s", name);
	char *to = site_path(site, "tmp/run/s6/.gone-%s", name);
	int rc = file_remove_tree(to, err_r);

	if (rc == 0 && (rc = rename(from, to)) == -1)
		err_set(err_r, "%s: %s", from, strerror(errno));
	free(from);
	free(to);
	return rc;
}

int
supervise_sync(const struct site *site, const struct supervise_wish *wish,
    struct err *err_r)
{
	char *dir = site_path(site, "tmp/run/s6");
	const char *const argv[] = {"s6-svscanctl", "-an", dir, NULL};
	struct supervise_list want, have;
	bool changed = false;
	int rc = 0;

	supervise_wanted(site, wish, &want);
	supervise_present(site, &have);
	for (size_t i = 0; i < want.n && rc == 0; i++)
		if (!has(&have, want.items[i].name)) {
			rc = supervise_write(site, &want.items[i], err_r);
			changed = true;
		}
	for (size_t i = 0; i < have.n && rc == 0; i++)
		if (!has(&want, have.items[i].name)) {
			rc = hide(site, have.items[i].name, err_r);
			changed = true;
		}
	if (rc == 0 && changed && proc_run(argv, NULL, err_r) != 0)
		rc = -1;
	supervise_list_free(&want);
	supervise_list_free(&have);
	free(dir);
	return rc;
}
