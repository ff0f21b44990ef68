/* SPDX-License-Identifier: Apache-2.0
 *
 * Compiles a made-up site: bench_compile HOSTS SERVICES_PER_HOST RULES. Hosts
 * in 20 folders, ten a file, with labels and tags; every service discovered, a
 * file a host; rules over many rulesets with conditions of every kind. Prints
 * {hosts, services, rules, files, wall_s, cpu_s, max_rss_kb, bytes}.
 */
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "site/compile/compile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDERS  20
#define PER_FILE 10

static char *root; /* in TMPDIR, or /dev/shm */

/* Writes and clears the text; takes the path below the site's folder. */
static void
put(struct str *text, char *name)
{
	char *path = xasprintf("%s/%s", root, name);
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(str_get(text), f) < 0 || fclose(f) != 0)
		fatal("%s cannot be written", path);
	str_clear(text);
	free(path);
	free(name);
}

static void
make_folder(char *name)
{
	char *path = xasprintf("%s/%s", root, name);
	struct err err;

	if (file_mkdirs(path, 0750, &err) != 0)
		fatal("%s", err.text);
	free(path);
	free(name);
}

static void
make_hosts(unsigned hosts)
{
	static const char *const envs[] = {"prod", "test", "dev"};
	struct str text = {0};

	for (unsigned i = 0; i < FOLDERS; i++)
		make_folder(xasprintf("etc/vedette/conf.d/f%02u", i));
	for (unsigned i = 0; i < hosts; i++) {
		if (i % PER_FILE == 0)
			str_add(&text, "hosts:\n");
		str_addf(&text,
		    "  host%06u:\n    address: 127.%u.%u.%u\n"
		    "    alias: Machine %u\n    agent: {kind: tcp}\n"
		    "    labels: {env: %s, rack: r%u, app: a%u}\n"
		    "    tags: {criticality: %s}\n    contact_groups: [g%u]\n",
		    i, i >> 16 & 255, i >> 8 & 255, i & 255, i, envs[i % 3],
		    i % 200, i % 97, i % 2 ? "prod" : "test", i % 10);
		if (i % PER_FILE == PER_FILE - 1 || i + 1 == hosts)
			put(&text,
			    xasprintf("etc/vedette/conf.d/f%02u/h%06u.yaml",
				i / PER_FILE % FOLDERS, i));
	}
	str_free(&text);
}

static void
make_services(unsigned hosts, unsigned services)
{
	struct str text = {0};

	make_folder(xstrdup("var/vedette/discovered"));
	for (unsigned i = 0; i < hosts; i++) {
		str_add(&text, "services:\n");
		for (unsigned s = 0; s < services; s++)
			str_addf(&text,
			    "- {\"check\": {\"check\": \"filesystem\", "
			    "\"collector\": \"Check_MK\", \"item\": "
			    "\"/data/%u\"}, \"description\": \"Filesystem "
			    "/data/%u\"}\n",
			    s, s);
		put(&text,
		    xasprintf("var/vedette/discovered/host%06u.yaml", i));
	}
	str_free(&text);
}

/* Conditions in turn; every ruleset has several rules. */
static void
make_rules(unsigned rules, unsigned hosts)
{
	static const char *const sets[] = {
	    "filesystem_levels, value: {levels: [80%, 90%]}",
	    "service_check_interval, value: 2m",
	    "service_max_check_attempts, value: 3",
	    "host_max_check_attempts, value: 2",
	    "service_contact_groups, value: [g1]",
	    "service_notification_interval, value: 1h",
	    "host_groups, value: [hg]",
	    "service_labels, value: {from: rule}",
	};
	struct str text = {0};

	str_add(&text, "host_groups: {hg: }\ncontact_groups:\n");
	for (unsigned i = 0; i < 10; i++)
		str_addf(&text, "  g%u:\n", i);
	str_add(&text, "contacts:\n");
	for (unsigned i = 0; i < 100; i++)
		str_addf(&text, "  c%u: {contact_groups: [g%u]}\n", i, i % 10);
	str_add(&text, "rules:\n");
	for (unsigned i = 0; i < rules; i++) {
		const char *set = sets[i / 5 % ARRAY_LEN(sets)];
		bool service = strncmp(set, "host", 4) != 0;

		str_addf(&text, "- {ruleset: %s, when: {", set);
		if (i % 5 == 0)
			str_addf(&text, "hosts: [host%06u]", i % hosts);
		else if (i % 5 == 1 && strstr(set, "_labels") == NULL)
			str_addf(&text, "labels: {rack: r%u}", i % 200);
		else if (i % 5 == 2)
			str_addf(&text, "folder: /f%02u", i % FOLDERS);
		else if (i % 5 == 3 && service)
			str_addf(&text, "services: ['Filesystem /data/%u.*']",
			    i % 40);
		else
			str_addf(&text, "hosts: ['~host0+%u.*']", i % 90 + 1);
		str_add(&text, "}}\n");
	}
	put(&text, xstrdup("etc/vedette/conf.d/rules.yaml"));
	str_free(&text);
}

static double
cpu_seconds(long *max_rss_kb)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	*max_rss_kb = u.ru_maxrss;
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void
measure(void)
{
	struct compile_report report = {0};
	char *path = xasprintf("%s/out.snap", root);
	struct str text = {0};
	struct stat st = {0};
	struct err err = {""};
	int64_t start = clock_mono();
	long rss;
	double cpu = cpu_seconds(&rss);

	if (compile_site(root, 1, path, &report, &err) != 0) {
		mistakes_print(&report.mistakes, &text);
		fatal("%s%s", str_get(&text), err.text);
	}
	start = clock_mono() - start;
	cpu = cpu_seconds(&rss) - cpu;
	stat(path, &st);
	printf("{\"hosts\": %u, \"services\": %u, \"rules\": %u, "
	       "\"files\": %u, \"wall_s\": %.3f, \"cpu_s\": %.3f, "
	       "\"max_rss_kb\": %ld, \"bytes\": %lld}\n",
	    report.hosts, report.services, report.rules, report.files,
	    (double)start / NS_PER_S, cpu, rss, (long long)st.st_size);
	compile_report_free(&report);
	free(path);
}

int
main(int argc, char **argv)
{
	const char *tmp = getenv("TMPDIR");
	struct err err;

	if (argc != 4)
		fatal("usage: bench_compile HOSTS SERVICES_PER_HOST RULES");
	root = xasprintf(
	    "%s/bench_compile_XXXXXX", tmp == NULL ? "/dev/shm" : tmp);
	if (mkdtemp(root) == NULL)
		fatal("%s cannot be made", root);
	make_hosts((unsigned)atol(argv[1]));
	make_services((unsigned)atol(argv[1]), (unsigned)atol(argv[2]));
	make_rules((unsigned)atol(argv[3]), (unsigned)atol(argv[1]));
	measure();
	return file_remove_tree(root, &err);
}
