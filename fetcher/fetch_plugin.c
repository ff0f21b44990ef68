/* SPDX-License-Identifier: Apache-2.0
 *
 * Plugins by the Nagios contract, and programs whose output is an agent's.
 */
#include "fetcher/agent_policy.h"
#include "fetcher/command_line.h"
#include "fetcher/fetch.h"
#include "fetcher/net/net.h"
#include "fetcher/plugin_output.h"

#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct run {
	struct child *child;
	struct net_run *net; /* done here, without a process */
	bool is_cut;         /* plugin: output beyond the limit was discarded */
	struct err too_much; /* program: why reading was stopped */
	char program[128];   /* for words */
};

/* The child keeps its own time from here on. */
static void
release(struct fetch *f)
{
	struct run *r = f->transport;

	if (r->child != NULL)
		child_stop(r->child);
	if (r->net != NULL)
		net_stop(r->net);
	free(r);
	f->transport = NULL;
}

/* A sentence in place of a plugin's answer. */
static void __attribute__((format(printf, 3, 4)))
answer(struct fetch *f, uint32_t state, const char *fmt, ...)
{
	struct str text = {0};
	va_list ap;

	str_add(&text, state == 2 ? "CRITICAL - " : "UNKNOWN - ");
	va_start(ap, fmt);
	str_vaddf(&text, fmt, ap);
	va_end(ap);
	fetch_result(f, state, str_slice(&text), SLICE(""), SLICE(""));
	str_free(&text);
}

/* --- how a child ended, in words ------------------------------------------ */

/* The last line of standard error with something on it. */
static struct slice
last_line(struct slice errors)
{
	struct slice line, last = SLICE("");

	while (slice_next(&errors, '\n', &line)) {
		line = slice_trim(line);
		if (line.len > 0)
			last = line;
	}
	if (last.len > 300)
		last.len = 300;
	return last;
}

/* False: it ended well enough for `most` to be an exit code of its own. */
static bool
is_odd_end(const struct child_end *end, int most, struct err *why_r)
{
	if (end->exit_code < 0)
		err_set(why_r, "was ended by signal %d (%s%s)", end->signal,
		    strsignal(end->signal),
		    end->signal == SIGXCPU       ? ", see fetcher.limits.cpu"
			: end->signal == SIGXFSZ ? ", see "
						   "fetcher.limits.file_size"
						 : "");
	else if (end->exit_code > most)
		err_set(why_r, "ended with exit code %d%s", end->exit_code,
		    end->exit_code == 127       ? " (not found)"
			: end->exit_code == 126 ? " (not executable)"
						: "");
	else
		return false;
	return true;
}

/* --- plugins ---------------------------------------------------------------
 */

static bool
plugin_output(struct child *c, const char *bytes, size_t n, void *arg)
{
	struct fetch *f = arg;
	struct run *r = f->transport;
	size_t room = LIMIT_PLUGIN_BYTES - f->output.len;
	struct err why;

	(void)c;
	r->is_cut = n > room;
	if (r->is_cut) {
		runner_counting(f->runner)->outputs_cut++;
		n = room;
	}
	if (fetch_take(f, bytes, n, &why) != 0)
		r->is_cut = true;
	return !r->is_cut;
}

/* Ended by code 0 to 3: what it says is the result. */
static void
plugin_result(struct fetch *f, struct slice output, const struct child_end *end,
    bool is_cut)
{
	struct plugin_output out = {0};
	struct str text = {0};

	plugin_output_parse(output, is_cut, &out);
	if (output.len == 0) {
		struct plugin_output errors = {0};

		plugin_output_parse(last_line(end->errors), true, &errors);
		str_add(&text, "(No output on stdout)");
		if (errors.output.len > 0)
			str_addf(&text, " stderr: %s", errors.output.s);
		plugin_output_free(&errors);
	} else {
		str_addslice(&text, str_slice(&out.output));
	}
	if (is_cut) {
		if (out.long_output.len > 0)
			str_addc(&out.long_output, '\n');
		str_addf(&out.long_output,
		    "(output beyond %u KiB was discarded)",
		    LIMIT_PLUGIN_BYTES >> 10);
	}
	fetch_result(f, (uint32_t)end->exit_code, str_slice(&text),
	    str_slice(&out.long_output), str_slice(&out.perfdata));
	str_free(&text);
	plugin_output_free(&out);
}

