/* SPDX-License-Identifier: Apache-2.0
 *
 * A question on the daemon's own socket, and what the files that answer share.
 * Each asks_...() answers or refuses in the end, once; both free the question.
 */
#ifndef NOTIFYD_ASK_H
#define NOTIFYD_ASK_H

#include "notifyd/notifyd.h"

struct ask {
	struct ask *next;
	struct notifyd *n;
	struct bus_peer *peer; /* NULL: it went */
	uint64_t id;
	json_t *args; /* an object */
	json_t *result;
	size_t due; /* parts that are still to come */
};

/* An argument, or what stands for one that was not given. */
const char *ask_text(const struct ask *a, const char *key);
int64_t ask_int(const struct ask *a, const char *key, int64_t none);
/* Notices that the arguments last, id, host, service, failed mean. */
struct spool_filter ask_filter(const struct ask *a);

void ask_answer_json(struct ask *a, const json_t *value);
void ask_refuse(struct ask *a, const char *why);

/* --- the questions ------------------------------------------------------- */

void asks_explain(struct ask *a); /* ask_explain.c */
void asks_test(struct ask *a);
void asks_resend(struct ask *a); /* ask_send.c */
/* The context as a notice of our own: a new id, the mark in the history. */
void ask_send(struct ask *a, struct context *ctx, const char *mark,
    const char *site, const char *method);
void asks_list(struct ask *a); /* ask_list.c */
void asks_rows(struct ask *a); /* ask_rows.c */
/* The same for other tables. */
void asks_rule_rows(struct ask *a); /* ask_tables.c */
void asks_explain_rows(struct ask *a);

/* --- ask_explain.c: a notice that is made up ------------------------------ */

/* True if it was refused: a word is neither a host's nor a service's. */
bool asks_refuse_words(struct ask *a);
/* Of the arguments host, service, state, previous, type, output, number. */
int asks_test_context(
    const struct ask *a, struct context *ctx, struct err *err_r);

#endif
