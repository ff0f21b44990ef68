/* SPDX-License-Identifier: Apache-2.0
 *
 * See measured.h.
 */
#include "core/effects/measured.h"

#include "common/clock.h"
#include "common/log.h"

#include <string.h>
#include <time.h>

struct entry { /* in the buffer; the texts follow */
	int64_t time;
	uint32_t host, service, perfdata; /* lengths */
};

void
measured_init(struct measured *q)
{
	pthread_condattr_t attr;

	*q = (struct measured){0};
	must(pthread_mutex_init(&q->lock, NULL) == 0);
	must(pthread_condattr_init(&attr) == 0);
	must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
	must(pthread_cond_init(&q->wake, &attr) == 0);
	must(pthread_condattr_destroy(&attr) == 0);
}

void
measured_fini(struct measured *q)
{
	pthread_cond_destroy(&q->wake);
	pthread_mutex_destroy(&q->lock);
	str_free(&q->waiting);
}

static char *
put_bytes(char *at, const void *bytes, size_t n)
{
	if (n > 0)
		memcpy(at, bytes, n);
	return at + n;
}

void
measured_add(struct measured *q, struct slice host, struct slice service,
    int64_t time, struct slice perfdata)
{
	struct entry e = {time, (uint32_t)host.len, (uint32_t)service.len,
	    (uint32_t)perfdata.len};
	size_t need = sizeof(e) + host.len + service.len + perfdata.len;
	char *at;
	bool first;

	pthread_mutex_lock(&q->lock);
	q->added++;
	if (q->taken + q->waiting.len + need > MEASURED_BUFFER) {
		q->dropped++;
		pthread_mutex_unlock(&q->lock);
		return;
	}
	first = q->waiting.len == 0;
	str_reserve(&q->waiting, need);
	at = put_bytes(q->waiting.s + q->waiting.len, &e, sizeof(e));
	at = put_bytes(at, host.s, host.len);
	at = put_bytes(at, service.s, service.len);
	put_bytes(at, perfdata.s, perfdata.len);
	q->waiting.len += need;
	pthread_mutex_unlock(&q->lock);
	if (first)
		pthread_cond_signal(&q->wake);
}

void
measured_stop(struct measured *q)
{
	pthread_mutex_lock(&q->lock);
	q->stop = true;
	pthread_mutex_unlock(&q->lock);
	pthread_cond_signal(&q->wake);
}

void
measured_wait(struct measured *q)
{
	pthread_mutex_lock(&q->lock);
	while (q->waiting.len == 0 && !q->stop)
		pthread_cond_wait(&q->wake, &q->lock);
	pthread_mutex_unlock(&q->lock);
}

void
measured_take(struct measured *q, struct str *taken)
{
	struct str empty = *taken;

	str_clear(&empty);
	pthread_mutex_lock(&q->lock);
	*taken = q->waiting;
	q->waiting = empty;
	q->taken = taken->len;
	pthread_mutex_unlock(&q->lock);
}

bool
measured_rest(struct measured *q, unsigned ms)
{
	int64_t at = clock_mono() + (int64_t)ms * NS_PER_MS;
	struct timespec until = {at / NS_PER_S, at % NS_PER_S};
	bool stop;

	pthread_mutex_lock(&q->lock);
	while (
	    !q->stop && pthread_cond_timedwait(&q->wake, &q->lock, &until) == 0)
		; /* until the time is over, whoever calls */
	stop = q->stop;
	pthread_mutex_unlock(&q->lock);
	return stop;
}

size_t
measured_next(const struct str *taken, size_t at, struct measured_values *v_r)
{
	const char *texts = taken->s + at + sizeof(struct entry);
	struct entry e;

	memcpy(&e, taken->s + at, sizeof(e));
	v_r->time = e.time;
	v_r->host = (struct slice){texts, e.host};
	v_r->service = (struct slice){texts + e.host, e.service};
	v_r->perfdata = (struct slice){texts + e.host + e.service, e.perfdata};
	return at + sizeof(e) + e.host + e.service + e.perfdata;
}
