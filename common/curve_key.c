/* SPDX-License-Identifier: Apache-2.0
 *
 * A site's own CURVE key pair; see curve_key.h.
 */
#include "common/curve_key.h"

#include "common/file.h"
#include "common/str.h"

#include <string.h>

static bool
take_key(struct slice text, const char *label, char key[BUS_KEY_LEN + 1])
{
	struct slice rest = text, line, word;

	while (slice_next(&rest, '\n', &line)) {
		struct slice words = line;

		if (!slice_word(&words, &word) || !slice_eqs(word, label))
			continue;
		if (!slice_word(&words, &word) || word.len != BUS_KEY_LEN)
			return false;
		memcpy(key, word.s, BUS_KEY_LEN);
		key[BUS_KEY_LEN] = '\0';
		return true;
	}
	return false;
}

int
curve_key_load(const char *path, struct bus_curve *curve_r, struct err *err_r)
{
	struct str text = {0};
	int done = 0;

	*curve_r = (struct bus_curve){0};
	if (!file_exists(path)) {
		bus_keypair(curve_r->public_key, curve_r->secret_key);
		str_addf(&text, "public %s\nsecret %s\n", curve_r->public_key,
		    curve_r->secret_key);
		done = file_write(path, str_slice(&text), 0600, err_r);
	} else if (file_read(path, 4096, &text, err_r) < 0) {
		done = -1;
	} else if (!take_key(str_slice(&text), "public", curve_r->public_key) ||
	    !take_key(str_slice(&text), "secret", curve_r->secret_key)) {
		err_set(err_r,
		    "%s: not a key pair (remove it: a new one is made, and "
		    "the other sites need its public key)",
		    path);
		done = -1;
	}
	if (text.s != NULL)
		explicit_bzero(text.s, text.len);
	str_free(&text);
	return done;
}
