/* SPDX-License-Identifier: Apache-2.0
 *
 * Mails, history lines, additions and environments made of a context.
 */
#include "notifyd/additions.h"
#include "notifyd/history.h"
#include "notifyd/methods/env.h"
#include "notifyd/methods/mail_text.h"
#include "notifyd/methods/options.h"

#include "common/config/snapshot_build.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

static void
fill(struct context *ctx)
{
	static const char *const pairs[][2] = {{"HOSTNAME", "web01"},
	    {"HOSTALIAS", "Web server"}, {"SERVICEDESC", "HTTP"},
	    {"NOTIFICATIONTYPE", "PROBLEM"}, {"SERVICESTATE", "CRITICAL"},
	    {"LASTSERVICESTATE", "OK"}, {"SERVICEATTEMPT", "1"},
	    {"SERVICEOUTPUT", "no answer; really"},
	    {"LONGSERVICEOUTPUT", "line one\nline <two>"},
	    {"CONTACTEMAIL", "ann@example.com"}, {"OMD_SITE", "demo"},
	    {"DELIVERY_ID", "demo-core-1-7-1"}, {"SERVICEPROBLEMID", "12"}};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		context_sets(ctx, pairs[i][0], pairs[i][1]);
}

static const struct mail_options options = {
    .from = "vedette@example.com", .machine = "monitor", .now = 1772438400};

static void
make(struct context *ctx, struct mail *mail)
{
	struct err err = {""};

	if (mail_make(ctx, &options, mail, &err) < 0)
		fail_msg("%s", err.text);
}

static void
mail_has_all(void **state)
{
	static const char *const texts[] = {
	    "From: Vedette <vedette@example.com>\r\n",
	    "To: <ann@example.com>\r\n",
	    "Subject: Vedette: web01/HTTP is CRITICAL\r\n",
	    "Date: Mon, 02 Mar 2026 08:00:00 +0000\r\n",
	    "Message-ID: <demo-core-1-7-1@monitor>\r\n",
	    "Auto-Submitted: auto-generated\r\n", "X-Vedette-Host: web01\r\n",
	    "X-Vedette-State: CRITICAL\r\n", "MIME-Version: 1.0\r\n",
	    "Content-Type: text/plain; charset=UTF-8\r\n",
	    "no answer; really\r\n", "    line one\r\n    line <two>\r\n",
	    "Content-Type: text/html; charset=UTF-8\r\n", "line &lt;two&gt;"};
	struct context ctx = {0};
	struct mail mail;

	(void)state;
	fill(&ctx);
	make(&ctx, &mail);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (strstr(mail.data.s, texts[i]) == NULL)
			fail_msg("no \"%s\" in\n%s", texts[i], mail.data.s);
	}
	assert_string_equal(mail.from, "vedette@example.com");
	assert_int_equal(mail.n_to, 1);
	mail_free(&mail);
	context_free(&ctx);
}

