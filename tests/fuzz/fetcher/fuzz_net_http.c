/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: the answer of a web server, and where it redirects to.
 */
#include "common/log.h"
#include "fetcher/net/http_page.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice raw = {(const char *)data, size};
	struct http_url at = {.host = "web01", .port = 80, .path = "/a"}, to;
	struct http_page page = {{0}, {0}, {0}, 0};

	http_head_done(raw);
	if (http_page_read(raw, &page)) {
		must(page.body.len <= size && page.header.len <= size);
		http_status(str_get(&page.status));
		http_expected(str_get(&page.status), "200,HTTP/1.");
		if (http_redirect(str_get(&page.header), &at, &to))
			must(to.port > 0 && to.path[0] == '/' &&
			    strlen(to.host) > 0);
	}
	http_page_free(&page);
	return 0;
}
