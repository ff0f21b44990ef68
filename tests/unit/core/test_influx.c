/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: values on their way to a time series database, against a server
 * that answers as it is told.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "core/effects/influx.h"
#include "core/effects/measured.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct server {
	struct MHD_Daemon *mhd;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct str body; /* of the request that comes */
	struct str got;  /* bodies that were taken */
	char where[128], who[64];
	unsigned status; /* what it answers */
	unsigned requests;
	unsigned port;
};

static enum MHD_Result
answer(void *arg, struct MHD_Connection *con, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **ctx)
{
	struct server *s = arg;
	struct MHD_Response *r;
	const char *who;
	enum MHD_Result rc;

	(void)version;
	assert_string_equal(method, "POST");
	if (*ctx == NULL) {
		str_clear(&s->body);
		*ctx = s;
		return MHD_YES;
	}
	if (*n > 0) {
		str_addn(&s->body, data, *n);
		*n = 0;
		return MHD_YES;
	}
	pthread_mutex_lock(&s->lock);
	s->requests++;
	snprintf(s->where, sizeof(s->where), "%s", url);
	who =
	    MHD_lookup_connection_value(con, MHD_HEADER_KIND, "Authorization");
	snprintf(s->who, sizeof(s->who), "%s", who == NULL ? "" : who);
	if (s->status == 204)
		str_addslice(&s->got, str_slice(&s->body));
	r = MHD_create_response_from_buffer(
	    3, (void *)(uintptr_t) "no\n", MHD_RESPMEM_PERSISTENT);
	rc = MHD_queue_response(con, s->status, r);
	MHD_destroy_response(r);
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

static void
server_start(struct server *s)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((uint16_t)s->port)};
	const union MHD_DaemonInfo *info;

	s->mhd = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL,
	    NULL, answer, s, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at,
	    MHD_OPTION_END);
	assert_non_null(s->mhd);
	info = MHD_get_daemon_info(s->mhd, MHD_DAEMON_INFO_BIND_PORT);
	s->port = info->port;
}

static void
server_free(struct server *s)
{
	if (s->mhd != NULL)
		MHD_stop_daemon(s->mhd);
	str_free(&s->body);
	str_free(&s->got);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->changed);
}

static void
wait_for_requests(struct server *s, unsigned n)
{
	pthread_mutex_lock(&s->lock);
	while (s->requests < n)
		pthread_cond_wait(&s->changed, &s->lock);
	pthread_mutex_unlock(&s->lock);
}

static struct influx *
start(struct server *s, unsigned status, const char *extra)
{
	char text[200];
	struct err err;
	struct influx_conf *conf;
	json_t *doc;

	*s = (struct server){.status = status,
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	    .changed = PTHREAD_COND_INITIALIZER};
	server_start(s);
	snprintf(text, sizeof(text), "{\"url\": \"http://127.0.0.1:%u\"%s}",
	    s->port, extra);
	doc = json_loads(text, 0, NULL);
	conf = influx_conf_read(doc, "/", "s", &err);
	assert_non_null(conf);
	json_decref(doc);
	return influx_new(conf);
}

/* Waits until the thread has counted; the server knows before it does. */
static void
counted(struct influx *in, struct influx_counters *c, uint64_t values,
    uint64_t refused, uint64_t retries)
{
	do {
		influx_counters(in, c);
		usleep(1000);
	} while (
	    c->values < values || c->refused < refused || c->retries < retries);
}

static void
test_sent(void **state)
{
	struct influx_counters c;
	struct server s;
	struct influx *in = start(&s, 204, "");

	(void)state;
	influx_add(
	    in, SLICE("h"), SLICE("S"), 7, SLICE("a=1;2;3 b=2s 'c d'=x"));
	influx_add(in, SLICE("h"), SLICE(""), 8, SLICE(""));
	influx_add(in, SLICE("h"), SLICE(""), 8, SLICE("rta=0.5ms"));
	counted(in, &c, 3, 0, 0);
	assert_string_equal(s.where, "/write");
	assert_string_equal(str_get(&s.got),
	    "vedette,site=s,host=h,metric=a,service=S value=1 7\n"
	    "vedette,site=s,host=h,metric=b,service=S value=2 7\n"
	    "vedette,site=s,host=h,metric=rta value=0.5 8\n");
	assert_true(c.connected);
	assert_int_equal(c.bytes, s.got.len);
	assert_int_equal(c.dropped + c.refused + c.retries, 0);
	influx_free(&in);
	server_free(&s);
}

