/* SPDX-License-Identifier: Apache-2.0
 *
 * The second factor at a login: a code of an authenticator, or one of the
 * backup codes. Each is taken once.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/http/internal.h"
#include "livestatusd/http/people/people.h"
#include "livestatusd/http/people/totp.h"

#include <ctype.h>
#include <stdlib.h>

bool
second_is_on(struct http *h, const char *name)
{
	return json_object_get(people_find(h->people, name), "second_factor") !=
	    NULL;
}

/* Backup codes are typed as they like: ABCDE-FGHIJ. */
static bool
take_backup(json_t *second, const char *code)
{
	json_t *codes = json_object_get(second, "codes"), *one;
	char hash[PEOPLE_HASH_LEN + 1], clean[65];
	size_t i, n = 0;

	for (; *code != '\0' && n < sizeof(clean) - 1; code++)
		if (isalnum((unsigned char)*code))
			clean[n++] = (char)toupper((unsigned char)*code);
	clean[n] = '\0';
	people_hash(clean, hash);
	json_array_foreach(codes, i, one)
	{
		const char *known = json_string_value(one);

		if (known == NULL || strcmp(known, hash) != 0)
			continue;
		json_array_remove(codes, i);
		return true;
	}
	return false;
}

bool
second_check(struct http *h, const char *name, const char *code)
{
	struct err err;
	json_t *entry = people_begin(h->people, name, &err);
	json_t *second = json_object_get(entry, "second_factor");
	const char *secret =
	    json_string_value(json_object_get(second, "secret"));
	int64_t step = -1;
	bool ok = false;

	if (entry == NULL) {
		log_error("people: %s", err.text);
		return false;
	}
	if (secret != NULL)
		step = totp_check(secret, code, clock_wall() / NS_PER_S,
		    json_integer_value(json_object_get(second, "last")));
	if (step != -1)
		json_object_set_new(second, "last", json_integer(step));
	ok = step != -1 || take_backup(second, code);
	/* What cannot be kept could be used again: then it is not taken. */
	if (people_end(h->people, &err) == -1) {
		log_error("people: %s", err.text);
		return false;
	}
	return ok;
}