static void
parameters_shape_a_mail(void **state)
{
	static const char *const there[] = {
	    "From: \"Night Watch\" <night@example.com>\r\n",
	    "Reply-To: <team@example.com>\r\n",
	    "Subject: web01/HTTP OK -> CRIT no answer; really\r\n",
	    "Acknowledge: https://m/link/a\r\n", "<p>Room &lt;7&gt;</p>&lt;a",
	    "HOST_ROOM: <7>\r\n"};
	static const char *const not_there[] = {"line one", "<a b"};
	json_t *params = json_loads(
	    "{\"from_address\": \"night@example.com\","
	    " \"from_name\": \"Night Watch\","
	    " \"reply_to\": \"Team <team@example.com>\","
	    " \"subject_service\": \"$OBJECT$ $EVENT_TXT$ $OUTPUT$\","
	    " \"elements\": [\"variables\"],"
	    " \"insert_html\": \"<p>Room $HOST_ROOM$</p><a b>\"}",
	    0, NULL);
	struct mail_options own = options;
	struct context ctx = {0};
	struct mail mail;
	struct err err;

	(void)state;
	fill(&ctx);
	context_sets(&ctx, "HOST_ROOM", "<7>");
	context_sets(&ctx, "PREVIOUSSERVICEHARDSTATE", "OK");
	context_sets(&ctx, "LONGSERVICEOUTPUT", "");
	own.params = params;
	own.acknowledge = "https://m/link/a";
	assert_int_equal(mail_make(&ctx, &own, &mail, &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(there); i++) {
		if (strstr(mail.data.s, there[i]) == NULL)
			fail_msg("no \"%s\" in\n%s", there[i], mail.data.s);
	}
	for (size_t i = 0; i < ARRAY_LEN(not_there); i++)
		assert_null(strstr(mail.data.s, not_there[i]));
	mail_free(&mail);
	context_free(&ctx);
	json_decref(params);
}

static void
keys_are_dropped_by_prefix(void **state)
{
	struct context ctx = {0};

	(void)state;
	context_sets(&ctx, "PARAMETER_URL", "evil");
	context_sets(&ctx, "PARAMETERS", "stays");
	context_sets(&ctx, "A", "stays");
	context_sets(&ctx, "PARAMETER_X", "evil");
	context_drop(&ctx, "PARAMETER_");
	assert_int_equal(ctx.n, 2);
	assert_int_equal(ctx.bytes, strlen("PARAMETERSstaysAstays"));
	assert_string_equal(context_text(&ctx, "PARAMETERS"), "stays");
	assert_null(context_get(&ctx, "PARAMETER_URL"));
	context_free(&ctx);
}

/* Nothing of the context begins a header line; every line is short. */
static void
mail_is_injection_safe(void **state)
{
	struct context ctx = {0};
	struct mail mail;
	const char *end;

	(void)state;
	fill(&ctx);
	context_sets(&ctx, "HOSTNAME", "web\r\nBcc: evil@example.com");
	context_sets(&ctx, "SERVICEDESC", "x\n\nbody");
	context_sets(&ctx, "SERVICESTATE", "gr\xc3\xbc\xc3\x9f =?x?=");
	make(&ctx, &mail);
	end = strstr(mail.data.s, "\r\n\r\n");
	assert_non_null(end);
	for (const char *p = mail.data.s; p < end;) {
		const char *eol = strstr(p, "\r\n");

		assert_true(eol - p < 998);
		assert_true(strncmp(p, "Bcc", 3) != 0);
		assert_true(strncmp(p, "body", 4) != 0);
		for (const char *c = p; c < eol; c++)
			assert_true((unsigned char)*c < 0x80 && *c != '\n');
		p = eol + 2;
	}
	mail_free(&mail);
	context_free(&ctx);
}

static void
mail_body_is_quoted(void **state)
{
	struct context ctx = {0};
	struct mail mail;
	char output[400];

	(void)state;
	memset(output, 'a', sizeof(output) - 1);
	output[sizeof(output) - 1] = '\0';
	fill(&ctx);
	context_sets(&ctx, "SERVICEOUTPUT", output);
	context_sets(&ctx, "LONGSERVICEOUTPUT", "\xc3\xa4 = trailing \n.\n");
	make(&ctx, &mail);
	for (const char *p = mail.data.s; *p != '\0';) {
		const char *eol = strstr(p, "\r\n");

		assert_non_null(eol);
		assert_true(eol - p <= 998);
		assert_true(eol == p || eol[-1] != ' ');
		p = eol + 2;
	}
	assert_non_null(strstr(mail.data.s, "=C3=A4 =3D trailing=20\r\n"));
	mail_free(&mail);
	context_free(&ctx);
}

static void
mail_needs_an_address(void **state)
{
	static const char *const bad[] = {
	    "", "a b@example.com", "a@b\r\nRCPT TO:<c@d>", "<x@y>", "-x@y"};
	struct context ctx = {0};
	struct mail mail;

	(void)state;
	fill(&ctx);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = {""};

		context_sets(&ctx, "CONTACTEMAIL", bad[i]);
		assert_int_equal(mail_make(&ctx, &options, &mail, &err), -1);
		assert_true(err.text[0] != '\0');
		mail_free(&mail);
	}
	context_sets(&ctx, "CONTACTEMAIL", "a@x, b@y");
	make(&ctx, &mail);
	assert_int_equal(mail.n_to, 2);
	mail_free(&mail);
	context_free(&ctx);
}

/* --- history ---------------------------------------------------------------
 */

static void
history(void **state)
{
	struct context ctx = {0};
	struct str line = {0};

	(void)state;
	fill(&ctx);
	history_notification(&line, &ctx, "ann", "mail");
	assert_string_equal(str_get(&line),
	    "SERVICE NOTIFICATION: ann;web01;HTTP;CRITICAL;mail;"
	    "no answer%3B really");
	str_clear(&line);
	history_result(&line, &ctx, "ann", "mail", HISTORY_WARNING,
	    "first\n last; line \n\n");
	assert_string_equal(str_get(&line),
	    "SERVICE NOTIFICATION RESULT: ann;web01;HTTP;WARNING;mail;"
	    "last%3B line;first\\n last%3B line");
	str_clear(&line);
	context_sets(&ctx, "SERVICEDESC", "");
	context_sets(&ctx, "HOSTSTATE", "DOWN");
	context_sets(&ctx, "HOSTOUTPUT", "gone");
	context_sets(&ctx, "NOTIFICATIONTYPE", "ACKNOWLEDGEMENT");
	context_sets(&ctx, "NOTIFICATIONMARK", "test");
	history_notification(&line, &ctx, "ann", "mail");
	assert_string_equal(str_get(&line),
	    "HOST NOTIFICATION: ann;web01;ACKNOWLEDGEMENT (DOWN);mail;"
	    "test: gone");
	str_free(&line);
	context_free(&ctx);
}

