/* SPDX-License-Identifier: Apache-2.0
 *
 * Processes: how many of a kind, and what they use.
 */
#include "fetcher/checks/out.h"
#include "fetcher/checks/pattern.h"
#include "fetcher/checks/store.h"
#include "fetcher/discover.h"
#include "fetcher/sections/ps_lnx.h"

#include <stdio.h>

enum {
	P_PROCESS,
	P_USER,
	P_CGROUP,
	P_LEVELS,
	P_LOWER,
	P_VSZ,
	P_RSS,
	P_CPU,
	P_AVERAGE,
	P_YOUNGEST,
	P_OLDEST,
	P_CORES,
	P_DISCOVER
};

static const struct check_param params[] = {
    {"process", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"the command line: as it is, or a regular expression behind `~` that "
	"matches at its start; null: any"},
    {"user", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"whose processes: a name, or a regular expression behind `~`"},
    {"cgroup", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"in which control group, in the same way"},
    {"levels", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on the number: it is too high from these values on"},
    {"levels_lower", CHECK_PARAM_LOWER, "", CHECK_DEF_LEVELS(1, 1),
	"on the number: it is too low below these values"},
    {"virtual", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on the virtual memory of all of them"},
    {"resident", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on the memory in RAM of all of them"},
    {"cpu", CHECK_PARAM_UPPER, "%", CHECK_DEF_NONE,
	"on the CPU time of all of them; 100 % is one core"},
    {"average", CHECK_PARAM_NUMBER, "min", CHECK_DEF_NONE,
	"levels on CPU time hold for the average of so many minutes"},
    {"youngest", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the age of the youngest"},
    {"oldest", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the age of the oldest"},
    {"cores", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE,
	"divide the CPU time by so many cores"},
    {"discover", CHECK_PARAM_TEXTS, "", CHECK_DEF_NONE,
	"services to discover: name: command line, as in `process`. In the "
	"name %s and %1 to %9 stand for the groups of the regular expression, "
	"%u for the user"},
    {0}};

static const struct check_metric metrics[] = {{"count", "", "processes"},
    {"vsz", "kB", "virtual memory"}, {"rss", "kB", "memory in RAM"},
    {"pcpu", "%", "CPU time; 100 % is one core"},
    {"pcpuavg", "%", "its average (average)"},
    {"age_youngest", "s", "age of the youngest"},
    {"age_oldest", "s", "age of the oldest"}, {0}};

/* A text as it is, or a pattern behind "~". */
struct matcher {
	bool any;
	struct slice text;
	struct pattern *pattern;
};

static bool
matcher_init(
    struct matcher *m, const struct check_value *value, struct err *err_r)
{
	*m = (struct matcher){.any = !value->set, .text = value->text};
	if (m->any || m->text.len == 0 || *m->text.s != '~')
		return true;
	m->pattern =
	    pattern_new((struct slice){m->text.s + 1, m->text.len - 1}, err_r);
	return m->pattern != NULL;
}

static bool
matches(const struct matcher *m, struct slice text)
{
	if (m->any)
		return true;
	return m->pattern != NULL ? pattern_starts(m->pattern, text)
				  : slice_eq(m->text, text);
}

/* "%s" and "%1".."%9" by the pattern's groups, "%u" by the user. */
static void
add_name(const char *template, const struct matcher *m, struct slice user,
    struct str *out)
{
	unsigned next = 1;
	for (const char *p = template; *p != '\0'; p++) {
		unsigned group = 0;
		if (*p == '%' && p[1] == 'u') {
			str_addslice(out, user);
			p++;
			continue;
		}
		if (*p == '%' && p[1] == 's')
			group = next++;
		else if (*p == '%' && p[1] >= '1' && p[1] <= '9')
			group = (unsigned)(p[1] - '0');
		if (group == 0) {
			str_addc(out, *p);
			continue;
		}
		if (m->pattern != NULL)
			str_addslice(out, pattern_group(m->pattern, group));
		p++;
	}
}

/* What the service found is to look for. */
static json_t *
found_params(const char *template, struct slice command, const char *wanted,
    struct slice user)
{
	json_t *found = json_object();
	bool by_group = strstr(template, "%s") != NULL;
	for (const char *p = strchr(template, '%'); p != NULL;
	     p = strchr(p + 1, '%'))
		by_group = by_group || (p[1] >= '1' && p[1] <= '9');
	/* With groups in the name each name has its own command lines. */
	json_object_set_new(found, "process",
	    by_group ? json_stringn(command.s, command.len)
		     : json_string(wanted));
	if (strstr(template, "%u") != NULL)
		json_object_set_new(
		    found, "user", json_stringn(user.s, user.len));
	return found;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_ps_lnx *s = c->sections[0];
	json_t *rules = (json_t *)c->params[P_DISCOVER].json;
	void *at = json_object_iter(rules);

	for (; at != NULL; at = json_object_iter_next(rules, at)) {
		const char *template = json_object_iter_key(at);
		const char *wanted =
		    json_string_value(json_object_iter_value(at));
		struct check_value v = {.set = true, .text = slice_of(wanted)};
		struct matcher m;
		struct err err;
		if (!matcher_init(&m, &v, &err))
			continue;
		for (size_t i = 0; i < s->n; i++) {
			const struct ps_entry *e = &s->entries[i];
			struct str name = {0};
			if (!matches(&m, e->command))
				continue;
			add_name(template, &m, e->user, &name);
			check_found_add(found, str_slice(&name),
			    found_params(
				template, e->command, wanted, e->user));
			str_free(&name);
		}
		pattern_free(m.pattern);
	}
}

struct sums {
	double count, vsz, rss, cpu; /* kB, % */
	double youngest, oldest;     /* seconds; NAN: not said */
};

#define MAX_TRACKED 150 /* processes whose CPU time is followed */

static void
add_up(const struct check_context *c, const struct ps_entry *e, double time,
    struct sums *sums)
{
	double rate;
	char key[STORE_MAX_KEY];

	sums->count++;
	sums->vsz += e->vsz;
	sums->rss += e->rss;
	if (e->age >= 0) {
		if (!(sums->youngest <= e->age))
			sums->youngest = e->age;
		if (!(sums->oldest >= e->age))
			sums->oldest = e->age;
	}
	snprintf(key, sizeof(key), "%llu", (unsigned long long)e->pid);
	if (sums->count <= MAX_TRACKED &&
	    check_store_rate(c->store, key, time, e->cpu, true, &rate))
		sums->cpu += rate * 100;
}

static const struct check_levels *
levels_or_null(const struct check_context *c, size_t param)
{
	return c->params[param].set ? &c->params[param].levels : NULL;
}

static void
say_memory(const struct check_context *c, struct check_out *out,
    const char *label, const char *metric, double kb, size_t param)
{
	struct check_levels l = c->params[param].levels, kilo;
	if (!c->params[param].set)
		l.kind = CHECK_LEVELS_NONE;
	kilo = (struct check_levels){l.kind, l.warn / 1024, l.crit / 1024};
	check_value_say(out, false, label, kb * 1024, &l, NULL, render_bytes);
	check_metric(out, metric, kb, &kilo, 0, NAN);
}

static void
say_cpu(const struct check_context *c, double percent, struct check_out *out)
{
	const struct check_levels *l = levels_or_null(c, P_CPU);
	double minutes = c->params[P_AVERAGE].number;

	if (c->params[P_CORES].set && c->params[P_CORES].number > 0)
		percent /= c->params[P_CORES].number;
	if (!c->params[P_AVERAGE].set || minutes <= 0) {
		check_value_say(
		    out, false, "CPU", percent, l, NULL, render_percent);
		check_metric(out, "pcpu", percent, l, 0, NAN);
		return;
	}
	double average =
	    check_store_average(c->store, "average", c->now, percent, minutes);
	char label[64];
	snprintf(label, sizeof(label), "CPU (%g min average)", minutes);
	check_value_say(out, false, label, average, l, NULL, render_percent);
	check_metric(out, "pcpu", percent, NULL, 0, NAN);
	check_metric(out, "pcpuavg", average, l, 0, NAN);
}

static void
say(const struct check_context *c, const struct sums *sums,
    struct check_out *out)
{
	check_value_say(out, false, "Processes", sums->count,
	    levels_or_null(c, P_LEVELS), levels_or_null(c, P_LOWER),
	    render_count);
	check_metric(
	    out, "count", sums->count, levels_or_null(c, P_LEVELS), 0, NAN);
	if (sums->count < 1)
		return;
	say_memory(c, out, "Virtual memory", "vsz", sums->vsz, P_VSZ);
	say_memory(c, out, "Resident memory", "rss", sums->rss, P_RSS);
	say_cpu(c, sums->cpu, out);
	if (isnan(sums->youngest))
		return;
	check_value_say(out, true, "Youngest running for", sums->youngest,
	    levels_or_null(c, P_YOUNGEST), NULL, render_timespan);
	check_metric(out, "age_youngest", sums->youngest,
	    levels_or_null(c, P_YOUNGEST), 0, NAN);
	check_value_say(out, true, "Oldest running for", sums->oldest,
	    levels_or_null(c, P_OLDEST), NULL, render_timespan);
	check_metric(out, "age_oldest", sums->oldest,
	    levels_or_null(c, P_OLDEST), 0, NAN);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_ps_lnx *s = c->sections[0];
	struct sums sums = {.youngest = NAN, .oldest = NAN};
	struct matcher m[3] = {{.any = true}, {.any = true}, {.any = true}};
	struct err err;
	double time = s->time > 0 ? s->time : c->now;

	if (!matcher_init(&m[0], &c->params[P_PROCESS], &err) ||
	    !matcher_init(&m[1], &c->params[P_USER], &err) ||
	    !matcher_init(&m[2], &c->params[P_CGROUP], &err)) {
		check_say(out, CHECK_UNKNOWN, "parameters: %s", err.text);
	} else {
		for (size_t i = 0; i < s->n; i++) {
			const struct ps_entry *e = &s->entries[i];
			if (matches(&m[1], e->user) &&
			    matches(&m[2], e->cgroup) &&
			    matches(&m[0], e->command))
				add_up(c, e, time, &sums);
		}
		say(c, &sums, out);
	}
	for (size_t i = 0; i < 3; i++)
		pattern_free(m[i].pattern);
}

const struct check check_ps = {
    .name = "ps",
    .title = "Processes",
    .manual =
	"Counts the processes that match and adds up their memory and CPU "
	"time; CRIT if there is none. Nothing is discovered without "
	"`discover`; services may also be written by hand with any item and "
	"`process`, `user` and `cgroup` as parameters.",
    .ruleset = "process",
    .description = "Process %s",
    .sections = (const struct section_type *const[]){&section_ps_lnx, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
