/* SPDX-License-Identifier: Apache-2.0
 *
 * The environment of a script.
 */
#include "notifyd/methods/env.h"

#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>

static bool
is_inherited(const char *entry)
{
	static const char *const names[] = {
	    "PATH=", "HOME=", "USER=", "LOGNAME=", "LANG=", "LC_ALL=", "TZ=",
	    "http_proxy=", "https_proxy=", "HTTPS_PROXY=", "all_proxy=",
	    "ALL_PROXY=", "no_proxy=", "NO_PROXY="};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strncmp(entry, names[i], strlen(names[i])) == 0)
			return true;
	}
	return false;
}

static char *
env_entry(const struct context_pair *pair)
{
	size_t len = strlen(pair->value);

	if (len <= ENV_MAX_VALUE)
		return xasprintf("NOTIFY_%s=%s", pair->key, pair->value);
	len = ENV_MAX_VALUE;
	while (len > 0 && ((unsigned char)pair->value[len] & 0xc0) == 0x80)
		len--;
	return xasprintf("NOTIFY_%s=%.*s ... (cut, %zu bytes in all)",
	    pair->key, (int)len, pair->value, strlen(pair->value));
}

char **
env_make(const struct context *ctx, const char *root, char *const *base)
{
	const char *slash = strrchr(root, '/');
	size_t n = 0, n_base = 0;
	char **env;

	while (base[n_base] != NULL)
		n_base++;
	env = xcalloc(n_base + ctx->n + 3, sizeof(*env));
	for (size_t i = 0; i < n_base; i++) {
		if (is_inherited(base[i]))
			env[n++] = xstrdup(base[i]);
	}
	env[n++] = xasprintf("OMD_ROOT=%s", root);
	env[n++] = xasprintf("OMD_SITE=%s", slash == NULL ? root : slash + 1);
	for (size_t i = 0; i < ctx->n; i++)
		env[n++] = env_entry(&ctx->pairs[i]);
	return env;
}

void
env_free(char ***env)
{
	for (char **p = *env; p != NULL && *p != NULL; p++)
		free(*p);
	free(*env);
	*env = NULL;
}
