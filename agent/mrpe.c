/* SPDX-License-Identifier: Apache-2.0
 *
 * MRPE: Nagios plugins that run on the host, named in mrpe.cfg:
 *
 *	ITEM [(interval=SECONDS)] COMMAND LINE
 *
 * Each gives one line "(plugin) ITEM CODE OUTPUT", LF inside written as 0x01.
 */
#include "agent/cache.h"
#include "agent/plugins.h"
#include "agent/run.h"
#include "agent/text.h"

#include <stdlib.h>
#include <string.h>

#define MAX_COMMANDS 500

struct command {
	char *item, *line;
	int interval; /* 0: at each request */
};

/* "(interval=300:appendage=...)" off the front of *rest; 0 without one. */
static int
read_interval(char **rest)
{
	char *p = *rest + strspn(*rest, " \t");
	if (*p != '(')
		return 0;
	char *close = strchr(p, ')');
	char *key = strstr(p, "interval=");
	if (close == NULL)
		return 0;
	*rest = close + 1;
	if (key == NULL || key > close)
		return 0;
	long n = strtol(key + 9, NULL, 10);
	return n > 0 && n < 10000000 ? (int)n : 0;
}

static size_t
read_config(char *text, struct command *commands)
{
	size_t n = 0;
	char *line;
	while ((line = text_line(&text)) != NULL && n < MAX_COMMANDS) {
		char *item = text_word(&line);
		if (item == NULL || *item == '#')
			continue;
		int interval = read_interval(&line);
		line += strspn(line, " \t");
		if (*line == '\0')
			continue;
		commands[n++] = (struct command){item, line, interval};
	}
	return n;
}

/* The last part of the command's first word. */
static const char *
base_name(const char *line, int *len_r)
{
	size_t len = strcspn(line, " \t");
	const char *base = line;
	for (size_t i = 0; i < len; i++)
		if (line[i] == '/')
			base = line + i + 1;
	*len_r = (int)(line + len - base);
	return base;
}

static void
write_line(const struct command *c, int code, char *output, FILE *out)
{
	int len;
	const char *base = base_name(c->line, &len);
	size_t end = strlen(output);
	while (end > 0 && (output[end - 1] == '\n' || output[end - 1] == ' '))
		output[--end] = '\0';
	for (char *p = output; *p != '\0'; p++)
		if (*p == '\n')
			*p = '\001';
	fprintf(out, "(%.*s) %s %d %s\n", len, base, c->item, code, output);
}

/* In the background the shell makes the line itself, with code and 0x01. */
static void
write_cached(const struct agent *agent, const struct command *c, FILE *out)
{
	int len;
	const char *base = base_name(c->line, &len);
	char *script = text_format(
	    "o=$(%s); c=$?; printf '(%.*s) %s %%d %%s' \"$c\" \"$o\" | tr "
	    "'\\n' '\\001'",
	    c->line, len, base, c->item);
	long long at;
	char *text = NULL;
	/* Quotes in the item would end the script's own. */
	if (strpbrk(c->item, "'\\") == NULL &&
	    memchr(base, '\'', (size_t)len) == NULL)
		text = cache_get(agent, "mrpe", script, true, c->interval, &at);
	if (text != NULL)
		plugins_mark_lines(text, at, c->interval, out);
	free(text);
	free(script);
}

static void
write_config(const struct agent *agent, char *text, FILE *out)
{
	struct command *commands = text_alloc(MAX_COMMANDS * sizeof(*commands));
	struct run *runs = text_alloc(MAX_COMMANDS * sizeof(*runs));
	size_t n = read_config(text, commands), n_runs = 0, k = 0;

	for (size_t i = 0; i < n; i++)
		if (commands[i].interval == 0)
			runs[n_runs++] = (struct run){
			    .path = commands[i].line, .shell = true};
	run_all(runs, n_runs, agent->plugin_timeout);
	for (size_t i = 0; i < n; i++) {
		if (commands[i].interval > 0) {
			write_cached(agent, &commands[i], out);
			continue;
		}
		struct run *run = &runs[k++];
		char late[] = "the plugin did not end in time";
		if (run->timed_out)
			write_line(&commands[i], 3, late, out);
		else
			write_line(&commands[i], run->code < 0 ? 3 : run->code,
			    run->output, out);
		free(run->output);
	}
	free(runs);
	free(commands);
}

void
plugins_write_mrpe(const struct agent *agent, FILE *out)
{
	for (size_t i = 0; i < AGENT_MAX_DIRS; i++) {
		if (agent->confdirs[i] == NULL)
			break;
		char *text = text_read(agent->confdirs[i], "mrpe.cfg", NULL);
		if (text == NULL)
			continue;
		fputs("<<<mrpe>>>\n", out);
		write_config(agent, text, out);
		free(text);
	}
}
