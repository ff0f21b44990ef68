/* SPDX-License-Identifier: Apache-2.0
 *
 * The files that a configuration is written in, as they are on the disk at
 * one moment: etc/vedette/site.yaml, the YAML and JSON files of
 * etc/vedette/conf.d/ (hidden ones and others left out, as the compiler does)
 * and var/vedette/discovered/.
 */
#ifndef SITE_CAPTURE_H
#define SITE_CAPTURE_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#define CAPTURE_HASH 32 /* bytes of a SHA-256 */

struct capture_file {
	char *path; /* below the site's folder */
	mode_t mode;
	uint8_t hash[CAPTURE_HASH]; /* of the content */
	struct str bytes;           /* empty if only the hash is known */
	struct timespec changed;    /* as the file system has it */
	off_t size;
	ino_t inode;
};
struct capture { /* {0} is empty; in byte order of path once taken */
	struct capture_file *files;
	size_t n, cap;
};

/* Reads all. 0 or -1. */
int capture_take(const char *root, struct capture *c, struct err *err_r);
/* Nothing was written, added or removed since. */
bool capture_still(const char *root, const struct capture *c);
/* The same files with the same content? */
bool capture_equal(const struct capture *a, const struct capture *b);
/* The file of that path, or NULL. */
struct capture_file *capture_find(const struct capture *c, const char *path);
/* A new element at the end; capture_sort() when all are there. */
struct capture_file *capture_add(struct capture *c, const char *path);
void capture_sort(struct capture *c);
/* Replaces a file's content. */
void capture_set(struct capture_file *f, struct slice bytes);
void capture_copy(const struct capture *from, struct capture *to);
void capture_free(struct capture *c);

void capture_hash(struct slice bytes, uint8_t hash_r[CAPTURE_HASH]);

#endif
