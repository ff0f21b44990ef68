/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: the pure parts of the network checks: which command lines are
 * done here, ranges, certificates in words, LDAP and DNS messages, redirects.
 */
#include "common/mem.h"
#include "fetcher/child.h"
#include "fetcher/command_line.h"
#include "fetcher/net/check.h"
#include "fetcher/net/dns_message.h"
#include "fetcher/net/http_page.h"
#include "fetcher/net/ldap_ber.h"
#include "fetcher/net/net.h"
#include "fetcher/net/smtp_reply.h"
#include "fetcher/net/ssh_banner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void
test_lines(void **state)
{
	static const struct {
		const char *line;
		bool here;
	} cases[] = {
	    {"/usr/lib/nagios/plugins/check_tcp -H 127.0.0.1 -p 22", true},
	    {"check_tcp -H a -p 22 -w 1 -c 2 -e SSH -M crit", true},
	    {"check_tcp --hostname=a --port 22 --ssl -D 30,14", true},
	    {"check_tcp -H a -p 22 -E -s 'x\\r\\n' -q 'y' -q 'z'", true},
	    {"check_tcp -H a", false},
	    {"check_tcp -H a -p 22 -r ok", false},
	    {"check_tcp -H a -p 22 -v", false},
	    {"check_tcp -H a -p 70000", false},
	    {"check_tcp -H /tmp/socket -p 1", false},
	    {"check_tcp -H a -p 22 -t 10:WARNING", false},
	    {"check_tcp -H a -p 22 --host=b", false},
	    {"check_udp -H a -p 22", false},
	    {"check_http -H a", true},
	    {"check_http -I 10.0.0.1 -H www.a -S --sni -C 30,14", true},
	    {"check_http -H a -w 1:5 -c @3:4 -r x -l -f follow", true},
	    {"check_http -H a -S1.2", false},
	    {"check_http -H a:8080", false},
	    {"check_http -H a -j CONNECT", false},
	    {"check_http -H a -r '('", false},
	    {"check_http -H a -w 5:1", false},
	    {"check_http www.a", false},
	    {"check_ssh 127.0.0.1", true},
	    {"check_ssh -r OpenSSH_9 -P 2.0 -H a -p 2222 -4", true},
	    {"check_smtp -H a -f x@y -C NOOP -R 250 -S", true},
	    {"check_smtp -H a -C NOOP -R '('", false},
	    /* What the library would copy too often, or try too long. */
	    {"check_http -H a -r '(a+)+b+ [0-9]{1,8}'", true},
	    {"check_http -H a -r 'a++++++++++++++++++++++++++'", false},
	    {"check_http -H a -r '((x{9}){9}){9}'", false},
	    {"check_http -H a -r 'x{1,300}'", false},
	    {"check_http -H a -r 'x{,,,'", false},
	    {"check_http -H a -r '(a*)*b\\1'", false},
	    {"check_ldap -H a -b dc=x -3", true},
	    {"check_ldap -H a", false},
	    {"check_ldap -H a -b dc=x -T", false},
	    {"check_dns -H a.b -s 127.0.0.1 -a 10.0.0.1", true},
	    {"check_dns -H a.b", false},
	    {"check_dns -H a -s 127.0.0.1", false},
	    {"check_icmp -H a -w 200.00,80.00% -c 500.0,100%", true},
	    {"check_icmp -w 3,80% a", false},
	    {"check_icmp a b", false},
	    {"check_ping -H 127.0.0.1 -w 100.0,20% -c 500.0,60%", true},
	    {"check_ping -H ::1 -6 -w 1,1% -c 1,1% -p 20 -t 20", true},
	    {"check_ping -H a.b -w 100.0,20% -c 500.0,60%", false},
	    {"check_ping -H ::1 -4 -w 100.0,20% -c 500.0,60%", false},
	    {"check_ping -H 127.0.0.1", false},
	    {"check_ping -H 127.0.0.1 -w 100 -c 500,60%", false},
	    {"check_ping -H 127.0.0.1 -w 600,20% -c 500,60%", false},
	    {"check_ping -H 127.0.0.1 -w 100,20% -c 500,60% -L", false},
	    {"check_ping -H 127.0.0.1 -w 100,20% -c 500,60% -p 11", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char **argv = command_split(slice_of(cases[i].line));
		struct net_plan *plan = net_read(argv);

		if ((plan != NULL) != cases[i].here)
			fail_msg("%s: %s", cases[i].line,
			    plan != NULL ? "done here" : "left");
		net_plan_free(&plan);
		child_free_words(argv);
	}
}

static void
test_ranges(void **state)
{
	static const struct {
		const char *range;
		double value;
		bool alerts;
	} cases[] = {{"10", 10, false}, {"10", 11, true}, {"10", -1, true},
	    {"10:", 9, true}, {"10:", 1e9, false}, {"~:10", -1e9, false},
	    {"~:10", 11, true}, {"10:20", 15, false}, {"10:20", 21, true},
	    {"@10:20", 10, true}, {"@10:20", 21, false}, {":5", 6, true}};
	struct net_range r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(net_range(cases[i].range, &r));
		assert_int_equal(
		    net_range_alerts(&r, cases[i].value), cases[i].alerts);
	}
	assert_false(net_range("", &r));
	assert_false(net_range("5:1", &r));
	assert_false(net_range("a", &r));
	assert_false(net_range("1:2:3", &r));
}

