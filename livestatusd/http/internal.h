/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of livestatusd/http share. Nobody else includes it.
 */
#ifndef LIVESTATUSD_HTTP_INTERNAL_H
#define LIVESTATUSD_HTTP_INTERNAL_H

#include "livestatusd/http/assets.h"
#include "livestatusd/http/http.h"
#include "livestatusd/http/password.h"
#include "livestatusd/http/rights.h"
#include "livestatusd/http/session.h"
#include "livestatusd/sockets.h"

#include <jansson.h>
#include <microhttpd.h>

#define HTTP_MAX_BODY   262144
#define HTTP_MAX_UNREAD ((size_t)256 << 20) /* bytes of all answers */

/* One server of libmicrohttpd. */
struct http_listener {
	struct http_listener *next, **link; /* of h->listeners */
	struct http *h;
	struct MHD_Daemon *mhd;
	uv_poll_t *poll;
	uv_timer_t *timer;
	bool draining; /* takes no more, ends with its last connection */
};

struct lookup; /* people/who.c */
struct people;

struct http {
	struct daemon *d;
	struct http_source source;
	struct sockets sockets, next; /* their servers are listeners */
	struct http_listener *listeners;
	struct assets *assets;
	struct sessions *sessions;
	struct passwords *passwords;
	struct chores *graphs, *explained;
	struct people *people;                      /* people/people.h */
	int64_t directory_dead_until, lookup_after; /* monotonic */
	struct err directory_why;
	struct lookup *lookups;
	struct rights *rights; /* of rights_of */
	const struct snapshot *rights_of;
	char *prefix;                 /* "/SITE/" */
	uint8_t transactions[32];     /* key of multisite.c */
	struct http_request *waiting; /* suspended */
	uv_timer_t *tick;             /* once a second */
	uint64_t requests, refused_logins, commands, commands_refused;
	/* peers.c: connections, and bytes of answers on their way */
	struct peer *peers;
	size_t n_peers, unread;
	size_t unread_max; /* bytes of all answers on their way */
	uint64_t peers_slow, answers_refused;
	/* live.c: streams, and what they were told last */
	struct live *lives;
	size_t n_lives;
	uint64_t lives_refused;
	struct http_moment told;
	int64_t told_at;     /* monotonic */
	uint64_t told_ended; /* of sessions_ended() */
	const struct snapshot *told_rights;
};

/* One request, from its first header to the end of its answer. */
struct http_request {
	struct http *h;
	struct MHD_Connection *connection;
	struct http_listener *listener;
	const char *method;
	char *path; /* below the prefix, repeated slashes made one; or NULL */
	struct str body;
	bool body_too_long;
	/* who asks; auth.c */
	char *user; /* NULL: nobody that we know */
	uint64_t may;
	json_t *groups;  /* contact groups beside the contact's own, or NULL */
	json_t *view;    /* names of pages: no more than these; or NULL */
	bool automation; /* a program */
	bool by_cookie;  /* then a change needs the header X-Vedette */
	/* the answer */
	unsigned status; /* 0: not there yet */
	struct str out;
	const char *type;     /* content type of `out` */
	char *cookie;         /* Set-Cookie, or NULL */
	char *location;       /* Location, or NULL */
	char *etag;           /* with its quotation marks, or NULL */
	unsigned retry_after; /* seconds; 0: no such header */
	bool rest;            /* an answer of the REST API: its headers */
	bool stream;          /* of live.c */
	size_t unread;        /* what it adds to h->unread */
	bool link_page;       /* a page of link.c: its stricter policy */
	/*
	 * While suspended: whose work it is, and how that is told that the
	 * request is gone. `tick` is called once a second and after changes of
	 * the mirror.
	 */
	void *work;
	void (*cancel)(struct http_request *r);
	void (*tick)(struct http_request *r);
	struct http_request *next, **link;
};

/* answer.c: sends what there is. */
enum MHD_Result answer_send(struct http_request *r);
enum MHD_Result answer_redirect(struct http_request *r, const char *to);
enum MHD_Result answer_asset(struct http_request *r, const struct asset *a);

/* The answer is {"error": text}, or a problem of the REST API. */
void http_fail(struct http_request *r, unsigned status, const char *text);
/* The answer is this document, which is taken. */
void http_json(struct http_request *r, unsigned status, json_t *doc);
/*
 * The answer of a handler that returned without one (r->status 0) is there now.
 * A handler that has it at once does not call this, but nothing breaks.
 */
void http_done(struct http_request *r);
/* An argument of the address, or NULL. */
const char *http_argument(struct http_request *r, const char *key);
const char *http_header(struct http_request *r, const char *name);

/* Has the person this permission of permissions.def? */
bool http_may(const struct http_request *r, const char *permission);
/*
 * Runs "GET TABLE\nREST" with the rights of the person; the answer's JSON, or
 * NULL and the answer made a failure. The caller decrements.
 */
json_t *http_query(struct http_request *r, const char *table, const char *rest);
/*
 * The same in a thread, and for tables of the event console: calls `done` later
 * with the rows, which it borrows, or NULL if the answer is a failure; with r
 * NULL if the request is gone. `done` makes the answer, or begins what makes
 * it.
 */
