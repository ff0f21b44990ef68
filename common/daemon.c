/* SPDX-License-Identifier: Apache-2.0
 *
 * The skeleton's way from main() to the loop and back; see daemon.h. The
 * daemon's own socket is in daemon_own.c.
 */
#include "common/clock.h"
#include "common/daemon_internal.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "version.h"

#define STOP_WITHIN_MS 10000
#define SETTLE_MS      2000

static const struct daemon_option common_options[] = {
    {"root", "DIR", "the site's directory"},
    {"name", "INSTANCE", "name among several of its kind (fetcher-2)"},
    {"log", "FILE", "append the log here instead of standard error"},
    {"ready-fd", "N", "write a line to this descriptor when ready"},
    {0},
};

const char *
vedette_version(void)
{
	return VEDETTE_VERSION;
}

static void
print_options(const struct daemon_option *o)
{
	for (; o != NULL && o->name != NULL; o++) {
		char left[64];

		snprintf(left, sizeof(left), "--%s %s", o->name, o->value);
		printf("  %-22s %s\n", left, o->help);
	}
}

static void
print_help(const struct daemon_def *def)
{
	printf("vedette-%s: %s\n\nUsage: vedette-%s --root DIR [options]\n"
	       "Started by `vedette start`; by hand only to look for faults."
	       "\n\n",
	    def->name, def->summary, def->name);
	print_options(common_options);
	print_options(def->options);
	printf("  %-22s %s\n  %-22s %s\n  %-22s %s\n", "--debug",
	    "log much more", "--help", "this text", "--version",
	    "print the version");
}

/* Fills o[] with getopt's form of both tables; values are 1000 + index. */
static size_t
long_options(const struct daemon_def *def, struct option *o, size_t room)
{
	const struct daemon_option *tables[] = {common_options, def->options};
	size_t n = 0;

	for (size_t t = 0; t < 2; t++)
		for (const struct daemon_option *d = tables[t];
		     d != NULL && d->name != NULL; d++) {
			must(n + 4 < room);
			o[n] = (struct option){
			    d->name, required_argument, NULL, 1000 + (int)n};
			n++;
		}
	o[n] = (struct option){"debug", no_argument, NULL, 'd'};
	o[n + 1] = (struct option){"help", no_argument, NULL, 'h'};
	o[n + 2] = (struct option){"version", no_argument, NULL, 'V'};
	o[n + 3] = (struct option){0};
	return n;
}

static void
parse_options(struct daemon *d, int argc, char **argv)
{
	struct option o[32];
	int c;

	long_options(d->def, o, ARRAY_LEN(o));
	while ((c = getopt_long(argc, argv, "", o, NULL)) != -1) {
		if (c == 'h') {
			print_help(d->def);
			exit(0);
		} else if (c == 'V') {
			printf("%s\n", vedette_version());
			exit(0);
		} else if (c == 'd') {
			log_set_level(LOG_LEVEL_DEBUG);
		} else if (c >= 1000) {
			d->priv->values[c - 1000] = optarg;
			d->priv->names[c - 1000] = o[c - 1000].name;
		} else {
			fprintf(
			    stderr, "vedette-%s: see --help\n", d->def->name);
			exit(1);
		}
	}
	if (optind < argc)
		fatal("unexpected argument %s (see --help)", argv[optind]);
}

const char *
daemon_option(const struct daemon *d, const char *name)
{
	for (size_t i = 0; i < DAEMON_MAX_OPTIONS; i++)
		if (d->priv->names[i] != NULL &&
		    strcmp(d->priv->names[i], name) == 0)
			return d->priv->values[i];
	return NULL;
}

char *
daemon_path(const struct daemon *d, const char *fmt, ...)
{
	struct str path = {0};
	va_list ap;

	str_add(&path, d->root);
	str_addc(&path, '/');
	va_start(ap, fmt);
	str_vaddf(&path, fmt, ap);
	va_end(ap);
	return str_steal(&path);
}

char *
daemon_endpoint(const struct daemon *d, const char *name)
{
	return xasprintf("ipc://%s/tmp/run/bus/%s.sock", d->root, name);
}

