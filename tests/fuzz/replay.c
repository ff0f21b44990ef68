/* SPDX-License-Identifier: Apache-2.0
 *
 * Feeds every file of the corpus folders given as arguments to the fuzz
 * target it is linked with, and prints TAP. `make fuzz UNIT=...` links
 * libFuzzer instead.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *buf = malloc(1 << 24);
	size_t n;

	if (f == NULL || buf == NULL)
		abort();
	n = fread(buf, 1, 1 << 24, f);
	fclose(f);
	LLVMFuzzerTestOneInput(buf, n);
	free(buf);
}

int
main(int argc, char **argv)
{
	int n = 0;

	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);
		struct dirent *e;
		char path[4096];

		if (dir == NULL)
			continue;
		while ((e = readdir(dir)) != NULL) {
			if (e->d_name[0] == '.')
				continue;
			snprintf(
			    path, sizeof(path), "%s/%s", argv[i], e->d_name);
			replay_file(path);
			printf("ok %d - %s\n", ++n, e->d_name);
		}
		closedir(dir);
	}
	if (n == 0) { /* a target without a corpus proves nothing */
		printf("not ok 1 - the corpus is empty\n");
		n = 1;
	}
	printf("1..%d\n", n);
	return 0;
}
