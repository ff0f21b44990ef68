/* SPDX-License-Identifier: Apache-2.0
 *
 * A host's key `snmp`; see options.h.
 */
#include "fetcher/snmp/options.h"

#include "common/mem.h"
#include "common/num.h"
#include "fetcher/identity.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#define DEFAULT_TIMEOUT_MS 1000
#define DEFAULT_RETRIES    2 /* three tries in all */
#define DEFAULT_BULK       10
#define CONTEXT_NAMES      3 /* of what read_of_sections() reads, first */

static int
read_secret(const json_t *value, const char *what, struct identity *identity,
    char **secret_r, struct err *err_r)
{
	const char *file = json_string_value(json_object_get(value, "file"));
	struct str text = {0};
	struct err why;

	if (file == NULL) {
		if (json_is_string(value))
			*secret_r = xstrdup(json_string_value(value));
		return 0;
	}
	if (identity_passphrase(identity, file, &text, &why) == -1) {
		err_set(err_r, "snmp.%s: %s", what, why.text);
		str_free(&text);
		return -1;
	}
	*secret_r = xstrdup(str_get(&text));
	OPENSSL_cleanse(text.s, text.len);
	str_free(&text);
	return 0;
}

static uint32_t
read_ms(const json_t *value, uint32_t other)
{
	int64_t ms;

	if (json_is_number(value))
		ms = (int64_t)(1000 * json_number_value(value));
	else if (!json_is_string(value) ||
	    !num_duration_ms(slice_of(json_string_value(value)), &ms))
		return other;
	return ms < 10 ? 10 : ms > 600000 ? 600000 : (uint32_t)ms;
}

static uint32_t
read_number(const json_t *doc, const char *key, uint32_t other)
{
	const json_t *value = json_object_get(doc, key);

	return json_is_integer(value) ? (uint32_t)json_integer_value(value)
				      : other;
}

static char *
text_of(const json_t *value)
{
	return json_is_string(value) ? xstrdup(json_string_value(value)) : NULL;
}

static int
read_secrets(const json_t *doc, struct identity *identity,
    struct snmp_options *o, struct err *err_r)
{
	const json_t *community = json_object_get(doc, "community");
	const json_t *auth = json_object_get(doc, "auth");
	const json_t *priv = json_object_get(doc, "priv");

	o->has_files = json_is_object(community) ||
	    json_is_object(json_array_get(auth, 1)) ||
	    json_is_object(json_array_get(priv, 1));
	o->auth = text_of(json_array_get(auth, 0));
	o->priv = text_of(json_array_get(priv, 0));
	if (read_secret(
		community, "community", identity, &o->community, err_r) == -1 ||
	    read_secret(json_array_get(auth, 1), "auth", identity,
		&o->auth_secret, err_r) == -1 ||
	    read_secret(json_array_get(priv, 1), "priv", identity,
		&o->priv_secret, err_r) == -1)
		return -1;
	const char *hash = o->auth == NULL ? NULL : snmp_hash_of(o->auth);
	if (hash != NULL && o->auth_secret != NULL)
		o->auth_id = snmp_key_id(hash, o->auth_secret);
	if (hash != NULL && o->priv_secret != NULL)
		o->priv_id = snmp_key_id(hash, o->priv_secret);
	if (o->community == NULL)
		o->community = xstrdup("public");
	return 0;
}

/* Nothing of this is a secret. */
static json_t *
read_of_sections(const json_t *doc, unsigned version)
{
	static const char *const names[] = {"contexts", "section_contexts",
	    "context_timeout", "encoding", "limits", "exclude",
	    "fetch_interval"};
	json_t *some = NULL;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		json_t *value = json_object_get(doc, names[i]);

		/* Rules may give contexts to hosts of other versions too. */
		if (value == NULL || (version != 3 && i < CONTEXT_NAMES))
			continue;
		if (some == NULL)
			some = json_object();
		json_object_set(some, names[i], value);
	}
	return some;
}

int
snmp_options_read(struct slice json, struct identity *identity,
    struct snmp_options *o, struct err *err_r)
{
	json_t *doc = json_loadb(json.s, json.len, 0, NULL);
	const json_t *version = json_object_get(doc, "version");
	const char *word = json_string_value(version);
	int rc;

	*o = (struct snmp_options){0};
	if (!json_is_object(doc)) {
		err_set(err_r, "the host's SNMP settings are no JSON object");
		json_decref(doc);
		return -1;
	}
	o->version = json_is_integer(version)
	    ? (unsigned)json_integer_value(version)
	    : word == NULL ? 2
			   : (unsigned)(word[0] - '0');
	o->user = text_of(json_object_get(doc, "user"));
	o->context = text_of(json_object_get(doc, "context"));
	o->port = read_number(doc, "port", 161);
	o->timeout_ms =
	    read_ms(json_object_get(doc, "timeout"), DEFAULT_TIMEOUT_MS);
	o->retries = read_number(doc, "retries", DEFAULT_RETRIES);
	o->bulk = read_number(doc, "bulk_size", DEFAULT_BULK);
	o->no_bulk = json_is_false(json_object_get(doc, "bulk"));
	o->bare = json_is_true(json_object_get(doc, "without_system"));
	o->of_sections = read_of_sections(doc, o->version);
	rc = read_secrets(doc, identity, o, err_r);
	json_decref(doc);
	return rc;
}

static void
forget(char **secret)
{
	if (*secret != NULL)
		OPENSSL_cleanse(*secret, strlen(*secret));
	free(*secret);
	*secret = NULL;
}

void
snmp_options_free(struct snmp_options *o)
{
	forget(&o->community);
	forget(&o->auth_secret);
	forget(&o->priv_secret);
	free(o->user);
	free(o->auth);
	free(o->priv);
	free(o->context);
	json_decref(o->of_sections);
	*o = (struct snmp_options){0};
}
