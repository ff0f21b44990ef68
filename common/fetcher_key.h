/* SPDX-License-Identifier: Apache-2.0
 *
 * Fetchers on other machines: who may connect, and which hosts they take.
 * Files, all JSON and readable by their owner alone:
 *
 * ROOT/var/vedette/fetchers/NAME.json what core knows of a fetcher; no secret
 * ROOT/var/vedette/fetchers/server.key core's own pair of CURVE keys
 * NAME.key, anywhere: what the other machine needs, its secret key included
 */
#ifndef COMMON_FETCHER_KEY_H
#define COMMON_FETCHER_KEY_H

#include "common/bus.h"
#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>

#define FETCHERS_MOST     64
#define FETCHER_NAME_MOST 32

struct fetcher_pair { /* "label", NAME=VALUE or "folder", PATH */
	bool is_label;
	char *name, *value; /* label; of a folder: NULL and its path */
};
struct fetcher_def {
	char name[FETCHER_NAME_MOST + 1];
	char key[BUS_KEY_LEN + 1]; /* public */
	struct fetcher_pair *affinity;
	size_t n_affinity; /* 0: takes any host that nobody else claims */
	bool alone;        /* its hosts wait for it; nobody else takes them */
};
struct fetcher_defs { /* {0} is empty; by name */
	struct fetcher_def *items;
	size_t n;
};

bool fetcher_name_ok(const char *name);
/*
 * "folder:/munich,label:site=munich" into def->affinity. 0, or -1 with a
 * reason.
 */
int fetcher_affinity_parse(
    const char *text, struct fetcher_def *def, struct err *err_r);
/* The same back; appended. */
void fetcher_affinity_put(const struct fetcher_def *def, struct str *to);
void fetcher_def_free(struct fetcher_def *def);

/* Files that cannot be read are logged and left out. 0, or -1. */
int fetcher_defs_read(
    const char *root, struct fetcher_defs *defs_r, struct err *err_r);
void fetcher_defs_free(struct fetcher_defs *defs);
int fetcher_def_write(
    const char *root, const struct fetcher_def *def, struct err *err_r);
/* 1: there was none. */
int fetcher_def_remove(const char *root, const char *name, struct err *err_r);
/* Made if they are not there. */
int fetcher_server_keys(const char *root, char public_key[BUS_KEY_LEN + 1],
    char secret_key[BUS_KEY_LEN + 1], struct err *err_r);

struct fetcher_key { /* NAME.key */
	char name[FETCHER_NAME_MOST + 1], site[64];
	char public_key[BUS_KEY_LEN + 1], secret_key[BUS_KEY_LEN + 1],
	    server_key[BUS_KEY_LEN + 1];
};
int fetcher_key_read(
    const char *path, struct fetcher_key *key_r, struct err *err_r);
/* The file's text, appended. */
void fetcher_key_put(const struct fetcher_key *key, struct str *to);

#endif
