/* SPDX-License-Identifier: Apache-2.0
 *
 * See input.h.
 */
#include "site/input.h"

#include "common/file.h"

#include <stdio.h>
#include <string.h>

int
input_read(const char *path, struct str *to, struct err *err_r)
{
	char buf[65536];
	size_t n;

	if (strcmp(path, "-") != 0)
		return file_read(path, INPUT_FILE_MAX, to, err_r);
	while ((n = fread(buf, 1, sizeof(buf), stdin)) > 0)
		str_addn(to, buf, n);
	return 0;
}
