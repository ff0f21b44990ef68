/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections smart and smart_posix_all; see smart.h. In the former a line is
 * "/dev/sda ATA MODEL 5 Reallocated_Sector_Ct 0x0033 100 100 010 Pre-fail
 * Always - 0", or, after "/dev/nvme0 NVME MODEL", "Available Spare: 100%".
 */
#include "fetcher/sections/smart.h"

#include "common/num.h"
#include "fetcher/sections/json.h"

#include <ctype.h>
#include <math.h>

static struct slice
base_of(struct slice device)
{
	if (slice_starts(device, "/dev/"))
		return (struct slice){device.s + 5, device.len - 5};
	return device;
}

static struct smart_disk *
disk_of(struct section_smart *s, struct arena *arena, struct slice device)
{
	struct slice item = base_of(device);

	for (size_t i = s->n; i-- > 0;)
		if (slice_eq(s->disks[i].item, item))
			return &s->disks[i];
	if (s->n == SMART_MAX || item.len == 0)
		return NULL;
	ARENA_GROW(arena, s->disks, s->n, s->cap);
	s->disks[s->n] = (struct smart_disk){.item = item, .model = {"", 0}};
	return &s->disks[s->n++];
}

const struct smart_disk *
section_smart_find(const struct section_smart *s, struct slice item)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->disks[i].item, base_of(item)))
			return &s->disks[i];
	return NULL;
}

/* By number, as names differ between makers. */
static const struct {
	int id;
	enum smart_value value;
} attributes[] = {{5, SMART_REALLOCATED_SECTORS}, {9, SMART_HOURS},
    {10, SMART_SPIN_RETRIES}, {12, SMART_CYCLES}, {184, SMART_END_TO_END},
    {187, SMART_UNCORRECTABLE}, {188, SMART_COMMAND_TIMEOUTS},
    {196, SMART_REALLOCATED_EVENTS}, {197, SMART_PENDING_SECTORS},
    {199, SMART_UDMA_CRC}};

static void
put(struct smart_disk *d, enum smart_value which, double value)
{
	if (!isfinite(value))
		return;
	d->has[which] = true;
	d->values[which] = value;
}

static void
put_temperature(struct smart_disk *d, double value)
{
	if (!isfinite(value) || value < -100 || value > 300)
		return;
	d->has_temperature = true;
	d->temperature = value;
}

static void
take_attribute(struct smart_disk *d, int id, struct slice name, double raw,
    double normalized, double threshold)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (attributes[i].id == id)
			put(d,
			    slice_eqs(name, "CRC_Error_Count")
				? SMART_CRC
				: attributes[i].value,
			    raw);
	if (id == 196 && isfinite(normalized) && isfinite(threshold)) {
		d->has_normalized = true;
		d->normalized = normalized;
		d->threshold = threshold;
	}
	/* 194 is the disk's, 190 the air flow's, where that is all. */
	if (id == 194 || (id == 190 && !d->has_temperature))
		put_temperature(d, raw);
}

/* The number at the beginning: "12,345", "0x01", "100%", "1234h+22m". */
static double
leading(struct slice text)
{
	char digits[32];
	size_t n = 0;
	double value;

	if (slice_starts(text, "0x")) {
		value = 0;
		for (size_t i = 2; i < text.len && i < 10; i++) {
			int c = tolower((unsigned char)text.s[i]);
			if (!isxdigit(c))
				break;
			value =
			    value * 16 + (isdigit(c) ? c - '0' : c - 'a' + 10);
		}
		return value;
	}
	for (size_t i = 0; i < text.len && n + 1 < sizeof(digits); i++) {
		char c = text.s[i];
		if (isdigit((unsigned char)c) || (c == '.' && n > 0) ||
		    (c == '-' && n == 0))
			digits[n++] = c;
		else if (c != ',')
			break;
	}
	return num_double((struct slice){digits, n}, &value) ? value : NAN;
}

static void
take_nvme(struct smart_disk *d, struct slice key, struct slice value)
{
	static const struct {
		const char *key;
		enum smart_value value;
	} keys[] = {{"Critical Warning", SMART_CRITICAL_WARNING},
	    {"Available Spare", SMART_SPARE}, {"Percentage Used", SMART_USED},
	    {"Power Cycles", SMART_CYCLES}, {"Power On Hours", SMART_HOURS},
	    {"Media and Data Integrity Errors", SMART_MEDIA_ERRORS},
	    {"Error Information Log Entries", SMART_LOG_ENTRIES}};
	double number = leading(value);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (slice_eqs(key, keys[i].key))
			put(d, keys[i].value, number);
	if (slice_eqs(key, "Temperature"))
		put_temperature(d, number);
	if (slice_eqs(key, "Available Spare Threshold") && isfinite(number)) {
		d->has_spare_least = true;
		d->spare_least = number;
	}
}

