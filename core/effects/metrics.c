/* SPDX-License-Identifier: Apache-2.0
 *
 * See metrics.h. The protocol is rrdcached's (rrdcached(1), "PROTOCOL"): lines
 * between BATCH and a dot, answered by the numbers of those that failed.
 */
#include "core/effects/metrics.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/metric_path.h"
#include "common/num.h"
#include "common/perfdata.h"
#include "common/rrd.h"
#include "core/effects/measured.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH_LINES 1000
#define GATHER_MS   500        /* results of so long go together */
#define AGAIN_MS    5000       /* between two tries to connect */
#define LAST_MAX    (1u << 20) /* bytes that are written when the daemon ends */
#define MAKE_MAX    50         /* files a round: each is 250 kB to write */

struct metrics {
	pthread_t thread;
	struct measured queue;
	struct metrics_counters count; /* under the queue's lock */
	/* The thread's. */
	struct rrd *link;
	struct str taken, batch, path;
	size_t *lines; /* where each line of the batch begins */
	uint32_t n_lines, cap_lines;
	uint32_t made;    /* files, in this round */
	struct str again; /* lines whose file was made: sent once more */
	bool told;        /* that nobody answers */
};

/* --- core's side ---------------------------------------------------------- */

void
metrics_add(struct metrics *m, struct slice host, struct slice service,
    int64_t time, struct slice perfdata)
{
	measured_add(&m->queue, host, service, time, perfdata);
}

void
metrics_counters(struct metrics *m, struct metrics_counters *c_r)
{
	pthread_mutex_lock(&m->queue.lock);
	*c_r = m->count;
	c_r->waiting = m->queue.waiting.len + m->queue.taken;
	c_r->dropped = m->queue.dropped;
	c_r->results = m->queue.added;
	c_r->usage = (double)c_r->waiting / MEASURED_BUFFER;
	pthread_mutex_unlock(&m->queue.lock);
}

/* --- the thread ----------------------------------------------------------- */

static void
count(struct metrics *m, uint64_t values, uint64_t refused, uint64_t files)
{
	pthread_mutex_lock(&m->queue.lock);
	m->count.values += values;
	m->count.refused += refused;
	m->count.files += files;
	m->count.connected = m->link != NULL;
	pthread_mutex_unlock(&m->queue.lock);
}

/* The batch. */
static void
count_sent(struct metrics *m, uint64_t values)
{
	pthread_mutex_lock(&m->queue.lock);
	m->count.bytes += m->batch.len;
	pthread_mutex_unlock(&m->queue.lock);
	count(m, values, 0, 0);
}

/* Makes the file of "UPDATE PATH TIME:VALUE"; as rrd_create(). */
static int
make_file(struct metrics *m, struct slice line)
{
	struct slice word, path, time;
	int64_t at = 0;

	slice_next(&line, ' ', &word);
	slice_next(&line, ' ', &path);
	slice_next(&line, ':', &time);
	num_i64(time, &at);
	return rrd_create(m->link, path, at - 60);
}

static struct slice
line_of(const struct metrics *m, uint32_t i)
{
	size_t end = i + 1 < m->n_lines ? m->lines[i + 1] : m->batch.len;

	return (struct slice){m->batch.s + m->lines[i], end - m->lines[i] - 1};
}

/* A line that failed, with rrdcached's words: its file may be missing. */
static void
on_failed(void *arg, uint32_t number, struct slice why)
{
	struct metrics *m = arg;
	struct slice line;

	if (number < 1 || number > m->n_lines)
		return;
	line = line_of(m, number - 1);
	if (!slice_starts(why, "No such file")) {
		count(m, 0, 1, 0);
		return;
	}
	if (m->made >= MAKE_MAX)
		return; /* its next value asks again */
	m->made++;
	str_addslice(&m->again, line);
	str_addc(&m->again, '\n');
}

static void
add_line(struct metrics *m, struct slice line)
{
	ARRAY_GROW(m->lines, m->n_lines, m->cap_lines);
	m->lines[m->n_lines++] = m->batch.len;
	str_addslice(&m->batch, line);
	str_addc(&m->batch, '\n');
}

/* False: the connection is gone; the batch is dropped either way. */
static bool
send_batch(struct metrics *m)
{
	int64_t failed = 0;

	if (m->n_lines > 0 && m->link != NULL) {
		failed = rrd_batch(m->link, str_slice(&m->batch), on_failed, m);
		if (failed >= 0)
			count_sent(m, m->n_lines - (uint64_t)failed);
		else
			rrd_close(&m->link);
	}
	str_clear(&m->batch);
	m->n_lines = 0;
	return m->link != NULL;
}

