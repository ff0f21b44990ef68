/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette event search: the archive of events by words of their text.
 */
#ifndef SITE_EVENT_SEARCH_H
#define SITE_EVENT_SEARCH_H

#include "site/cmd.h"

/* argv[1] and on are the words; the exit code. */
int event_search(const struct cmd_call *call);

/*
 * The request for the status port: every word must be in the text, case
 * ignored; `since`: seconds since 1970, 0: ever. Pure.
 */
void event_search_request(struct str *to, char **words, int n, const char *host,
    int64_t since, int64_t limit);

#endif