/* --- additions
 * ---------------------------------------------------------------- */

static void
additions(void **state)
{
	static const char *const want[][2] = {{"WHAT", "SERVICE"},
	    {"PREVIOUSSERVICEHARDSTATE", "OK"}, {"SERVICESHORTSTATE", "CRIT"},
	    {"DATE", "2026-03-02"}, {"SHORTDATETIME", "2026-03-02 08:00:00"},
	    {"LASTSERVICEOK_REL", "1d 01:01:01"}, {"SERVICEOUTPUT", "a|b"},
	    {"SERVICENOTIFICATIONNUMBER", "1"}, {"OMD_ROOT", "/site"},
	    {"SERVICEFORURL", "Filesystem%20%2F"}, {"HOST_SL", "10"},
	    {"SVC_SL", "20"}};
	struct context ctx = {0};
	struct additions with = {"demo", "/site", "monitor",
	    INT64_C(1772438400) * 1000000, false, NULL};

	(void)state;
	fill(&ctx);
	context_sets(&ctx, "SERVICEDESC", "Filesystem /");
	context_sets(&ctx, "LASTSERVICEOK", "1772348339");
	context_sets(&ctx, "SERVICEOUTPUT",
	    "a\xe2\x9d\x98"
	    "b");
	context_sets(&ctx, "SERVICENOTIFICATIONNUMBER", "0");
	context_sets(&ctx, "HOST_EC_SL", "10");
	context_sets(&ctx, "SERVICE_SL", "20");
	additions_make(&ctx, &with);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_string_equal(context_text(&ctx, want[i][0]), want[i][1]);
	context_free(&ctx);
}

static void
additions_of_configuration(void **state)
{
	struct snapb *b = snapb_new(1, 0);
	struct err err = {""};
	struct context ctx = {0};
	struct snapshot *snap;
	uint32_t ann = snapb_contact(b, "ann");
	uint32_t group = snapb_group(b, SNAPB_CONTACT_GROUPS, "linux");
	uint32_t host = snapb_host(b, "web01");
	uint32_t tag[2] = {snapb_str(b, "criticality"), snapb_str(b, "prod")};
	struct snap_object *o = snapb_object(b, host);

	(void)state;
	o->contacts = snapb_list(b, &ann, 1);
	o->contact_groups = snapb_list(b, &group, 1);
	o->tags = snapb_list(b, tag, 2);
	o->folder = snapb_str(b, "/linux");
	snap = snapb_open(b, &err);
	if (snap == NULL)
		fail_msg("%s", err.text);
	fill(&ctx);
	additions_from_snapshot(&ctx, snap);
	assert_string_equal(context_text(&ctx, "CONTACTS"), "ann");
	assert_string_equal(
	    context_text(&ctx, "HOSTCONTACTGROUPNAMES"), "linux");
	assert_string_equal(context_text(&ctx, "HOSTTAG_criticality"), "prod");
	assert_string_equal(context_text(&ctx, "HOSTFOLDER"), "/linux");
	context_free(&ctx);
	context_sets(&ctx, "HOSTNAME", "stranger");
	additions_from_snapshot(&ctx, snap);
	assert_string_equal(context_text(&ctx, "CONTACTS"), "?");
	context_free(&ctx);
	snapshot_close(&snap);
	snapb_free(&b);
}

static bool
env_has(char **env, const char *entry)
{
	for (; *env != NULL; env++) {
		if (strcmp(*env, entry) == 0)
			return true;
	}
	return false;
}

