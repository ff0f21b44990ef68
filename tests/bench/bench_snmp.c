/* SPDX-License-Identifier: Apache-2.0
 *
 * Readings of SNMP devices as a worker makes them, from job to results:
 *
 *	bench_snmp PORT N WHAT
 *
 * 1,000 devices are addresses of 127.1.0.0/16, all answered by one snmpd that
 * listens on every address; 100 are under way. N readings; the first of each
 * device is not counted: it scans, and what it keeps goes with the others, as
 * core gives it back. WHAT: "get" or "get3" (version 3, SHA and AES) read the
 * uptime alone and judge it; "table" all columns of the interfaces and judges
 * each of them; "peer" and "peer3" are the same GET by net-snmp's asynchronous
 * single sessions that stay open, without any check. Prints the microseconds
 * of CPU of this process for one reading, and how many failed.
 */
#include "common/log.h"
#include "common/mem.h"
#include "common/msg.h"
#include "fetcher/discover.h"
#include "fetcher/runner.h"

#include <net-snmp/net-snmp-config.h>
/* after the above */
#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/library/large_fd_set.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define DEVICES 1000
#define AT_ONCE 100
#define USER    "bench"
#define SECRET  "bench-password"

static double
cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* --- ours ----------------------------------------------------------------- */

static struct bench {
	uv_loop_t loop;
	struct runner *runner;
	char *options;
	struct str items, sources[DEVICES], results, blocks;
	size_t next, n, done, failed, warm;
	double before;
} b;

static void start_one(void);

static void
keep(size_t device, const struct str *blocks)
{
	struct slice rest = str_slice(blocks);
	struct msg_piggyback_block block;

	while (msg_piggyback_block_next(&rest, &block)) {
		struct msg_piggyback_kept kept = {.source = block.target,
		    .output = block.output,
		    .stored_at = 1,
		    .source_at = 1};

		str_clear(&b.sources[device]);
		msg_piggyback_kept_put(&b.sources[device], &kept);
	}
}

static void
done(struct fetch *f, void *arg)
{
	size_t device = (size_t)(uintptr_t)arg;

	str_clear(&b.results);
	str_clear(&b.blocks);
	fetch_results(f, &b.results);
	if (fetch_piggyback(f, &b.blocks))
		keep(device, &b.blocks);
	if (fetch_failure(f) != NULL) {
		if (b.failed++ == 0)
			fprintf(stderr, "%s\n", fetch_failure(f));
	}
	if (++b.done == b.warm)
		b.before = cpu_us();
	start_one();
}

static void
start_one(void)
{
	size_t device = b.next % DEVICES;
	char host[16], address[24];

	if (b.next == b.n)
		return;
	b.next++;
	snprintf(host, sizeof(host), "h%zu", device);
	snprintf(address, sizeof(address), "127.1.%zu.%zu", device / 250,
	    device % 250 + 1);
	struct msg_job job = {.kind = MSG_JOB_SNMP,
	    .host = slice_of(host),
	    .address = slice_of(address),
	    .timeout_ms = 60000,
	    .interval_ms = 60000,
	    .snmp = slice_of(b.options),
	    .items = str_slice(&b.items),
	    .sources = str_slice(&b.sources[device])};
	runner_start(b.runner, &job, done, (void *)(uintptr_t)device);
}

static void
add_item(const char *check, const char *item)
{
	struct msg_job_item one = {
	    .object = 1, .check = slice_of(check), .item = slice_of(item)};

	msg_job_item_put(&b.items, &one);
}

static int
ours(const char *port, size_t n, const char *what)
{
	bool three = strcmp(what, "get3") == 0;

	b.options = xasprintf("{\"port\": %s, \"timeout\": 5, %s}", port,
	    three ? "\"version\": \"3\", \"user\": \"" USER
		    "\", \"auth\": [\"sha\", \"" SECRET
		    "\"], \"priv\": [\"aes\", \"" SECRET "\"]"
		  : "\"version\": \"2c\"");
	if (strcmp(what, "table") == 0)
		for (int i = 1; i <= 4; i++) {
			char item[4];

			snprintf(item, sizeof(item), "%d", i);
			add_item("interfaces", item);
		}
	else
		add_item("uptime", "");
	uv_loop_init(&b.loop);
	b.runner = runner_new(&b.loop, "");
	b.warm = DEVICES;
	b.n = n + b.warm;
	for (int i = 0; i < AT_ONCE; i++)
		start_one();
	while (b.done < b.n)
		uv_run(&b.loop, UV_RUN_ONCE);
	printf("%.2f %zu\n", (cpu_us() - b.before) / (double)n, b.failed);
	return 0;
}

/* --- net-snmp ------------------------------------------------------------- */

