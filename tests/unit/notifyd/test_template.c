/* SPDX-License-Identifier: Apache-2.0
 *
 * Templates, the words that they have beside the context, and the
 * descriptions of the HTTP methods that are made of them.
 */
#include "notifyd/methods/http_methods.h"
#include "notifyd/methods/sms.h"
#include "notifyd/methods/table.h"
#include "notifyd/methods/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
expands(const char *text, enum template_escape escape, const char *expected)
{
	static const struct template_word words[] = {
	    {"SECRET", "s&cret"}, {NULL, NULL}};
	json_t *params = json_loads("{\"who\": \"<$HOSTNAME$>\", \"n\": 7,"
				    " \"list\": [\"a\", 1], \"on\": true}",
	    0, NULL);
	struct context ctx = {0};
	struct template_world w = {words, params, &ctx, escape};
	struct str to = {0};

	context_sets(&ctx, "HOSTNAME", "we<b>&\"1");
	context_sets(&ctx, "OUTPUT", "$HOSTNAME$ $SECRET$");
	context_sets(&ctx, "UMLAUT", "\xc3\xa4\xc3\xb6x");
	context_sets(&ctx, "HOST_TEAM x", "blank");
	nd_template_expand(&to, text, &w);
	assert_string_equal(str_get(&to), expected);
	str_free(&to);
	context_free(&ctx);
	json_decref(params);
}

static void
macros_expand(void **state)
{
	(void)state;
	expands("", TEMPLATE_PLAIN, "");
	expands("a $HOSTNAME$ b", TEMPLATE_PLAIN, "a we<b>&\"1 b");
	expands("$NOSUCH$|$$|5$ and $ 6 $", TEMPLATE_PLAIN, "|$|5$ and $ 6 $");
	expands("$HOSTNAME$", TEMPLATE_HTML, "we&lt;b&gt;&amp;&quot;1");
	expands("$HOSTNAME:html$", TEMPLATE_PLAIN, "we&lt;b&gt;&amp;&quot;1");
	expands("$HOSTNAME:markup$", TEMPLATE_PLAIN, "we&lt;b&gt;&amp;\"1");
	expands("$HOSTNAME:url$", TEMPLATE_PLAIN, "we%3Cb%3E%26%221");
	expands("$HOSTNAME:json$", TEMPLATE_PLAIN, "we<b>&\\\"1");
	expands("$HOSTNAME:markdown$", TEMPLATE_PLAIN, "we\\<b\\>&\"1");
	expands("$HOSTNAME:plain$", TEMPLATE_HTML, "we<b>&\"1");
	expands("$UMLAUT:2$ $UMLAUT:9$ $UMLAUT:0$", TEMPLATE_PLAIN,
	    "\xc3\xa4\xc3\xb6 \xc3\xa4\xc3\xb6x ");
	expands("$HOSTNAME:3:html$", TEMPLATE_PLAIN, "we&lt;");
}

/* What comes from the world holds no macros; parameters may. */
static void
only_parameters_hold_macros(void **state)
{
	(void)state;
	expands("$OUTPUT$", TEMPLATE_PLAIN, "$HOSTNAME$ $SECRET$");
	expands("$SECRET$", TEMPLATE_HTML, "s&cret");
	expands("$PARAMETER_WHO$", TEMPLATE_PLAIN, "<we<b>&\"1>");
	expands("$PARAMETER_WHO$", TEMPLATE_URL, "<we%3Cb%3E%26%221>");
	expands("$PARAMETER_N$ $PARAMETER_LIST$ $PARAMETER_ON$ $PARAMETER_X$",
	    TEMPLATE_PLAIN, "7 a 1 true ");
}

static void
json_is(const char *template, const char *expected)
{
	json_t *params =
	    json_loads("{\"tags\": [\"$HOSTNAME$\", 1], \"off\": false,"
		       " \"more\": {\"x\": \"$HOSTNAME$\"}}",
		0, NULL);
	json_t *value = json_loads(template, JSON_DECODE_ANY, NULL);
	struct context ctx = {0};
	struct template_world w = {NULL, params, &ctx, TEMPLATE_PLAIN};
	json_t *to;
	char *text;

	context_sets(&ctx, "HOSTNAME", "w\"1\n");
	assert_non_null(value);
	to = nd_template_json(value, &w);
	text = to == NULL ? strdup("NULL")
			  : json_dumps(to, JSON_COMPACT | JSON_ENCODE_ANY);
	assert_string_equal(text, expected);
	free(text);
	json_decref(to);
	json_decref(value);
	json_decref(params);
	context_free(&ctx);
}

