/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters, columns, statistics and sorting by their answers.
 */
#include "tests/unit/livestatusd/fixture.h"

static void
test_columns_and_order(void **state)
{
	assert_answer(*state, "GET hosts\nColumns: name state\n",
	    "db1;0\nrouter;1\nweb1;0\n");
	assert_answer(*state,
	    "GET services\nColumns: host_name description state\n",
	    "db1;Disk /;2\ndb1;Load;0\nweb1;CPU;1\nweb1;Disk /;0\n"
	    "web1;Disk /var;2\nweb1;HTTP;0\n");
	assert_answer(*state,
	    "GET services\nColumns: service_description host_name nope\n"
	    "Filter: host_name = db1\nColumnHeaders: on\n"
	    "OutputFormat: json\n",
	    "[[\"description\",\"host_name\",\"nope\"],\n"
	    "[\"Disk /\",\"db1\",null],\n[\"Load\",\"db1\",null]]\n");
	assert_answer(*state, "GET hosts\nColumns: host_host_name\n",
	    "db1\nrouter\nweb1\n");
}

static void
test_all_columns_have_titles(void **state)
{
	const char *all = ask(*state, "GET contacts\nColumnHeaders: off\n");

	assert_non_null(strstr(all, "name;alias;email"));
	assert_non_null(strstr(all, "\nann;"));
}

static void
test_timeperiods(void **state)
{
	assert_answer(*state,
	    "GET timeperiods\nColumns: name alias in days exclusions\n"
	    "OutputFormat: json\n",
	    "[[\"never\",\"Never\",0,[[],[],[],[],[],[],[]],[]],\n"
	    "[\"work\",\"Working hours\",0,"
	    "[[],[28800,43200,46800,61200],[],[],[],[],[]],[\"never\"]]]\n");
	assert_answer(*state,
	    "GET timeperiods\nFilter: name = work\nOutputFormat: json\n"
	    "Columns: exceptions_calendar_dates exceptions_month_date "
	    "exceptions_month_day exceptions_month_week_day "
	    "exceptions_week_day\n",
	    "[[[[\"2023-12-25\"]],[[\"december 24\",28800,43200]],"
	    "[[\"day -1\"]],[[\"thursday -1 november\"]],"
	    "[[\"monday 1\"]]]]\n");
	assert_answer(*state,
	    "GET timeperiods\nColumns: name num_transitions\n"
	    "Filter: next_transition > 0\n",
	    "work;50\n");
	assert_answer(*state,
	    "GET timeperiods\nColumns: transitions\nFilter: name = never\n",
	    "\n");
}

static void
test_int_filters(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *filter, *answer;
	} t[] = {
	    {"state = 2", "Disk /\nDisk /var\n"},
	    {"state != 2", "Load\nCPU\nDisk /\nHTTP\n"},
	    {"state !< 1", "Disk /\nCPU\nDisk /var\n"},
	    {"state > 1", "Disk /\nDisk /var\n"},
	    {"state <= 0", "Load\nDisk /\nHTTP\n"},
	    {"state !>= 2", "Load\nCPU\nDisk /\nHTTP\n"},
	    {"state ~ 2", "Disk /\nDisk /var\n"},
	    {"state ~~ 3", "Disk /\nCPU\nDisk /var\n"},
	    {"state =~ 1", "Load\nCPU\nDisk /\nHTTP\n"},
	    {"state ~~ 1|2", "Disk /\nCPU\nDisk /var\n"},
	    {"state = 2x", "Disk /\nDisk /var\n"},
	    {"has_been_checked = 0", "HTTP\n"},
	    {"scheduled_downtime_depth > 0", "Disk /var\n"},
	    {"notifications_enabled = 1",
		"Disk /\nLoad\nCPU\nDisk /\nDisk /var\nHTTP\n"},
	    {"active_checks_enabled != 1", "HTTP\n"},
	    {"last_check >= 1699999940",
		"Disk /\nLoad\nCPU\nDisk /\nDisk /var\n"},
	    {"check_interval = 1",
		"Disk /\nLoad\nCPU\nDisk /\nDisk /var\nHTTP\n"},
	    {"staleness > 1.4", "Disk /\nLoad\nCPU\nDisk /\nDisk /var\n"},
	    {"host_state = 1", ""},
	    {"host_num_services = 2", "Disk /\nLoad\n"},
	    {"state = 4000000000", ""},
	    {"state < -1", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct str q = {0};

		str_addf(&q, "GET services\nColumns: description\nFilter: %s\n",
		    t[i].filter);
		if (strcmp(ask(f, str_get(&q)), t[i].answer) != 0)
			fail_msg("%s gives\n%s", t[i].filter, str_get(&f->out));
		str_free(&q);
	}
}

