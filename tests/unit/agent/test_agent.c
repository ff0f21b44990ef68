/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: the agent's text, its lists of networks, and what it makes of
 * folders that it is given.
 */
#include "agent/agent.h"
#include "agent/allow.h"
#include "agent/plugins.h"
#include "agent/run.h"
#include "agent/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

struct fixture {
	char dir[64];
	char *lib, *conf, *var, *spool, *proc, *sys;
	struct agent agent;
};

static void
write_file(const char *dir, const char *name, int mode, const char *text)
{
	char *path = text_format("%s/%s", dir, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	chmod(path, (mode_t)mode);
	free(path);
}

static void
make_dir(const char *dir, const char *name)
{
	char *path = text_format("%s/%s", dir, name);
	assert_int_equal(mkdir(path, 0755), 0);
	free(path);
}

static int
setup(void **state)
{
	static const char *const dirs[] = {"lib", "lib/local", "lib/plugins",
	    "lib/plugins/60", "conf", "var", "var/spool", "proc", "proc/net",
	    "proc/sys", "proc/sys/kernel", "sys"};
	struct fixture *f = text_alloc(sizeof(*f));
	snprintf(f->dir, sizeof(f->dir), "/tmp/test_agent.000000");
	memset(f->dir + strlen(f->dir) - 6, 'X', 6); /* for mkdtemp() */
	assert_non_null(mkdtemp(f->dir));
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		make_dir(f->dir, dirs[i]);
	f->lib = text_format("%s/lib", f->dir);
	f->conf = text_format("%s/conf", f->dir);
	f->var = text_format("%s/var", f->dir);
	f->spool = text_format("%s/var/spool", f->dir);
	f->proc = text_format("%s/proc", f->dir);
	f->sys = text_format("%s/sys", f->dir);
	f->agent = (struct agent){.libdirs = {f->lib},
	    .confdirs = {f->conf},
	    .spooldirs = {f->spool},
	    .vardir = f->var,
	    .proc = f->proc,
	    .sys = f->sys,
	    .plugin_timeout = 1};
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	char *command = text_format("rm -rf '%s'", f->dir);
	assert_int_equal(system(command), 0);
	free(command);
	free(f->lib);
	free(f->conf);
	free(f->var);
	free(f->spool);
	free(f->proc);
	free(f->sys);
	free(f);
	return 0;
}

static void
expect_written(const struct fixture *f,
    void (*write)(const struct agent *, FILE *), const char *want)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	write(&f->agent, out);
	fclose(out);
	assert_string_equal(text, want);
	free(text);
}

static void
test_sections_of_proc(void **state)
{
	struct fixture *f = *state;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	write_file(f->proc, "loadavg", 0644, "0.42 0.38 0.30 2/611 24011\n");
	write_file(f->proc, "sys/kernel/threads-max", 0644, "127193\n");
	char *cpu = text_format(
	    "<<<cpu>>>\n0.42 0.38 0.30 2/611 24011 %ld\n127193\n", cpus);
	expect_written(f, section_cpu, cpu);
	free(cpu);
	write_file(f->proc, "uptime", 0644, "4711.08 9000.12\n");
	expect_written(f, section_uptime, "<<<uptime>>>\n4711.08 9000.12\n");
	expect_written(f, section_mem, "");
	write_file(f->proc, "meminfo", 0644, "MemTotal: 1 kB\n");
	expect_written(f, section_mem, "<<<mem>>>\nMemTotal: 1 kB\n");
	write_file(f->proc, "net/tcp", 0644,
	    "  sl  local_address rem_address   st tx_queue\n"
	    "   0: 0100007F:0CEA 00000000:0000 0A 00000000:00000000\n"
	    "   1: 0100007F:0CEB 00000000:0000 0A 00000000:00000000\n"
	    "   2: 0100007F:0CEB 0100007F:0000 01 00000000:00000000\n");
	expect_written(
	    f, section_tcp_conn_stats, "<<<tcp_conn_stats>>>\n01 1\n0A 2\n");
	write_file(f->proc, "mounts", 0644,
	    "proc /proc proc rw 0 0\n/dev/sda / ext4 rw 0 0\n");
	expect_written(
	    f, section_mounts, "<<<mounts>>>\n/dev/sda / ext4 rw 0 0\n");
}

static void
test_df_skips_network_and_hides_double_mounts(void **state)
{
	struct fixture *f = *state;
	char *text;
	size_t len;
	write_file(f->proc, "mounts", 0644,
	    "nas:/x / nfs4 rw 0 0\n"
	    "/dev/root / ext4 rw 0 0\n"
	    "/dev/root /etc/../etc/ ext4 rw 0 0\n"
	    "/dev/gone /no\\040such ext4 rw 0 0\n");
	FILE *out = open_memstream(&text, &len);
	section_df(&f->agent, out);
	fclose(out);
	assert_int_equal(strncmp(text, "<<<df_v2>>>\n/dev/root ext4 ", 27), 0);
	assert_null(strstr(text, "nas:"));
	assert_null(strstr(text, "etc"));
	assert_null(strstr(text, "gone"));
	assert_non_null(strstr(text, "% /\n<<<df_v2>>>\n[df_inodes_start]\n"));
	free(text);
}

