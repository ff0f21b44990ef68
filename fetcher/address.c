/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses and their text; see address.h.
 */
#include "fetcher/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

static bool
parse6(const char *text, struct sockaddr_in6 *in6)
{
	const char *zone = strchr(text, '%');
	char number[INET6_ADDRSTRLEN];
	size_t len = zone == NULL ? strlen(text) : (size_t)(zone - text);

	if (len >= sizeof(number))
		return false;
	memcpy(number, text, len);
	number[len] = '\0';
	if (inet_pton(AF_INET6, number, &in6->sin6_addr) != 1)
		return false;
	if (zone != NULL)
		in6->sin6_scope_id = if_nametoindex(zone + 1);
	return zone == NULL || in6->sin6_scope_id != 0;
}

bool
address_parse(const char *text, uint32_t family, union address *addr_r)
{
	memset(addr_r, 0, sizeof(*addr_r));
	if (family != 6 &&
	    inet_pton(AF_INET, text, &addr_r->in4.sin_addr) == 1) {
		addr_r->in4.sin_family = AF_INET;
		return true;
	}
	if (family != 4 && parse6(text, &addr_r->in6)) {
		addr_r->in6.sin6_family = AF_INET6;
		return true;
	}
	return false;
}

uint16_t
address_port(const union address *addr)
{
	return ntohs(addr->sa.sa_family == AF_INET6 ? addr->in6.sin6_port
						    : addr->in4.sin_port);
}

void
address_set_port(union address *addr, uint16_t port)
{
	if (addr->sa.sa_family == AF_INET6)
		addr->in6.sin6_port = htons(port);
	else
		addr->in4.sin_port = htons(port);
}

socklen_t
address_len(const union address *addr)
{
	return addr->sa.sa_family == AF_INET6 ? sizeof(addr->in6)
					      : sizeof(addr->in4);
}

bool
address_same(const union address *a, const union address *b)
{
	if (a->sa.sa_family != b->sa.sa_family)
		return false;
	if (a->sa.sa_family == AF_INET)
		return a->in4.sin_addr.s_addr == b->in4.sin_addr.s_addr;
	if (a->in6.sin6_scope_id != 0 && b->in6.sin6_scope_id != 0 &&
	    a->in6.sin6_scope_id != b->in6.sin6_scope_id)
		return false;
	return memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr,
		   sizeof(a->in6.sin6_addr)) == 0;
}

static char *
put_number(char *at, unsigned n, char after)
{
	char digits[12];
	size_t k = 0;

	do
		digits[k++] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	while (k > 0)
		*at++ = digits[--k];
	*at++ = after;
	return at;
}

/* Each job has one in its words: inet_ntop() formats with printf(). */
static char *
put_in4(const struct in_addr *addr, char *at, char after)
{
	const unsigned char *bytes = (const unsigned char *)&addr->s_addr;

	for (int i = 0; i < 4; i++)
		at = put_number(at, bytes[i], i == 3 ? after : '.');
	return at;
}

const char *
address_text(const union address *addr, char buf[ADDRESS_TEXT])
{
	char zone[IF_NAMESIZE] = "";
	size_t len;

	if (addr->sa.sa_family != AF_INET6) {
		put_in4(&addr->in4.sin_addr, buf, '\0');
		return buf;
	}
	inet_ntop(AF_INET6, &addr->in6.sin6_addr, buf, ADDRESS_TEXT);
	if (addr->in6.sin6_scope_id != 0 &&
	    if_indextoname(addr->in6.sin6_scope_id, zone) != NULL) {
		len = strlen(buf);
		snprintf(buf + len, ADDRESS_TEXT - len, "%%%s", zone);
	}
	return buf;
}

const char *
address_port_text(const union address *addr, char buf[ADDRESS_TEXT])
{
	char number[ADDRESS_TEXT];

	if (addr->sa.sa_family != AF_INET6) {
		put_number(put_in4(&addr->in4.sin_addr, buf, ':'),
		    ntohs(addr->in4.sin_port), '\0');
		return buf;
	}
	snprintf(buf, ADDRESS_TEXT, "[%.80s]:%u", address_text(addr, number),
	    (unsigned)ntohs(addr->in6.sin6_port));
	return buf;
}
