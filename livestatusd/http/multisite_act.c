/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands by variables of Checkmk's forms: acknowledge, downtime, check now,
 * for all rows of a view.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "common/num.h"
#include "livestatusd/http/multisite.h"
#include "livestatusd/http/rest/rest.h"

#include <inttypes.h>
#include <stdlib.h>

#define SPREAD_MAX_S 86400

struct job {
	bool services;
	const char *front;  /* of the command's name: before HOST or SVC */
	const char *middle; /* after it */
	char *rest;         /* after the object's name */
	int64_t spread,
	    from; /* seconds; where checks are spread: rest is made */
};

static bool
ticked(const json_t *in, const char *name)
{
	return *multisite_text(in, name) != '\0' &&
	    strcmp(multisite_text(in, name), "0") != 0;
}

/* --- what is to be done --------------------------------------------------- */

/* NULL: that is no time. DATE and TIME of the site's zone. */
static bool
read_time(const json_t *in, const char *date, const char *time, int64_t *at_r)
{
	char *text = xasprintf("%sT%s%s", multisite_text(in, date),
	    multisite_text(in, time),
	    strlen(multisite_text(in, time)) == 5 ? ":00" : "");
	bool ok = rest_parse_time(text, at_r);

	free(text);
	return ok;
}

/* "H:MM" or "H:MM:SS". */
static bool
read_duration(const char *text, int64_t *seconds_r)
{
	struct slice rest = slice_of(text), hours, minutes;
	int64_t h, m;

	if (!slice_next(&rest, ':', &hours) || !num_i64(hours, &h))
		return false;
	if (!slice_next(&rest, ':', &minutes) || !num_i64(minutes, &m))
		return false;
	*seconds_r = h * 3600 + m * 60;
	return h >= 0 && h < 100000 && m >= 0 && m < 60 && *seconds_r > 0;
}

static const char *
acknowledge(struct http_request *r, const json_t *in, struct job *j)
{
	char *author = rest_clean(r->user, false);
	char *comment = rest_clean(multisite_text(in, "_ack_comment"), true);

	j->front = "ACKNOWLEDGE_";
	j->middle = "_PROBLEM";
	j->rest = xasprintf(";%d;%d;%d;%s;%s",
	    ticked(in, "_ack_sticky") ? 2 : 1, ticked(in, "_ack_notify"),
	    ticked(in, "_ack_persistent"), author, comment);
	free(author);
	free(comment);
	return *multisite_text(in, "_ack_comment") == '\0'
	    ? "_ack_comment: a comment is needed."
	    : NULL;
}

static const char *
unacknowledge(struct http_request *r, const json_t *in, struct job *j)
{
	(void)r;
	(void)in;
	j->front = "REMOVE_";
	j->middle = "_ACKNOWLEDGEMENT";
	j->rest = xstrdup("");
	return NULL;
}

static const char *
downtime(struct http_request *r, const json_t *in, struct job *j)
{
	bool fixed = !ticked(in, "_down_flexible");
	int64_t from, until, duration = 0;
	char *author, *comment;

	if (!read_time(in, "_down_from_date", "_down_from_time", &from) ||
	    !read_time(in, "_down_to_date", "_down_to_time", &until) ||
	    until <= from)
		return "_down_from_date, _down_from_time, _down_to_date, "
		       "_down_to_time: a date and a time each, in this order, "
		       "are expected.";
	if (!fixed &&
	    !read_duration(multisite_text(in, "_down_duration"), &duration))
		return "_down_duration: hours and minutes (2:30) are expected.";
	if (*multisite_text(in, "_down_comment") == '\0')
		return "_down_comment: a comment is needed.";
	author = rest_clean(r->user, false);
	comment = rest_clean(multisite_text(in, "_down_comment"), true);
	j->front = "SCHEDULE_";
	j->middle = "_DOWNTIME";
	j->rest =
	    xasprintf(";%" PRId64 ";%" PRId64 ";%d;0;%" PRId64 ";%s;%s", from,
		until, fixed, fixed ? until - from : duration, author, comment);
	free(author);
	free(comment);
	return NULL;
}

static const char *
reschedule(struct http_request *r, const json_t *in, struct job *j)
{
	int64_t minutes = 0;

	(void)r;
	num_i64(slice_of(multisite_text(in, "_resched_pread")), &minutes);
	j->front = "SCHEDULE_FORCED_";
	j->middle = "_CHECK";
	j->from = clock_wall() / NS_PER_S;
	j->spread = minutes < 0 ? 0 : minutes * 60;
	if (j->spread > SPREAD_MAX_S)
		j->spread = SPREAD_MAX_S;
	return NULL;
}

