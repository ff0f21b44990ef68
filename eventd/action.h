/* SPDX-License-Identifier: Apache-2.0
 *
 * Scripts and mails that rules and operators start (event-console.md 16.2,
 * EC-25). Mails go by the notifier. Of scripts: a bounded queue, few at once, a
 * time-out for each; the event is in the environment and never in the text of a
 * script.
 */
#ifndef EVENTD_ACTION_H
#define EVENTD_ACTION_H

#include "eventd/event/event.h"

#include <jansson.h>
#include <uv.h>

/* event_actions, checked. */
struct action_table;

/* NULL with one line a mistake. `doc` NULL: none. */
struct action_table *action_table_read(const json_t *doc, struct str *mistakes);
void action_table_free(struct action_table **t);
/* Is there an action of that id that is not disabled? */
bool action_exists(const struct action_table *t, const char *id);
/* Is the name configured at all? */
bool action_known(const struct action_table *t, const char *id);

/* An action of kind email for this event, its $VARIABLES$ filled in. */
struct action_mail {
	char *to, *subject, *body;
};
/* False: it is no mail, or disabled. */
bool action_mail(const struct action_table *t, const char *id,
    const struct event *ev, struct action_mail *mail_r);
void action_mail_free(struct action_mail *mail);
/* As the history has it: recipients and subject. */
void action_mail_addinfo(const struct action_mail *mail, struct str *to);

struct action_runner;

struct action_runner *action_runner_new(uv_loop_t *loop);
/* Ends what runs. */
void action_runner_free(struct action_runner **r);
void action_set_timeout(struct action_runner *r, int64_t timeout_us);
/* -1 with a reason: unknown, disabled, or the queue is full. */
int action_start(struct action_runner *r, const struct action_table *t,
    const char *id, const struct event *ev, struct err *err_r);
size_t action_queued(const struct action_runner *r);
uint64_t action_refused(const struct action_runner *r);

/* "CMK_ID=7" and so on, NULL at the end; freed with action_env_free. */
char **action_env(const struct event *ev);
void action_env_free(char **env);

#endif
