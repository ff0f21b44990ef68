/* SPDX-License-Identifier: Apache-2.0
 *
 * Section lnx_if: addresses and flags as `ip address` prints them, counters of
 * /proc/net/dev, then a block per interface as ethtool would say it.
 */
#include "agent/agent.h"
#include "agent/text.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdlib.h>
#include <string.h>

#define FLAG_LOWER_UP (1u << 16) /* linux/if.h clashes with net/if.h */

static void
write_flags(unsigned flags, FILE *out)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {{IFF_LOOPBACK, "LOOPBACK"}, {IFF_BROADCAST, "BROADCAST"},
	    {IFF_POINTOPOINT, "POINTOPOINT"}, {IFF_MULTICAST, "MULTICAST"},
	    {IFF_SLAVE, "SLAVE"}, {IFF_MASTER, "MASTER"}, {IFF_UP, "UP"},
	    {FLAG_LOWER_UP, "LOWER_UP"}};
	const char *comma = "";
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((flags & names[i].bit) != 0) {
			fprintf(out, "%s%s", comma, names[i].name);
			comma = ",";
		}
}

static int
prefix_length(const struct sockaddr *mask)
{
	const unsigned char *p;
	size_t n;
	int bits = 0;
	if (mask == NULL)
		return 0;
	if (mask->sa_family == AF_INET) {
		p = (const void *)&(
		    (const struct sockaddr_in *)(const void *)mask)
			->sin_addr;
		n = 4;
	} else {
		p = (const void *)&(
		    (const struct sockaddr_in6 *)(const void *)mask)
			->sin6_addr;
		n = 16;
	}
	for (size_t i = 0; i < n; i++)
		bits += __builtin_popcount(p[i]);
	return bits;
}

static void
write_address(const struct ifaddrs *a, FILE *out)
{
	char text[INET6_ADDRSTRLEN];
	const struct sockaddr *sa = a->ifa_addr;
	bool v4 = sa->sa_family == AF_INET;
	const void *raw = v4
	    ? (const void *)&((const struct sockaddr_in *)(const void *)sa)
		  ->sin_addr
	    : (const void *)&((const struct sockaddr_in6 *)(const void *)sa)
		  ->sin6_addr;
	if (inet_ntop(sa->sa_family, raw, text, sizeof(text)) != NULL)
		fprintf(out, "    %s %s/%d scope %s\n", v4 ? "inet" : "inet6",
		    text, prefix_length(a->ifa_netmask),
		    (a->ifa_flags & IFF_LOOPBACK) != 0 ? "host" : "global");
}

static void
write_link(const struct agent *agent, const struct ifaddrs *link, FILE *out)
{
	const struct sockaddr_ll *ll = (const void *)link->ifa_addr;
	char *name = text_format("class/net/%s/mtu", link->ifa_name);
	char mtu[16];

	text_first_line(agent->sys, name, mtu, sizeof(mtu));
	free(name);
	fprintf(out, "%d: %s: <", ll->sll_ifindex, link->ifa_name);
	write_flags(link->ifa_flags, out);
	fprintf(out, "> mtu %s state %s\n    link/%s ", mtu,
	    (link->ifa_flags & FLAG_LOWER_UP) != 0 ? "UP" : "DOWN",
	    (link->ifa_flags & IFF_LOOPBACK) != 0 ? "loopback" : "ether");
	for (int i = 0; i < ll->sll_halen && i < 8; i++)
		fprintf(out, "%s%02x", i > 0 ? ":" : "", ll->sll_addr[i]);
	fputc('\n', out);
}

static void
write_iplink(const struct agent *agent, FILE *out)
{
	struct ifaddrs *all;
	if (getifaddrs(&all) != 0)
		return;
	fputs("[start_iplink]\n", out);
	for (struct ifaddrs *link = all; link != NULL; link = link->ifa_next) {
		if (link->ifa_addr == NULL ||
		    link->ifa_addr->sa_family != AF_PACKET)
			continue;
		write_link(agent, link, out);
		for (struct ifaddrs *a = all; a != NULL; a = a->ifa_next)
			if (a->ifa_addr != NULL &&
			    (a->ifa_addr->sa_family == AF_INET ||
				a->ifa_addr->sa_family == AF_INET6) &&
			    strcmp(a->ifa_name, link->ifa_name) == 0)
				write_address(a, out);
	}
	fputs("[end_iplink]\n", out);
	freeifaddrs(all);
}

static void
write_counters(const struct agent *agent, FILE *out)
{
	char *data = text_read(agent->proc, "net/dev", NULL);
	char *rest = data, *line;
	text_line(&rest);
	text_line(&rest);
	while ((line = text_line(&rest)) != NULL)
		fprintf(out, "%s\n", line);
	free(data);
}

static void
write_details(const struct agent *agent, const char *name, FILE *out)
{
	char *dir = text_format("%s/class/net/%s", agent->sys, name);
	char speed[32], duplex[32], carrier[8], address[64], permanent[64];

	text_first_line(dir, "speed", speed, sizeof(speed));
	text_first_line(dir, "duplex", duplex, sizeof(duplex));
	text_first_line(dir, "carrier", carrier, sizeof(carrier));
	text_first_line(dir, "address", address, sizeof(address));
	text_first_line(
	    dir, "bonding_slave/perm_hwaddr", permanent, sizeof(permanent));
	free(dir);
	fprintf(out, "[%s]\n", name);
	if (speed[0] >= '1' && speed[0] <= '9')
		fprintf(out, "\tSpeed: %sMb/s\n", speed);
	if (strcmp(duplex, "full") == 0 || strcmp(duplex, "half") == 0)
		fprintf(
		    out, "\tDuplex: %s\n", duplex[0] == 'f' ? "Full" : "Half");
	/* Cannot be read while the interface is down. */
	fprintf(out, "\tLink detected: %s\n", carrier[0] == '1' ? "yes" : "no");
	fprintf(
	    out, "Address: %s\n\n", permanent[0] != '\0' ? permanent : address);
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

void
section_lnx_if(const struct agent *agent, FILE *out)
{
	struct dirent **names;
	char *dir = text_format("%s/class/net", agent->sys);
	int n = scandir(dir, &names, is_visible, alphasort);

	fputs("<<<lnx_if>>>\n", out);
	write_iplink(agent, out);
	fputs("<<<lnx_if:sep(58)>>>\n", out);
	write_counters(agent, out);
	for (int i = 0; i < n; i++) {
		/* bonding_masters is a file, not an interface. */
		if (strcmp(names[i]->d_name, "bonding_masters") != 0)
			write_details(agent, names[i]->d_name, out);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	free(dir);
}
