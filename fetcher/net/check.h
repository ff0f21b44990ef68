/* SPDX-License-Identifier: Apache-2.0
 *
 * What a network check is made of, for the files of this folder. A check reads
 * its options into a plan and answers events of its run; the run does the
 * input and output.
 */
#ifndef FETCHER_NET_CHECK_H
#define FETCHER_NET_CHECK_H

#include "common/str.h"
#include "fetcher/net/options.h"

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

struct net_run;

enum net_state {
	NET_OK,
	NET_WARNING,
	NET_CRITICAL,
	NET_UNKNOWN
};

enum net_event {
	NET_BEGIN,    /* the first of all; nothing is open */
	NET_OPEN,     /* net_connect(): connected */
	NET_REFUSED,  /* net_connect(): not connected, why: net_errno() */
	NET_SECURE,   /* net_secure(): TLS stands */
	NET_INSECURE, /* net_secure(): it failed, the words: net_tls_words() */
	NET_BYTES,    /* more of net_input() */
	NET_END,      /* the other side closed its side */
	NET_BROKEN,   /* reset, or TLS broken: net_errno(), 0: TLS */
	NET_TIMER,    /* net_wait() is over */
	NET_PONG      /* an answer to net_ping(): net_rtt_ms(), < 0: not sent */
};

struct net_check {
	const char *program;
	size_t plan_size; /* zeroed memory that read() fills */
	/* False: the plugin has to do it. Texts of the words are borrowed. */
	bool (*read)(void *plan, struct net_words *words);
	size_t state_size; /* zeroed memory of a run */
	void (*event)(struct net_run *r, enum net_event e);
	/* Frees what the state holds, what the plan holds; NULL: nothing. */
	void (*end)(struct net_run *r);
	void (*free)(void *plan);
	/* The deadline has come; NULL: "Socket timeout after N seconds". */
	void (*late)(struct net_run *r);
};

extern const struct net_check net_check_tcp, net_check_http, net_check_smtp,
    net_check_ssh, net_check_ldap, net_check_dns, net_check_icmp,
    net_check_ping;

/* --- what a check may do in its event() ------------------------------------
 */

const void *net_plan_of(const struct net_run *r);
void *net_state_of(struct net_run *r);

/* NET_OPEN or NET_REFUSED follows. A connection that stands is closed. */
void net_connect(
    struct net_run *r, const char *name, uint32_t family, uint16_t port);
/* The same over UDP: each datagram is NET_BYTES. */
void net_open_udp(
    struct net_run *r, const char *name, uint32_t family, uint16_t port);
struct net_tls {
	const char *sni; /* NULL: none */
	int least, most; /* TLS1_2_VERSION, ...; 0: any */
};
void net_secure(struct net_run *r, const struct net_tls *tls);
SSL *net_ssl(const struct net_run *r);
const char *net_tls_words(const struct net_run *r);
void net_send(struct net_run *r, struct slice bytes);
void net_close(struct net_run *r);
/* Bytes not yet consumed; net_consume() drops the first n. */
struct slice net_input(const struct net_run *r);
void net_consume(struct net_run *r, size_t n);
int net_errno(const struct net_run *r);
void net_wait(struct net_run *r, uint32_t ms);
bool net_can_ping(const struct net_run *r);
/* Sends echo request number `n` (below 20) to what net_resolve() found. */
void net_ping(struct net_run *r, uint32_t n);
double net_rtt_ms(const struct net_run *r);
const char *net_address(const struct net_run *r); /* that was connected to */
/* NET_OPEN follows, without a connection: for net_ping(). */
void net_resolve(struct net_run *r, const char *name, uint32_t family);

/* What most checks begin with: the deadline is set, then it connects. */
struct net_target {
	const char *host;
	uint32_t family, timeout, timeout_state;
	int port;
};
void net_begin(struct net_run *r, const struct net_target *target);

/* From now on: "STATE - Socket timeout after N seconds" in N seconds. */
void net_deadline(struct net_run *r, uint32_t seconds, uint32_t state);
/* Seconds since the first call of net_clock_start(). */
void net_clock_start(struct net_run *r);
double net_seconds(const struct net_run *r);

/* Adds to the plugin's output. */
void net_say(struct net_run *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
struct str *net_text(struct net_run *r);
/* Ends the run; nothing may be called after it but `return`. */
void net_done(struct net_run *r, uint32_t state);
/* Leaves it to the plugin. */
void net_give_up(struct net_run *r);

/* --- words that several share ----------------------------------------------
 */

const char *net_state_text(uint32_t state);
/* "connect to address H and port P: Connection refused\n" */
void net_say_refused(struct net_run *r, const char *host, uint16_t port);

struct net_level { /* of perfdata: absent or a number */
	bool is_set;
	double value;
};
/* label=value with unit; levels, least value 0, and the most if it is set. */
void net_perf(struct str *out, const char *label, double value,
    const char *unit, struct net_level warn, struct net_level crit,
    struct net_level most);

/*
 * Judges the certificate of the connection as `-C WARN,CRIT` does and says it.
 * Returns the state.
 */
uint32_t net_certificate(struct net_run *r, int days_warn, int days_crit);
/* The pure part: `left` seconds until `expires`. */
uint32_t net_certificate_judge(const char *name, int64_t expires, int64_t now,
    int days_warn, int days_crit, struct str *out);

#endif
