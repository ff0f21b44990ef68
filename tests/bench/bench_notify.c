/* SPDX-License-Identifier: Apache-2.0
 *
 * Raw notifications as core tells them, through 200 rules into the spool,
 * durable: bench_notify NOTICES FOLDER. 100 hosts of 20 services, two rules of
 * 200 match, one delivery each. Prints {notices, wall_s, per_s, cpu_us,
 * evaluate_us, evaluate_2000_us, loop_us, store_us}: CPU a notice in all, of
 * the 200 rules alone, of 2,000, of the loop's thread, of the disk's.
 */
#include "common/clock.h"
#include "common/config/snapshot_build.h"
#include "common/log.h"
#include "common/mem.h"
#include "notifyd/escalate.h"
#include "notifyd/notifyd.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define HOSTS    100
#define SERVICES 20
#define RULES    200
#define MANY     2000
#define WINDOW   2000 /* as core's */

static struct daemon daemon_;
static struct notifyd n;
static unsigned total, sent, done;

static double
cpu_s(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Rules of every kind, as a site of many teams has them. */
static char *
rules_text(unsigned n_rules)
{
	static const char *const whens[] = {"\"hosts\":[\"~^db%u\"]",
	    "\"folder\":\"/team%u\"", "\"labels\":{\"env\":\"stage%u\"}",
	    "\"contact_groups\":[\"team%u\"]",
	    "\"services\":[\"Filesystem /data%u\"]",
	    "\"hosts\":[\"web%u\"],\"service_events\":[\"?w\"]",
	    "\"output\":\"timeout after %u\"",
	    "\"service_events\":[\"?u\"],\"number\":[%u,0]",
	    "\"host_events\":[\"?d\"],\"host_groups\":[\"g%u\"]",
	    "\"check_commands\":[\"check_%u\"]"};
	struct str text = {0};

	str_add(&text, "[");
	for (unsigned i = 0; i < n_rules - 2; i++) {
		str_addf(&text, "%s{\"id\":\"r%u\",\"method\":\"script\",",
		    i > 0 ? "," : "", i);
		str_add(&text, "\"when\":{");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		str_addf(&text, whens[i % ARRAY_LEN(whens)], 100 + i);
#pragma GCC diagnostic pop
		str_add(&text, "},\"to\":{\"object_contacts\":true}}");
	}
	str_add(&text,
	    ",{\"id\":\"all\",\"method\":\"script\",\"to\":"
	    "{\"object_contacts\":true}},{\"id\":\"crit\",\"method\":"
	    "\"script\",\"when\":{\"service_events\":[\"?c\"]},\"parameters\":"
	    "{\"graphs\":1,\"from\":{\"address\":\"vedette@example.com\"}}}]");
	return str_steal(&text);
}

static struct snapshot *
make_snapshot(unsigned n_rules)
{
	struct snapb *b = snapb_new(1, 0);
	uint32_t ann = snapb_contact(b, "ann");
	char *rules = rules_text(n_rules);
	struct snapshot *snap;
	struct err err;

	snapb_contact_at(b, ann)->email = snapb_str(b, "ann@example.com");
	snapb_contact_at(b, ann)->json = snapb_str(b, "{}");
	for (unsigned h = 0; h < HOSTS; h++) {
		char name[40];

		snprintf(name, sizeof(name), "web%02u", h);
		snapb_object(b, snapb_host(b, name))->contacts =
		    snapb_list(b, &ann, 1);
	}
	for (unsigned i = 0; i < HOSTS * SERVICES; i++) {
		char name[40];
		uint32_t service;

		snprintf(
		    name, sizeof(name), "Filesystem /srv/%02u", i % SERVICES);
		service = snapb_service(b, i / SERVICES, name);
		snapb_object(b, service)->contacts = snapb_list(b, &ann, 1);
	}
	snapb_rules(b, rules, NULL, NULL);
	snap = snapb_open(b, &err);
	if (snap == NULL)
		fatal("%s", err.text);
	free(rules);
	return snap; /* borrows what b holds */
}

static void send_more(void);

static void
on_stored(const char *id, bool duplicate, bool committed, void *arg)
{
	(void)id;
	(void)arg;
	must(committed && !duplicate);
	done++;
	if (sent - done <= WINDOW / 2)
		send_more();
}

static void
add_states(struct str *objects, unsigned i)
{
	struct msg_alert_object host = {.attempt = 1,
	    .max_attempts = 1,
	    .last_change = 1772434000,
	    .last_good = 1772434900,
	    .output = SLICE("Packet received via smart PING")};
	struct msg_alert_object service = {.state = 2,
	    .attempt = 1,
	    .max_attempts = 1,
	    .number = 1,
	    .problem_id = i + 1,
	    .last_change = 1772435000,
	    .last_good = 1772434940,
	    .output = SLICE("Used: 97.31 % - 48.7 GiB of 50.0 GiB (warn/crit "
			    "at 80.00 %/90.00 % used)(!!), trend: +1.2 GiB"),
	    .perfdata = SLICE("fs_used=49868;40960;46080;0;51200 "
			      "fs_size=51200 fs_used_percent=97.31;80;90;0;100 "
			      "inodes_used=12001;2949120;3112960;0;3276800")};

	msg_alert_object_put(objects, &host);
	msg_alert_object_put(objects, &service);
}

static void
send_one(unsigned i)
{
	struct str objects = {0};
	char id[60], host[20], service[40];
	struct msg_alert a = {.created_us = INT64_C(1772435000000000) + i,
	    .what = SLICE("PROBLEM")};

	snprintf(id, sizeof(id), "demo-core-%016x-%u", 0x12345678, i);
	snprintf(host, sizeof(host), "web%02u", i % HOSTS);
	snprintf(service, sizeof(service), "Filesystem /srv/%02u",
	    i / HOSTS % SERVICES);
	a.id = slice_of(id);
	a.host = slice_of(host);
	a.service = slice_of(service);
	add_states(&objects, i);
	a.objects = str_slice(&objects);
	process_alert(&n, &a, on_stored, NULL);
	str_free(&objects);
}

static void
send_more(void)
{
	while (sent < total && sent - done < WINDOW)
		send_one(sent++);
}

/* What the rules alone take, on one such context: seconds. */
static double
time_rules(const struct rulebook *book)
{
	struct context ctx = {0};
	struct rules_notice notice = {.ctx = &ctx, .site = "demo"};
	struct plan plan;
	double start;

	context_sets(&ctx, "NOTIFICATIONTYPE", "PROBLEM");
	context_sets(&ctx, "HOSTNAME", "web07");
	context_sets(&ctx, "SERVICEDESC", "Filesystem /srv/07");
	context_sets(&ctx, "SERVICESTATE", "CRITICAL");
	context_sets(&ctx, "PREVIOUSSERVICEHARDSTATE", "OK");
	context_sets(&ctx, "SERVICEOUTPUT", "Used: 97 % - 48 GiB of 50 GiB");
	context_sets(&ctx, "CONTACTS", "ann");
	start = cpu_s(RUSAGE_THREAD);
	for (unsigned i = 0; i < 10000; i++) {
		plan_make(
		    rulebook_rules(book), &notice, 1772435000, false, &plan);
		must(plan.n_entries == 1);
		plan_free(&plan);
	}
	start = cpu_s(RUSAGE_THREAD) - start;
	context_free(&ctx);
	return start / 10000;
}

static double
time_many(const char *folder)
{
	struct str mistakes = {0};
	struct err err;
	struct rulebook *book = rulebook_new(
	    make_snapshot(MANY), daemon_.settings, folder, &mistakes, &err);
	double seconds;

	if (book == NULL)
		fatal("%s", err.text);
	seconds = time_rules(book);
	rulebook_free(&book);
	str_free(&mistakes);
	return seconds;
}

static void
set_up(const char *folder)
{
	struct str mistakes = {0};
	char *path = xasprintf("%s/spool.sqlite", folder);
	struct err err;

	daemon_.loop = uv_default_loop();
	daemon_.root = folder;
	daemon_.site = "demo";
	daemon_.settings = settings_load(folder, &mistakes);
	if (daemon_.settings == NULL)
		fatal("%s", str_get(&mistakes));
	daemon_.snapshot = make_snapshot(RULES);
	n.d = &daemon_;
	n.machine = xstrdup("localhost");
	n.told = told_new();
	n.book = rulebook_new(
	    daemon_.snapshot, daemon_.settings, folder, &mistakes, &err);
	if (n.book == NULL)
		fatal("%s", err.text);
	n.spool = spool_open(daemon_.loop, path, &err);
	if (n.spool == NULL)
		fatal("%s", err.text);
	n.deliverer = deliverer_new(daemon_.loop, n.spool, folder, n.machine);
	deliverer_configure(n.deliverer, daemon_.settings);
	deliverer_stop(n.deliverer); /* the way ends in the spool */
	n.forwarder = forwarder_new(daemon_.loop, n.spool, NULL);
	n.escalations = escalations_new(
	    daemon_.loop, n.spool, &(struct escalations_world){.arg = &n});
	free(path);
	str_free(&mistakes);
}

int
main(int argc, char **argv)
{
	double wall, cpu, loop, rules, many;
	int64_t start;

	if (argc != 3)
		fatal("usage: bench_notify NOTICES FOLDER");
	total = (unsigned)strtoul(argv[1], NULL, 10);
	log_set_level(LOG_LEVEL_WARN);
	set_up(argv[2]);
	rules = time_rules(n.book);
	many = time_many(argv[2]);
	start = clock_mono();
	cpu = cpu_s(RUSAGE_SELF);
	loop = cpu_s(RUSAGE_THREAD);
	send_more();
	while (done < total)
		uv_run(daemon_.loop, UV_RUN_ONCE);
	wall = (double)(clock_mono() - start) / NS_PER_S;
	cpu = cpu_s(RUSAGE_SELF) - cpu;
	loop = cpu_s(RUSAGE_THREAD) - loop;
	printf("{\"notices\": %u, \"wall_s\": %.3f, \"per_s\": %.0f, "
	       "\"cpu_us\": %.2f, \"evaluate_us\": %.2f, "
	       "\"evaluate_2000_us\": %.2f, \"loop_us\": %.2f, "
	       "\"store_us\": %.2f}\n",
	    total, wall, total / wall, cpu / total * 1e6, rules * 1e6,
	    many * 1e6, loop / total * 1e6, (cpu - loop) / total * 1e6);
	return 0;
}
