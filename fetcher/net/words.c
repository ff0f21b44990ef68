/* SPDX-License-Identifier: Apache-2.0
 *
 * Words and perfdata that the network checks share; see check.h.
 */
#include "common/clock.h"
#include "fetcher/net/check.h"

#include <string.h>
#include <time.h>

const char *
net_state_text(uint32_t state)
{
	static const char *const words[] = {
	    "OK", "WARNING", "CRITICAL", "UNKNOWN"};

	return words[state & 3];
}

void
net_say_refused(struct net_run *r, const char *host, uint16_t port)
{
	net_say(r, "connect to address %s and port %u: %s\n", host, port,
	    strerror(net_errno(r)));
}

static void
add_level(struct str *out, struct net_level level)
{
	if (level.is_set)
		str_addf(out, "%f", level.value);
}

void
net_perf(struct str *out, const char *label, double value, const char *unit,
    struct net_level warn, struct net_level crit, struct net_level most)
{
	str_addf(out, "%s=%f%s;", label, value, unit);
	add_level(out, warn);
	str_addc(out, ';');
	add_level(out, crit);
	str_addf(out, ";%f", 0.0);
	if (most.is_set)
		str_addf(out, ";%f", most.value);
}

uint32_t
net_certificate_judge(const char *name, int64_t expires, int64_t now,
    int days_warn, int days_crit, struct str *out)
{
	int64_t left = expires - now, days = left / 86400;
	uint32_t bad = days > days_crit ? NET_WARNING : NET_CRITICAL;
	time_t at = expires;
	struct tm tm;
	char when[64] = "";

	if (localtime_r(&at, &tm) != NULL)
		strftime(when, sizeof(when), "%a %b %e %H:%M:%S %Y %z", &tm);
	if (days > 0 && days <= days_warn) {
		str_addf(out,
		    "%s - Certificate '%s' expires in %d day(s) (%s).\n",
		    net_state_text(bad), name, (int)days, when);
		return bad;
	}
	if (days == 0 && left > 0) {
		bool hours = left >= 3600;

		str_addf(out, "%s - Certificate '%s' expires in %u %s (%s)\n",
		    net_state_text(bad), name,
		    (unsigned)(hours ? left / 3600 : left / 60),
		    hours ? "hours" : "minutes", when);
		return bad;
	}
	if (left < 0) {
		str_addf(out, "CRITICAL - Certificate '%s' expired on %s.\n",
		    name, when);
		return NET_CRITICAL;
	}
	if (days == 0) {
		str_addf(out, "%s - Certificate '%s' just expired (%s).\n",
		    net_state_text(bad), name, when);
		return bad;
	}
	str_addf(out, "OK - Certificate '%s' will expire on %s.\n", name, when);
	return NET_OK;
}

uint32_t
net_certificate(struct net_run *r, int days_warn, int days_crit)
{
	X509 *cert = SSL_get1_peer_certificate(net_ssl(r));
	char name[256] = "Unknown CN";
	struct tm tm;
	uint32_t state;

	if (cert == NULL) {
		net_say(r, "CRITICAL - Cannot retrieve server certificate.\n");
		return NET_CRITICAL;
	}
	if (X509_NAME_get_text_by_NID(X509_get_subject_name(cert),
		NID_commonName, name, sizeof(name)) == -1)
		memcpy(name, "Unknown CN", sizeof("Unknown CN"));
	if (!ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm)) {
		net_say(r, "CRITICAL - Wrong time format in certificate.\n");
		state = NET_CRITICAL;
	} else {
		state = net_certificate_judge(name, timegm(&tm),
		    clock_wall() / NS_PER_S, days_warn, days_crit, net_text(r));
	}
	X509_free(cert);
	return state;
}