static void
test_string_filters(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *filter, *answer;
	} t[] = {
	    {"description = Disk /", "db1\nweb1\n"},
	    {"description != Disk /", "db1\nweb1\nweb1\nweb1\n"},
	    {"description ~ ^Disk", "db1\nweb1\nweb1\n"},
	    {"description !~ ^Disk", "db1\nweb1\nweb1\n"},
	    {"description =~ http", "web1\n"},
	    {"description =~ htt", ""},
	    {"description ~~ (cpu|load)$", "db1\nweb1\n"},
	    {"description ~ Disk\\ /v", "web1\n"},
	    {"description < D", "web1\n"},
	    {"description >= Load", "db1\n"},
	    {"plugin_output ~~ \xe2\x82\xac", "web1\n"},
	    {"host_alias ~~ \xc3\xa4lteste", "web1\nweb1\nweb1\nweb1\n"},
	    {"host_name =", ""},
	    {"host_name !=", "db1\ndb1\nweb1\nweb1\nweb1\nweb1\n"},
	    {"long_plugin_output ~ one.two", ""},
	    {"long_plugin_output ~ one\\ntwo", "web1\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct str q = {0};

		str_addf(&q, "GET services\nColumns: host_name\nFilter: %s\n",
		    t[i].filter);
		if (strcmp(ask(f, str_get(&q)), t[i].answer) != 0)
			fail_msg("%s gives\n%s", t[i].filter, str_get(&f->out));
		str_free(&q);
	}
}

static void
test_list_and_dict_filters(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *filter, *answer;
	} t[] = {
	    {"groups >= linux", "db1\nweb1\n"},
	    {"groups !>= linux", "router\n"},
	    {"groups < linux", "router\n"},
	    {"groups !< linux", "db1\nweb1\n"},
	    {"groups <= LINUX", "db1\nweb1\n"},
	    {"groups > LINUX", "router\n"},
	    {"groups ~ ^li", "db1\nweb1\n"},
	    {"groups !~ ^li", "router\n"},
	    {"groups ~~ NE", "router\n"},
	    {"groups =", ""},
	    {"groups = linux", ""},
	    {"groups != linux", ""},
	    {"groups !=", "db1\nrouter\nweb1\n"},
	    {"parents =", "router\n"},
	    {"childs >= web1", "router\n"},
	    {"services >= Load", "db1\n"},
	    {"comments >= 9", "web1\n"},
	    {"labels = 'env' 'prod'", "web1\n"},
	    {"labels = 'o''s' 'a b'", "web1\n"},
	    {"labels = env", "db1\nrouter\n"},
	    {"labels != env", "web1\n"},
	    {"labels ~ env ^pr", "web1\n"},
	    {"custom_variables = FILENAME /x/hosts.mk", "web1\n"},
	    {"label_names >= env", "web1\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct str q = {0};

		str_addf(
		    &q, "GET hosts\nColumns: name\nFilter: %s\n", t[i].filter);
		if (strcmp(ask(f, str_get(&q)), t[i].answer) != 0)
			fail_msg("%s gives\n%s", t[i].filter, str_get(&f->out));
		str_free(&q);
	}
	assert_answer(f,
	    "GET servicegroups\nColumns: name\n"
	    "Filter: members >= web1|Disk /var\n",
	    "disks\n");
	assert_answer(f,
	    "GET services\nColumns: description\n"
	    "Filter: performance_data > fs_used 50\n",
	    "Disk /\nDisk /var\n");
	assert_answer(f,
	    "GET services\nColumns: host_name description\n"
	    "Filter: groups >= disks\nFilter: host_groups >= linux\n",
	    "db1;Disk /\nweb1;Disk /\nweb1;Disk /var\n");
}

