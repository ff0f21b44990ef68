/* SPDX-License-Identifier: Apache-2.0
 *
 * Files with secrets; see secret.h.
 */
#include "notifyd/methods/secret.h"

#include "common/file.h"
#include "common/mem.h"

#include <stdlib.h>

#define SECRET_MAX 8192

char *
secret_path(const char *root, const char *file)
{
	return file[0] == '/' ? xstrdup(file) : xasprintf("%s/%s", root, file);
}

char *
secret_read(const char *root, const char *file, struct err *err_r)
{
	char *path = secret_path(root, file), *secret = NULL;
	struct str text = {0};

	if (file_read(path, SECRET_MAX, &text, err_r) == 0) {
		secret = slice_dup(slice_trim(str_slice(&text)));
		if (secret[0] == '\0') {
			err_set(err_r, "%s: the file is empty", path);
			secret_free(&secret);
		}
	}
	if (text.s != NULL)
		explicit_bzero(text.s, text.cap);
	str_free(&text);
	free(path);
	return secret;
}

void
secret_free(char **secret)
{
	if (*secret == NULL)
		return;
	explicit_bzero(*secret, strlen(*secret));
	free(*secret);
	*secret = NULL;
}

void
secret_hide(struct str *text, const char *secret)
{
	const char *at = str_get(text), *hit;
	struct str clean = {0};

	if (secret == NULL || secret[0] == '\0' || strstr(at, secret) == NULL)
		return;
	while ((hit = strstr(at, secret)) != NULL) {
		str_addn(&clean, at, (size_t)(hit - at));
		str_add(&clean, "***");
		at = hit + strlen(secret);
	}
	str_add(&clean, at);
	str_clear(text);
	str_add(text, str_get(&clean));
	str_free(&clean);
}
