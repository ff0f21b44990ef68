/* SPDX-License-Identifier: Apache-2.0
 *
 * One mail by SMTP with libcurl. It waits, so it is for threads: libcurl
 * itself waits for the answer to the end of a message and to QUIT.
 */
#ifndef NOTIFYD_METHODS_MAIL_SEND_H
#define NOTIFYD_METHODS_MAIL_SEND_H

#include "notifyd/methods/mail_text.h"
#include "notifyd/methods/method.h"

struct smtp { /* notifications.smtp */
	char *host, *user, *password_file, *from, *tls;
	int port;
};
void smtp_copy(struct smtp *to, const struct smtp *from);
void smtp_free(struct smtp *smtp);

struct mail_send {
	const char *root, *machine;
	const struct smtp *smtp;
	const json_t *params; /* of the method: smarthosts, ca_file */
	const struct mail *mail;
	int64_t timeout_ms; /* for each server */
	/* Asked at least once a second: true ends it, METHOD_AGAIN. */
	bool (*stops)(void *arg);
	void *arg;
};

/* A thread's connections, kept from one mail to the next. */
struct mail_line;
struct mail_line *mail_line_new(void);
/* Ends the connections that are of no use any more. */
void mail_line_tidy(struct mail_line *line);
/* Says QUIT, and waits for nothing. */
void mail_line_free(struct mail_line **line);

/*
 * Accepted by the server is done; a recipient that it refuses for good is a
 * final failure; everything else is METHOD_AGAIN. What the server said is
 * appended. mail_line_tidy() must follow.
 */
enum method_code mail_send(
    struct mail_line *line, const struct mail_send *send, struct str *said);

#endif
