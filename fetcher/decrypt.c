/* SPDX-License-Identifier: Apache-2.0
 *
 * A bounded number of threads that decrypt; see decrypt.h. A thread cannot be
 * stopped: a job that nobody waits for is forgotten in the line, and while it
 * runs it keeps its place until its end.
 */
#include "fetcher/decrypt.h"
#include "fetcher/agent_symmetric.h"
#include "fetcher/limits.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <openssl/crypto.h>
#include <stdlib.h>

struct decrypt {
	uv_work_t work;
	struct decrypts *pool; /* NULL: gone */
	struct decrypt *next;  /* waiting */
	struct str bytes, passphrase, output;
	struct err why;
	int rc;
	int64_t took_us;
	decrypt_fn *done; /* NULL: nobody waits */
	void *arg;
};

struct decrypts {
	uv_loop_t *loop;
	size_t most;
	struct decrypt *first, **last; /* waiting */
	struct decrypt *running[LIMIT_DECRYPTS];
	struct decrypts_counters counters;
};

struct decrypts *
decrypts_new(uv_loop_t *loop)
{
	struct decrypts *d = xnew(struct decrypts);
	size_t cores = uv_available_parallelism();

	d->loop = loop;
	d->most = cores < LIMIT_DECRYPTS ? cores : LIMIT_DECRYPTS;
	d->last = &d->first;
	return d;
}

static void
free_job(struct decrypt *job)
{
	if (job->passphrase.s != NULL)
		OPENSSL_cleanse(job->passphrase.s, job->passphrase.len);
	str_free(&job->passphrase);
	str_free(&job->bytes);
	str_free(&job->output);
	free(job);
}

void
decrypts_free(struct decrypts **dp)
{
	struct decrypts *d = *dp;
	struct decrypt *job;

	if (d == NULL)
		return;
	while ((job = d->first) != NULL) {
		d->first = job->next;
		free_job(job);
	}
	for (size_t i = 0; i < LIMIT_DECRYPTS; i++)
		if (d->running[i] != NULL) {
			d->running[i]->pool = NULL;
			d->running[i]->done = NULL;
		}
	free(d);
	*dp = NULL;
}

static void
work(uv_work_t *req)
{
	struct decrypt *job = req->data;
	int64_t began = clock_mono();

	job->rc = agent_symmetric_open(str_slice(&job->bytes),
	    str_slice(&job->passphrase), &job->output, &job->why);
	job->took_us = (clock_mono() - began) / NS_PER_US;
}

static void start_next(struct decrypts *d);

static void
worked(uv_work_t *req, int status)
{
	struct decrypt *job = req->data;
	struct decrypts *d = job->pool;

	(void)status; /* nothing cancels the work */
	if (d != NULL) {
		for (size_t i = 0; i < LIMIT_DECRYPTS; i++)
			if (d->running[i] == job)
				d->running[i] = NULL;
		d->counters.running--;
		d->counters.bytes -= job->bytes.cap;
		d->counters.done++;
		d->counters.microseconds += (uint64_t)job->took_us;
		start_next(d);
	}
	if (job->done != NULL)
		job->done(job->arg, str_slice(&job->output),
		    job->rc == 0 ? NULL : job->why.text);
	free_job(job);
}

static void
start_next(struct decrypts *d)
{
	struct decrypt *job = d->first;
	size_t i = 0;

	if (job == NULL || d->counters.running >= d->most)
		return;
	while (d->running[i] != NULL)
		i++;
	d->first = job->next;
	if (d->first == NULL)
		d->last = &d->first;
	d->counters.waiting--;
	d->counters.running++;
	d->running[i] = job;
	must(uv_queue_work(d->loop, &job->work, work, worked) == 0);
}

struct decrypt *
decrypt_start(struct decrypts *d, struct str *bytes, struct str *passphrase,
    decrypt_fn *done, void *arg)
{
	struct decrypt *job = xnew(struct decrypt);

	job->work.data = job;
	job->pool = d;
	job->bytes = *bytes;
	job->passphrase = *passphrase;
	*bytes = *passphrase = (struct str){0};
	job->done = done;
	job->arg = arg;
	*d->last = job;
	d->last = &job->next;
	d->counters.waiting++;
	d->counters.bytes += job->bytes.cap;
	start_next(d);
	return job;
}

void
decrypt_cancel(struct decrypt **jp)
{
	struct decrypt *job = *jp, **at;

	if (job == NULL)
		return;
	*jp = NULL;
	job->done = NULL;
	for (at = &job->pool->first; *at != NULL; at = &(*at)->next) {
		if (*at != job)
			continue;
		*at = job->next;
		if (job->pool->last == &job->next)
			job->pool->last = at;
		job->pool->counters.waiting--;
		job->pool->counters.bytes -= job->bytes.cap;
		free_job(job);
		return;
	}
}

struct decrypts_counters
decrypts_counters(const struct decrypts *d)
{
	return d->counters;
}