/* What a server cannot take for a while waits; what it refuses is gone. */
static void
test_again(void **state)
{
	struct influx_counters c;
	struct server s;
	struct influx *in = start(&s, 503, ", \"bucket\": \"b\"");

	(void)state;
	influx_add(in, SLICE("h"), SLICE(""), 7, SLICE("a=1"));
	counted(in, &c, 0, 0, 1);
	assert_false(c.connected);
	assert_true(c.waiting > 0);
	assert_string_equal(s.where, "/api/v2/write");
	pthread_mutex_lock(&s.lock);
	s.status = 204;
	pthread_mutex_unlock(&s.lock);
	counted(in, &c, 1, 0, 1);
	pthread_mutex_lock(&s.lock);
	s.status = 400;
	pthread_mutex_unlock(&s.lock);
	influx_add(in, SLICE("h"), SLICE(""), 8, SLICE("a=1 b=1"));
	counted(in, &c, 1, 2, 1);
	assert_true(c.connected);
	influx_free(&in);
	server_free(&s);
}

/* Core goes on, the buffer is bounded, what waits comes later. */
static void
test_bound(void **state)
{
	static char perf[100001];
	struct influx_counters c;
	struct server s;
	struct influx *in = start(&s, 503, "");
	uint64_t added = 0;

	(void)state;
	memset(perf, ' ', sizeof(perf) - 1);
	memcpy(perf, "a=1", 3);
	do {
		influx_add(in, SLICE("h"), SLICE(""), 7, slice_of(perf));
		added++;
		influx_counters(in, &c);
	} while (c.dropped < 3);
	assert_true(c.waiting <= MEASURED_BUFFER);
	counted(in, &c, 0, 0, 1);
	pthread_mutex_lock(&s.lock);
	s.status = 204;
	pthread_mutex_unlock(&s.lock);
	counted(in, &c, added - 3, 0, 1);
	assert_int_equal(c.values, added - c.dropped);
	influx_free(&in);
	server_free(&s);
}

/* The end does not wait for a server; a last batch is sent if one answers. */
static void
test_end(void **state)
{
	struct influx_counters c;
	struct server s;
	struct influx *in = start(&s, 503, "");

	(void)state;
	influx_add(in, SLICE("h"), SLICE(""), 7, SLICE("a=1"));
	counted(in, &c, 0, 0, 1);
	MHD_stop_daemon(s.mhd); /* from now on nobody is there */
	s.mhd = NULL;
	influx_free(&in);
	server_free(&s);
	in = start(&s, 204, "");
	influx_add(in, SLICE("h"), SLICE(""), 7, SLICE("a=1"));
	influx_free(&in);
	assert_string_equal(
	    str_get(&s.got), "vedette,site=s,host=h,metric=a value=1 7\n");
	server_free(&s);
}

/* Switched off and on by an activation, and to another server. */
static void
test_configured(void **state)
{
	struct influx_counters c;
	struct server s, other;
	struct influx *in = start(&s, 503, ""), *second;
	struct influx_conf *conf;
	char text[100];
	json_t *doc;
	struct err err;

	(void)state;
	influx_add(in, SLICE("h"), SLICE(""), 7, SLICE("a=1"));
	wait_for_requests(&s, 1);
	influx_configure(in, NULL);
	do
		influx_counters(in, &c);
	while (c.dropped < 1);
	influx_add(in, SLICE("h"), SLICE(""), 8, SLICE("a=1"));
	second = start(&other, 204, "");
	snprintf(text, sizeof(text),
	    "{\"url\": \"http://127.0.0.1:%u\", \"tags\": {\"site\": \"x\"}}",
	    other.port);
	doc = json_loads(text, 0, NULL);
	conf = influx_conf_read(doc, "/", "s", &err);
	json_decref(doc);
	influx_configure(in, conf);
	influx_add(in, SLICE("h"), SLICE(""), 9, SLICE("a=1"));
	counted(in, &c, 1, 0, 0);
	assert_string_equal(
	    str_get(&other.got), "vedette,site=x,host=h,metric=a value=1 9\n");
	influx_free(&in);
	influx_free(&second);
	server_free(&s);
	server_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sent),
	    cmocka_unit_test(test_again),
	    cmocka_unit_test(test_bound),
	    cmocka_unit_test(test_end),
	    cmocka_unit_test(test_configured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
