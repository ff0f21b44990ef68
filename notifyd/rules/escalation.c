/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps of an escalation; see escalation.h.
 */
#include "notifyd/rules/escalation.h"

#include "common/mem.h"
#include "common/num.h"

#include <stdlib.h>

static int64_t
read_ms(struct reader *r, const char *key, const json_t *value)
{
	const char *text = json_string_value(value);
	int64_t ms = -1;

	if (json_is_integer(value) && json_integer_value(value) >= 0 &&
	    json_integer_value(value) <= INT64_C(366) * 86400)
		return json_integer_value(value) * 1000;
	if (text == NULL || !num_duration_ms(slice_of(text), &ms) || ms < 0)
		read_fail(r, key, "expected a duration such as 15m");
	return ms;
}

static void
read_step(struct reader *r, const json_t *object, struct rule *step)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		read_fail(r, "escalation.steps", "expected a mapping");
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (strcmp(key, "after") == 0)
			step->after_ms =
			    read_ms(r, "escalation.steps.after", value);
		else if (strcmp(key, "to") == 0)
			read_to(r, value, &step->to);
		else if (strcmp(key, "method") == 0 && step->method == NULL)
			step->method = read_string(r, key, value);
		else if (strcmp(key, "parameters") == 0 &&
		    json_is_object(value) && step->params == NULL)
			step->params = json_incref(value);
		else
			read_fail(r, "escalation.steps", "unknown key %s", key);
		if (r->failed)
			return;
	}
	if (json_object_get(object, "to") == NULL)
		step->to.object_contacts = true;
}

static void
read_steps(struct reader *r, const json_t *list, struct rule *rule)
{
	size_t n = json_array_size(list), i;
	json_t *item;

	if (rule->steps != NULL || n == 0 || n > RULES_STEPS_MAX) {
		read_fail(r, "escalation.steps", "expected 1 to %d steps",
		    RULES_STEPS_MAX);
		return;
	}
	rule->steps = xcalloc(n, sizeof(*rule->steps));
	json_array_foreach((json_t *)(uintptr_t)list, i, item)
	{
		rule->n_steps++;
		read_step(r, item, &rule->steps[i]);
		if (!r->failed && i > 0 &&
		    rule->steps[i].after_ms <= rule->steps[i - 1].after_ms)
			read_fail(r, "escalation.steps",
			    "each `after` must be longer than the one before");
		if (r->failed)
			return;
	}
}

void
escalation_read(struct reader *r, const json_t *value, struct rule *rule)
{
	const char *key;
	json_t *item;

	if (!json_is_object(value)) {
		read_fail(r, "escalation", "expected a mapping");
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, item)
	{
		if (strcmp(key, "steps") == 0) {
			read_steps(r, item, rule);
		} else if (strcmp(key, "repeat") == 0) {
			json_int_t n = json_integer_value(item);

			if (!json_is_integer(item) || n < 0 || n > 1000)
				read_fail(r, "escalation.repeat",
				    "expected a number from 0 to 1000");
			else
				rule->repeat = (unsigned)n;
		} else if (strcmp(key, "every") == 0) {
			rule->every_ms = read_ms(r, "escalation.every", item);
		} else if (strcmp(key, "ack_timeout") == 0) {
			rule->ack_ms =
			    read_ms(r, "escalation.ack_timeout", item);
		} else {
			read_fail(r, "escalation", "unknown key %s", key);
		}
		if (r->failed)
			return;
	}
	if (rule->n_steps == 0)
		read_fail(r, "escalation", "the key steps is missing");
}

/* Without `every` the pause after the last step is that before it. */
static int64_t
usual_round(const struct rule *rule)
{
	size_t n = rule->n_steps;
	int64_t last = rule->steps[n - 1].after_ms;

	return n > 1   ? 2 * last - rule->steps[n - 2].after_ms
	    : last > 0 ? 2 * last
		       : 30 * 60 * 1000;
}

void
escalation_complete(struct reader *r, struct rule *rule)
{
	if (rule->n_steps == 0 || r->failed)
		return;
	if (rule->cancel || rule->user != NULL)
		read_fail(r, "escalation",
		    "does not go with cancel, nor into a user's own rule");
	if (rule->every_ms == 0)
		rule->every_ms = usual_round(rule);
	if (rule->every_ms <= rule->steps[rule->n_steps - 1].after_ms)
		read_fail(r, "escalation.every",
		    "expected more than the last step's `after`");
	for (size_t i = 0; i < rule->n_steps; i++) {
		struct rule *step = &rule->steps[i];

		step->id = xstrdup(rule->id);
		step->description = xstrdup(rule->description);
		step->number = rule->number;
		step->locked = rule->locked;
		if (step->params == NULL)
			step->params = step->method == NULL
			    ? json_incref(rule->params)
			    : json_object();
		if (step->method == NULL)
			step->method = xstrdup(rule->method);
	}
}

void
escalation_free(struct rule *rule)
{
	for (size_t i = 0; i < rule->n_steps; i++)
		nd_rule_free(&rule->steps[i]);
	free(rule->steps);
}

bool
rules_escalation(
    const struct rules *rules, const char *rule, struct rules_escalation *e_r)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *r = &rules->v[i];

		if (r->n_steps == 0 || r->disabled || strcmp(r->id, rule) != 0)
			continue;
		*e_r = (struct rules_escalation){.steps = r->n_steps,
		    .rounds = r->repeat + 1,
		    .every_ms = r->every_ms,
		    .ack_ms = r->ack_ms};
		for (size_t k = 0; k < r->n_steps; k++)
			e_r->after_ms[k] = r->steps[k].after_ms;
		return true;
	}
	return false;
}