#define CELLS 13

static void
take_line(struct section_smart *s, struct arena *arena, struct slice line,
    struct smart_disk **nvme)
{
	struct slice cells[CELLS], rest = line, key;
	int64_t id;
	size_t n = 0;

	if (!slice_starts(line, "/dev/")) {
		slice_next(&rest, ':', &key);
		if (*nvme != NULL)
			take_nvme(*nvme, slice_trim(key), slice_trim(rest));
		return;
	}
	while (n < CELLS && slice_word(&rest, &cells[n]))
		n++;
	if (n < 2)
		return;
	struct smart_disk *d = disk_of(s, arena, cells[0]);
	*nvme = NULL;
	if (d == NULL)
		return;
	if (n > 2)
		d->model = cells[2];
	if (slice_eqs(cells[1], "NVME"))
		*nvme = d;
	else if (n == CELLS && num_range(cells[3], 0, 255, &id))
		take_attribute(d, (int)id, cells[4], leading(cells[12]),
		    leading(cells[6]), leading(cells[8]));
}

static void
take_log(struct smart_disk *d, const json_t *log)
{
	static const struct {
		const char *key;
		enum smart_value value;
	} keys[] = {{"critical_warning", SMART_CRITICAL_WARNING},
	    {"available_spare", SMART_SPARE}, {"percentage_used", SMART_USED},
	    {"power_cycles", SMART_CYCLES}, {"power_on_hours", SMART_HOURS},
	    {"media_errors", SMART_MEDIA_ERRORS},
	    {"num_err_log_entries", SMART_LOG_ENTRIES}};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		put(d, keys[i].value,
		    section_json_number(log, keys[i].key, NAN));
	put_temperature(d, section_json_number(log, "temperature", NAN));
	d->spare_least =
	    section_json_number(log, "available_spare_threshold", NAN);
	d->has_spare_least = isfinite(d->spare_least);
}

static int
take_json(struct split_lines *in, struct slice line, struct arena *arena,
    struct section_smart *s, struct err *err_r)
{
	json_t *doc = section_json(in, line, err_r);
	if (doc == NULL)
		return -1;
	const json_t *device = json_object_get(doc, "device");
	const json_t *table = json_object_get(
	    json_object_get(doc, "ata_smart_attributes"), "table");
	struct smart_disk *d = disk_of(s, arena,
	    section_json_text(arena, json_object_get(device, "name")));

	for (size_t i = 0; d != NULL && i < json_array_size(table); i++) {
		const json_t *a = json_array_get(table, i);
		const json_t *raw = json_object_get(a, "raw");
		double id = section_json_number(a, "id", 0);
		/* Makers pack more into the number than the text says. */
		double value = leading(
		    section_json_text(arena, json_object_get(raw, "string")));
		if (!isfinite(value))
			value = section_json_number(raw, "value", NAN);
		if (id >= 0 && id <= 255)
			take_attribute(d, (int)id,
			    section_json_text(
				arena, json_object_get(a, "name")),
			    value, section_json_number(a, "value", NAN),
			    section_json_number(a, "thresh", NAN));
	}
	if (d != NULL) {
		d->model = section_json_text(
		    arena, json_object_get(doc, "model_name"));
		put(d, SMART_HOURS,
		    section_json_number(
			json_object_get(doc, "power_on_time"), "hours", NAN));
		put(d, SMART_CYCLES,
		    section_json_number(doc, "power_cycle_count", NAN));
		take_log(d,
		    json_object_get(doc, "nvme_smart_health_information_log"));
		put_temperature(d,
		    section_json_number(
			json_object_get(doc, "temperature"), "current", NAN));
	}
	json_decref(doc);
	return 0;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct smart_disk *nvme = NULL;
	struct slice line;

	while (split_line(in, &line)) {
		if (*line.s != '{')
			take_line(section, arena, line, &nvme);
		else if (take_json(in, line, arena, section, err_r) != 0)
			return -1;
	}
	return 0;
}

const struct section_type section_smart = {
    .names = {"smart", "smart_posix_all", NULL},
    .size = sizeof(struct section_smart),
    .parse = parse,
};
