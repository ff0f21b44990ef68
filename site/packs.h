/* SPDX-License-Identifier: Apache-2.0
 *
 * Contents kept under their SHA-256, deflated, in pack files: what is the same
 * in many generations is kept once, and thousands of small files cost one
 * write. A pack is written as a whole and never changed.
 *
 * File: "VDTPACK1", then for each content its hash (32 bytes), u32 deflated
 * length, u32 length (little-endian), the deflated bytes.
 */
#ifndef SITE_PACKS_H
#define SITE_PACKS_H

#include "site/capture.h"

struct packs;

/* FOLDER/NUMBER.pack; a folder that is not there is empty. Never NULL. */
struct packs *packs_open(const char *folder);
void packs_close(struct packs **packs);
bool packs_has(const struct packs *p, const uint8_t *hash);
/* Appends the content. -1: it is not there, or damaged. */
int packs_get(
    struct packs *p, const uint8_t *hash, struct str *to, struct err *err_r);
/* Kept with the next packs_write(), unless it is there already. */
void packs_add(struct packs *p, const uint8_t *hash, struct slice bytes);
/* Writes what was added as one new pack, if there is anything. 0 or -1. */
int packs_write(struct packs *p, struct err *err_r);
/*
 * Keeps the contents that `live` wants: packs without any are removed, and
 * those of which less than half is wanted are written anew. 0 or -1; nothing
 * that is wanted is ever lost.
 */
typedef bool packs_live_fn(const uint8_t *hash, void *arg);
int packs_sweep(
    struct packs *p, packs_live_fn *live, void *arg, struct err *err_r);
/* Bytes on the disk. */
uint64_t packs_bytes(const struct packs *p);

#endif