/* A fault of the monitoring, with the best words that can be had. */
static void
plugin_failed(struct fetch *f, const struct child_end *end, const char *program,
    const char *how)
{
	struct plugin_output out = {0}, errors = {0};
	const char *words;

	plugin_output_parse(str_slice(&f->output), true, &out);
	plugin_output_parse(last_line(end->errors), true, &errors);
	words =
	    out.output.len > 0 ? str_get(&out.output) : str_get(&errors.output);
	answer(f, 3, "plugin %s %s%s%s", program, how,
	    words[0] != '\0' ? ": " : "", words);
	plugin_output_free(&out);
	plugin_output_free(&errors);
}

static void
plugin_ended(struct child *c, const struct child_end *end, void *arg)
{
	struct fetch *f = arg;
	struct run r = *(struct run *)f->transport;
	struct err how;

	(void)c;
	((struct run *)f->transport)->child = NULL;
	release(f);
	if (end->spawn_error != 0)
		answer(f, 3, "cannot run %s: %s", r.program,
		    strerror(end->spawn_error));
	else if (is_odd_end(end, 3, &how))
		plugin_failed(f, end, r.program, how.text);
	else
		plugin_result(f, str_slice(&f->output), end, r.is_cut);
}

static void
plugin_late(struct fetch *f)
{
	struct run *r = f->transport;
	bool waits = r->child != NULL && child_waits(r->child);
	char timeout[32];

	if (f->job.patience_ms > 0 && r->child != NULL && !waits) {
		child_terminate(r->child, f->job.patience_ms);
		return; /* plugin_ended() answers */
	}
	fetch_timeout_text(f, timeout);
	release(f);
	if (waits)
		answer(f, 3,
		    "plugin was not started within %s: all %zu places for "
		    "plugins are taken",
		    timeout, children_most(runner_children(f->runner)));
	else
		answer(f, 2, "plugin timed out after %s", timeout);
}

/* --- programs --------------------------------------------------------------
 */

static bool
program_output(struct child *c, const char *bytes, size_t n, void *arg)
{
	struct fetch *f = arg;
	struct run *r = f->transport;

	(void)c;
	if (fetch_take(f, bytes, n, &r->too_much) == 0)
		return true;
	fetch_hurry(f); /* it may never end by itself */
	return false;
}

static void
program_ended(struct child *c, const struct child_end *end, void *arg)
{
	struct fetch *f = arg;
	struct run r = *(struct run *)f->transport;
	struct slice last = last_line(end->errors);
	struct err how;

	(void)c;
	((struct run *)f->transport)->child = NULL;
	release(f);
	f->child_user = end->user_seconds;
	f->child_system = end->system_seconds;
	if (end->spawn_error != 0)
		fetch_fail(f, "Cannot run %s: %s", r.program,
		    strerror(end->spawn_error));
	else if (r.too_much.text[0] != '\0')
		fetch_fail(f, "Program %s: %s", r.program, r.too_much.text);
	else if (is_odd_end(end, 0, &how))
		fetch_fail(f, "Program %s %s%s%.*s", r.program, how.text,
		    last.len > 0 ? ": " : "", (int)last.len, last.s);
	else if (f->output.len < LIMIT_OUTPUT_LEAST)
		fetch_fail(f,
		    "Program %s ended without agent output (%zu "
		    "bytes)",
		    r.program, f->output.len);
	else
		fetch_success(f);
}

static void
program_late(struct fetch *f)
{
	struct run r = *(struct run *)f->transport;
	bool waits = child_waits(r.child);
	char timeout[32];

	fetch_timeout_text(f, timeout);
	release(f);
	if (r.too_much.text[0] != '\0')
		fetch_fail(f, "Program %s: %s", r.program, r.too_much.text);
	else if (waits)
		fetch_fail(f,
		    "Program %s was not started within %s: all %zu places for "
		    "programs are taken",
		    r.program, timeout,
		    children_most(runner_children(f->runner)));
	else
		fetch_fail(f,
		    "Program %s was not done within %s and was killed, %zu "
		    "bytes had come",
		    r.program, timeout, f->output.len);
}

/* --- both ------------------------------------------------------------------
 */

/* The program's base name; of a shell's line its beginning. */
static void
name_program(struct run *r, char *const *argv)
{
	const char *slash = strrchr(argv[0], '/');

	if (strcmp(argv[0], "/bin/sh") == 0 && argv[1] != NULL &&
	    argv[2] != NULL) {
		size_t n = strcspn(argv[2], "|;\n");

		snprintf(r->program, sizeof(r->program), "\"%.*s\"",
		    n > 60 ? 60 : (int)n, argv[2]);
		return;
	}
	snprintf(r->program, sizeof(r->program), "%s",
	    slash == NULL ? argv[0] : slash + 1);
}

static void
start_child(struct fetch *f, char **argv, enum command_use use, int input,
    const struct child_handlers *handlers)
{
	struct run *r = f->transport;

	name_program(r, argv);
	r->child = child_start(runner_children(f->runner), argv,
	    runner_environment(f->runner, use), input, handlers, f);
}

