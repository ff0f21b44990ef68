/* SPDX-License-Identifier: Apache-2.0
 *
 * What `vedette event` can do, one file each.
 */
#ifndef SITE_EVENT_EVENT_H
#define SITE_EVENT_EVENT_H

#include "site/cmd.h"

/* argv begins behind the word itself. An exit code. */
int event_replay(const struct cmd_call *call, int argc, char **argv);
int event_mib(const struct cmd_call *call, int argc, char **argv);
int event_list(const struct cmd_call *call, int argc, char **argv);
int event_show(const struct cmd_call *call, int argc, char **argv);
int event_ack(const struct cmd_call *call, int argc, char **argv);
int event_archive(const struct cmd_call *call, int argc, char **argv);
int event_replication(const struct cmd_call *call, int argc, char **argv);
int event_switch(const struct cmd_call *call, int argc, char **argv);
int event_export(const struct cmd_call *call, int argc, char **argv);
int event_key(const struct cmd_call *call, int argc, char **argv);
int event_suggest(const struct cmd_call *call, int argc, char **argv);

#endif
