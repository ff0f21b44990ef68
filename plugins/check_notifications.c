/* SPDX-License-Identifier: Apache-2.0
 *
 * check_notifications: the site's own service "Notifications" (NT-15). It asks
 * the site's notifier, which judges.
 */
#include "common/bus.h"
#include "common/mem.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define UNKNOWN      3
#define TIMEOUT_MS   20000
#define DEFAULT_PATH "tmp/run/bus/notifyd.sock"

static const char usage[] =
    "usage: check_notifications [-s SOCKET]\n"
    "Do the site's notifications reach people? WARNING if one matched no rule\n"
    "and went to the fallback within the last hour, or if one waits for more\n"
    "than 60 seconds; CRITICAL if one reached nobody, was given up or "
    "dropped,\n"
    "or waits for more than 10 minutes, or if the notifier does not answer.\n"
    "  -s SOCKET   the notifier's; else that of the site ($OMD_ROOT, else the\n"
    "              working folder)\n";

static void
got(const struct msg *m, void *arg)
{
	json_t **answer = arg;

	if (m->id == MSG_ANSWER && m->answer.status == MSG_OK)
		*answer =
		    json_loadb(m->answer.text.s, m->answer.text.len, 0, NULL);
}

static int
judge(const json_t *health)
{
	static const char *const words[] = {"OK", "WARNING", "CRITICAL"};
	const char *output =
	    json_string_value(json_object_get(health, "output"));
	const char *metrics =
	    json_string_value(json_object_get(health, "metrics"));
	json_int_t state = json_integer_value(json_object_get(health, "state"));

	if (output == NULL || metrics == NULL || state < 0 || state > 2) {
		puts("UNKNOWN - the notifier's answer is not understood");
		return UNKNOWN;
	}
	printf("%s - %s|%s\n", words[state], output, metrics);
	return (int)state;
}

static int
run(const char *socket)
{
	const char *root = getenv("OMD_ROOT");
	char *endpoint = socket != NULL ? xasprintf("ipc://%s", socket)
	    : root != NULL ? xasprintf("ipc://%s/" DEFAULT_PATH, root)
			   : xstrdup("ipc://" DEFAULT_PATH);
	struct bus_self self = {"site", "check_notifications", "", ""};
	struct msg m = {
	    .id = MSG_QUERY, .query = {.id = 1, .text = SLICE("status {}")}};
	json_t *answer = NULL;
	struct err err;
	int state = 2;

	if (bus_ask(endpoint, &self, &m, TIMEOUT_MS, got, &answer, &err) == -1)
		printf(
		    "CRITICAL - the notifier does not answer: %s\n", err.text);
	else
		state = judge(json_object_get(answer, "health"));
	json_decref(answer);
	free(endpoint);
	return state;
}

int
main(int argc, char **argv)
{
	const char *socket = NULL;
	int option;

	while ((option = getopt(argc, argv, "s:h")) != -1) {
		switch (option) {
		case 's':
			socket = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return UNKNOWN;
		}
	}
	if (optind != argc) {
		fputs(usage, stderr);
		return UNKNOWN;
	}
	return run(socket);
}
