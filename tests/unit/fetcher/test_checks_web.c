/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: Apache, CUPS, qmail, OpenVPN, VirtualBox.
 */
#include "tests/unit/fetcher/check_table.h"

#define APACHE(accesses, kbytes)                                               \
	"<<<apache_status:sep(124)>>>\n"                                       \
	"127.0.0.1|80||Total Accesses: " #accesses "\n"                        \
	"127.0.0.1|80||Total kBytes: " #kbytes "\n"                            \
	"127.0.0.1|80||CPULoad: .25\n127.0.0.1|80||Uptime: 7200\n"             \
	"127.0.0.1|80||BusyWorkers: 2\n127.0.0.1|80||IdleWorkers: 3\n"         \
	"127.0.0.1|80||Scoreboard: __W_K....\n"                                \
	"127.0.0.1|443|shop|Uptime: 1\n"

static void
test_apache(void **state)
{
	static const struct row rows[] = {
	    {"apache_status", "127.0.0.1:80", NULL, 100, APACHE(1000, 50), 0,
		"Uptime: 2 hours 0 minutes, Idle workers: 3, Busy workers: 2, "
		"Total slots: 9, Open slots: 4",
		NULL, NULL},
	    {"apache_status", "127.0.0.1:80",
		"{\"OpenSlots\": [5, 2], \"BusyWorkers\": [10, 20]}", 110,
		APACHE(1100, 60), 1,
		"Uptime: 2 hours 0 minutes, Idle workers: 3, Busy workers: 2, "
		"Requests per second: 10.00/s, Bytes per second: 1.02 kB/s, "
		"Total slots: 9, Open slots: 4 (warn/crit below 5/2)(!)",
		NULL,
		"Uptime=7200 IdleWorkers=3 BusyWorkers=2;10;20 CPULoad=0.25 "
		"ReqPerSec=10 BytesPerSec=1024 TotalSlots=9 OpenSlots=4 "
		"State_Waiting=3 State_StartingUp=0 State_ReadingRequest=0 "
		"State_SendingReply=1 State_Keepalive=1 State_DNS=0 "
		"State_Closing=0 State_Logging=0 State_Finishing=0 "
		"State_IdleCleanup=0"},
	    {"apache_status", "shop:443", NULL, 1, APACHE(1, 1), 0,
		"Uptime: 1 second", NULL, "Uptime=1"},
	    {"apache_status", "none", NULL, 1, APACHE(1, 1), 3, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(APACHE(1, 1), NULL,
	    "apache_status/127.0.0.1:80\napache_status/shop:443\n");
	row_discover("<<<apache_status>>>\n127.0.0.1 None Uptime: 5\nx\n", NULL,
	    "apache_status/127.0.0.1\n");
}

#define CUPS(jobs)                                                             \
	"<<<cups_queues>>>\n"                                                  \
	"printer lp1 is idle.  enabled since Thu Mar 11 14:28:23 2010\n"       \
	"printer lp2 now printing lp2-3.  enabled since Tue Jun 29 2010\n"     \
	"    The host is busy\n"                                               \
	"printer lp3 disabled since Thu Mar 11 14:28:23 2010 -\n---\n" jobs

static void
test_cups(void **state)
{
	static const struct row rows[] = {
	    {"cups_queues", "lp1", NULL, 1277802255, CUPS(""), 0,
		"is idle.  enabled since Thu Mar 11 14:28:23 2010, Jobs: 0",
		NULL, "jobs=0;5;10"},
	    {"cups_queues", "lp2", NULL, 1277802255,
		CUPS("lp2-2 root 1024 Tue Jun 29 09:02:35 2010\n"
		     "lp2-3 root 1024 Tue 29 Jun 2010 09:01:00 AM UTC\n"
		     "lp22-4 root 1024 Tue Jun 29 09:02:35 2010\n"),
		0,
		"now printing lp2-3.  enabled since Tue Jun 29 2010, (The host "
		"is busy), Jobs: 2, Oldest job is from 2010-06-29 09:01:00, "
		"Age of oldest job: 3 minutes 15 seconds",
		NULL, "jobs=2;5;10"},
	    {"cups_queues", "lp2", NULL, 1277802755,
		CUPS("lp2-2 root 1024 Tue Jun 29 09:02:35 2010\n"), 1, NULL,
		NULL, NULL},
	    {"cups_queues", "lp3", NULL, 1, CUPS(""), 2, NULL, NULL, NULL},
	    {"cups_queues", "lp3", "{\"disabled_since\": 1}", 1, CUPS(""), 1,
		NULL, NULL, NULL},
	    {"cups_queues", "lp4", NULL, 1, CUPS(""), 3, "Queue not found(?)",
		NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(CUPS("lp2-x\n"), NULL,
	    "cups_queues/lp1\ncups_queues/lp2\ncups_queues/lp3\n");
}

#define VPN(in, out)                                                           \
	"<<<openvpn_clients:sep(44)>>>\nalice,198.51.100.7:1194," #in "," #out \
	",Thu Oct  9 08:00:00 2025\n"

static void
test_others(void **state)
{
	static const struct row rows[] = {
	    {"qmail_stats", NULL, NULL, 1,
		"<<<qmail_stats>>>\nmessages in queue: 12\nmessages in queue "
		"but not yet preprocessed: 0\n",
		1, "Deferred mails: 12 (warn/crit at 10/20)(!)", NULL,
		"queue=12;10;20"},
	    {"qmail_stats", NULL, NULL, 1, "<<<qmail_stats>>>\nx\n", 3, NULL,
		NULL, NULL},
	    {"openvpn_clients", "alice", NULL, 10, VPN(100, 200), 0,
		"Channel is up", "Address: 198.51.100.7:1194", ""},
	    {"openvpn_clients", "alice", NULL, 20, VPN(1100, 20200), 0,
		"Channel is up, In: 100 B/s, Out: 2.00 kB/s", NULL,
		"in=100 out=2000"},
	    {"openvpn_clients", "bob", NULL, 1, VPN(1, 1), 3, NULL, NULL, NULL},
	    {"vbox_guest", NULL, NULL, 1,
		"<<<vbox_guest>>>\nName: /VirtualBox/GuestAdd/Version, value: "
		"7.0.10, timestamp: 1\nName: /VirtualBox/HostInfo/VBoxVer, "
		"value: 7.0.10\n",
		0, "version: 7.0.10", NULL, ""},
	    {"vbox_guest", NULL, NULL, 1,
		"<<<vbox_guest>>>\nName: /VirtualBox/GuestAdd/Version, value: "
		"6.1\nName: /VirtualBox/HostInfo/VBoxVer, value: 7.0.10\n",
		1, "version: 6.1 (host has 7.0.10)(!)", NULL, ""},
	    {"vbox_guest", NULL, NULL, 1, "<<<vbox_guest>>>\n", 2,
		"No guest additions installed(!!)", NULL, ""},
	    {"vbox_guest", NULL, NULL, 1, "<<<vbox_guest>>>\nERROR\n", 3, NULL,
		NULL, ""},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(VPN(1, 1) "<<<qmail_stats>>>\n5\n", NULL,
	    "openvpn_clients/alice\nqmail_stats/\n");
	row_discover("<<<vbox_guest>>>\n", NULL, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_apache),
	    cmocka_unit_test(test_cups),
	    cmocka_unit_test(test_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