static void
test_combinations(void **state)
{
	struct fixture *f = *state;

	assert_answer(f,
	    "GET hosts\nColumns: name\nFilter: name = db1\n"
	    "Filter: name = web1\nOr: 2\n",
	    "db1\nweb1\n");
	assert_answer(f,
	    "GET hosts\nColumns: name\nFilter: name = db1\n"
	    "Filter: name = web1\nOr: 2\nNegate:\n",
	    "router\n");
	assert_answer(f,
	    "GET hosts\nColumns: name\nFilter: name = web1\n"
	    "Filter: state = 0\nAnd: 2\nFilter: state = 1\nOr: 2\n",
	    "router\nweb1\n");
	assert_answer(
	    f, "GET hosts\nColumns: name\nAnd: 0\n", "db1\nrouter\nweb1\n");
	assert_answer(f, "GET hosts\nColumns: name\nOr: 0\n", "");
	assert_answer(f,
	    "GET services\nColumns: description\nFilter: host_name = db1\n"
	    "Filter: host_name = web1\nFilter: description = HTTP\nAnd: 2\n"
	    "Or: 2\n",
	    "Disk /\nLoad\nHTTP\n");
	assert_answer(f,
	    "GET services\nColumns: description\nFilter: host_name = none\n",
	    "");
	assert_answer(f,
	    "GET hosts\nColumns: name\nFilter: name = db1\nAnd: 2\n"
	    "ResponseHeader: fixed16\n",
	    "400          69\nwhile processing header 'And': cannot combine "
	    "2 filters, there are 1\n");
}

static void
test_stats(void **state)
{
	struct fixture *f = *state;

	assert_answer(f,
	    "GET services\nStats: state = 0\nStats: state = 2\n"
	    "Stats: has_been_checked = 0\n",
	    "3;2;1\n");
	assert_answer(f,
	    "GET services\nFilter: state = 77\nStats: state = 0\n"
	    "Stats: max state\nStats: avg state\nOutputFormat: json\n",
	    "[[0,0,null]]\n");
	assert_answer(f,
	    "GET services\nColumns: host_name\nStats: state = 2\n"
	    "Stats: sum state\n",
	    "db1;1;2\nweb1;1;3\n");
	assert_answer(f,
	    "GET services\nStatsGroupBy: state\nStats: state != 9\n",
	    "0;3\n1;1\n2;2\n");
	assert_answer(f,
	    "GET services\nColumns: state\nFilter: state = 77\n"
	    "Stats: state != 9\nOutputFormat: json\n",
	    "[]\n");
	assert_answer(f,
	    "GET services\nStats: max last_check\nStats: std state\n",
	    "1699999940;0.8975274679\n");
	assert_answer(f, "GET services\nStats: sum perf_data\n",
	    "fs_used=204.50000000 inodes=7.00000000\n");
	assert_answer(f, "GET services\nStats: max description\n", "6\n");
	assert_answer(f,
	    "GET services\nStats: state = 2\nStats: acknowledged = 0\n"
	    "Stats: scheduled_downtime_depth = 0\nStatsAnd: 3\n"
	    "Stats: state = 0\nStatsNegate:\nStats: state = 0\n"
	    "Stats: state = 1\nStatsOr: 2\n",
	    "1;3;4\n");
	assert_answer(f,
	    "GET services\nStats: state = 2\nStatsAnd: 0\nStatsOr: 0\n",
	    "2;6;0\n");
	assert_answer(f,
	    "GET services\nFilter: state != 2\nStats: state != 1\n"
	    "Stats: last_check > 0\nStats: active_checks_enabled = 0\n"
	    "Stats: current_attempt < 2\nStats: state !> 0\n",
	    "3;3;1;4;3\n");
	assert_answer(f, "GET services\nStats: sum state\nStatsNegate:\n",
	    "while processing header 'StatsNegate': an aggregate cannot be "
	    "combined\n");
	assert_answer(f,
	    "GET hosts\nStats: state = 0\nColumnHeaders: on\n"
	    "OutputFormat: json\n",
	    "[[\"stats_1\"],\n[2]]\n");
}

