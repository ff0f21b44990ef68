/* SPDX-License-Identifier: Apache-2.0
 *
 * Bare posix_spawn of a program, its output read through a pipe, N times one
 * after the other: what any monitoring has to pay:
 *     bench_spawn PROGRAM [N [PAUSE_US]]
 * Prints microseconds of CPU a run, parent and child together. A pause between
 * two runs gives the pace of a monitoring that does little: caches are cold
 * then, and a processor that slept is woken.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double
cpu_us(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void
run_once(char *program)
{
	char *args[] = {program, NULL}, *env[] = {NULL}, buf[4096];
	posix_spawn_file_actions_t actions;
	int fds[2], status;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) == -1)
		abort();
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
	if (posix_spawn(&pid, program, &actions, NULL, args, env) != 0)
		abort();
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	while (read(fds[0], buf, sizeof(buf)) > 0)
		;
	close(fds[0]);
	waitpid(pid, &status, 0);
}

int
main(int argc, char **argv)
{
	int n = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 2000;
	long pause_us = argc > 3 ? strtol(argv[3], NULL, 10) : 0;
	double before;

	if (argc < 2)
		return 2;
	before = cpu_us(RUSAGE_SELF) + cpu_us(RUSAGE_CHILDREN);
	for (int i = 0; i < n; i++) {
		run_once(argv[1]);
		if (pause_us > 0)
			usleep((useconds_t)pause_us);
	}
	printf("%.1f\n",
	    (cpu_us(RUSAGE_SELF) + cpu_us(RUSAGE_CHILDREN) - before) / n);
	return 0;
}
