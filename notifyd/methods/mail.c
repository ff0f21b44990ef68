/* SPDX-License-Identifier: Apache-2.0
 *
 * Mails by SMTP with libcurl on the loop. Accepted by the
 * server is done; a recipient that it refuses for good is a final failure;
 * everything else (no server, no answer, a full disk there) is temporary.
 */
#include "notifyd/methods/mail.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "notifyd/methods/mail_text.h"

#include <stdio.h>
#include <stdlib.h>

#define CONNECT_TIMEOUT_MS 10000

struct mailer {
	struct curl_loop *curl; /* borrowed */
	char *machine;
	char *host, *user, *password_file, *from, *tls;
	int port;
	struct sending *first;
};

struct sending {
	struct sending *next, **prev;
	struct mailer *mailer;
	struct delivery *d;
	CURL *easy;
	bool added; /* to the loop */
	struct curl_slist *to;
	struct mail mail;
	size_t at;       /* sent so far */
	char reply[400]; /* the server's last line */
	char why[CURL_ERROR_SIZE];
};

/* --- the end of a mail
 * ---------------------------------------------------------- */

static void
sending_free(struct sending *s)
{
	if (s->added)
		curl_loop_remove(s->mailer->curl, s->easy);
	else if (s->easy != NULL)
		curl_easy_cleanup(s->easy);
	curl_slist_free_all(s->to);
	mail_free(&s->mail);
	if (s->prev != NULL) {
		*s->prev = s->next;
		if (s->next != NULL)
			s->next->prev = s->prev;
	}
	free(s);
}

/* libcurl says it in the reason alone at which command a server refused. */
static enum method_code
code_of(const struct sending *s, CURLcode rc)
{
	long status = 0;

	if (rc == CURLE_OK)
		return METHOD_DONE;
	curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status);
	if (strncmp(s->why, "RCPT failed", 11) == 0 && status >= 500)
		return METHOD_FAILED;
	return METHOD_AGAIN;
}

static void
sending_end(struct sending *s, CURLcode rc)
{
	struct delivery *d = s->d;
	enum method_code code = code_of(s, rc);
	char text[1200];

	if (rc == CURLE_OK)
		snprintf(text, sizeof(text), "%s", s->reply);
	else
		snprintf(text, sizeof(text), "mail server %s port %d: %s%s%s",
		    s->mailer->host, s->mailer->port,
		    s->why[0] != '\0' ? s->why : curl_easy_strerror(rc),
		    s->reply[0] != '\0' ? ": " : "", s->reply);
	sending_free(s);
	d->done(d, code, text);
}

static void
on_done(CURL *easy, CURLcode rc, void *arg)
{
	(void)easy;
	sending_end(arg, rc);
}

/* --- a mail
 * ------------------------------------------------------------------------- */

static size_t
on_read(char *to, size_t size, size_t n, void *arg)
{
	struct sending *s = arg;
	size_t room = size * n, left = s->mail.data.len - s->at;

	if (left > room)
		left = room;
	memcpy(to, s->mail.data.s + s->at, left);
	s->at += left;
	return left;
}

static size_t
on_reply(char *line, size_t size, size_t n, void *arg)
{
	struct sending *s = arg;
	struct slice text = slice_trim((struct slice){line, size * n});

	snprintf(s->reply, sizeof(s->reply), "%.*s", (int)text.len, text.s);
	for (char *p = s->reply; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ')
			*p = ' ';
	}
	return size * n;
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	(void)data;
	(void)arg;
	return size * n;
}

static int
set_login(struct sending *s, struct err *err_r)
{
	const struct mailer *m = s->mailer;
	struct str password = {0};
	struct slice trimmed;
	char *text;

	if (m->user[0] == '\0')
		return 0;
	curl_easy_setopt(s->easy, CURLOPT_USERNAME, m->user);
	if (m->password_file[0] == '\0')
		return 0;
	if (file_read(m->password_file, 4096, &password, err_r) < 0) {
		err_prefix(err_r, "notifications.smtp.password_file");
		return -1;
	}
	trimmed = slice_trim(str_slice(&password));
	text = slice_dup(trimmed);
	curl_easy_setopt(s->easy, CURLOPT_PASSWORD, text);
	explicit_bzero(text, strlen(text));
	explicit_bzero(password.s, password.len);
	free(text);
	str_free(&password);
	return 0;
}