static void
test_sort_limit_offset(void **state)
{
	struct fixture *f = *state;

	assert_answer(f,
	    "GET services\nColumns: state description\nSort: state desc\n"
	    "Sort: description asc\nLimit: 3\n",
	    "2;Disk /\n2;Disk /var\n1;CPU\n");
	assert_answer(f,
	    "GET services\nColumns: description\n"
	    "OrderBy: performance_data.fs_used desc\nLimit: 2\n",
	    "Disk /var\nDisk /\n");
	assert_answer(
	    f, "GET hosts\nColumns: name\nOffset: 1\nLimit: 1\n", "router\n");
	assert_answer(f, "GET hosts\nColumns: name\nLimit: 0\n", "");
	assert_answer(f,
	    "GET hosts\nColumns: name\nOffset: 1\nLimit: 1\n"
	    "OutputFormat: wrapped_json\nColumnHeaders: on\n",
	    "{\"columns\":[\"name\"],\"data\":[[\"router\"]],"
	    "\"total_count\":3}\n");
	assert_answer(f,
	    "GET services\nColumns: host_name\nStats: state != 9\n"
	    "Sort: host_name desc\n",
	    "web1;4\ndb1;2\n");
	assert_answer(f, "GET hosts\nColumns: name\nOffset: 7\n", "");
}

static void
test_groups(void **state)
{
	struct fixture *f = *state;

	assert_answer(f,
	    "GET hostgroups\nColumns: name num_hosts num_hosts_up "
	    "num_services num_services_crit num_services_pending "
	    "worst_service_state num_services_handled_problems\n",
	    "linux;2;2;6;2;1;2;2\nnet;1;0;0;0;0;0;0\n");
	assert_answer(f,
	    "GET hosts\nColumns: name num_services worst_service_state "
	    "num_services_ok\n",
	    "db1;2;2;1\nrouter;0;0;0\nweb1;4;2;1\n");
	assert_answer(f,
	    "GET hostsbygroup\nColumns: hostgroup_name host_name\n",
	    "linux;db1\nlinux;web1\nnet;router\n");
	assert_answer(f,
	    "GET servicesbygroup\nColumns: servicegroup_name host_name "
	    "description\n",
	    "disks;db1;Disk /\ndisks;web1;Disk /\ndisks;web1;Disk /var\n");
	assert_answer(f,
	    "GET servicesbyhostgroup\nColumns: hostgroup_name description\n"
	    "Filter: host_name = db1\n",
	    "linux;Disk /\nlinux;Load\n");
	assert_answer(f,
	    "GET servicegroups\nColumns: name members_with_state\n"
	    "OutputFormat: json\n",
	    "[[\"disks\",[[\"db1\",\"Disk /\",2,1],[\"web1\",\"Disk /\",0,1],"
	    "[\"web1\",\"Disk /var\",2,1]]]]\n");
}

static void
test_notes(void **state)
{
	struct fixture *f = *state;

	assert_answer(f,
	    "GET downtimes\nColumns: id host_name service_description "
	    "comment is_service type\n",
	    "3;router;;disk; swap;0;2\n7;web1;Disk /var;disk; swap;1;1\n");
	assert_answer(f, "GET comments\nColumns: id host_name author type\n",
	    "9;web1;bob;1\n");
	assert_answer(f,
	    "GET services\nColumns: downtimes downtimes_with_info\n"
	    "Filter: downtimes >= 7\nOutputFormat: json\n",
	    "[[[7],[[7,\"ann\",\"disk; swap\"]]]]\n");
	mirror_apply(f->m,
	    &(struct msg){.id = MSG_DOWNTIME_GONE, .downtime_gone = {7}}, 1);
	mirror_apply(f->m,
	    &(struct msg){.id = MSG_COMMENT_GONE, .comment_gone = {9}}, 1);
	assert_answer(f, "GET downtimes\nColumns: id\n", "3\n");
	assert_answer(f, "GET comments\nColumns: id\n", "");
	assert_answer(f,
	    "GET services\nColumns: description\nFilter: downtimes !=\n", "");
}

