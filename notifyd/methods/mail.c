/* SPDX-License-Identifier: Apache-2.0
 *
 * Mails: made and sent in threads of their own (mail_send.h), so that a slow
 * server holds up mails alone.
 */
#include "notifyd/methods/mail.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/signed_link.h"
#include "notifyd/methods/crew.h"
#include "notifyd/methods/mail_chart.h"
#include "notifyd/methods/mail_send.h"
#include "notifyd/methods/mail_text.h"
#include "notifyd/methods/table.h"
#include "notifyd/methods/words.h"

#include <curl/curl.h>
#include <stdlib.h>

/* As many as notifications.methods.mail.concurrency can be. */
#define THREADS 256

struct mailer {
	struct crew *crew;
	char *machine;
	const char *root;
	struct smtp smtp;
	json_t *influx; /* metrics.influx */
};

struct sending { /* one delivery; the thread's while it is in the crew */
	struct crew_job job;
	struct mailer *mailer;
	struct delivery *d; /* with its context and parameters */
	struct smtp smtp;   /* as it was configured when it began */
	json_t *influx;     /* the same; the thread only reads it */
	int64_t now;        /* wall seconds */
	enum method_code code;
	struct str said;
	bool stopped;
};

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
make_link(const struct delivery *d, int64_t now,
    enum signed_link_purpose purpose, const unsigned char key[SIGNED_LINK_KEY])
{
	const char *url = method_text(d->params, "console_url");
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
    const struct mailer *mailer, const struct sending *s, struct links *l)
{
	unsigned char key[SIGNED_LINK_KEY];
	struct err err;
	char *path;

	*l = (struct links){0};
	if (!may_link(mailer, s->d))
		return;
	path = xasprintf("%s/%s", mailer->root, SIGNED_LINK_FILE);
	if (signed_link_key(path, true, key, &err) == 0) {
		l->acknowledge =
		    make_link(s->d, s->now, SIGNED_LINK_ACKNOWLEDGE, key);
		l->downtime =
		    make_link(s->d, s->now, SIGNED_LINK_DOWNTIME, key);
	} else {
		log_warn("mails go without links: %s", err.text);
	}
	explicit_bzero(key, sizeof(key));
	free(path);
}

/* --- in a thread ----------------------------------------------------------
 */

static int
make_mail(const struct sending *s, struct mail *mail, struct err *err_r)
{
	struct mail_options options = {.from = s->smtp.from,
	    .machine = s->mailer->machine,
	    .now = s->now,
	    .params = s->d->params};
	struct str chart = {0};
	struct links links;
	int rc;

	make_links(s->mailer, s, &links);
	if (context_get(&s->d->ctx, "EC_MAIL_TO") == NULL &&
	    mail_chart(s->mailer->root, s->influx, s->d, s->now, &chart))
		options.chart = &chart;
	options.acknowledge = links.acknowledge;
	options.downtime = links.downtime;
	rc = mail_make(&s->d->ctx, &options, mail, err_r);
	str_free(&chart);
	free(links.acknowledge);
	free(links.downtime);
	return rc;
}

static bool
stops(void *arg)
{
	return crew_stops(arg);
}

static void
work(struct crew_job *job, void **ownp)
{
	struct sending *s = (struct sending *)job;
	struct mail mail;
	struct mail_send send = {.root = s->mailer->root,
	    .machine = s->mailer->machine,
	    .smtp = &s->smtp,
	    .params = s->d->params,
	    .mail = &mail,
	    .timeout_ms = s->d->timeout_ms,
	    .stops = stops,
	    .arg = s->mailer->crew};
	struct err err;

	if (*ownp == NULL)
		*ownp = mail_line_new();
	if (make_mail(s, &mail, &err) < 0) {
		s->code = METHOD_FAILED;
		str_add(&s->said, err.text);
	} else {
		s->code = mail_send(*ownp, &send, &s->said);
		s->stopped = s->code == METHOD_AGAIN && stops(send.arg);
	}
	mail_free(&mail);
}

static void
tidy(void **ownp, bool leaving)
{
	struct mail_line *line = *ownp;

	if (line == NULL)
		return;
	mail_line_tidy(line);
	if (leaving) {
		mail_line_free(&line);
		*ownp = NULL;
	}
}

/* --- on the loop ----------------------------------------------------------
 */

static void
sending_free(struct sending *s)
{
	smtp_free(&s->smtp);
	json_decref(s->influx);
	str_free(&s->said);
	free(s);
}

static void
drop(struct crew_job *job)
{
	sending_free((struct sending *)job);
}

static void
done(struct crew_job *job)
{
	struct sending *s = (struct sending *)job;

	if (!s->stopped) /* else it stays in the spool */
		s->d->done(s->d, s->code, str_get(&s->said));
	sending_free(s);
}

static const struct crew_def crew_def = {THREADS, work, tidy, done, drop};

void
mailer_start(struct mailer *mailer, struct delivery *d)
{
	struct sending *s = xnew(struct sending);

	s->mailer = mailer;
	s->d = d;
	s->now = clock_wall() / NS_PER_S;
	smtp_copy(&s->smtp, &mailer->smtp);
	s->influx = json_incref(mailer->influx);
	crew_put(mailer->crew, &s->job);
}

/* --- the mailer -----------------------------------------------------------
 */

void
mailer_configure(struct mailer *mailer, const struct settings *settings)
{
	char *from = settings->smtp_from == NULL
	    ? xasprintf("vedette@%s", mailer->machine)
	    : xstrdup(settings->smtp_from);
	const struct smtp now = {.host = settings->smtp_host == NULL
		? (char *)"localhost"
		: settings->smtp_host,
	    .user = settings->smtp_user,
	    .password_file = settings->smtp_password_file,
	    .from = from,
	    .tls = settings->smtp_tls,
	    .port = (int)settings->smtp_port};

	smtp_free(&mailer->smtp);
	smtp_copy(&mailer->smtp, &now);
	json_decref(mailer->influx);
	mailer->influx = json_incref(settings->metrics_influx);
	free(from);
}

struct mailer *
mailer_new(uv_loop_t *loop, const char *root, const char *machine)
{
	struct mailer *mailer = xnew(struct mailer);

	must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	mailer->crew = crew_new(loop, &crew_def);
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
	crew_free(&mailer->crew);
	smtp_free(&mailer->smtp);
	json_decref(mailer->influx);
	free(mailer->machine);
	free(mailer);
	curl_global_cleanup();
}