static struct {
	void *sessions[DEVICES];
	struct pollfd fds[DEVICES];
	size_t sent, answered, failed, n;
} p;

static void send_one(size_t device);

static int
answered(
    int op, netsnmp_session *session, int reqid, netsnmp_pdu *pdu, void *arg)
{
	(void)session;
	(void)reqid;
	(void)arg;
	if (op != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE &&
	    op != NETSNMP_CALLBACK_OP_TIMED_OUT)
		return 1;
	p.answered++;
	if (op != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE ||
	    pdu->command != SNMP_MSG_RESPONSE)
		p.failed++;
	return 1;
}

static void
send_one(size_t device)
{
	static const oid name[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);

	p.sent++;
	snmp_add_null_var(pdu, name, OID_LENGTH(name));
	if (snmp_sess_async_send(p.sessions[device], pdu, answered, NULL) ==
	    0) {
		snmp_free_pdu(pdu);
		p.failed++;
		p.answered++;
	}
}

static void
open_sessions(const char *port, bool three)
{
	netsnmp_session s;
	char at[64];

	setenv("MIBS", "", 1);
	netsnmp_ds_set_boolean(
	    NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(
	    NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	init_snmp("bench");
	for (size_t i = 0; i < DEVICES; i++) {
		snmp_sess_init(&s);
		snprintf(at, sizeof(at), "udp:127.1.%zu.%zu:%s", i / 250,
		    i % 250 + 1, port);
		s.peername = at;
		s.timeout = 5000000;
		s.version = three ? SNMP_VERSION_3 : SNMP_VERSION_2c;
		s.community = (unsigned char *)strdup("public");
		s.community_len = 6;
		if (three) {
			s.securityName = strdup(USER);
			s.securityNameLen = strlen(USER);
			s.securityLevel = SNMP_SEC_LEVEL_AUTHPRIV;
			s.securityAuthProto = usmHMACSHA1AuthProtocol;
			s.securityAuthProtoLen =
			    OID_LENGTH(usmHMACSHA1AuthProtocol);
			s.securityPrivProto = usmAESPrivProtocol;
			s.securityPrivProtoLen = OID_LENGTH(usmAESPrivProtocol);
			s.securityAuthKeyLen = sizeof(s.securityAuthKey);
			s.securityPrivKeyLen = sizeof(s.securityPrivKey);
			generate_Ku(s.securityAuthProto,
			    (unsigned)s.securityAuthProtoLen,
			    (const unsigned char *)SECRET, strlen(SECRET),
			    s.securityAuthKey, &s.securityAuthKeyLen);
			generate_Ku(s.securityAuthProto,
			    (unsigned)s.securityAuthProtoLen,
			    (const unsigned char *)SECRET, strlen(SECRET),
			    s.securityPrivKey, &s.securityPrivKeyLen);
		}
		p.sessions[i] = snmp_sess_open(&s);
		must(p.sessions[i] != NULL);
		p.fds[i] = (struct pollfd){
		    .fd = snmp_sess_transport(p.sessions[i])->sock,
		    .events = POLLIN};
	}
}

/* A hundred devices at a time; the descriptors of these alone are looked at. */
static void
round_of(size_t from, netsnmp_large_fd_set *set)
{
	size_t until = p.answered + AT_ONCE;

	for (size_t i = from; i < from + AT_ONCE; i++)
		send_one(i);
	while (p.answered < until) {
		if (poll(p.fds + from, AT_ONCE, 5000) <= 0)
			break;
		for (size_t i = from; i < from + AT_ONCE; i++) {
			if (!(p.fds[i].revents & POLLIN))
				continue;
			netsnmp_large_fd_setfd(p.fds[i].fd, set);
			snmp_sess_read2(p.sessions[i], set);
			netsnmp_large_fd_clr(p.fds[i].fd, set);
		}
	}
}

static int
peer(const char *port, size_t n, bool three)
{
	netsnmp_large_fd_set set;
	double before = 0;

	open_sessions(port, three);
	netsnmp_large_fd_set_init(&set, 4 * DEVICES);
	for (size_t i = 0; i < n + DEVICES; i += AT_ONCE) {
		if (i == DEVICES)
			before = cpu_us();
		round_of(i % DEVICES, &set);
	}
	printf("%.2f %zu\n", (cpu_us() - before) / (double)n, p.failed);
	return 0;
}

int
main(int argc, char **argv)
{
	struct rlimit files = {8192, 8192};
	size_t n;

	if (argc != 4)
		return 2;
	setrlimit(RLIMIT_NOFILE, &files);
	n = (size_t)strtoul(argv[2], NULL, 10);
	if (strncmp(argv[3], "peer", 4) == 0)
		return peer(argv[1], n, strcmp(argv[3], "peer3") == 0);
	return ours(argv[1], n, argv[3]);
}