/* Files that were not there, then their values. */
static void
make_files(struct metrics *m)
{
	struct str lines = m->again;
	struct slice rest_of, line;

	m->again = (struct str){0};
	rest_of = str_slice(&lines);
	while (m->link != NULL && slice_next(&rest_of, '\n', &line)) {
		int rc;

		if (line.len == 0)
			continue;
		rc = make_file(m, line);
		if (rc == -1) {
			rrd_close(&m->link);
			break;
		}
		if (rc == 1) /* or somebody else made it */
			count(m, 0, 0, 1);
		add_line(m, line);
	}
	send_batch(m);
	str_clear(&m->again); /* one try each */
	str_free(&lines);
	m->made = 0;
}

/* Most are whole numbers, and these need no printf. */
static void
add_value(struct str *to, double value)
{
	if (fabs(value) < 1e9 && value == floor(value))
		str_addi(to, (int64_t)value);
	else
		str_addf(to, "%.10g", value);
}

static void
add_values(struct metrics *m, const struct measured_values *v)
{
	struct slice perf = v->perfdata, name;
	double value;

	while (perfdata_next(&perf, &name, &value)) {
		if (!isfinite(value))
			continue;
		ARRAY_GROW(m->lines, m->n_lines, m->cap_lines);
		m->lines[m->n_lines++] = m->batch.len;
		str_add(&m->batch, "UPDATE ");
		metric_path(&m->batch, v->host, v->service, name);
		str_addc(&m->batch, ' ');
		str_addi(&m->batch, v->time);
		str_addc(&m->batch, ':');
		add_value(&m->batch, value);
		str_addc(&m->batch, '\n');
	}
}

/* The connection, with patience; false: the daemon ends. */
static bool
connected(struct metrics *m)
{
	struct err err;

	while (m->link == NULL) {
		m->link = rrd_open(str_get(&m->path), &err);
		count(m, 0, 0, 0);
		if (m->link != NULL) {
			if (m->told)
				log_info("metrics: rrdcached answers again");
			m->told = false;
			break;
		}
		if (!m->told)
			log_warn("metrics: %s (values wait, at most %u MiB; "
				 "tried again every %u s)",
			    err.text, MEASURED_BUFFER >> 20, AGAIN_MS / 1000);
		m->told = true;
		if (measured_rest(&m->queue, AGAIN_MS))
			return false;
	}
	return true;
}

/* The next results as a batch; where the batch ends. */
static size_t
fill(struct metrics *m, size_t at)
{
	while (at < m->taken.len && m->n_lines < BATCH_LINES) {
		struct measured_values v;

		at = measured_next(&m->taken, at, &v);
		add_values(m, &v);
	}
	return at;
}

/* What was taken, all of it; false: the daemon ends. */
static bool
work_off(struct metrics *m)
{
	size_t done = 0;

	while (done < m->taken.len) {
		size_t end;

		if (!connected(m))
			return false;
		end = fill(m, done);
		if (send_batch(m)) /* else once more, by another connection */
			done = end;
		make_files(m);
	}
	return true;
}

static void *
run(void *arg)
{
	struct metrics *m = arg;
	bool stop = false, done = true;

	while (!stop && done) {
		measured_wait(&m->queue);
		/* What comes soon goes along; nobody is in a hurry. */
		stop = measured_rest(&m->queue, GATHER_MS);
		measured_take(&m->queue, &m->taken);
		if (stop && (m->link == NULL || m->taken.len > LAST_MAX))
			break;
		done = work_off(m);
	}
	return NULL;
}

struct metrics *
metrics_new(const char *root)
{
	struct metrics *m = xnew(struct metrics);

	str_addf(&m->path, "%s/" METRIC_SOCKET, root);
	measured_init(&m->queue);
	must(pthread_create(&m->thread, NULL, run, m) == 0);
	return m;
}

void
metrics_free(struct metrics **mp)
{
	struct metrics *m = *mp;

	*mp = NULL;
	if (m == NULL)
		return;
	measured_stop(&m->queue);
	pthread_join(m->thread, NULL);
	measured_fini(&m->queue);
	rrd_close(&m->link);
	str_free(&m->taken);
	str_free(&m->batch);
	str_free(&m->path);
	str_free(&m->again);
	free(m->lines);
	free(m);
}
