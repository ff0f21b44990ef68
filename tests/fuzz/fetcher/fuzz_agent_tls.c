/* SPDX-License-Identifier: Apache-2.0
 *
 * Whatever a server answers to our TLS hello, in two pieces: never a byte of
 * output, because nobody but the agent can finish the handshake.
 */
#include "fetcher/agent_tls.h"

#include "common/log.h"
#include "common/tls.h"

#include <openssl/ssl.h>
#include <stddef.h>
#include <stdint.h>

static const char authority[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBdTCCARugAwIBAgIUGyjrqWXhzFNCssIq0uMWhTe8xoswCgYIKoZIzj0EAwIw\n"
    "DzENMAsGA1UEAwwEZnV6ejAgFw0yNjExMjIwNzQ5MjVaGA8yMTI2MTAyOTA3NDky\n"
    "NVowDzENMAsGA1UEAwwEZnV6ejBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEE5\n"
    "YP/nYcekhpJWXr9WzJPIZdGLk6sLFsSs+hurjm7uTNy/rsDtZfgeuGWjhuLChiHP\n"
    "xz6l7im+WvlVuhsdGx6jUzBRMB0GA1UdDgQWBBTTI/tPQMgNGjUD5I6nieQKzmIg\n"
    "kzAfBgNVHSMEGDAWgBTTI/tPQMgNGjUD5I6nieQKzmIgkzAPBgNVHRMBAf8EBTAD\n"
    "AQH/MAoGCCqGSM49BAMCA0gAMEUCIQCq84V0oPZp+foXqFiXKLBp0JuTnIANnoy8\n"
    "oHjn/3d5PgIgY/8GQJ0lB4mbxJPvImZNsFdsBf9pUY524LEBT9h4J/c=\n"
    "-----END CERTIFICATE-----\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
sink(void *arg, const char *bytes, size_t n, struct err *err_r)
{
	(void)arg;
	(void)bytes;
	(void)n;
	(void)err_r;
	panic("output without an agent");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static SSL_CTX *ctx;
	struct slice all = {(const char *)data, size}, half = {all.s, size / 2};
	struct tls_client t = {.ca = {authority, sizeof(authority) - 1}};
	struct str out = {0};
	struct agent_tls *a;
	struct err why = {""};
	int rc;

	if (ctx == NULL)
		ctx = tls_client_context(&t, &why);
	if (ctx == NULL)
		panic("%s", why.text);
	a = agent_tls_new(
	    ctx, "6b1f6f0e-0c1d-4a57-9a39-0d5a3c1f2b77", sink, NULL);
	agent_tls_take(a, &out);
	must(out.len > 100 && agent_tls_is_shaking(a));
	rc = agent_tls_receive(a, half, &why);
	if (rc == 0)
		rc = agent_tls_receive(
		    a, (struct slice){all.s + half.len, size - half.len}, &why);
	agent_tls_take(a, &out);
	must(agent_tls_is_shaking(a));
	must(agent_tls_end(a, &why) == -1 && why.text[0] != '\0');
	agent_tls_free(&a);
	str_free(&out);
	return 0;
}
