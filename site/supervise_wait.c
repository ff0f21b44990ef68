/* SPDX-License-Identifier: Apache-2.0
 *
 * Waits for daemons to be ready or down, and says what keeps them from it.
 */
#include "common/clock.h"
#include "common/file.h"
#include "common/mem.h"
#include "site/ask.h"
#include "site/cmd.h"
#include "site/proc.h"
#include "site/supervise.h"
#include "site/term.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LAST_LINES 6
#define LAST_BYTES 4096
#define HOPELESS   3 /* deaths while we wait: no need to wait longer */
#define POLL_MS    50

/* The last lines of the daemon's log, indented, on standard error. */
static void
print_last_words(const struct site *site, const char *name)
{
	char *path = site_path(site, "var/log/%s.log", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char buf[LAST_BYTES + 1], *at = buf;
	off_t size = fd == -1 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t n = 0;
	int lines = 0;

	if (fd != -1) {
		n = pread(fd, buf, LAST_BYTES,
		    size > LAST_BYTES ? size - LAST_BYTES : 0);
		close(fd);
	}
	free(path);
	if (n <= 0)
		return;
	buf[n] = '\0';
	for (char *p = buf + n - 1; p > buf; p--)
		if (p[-1] == '\n' && ++lines == LAST_LINES) {
			at = p;
			break;
		}
	for (char *line = strtok_r(at, "\n", &at); line != NULL;
	     line = strtok_r(NULL, "\n", &at))
		fprintf(stderr, "  %s\n", line);
}

static void
complain(const struct site *site, const struct supervise_service *s,
    const struct supervise_state *st)
{
	const char *what = st->up || supervise_deaths(site, s->name) > 0
	    ? "does not become ready"
	    : "is not running";
	char *log = site_path(site, "var/log/%s.log", s->name);

	if (access(log, W_OK) == -1 && errno != ENOENT)
		cmd_fail(s->name,
		    "%s: its log %s cannot be written: %s (give it to the "
		    "site's user)",
		    what, log, strerror(errno));
	else
		cmd_fail(s->name, "%s (its log is %s)", what, log);
	free(log);
	print_last_words(site, s->name);
}

/* One look: the services that are not yet as wanted. */
struct look {
	size_t waiting, hopeless;
	const char *one; /* a name of those that we wait for */
};

static bool
is_settled(const struct supervise_service *s, const struct supervise_state *st,
    bool want_up)
{
	if (!want_up)
		return !st->up;
	return s->own ? st->up : st->ready;
}

/* `before`: each one's deaths when the waiting began; NULL: to be down. */
static struct look
take_look(const struct site *site, const struct supervise_list *list,
    const char *name, const size_t *before)
{
	struct look look = {0};
	struct supervise_state st;

	for (size_t i = 0; i < list->n; i++) {
		const struct supervise_service *s = &list->items[i];

		if (!supervise_matches(s, name))
			continue;
		supervise_state(site, s->name, &st);
		if (is_settled(s, &st, before != NULL))
			continue;
		look.waiting++;
		look.one = s->name;
		if (before != NULL &&
		    supervise_deaths(site, s->name) >= before[i] + HOPELESS)
			look.hopeless++;
	}
	return look;
}

/* The sockets that clients use answer a question. 0 where all do. */
static size_t
ask_sockets(const struct site *site, int64_t until)
{
	static const struct {
		const char *daemon, *path, *question;
	} asked[] = {
	    {"livestatusd", "tmp/run/live",
		"GET status\nColumns: program_version\n\n"},
	    {"eventd", "tmp/run/eventd/status", "GET status\n"},
	};
	size_t bad = 0;

	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		char *path = site_path(site, "%s", asked[i].path);
		struct str answer = {0};
		struct err err = {"an empty answer"};
		bool good = false;

		do {
			str_clear(&answer);
			good = ask_socket(path, asked[i].question, 1000,
				   &answer, &err) == 0 &&
			    answer.len > 0;
			if (!good)
				proc_sleep_ms(POLL_MS);
		} while (!good && clock_mono() < until);
		if (!good) {
			bad++;
			cmd_fail(asked[i].daemon, "%s does not answer: %s",
			    path, err.text);
			print_last_words(site, asked[i].daemon);
		}
		str_free(&answer);
		free(path);
	}
	return bad;
}

static void
complain_all(const struct site *site, const struct supervise_list *list,
    const char *name)
{
	struct supervise_state st;

	for (size_t i = 0; i < list->n; i++) {
		if (!supervise_matches(&list->items[i], name))
			continue;
		supervise_state(site, list->items[i].name, &st);
		if (!is_settled(&list->items[i], &st, true))
			complain(site, &list->items[i], &st);
	}
}

size_t
supervise_wait(const struct site *site, const char *name)
{
	int64_t until = clock_mono() + SUPERVISE_WAIT_MS * NS_PER_MS;
	struct supervise_list list;
	struct look look;
	size_t bad, *deaths;

	supervise_present(site, &list);
	deaths = xcalloc(list.n, sizeof(*deaths));
	for (size_t i = 0; i < list.n; i++)
		deaths[i] = supervise_deaths(site, list.items[i].name);
	for (;;) {
		look = take_look(site, &list, name, deaths);
		if (look.waiting == 0 || look.hopeless == look.waiting ||
		    clock_mono() > until)
			break;
		term_progress(
		    "starting %s: waiting for %s", site->name, look.one);
		proc_sleep_ms(POLL_MS);
	}
	term_clear();
	if (look.waiting > 0)
		complain_all(site, &list, name);
	bad = look.waiting;
	if (bad == 0 && name == NULL)
		bad = ask_sockets(site, until);
	free(deaths);
	supervise_list_free(&list);
	return bad;
}

size_t
supervise_wait_down(const struct site *site, const char *name)
{
	int64_t until = clock_mono() + SUPERVISE_END_MS * NS_PER_MS;
	struct supervise_list list;
	struct look look;

	supervise_present(site, &list);
	while ((look = take_look(site, &list, name, NULL)).waiting > 0 &&
	    clock_mono() < until)
		proc_sleep_ms(POLL_MS);
	supervise_list_free(&list);
	return look.waiting;
}