static const struct child_handlers plugin_handlers = {
    plugin_output, plugin_ended};

/* --- network checks without a process ------------------------------------- */

static void
run_plugin(struct fetch *f)
{
	struct err why;
	char **argv =
	    runner_argv(f->runner, COMMAND_PLUGIN, f->job.command, &why);

	if (argv != NULL) {
		start_child(f, argv, COMMAND_PLUGIN, -1, &plugin_handlers);
		return;
	}
	release(f);
	fetch_fail_soon(f, "Cannot run the command: %s", why.text);
}

static void
net_ended(int state, struct slice text, void *arg)
{
	struct fetch *f = arg;
	struct child_end end = {.exit_code = state};

	((struct run *)f->transport)->net = NULL;
	if (state < 0) {
		runner_counting(f->runner)->inprocess_given_up++;
		run_plugin(f);
		return;
	}
	release(f);
	plugin_result(f, text, &end, false);
}

/* A plugin of the site's own with that name is run; so is one elsewhere. */
static bool
is_standard(const char *path)
{
	static const char folder[] = "/usr/lib/nagios/plugins/";

	return strncmp(path, folder, sizeof(folder) - 1) == 0;
}

/* NULL: it needs the plugin. */
static struct net_plan *
plan_here(struct fetch *f, char *const *argv)
{
	if (!runner_inprocess(f->runner) ||
	    slice_eqs(f->job.options, "{\"inprocess\":false}") ||
	    !is_standard(argv[0]))
		return NULL;
	return net_read(argv);
}

static void
plugin_start(struct fetch *f)
{
	struct err why;
	char **argv =
	    runner_argv(f->runner, COMMAND_PLUGIN, f->job.command, &why);
	struct net_services services = runner_net(f->runner);
	struct net_plan *plan;
	struct run *r;

	if (argv == NULL) {
		fetch_fail_soon(f, "Cannot run the command: %s", why.text);
		return;
	}
	r = xnew(struct run);
	f->transport = r;
	plan = plan_here(f, argv);
	if (plan == NULL) {
		start_child(f, argv, COMMAND_PLUGIN, -1, &plugin_handlers);
		return;
	}
	runner_counting(f->runner)->inprocess++;
	child_free_words(argv);
	r->net = net_start(&services, plan, net_ended, f);
}

/*
 * What the program gets on its standard input: the passphrase of its host,
 * which so stands neither on a command line nor in an environment. -1: nothing;
 * -2 and words.
 */
static int
program_input(struct fetch *f, struct err *err_r)
{
	struct agent_policy policy;
	struct str secret = {0};
	int ends[2] = {-1, -2};

	if (agent_policy_read(f->job.options, SLICE(""), &policy, err_r) == -1)
		return -2;
	if (policy.passphrase_file == NULL)
		return -1;
	if (identity_passphrase(runner_identity(f->runner),
		policy.passphrase_file, &secret, err_r) == 0) {
		str_addc(&secret, '\n');
		/* Shorter than what a pipe takes at once. */
		if (pipe2(ends, O_CLOEXEC) != 0 ||
		    write(ends[1], secret.s, secret.len) !=
			(ssize_t)secret.len) {
			err_set(err_r, "pipe: %s", strerror(errno));
			if (ends[0] >= 0)
				close(ends[0]);
			ends[0] = -2;
		}
		if (ends[1] >= 0)
			close(ends[1]);
		explicit_bzero(secret.s, secret.len);
	} else {
		ends[0] = -2;
	}
	str_free(&secret);
	agent_policy_free(&policy);
	return ends[0];
}

static void
program_start(struct fetch *f)
{
	static const struct child_handlers handlers = {
	    program_output, program_ended};

	struct err why;
	char **argv =
	    runner_argv(f->runner, COMMAND_PROGRAM, f->job.command, &why);
	int input = -1;

	if (argv == NULL) {
		fetch_fail_soon(f, "Cannot run the program: %s", why.text);
		return;
	}
	input = program_input(f, &why);
	if (input == -2) {
		child_free_words(argv);
		fetch_fail_soon(
		    f, "Cannot run the program, its passphrase: %s", why.text);
		return;
	}
	f->transport = xnew(struct run);
	start_child(f, argv, COMMAND_PROGRAM, input, &handlers);
}

const struct fetch_kind fetch_kind_plugin = {
    .name = "plugin",
    .start = plugin_start,
    .late = plugin_late,
    .stop = release,
};

const struct fetch_kind fetch_kind_program = {
    .name = "program",
    .one_per_host = true,
    .start = program_start,
    .late = program_late,
    .stop = release,
};