static void
test_sections_of_folders(void **state)
{
	struct fixture *f = *state;
	expect_written(f, section_md, "");
	write_file(f->proc, "mdstat", 0644, "md0 : active raid1 a[0]\n");
	expect_written(f, section_md, "<<<md>>>\nmd0 : active raid1 a[0]\n");
	expect_written(f, section_lnx_thermal, "");
	make_dir(f->sys, "class");
	make_dir(f->sys, "class/thermal");
	make_dir(f->sys, "class/thermal/thermal_zone0");
	write_file(f->sys, "class/thermal/thermal_zone0/type", 0644, "acpi\n");
	write_file(f->sys, "class/thermal/thermal_zone0/temp", 0644, "48000\n");
	write_file(f->sys, "class/thermal/thermal_zone0/trip_point_0_temp",
	    0644, "95000\n");
	write_file(f->sys, "class/thermal/thermal_zone0/trip_point_0_type",
	    0644, "critical\n");
	expect_written(f, section_lnx_thermal,
	    "<<<lnx_thermal:sep(124)>>>\n"
	    "thermal_zone0|-|acpi|48000|95000|critical\n");
	expect_written(f, section_job, "");
	make_dir(f->var, "job");
	make_dir(f->var, "job/root");
	write_file(f->var, "job/root/backup", 0644, "exit_code 0\n<<<evil>>>");
	char *secret = text_format("%s/job/root/link", f->var);
	assert_int_equal(symlink("/etc/passwd", secret), 0);
	free(secret);
	expect_written(f, section_job,
	    "<<<job>>>\n==> backup <==\nexit_code 0\n___evil>>>\n");
}

/* "/" answers at once; a folder that is not there is said to be so. */
static void
test_network_mounts(void **state)
{
	struct fixture *f = *state;
	char *text;
	size_t len;
	write_file(f->proc, "mounts", 0644,
	    "nas:/x / nfs4 rw 0 0\nnas:/y /it's\\040gone nfs rw 0 0\n"
	    "//s/z /gone/z cifs rw 0 0\n/dev/root / ext4 rw 0 0\n");
	FILE *out = open_memstream(&text, &len);
	section_nfsmounts(&f->agent, out);
	section_cifsmounts(&f->agent, out);
	fclose(out);
	assert_non_null(strstr(text,
	    "<<<nfsmounts_v2:sep(0)>>>\n{\"mountpoint\": \"/\", \"source\": "
	    "\"nas:/x\", \"state\": \"ok\", \"usage\": {\"total_blocks\": "));
	assert_non_null(strstr(text,
	    "{\"mountpoint\": \"/it's gone\", \"source\": \"nas:/y\", "
	    "\"state\": \"cannot be read\"}\n"
	    "<<<cifsmounts>>>\n/gone/z cannot be read\n"));
	free(text);
}

static void
test_local_and_timeout(void **state)
{
	struct fixture *f = *state;
	write_file(f->lib, "local/a", 0755, "#!/bin/sh\nprintf '0 A - x'\n");
	write_file(f->lib, "local/b", 0755,
	    "#!/bin/sh\necho '0 Half - y'\nexec sleep 30\n");
	write_file(f->lib, "local/c", 0644, "#!/bin/sh\necho '0 C - no'\n");
	write_file(f->lib, "local/.d", 0755, "#!/bin/sh\necho '0 D - no'\n");
	write_file(f->lib, "local/e", 0755, "#!/bin/sh\necho '2 E - z'\n");
	time_t begin = time(NULL);
	expect_written(
	    f, plugins_write_local, "<<<local:sep(0)>>>\n0 A - x\n2 E - z\n");
	assert_true(time(NULL) - begin < 10);
}

static void
test_cached_plugin_comes_with_its_age(void **state)
{
	struct fixture *f = *state;
	char *text = NULL;
	size_t len;
	write_file(f->lib, "plugins/60/p", 0755,
	    "#!/bin/sh\necho '<<<a:sep(0)>>>'\necho x\n");
	expect_written(f, plugins_write_plugins, "");
	for (int i = 0; i < 500; i++) {
		FILE *out = open_memstream(&text, &len);
		plugins_write_plugins(&f->agent, out);
		fclose(out);
		if (len > 0)
			break;
		free(text);
		text = NULL;
		usleep(10000);
	}
	assert_non_null(text);
	assert_int_equal(strncmp(text, "<<<a:sep(0):cached(", 19), 0);
	assert_non_null(strstr(text, ",60)>>>\nx\n"));
	free(text);
}

