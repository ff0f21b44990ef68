/* SPDX-License-Identifier: Apache-2.0
 *
 * A small SMTP server in a thread of a test: it answers RCPT as it is told and
 * remembers what was said. Include cmocka.h before.
 */
#ifndef TESTS_UNIT_NOTIFYD_SMTP_H
#define TESTS_UNIT_NOTIFYD_SMTP_H

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int server = -1;
static const char *rcpt_answer;
static char seen[65536]; /* of the last conversation */

static void
serve_one(int fd)
{
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	char line[2000];
	bool data = false;

	seen[0] = '\0';
	fprintf(out, "220 sink\r\n");
	fflush(out);
	while (fgets(line, sizeof(line), in) != NULL) {
		strncat(seen, line, sizeof(seen) - strlen(seen) - 1);
		if (data) {
			if (strcmp(line, ".\r\n") != 0)
				continue;
			data = false;
			fprintf(out, "250 queued as 42\r\n");
		} else if (strncmp(line, "RCPT", 4) == 0) {
			fprintf(out, "%s\r\n", rcpt_answer);
		} else if (strncmp(line, "DATA", 4) == 0) {
			data = true;
			fprintf(out, "354 go on\r\n");
		} else if (strncmp(line, "QUIT", 4) == 0) {
			fprintf(out, "221 bye\r\n");
			fflush(out);
			break;
		} else {
			fprintf(out, "250 ok\r\n");
		}
		fflush(out);
	}
	fclose(in);
	fclose(out);
}

static void *
serve(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(server, NULL, NULL)) >= 0)
		serve_one(fd);
	return NULL;
}

static int
listen_somewhere(void)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	pthread_t thread;

	server = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(server, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(server, 5), 0);
	getsockname(server, (struct sockaddr *)&at, &len);
	pthread_create(&thread, NULL, serve, NULL);
	pthread_detach(thread);
	return ntohs(at.sin_port);
}

#endif
