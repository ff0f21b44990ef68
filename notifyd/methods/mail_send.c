/* SPDX-License-Identifier: Apache-2.0
 *
 * SMTP with libcurl; see mail_send.h.
 */
#include "notifyd/methods/mail_send.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"
#include "notifyd/methods/secret.h"
#include "notifyd/methods/table.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_TIMEOUT_MS 10000
/* A connection that nobody used for so long is not used again. */
#define IDLE_S  60

#define SOCKETS 16

struct mail_line {
	CURL *easy;
	bool stale; /* an answer may come late */
	int fds[SOCKETS];
	size_t n_fds;
};

struct transfer {
	const struct mail_send *send;
	struct mail_line *line;
	CURL *easy;
	struct curl_slist *to;
	size_t server;   /* 0: the settings', then those of smarthosts */
	size_t at;       /* sent so far */
	char reply[400]; /* the server's last line */
	char why[CURL_ERROR_SIZE];
};

/* --- settings ------------------------------------------------------------- */

static char *
copy_text(const char *text)
{
	return xstrdup(text == NULL ? "" : text);
}

void
smtp_copy(struct smtp *to, const struct smtp *from)
{
	*to = (struct smtp){.host = copy_text(from->host),
	    .user = copy_text(from->user),
	    .password_file = copy_text(from->password_file),
	    .from = copy_text(from->from),
	    .tls = copy_text(from->tls),
	    .port = from->port};
}

void
smtp_free(struct smtp *smtp)
{
	free(smtp->host);
	free(smtp->user);
	free(smtp->password_file);
	free(smtp->from);
	free(smtp->tls);
	*smtp = (struct smtp){0};
}

/* --- connections ---------------------------------------------------------- */