static void
set_server(struct sending *s)
{
	const struct mailer *m = s->mailer;
	bool tls = strcmp(m->tls, "tls") == 0;
	bool v6 = strchr(m->host, ':') != NULL;
	char url[600];

	snprintf(url, sizeof(url), "%s://%s%s%s:%d/%s", tls ? "smtps" : "smtp",
	    v6 ? "[" : "", m->host, v6 ? "]" : "", m->port, m->machine);
	curl_easy_setopt(s->easy, CURLOPT_URL, url);
	curl_easy_setopt(s->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(s->easy, CURLOPT_PROXY, "");
	if (strcmp(m->tls, "starttls") == 0)
		curl_easy_setopt(
		    s->easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
}

static void
set_mail(struct sending *s)
{
	for (size_t i = 0; i < s->mail.n_to; i++)
		s->to = curl_slist_append(s->to, s->mail.to[i]);
	curl_easy_setopt(s->easy, CURLOPT_MAIL_FROM, s->mail.from);
	curl_easy_setopt(s->easy, CURLOPT_MAIL_RCPT, s->to);
	curl_easy_setopt(s->easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(s->easy, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(s->easy, CURLOPT_READDATA, s);
	curl_easy_setopt(s->easy, CURLOPT_HEADERFUNCTION, on_reply);
	curl_easy_setopt(s->easy, CURLOPT_HEADERDATA, s);
	curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(s->easy, CURLOPT_ERRORBUFFER, s->why);
	curl_easy_setopt(s->easy, CURLOPT_TIMEOUT_MS, (long)s->d->timeout_ms);
	curl_easy_setopt(
	    s->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
}

static void
sending_refuse(struct sending *s, enum method_code code, const struct err *err)
{
	struct delivery *d = s->d;

	sending_free(s);
	d->done(d, code, err->text);
}

void
mailer_start(struct mailer *mailer, struct delivery *d)
{
	struct sending *s = xnew(struct sending);
	struct mail_options options = {.from = mailer->from,
	    .machine = mailer->machine,
	    .now = clock_wall() / NS_PER_S};
	struct err err;

	s->mailer = mailer;
	s->d = d;
	if (mail_make(&d->ctx, &options, &s->mail, &err) < 0) {
		sending_refuse(s, METHOD_FAILED, &err);
		return;
	}
	s->easy = curl_easy_init();
	must(s->easy != NULL);
	set_server(s);
	set_mail(s);
	if (set_login(s, &err) < 0) {
		sending_refuse(s, METHOD_AGAIN, &err);
		return;
	}
	s->next = mailer->first;
	s->prev = &mailer->first;
	if (s->next != NULL)
		s->next->prev = &s->next;
	mailer->first = s;
	s->added = true;
	curl_loop_add(mailer->curl, s->easy, on_done, s);
}

/* --- the mailer
 * ---------------------------------------------------------------------- */

static void
replace(char **to, const char *text)
{
	free(*to);
	*to = xstrdup(text == NULL ? "" : text);
}

void
mailer_configure(struct mailer *mailer, const struct settings *settings)
{
	replace(&mailer->host,
	    settings->smtp_host == NULL ? "localhost" : settings->smtp_host);
	replace(&mailer->user, settings->smtp_user);
	replace(&mailer->password_file, settings->smtp_password_file);
	replace(&mailer->tls, settings->smtp_tls);
	mailer->port = (int)settings->smtp_port;
	free(mailer->from);
	mailer->from = settings->smtp_from == NULL
	    ? xasprintf("vedette@%s", mailer->machine)
	    : xstrdup(settings->smtp_from);
}

struct mailer *
mailer_new(struct curl_loop *curl, const char *machine)
{
	struct mailer *mailer = xnew(struct mailer);

	mailer->curl = curl;
	mailer->machine = xstrdup(machine);
	return mailer;
}

void
mailer_free(struct mailer **mailerp)
{
	struct mailer *mailer = *mailerp;

	if (mailer == NULL)
		return;
	*mailerp = NULL;
	while (mailer->first != NULL)
		sending_free(mailer->first);
	free(mailer->host);
	free(mailer->user);
	free(mailer->password_file);
	free(mailer->from);
	free(mailer->tls);
	free(mailer->machine);
	free(mailer);
}