/* One of each: a second copy beside an orphan would spoil its files. */
static void
take_lock(struct daemon *d)
{
	char *path = daemon_path(d, "tmp/run/%s.lock", d->instance);
	struct err err;

	if (d->root[0] == '\0') {
		free(path);
		return;
	}
	char *folder = daemon_path(d, "tmp/run/bus");

	if (file_mkdirs(folder, 0750, &err) == -1)
		fatal("%s (the site's folders belong to its user)", err.text);
	free(folder);
	d->priv->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (d->priv->lock == -1)
		fatal("%s: %s", path, strerror(errno));
	if (flock(d->priv->lock, LOCK_EX | LOCK_NB) == -1)
		fatal("%s runs already (%s is locked)", d->instance, path);
	free(path);
}

/*
 * When the supervisor dies, its successor starts a second copy: this one must
 * go. The check covers a death before the call.
 */
static void
die_with_parent(void)
{
	pid_t parent = getppid();

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		fatal("the supervisor is gone");
}

static void
set_root(struct daemon *d)
{
	const char *root = daemon_option(d, "root");
	char *slash;

	if (root == NULL && d->def->remote) {
		d->root = d->site = "";
		return;
	}
	if (root == NULL)
		fatal("--root is missing (see --help)");
	d->priv->root = realpath(root, NULL);
	if (d->priv->root == NULL)
		fatal("%s: %s", root, strerror(errno));
	d->root = d->priv->root;
	slash = strrchr(d->priv->root, '/');
	d->site = slash[1] == '\0' ? "/" : slash + 1;
}

static void
set_zone(const struct settings *s)
{
	if (s->timezone != NULL)
		setenv("TZ", s->timezone, 1);
	else if (getenv("TZ") == NULL) /* else each mktime() looks there */
		setenv("TZ", ":/etc/localtime", 1);
	tzset();
}

/* Reads site.yaml and the snapshot; without them no daemon of a site runs. */
static void
load_configuration(struct daemon *d)
{
	struct str mistakes = {0};
	struct err err;

	if (d->root[0] == '\0')
		return;
	d->settings = settings_load(d->root, &mistakes);
	if (d->settings == NULL)
		fatal("%s (correct it, then `vedette start %s`)",
		    str_get(&mistakes), d->site);
	str_free(&mistakes);
	set_zone(d->settings);
	d->snapshot = snapshot_open_site(d->root, 0, &err);
	if (d->snapshot == NULL)
		fatal("%s (run `vedette activate`)", err.text);
}

static void
say_ready(struct daemon *d)
{
	const char *text = daemon_option(d, "ready-fd");
	int64_t fd;

	if (text == NULL)
		return;
	if (!num_range(slice_of(text), 0, 1023, &fd))
		fatal("--ready-fd %s: not a descriptor", text);
	if (write((int)fd, "\n", 1) != 1)
		log_warn("ready-fd %s: %s", text, strerror(errno));
	close((int)fd);
}

void
daemon_exit(struct daemon *d, int code)
{
	d->priv->code = code;
	d->priv->ended = true;
	uv_stop(d->loop);
}

static void
on_stop_timeout(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	log_warn("stop: not finished after %d s, ending anyway",
	    STOP_WITHIN_MS / 1000);
	daemon_exit(d, 0);
}

static void
on_signal(uv_signal_t *handle, int number)
{
	struct daemon *d = handle->data;
	struct err err;

	if (number == SIGHUP || number == SIGUSR1) {
		const char *log = daemon_option(d, "log");

		if (log != NULL && log_open(log, &err) == -1)
			log_error("%s", err.text);
		if (number == SIGHUP)
			daemon_own_hangup(d);
		return;
	}
	if (d->priv->stopping) { /* PR-4: the second one is impatient */
		log_warn("stop: asked again, ending at once");
		daemon_exit(d, 0);
		return;
	}
	d->priv->stopping = true;
	log_info("stop: asked by signal %d", number);
	if (d->def->stop == NULL) {
		daemon_exit(d, 0);
		return;
	}
	uv_timer_start(
	    &d->priv->stop_timer, on_stop_timeout, STOP_WITHIN_MS, 0);
	d->def->stop(d);
}

