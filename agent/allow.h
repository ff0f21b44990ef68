/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may ask: a list of addresses and networks.
 */
#ifndef AGENT_ALLOW_H
#define AGENT_ALLOW_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Is the peer in `list` ("127.0.0.1,10.0.0.0/8,2001:db8::/32")? NULL or empty
 * allows everyone. IPv4 in IPv6 counts as IPv4; peers of other families (Unix
 * sockets) are local and allowed.
 */
bool allow_peer(const char *list, const struct sockaddr *peer);
/* NULL, or what is wrong in the list: the part that is no network. */
const char *allow_verify(const char *list, char *part, unsigned size);

#endif
