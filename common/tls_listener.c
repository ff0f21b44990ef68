/* SPDX-License-Identifier: Apache-2.0
 *
 * A listener's TLS by its settings; see tls_listener.h.
 */
#include "common/tls_listener.h"

#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

static char *
path_of(
    const char *root, const json_t *tls, const char *key, const char *otherwise)
{
	const char *path = json_string_value(json_object_get(tls, key));

	if (path == NULL)
		return tls_path(root, otherwise);
	return path[0] == '/' ? xstrdup(path) : xasprintf("%s/%s", root, path);
}

static enum tls_clients
clients_of(const json_t *tls)
{
	const char *word = json_string_value(json_object_get(tls, "clients"));

	if (word != NULL && strcmp(word, "optional") == 0)
		return TLS_CLIENTS_OPTIONAL;
	if (word != NULL && strcmp(word, "required") == 0)
		return TLS_CLIENTS_REQUIRED;
	return TLS_CLIENTS_NONE;
}

SSL_CTX *
tls_listener_context(const char *root, const char *site, const char *name,
    const struct settings_listener *l, struct err *err_r)
{
	const json_t *tls = json_object_get(l->extra, "tls");
	bool cert = json_object_get(tls, "cert") != NULL;
	char *paths[] = {path_of(root, tls, "cert", "site.pem"),
	    path_of(root, tls, "key", "site.key"),
	    path_of(root, tls, "ca", "ca.pem")};
	struct tls_server t = {paths[0], paths[1], paths[2], clients_of(tls)};
	struct err err = {""};
	SSL_CTX *ctx = NULL;

	if (cert != (json_object_get(tls, "key") != NULL))
		err_set(&err, "cert and key belong together");
	else if (tls_make_site(root, site, &err) == 0)
		ctx = tls_server_context(&t, &err);
	if (ctx == NULL)
		err_set(err_r, "%s.tls: %s", name, err.text);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		free(paths[i]);
	return ctx;
}