static curl_socket_t
on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *at)
{
	struct mail_line *line = arg;
	int fd = -1;

	(void)purpose;
	if (line->n_fds < SOCKETS)
		fd = socket(
		    at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
	if (fd == -1)
		return CURL_SOCKET_BAD;
	line->fds[line->n_fds++] = fd;
	return fd;
}

static int
on_close(void *arg, curl_socket_t fd)
{
	struct mail_line *line = arg;

	for (size_t i = 0; i < line->n_fds; i++) {
		if (line->fds[i] == fd)
			line->fds[i--] = line->fds[--line->n_fds];
	}
	return close(fd);
}

/*
 * libcurl says QUIT and waits two minutes for the answer, without a word to
 * us. From a socket that is shut down it gets an end at once.
 */
static void
hang_up(struct mail_line *line, int how)
{
	for (size_t i = 0; i < line->n_fds; i++)
		shutdown(line->fds[i], how);
	if (line->easy != NULL)
		curl_easy_cleanup(line->easy);
	line->easy = NULL;
	line->stale = false;
}

struct mail_line *
mail_line_new(void)
{
	return xnew(struct mail_line);
}

void
mail_line_tidy(struct mail_line *line)
{
	if (line->stale)
		hang_up(line, SHUT_RDWR);
}

void
mail_line_free(struct mail_line **linep)
{
	struct mail_line *line = *linep;

	if (line == NULL)
		return;
	*linep = NULL;
	hang_up(line, SHUT_RD);
	free(line);
}

/* --- servers -------------------------------------------------------------- */

/* Host and port of a server; -1: there are no more. "HOST", "HOST:PORT",
 * "[::1]:PORT". */
static int
server_of(const struct mail_send *send, size_t n, char *host, size_t size)
{
	const char *text = json_string_value(
	    json_array_get(json_object_get(send->params, "smarthosts"), n - 1));
	const char *colon;
	int64_t port = send->smtp->port;
	size_t len;

	if (n == 0) {
		snprintf(host, size, "%s", send->smtp->host);
		return send->smtp->port;
	}
	if (text == NULL)
		return -1;
	colon = strrchr(text, ':');
	if (colon != NULL && text[0] != '[' && strchr(text, ':') != colon)
		colon = NULL; /* an address of version 6 alone */
	if (colon != NULL && !num_range(slice_of(colon + 1), 1, 65535, &port))
		colon = NULL;
	len = colon == NULL ? strlen(text) : (size_t)(colon - text);
	if (len > 1 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	snprintf(host, size, "%.*s", (int)len, text);
	return (int)port;
}

/* --- what libcurl asks ---------------------------------------------------- */

static size_t
on_read(char *to, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	const struct str *data = &t->send->mail->data;
	size_t room = size * n, left = data->len - t->at;

	if (left > room)
		left = room;
	memcpy(to, data->s + t->at, left);
	t->at += left;
	return left;
}

static size_t
on_reply(char *line, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	struct slice text = slice_trim((struct slice){line, size * n});

	snprintf(t->reply, sizeof(t->reply), "%.*s", (int)text.len, text.s);
	for (char *p = t->reply; *p != '\0'; p++) {
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
on_progress(void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
    curl_off_t up)
{
	const struct transfer *t = arg;

	(void)down_all;
	(void)down;
	(void)up_all;
	(void)up;
	return t->send->stops != NULL && t->send->stops(t->send->arg) ? 1 : 0;
}

/* --- one server ----------------------------------------------------------- */

static int
set_login(struct transfer *t, struct err *err_r)
{
	const struct smtp *smtp = t->send->smtp;
	char *password;

	if (smtp->user[0] == '\0')
		return 0;
	curl_easy_setopt(t->easy, CURLOPT_USERNAME, smtp->user);
	if (smtp->password_file[0] == '\0')
		return 0;
	password = secret_read(t->send->root, smtp->password_file, err_r);
	if (password == NULL) {
		err_prefix(err_r, "notifications.smtp.password_file");
		return -1;
	}
	curl_easy_setopt(t->easy, CURLOPT_PASSWORD, password);
	secret_free(&password);
	return 0;
}

static void
set_server(struct transfer *t)
{
	const struct smtp *smtp = t->send->smtp;
	const char *ca = method_text(t->send->params, "ca_file");
	bool tls = strcmp(smtp->tls, "tls") == 0;
	char url[600], host[256];
	int port = server_of(t->send, t->server, host, sizeof(host));
	bool v6 = strchr(host, ':') != NULL;

	snprintf(url, sizeof(url), "%s://%s%s%s:%d/%s", tls ? "smtps" : "smtp",
	    v6 ? "[" : "", host, v6 ? "]" : "", port, t->send->machine);
	curl_easy_setopt(t->easy, CURLOPT_URL, url);
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(t->easy, CURLOPT_PROXY, "");
	if (strcmp(smtp->tls, "starttls") == 0)
		curl_easy_setopt(
		    t->easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	if (ca[0] != '\0') {
		char *path = secret_path(t->send->root, ca);

		curl_easy_setopt(t->easy, CURLOPT_CAINFO, path);
		curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
		free(path);
	}
}

static void
set_mail(struct transfer *t)
{
	const struct mail *mail = t->send->mail;

	for (size_t i = 0; i < mail->n_to; i++)
		t->to = curl_slist_append(t->to, mail->to[i]);
	curl_easy_setopt(t->easy, CURLOPT_MAIL_FROM, mail->from);
	curl_easy_setopt(t->easy, CURLOPT_MAIL_RCPT, t->to);
	curl_easy_setopt(t->easy, CURLOPT_MAXAGE_CONN, (long)IDLE_S);
	curl_easy_setopt(t->easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(t->easy, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(t->easy, CURLOPT_READDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_reply);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->why);
}

/* A thread that resolves names is left alone when the time is over. */
static void
set_limits(struct transfer *t)
{
	long seconds = (long)(t->send->timeout_ms + 999) / 1000;

	curl_easy_setopt(t->easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, seconds);
	curl_easy_setopt(t->easy, CURLOPT_MAXCONNECTS, 4L);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t->line);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETDATA, t->line);
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(
	    t->easy, CURLOPT_TIMEOUT_MS, (long)t->send->timeout_ms);
	curl_easy_setopt(
	    t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	curl_easy_setopt(t->easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(t->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(t->easy, CURLOPT_XFERINFODATA, t);
}

/* libcurl says it in the reason alone at which command a server refused. */
static enum method_code
code_of(const struct transfer *t, CURLcode rc)
{
	long status = 0;

	if (rc == CURLE_OK)
		return METHOD_DONE;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (strncmp(t->why, "RCPT failed", 11) == 0 && status >= 500)
		return METHOD_FAILED;
	return METHOD_AGAIN;
}

static enum method_code
try_server(struct transfer *t, struct str *said)
{
	enum method_code code;
	struct err err;
	char host[256];
	int port = server_of(t->send, t->server, host, sizeof(host));
	CURLcode rc;

	curl_easy_reset(t->easy); /* its connections stay */
	t->reply[0] = t->why[0] = '\0';
	t->at = 0;
	set_server(t);
	set_mail(t);
	set_limits(t);
	if (set_login(t, &err) < 0) {
		str_add(said, err.text);
		return METHOD_AGAIN;
	}
	rc = curl_easy_perform(t->easy);
	if (rc == CURLE_OPERATION_TIMEDOUT || rc == CURLE_ABORTED_BY_CALLBACK)
		t->line->stale = true;
	code = code_of(t, rc);
	if (rc == CURLE_OK)
		str_add(said, t->reply);
	else
		str_addf(said, "mail server %s port %d: %s%s%s", host, port,
		    t->why[0] != '\0' ? t->why : curl_easy_strerror(rc),
		    t->reply[0] != '\0' ? ": " : "", t->reply);
	return code;
}

/* The next server takes over where one has got nothing of the mail. */
static bool
next_server(struct transfer *t)
{
	char host[256];

	if (t->at > 0 || on_progress(t, 0, 0, 0, 0) != 0 ||
	    server_of(t->send, t->server + 1, host, sizeof(host)) < 0)
		return false;
	t->server++;
	return true;
}

enum method_code
mail_send(
    struct mail_line *line, const struct mail_send *send, struct str *said)
{
	struct transfer t = {.send = send, .line = line};
	enum method_code code;

	if (line->easy == NULL)
		line->easy = curl_easy_init();
	must(line->easy != NULL);
	t.easy = line->easy;
	do {
		str_clear(said);
		curl_slist_free_all(t.to);
		t.to = NULL;
		code = try_server(&t, said);
	} while (code == METHOD_AGAIN && next_server(&t));
	/* Nothing of ours is looked at when its connections are closed. */
	curl_easy_reset(t.easy);
	curl_easy_setopt(t.easy, CURLOPT_NOSIGNAL, 1L);
	curl_slist_free_all(t.to);
	return code;
}