static void
test_certificate(void **state)
{
	static const struct {
		int64_t left;
		int warn, crit;
		uint32_t result;
		const char *text;
	} cases[] = {
	    {86400 * 40, 30, 14, 0, "OK - Certificate 'a' will expire on "},
	    {86400 * 20, 30, 14, 1,
		"WARNING - Certificate 'a' expires in 20 day(s) ("},
	    {86400 * 10, 30, 14, 2,
		"CRITICAL - Certificate 'a' expires in 10 day(s) ("},
	    {7200, 30, 0, 2, "CRITICAL - Certificate 'a' expires in 2 hours ("},
	    {120, 30, 0, 2,
		"CRITICAL - Certificate 'a' expires in 2 minutes ("},
	    {-5, 30, 0, 2, "CRITICAL - Certificate 'a' expired on "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str out = {0};

		assert_int_equal(
		    net_certificate_judge("a", 1000000 + cases[i].left, 1000000,
			cases[i].warn, cases[i].crit, &out),
		    cases[i].result);
		assert_memory_equal(
		    str_get(&out), cases[i].text, strlen(cases[i].text));
		str_free(&out);
	}
}

static void
test_http(void **state)
{
	struct http_page page = {{0}, {0}, {0}, 0};
	struct http_url at = {.host = "a", .port = 8080, .path = "/x"}, to;

	(void)state;
	assert_true(http_page_read(
	    SLICE("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
	    &page));
	assert_string_equal(str_get(&page.status), "HTTP/1.1 200 OK");
	assert_string_equal(str_get(&page.body), "hello world");
	http_page_free(&page);
	assert_false(http_page_read(
	    SLICE("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "ff\r\nhello\r\n"),
	    &page));
	http_page_free(&page);
	assert_int_equal(http_status("HTTP/1.1 404 Not Found"), 404);
	assert_int_equal(http_status("HTTP/1.1 abc"), 0);
	assert_int_equal(http_status("HTTP/1.1 999 x"), -1);
	assert_true(http_redirect("A: b\r\nLocation: /y", &at, &to));
	assert_string_equal(to.path, "/y");
	assert_int_equal(to.port, 8080);
	assert_true(http_redirect("location:https://b.c", &at, &to));
	assert_true(to.tls);
	assert_string_equal(to.host, "b.c");
	assert_int_equal(to.port, 443);
	assert_string_equal(to.path, "/");
	assert_false(http_redirect("Location: //b/c", &at, &to));
	assert_false(http_redirect("Location: y", &at, &to));
	assert_false(http_redirect("Location: http://b:99999/", &at, &to));
}

static void
test_messages(void **state)
{
	struct ssh_banner b;
	struct str out = {0};
	struct ldap_message m;
	struct dns_answer a = {0};

	(void)state;
	assert_int_equal(
	    ssh_banner_read(SLICE("SSH-2.0-x"), false, &b), SSH_BANNER_MORE);
	assert_int_equal(
	    ssh_banner_read(SLICE("SSH-2.0-x\n"), false, &b), SSH_BANNER_GOOD);
	assert_int_equal(
	    ssh_banner_read(SLICE("hello\n"), false, &b), SSH_BANNER_ODD);
	assert_int_equal(smtp_reply(SLICE("250-a\r\n250 b\r\nx")), 14);
	assert_int_equal(smtp_reply(SLICE("250-a\r\n250-b\r\n")), 0);
	ldap_put_bind(&out, 1, 3, "cn=a", "x");
	assert_memory_equal(out.s,
	    "\x30\x11\x02\x01\x01\x60\x0c\x02\x01\x03\x04\x04"
	    "cn=a\x80\x01x",
	    out.len);
	assert_int_equal(ldap_message(str_slice(&out), &m), out.len);
	assert_int_equal(m.tag, 0x60);
	assert_int_equal(
	    ldap_message((struct slice){out.s, out.len - 1}, &m), 0);
	str_clear(&out);
	assert_true(dns_question("a.test.", DNS_A, 7, &out));
	assert_int_equal(out.len, 12 + 8 + 4);
	assert_false(dns_answer(str_slice(&out), "a.test", DNS_A, 7, &a));
	out.s[2] = (char)0x85;
	assert_true(dns_answer(str_slice(&out), "A.TEST", DNS_A, 7, &a));
	assert_true(a.authoritative);
	assert_false(dns_answer(str_slice(&out), "b.test", DNS_A, 7, &a));
	assert_false(dns_answer(str_slice(&out), "a.test", DNS_AAAA, 7, &a));
	assert_false(dns_question("a..b", DNS_A, 7, &out));
	str_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_ranges),
	    cmocka_unit_test(test_certificate),
	    cmocka_unit_test(test_http),
	    cmocka_unit_test(test_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
