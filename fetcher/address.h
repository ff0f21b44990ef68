/* SPDX-License-Identifier: Apache-2.0
 *
 * An IPv4 or IPv6 address with a port, and its text.
 */
#ifndef FETCHER_ADDRESS_H
#define FETCHER_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include <netinet/in.h>
#include <sys/socket.h>

union address {
	struct sockaddr sa;
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;
};

/* Room for an address with brackets, zone and port. */
#define ADDRESS_TEXT 96

/*
 * A number ("192.0.2.1", "2001:db8::1", "fe80::1%eth0") of that family (0
 * any, 4, 6). False: it is a name, or of the other family.
 */
bool address_parse(const char *text, uint32_t family, union address *addr_r);
void address_set_port(union address *addr, uint16_t port);
uint16_t address_port(const union address *addr);
socklen_t address_len(const union address *addr);
/* The same address; ports do not matter. */
bool address_same(const union address *a, const union address *b);
/* "192.0.2.1"; with the port "192.0.2.1:6556", "[2001:db8::1]:6556". */
const char *address_text(const union address *addr, char buf[ADDRESS_TEXT]);
const char *address_port_text(
    const union address *addr, char buf[ADDRESS_TEXT]);

#endif
