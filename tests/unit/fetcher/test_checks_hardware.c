/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: S.M.A.R.T. and IPMI.
 */
#include "tests/unit/fetcher/check_table.h"

#define ATA(hours, sectors, pending, timeouts, events)                         \
	"<<<smart>>>\n"                                                        \
	"/dev/sda ATA ST4000NM0033 5 Reallocated_Sector_Ct 0x0033 100 100 "    \
	"010 Pre-fail Always - " #sectors "\n"                                 \
	"/dev/sda ATA ST4000NM0033 9 Power_On_Hours 0x0032 100 100 000 "       \
	"Old_age Always - " #hours "h+22m\n"                                   \
	"/dev/sda ATA ST4000NM0033 12 Power_Cycle_Count 0x0032 100 100 000 "   \
	"Old_age Always - 7\n"                                                 \
	"/dev/sda ATA ST4000NM0033 188 Command_Timeout 0x0032 100 100 000 "    \
	"Old_age Always - " #timeouts "\n"                                     \
	"/dev/sda ATA ST4000NM0033 194 Temperature_Celsius 0x0022 036 054 "    \
	"000 Old_age Always - 36 (Min/Max 20/54)\n"                            \
	"/dev/sda ATA ST4000NM0033 196 Reallocated_Event_Count "               \
	"0x0032 " #events " 100 010 Old_age Always - 3\n"                      \
	"/dev/sda ATA ST4000NM0033 197 Current_Pending_Sector 0x0012 100 "     \
	"100 000 Old_age Always - " #pending "\n"
#define NVME(warning, spare)                                                   \
	"<<<smart>>>\n/dev/nvme0n1 NVME SAMSUNG_MZVLB512\n"                    \
	"Critical Warning:                   " #warning "\n"                   \
	"Temperature:                        33 Celsius\n"                     \
	"Available Spare:                    " #spare "%\n"                    \
	"Available Spare Threshold:          10%\n"                            \
	"Percentage Used:                    4%\n"                             \
	"Power Cycles:                       1,012\n"                          \
	"Power On Hours:                     2\n"                              \
	"Media and Data Integrity Errors:    0\n"
#define JSON(raw)                                                              \
	"<<<smart_posix_all:sep(0)>>>\n{\"device\": {\"name\": \"/dev/sdb\", " \
	"\"protocol\": \"ATA\"}, \"model_name\": \"WDC\", \"temperature\": "   \
	"{\"current\": 41}, \"power_on_time\": {\"hours\": 1}, "               \
	"\"power_cycle_count\": 9, \"ata_smart_attributes\": {\"table\": "     \
	"[{\"id\": 5, \"name\": \"Reallocated_Sector_Ct\", \"value\": 100, "   \
	"\"thresh\": 10, \"raw\": {\"value\": " #raw ", \"string\": \"" #raw   \
	"\"}}, {\"id\": 194, \"value\": 1, \"thresh\": 0, \"raw\": "           \
	"{\"value\": 227634380841, \"string\": \"41 (Min/Max 20/53)\"}}]}}\n"

