/* SPDX-License-Identifier: Apache-2.0
 *
 * Mails by SMTP with libcurl on the loop. Accepted by the
 * server is done; a recipient that it refuses for good is a final failure;
 * everything else (no server, no answer, a full disk there) is temporary.
 */
#include "notifyd/methods/mail.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"
#include "common/signed_link.h"
#include "notifyd/methods/mail_text.h"
#include "notifyd/methods/secret.h"
#include "notifyd/methods/table.h"
#include "notifyd/methods/words.h"

#include <stdio.h>
#include <stdlib.h>

#define CONNECT_TIMEOUT_MS 10000
/*
 * libcurl keeps a connection whose answer to the end of a message did not
 * come in time; the late answer would pass for that to the next mail. Idle
 * ones are used for so long, so new ones are opened for longer after that.
 */
#define IDLE_S  60
#define FRESH_S 90

struct mailer {
	struct curl_loop *curl; /* borrowed */
	char *machine;
	const char *root;
	char *host, *user, *password_file, *from, *tls;
	int port;
	int64_t fresh_until; /* of clock_mono() */
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
	size_t server;   /* 0: the settings', then those of smarthosts */
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

/* Host and port of a server; -1: there are no more. "HOST", "HOST:PORT",
 * "[::1]:PORT". */
static int
server_of(const struct sending *s, size_t n, char *host, size_t size)
{
	const char *text = json_string_value(
	    json_array_get(json_object_get(s->d->params, "smarthosts"), n - 1));
	const char *colon;
	int64_t port = s->mailer->port;
	size_t len;

	if (n == 0) {
		snprintf(host, size, "%s", s->mailer->host);
		return s->mailer->port;
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

static int sending_begin(struct sending *s, struct err *err_r);

/* The next server takes over where this one has got nothing of the mail. */
static bool
next_server(struct sending *s)
{
	struct err err;
	char host[256];

	if (s->at > 0 || server_of(s, s->server + 1, host, sizeof(host)) < 0)
		return false;
	curl_loop_remove(s->mailer->curl, s->easy);
	curl_slist_free_all(s->to);
	s->easy = NULL;
	s->to = NULL;
	s->added = false;
	s->server++;
	s->reply[0] = s->why[0] = '\0';
	if (sending_begin(s, &err) == 0)
		return true;
	snprintf(s->why, sizeof(s->why), "%.200s", err.text);
	return false;
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
	char text[1200], host[256];
	int port = server_of(s, s->server, host, sizeof(host));

	if (rc == CURLE_OPERATION_TIMEDOUT)
		s->mailer->fresh_until = clock_mono() + FRESH_S * NS_PER_S;
	if (code == METHOD_AGAIN && next_server(s))
		return;
	if (rc == CURLE_OK)
		snprintf(text, sizeof(text), "%s", s->reply);
	else
		snprintf(text, sizeof(text), "mail server %s port %d: %s%s%s",
		    host, port,
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
	char *password;

	if (m->user[0] == '\0')
		return 0;
	curl_easy_setopt(s->easy, CURLOPT_USERNAME, m->user);
	if (m->password_file[0] == '\0')
		return 0;
	password = secret_read(m->root, m->password_file, err_r);
	if (password == NULL) {
		err_prefix(err_r, "notifications.smtp.password_file");
		return -1;
	}
	curl_easy_setopt(s->easy, CURLOPT_PASSWORD, password);
	secret_free(&password);
	return 0;
}

static void
set_server(struct sending *s)
{
	const struct mailer *m = s->mailer;
	const char *ca = method_text(s->d->params, "ca_file");
	bool tls = strcmp(m->tls, "tls") == 0;
	char url[600], host[256];
	int port = server_of(s, s->server, host, sizeof(host));
	bool v6 = strchr(host, ':') != NULL;

	snprintf(url, sizeof(url), "%s://%s%s%s:%d/%s", tls ? "smtps" : "smtp",
	    v6 ? "[" : "", host, v6 ? "]" : "", port, m->machine);
	curl_easy_setopt(s->easy, CURLOPT_URL, url);
	curl_easy_setopt(s->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(s->easy, CURLOPT_PROXY, "");
	if (strcmp(m->tls, "starttls") == 0)
		curl_easy_setopt(
		    s->easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	if (ca[0] != '\0') {
		char *path = secret_path(m->root, ca);

		curl_easy_setopt(s->easy, CURLOPT_CAINFO, path);
		curl_easy_setopt(s->easy, CURLOPT_CAPATH, NULL);
		free(path);
	}
}

static void
set_mail(struct sending *s)
{
	for (size_t i = 0; i < s->mail.n_to; i++)
		s->to = curl_slist_append(s->to, s->mail.to[i]);
	curl_easy_setopt(s->easy, CURLOPT_MAIL_FROM, s->mail.from);
	curl_easy_setopt(s->easy, CURLOPT_MAIL_RCPT, s->to);
	curl_easy_setopt(s->easy, CURLOPT_MAXAGE_CONN, (long)IDLE_S);
	curl_easy_setopt(s->easy, CURLOPT_FRESH_CONNECT,
	    (long)(clock_mono() < s->mailer->fresh_until));
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

/* A transfer to the server whose turn it is. */
static int
sending_begin(struct sending *s, struct err *err_r)
{
	s->easy = curl_easy_init();
	must(s->easy != NULL);
	set_server(s);
	set_mail(s);
	if (set_login(s, err_r) < 0)
		return -1;
	s->added = true;
	curl_loop_add(s->mailer->curl, s->easy, on_done, s);
	return 0;
}

/* --- signed links ----------------------------------------------------------
 */

#define LINK_VALID_S    (24 * 3600)
#define LINK_DOWNTIME_S (2 * 3600)

static int64_t
seconds_of(const json_t *params, const char *key, int64_t none)
{
	int64_t ms;

	return schema_duration_ms(json_object_get(params, key), &ms) ? ms / 1000
								     : none;
}

/* Only a problem of this site, told to one contact that can be named. */
static bool
may_link(const struct mailer *mailer, const struct delivery *d)
{
	const char *site = strrchr(mailer->root, '/');

	return d->bulk == NULL &&
	    json_is_true(json_object_get(d->params, "links")) &&
	    method_text(d->params, "console_url")[0] != '\0' &&
	    notice_kind(&d->ctx) == NOTICE_PROBLEM &&
	    strchr(d->contact, ',') == NULL &&
	    strncmp(d->contact, "mailto:", 7) != 0 &&
	    context_text(&d->ctx, "EC_ID")[0] == '\0' &&
	    strcmp(context_text(&d->ctx, "OMD_ROOT"), mailer->root) == 0 &&
	    (site == NULL ||
		strcmp(context_text(&d->ctx, "OMD_SITE"), site + 1) == 0);
}

static char *
make_link(const struct delivery *d, enum signed_link_purpose purpose,
    const unsigned char key[SIGNED_LINK_KEY])
{
	const char *url = method_text(d->params, "console_url");
	int64_t now = clock_wall() / NS_PER_S;
	size_t n = strlen(url);
	struct str to = {0};
	const struct signed_link link = {.purpose = purpose,
	    .host = (char *)(uintptr_t)context_text(&d->ctx, "HOSTNAME"),
	    .service = (char *)(uintptr_t)context_text(&d->ctx, "SERVICEDESC"),
	    .contact = d->contact,
	    .expires = now + seconds_of(d->params, "link_valid", LINK_VALID_S),
	    .seconds = seconds_of(d->params, "link_downtime", LINK_DOWNTIME_S)};

	while (n > 0 && url[n - 1] == '/')
		n--;
	str_addf(&to, "%.*s/link/", (int)n, url);
	signed_link_make(&to, &link, key);
	return str_steal(&to);
}

struct links {
	char *acknowledge, *downtime; /* NULL: none */
};

static void
make_links(
    const struct mailer *mailer, const struct delivery *d, struct links *l)
{
	unsigned char key[SIGNED_LINK_KEY];
	struct err err;
	char *path;

	*l = (struct links){0};
	if (!may_link(mailer, d))
		return;
	path = xasprintf("%s/%s", mailer->root, SIGNED_LINK_FILE);
	if (signed_link_key(path, true, key, &err) == 0) {
		l->acknowledge = make_link(d, SIGNED_LINK_ACKNOWLEDGE, key);
		l->downtime = make_link(d, SIGNED_LINK_DOWNTIME, key);
	} else {
		log_warn("mails go without links: %s", err.text);
	}
	explicit_bzero(key, sizeof(key));
	free(path);
}

void
mailer_start(struct mailer *mailer, struct delivery *d)
{
	struct sending *s = xnew(struct sending);
	struct mail_options options = {.from = mailer->from,
	    .machine = mailer->machine,
	    .now = clock_wall() / NS_PER_S,
	    .params = d->params};
	struct links links;
	struct err err;
	int rc;

	s->mailer = mailer;
	s->d = d;
	make_links(mailer, d, &links);
	options.acknowledge = links.acknowledge;
	options.downtime = links.downtime;
	rc = mail_make(&d->ctx, &options, &s->mail, &err);
	free(links.acknowledge);
	free(links.downtime);
	if (rc < 0) {
		sending_refuse(s, METHOD_FAILED, &err);
		return;
	}
	if (sending_begin(s, &err) < 0) {
		sending_refuse(s, METHOD_AGAIN, &err);
		return;
	}
	s->next = mailer->first;
	s->prev = &mailer->first;
	if (s->next != NULL)
		s->next->prev = &s->next;
	mailer->first = s;
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
mailer_new(struct curl_loop *curl, const char *root, const char *machine)
{
	struct mailer *mailer = xnew(struct mailer);

	mailer->curl = curl;
	mailer->root = root;
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
