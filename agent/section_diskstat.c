/* SPDX-License-Identifier: Apache-2.0
 *
 * Section diskstat: /proc/diskstats of real disks and the names of device
 * mapper's.
 */
#include "agent/agent.h"
#include "agent/text.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool
is_disk(const char *name)
{
	return strncmp(name, "loop", 4) != 0 && strncmp(name, "ram", 3) != 0 &&
	    strncmp(name, "zram", 4) != 0 && strncmp(name, "fd", 2) != 0 &&
	    strncmp(name, "sr", 2) != 0;
}

static void
write_rows(const struct agent *agent, FILE *out)
{
	char *data = text_read(agent->proc, "diskstats", NULL);
	char *rest = data, *line;
	while ((line = text_line(&rest)) != NULL) {
		char *copy = text_format("%s", line), *words = copy;
		text_word(&words);
		text_word(&words);
		const char *name = text_word(&words);
		if (name != NULL && is_disk(name))
			fprintf(out, "%s\n", line);
		free(copy);
	}
	free(data);
}

/* "vg0-root": the first single hyphen parts group and volume; two are one. */
static void
write_lvm_names(const char *name, FILE *out)
{
	bool in_volume = false;
	for (const char *p = name; *p != '\0'; p++) {
		if (p[0] == '-' && p[1] == '-') {
			fputc('-', out);
			p++;
		} else if (*p == '-' && !in_volume) {
			fputc(' ', out);
			in_volume = true;
		} else {
			fputc(*p, out);
		}
	}
}

static void
write_mapper(const struct agent *agent, FILE *out)
{
	char *path = text_format("%s/block", agent->sys);
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool any = false;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char dev[32], name[256], uuid[256];
		if (strncmp(entry->d_name, "dm-", 3) != 0)
			continue;
		char *sub = text_format("%s/%s", path, entry->d_name);
		text_first_line(sub, "dev", dev, sizeof(dev));
		text_first_line(sub, "dm/name", name, sizeof(name));
		text_first_line(sub, "dm/uuid", uuid, sizeof(uuid));
		free(sub);
		if (name[0] == '\0')
			continue;
		fprintf(
		    out, "%s%s %s", any ? "" : "[dmsetup_info]\n", name, dev);
		any = true;
		if (strncmp(uuid, "LVM-", 4) == 0) {
			fputc(' ', out);
			write_lvm_names(name, out);
		}
		fputc('\n', out);
	}
	if (dir != NULL)
		closedir(dir);
	free(path);
}

void
section_diskstat(const struct agent *agent, FILE *out)
{
	fprintf(out, "<<<diskstat>>>\n%lld\n", (long long)time(NULL));
	write_rows(agent, out);
	write_mapper(agent, out);
}