static void
test_log(void **state)
{
	struct fixture *f = *state;

	assert_answer(f,
	    "GET log\nColumns: time class type state host_name "
	    "service_description\nLimit: 3\n",
	    "1699990500;5;EXTERNAL COMMAND;0;;\n"
	    "1699990400;1;SERVICE ALERT;0;gone;CPU\n"
	    "1699990300;1;HOST DOWNTIME ALERT;0;router;\n");
	assert_answer(f,
	    "GET log\nColumns: log_time state state_type state_info "
	    "plugin_output long_plugin_output attempt host_address\n"
	    "Filter: time >= 1699990100\nFilter: time < 1699990200\n",
	    "1699990100;1;SOFT;SOFT (WARNING);busy;more;1;192.0.2.10\n");
	assert_answer(f,
	    "GET log\nColumns: contact_name command_name state_info "
	    "current_service_state\nFilter: class = 3\n",
	    "ann;mail;NOTIFY (WARNING);1\n");
	assert_answer(f,
	    "GET log\nColumns: time\nFilter: time < 1699990500\nNegate:\n",
	    "1699990500\n");
}

static void
test_status(void **state)
{
	struct fixture *f = *state;
	struct str counters = {0};

	assert_answer(f,
	    "GET status\nColumns: num_hosts num_services livestatus_version "
	    "program_version interval_length enable_notifications\n",
	    "3;6;1.2.3-naemon;Vedette 1.2.3;60;1\n");
	f->env.threads = 4;
	f->env.queued = 2;
	f->env.usage = 0.25;
	f->env.overflows = 7;
	f->env.command_slots = 100;
	f->env.commands_open = 3;
	f->env.commands_most = 9;
	assert_answer(f,
	    "GET status\nColumns: livestatus_threads livestatus_usage "
	    "livestatus_queued_connections livestatus_overflows "
	    "external_command_buffer_slots external_command_buffer_usage "
	    "external_command_buffer_max has_event_handlers\n",
	    "4;0.25;2;7;100;3;9;0\n");
	f->env.handlers = true;
	assert_answer(f, "GET status\nColumns: has_event_handlers\n", "1\n");
	msg_counter_put(
	    &counters, &(struct msg_counter){SLICE("service_checks"), 17});
	msg_counter_put(
	    &counters, &(struct msg_counter){SLICE("last_command"), 12});
	msg_counter_put(
	    &counters, &(struct msg_counter){SLICE("history_begun"), 13});
	msg_counter_put(
	    &counters, &(struct msg_counter){SLICE("notices_waiting"), 14});
	msg_counter_put(
	    &counters, &(struct msg_counter){SLICE("state_saved"), 15});
	msg_counter_put(&counters,
	    &(struct msg_counter){SLICE("helper_usage_fetcher"), 0.5});
	msg_counter_put(&counters,
	    &(struct msg_counter){SLICE("metrics_queue_usage"), 0.125});
	mirror_apply(f->m,
	    &(struct msg){.id = MSG_CORE_STATUS,
		.core_status = {MSG_SWITCH_HOST_CHECKS, 99,
		    str_slice(&counters)}},
	    FIXTURE_NOW * NS_PER_S);
	str_free(&counters);
	assert_answer(f,
	    "GET status\nColumns: program_start service_checks "
	    "enable_notifications execute_host_checks\n",
	    "99;17;0;1\n");
	assert_answer(f,
	    "GET status\nColumns: last_command_check last_log_rotation "
	    "num_queued_alerts state_file_created helper_usage_cmk "
	    "rrdcached_queue_usage\n",
	    "12;13;14;15;0.5;0.125\n");
}

static void
test_columns_table(void **state)
{
	struct fixture *f = *state;

	assert_answer(f,
	    "GET columns\nColumns: table name type\nFilter: table = services\n"
	    "Filter: name = host_state\nFilter: name = performance_data\n"
	    "Filter: name = last_check\nFilter: name = check_interval\n"
	    "Filter: name = groups\nFilter: name = description\nOr: 6\n",
	    "services;description;string\nservices;performance_data;dict\n"
	    "services;last_check;time\nservices;check_interval;float\n"
	    "services;groups;list\nservices;host_state;int\n");
}

