/* SPDX-License-Identifier: Apache-2.0
 *
 * How a host's agent is asked, into the snapshot; see agents.h.
 */
#include "site/compile/agents.h"
#include "common/agent_link.h"

#include <string.h>

/* The agent's own key, or the one of agent_encryption. */
static void
take_option(json_t *options, const char *key, const json_t *agent,
    const json_t *encryption, const char *there)
{
	const json_t *value = json_object_get(agent, key);

	if (value == NULL && json_is_object(encryption))
		value = json_object_get(encryption, there);
	else if (value == NULL && strcmp(key, "encryption") == 0)
		value = encryption;
	if (json_is_string(value))
		json_object_set_new(
		    options, key, json_string(json_string_value(value)));
}

/* What workers must know of an agent over TCP; "" for an ordinary one. */
static snap_str
agent_options(struct model *m, const struct host *h)
{
	const json_t *agent = h->values[ATTR_agent];
	const json_t *encryption = h->values[ATTR_agent_encryption];
	const char *uuid = json_string_value(json_object_get(agent, "uuid"));
	json_t *options = model_keep(m, json_object());
	int64_t ms;

	if (uuid != NULL && !agent_uuid_is(slice_of(uuid)))
		model_mistake(m, host_place(m, h, ATTR_agent),
		    "agent.uuid \"%s\" is not a UUID in lower case with "
		    "hyphens",
		    uuid);
	take_option(options, "encryption", agent, encryption, "mode");
	take_option(
	    options, "passphrase_file", agent, encryption, "passphrase_file");
	take_option(options, "uuid", agent, NULL, "");
	if (schema_duration_ms(json_object_get(agent, "connect_timeout"), &ms))
		json_object_set_new(
		    options, "connect_timeout_ms", json_integer(ms));
	return json_object_size(options) == 0 ? snapb_str(m->snap, "")
					      : model_json(m, options);
}

/* Of a program: the file whose line it gets on its standard input. */
static snap_str
program_options(struct model *m, const struct host *h)
{
	json_t *options = model_keep(m, json_object());

	take_option(options, "passphrase_file", h->values[ATTR_agent], NULL,
	    "passphrase_file");
	return json_object_size(options) == 0 ? snapb_str(m->snap, "")
					      : model_json(m, options);
}

void
agents_set(struct model *m, struct snap_object *o, const struct host *h)
{
	const json_t *agent = h->values[ATTR_agent];
	const json_t *port = json_object_get(agent, "port");
	const char *kind = host_agent_kind(h);

	if (strcmp(kind, "none") == 0)
		return;
	o->agent = strcmp(kind, "tcp") == 0 ? SNAP_AGENT_TCP
	    : strcmp(kind, "push") == 0     ? SNAP_AGENT_PUSH
					    : SNAP_AGENT_PROGRAM;
	o->agent_port =
	    json_is_integer(port) ? (uint32_t)json_integer_value(port) : 6556;
	o->agent_command = snapb_str(
	    m->snap, json_string_value(json_object_get(agent, "command")));
	if (o->agent == SNAP_AGENT_TCP)
		o->agent_options = agent_options(m, h);
	else if (o->agent == SNAP_AGENT_PROGRAM)
		o->agent_options = program_options(m, h);
}

snap_str
agents_snmp(struct model *m, const struct host *h)
{
	const json_t *snmp = h->values[ATTR_snmp];
	json_t *all;

	if (!json_is_object(snmp))
		return snapb_str(m->snap, "");
	all = model_keep(m, json_object());
	if (json_is_object(h->values[ATTR_snmp_options]))
		json_object_update(all, h->values[ATTR_snmp_options]);
	json_object_update(all, (json_t *)snmp);
	if (json_object_size(h->values[ATTR_snmp_fetch_interval]) > 0)
		json_object_set(
		    all, "fetch_interval", h->values[ATTR_snmp_fetch_interval]);
	return model_json(m, all);
}
