/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may ask.
 */
#include "agent/allow.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct network {
	unsigned char address[16];
	int bytes; /* 4 or 16 */
	int bits;
};

static bool
read_network(const char *text, struct network *n)
{
	char buf[64];
	char *slash, *end;

	if (snprintf(buf, sizeof(buf), "%s", text) >= (int)sizeof(buf))
		return false;
	slash = strchr(buf, '/');
	if (slash != NULL)
		*slash = '\0';
	if (inet_pton(AF_INET, buf, n->address) == 1)
		n->bytes = 4;
	else if (inet_pton(AF_INET6, buf, n->address) == 1)
		n->bytes = 16;
	else
		return false;
	n->bits = n->bytes * 8;
	if (slash == NULL)
		return true;
	long bits = strtol(slash + 1, &end, 10);
	if (end == slash + 1 || *end != '\0' || bits < 0 || bits > n->bits)
		return false;
	n->bits = (int)bits;
	return true;
}

static bool
is_inside(const struct network *n, const unsigned char *address, int bytes)
{
	int whole = n->bits / 8, rest = n->bits % 8;
	if (n->bytes != bytes ||
	    memcmp(n->address, address, (size_t)whole) != 0)
		return false;
	if (rest == 0)
		return true;
	unsigned mask = 0xffu << (8 - rest) & 0xffu;
	return (n->address[whole] & mask) == (address[whole] & mask);
}

/* The next part of the list into buf; NULL at the end. */
static const char *
next_part(const char *list, char *buf, size_t size)
{
	list += strspn(list, ", ");
	if (*list == '\0')
		return NULL;
	size_t n = strcspn(list, ", ");
	snprintf(buf, size, "%.*s", (int)n, list);
	return list + n;
}

const char *
allow_verify(const char *list, char *part, unsigned size)
{
	struct network n;
	while (list != NULL && (list = next_part(list, part, size)) != NULL)
		if (!read_network(part, &n))
			return part;
	return NULL;
}

bool
allow_peer(const char *list, const struct sockaddr *peer)
{
	const unsigned char *address;
	int bytes;
	char part[64];
	struct network n;

	if (list == NULL || list[strspn(list, ", ")] == '\0')
		return true;
	if (peer->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)peer;
		address = (const void *)&in->sin_addr;
		bytes = 4;
	} else if (peer->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)peer;
		bool mapped = IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);
		address = in6->sin6_addr.s6_addr + (mapped ? 12 : 0);
		bytes = mapped ? 4 : 16;
	} else {
		return true;
	}
	while ((list = next_part(list, part, sizeof(part))) != NULL)
		if (read_network(part, &n) && is_inside(&n, address, bytes))
			return true;
	return false;
}