static void
test_smart(void **state)
{
	static const struct row rows[] = {
	    {"smart_stats", "sda", "{\"reallocated_sectors\": 0}", 1,
		ATA(24, 0, 0, 5, 100), 0,
		"Powered on: 1 day 0 hours, Power cycles: 7, Reallocated "
		"sectors: 0, Reallocated events: 3 (normalized value: 100), "
		"Pending sectors: 0, Command timeout counter: 5",
		"Model: ST4000NM0033",
		"uptime=86400 harddrive_power_cycles=7 "
		"harddrive_reallocated_sectors=0 "
		"harddrive_reallocated_events=3 harddrive_pending_sectors=0 "
		"harddrive_cmd_timeouts=5"},
	    {"smart_stats", "sda", NULL, 61, ATA(24, 0, 0, 5000, 100), 2, NULL,
		NULL, NULL},
	    {"smart_stats", "/dev/sda", "{\"reallocated_sectors\": 0}", 1,
		ATA(24, 8, 0, 5, 100), 2, NULL, NULL, NULL},
	    {"smart_stats", "sda", "{\"pending_sectors\": 4}", 1,
		ATA(24, 0, 4, 5, 100), 0, NULL, NULL, NULL},
	    {"smart_stats", "sda", NULL, 1, ATA(24, 0, 0, 5, 9), 2, NULL, NULL,
		NULL},
	    {"smart_stats", "nvme0n1", "{\"critical_warning\": 0}", 1,
		NVME(0x00, 100), 0,
		"Powered on: 2 hours 0 minutes, Power cycles: 1012, Critical "
		"warning: 0, Available spare: 100%, Percentage used: 4%, Media "
		"and data integrity errors: 0",
		NULL,
		"uptime=7200 harddrive_power_cycles=1012 "
		"nvme_critical_warning=0 nvme_available_spare=100 "
		"nvme_spare_percentage_used=4 "
		"nvme_media_and_data_integrity_errors=0"},
	    {"smart_stats", "nvme0n1", "{\"critical_warning\": 0}", 1,
		NVME(0x04, 100), 2, NULL, NULL, NULL},
	    {"smart_stats", "nvme0n1", NULL, 1, NVME(0x00, 9), 2, NULL, NULL,
		NULL},
	    {"smart_stats", "sdb", "{\"reallocated_sectors\": 1}", 1, JSON(1),
		0, NULL, NULL,
		"uptime=3600 harddrive_power_cycles=9 "
		"harddrive_reallocated_sectors=1"},
	    {"smart_stats", "sdb", "{\"reallocated_sectors\": 1}", 1, JSON(2),
		2, NULL, NULL, NULL},
	    {"smart_stats", "sdz", NULL, 1, JSON(2), 3, NULL, NULL, NULL},
	    {"smart_temp", "sda", NULL, 1, ATA(24, 0, 0, 5, 100), 1,
		"Temperature: 36.0 \302\260C (warn/crit at 35.0 \302\260C/40.0 "
		"\302\260C)(!)",
		NULL, "temp=36;35;40"},
	    {"smart_temp", "nvme0n1", NULL, 1, NVME(0x00, 9), 0, NULL, NULL,
		NULL},
	    {"smart_temp", "sdb", NULL, 1, JSON(1), 2, NULL, NULL,
		"temp=41;35;40"},
	    {"smart_stats", "sdb", NULL, 1,
		"<<<smart_posix_all:sep(0)>>>\n{\"a\n", 3, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(ATA(1, 2, 3, 4, 5) NVME(0x00, 100) JSON(1), NULL,
	    "smart_stats/sda\nsmart_stats/nvme0n1\nsmart_stats/sdb\n"
	    "smart_temp/sda\nsmart_temp/nvme0n1\nsmart_temp/sdb\n");
}

#define TOOL(status)                                                           \
	"<<<ipmi:sep(124)>>>\n"                                                \
	"Ambient Temp|23.000|degrees C|ok|na|na|na|38.000|41.000|45.000\n"     \
	"Fan 1|2100.000|RPM|" status "|na|na|na|na|na|na\n"                    \
	"Fan 9|na|RPM|na|na|na|na|na|na|na\n"                                  \
	"<<<ipmi_discrete:sep(124)>>>\n"                                       \
	"PS1 Status|C8h|ok|10.1|Presence detected\n"
#define FREE(status)                                                           \
	"<<<ipmi_sensors>>>\n32 Temperature_Ambient 20.00_C_(1.00/42.00) "     \
	"[OK]\n96 PSU_Status NA(NA/NA) [" status "]\n"

static void
test_ipmi(void **state)
{
	static const struct row rows[] = {
	    {"ipmi", "Summary", NULL, 1, TOOL("ok"), 0,
		"4 sensors in total, 4 sensors ok", NULL, "ambient_temp=23"},
	    {"ipmi", "Summary", NULL, 1, TOOL("nc"), 1,
		"Fan_1 (nc)(!), 4 sensors in total, 3 sensors ok", NULL, NULL},
	    {"ipmi", "Summary", NULL, 1, TOOL("nr"), 2, NULL, NULL, NULL},
	    {"ipmi", "Summary", "{\"ignored_sensorstates\": [\"nr\"]}", 1,
		TOOL("nr"), 0,
		"4 sensors in total, 3 sensors ok, 1 sensors skipped", NULL,
		NULL},
	    {"ipmi", "Summary", "{\"ignored_sensors\": [\"Fan\"]}", 1,
		TOOL("cr"), 0, NULL, NULL, NULL},
	    {"ipmi", "Summary", "{\"sensor_states\": {\"cr\": 1}}", 1,
		TOOL("cr"), 1, NULL, NULL, NULL},
	    {"ipmi", "Fan_1", "{\"levels_lower\": [2500, 2000]}", 1, TOOL("ok"),
		1,
		"Status: ok, Value: 2100.00 (warn/crit below "
		"2500.00/2000.00)(!)",
		"Unit: RPM", "value=2100"},
	    {"ipmi", "PS1_Status", NULL, 1, TOOL("ok"), 0,
		"Status: ok, Presence detected", NULL, ""},
	    {"ipmi", "Gone", NULL, 1, TOOL("ok"), 3, NULL, NULL, NULL},
	    {"ipmi", "Summary", NULL, 1, FREE("Presence_detected"), 0,
		"2 sensors in total, 2 sensors ok", NULL, NULL},
	    {"ipmi", "Summary", NULL, 1, FREE("Redundancy_Lost"), 2, NULL, NULL,
		NULL},
	    {"ipmi", "Temperature_Ambient", NULL, 1, FREE("OK"), 0,
		"Status: OK, Value: 20.00", "Unit: C", "value=20"},
	    {"ipmi", "CPU_Temp", NULL, 1,
		"<<<ipmi_sensors:sep(124)>>>\n4|CPU "
		"Temp|Temperature|28.00|C|'Critical'\n",
		2, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(TOOL("ok"), NULL, "ipmi/Summary\n");
	row_discover(TOOL("ok"), "{\"ipmi\": {\"summarize\": false}}",
	    "ipmi/Ambient_Temp\nipmi/Fan_1\nipmi/Fan_9\nipmi/PS1_Status\n");
	row_discover(
	    "<<<ipmi_sensors>>>\n32\n<<<ipmi:sep(124)>>>\n||\n", NULL, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_smart),
	    cmocka_unit_test(test_ipmi),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
