/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections nfsmounts_v2 and cifsmounts: network filesystems, whose servers
 * may be silent. Each is asked by a process of its own, which is left behind
 * after two seconds.
 */
#include "agent/agent.h"
#include "agent/run.h"
#include "agent/text.h"

#include <stdlib.h>
#include <string.h>

#define MAX_MOUNTS  64
#define ASK_SECONDS 2

struct mount {
	char *source, *dir; /* into the text of /proc/mounts */
};

static size_t
find_mounts(char *data, const char *const *types, struct mount *mounts)
{
	size_t n = 0;
	char *line;
	while ((line = text_line(&data)) != NULL && n < MAX_MOUNTS) {
		char *source = text_word(&line), *dir = text_word(&line);
		char *type = text_word(&line);
		bool wanted = false;
		for (size_t i = 0; type != NULL && types[i] != NULL; i++)
			wanted = wanted || strcmp(type, types[i]) == 0;
		if (!wanted)
			continue;
		text_unescape(source);
		text_unescape(dir);
		mounts[n++] = (struct mount){source, dir};
	}
	return n;
}

/* In single quotes for the shell; freed by the caller. */
static char *
quote(const char *s)
{
	char *to = text_alloc(4 * strlen(s) + 3), *p = to;
	*p++ = '\'';
	for (; *s != '\0'; s++)
		if (*s == '\'') {
			memcpy(p, "'\\''", 4);
			p += 4;
		} else {
			*p++ = *s;
		}
	*p++ = '\'';
	*p = '\0';
	return to;
}

static void
ask(const struct mount *mounts, size_t n, struct run *runs)
{
	char *lines[MAX_MOUNTS];
	for (size_t i = 0; i < n; i++) {
		char *dir = quote(mounts[i].dir);
		lines[i] = text_format("stat -f -c '%%b %%f %%a %%S' %s", dir);
		runs[i] = (struct run){.path = lines[i], .shell = true};
		free(dir);
	}
	run_all(runs, n, ASK_SECONDS);
	for (size_t i = 0; i < n; i++)
		free(lines[i]);
}

static void
write_json(const char *s, FILE *out)
{
	fputc('"', out);
	for (; *s != '\0'; s++)
		if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else
			fputc((unsigned char)*s < ' ' ? '?' : *s, out);
	fputc('"', out);
}

static bool
read_usage(const struct run *run, unsigned long long v[4])
{
	return run->code == 0 && !run->timed_out &&
	    sscanf(run->output, "%llu %llu %llu %llu", &v[0], &v[1], &v[2],
		&v[3]) == 4;
}

void
section_nfsmounts(const struct agent *agent, FILE *out)
{
	static const char *const types[] = {"nfs", "nfs4", NULL};
	struct mount mounts[MAX_MOUNTS];
	struct run runs[MAX_MOUNTS];
	char *data = text_read(agent->proc, "mounts", NULL);
	size_t n = find_mounts(data, types, mounts);

	fputs("<<<nfsmounts_v2:sep(0)>>>\n", out);
	ask(mounts, n, runs);
	for (size_t i = 0; i < n; i++) {
		unsigned long long v[4];
		fputs("{\"mountpoint\": ", out);
		write_json(mounts[i].dir, out);
		fputs(", \"source\": ", out);
		write_json(mounts[i].source, out);
		if (read_usage(&runs[i], v))
			fprintf(out,
			    ", \"state\": \"ok\", \"usage\": "
			    "{\"total_blocks\": %llu, \"free_blocks_su\": "
			    "%llu, \"free_blocks\": %llu, \"blocksize\": "
			    "%llu}}\n",
			    v[0], v[1], v[2], v[3]);
		else
			fprintf(out, ", \"state\": \"%s\"}\n",
			    runs[i].timed_out ? "hanging" : "cannot be read");
		free(runs[i].output);
	}
	free(data);
}

void
section_cifsmounts(const struct agent *agent, FILE *out)
{
	static const char *const types[] = {"cifs", "smb3", NULL};
	struct mount mounts[MAX_MOUNTS];
	struct run runs[MAX_MOUNTS];
	char *data = text_read(agent->proc, "mounts", NULL);
	size_t n = find_mounts(data, types, mounts);

	fputs("<<<cifsmounts>>>\n", out);
	ask(mounts, n, runs);
	for (size_t i = 0; i < n; i++) {
		unsigned long long v[4];
		if (strchr(mounts[i].dir, ' ') != NULL) {
			/* The format has no place for blanks. */
		} else if (read_usage(&runs[i], v)) {
			fprintf(out, "%s ok %llu %llu %llu %llu\n",
			    mounts[i].dir, v[0], v[1], v[2], v[3]);
		} else {
			fprintf(out, "%s %s\n", mounts[i].dir,
			    runs[i].timed_out ? "hanging 0 0 0 0"
					      : "cannot be read");
		}
		free(runs[i].output);
	}
	free(data);
}
