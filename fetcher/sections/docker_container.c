/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections that tell of one container; see docker_container.h.
 */
#include "fetcher/sections/docker_container.h"

#include "fetcher/sections/json.h"

#include <stdio.h>
#include <time.h>

/* "2026-01-02T03:04:05.678Z"; 0 if it is no such time. */
static double
read_time(struct slice text)
{
	struct tm tm = {0};
	char copy[20];

	if (text.len < sizeof(copy) - 1)
		return 0;
	memcpy(copy, text.s, sizeof(copy) - 1);
	copy[sizeof(copy) - 1] = '\0';
	const char *end = strptime(copy, "%Y-%m-%dT%H:%M:%S", &tm);
	if (end == NULL || *end != '\0' || tm.tm_year < 70)
		return 0;
	return (double)timegm(&tm);
}

/* The output of the last of the health checks. */
static struct slice
last_report(struct arena *arena, const json_t *health)
{
	const json_t *log = json_object_get(health, "Log");
	size_t n = json_array_size(log);
	const json_t *last = n > 0 ? json_array_get(log, n - 1) : NULL;

	return slice_trim(
	    section_json_text(arena, json_object_get(last, "Output")));
}

static int
parse_status(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_docker_container_status *s = section;
	struct slice line;

	while (split_line(in, &line)) {
		json_t *doc;
		if (*line.s == '@')
			continue;
		if ((doc = section_json(in, line, err_r)) == NULL)
			return -1;
		const json_t *health = json_object_get(doc, "Health");
		const json_t *policy = json_object_get(doc, "RestartPolicy");
		s->status =
		    section_json_text(arena, json_object_get(doc, "Status"));
		s->health =
		    section_json_text(arena, json_object_get(health, "Status"));
		s->health_report = last_report(arena, health);
		s->restart_policy =
		    section_json_text(arena, json_object_get(policy, "Name"));
		s->image = section_json_text(arena,
		    json_array_get(json_object_get(doc, "ImageTags"), 0));
		s->node =
		    section_json_text(arena, json_object_get(doc, "NodeName"));
		s->exit_code = section_json_number(doc, "ExitCode", 0);
		s->started_at = read_time(section_json_text(
		    arena, json_object_get(doc, "StartedAt")));
		json_decref(doc);
	}
	if (s->status.len == 0)
		return section_bad(in, err_r, "expected a Status");
	return 0;
}

#define HERTZ 100.0 /* jiffies a second, as the kernel shows them */

/* `docker stats`: nanoseconds. */
static void
take_json(struct section_docker_container_cpu *s, const json_t *doc)
{
	const json_t *usage = json_object_get(doc, "cpu_usage");
	const json_t *each = json_object_get(usage, "percpu_usage");

	s->usage = section_json_number(usage, "total_usage", -1) / 1e9;
	s->passed = section_json_number(doc, "system_cpu_usage", -1) / 1e9;
	s->cpus = section_json_number(
	    doc, "online_cpus", (double)json_array_size(each));
	s->has_usage = s->usage >= 0 && s->passed >= 0;
}

struct words { /* of control groups; negative: not said */
	double user, system, usec, uptime, jiffies;
};

static void
take_line(
    struct section_docker_container_cpu *s, struct words *w, struct slice line)
{
	struct slice name;
	double value, sum = 0;
	int i = 0;

	if (!slice_word(&line, &name))
		return;
	if (slice_eqs(name, "cpu")) { /* without guests: they are in user */
		while (i++ < 8 && section_double(&line, &value))
			sum += value;
		w->jiffies = sum;
		return;
	}
	if (!section_double(&line, &value) || value < 0)
		return;
	if (slice_eqs(name, "num_cpus"))
		s->cpus = value;
	else if (slice_eqs(name, "user"))
		w->user = value;
	else if (slice_eqs(name, "system"))
		w->system = value;
	else if (slice_eqs(name, "usage_usec"))
		w->usec = value;
	else if (slice_eqs(name, "uptime"))
		w->uptime = value;
}

static int
parse_cpu(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_docker_container_cpu *s = section;
	struct words w = {-1, -1, -1, -1, -1};
	struct slice line;

	(void)arena;
	while (split_line(in, &line)) {
		json_t *doc;
		if (*line.s == '@')
			continue;
		if (*line.s != '{') {
			take_line(s, &w, line);
			continue;
		}
		if ((doc = section_json(in, line, err_r)) == NULL)
			return -1;
		take_json(s, doc);
		json_decref(doc);
	}
	if (w.usec >= 0 && w.uptime >= 0) {
		s->usage = w.usec / 1e6;
		s->passed = w.uptime * (s->cpus > 0 ? s->cpus : 1);
		s->has_usage = true;
	} else if (w.user >= 0 && w.system >= 0 && w.jiffies >= 0) {
		s->usage = (w.user + w.system) / HERTZ;
		s->passed = w.jiffies / HERTZ;
		s->has_usage = true;
	}
	return 0;
}

const struct section_type section_docker_container_status = {
    .names = {"docker_container_status", NULL},
    .size = sizeof(struct section_docker_container_status),
    .parse = parse_status,
};
const struct section_type section_docker_container_cpu = {
    .names = {"docker_container_cpu", "docker_container_cpu_cgroupv2",
	"lxc_container_cpu", "lxc_container_cpu_cgroupv2", NULL},
    .size = sizeof(struct section_docker_container_cpu),
    .parse = parse_cpu,
};
