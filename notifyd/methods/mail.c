/* SPDX-License-Identifier: Apache-2.0
 *
 * Mails by SMTP: libcurl's multi interface on libuv's loop. Accepted by the
 * server is done; a recipient that it refuses for good is a final failure;
 * everything else (no server, no answer, a full disk there) is temporary.
 */
#include "notifyd/methods/mail.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "notifyd/methods/mail_text.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#define CONNECT_TIMEOUT_MS 10000

struct mailer {
	CURLM *multi;
	uv_loop_t *loop;
	uv_timer_t timer;
	char *machine;
	char *host, *user, *password_file, *from, *tls;
	int port;
	struct sending *first;
	unsigned handles; /* to be closed before it can be freed */
	bool ending;
};

struct sending {
	struct sending *next, **prev;
	struct mailer *mailer;
	struct delivery *d;
	CURL *easy;
	struct curl_slist *to;
	struct mail mail;
	size_t at;       /* sent so far */
	char reply[400]; /* the server's last line */
	char why[CURL_ERROR_SIZE];
};

struct watch { /* of a socket */
	uv_poll_t poll;
	struct mailer *mailer;
	curl_socket_t fd;
};

/* --- the end of a mail
 * ---------------------------------------------------------- */

static void
sending_free(struct sending *s)
{
	if (s->easy != NULL) {
		curl_multi_remove_handle(s->mailer->multi, s->easy);
		curl_easy_cleanup(s->easy);
	}
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
collect(struct mailer *mailer)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(mailer->multi, &left)) != NULL) {
		struct sending *s = NULL;
		CURLcode rc = m->data.result;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &s);
		sending_end(s, rc);
	}
}

/* --- libcurl on the loop
 * ---------------------------------------------------------- */

static void
on_poll(uv_poll_t *poll, int status, int events)
{
	struct watch *w = poll->data;
	struct mailer *mailer = w->mailer;
	int flags = 0, running;

	if (status < 0)
		flags = CURL_CSELECT_ERR;
	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	curl_multi_socket_action(mailer->multi, w->fd, flags, &running);
	collect(mailer);
}

static void
mailer_gone(struct mailer *mailer)
{
	if (--mailer->handles > 0 || !mailer->ending)
		return;
	free(mailer->machine);
	free(mailer);
}

static void
on_watch_closed(uv_handle_t *handle)
{
	struct watch *w = handle->data;

	mailer_gone(w->mailer);
	free(w);
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *data)
{
	struct mailer *mailer = arg;
	struct watch *w = data;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w != NULL) {
			uv_poll_stop(&w->poll);
			uv_close((uv_handle_t *)&w->poll, on_watch_closed);
			curl_multi_assign(mailer->multi, fd, NULL);
		}
		return 0;
	}
	if (w == NULL) {
		w = xnew(struct watch);
		w->mailer = mailer;
		w->fd = fd;
		w->poll.data = w;
		if (uv_poll_init_socket(mailer->loop, &w->poll, fd) != 0) {
			free(w);
			return -1;
		}
		mailer->handles++;
		curl_multi_assign(mailer->multi, fd, w);
	}
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= UV_READABLE;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= UV_WRITABLE;
	uv_poll_start(&w->poll, events, on_poll);
	return 0;
}

static void
on_timer(uv_timer_t *timer)
{
	struct mailer *mailer = timer->data;
	int running;

	curl_multi_socket_action(
	    mailer->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(mailer);
}

static int
on_timeout(CURLM *multi, long ms, void *arg)
{
	struct mailer *mailer = arg;

	(void)multi;
	if (mailer->ending)
		return 0;
	if (ms < 0)
		uv_timer_stop(&mailer->timer);
	else
		uv_timer_start(&mailer->timer, on_timer, (uint64_t)ms, 0);
	return 0;
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
	curl_easy_setopt(s->easy, CURLOPT_PRIVATE, s);
	curl_easy_setopt(s->easy, CURLOPT_NOSIGNAL, 1L);
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
	must(curl_multi_add_handle(mailer->multi, s->easy) == CURLM_OK);
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
mailer_new(uv_loop_t *loop, const char *machine)
{
	struct mailer *mailer = xnew(struct mailer);

	must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	mailer->loop = loop;
	mailer->machine = xstrdup(machine);
	mailer->multi = curl_multi_init();
	must(mailer->multi != NULL);
	curl_multi_setopt(mailer->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(mailer->multi, CURLMOPT_SOCKETDATA, mailer);
	curl_multi_setopt(mailer->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(mailer->multi, CURLMOPT_TIMERDATA, mailer);
	uv_timer_init(loop, &mailer->timer);
	mailer->timer.data = mailer;
	mailer->handles = 1;
	return mailer;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	mailer_gone(handle->data);
}

void
mailer_free(struct mailer **mailerp)
{
	struct mailer *mailer = *mailerp;

	if (mailer == NULL)
		return;
	*mailerp = NULL;
	mailer->ending = true;
	while (mailer->first != NULL)
		sending_free(mailer->first);
	curl_multi_cleanup(mailer->multi);
	free(mailer->host);
	free(mailer->user);
	free(mailer->password_file);
	free(mailer->from);
	free(mailer->tls);
	uv_close((uv_handle_t *)&mailer->timer, on_timer_closed);
	curl_global_cleanup();
}
