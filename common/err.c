/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of a failure; see err.h.
 */
#include "common/err.h"

#include <stdio.h>
#include <string.h>

void
err_set(struct err *err_r, const char *fmt, ...)
{
	va_list ap;

	if (err_r == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(err_r->text, sizeof(err_r->text), fmt, ap);
	va_end(ap);
}

void
err_prefix(struct err *err_r, const char *fmt, ...)
{
	char prefix[256], old[sizeof(err_r->text)];
	va_list ap;

	if (err_r == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(prefix, sizeof(prefix), fmt, ap);
	va_end(ap);
	memcpy(old, err_r->text, sizeof(old));
	snprintf(err_r->text, sizeof(err_r->text), "%s: %.*s", prefix,
	    (int)(sizeof(err_r->text) - sizeof(prefix) - 3), old);
}
