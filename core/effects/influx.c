/* SPDX-License-Identifier: Apache-2.0
 *
 * See influx.h.
 */
#include "core/effects/influx.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/perfdata.h"
#include "common/web.h"
#include "core/effects/measured.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#define GATHER_MS    1000 /* results of so long go together */
#define BATCH_VALUES 5000 /* "optimal" as InfluxDB's documentation says */
#define BATCH_BYTES  (4u << 20)
#define AGAIN_MS     1000 /* the first pause, then doubling */
#define AGAIN_MAX_MS 60000
#define ANSWER_MAX   65536

enum outcome {
	TAKEN,
	REFUSED,
	AGAIN
};

struct influx {
	pthread_t thread;
	struct measured queue;
	bool off;                     /* core's */
	struct influx_counters count; /* until `until`: the queue's lock */
	struct influx_conf *next;     /* to be used from now on, or NULL */
	bool drop;                    /* nothing is to be sent */
	_Atomic int64_t until;        /* monotonic: the daemon ends; 0: no */
	/* The thread's. */
	struct influx_conf *conf;
	struct web *web;
	struct web_answer answer;
	struct str taken, batch;
	uint64_t values, results; /* in the batch */
	bool told;                /* that it does not work */
};

/* --- core's side ---------------------------------------------------------- */

void
influx_add(struct influx *in, struct slice host, struct slice service,
    int64_t time, struct slice perfdata)
{
	if (perfdata.len > 0 && !in->off)
		measured_add(&in->queue, host, service, time, perfdata);
}

void
influx_configure(struct influx *in, struct influx_conf *conf)
{
	in->off = conf == NULL;
	pthread_mutex_lock(&in->queue.lock);
	influx_conf_free(&in->next);
	in->next = conf;
	in->drop = in->off;
	pthread_mutex_unlock(&in->queue.lock);
}

void
influx_counters(struct influx *in, struct influx_counters *c_r)
{
	pthread_mutex_lock(&in->queue.lock);
	*c_r = in->count;
	c_r->dropped += in->queue.dropped;
	c_r->waiting = in->queue.waiting.len + in->queue.taken;
	c_r->usage = (double)c_r->waiting / MEASURED_BUFFER;
	pthread_mutex_unlock(&in->queue.lock);
}

/* --- the thread ----------------------------------------------------------- */

/* False: nothing is to be sent. */
static bool
take_configuration(struct influx *in)
{
	bool send;

	pthread_mutex_lock(&in->queue.lock);
	if (in->next != NULL) {
		influx_conf_free(&in->conf);
		in->conf = in->next;
		in->next = NULL;
	}
	send = !in->drop;
	pthread_mutex_unlock(&in->queue.lock);
	return send;
}

static void
count(struct influx *in, enum outcome outcome)
{
	pthread_mutex_lock(&in->queue.lock);
	if (outcome == TAKEN) {
		in->count.values += in->values;
		in->count.bytes += in->batch.len;
	} else if (outcome == REFUSED)
		in->count.refused += in->values;
	else
		in->count.retries++;
	in->count.connected = outcome != AGAIN;
	pthread_mutex_unlock(&in->queue.lock);
}

static void
add_values(struct influx *in, const struct measured_values *v)
{
	struct slice perf = v->perfdata, name;
	double value;

	while (perfdata_next(&perf, &name, &value)) {
		if (!isfinite(value) || name.len == 0)
			continue;
		influx_line(&in->batch, in->conf, v->host, v->service, name,
		    value, v->time);
		in->values++;
	}
	in->results++;
}

/* The next results as a batch; where it ends. */
static size_t
fill(struct influx *in, size_t at)
{
	str_clear(&in->batch);
	in->values = in->results = 0;
	while (at < in->taken.len && in->values < BATCH_VALUES &&
	    in->batch.len < BATCH_BYTES) {
		struct measured_values v;

		at = measured_next(&in->taken, at, &v);
		add_values(in, &v);
	}
	return at;
}

static bool
ended(void *arg)
{
	struct influx *in = arg;
	int64_t until = atomic_load(&in->until);

	return until != 0 && clock_mono() >= until;
}