static void
json_templates(void **state)
{
	(void)state;
	json_is("{\"a\": \"<$HOSTNAME$>\", \"b\": [1, null, true]}",
	    "{\"a\":\"<w\\\"1\\n>\",\"b\":[1,null,true]}");
	json_is("{\"a?\": \"$NO$\", \"b\": \"$NO$\"}", "{\"b\":\"\"}");
	json_is("{\"a<2\": \"$HOSTNAME$\", \"b<1?\": \"$NO$\", \"c<\": \"x\"}",
	    "{\"a\":\"w\\\"\",\"c<\":\"x\"}");
	json_is("[{\"$if\": \"$NO$\", \"a\": 1}, {\"$if\": \"x\", \"b\": 2},"
		" {\"$if\": \"$PARAMETER_OFF$\"}]",
	    "[{\"b\":2}]");
	json_is("{\"list?\": [{\"$if\": \"$NO$\"}]}", "{}");
	json_is("{\"$if\": \"$NO$\"}", "NULL");
	json_is("{\"t\": \"$PARAMETER_TAGS$\", \"u?\": \"$PARAMETER_NONE$\","
		" \"$with\": \"$PARAMETER_MORE$\"}",
	    "{\"t\":[\"w\\\"1\\n\",1],\"x\":\"w\\\"1\\n\"}");
}

static void
words_are_for_both_kinds(void **state)
{
	struct context ctx = {0};

	(void)state;
	context_sets(&ctx, "HOSTNAME", "web 01");
	context_sets(&ctx, "HOSTADDRESS", "192.0.2.1");
	context_sets(&ctx, "HOSTSTATE", "DOWN");
	context_sets(&ctx, "PREVIOUSHOSTHARDSTATE", "UP");
	context_sets(&ctx, "NOTIFICATIONTYPE", "PROBLEM");
	context_sets(&ctx, "HOSTURL", "/#/host/web%2001");
	context_sets(&ctx, "MICROTIME", "1772438400000000");
	context_sets(&ctx, "CONTACTNAME", "ann,bob");
	words_add(&ctx, "https://mon.example.com/");
	assert_string_equal(context_text(&ctx, "OBJECT"), "web 01");
	assert_string_equal(context_text(&ctx, "EVENT_TXT"), "UP -> DOWN");
	assert_string_equal(
	    context_text(&ctx, "EVENT_WORDS"), "is DOWN (was UP)");
	assert_string_equal(context_text(&ctx, "LINK"),
	    "https://mon.example.com/#/host/web%2001");
	assert_string_equal(context_text(&ctx, "DEDUP"), "web01:192.0.2.1");
	assert_string_equal(
	    context_text(&ctx, "ISOTIME"), "2026-03-02T08:00:00Z");
	assert_string_equal(context_text(&ctx, "MENTIONS"), "@ann, @bob");
	assert_int_equal(notice_state(&ctx), STATE_DOWN);
	assert_int_equal(notice_kind(&ctx), NOTICE_PROBLEM);
	context_sets(&ctx, "SERVICEDESC", "Disk /");
	context_sets(&ctx, "SERVICESTATE", "CRITICAL");
	context_sets(&ctx, "NOTIFICATIONTYPE", "DOWNTIMESTART");
	words_add(&ctx, "");
	assert_string_equal(context_text(&ctx, "OBJECT"), "web 01/Disk /");
	assert_string_equal(
	    context_text(&ctx, "EVENT_TXT"), "Downtime Start (CRIT)");
	assert_string_equal(
	    context_text(&ctx, "DEDUP"), "Disk//web01:192.0.2.1");
	assert_string_equal(context_text(&ctx, "LINK"), "");
	assert_int_equal(notice_kind(&ctx), NOTICE_DOWNTIME);
	context_free(&ctx);
}

static void
short_is(const char *text, unsigned max, const char *expected)
{
	struct str to = {0};

	sms_text(&to, slice_of(text), max);
	assert_string_equal(str_get(&to), expected);
	str_free(&to);
}

static void
short_messages_fit(void **state)
{
	char text[300], expected[200];

	(void)state;
	short_is("", 160, "");
	short_is("  two\n\n lines\t ", 160, "two lines");
	short_is("\xc3\xa4\xe2\x82\xac\xe2\x82\xac`", 5,
	    "\xc3\xa4\xe2\x82\xac\xe2\x82\xac");
	short_is("[x]", 4, "[x"); /* brackets take two places */
	short_is("\xe6\xbc\xa2`a", 160, "??a");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(expected, 'x', 160);
	expected[160] = '\0';
	short_is(text, 160, expected);
}

/* The descriptions are right JSON, and small next to any service's limit. */
static void
descriptions_are_json(void **state)
{
	const struct method_def *def;

	(void)state;
	for (size_t i = 0; (def = method_def_at(i)) != NULL; i++) {
		for (size_t k = 0; def->http != NULL && k < HTTP_MAX_STEPS &&
		     def->http->steps[k].on != 0;
		     k++) {
			const struct http_step *s = &def->http->steps[k];
			json_error_t why;
			json_t *body;

			assert_non_null(s->url);
			if (s->body == NULL)
				continue;
			body = json_loads(s->body, 0, &why);
			if (body == NULL)
				fail_msg(
				    "%s step %zu: %s", def->name, k, why.text);
			json_decref(body);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(macros_expand),
	    cmocka_unit_test(only_parameters_hold_macros),
	    cmocka_unit_test(json_templates),
	    cmocka_unit_test(words_are_for_both_kinds),
	    cmocka_unit_test(short_messages_fit),
	    cmocka_unit_test(descriptions_are_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