static void
watch_signals(struct daemon *d)
{
	static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		uv_signal_init(d->loop, &d->priv->signals[i]);
		d->priv->signals[i].data = d;
		uv_signal_start(&d->priv->signals[i], on_signal, numbers[i]);
	}
	uv_timer_init(d->loop, &d->priv->stop_timer);
	d->priv->stop_timer.data = d;
	uv_timer_init(d->loop, &d->priv->settle_timer);
	daemon_own_init(d);
}

static void
close_walk(uv_handle_t *handle, void *arg)
{
	(void)arg;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

/* The handles that are still open are the skeleton's own. */
static void
close_loop(struct daemon *d)
{
	for (size_t i = 0; i < ARRAY_LEN(d->priv->signals); i++)
		uv_close((uv_handle_t *)&d->priv->signals[i], NULL);
	uv_close((uv_handle_t *)&d->priv->stop_timer, NULL);
	uv_close((uv_handle_t *)&d->priv->settle_timer, NULL);
	uv_close((uv_handle_t *)&d->priv->look_timer, NULL);
	uv_run(d->loop, UV_RUN_NOWAIT);
	if (uv_loop_close(d->loop) == UV_EBUSY) {
		log_debug("stop: handles were left open");
		uv_walk(d->loop, close_walk, NULL);
		uv_run(d->loop, UV_RUN_NOWAIT);
		uv_loop_close(d->loop);
	}
}

static void
set_up(struct daemon *d, int argc, char **argv)
{
	const char *log;
	struct err err;

	log_set_name(d->def->name);
	parse_options(d, argc, argv);
	d->instance = daemon_option(d, "name");
	if (d->instance == NULL)
		d->instance = d->def->name;
	log_set_name(d->instance);
	log = daemon_option(d, "log");
	if (log != NULL && log_open(log, &err) == -1)
		fatal("%s", err.text);
	umask(0027);
	set_root(d);
	if (geteuid() == 0 && d->root[0] != '\0')
		fatal("daemons of a site do not run as root (use `vedette "
		      "start %s`)",
		    d->site);
	if (geteuid() == 0)
		fatal("it does not run as root (make a user for it)");
	if (d->root[0] != '\0')
		die_with_parent();
	take_lock(d);
	load_configuration(d);
	d->loop = &d->priv->loop;
	must(uv_loop_init(d->loop) == 0);
	d->priv->self = (struct bus_self){
	    d->def->name, d->instance, d->site, vedette_version()};
	d->bus = bus_new(d->loop, &d->priv->self);
	watch_signals(d);
}

static void
tear_down(struct daemon *d)
{
	daemon_own_settle(d);
	if (d->def->deinit != NULL)
		d->def->deinit(d);
	d->priv->deinited = true;
	bus_close(&d->own);
	bus_free(&d->bus);
	close_loop(d);
	snapshot_close(&d->priv->next);
	snapshot_close(&d->snapshot);
	settings_free(&d->priv->next_settings);
	settings_free(&d->settings);
	free(d->priv->root);
}

/* It only ends the wait. */
static void
on_settle_end(uv_timer_t *timer)
{
	(void)timer;
}

static void
settle(struct daemon *d)
{
	int64_t end = clock_mono() + SETTLE_MS * NS_PER_MS;

	uv_timer_start(&d->priv->settle_timer, on_settle_end, SETTLE_MS, 0);
	while (!d->priv->ended && !d->def->settled(d) && clock_mono() < end)
		uv_run(d->loop, UV_RUN_ONCE);
	uv_timer_stop(&d->priv->settle_timer);
}

int
daemon_main(const struct daemon_def *def, int argc, char **argv)
{
	struct daemon_private priv = {.lock = -1};
	struct daemon d = {.def = def, .priv = &priv};
	struct err err;

	set_up(&d, argc, argv);
	if (d.root[0] != '\0' && daemon_own_open(&d, &err) == -1)
		fatal("%s", err.text);
	if (def->init(&d, &err) == -1)
		fatal("%s", err.text);
	if (def->settled != NULL)
		settle(&d);
	log_info("ready: version %s", vedette_version());
	say_ready(&d);
	while (!priv.ended)
		uv_run(d.loop, UV_RUN_DEFAULT);
	tear_down(&d);
	log_info("stopped");
	return priv.code;
}
