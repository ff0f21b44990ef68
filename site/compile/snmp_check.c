/* SPDX-License-Identifier: Apache-2.0
 *
 * How hosts are read by SNMP; see snmp_check.h.
 */
#include "site/compile/snmp_check.h"

#include "common/mem.h"
#include "common/snmp_library.h"
#include "fetcher/snmp/keys.h"

#include <string.h>

/* --- names of sections ----------------------------------------------------
 */

static void
check_name(struct model *m, const char *name, struct place at)
{
	struct nearest near = {.word = name};
	struct str hint = {0};

	if (checks_read_section(name, &near))
		return;
	nearest_hint(&near, &hint);
	model_warn(m, at, "no check reads a section %s by SNMP%s", name,
	    str_get(&hint));
	str_free(&hint);
}

static void
check_keys(struct model *m, const json_t *sections, struct place at)
{
	const char *name;
	json_t *unused;

	json_object_foreach((json_t *)(uintptr_t)sections, name, unused)
	    check_name(m, name, place_key(at, name));
}

void
snmp_check_intervals(struct model *m, const json_t *intervals, struct place at)
{
	check_keys(m, intervals, at);
}

void
snmp_check_options(struct model *m, const json_t *options, struct place at)
{
	static const char *const maps[] = {"limits", "section_contexts"};
	const json_t *exclude = json_object_get(options, "exclude"), *one;
	size_t i;

	for (i = 0; i < ARRAY_LEN(maps); i++)
		check_keys(m, json_object_get(options, maps[i]),
		    place_key(at, maps[i]));
	json_array_foreach(exclude, i, one)
	{
		if (json_is_string(one))
			check_name(m, json_string_value(one),
			    place_index(place_key(at, "exclude"), (unsigned)i));
	}
}

/* --- versions -------------------------------------------------------------
 */

static void
check_algorithms(struct model *m, const json_t *snmp, struct place at)
{
	const char *auth =
	    json_string_value(json_array_get(json_object_get(snmp, "auth"), 0));
	const char *priv =
	    json_string_value(json_array_get(json_object_get(snmp, "priv"), 0));

	if (auth != NULL && snmp_hash_of(auth) == NULL)
		model_mistake(m, place_index(place_key(at, "auth"), 0),
		    "%s is none of md5, sha, sha224, sha256, sha384, sha512",
		    auth);
	if (priv != NULL && snmp_privacy_of(priv) < 0)
		model_mistake(m, place_index(place_key(at, "priv"), 0),
		    "%s is none of des, aes, aes192, aes256, aes192c, aes256c",
		    priv);
}

void
snmp_check(struct model *m, const json_t *snmp, struct place at)
{
	static const char *const of_three[] = {
	    "user", "auth", "priv", "context", "contexts", "section_contexts"};
	const char *version =
	    json_string_value(json_object_get(snmp, "version"));
	bool three = version != NULL && strcmp(version, "3") == 0;

	snmp_check_options(m, snmp, at);
	check_algorithms(m, snmp, at);
	if (version == NULL)
		return;
	if (three && json_object_get(snmp, "user") == NULL)
		model_mistake(m, at, "version 3 needs the key user");
	if (three && json_object_get(snmp, "priv") != NULL &&
	    json_object_get(snmp, "auth") == NULL)
		model_mistake_key(m, place_key(at, "priv"),
		    "needs the key auth: there is no privacy without it");
	if (three && json_object_get(snmp, "community") != NULL)
		model_mistake_key(m, place_key(at, "community"),
		    "goes with versions 1 and 2c alone");
	for (size_t i = 0; !three && i < ARRAY_LEN(of_three); i++)
		if (json_object_get(snmp, of_three[i]) != NULL)
			model_mistake_key(m, place_key(at, of_three[i]),
			    "goes with version 3 alone");
}
