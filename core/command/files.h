/* SPDX-License-Identifier: Apache-2.0
 *
 * PROCESS_FILE: a file's commands, one a line, done in slices between other
 * work. Lines are taken in order; those that are refused are logged.
 */
#ifndef CORE_COMMAND_FILES_H
#define CORE_COMMAND_FILES_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

#define FILES_MAX_BYTES (16u << 20) /* of one file */
#define FILES_MAX_OPEN  16          /* that wait */

struct files { /* {0} is empty */
	struct file_of_commands {
		struct file_of_commands *next;
		char *path;
		bool remove, ended; /* ended: all lines were done */
		void *token;        /* who waits for the end */
		uint64_t id;
		struct str text;
		size_t at;
		uint64_t done, refused;
	} * first, **last;
	unsigned n;
};

/* Reads the whole regular file. -1 with a reason. */
int files_read(const char *path, struct str *text_r, struct err *err_r);
/* Queues it. */
int files_add(struct files *f, const char *path, bool remove, void *token,
    uint64_t id, struct err *err_r);
/* The next line that is not empty; false: the first file is at its end. */
bool files_next(struct files *f, struct slice *line_r);
/* Ends the first one, and deletes it if that was wanted. */
void files_drop(struct files *f);
void files_free(struct files *f);

#endif