static void
test_marks(void **state)
{
	char *text;
	size_t len;
	char headers[] = "<<<a>>>\nx\n<<<b:cached(1,2)>>>\n<<<<h>>>>\n<<<>>>\n";
	char lines[] = "0 A - x\n\ncached(1,2) 0 B - y\n";
	(void)state;
	FILE *out = open_memstream(&text, &len);
	plugins_mark_headers(headers, 100, 60, out);
	fclose(out);
	assert_string_equal(text,
	    "<<<a:cached(100,60)>>>\nx\n<<<b:cached(1,2)>>>\n<<<<h>>>>\n"
	    "<<<>>>\n");
	free(text);
	out = open_memstream(&text, &len);
	plugins_mark_lines(lines, 100, 60, out);
	fclose(out);
	assert_string_equal(
	    text, "cached(100,60) 0 A - x\ncached(1,2) 0 B - y\n");
	free(text);
}

static void
test_spool_and_mrpe(void **state)
{
	struct fixture *f = *state;
	write_file(f->spool, "a", 0644, "<<<a>>>\n1");
	write_file(f->spool, ".hidden", 0644, "<<<h>>>\n");
	write_file(f->spool, "60_old", 0644, "<<<old>>>\n");
	write_file(f->spool, "600_new", 0644, "<<<new>>>\n");
	char *old = text_format("%s/60_old", f->spool);
	struct utimbuf then = {time(NULL) - 100, time(NULL) - 100};
	utime(old, &then);
	free(old);
	expect_written(f, plugins_write_spool, "<<<new>>>\n<<<a>>>\n1\n");
	expect_written(f, plugins_write_mrpe, "");
	write_file(f->conf, "mrpe.cfg", 0644,
	    "# comment\n\nDisk%20x printf 'OK|a=1\\nmore\\n'; exit 1\n");
	expect_written(f, plugins_write_mrpe,
	    "<<<mrpe>>>\n(printf) Disk%20x 1 OK|a=1\001more\n");
}

static void
test_run_bounds(void **state)
{
	struct run runs[] = {
	    {.path = "head -c 20000000 /dev/zero", .shell = true},
	    {.path = "echo a; exit 3", .shell = true}, {.path = "/nonexistent"},
	    {.path = "sleep 30 & echo left", .shell = true},
	    {.path = "exec >&-; sleep 30", .shell = true}};
	(void)state;
	run_all(runs, 5, 2);
	assert_true(runs[0].cut && runs[0].len <= RUN_MAX_OUTPUT);
	assert_int_equal(runs[1].code, 3);
	assert_string_equal(runs[1].output, "a\n");
	assert_int_equal(runs[2].code, 127);
	/* The pipe stays open in the background: killed with the group. */
	assert_true(runs[3].timed_out);
	assert_true(runs[4].timed_out);
	for (size_t i = 0; i < 5; i++)
		free(runs[i].output);
}

static bool
allowed(const char *list, const char *address)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	if (inet_pton(AF_INET, address, &in.sin_addr) == 1)
		return allow_peer(list, (struct sockaddr *)&in);
	assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
	return allow_peer(list, (struct sockaddr *)&in6);
}

static void
test_only_from(void **state)
{
	char part[64];
	(void)state;
	assert_true(allowed(NULL, "192.0.2.1"));
	assert_true(allowed(" ", "192.0.2.1"));
	assert_true(allowed("192.0.2.1", "192.0.2.1"));
	assert_false(allowed("192.0.2.1", "192.0.2.2"));
	assert_true(allowed("10.0.0.0/8,192.0.2.0/25", "192.0.2.127"));
	assert_false(allowed("10.0.0.0/8,192.0.2.0/25", "192.0.2.128"));
	assert_true(allowed("192.0.2.1", "::ffff:192.0.2.1"));
	assert_true(allowed("2001:db8::/33", "2001:db8:7fff::1"));
	assert_false(allowed("2001:db8::/33", "2001:db8:8000::1"));
	assert_true(allowed("0.0.0.0/0", "1.2.3.4"));
	assert_false(allowed("0.0.0.0/0", "2001:db8::1"));
	assert_null(allow_verify("1.2.3.4, ::/0", part, sizeof(part)));
	assert_string_equal(
	    allow_verify("1.2.3.4,5.6.7.8/33", part, sizeof(part)),
	    "5.6.7.8/33");
	assert_string_equal(
	    allow_verify("localhost", part, sizeof(part)), "localhost");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_sections_of_proc),
	    TEST(test_sections_of_folders),
	    TEST(test_network_mounts),
	    TEST(test_df_skips_network_and_hides_double_mounts),
	    TEST(test_local_and_timeout),
	    TEST(test_cached_plugin_comes_with_its_age),
	    cmocka_unit_test(test_marks),
	    TEST(test_spool_and_mrpe),
	    cmocka_unit_test(test_run_bounds),
	    cmocka_unit_test(test_only_from),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