/* Each column of each table can be asked, sorted by, and filtered. */
static void
test_every_column(void **state)
{
	struct fixture *f = *state;
	char *list = xstrdup(ask(f, "GET columns\nColumns: table name\n"));
	struct slice rest = slice_of(list), line, table;
	unsigned n = 0;

	while (slice_next(&rest, '\n', &line)) {
		struct str q = {0};

		assert_true(slice_next(&line, ';', &table));
		str_addf(&q,
		    "GET %.*s\nColumns: %.*s\nFilter: %.*s != 1\n"
		    "Filter: %.*s = 1\nOr: 2\nOr: 1\nSort: %.*s desc\n"
		    "OutputFormat: json\nResponseHeader: fixed16\n",
		    (int)table.len, table.s, (int)line.len, line.s,
		    (int)line.len, line.s, (int)line.len, line.s, (int)line.len,
		    line.s);
		if (slice_eqs(table, "statehist"))
			str_add(&q, "Filter: time >= 1699990000\n");
		if (strncmp(ask(f, str_get(&q)), "200 ", 4) != 0)
			fail_msg("%s gives\n%s", str_get(&q), str_get(&f->out));
		str_free(&q);
		n++;
	}
	free(list);
	assert_true(n > 1000);
}

static void
test_macros(void **state)
{
	assert_answer(*state,
	    "GET services\nColumns: notes_expanded\n"
	    "Filter: description = HTTP\n",
	    "see web1/HTTP for $5\n");
}

static void
test_labels(void **state)
{
	assert_answer(*state, "GET labels\n",
	    "name;value;site;peer_key;peer_name\nenv;prod;;;\n"
	    "o's;a b;;;\n");
}

static void
test_localtime(void **state)
{
	struct fixture *f = *state;

	assert_answer(f,
	    "GET hosts\nColumns: last_check\nFilter: last_check = 1700007140\n"
	    "Filter: name = db1\nLocaltime: 1700007100\n",
	    "1700007140\n");
	assert_answer(f,
	    "GET hosts\nColumns: last_check\n"
	    "Filter: name = db1\nLocaltime: 1700090000\n",
	    "while processing header 'Localtime': the clocks differ by more "
	    "than 24 hours\n");
}

static void
test_wait(void **state)
{
	struct fixture *f = *state;
	uint64_t before[MIRROR_EVENTS];
	struct lql_query *q = lql_parse(
	    slice_of("GET hosts\nWaitObject: web1\nWaitCondition: state = 1\n"
		     "WaitTrigger: state\nWaitTimeout: 500\n"));
	struct msg_checkable c = fixture_checkable(WEB1, 1, "down");

	memcpy(before, f->m->events, sizeof(before));
	assert_true(lql_must_wait(q, f->m, &f->env, before));
	assert_int_equal(lql_wait_timeout_ms(q), 500);
	fixture_put(f, &c);
	assert_false(lql_must_wait(q, f->m, &f->env, before));
	lql_free(&q);
	q = lql_parse(slice_of("GET log\nWaitTrigger: log\n"));
	memcpy(before, f->m->events, sizeof(before));
	assert_true(lql_must_wait(q, f->m, &f->env, before));
	mirror_event(f->m, MIRROR_CHECK);
	assert_true(lql_must_wait(q, f->m, &f->env, before));
	mirror_event(f->m, MIRROR_LOG);
	assert_false(lql_must_wait(q, f->m, &f->env, before));
	lql_free(&q);
	assert_answer(f,
	    "GET hosts\nWaitCondition: state = 1\n"
	    "WaitObject: nobody\nColumns: name\n",
	    "db1\nrouter\nweb1\n");
	q = lql_parse(slice_of("GET services\nWaitObject: web1;Nope\n"
			       "WaitCondition: state = 1\n"));
	assert_false(lql_must_wait(q, f->m, &f->env, before));
	str_clear(&f->out);
	assert_int_equal(lql_execute(q, f->m, &f->env, &f->out), LQL_INVALID);
	lql_free(&q);
}

#define TEST(fn)                                                               \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_columns_and_order),
	    TEST(test_all_columns_have_titles),
	    TEST(test_timeperiods),
	    TEST(test_int_filters),
	    TEST(test_string_filters),
	    TEST(test_list_and_dict_filters),
	    TEST(test_combinations),
	    TEST(test_stats),
	    TEST(test_sort_limit_offset),
	    TEST(test_groups),
	    TEST(test_notes),
	    TEST(test_log),
	    TEST(test_status),
	    TEST(test_columns_table),
	    TEST(test_every_column),
	    TEST(test_macros),
	    TEST(test_labels),
	    TEST(test_localtime),
	    TEST(test_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