typedef void http_rows_fn(struct http_request *r, json_t *rows, void *arg);
void http_ask(struct http_request *r, const char *table, const char *rest,
    http_rows_fn *done, void *arg);
/* As text: rows end with 0x1e, 0x1f is between fields. s NULL: a failure. */
typedef void http_text_fn(struct http_request *r, struct slice text, void *arg);
void http_ask_text(struct http_request *r, const char *table, const char *rest,
    http_text_fn *done, void *arg);
/* The same, the JSON text appended to the answer; false: it is a failure. */
bool http_add_query(
    struct http_request *r, const char *table, const char *rest);

/*
 * auth.c: finds out who asks, by Authorization or cookie, then calls `next`:
 * at once, or when the hash is known. If credentials are wrong or missing,
 * the answer is 401 and `next` is not called.
 */
void auth_start(struct http_request *r, void (*next)(struct http_request *r));
/* The person may come in with that; fills in user and rights. */
bool auth_accept(struct http_request *r, const char *name);
/* May the person whom auth_start() let in still be here? Counts as no use. */
bool auth_still(struct http_request *r);
/* The same for who proved in another way who it is: no password is needed. */
bool auth_trust(struct http_request *r, const char *name);
/* Who may do what, by the configuration of this moment. */
const struct rights *http_rights(struct http *h);
/*
 * A line of var/log/audit.log: {time, who, from, action, message}; message may
 * be NULL.
 */
void http_audit(
    struct http_request *r, const char *action, const char *message);
/* The session's token in the cookie, or NULL. */
const char *auth_token(struct http_request *r);
/* people/who.c: nothing that is under way calls back any more. */
void who_close(struct http *h);
/*
 * people/second.c: is there a second factor, and is this code one of it? It is
 * worth nothing afterwards.
 */
bool second_is_on(struct http *h, const char *name);
bool second_check(struct http *h, const char *name, const char *code);
/* people/views.c: whose view is this? Fills in user, rights and view. */
bool view_accept(struct http_request *r, const char *token);
/* Is the view that view_accept() took still there? */
bool view_lives(struct http_request *r);
/* May this view ask for this address; for rows of this table? */
bool view_may_ask(const struct http_request *r);
bool view_may_see(const struct http_request *r, const char *table);
/*
 * people/profile.c: console/profile and what one changes of oneself. False: it
 * is another address.
 */
bool profile_handle(struct http_request *r);
/*
 * address.c. Takes escapes out of a part of the address, in place; that of NUL
 * stays as it is: it would cut off what comes after it. `arg` and `connection`
 * are not looked at.
 */
size_t address_unescape(
    void *arg, struct MHD_Connection *connection, char *text);
/* The address below the prefix, repeated slashes made one (6.1); NULL: it is
 * not below. Freed by the caller. */
char *address_below(const char *url, const char *prefix);
/*
 * Logs in with what was typed; `code` NULL: none was. Makes the answer, or
 * begins to.
 */
void login_try(struct http_request *r, const char *name, const char *password,
    const char *code);
/* console/login and console/logout. */
void login_handle(struct http_request *r);
void logout_handle(struct http_request *r);

/* live.c: console/live. Streams beyond that get 503. */
#define LIVES_MAX 400
void live_handle(struct http_request *r);
struct MHD_Response *live_response(struct http_request *r);
/* Once a second, and after changes; not from within a request. */
void live_tick(struct http *h);
/* Ends all streams, or those of one listener, when it runs next. */
void live_end(struct http *h, const struct http_listener *only);
/* http.c: lets all listeners work. Not from within a request. */
void http_run(struct http *h);

/* peers.c: MHD_OPTION_NOTIFY_CONNECTION; a request's work begins and ends. */
void peers_notify(void *h, struct MHD_Connection *connection, void **context,
    enum MHD_ConnectionNotificationCode code);
void peers_busy(struct http_request *r, bool busy);
void peers_tick(struct http *h); /* once a second */
/* The answer is made; too much for the memory, it becomes a failure. */
void peers_take_answer(struct http_request *r);

/* list.c: console/list. */
void list_handle(struct http_request *r);
/* explain.c: console/explain. */
void explain_handle(struct http_request *r);
/* graph.c: console/graph. */
void graph_handle(struct http_request *r);
/* availability.c: console/availability. */
void availability_handle(struct http_request *r);
/* metrics.c: for Prometheus. */
void metrics_handle(struct http_request *r);
/* console.c: the answer of console/NAME, for a person who may look. */
void console_handle(struct http_request *r);

/*
 * act.c: sends external commands ("NAME;arguments", eventd's begin with EC_) in
 * the person's name and calls `done` when all are answered and shown by the
 * mirror, at most ACT_WAIT_S later. Takes the lines and frees them.
 */
#define ACT_MAX    20000 /* commands of a request */
#define ACT_WAIT_S 10
struct act_result {
	size_t sent, refused, open; /* open: not answered in time */
	const char *why;            /* the first that was refused, or NULL */
};
typedef void act_done_fn(
    struct http_request *r, const struct act_result *result, void *arg);
void act_start(struct http_request *r, char **lines, size_t n,
    act_done_fn *done, void *arg);

#endif