static const struct {
	const char *variable, *permission;
	const char *(*read)(
	    struct http_request *r, const json_t *in, struct job *j);
} actions[] = {
    {"_acknowledge", "action.acknowledge", acknowledge},
    {"_remove_ack", "action.acknowledge", unacknowledge},
    {"_down_custom", "action.downtimes", downtime},
    {"_resched_checks", "action.reschedule", reschedule},
};

/* --- for whom ------------------------------------------------------------- */

static void
on_done(struct http_request *r, const struct act_result *result, void *arg)
{
	(void)arg;
	if (r == NULL)
		return;
	if (result->refused > 0 && result->refused == result->sent)
		http_fail(r, MHD_HTTP_UNPROCESSABLE_CONTENT, result->why);
	else if (result->open > 0)
		http_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE,
		    "The core has not answered; the commands may be carried "
		    "out later.");
	else
		http_json(r, MHD_HTTP_OK,
		    json_pack("{s:i, s:s, s:{s:s, s:I}}", "result_code", 0,
			"severity", "success", "result", "state", "OK",
			"commands", (json_int_t)result->sent));
}

static void
on_rows(struct http_request *r, json_t *rows, void *arg)
{
	struct job *j = arg;
	size_t i, n = rows == NULL ? 0 : json_array_size(rows);
	char **lines;
	json_t *row;

	if (r == NULL || rows == NULL)
		;
	else if (n == 0)
		http_fail(r, MHD_HTTP_NOT_FOUND,
		    "There is no such host or service, or you may not see "
		    "it.");
	else if (n > ACT_MAX)
		http_fail(r, MHD_HTTP_UNPROCESSABLE_CONTENT,
		    "Too many hosts and services at once.");
	else {
		lines = xcalloc(n, sizeof(*lines));
		json_array_foreach(rows, i, row)
		{
			char *to = rest_target(row);

			lines[i] = j->rest != NULL
			    ? xasprintf("%s%s%s;%s%s", j->front,
				  j->services ? "SVC" : "HOST", j->middle, to,
				  j->rest)
			    : xasprintf("%s%s%s;%s;%" PRId64, j->front,
				  j->services ? "SVC" : "HOST", j->middle, to,
				  j->from +
				      j->spread * (int64_t)i / (int64_t)n);
			free(to);
		}
		act_start(r, lines, n, on_done, NULL);
	}
	free(j->rest);
	free(j);
}

/* Of one object: a view without its name would mean all. */
static bool
names_what(const struct multisite_view *v, const json_t *in)
{
	if (strcmp(v->name, "service") == 0)
		return *multisite_text(in, "host") != '\0' &&
		    *multisite_text(in, "service") != '\0';
	return (strcmp(v->name, "host") != 0 &&
		   strcmp(v->name, "hoststatus") != 0) ||
	    *multisite_text(in, "host") != '\0';
}

static void
start(struct http_request *r, const struct multisite_view *v, const json_t *in,
    const struct job *job)
{
	struct job *j = xnew(struct job);
	struct str lql = {0};

	*j = *job;
	str_addf(&lql, "Columns: %s\n",
	    v->services ? "host_name description" : "name");
	multisite_filter(&lql, v, in);
	http_ask(
	    r, v->services ? "services" : "hosts", str_get(&lql), on_rows, j);
	str_free(&lql);
}

void
multisite_act(
    struct http_request *r, const struct multisite_view *v, const json_t *in)
{
	const char *site = multisite_text(in, "site"), *why = NULL;
	struct job j = {.services = v->services};
	size_t i = 0;

	while (i < ARRAY_LEN(actions) && !ticked(in, actions[i].variable))
		i++;
	if (i == ARRAY_LEN(actions))
		why = "_acknowledge, _remove_ack, _down_custom or "
		      "_resched_checks is expected.";
	else if (!names_what(v, in))
		why = "host (and service) are needed.";
	else if (*site != '\0' && strcmp(site, r->h->d->site) != 0)
		why = "site: commands go to their own site.";
	else if (!http_may(r, actions[i].permission)) {
		http_fail(r, MHD_HTTP_FORBIDDEN,
		    "You do not have the permission for this.");
		return;
	} else
		why = actions[i].read(r, in, &j);
	if (why == NULL) {
		start(r, v, in, &j);
		return;
	}
	http_fail(r, MHD_HTTP_BAD_REQUEST, why);
	free(j.rest);
}
