/* SPDX-License-Identifier: Apache-2.0
 *
 * The picture of a mail: drawn from anything, and of a real rrdcached's
 * values; without one there is a mail without a picture.
 */
#include "notifyd/methods/mail_chart.h"

#include "common/file.h"
#include "common/mem.h"
#include "common/metric_path.h"
#include "common/rrd.h"
#include "notifyd/bulk.h"
#include "notifyd/methods/chart.h"
#include "notifyd/methods/mail_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#define RRDCACHED "/usr/bin/rrdcached"
#define NOW       INT64_C(1772438400)

static char root[] = "/tmp/test-mail-chart-XXXXXX";
static pid_t cached;

/* --- PNG ------------------------------------------------------------------ */

static uint32_t
u32(const char *at)
{
	const unsigned char *p = (const unsigned char *)at;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* Chunk by chunk, with sums; how many dots have each color. */
static unsigned
decode(const struct str *png, size_t colors[8])
{
	unsigned char *dots = NULL;
	uLongf size = 0;
	unsigned height = 0;
	size_t at = 8;

	memset(colors, 0, 8 * sizeof(*colors));
	assert_memory_equal(png->s, "\x89PNG\r\n\x1a\n", 8);
	while (at < png->len) {
		uint32_t n = u32(png->s + at);
		const char *type = png->s + at + 4, *data = type + 4;

		assert_true(at + 12 + n <= png->len);
		assert_int_equal(crc32(0, (const unsigned char *)type, n + 4),
		    u32(data + n));
		if (memcmp(type, "IHDR", 4) == 0) {
			assert_int_equal(u32(data), CHART_WIDTH);
			height = u32(data + 4);
			size = (uLongf)height * (CHART_WIDTH + 1);
			dots = xmalloc(size);
		} else if (memcmp(type, "IDAT", 4) == 0) {
			assert_int_equal(uncompress(dots, &size,
					     (const unsigned char *)data, n),
			    Z_OK);
		}
		at += 12 + n;
	}
	assert_int_equal(size, (uLongf)height * (CHART_WIDTH + 1));
	for (size_t i = 0; i < size; i++) {
		if (i % (CHART_WIDTH + 1) > 0) {
			assert_true(dots[i] < 8);
			colors[dots[i]]++;
		}
	}
	free(dots);
	return height;
}

enum {
	LINE = 3,
	AREA,
	WARN,
	CRIT
};

/* --- drawing -------------------------------------------------------------- */

static void
draws_a_panel_each(void **state)
{
	double values[100], none[100];
	struct chart_panel panels[3] = {
	    {"time", "s", values, 100, NOW - 3600, NOW, 80, 95},
	    {"nothing", "", none, 100, NOW - 3600, NOW, NAN, NAN},
	    {"b\xc3\xbcro", "B", values, 100, NOW - 3600, NOW, NAN, NAN}};
	struct str png = {0}, again = {0};
	size_t colors[8];

	(void)state;
	for (int i = 0; i < 100; i++) {
		values[i] = i;
		none[i] = NAN;
	}
	assert_true(chart_draw(panels, 3, &png));
	assert_int_equal(decode(&png, colors), 2 * CHART_PANEL);
	assert_true(colors[LINE] > 500 && colors[AREA] > 10000);
	assert_true(colors[WARN] > 200 && colors[CRIT] > 200);
	assert_true(chart_draw(panels, 3, &again));
	assert_int_equal(png.len, again.len);
	assert_memory_equal(png.s, again.s, png.len);
	str_clear(&again);
	assert_false(chart_draw(panels + 1, 1, &again));
	assert_false(chart_draw(panels, 0, &again));
	assert_int_equal(again.len, 0);
	str_free(&again);
	str_free(&png);
}

static void
draws_whatever_comes(void **state)
{
	static const double odd[] = {0, -0.0, 1, -1, 1e308, -1e308, 1e-308,
	    5e-324, INFINITY, -INFINITY, NAN, 1e15, 123456789};
	static const char *const titles[] = {
	    "", "x", "\xff\xc3", "%s%n", "\n\r\t"};
	char longest[2000];
	unsigned seed = 1;

	(void)state;
	memset(longest, 'm', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (int round = 0; round < 200; round++) {
		double values[60];
		struct str png = {0};
		size_t n = (seed = seed * 1103515245 + 12345) >> 16;
		struct chart_panel p = {.title = round % 7 == 0
			? longest
			: titles[(unsigned)round % ARRAY_LEN(titles)],
		    .unit = round % 2 == 0 ? "%" : "",
		    .values = values,
		    .n = n % 60,
		    .from = NOW,
		    .until = NOW + (round % 3 == 0 ? 90000 : round)};

		for (size_t i = 0; i < ARRAY_LEN(values); i++) {
			seed = seed * 1103515245 + 12345;
			values[i] = odd[(seed >> 16) % ARRAY_LEN(odd)];
		}
		p.warn = odd[n % ARRAY_LEN(odd)];
		p.crit = odd[n / 16 % ARRAY_LEN(odd)];
		chart_draw(&p, 1, &png);
		str_free(&png);
	}
}

/* --- a real rrdcached ----------------------------------------------------- */

static void
refused(void *arg, uint32_t number, struct slice why)
{
	(void)arg;
	fail_msg("line %u: %.*s", number, (int)why.len, why.s);
}

static struct rrd *
open_rrd(void)
{
	char *path = xasprintf("%s/" METRIC_SOCKET, root);
	struct rrd *r = NULL;
	struct err err;

	while ((r = rrd_open(path, &err)) == NULL) {
		assert_int_equal(waitpid(cached, NULL, WNOHANG), 0);
		usleep(10000); /* it starts in its own time */
	}
	free(path);
	return r;
}

static void
start_rrdcached(void)
{
	char *socket = xasprintf("unix:%s/" METRIC_SOCKET, root);
	char *folder = xasprintf("%s/" METRIC_FOLDER, root);
	char *pid = xasprintf("%s/tmp/run/pid", root);

	cached = fork();
	if (cached == 0) {
		execl(RRDCACHED, RRDCACHED, "-g", "-p", pid, "-l", socket, "-b",
		    folder, "-B", "-R", (char *)NULL);
		_exit(127);
	}
	free(pid);
	free(folder);
	free(socket);
}

static void
stop_rrdcached(void)
{
	kill(cached, SIGTERM);
	waitpid(cached, NULL, 0);
}

/* Two hours of a metric, a value a minute. */
static void
fill(struct rrd *r, const char *service, const char *metric)
{
	struct str path = {0}, lines = {0};

	metric_path(&path, SLICE("web01"), slice_of(service), slice_of(metric));
	assert_int_equal(rrd_create(r, str_slice(&path), NOW - 7300), 1);
	for (int64_t at = NOW - 7200; at <= NOW; at += 60)
		str_addf(&lines, "UPDATE %s %" PRId64 ":%d\n", str_get(&path),
		    at, (int)(at / 60 % 50));
	assert_int_equal(rrd_batch(r, str_slice(&lines), refused, NULL), 0);
	str_free(&lines);
	str_free(&path);
}

static void
context_fill(struct context *ctx, const char *service, const char *perfdata)
{
	context_sets(ctx, "HOSTNAME", "web01");
	context_sets(ctx, "SERVICEDESC", service);
	context_sets(ctx, "SERVICEPERFDATA", perfdata);
	context_sets(ctx, "SERVICESTATE", "CRITICAL");
	context_sets(ctx, "NOTIFICATIONTYPE", "PROBLEM");
	context_sets(ctx, "CONTACTEMAIL", "ann@example.com");
	context_sets(ctx, "OMD_ROOT", root);
}

static json_t *influx; /* the setting; NULL: rrdcached */

/* The height of the picture, 0: none. */
static unsigned
height(struct delivery *d, int graphs, size_t colors[8])
{
	struct str png = {0};
	unsigned h = 0;

	d->params = json_pack("{s:i}", "graphs", graphs);
	if (mail_chart(root, influx, d, NOW, &png))
		h = decode(&png, colors);
	str_free(&png);
	json_decref(d->params);
	return h;
}

static void
metrics_of_the_service(void **state)
{
	struct delivery d = {0};
	struct bulk bulk = {.n = 2};
	struct bulk_entry entries[2] = {{.over = false}, {.over = false}};
	size_t colors[8];
	struct rrd *r;

	(void)state;
	start_rrdcached();
	r = open_rrd();
	fill(r, "HTTP", "time");
	fill(r, "HTTP", "size of all");
	fill(r, "Disk", "used");
	rrd_close(&r);
	context_fill(&d.ctx, "HTTP",
	    "time=0.5s;40;@45:48 nosuch=1 'size of all'=1234B;;;0 junk");
	assert_int_equal(height(&d, 5, colors), 2 * CHART_PANEL);
	assert_true(colors[LINE] > 0 && colors[WARN] > 0);
	assert_int_equal(colors[CRIT], 0); /* a range is no line */
	assert_int_equal(height(&d, 1, colors), CHART_PANEL);
	assert_int_equal(height(&d, 0, colors), 0);
	/* Another site's lie there; perhaps we have one of that name. */
	context_sets(&d.ctx, "OMD_ROOT", "/omd/sites/other");
	assert_int_equal(height(&d, 5, colors), 0);
	context_free(&d.ctx);

	context_fill(&entries[0].ctx, "HTTP", "time=1s");
	context_fill(&entries[1].ctx, "Disk", "used=5%;80;90");
	bulk.entries = entries;
	d.bulk = &bulk;
	assert_int_equal(height(&d, 5, colors), 2 * CHART_PANEL);
	d.bulk = NULL;
	context_free(&entries[0].ctx);
	context_free(&entries[1].ctx);
	stop_rrdcached();
	context_fill(&d.ctx, "HTTP", "time=0.5s");
	assert_int_equal(height(&d, 5, colors), 0); /* nobody answers */
	context_free(&d.ctx);
}

/* --- a time series database ----------------------------------------------- */

struct database {
	int fd;
	pthread_t thread;
	struct str asked;
};

/* Answers each request, until the listener is shut down. */
static void *
be_database(void *arg)
{
	struct database *db = arg;
	struct str body = {0}, head = {0};
	char buf[4000];
	ssize_t n;
	int c;

	str_addf(&body,
	    "{\"status\":\"success\",\"data\":{\"result\":[{\"metric\":"
	    "{\"metric\":\"time\"},\"values\":[[%" PRId64 ",\"1.5\"],[%" PRId64
	    ",\"40\"],[%" PRId64 ",\"3\"]]}]}}",
	    NOW - 7200 - NOW % 120, NOW - 7080 - NOW % 120,
	    NOW - 6960 - NOW % 120);
	str_addf(&head,
	    "HTTP/1.1 200 OK\r\nConnection: close\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    body.len, str_get(&body));
	while ((c = accept(db->fd, NULL, NULL)) != -1) {
		str_clear(&db->asked);
		while (strstr(str_get(&db->asked), "&step=") == NULL &&
		    (n = read(c, buf, sizeof(buf))) > 0)
			str_addn(&db->asked, buf, (size_t)n);
		if (write(c, head.s, head.len) == (ssize_t)head.len)
			shutdown(c, SHUT_WR);
		while (read(c, buf, sizeof(buf)) > 0)
			continue; /* until the other side has all of it */
		close(c);
	}
	str_free(&body);
	str_free(&head);
	return NULL;
}

static void
metrics_of_a_database(void **state)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	struct database db = {.fd = socket(AF_INET, SOCK_STREAM, 0)};
	struct delivery d = {0};
	size_t colors[8];
	char *url;

	(void)state;
	assert_int_equal(bind(db.fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(db.fd, 10), 0);
	getsockname(db.fd, (struct sockaddr *)&at, &len);
	assert_int_equal(pthread_create(&db.thread, NULL, be_database, &db), 0);
	url = xasprintf("http://127.0.0.1:%d", ntohs(at.sin_port));
	influx = json_pack("{s:s, s:b}", "url", url, "graphs", 1);
	context_fill(&d.ctx, "HTTP", "time=0.5s;40;45 nosuch=1");
	assert_int_equal(height(&d, 5, colors), CHART_PANEL);
	assert_true(colors[LINE] > 0 && colors[WARN] > 0 && colors[CRIT] > 0);
	shutdown(db.fd, SHUT_RDWR);
	pthread_join(db.thread, NULL);
	close(db.fd);
	assert_non_null(strstr(str_get(&db.asked), "POST /api/v1/query_range"));
	assert_non_null(strstr(str_get(&db.asked), "nosuch"));
	assert_int_equal(height(&d, 5, colors), 0); /* nobody answers */
	json_decref(influx);
	influx = NULL;
	context_free(&d.ctx);
	str_free(&db.asked);
	free(url);
}

/* --- the mail ------------------------------------------------------------- */

static void
mail_has_the_picture(void **state)
{
	static const char *const there[] = {
	    "Content-Type: multipart/related; type=\"multipart/alternative\"; "
	    "boundary=\"=_vedette_related\"\r\n\r\n--=_vedette_related\r\n"
	    "Content-Type: multipart/alternative; "
	    "boundary=\"=_vedette_alternative\"\r\n\r\n"
	    "--=_vedette_alternative\r\n",
	    "<img src=3D\"cid:chart@monitor\"",
	    "--=_vedette_alternative--\r\n--=_vedette_related\r\n"
	    "Content-Type: image/png;",
	    "Content-ID: <chart@monitor>\r\n",
	    "\r\n\r\neHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4e"
	    "Hh4eHh4eHh4eHh4eHh4\r\neHh4\r\n--=_vedette_related--\r\n"};
	struct context ctx = {0};
	struct str png = {0};
	struct mail_options options = {.from = "vedette@example.com",
	    .machine = "monitor",
	    .now = NOW,
	    .chart = &png};
	struct mail mail;
	struct err err;

	(void)state;
	for (int i = 0; i < 60; i++)
		str_addc(&png, 'x');
	context_fill(&ctx, "HTTP", "");
	assert_int_equal(mail_make(&ctx, &options, &mail, &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(there); i++) {
		if (strstr(mail.data.s, there[i]) == NULL)
			fail_msg("no \"%s\" in\n%s", there[i], mail.data.s);
	}
	mail_free(&mail);
	options.chart = NULL;
	assert_int_equal(mail_make(&ctx, &options, &mail, &err), 0);
	assert_null(strstr(mail.data.s, "multipart/related"));
	assert_null(strstr(mail.data.s, "cid:"));
	mail_free(&mail);
	context_free(&ctx);
	str_free(&png);
}

static int
set_up(void **state)
{
	struct err err;
	char *path;
	int rc;

	(void)state;
	if (mkdtemp(root) == NULL)
		return -1;
	path = xasprintf("%s/" METRIC_FOLDER, root);
	rc = file_mkdirs(path, 0700, &err);
	free(path);
	path = xasprintf("%s/tmp/run", root);
	rc |= file_mkdirs(path, 0700, &err);
	free(path);
	return rc;
}

static int
tear_down(void **state)
{
	struct err err;

	(void)state;
	return file_remove_tree(root, &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(draws_a_panel_each),
	    cmocka_unit_test(draws_whatever_comes),
	    cmocka_unit_test(metrics_of_the_service),
	    cmocka_unit_test(metrics_of_a_database),
	    cmocka_unit_test(mail_has_the_picture),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
