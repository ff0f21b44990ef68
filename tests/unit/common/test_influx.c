/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: lines for a time series database, queries and their answers.
 */
#include "common/file.h"
#include "common/influx.h"
#include "common/mem.h"
#include "common/web.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct influx_conf *
read_conf(const char *text, struct err *err_r)
{
	json_t *doc = json_loads(text, 0, NULL);
	struct influx_conf *conf;

	assert_non_null(doc);
	conf = influx_conf_read(doc, "/nowhere", "munich", err_r);
	json_decref(doc);
	return conf;
}

static void
test_setting(void **state)
{
	static const struct {
		const char *text, *write, *query;
	} good[] = {
	    {"{\"url\": \"http://[::1]:8428/\"}",
		"http://[::1]:8428/write?precision=s",
		"http://[::1]:8428/api/v1/query_range"},
	    {"{\"url\": \"https://i.example\", \"bucket\": \"a b\", "
	     "\"organisation\": \"o&p\"}",
		"https://i.example/api/v2/write?precision=s&bucket=a%20b"
		"&org=o%26p",
		"https://i.example/api/v1/query_range"},
	    {"{\"url\": \"http://vm:8480/insert/0/influx\", \"query_url\": "
	     "\"http://vm:8481/select/0/prometheus/\", \"database\": \"d\"}",
		"http://vm:8480/insert/0/influx/write?precision=s&db=d",
		"http://vm:8481/select/0/prometheus/api/v1/query_range"},
	};
	static const char *const bad[] = {"{\"url\": \"vm:8428\"}",
	    "{\"url\": \"http://a b\"}", "{\"url\": \"ftp://a\"}",
	    "{\"url\": \"http://a\", \"user\": \"u\"}",
	    "{\"url\": \"http://a\", \"token_file\": \"not-there\"}",
	    "{\"url\": \"http://a\", \"tags\": {\"host\": \"x\"}}",
	    "{\"url\": \"http://a\", \"tags\": {\"x\": \"\"}}",
	    "{\"url\": \"http://a\", \"measurement\": \"a,b\"}"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct err err;
		struct influx_conf *c = read_conf(good[i].text, &err);

		assert_non_null(c);
		assert_string_equal(c->write_url, good[i].write);
		assert_string_equal(c->query_url, good[i].query);
		influx_conf_free(&c);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = {0};

		assert_null(read_conf(bad[i], &err));
		assert_true(strncmp(err.text, "metrics.influx", 14) == 0);
	}
}

/* Secrets go by https or to the machine itself. */
static void
test_secrets(void **state)
{
	static const char *const fit[] = {"https://a", "http://localhost:1/x",
	    "http://127.0.0.1:8428", "http://127.9.9.9/x", "http://[::1]"};
	static const char *const unfit[] = {"http://a", "http://localhost.a",
	    "http://127.0.0.1.example", "http://u@a/127.0.0.1",
	    "http://127.0.0.1@a", "http://[::1].a", "http://", "https://", ""};
	char path[] = "/tmp/test-influx-XXXXXX";
	struct influx_conf *c;
	char text[256];
	struct err err;
	int fd = mkstemp(path);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fit); i++)
		assert_true(web_is_fit(fit[i], true));
	for (size_t i = 0; i < ARRAY_LEN(unfit); i++)
		assert_false(web_is_fit(unfit[i], true));
	assert_true(fd >= 0 && write(fd, " s3\n", 4) == 4);
	close(fd);
	snprintf(text, sizeof(text),
	    "{\"url\": \"http://127.0.0.1:1\", \"token_file\": \"%s\"}", path);
	c = read_conf(text, &err);
	assert_string_equal(c->authorization, "Token s3");
	influx_conf_free(&c);
	snprintf(text, sizeof(text),
	    "{\"url\": \"http://127.0.0.1:1\", \"user\": \"me\", "
	    "\"password_file\": \"%s\"}",
	    path);
	c = read_conf(text, &err);
	assert_string_equal(c->authorization, "Basic bWU6czM=");
	influx_conf_free(&c);
	snprintf(text, sizeof(text),
	    "{\"url\": \"http://far.example:1\", \"token_file\": \"%s\"}",
	    path);
	assert_null(read_conf(text, &err));
	assert_non_null(strstr(err.text, "https://"));
	unlink(path);
}