static void
environment(void **state)
{
	char *base[] = {(char *)"PATH=/bin", (char *)"SECRET=x",
	    (char *)"https_proxy=http://p:1", NULL};
	json_t *who = json_pack(
	    "{s:s, s:{s:s}}", "email", "a@b", "attributes", "shift", "night");
	json_t *params = json_pack("{s:{s:b}, s:[s,i], s:s}", "from", "on", 1,
	    "list", "a", 2, "bad-key", "v");
	struct context ctx = {0};
	char *big = xmalloc(200000), **env;

	(void)state;
	memset(big, 'x', 199999);
	big[199999] = '\0';
	fill(&ctx);
	context_sets(&ctx, "LONGSERVICEOUTPUT", big);
	additions_of_delivery(&ctx, "ann", who, params, 3, "the third", "id-1");
	context_sets(&ctx, "OMD_ROOT", "/opt/branch");
	env = env_make(&ctx, "/opt/central", base);
	assert_true(env_has(env, "OMD_ROOT=/opt/central"));
	assert_true(env_has(env, "OMD_SITE=central"));
	assert_true(env_has(env, "NOTIFY_OMD_ROOT=/opt/branch"));
	assert_true(env_has(env, "PATH=/bin"));
	assert_true(env_has(env, "https_proxy=http://p:1"));
	assert_false(env_has(env, "SECRET=x"));
	assert_true(env_has(env, "NOTIFY_CONTACTNAME=ann"));
	assert_true(env_has(env, "NOTIFY_CONTACTEMAIL=a@b"));
	assert_true(env_has(env, "NOTIFY_CONTACT_SHIFT=night"));
	assert_true(env_has(env, "NOTIFY_PARAMETER_FROM_ON=true"));
	assert_true(env_has(env, "NOTIFY_PARAMETER_LIST=a 2"));
	assert_true(env_has(env, "NOTIFY_PARAMETER_LIST_2=2"));
	assert_true(env_has(env, "NOTIFY_PARAMETER_BAD_KEY=v"));
	assert_true(env_has(env, "NOTIFY_PARAMETER_MATCHING_RULE_NR=3"));
	assert_true(env_has(env, "NOTIFY_DELIVERY_ID=id-1"));
	for (char **p = env; *p != NULL; p++)
		assert_true(strlen(*p) < ENV_MAX_VALUE + 200);
	env_free(&env);
	context_free(&ctx);
	json_decref(who);
	json_decref(params);
	free(big);
}

/* --- context
 * --------------------------------------------------------------------- */

static void
context_is_clean(void **state)
{
	struct context ctx = {0};
	char *big = xmalloc(3u << 20);

	(void)state;
	assert_true(
	    context_set(&ctx, "A", SLICE("a\0b\xff\xc3\xa4\xed\xa0\x80")));
	assert_string_equal(context_text(&ctx, "A"),
	    "ab\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_false(context_sets(&ctx, "A=B", "x"));
	assert_false(context_sets(&ctx, "A B", "x"));
	assert_false(context_sets(&ctx, "", "x"));
	memset(big, 'x', (3u << 20) - 1);
	big[(3u << 20) - 1] = '\0';
	context_sets(&ctx, "LONGHOSTOUTPUT", big);
	context_sets(&ctx, "B", "stays");
	context_bound(&ctx, CONTEXT_MAX_BYTES);
	assert_true(ctx.bytes <= CONTEXT_MAX_BYTES);
	assert_true(strlen(context_text(&ctx, "LONGHOSTOUTPUT")) < 5000);
	assert_string_equal(context_text(&ctx, "B"), "stays");
	context_free(&ctx);
	free(big);
}

/* --- options
 * ---------------------------------------------------------------------- */

static void
options_of_methods(void **state)
{
	json_t *methods = json_pack(
	    "{s:{s:s, s:i, s:s, s:i, s:s}, s:{s:[s,s]}, s:{s:i}}", "mail",
	    "timeout", "5s", "tries", 3, "retry", "10s", "concurrency", 2,
	    "give_up", "2d", "sms", "retry", "1s", "9s", "bad", "tires", 3);
	struct method_options o;
	struct err err = {""};

	(void)state;
	assert_int_equal(method_options_read(methods, "mail", &o, &err), 0);
	assert_int_equal(o.timeout_ms, 5000);
	assert_int_equal(o.tries, 3);
	assert_int_equal(o.give_up_ms, 48 * 3600 * 1000);
	assert_int_equal(o.concurrency, 2);
	assert_int_equal(method_options_pause(&o, 1), 10000);
	assert_int_equal(method_options_pause(&o, 3), 40000);
	assert_int_equal(method_options_pause(&o, 30), 1800000);
	assert_int_equal(method_options_read(methods, "sms", &o, &err), 0);
	assert_int_equal(o.concurrency, 1);
	assert_int_equal(o.tries, METHOD_ANY_TRIES);
	assert_int_equal(o.give_up_ms, 24 * 3600 * 1000);
	assert_int_equal(method_options_pause(&o, 1), 1000);
	assert_int_equal(method_options_pause(&o, 2), 9000);
	assert_int_equal(method_options_pause(&o, 7), 9000);
	assert_int_equal(method_options_read(methods, "bad", &o, &err), -1);
	assert_non_null(strstr(err.text, "unknown key tires"));
	json_decref(methods);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mail_has_all),
	    cmocka_unit_test(parameters_shape_a_mail),
	    cmocka_unit_test(keys_are_dropped_by_prefix),
	    cmocka_unit_test(mail_is_injection_safe),
	    cmocka_unit_test(mail_body_is_quoted),
	    cmocka_unit_test(mail_needs_an_address),
	    cmocka_unit_test(history),
	    cmocka_unit_test(additions),
	    cmocka_unit_test(additions_of_configuration),
	    cmocka_unit_test(environment),
	    cmocka_unit_test(context_is_clean),
	    cmocka_unit_test(options_of_methods),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