/* One try; why_r if it was not taken. */
static enum outcome
send_batch(struct influx *in, struct err *why_r)
{
	struct web_request q = {.url = in->conf->write_url,
	    .authorization = in->conf->authorization,
	    .type = "text/plain; charset=utf-8",
	    .body = str_slice(&in->batch),
	    .ca = in->conf->ca,
	    .timeout_ms = in->conf->timeout_ms,
	    .answer_max = ANSWER_MAX,
	    .ended = ended,
	    .arg = in};
	unsigned status;

	if (in->batch.len == 0)
		return TAKEN;
	in->answer.retry_after = 0;
	if (web_post(in->web, &q, &in->answer, why_r) == -1)
		return AGAIN;
	status = in->answer.status;
	if (status >= 200 && status < 300)
		return TAKEN;
	err_set(why_r, "status %u: %.*s", status,
	    (int)strcspn(str_get(&in->answer.body), "\r\n"),
	    str_get(&in->answer.body));
	/* The lines themselves; everything else can be mended over there. */
	return status == 400 || status == 413 || status == 422 ? REFUSED
							       : AGAIN;
}

static unsigned
pause_of(const struct influx *in, unsigned tries)
{
	unsigned ms = tries < 6 ? AGAIN_MS << tries : AGAIN_MAX_MS;

	if (in->answer.retry_after > 0)
		ms = in->answer.retry_after * 1000;
	return ms < AGAIN_MAX_MS ? ms : AGAIN_MAX_MS;
}

static void
tell(struct influx *in, enum outcome outcome, const struct err *why)
{
	if (outcome == REFUSED)
		log_warn("metrics.influx: %" PRIu64 " values were refused: %s",
		    in->values, why->text);
	else if (outcome == AGAIN && !in->told)
		log_warn("metrics.influx: %s (values wait, at most %u MiB; "
			 "tried again with growing pauses)",
		    why->text, MEASURED_BUFFER >> 20);
	else if (outcome == TAKEN && in->told)
		log_info("metrics.influx: the server takes values again");
	in->told = outcome == AGAIN;
}

/* What will not be sent any more. */
static void
drop(struct influx *in, size_t at)
{
	uint64_t n = 0;
	struct measured_values v;

	for (; at < in->taken.len; n++)
		at = measured_next(&in->taken, at, &v);
	if (n == 0)
		return;
	log_warn(
	    "metrics.influx: %" PRIu64 " results are not sent any more", n);
	pthread_mutex_lock(&in->queue.lock);
	in->count.dropped += n;
	pthread_mutex_unlock(&in->queue.lock);
}

/* The batch at `at` until it is done with; where the next one is, or 0: the
 * daemon ends. */
static size_t
deliver(struct influx *in, size_t at)
{
	unsigned tries = 0;

	for (;;) {
		enum outcome outcome;
		struct err why;
		size_t end;

		if (!take_configuration(in)) {
			drop(in, at);
			return in->taken.len;
		}
		end = fill(in, at);
		outcome = send_batch(in, &why);
		tell(in, outcome, &why);
		count(in, outcome);
		if (outcome != AGAIN)
			return end;
		if (measured_rest(&in->queue, pause_of(in, tries++)))
			return 0;
	}
}

static void *
run(void *arg)
{
	struct influx *in = arg;
	bool stop = false;

	while (!stop) {
		size_t at = 0, next = 1;

		measured_wait(&in->queue);
		stop = measured_rest(&in->queue, GATHER_MS);
		measured_take(&in->queue, &in->taken);
		for (; at < in->taken.len && next != 0 && !ended(in);
		     at = next != 0 ? next : at)
			next = deliver(in, at);
		stop = stop || next == 0;
		if (stop)
			drop(in, at);
	}
	return NULL;
}

struct influx *
influx_new(struct influx_conf *conf)
{
	struct influx *in = xnew(struct influx);

	in->conf = conf;
	in->web = web_new();
	measured_init(&in->queue);
	must(pthread_create(&in->thread, NULL, run, in) == 0);
	return in;
}

void
influx_free(struct influx **ip)
{
	struct influx *in = *ip;

	*ip = NULL;
	if (in == NULL)
		return;
	atomic_store(
	    &in->until, clock_mono() + (int64_t)INFLUX_LAST_MS * NS_PER_MS);
	measured_stop(&in->queue);
	pthread_join(in->thread, NULL);
	measured_fini(&in->queue);
	influx_conf_free(&in->conf);
	influx_conf_free(&in->next);
	web_free(&in->web);
	str_free(&in->answer.body);
	str_free(&in->taken);
	str_free(&in->batch);
	free(in);
}