static void
test_lines(void **state)
{
	struct err err;
	struct influx_conf *c =
	    read_conf("{\"url\": \"http://a\", \"tags\": "
		      "{\"dc\": \"north 1\", \"site\": \"own\"}}",
		&err);
	struct influx_conf *plain = read_conf("{\"url\": \"http://a\"}", &err);
	struct str out = {0};

	(void)state;
	influx_line(&out, c, SLICE("web01"), SLICE("CPU load"), SLICE("load1"),
	    0.25, 1700000000);
	influx_line(
	    &out, c, SLICE("a=b,c"), SLICE(""), SLICE("rta"), 12, 1700000001);
	influx_line(&out, plain, SLICE("w"), SLICE("Filesystem C:\\"),
	    SLICE("a\n\"b\""), -1e300, 1);
	assert_string_equal(str_get(&out),
	    "vedette,dc=north\\ 1,site=own,host=web01,metric=load1,"
	    "service=CPU\\ load value=0.25 1700000000\n"
	    "vedette,dc=north\\ 1,site=own,host=a\\=b\\,c,metric=rta value=12 "
	    "1700000001\n"
	    "vedette,site=munich,host=w,metric=a\\ \"b\",service=Filesystem\\ "
	    "C:/ value=-1e+300 1\n");
	str_free(&out);
	influx_conf_free(&c);
	influx_conf_free(&plain);
}

/* %XX taken out, for people. */
static void
unescaped(struct str *out, const char *s)
{
	for (; *s != '\0'; s++) {
		unsigned byte;

		if (*s == '%' && sscanf(s + 1, "%2x", &byte) == 1) {
			str_addc(out, (char)byte);
			s += 2;
		} else
			str_addc(out, *s);
	}
}

static void
test_query(void **state)
{
	char *names[] = {xstrdup("load1"), xstrdup("a.b\"c")};
	struct str out = {0}, text = {0};
	struct err err;
	struct influx_conf *c = read_conf("{\"url\": \"http://a\"}", &err);

	(void)state;
	influx_query(&out, c, "w\"1", "C:\\", names, 2, false, 1030, 5000);
	unescaped(&text, str_get(&out));
	assert_string_equal(str_get(&text),
	    "query=avg_over_time({__name__=~\"vedette(_value)?\","
	    "site=\"munich\",host=\"w\\\"1\",service=\"C:/\","
	    "metric=~\"load1|a\\\\.b\\\"c\"}[60s])&start=1080&end=5040"
	    "&step=60");
	assert_int_equal(influx_step(0, 400 * 86400), 34560);
	str_free(&out);
	str_free(&text);
	free(names[0]);
	free(names[1]);
	influx_conf_free(&c);
}

static void
test_answer(void **state)
{
	static const char good[] =
	    "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\","
	    "\"result\":[{\"metric\":{\"metric\":\"b\"},\"values\":"
	    "[[1080,\"1.5\"],[1200,\"NaN\"],[1140.0,\"+Inf\"],[1260,\"2\"],"
	    "[60,\"9\"],[99999,\"9\"],[1320,7]]}]}}";
	static const char *const bad[] = {"", "[]", "{\"data\":{}}",
	    "{\"status\":\"error\",\"error\":\"too old\",\"data\":"
	    "{\"result\":[]}}"};
	char a[] = "a", b[] = "b", *names[] = {a, b};
	struct rrd_series found[2] = {0};
	struct err err;

	(void)state;
	assert_int_equal(
	    influx_answer(SLICE(good), names, 2, 1030, 1400, found, &err), 0);
	assert_int_equal(found[0].n, 0);
	assert_int_equal(found[1].start, 1020);
	assert_int_equal(found[1].step, 60);
	assert_int_equal(found[1].n, 7);
	assert_true(found[1].values[0] == 1.5);
	assert_false(isfinite(found[1].values[2]));
	assert_true(found[1].values[3] == 2);
	assert_true(isnan(found[1].values[4]) && isnan(found[1].values[6]));
	free(found[1].values);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(influx_answer(slice_of(bad[i]), names, 2, 1030,
				     1400, found, &err),
		    -1);
	assert_string_equal(err.text, "too old");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_setting),
	    cmocka_unit_test(test_secrets),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_query),
	    cmocka_unit_test(test_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
