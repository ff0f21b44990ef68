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
err_also(struct err *err_r, const struct err *other)
{
	size_t n;

	if (err_r == NULL || other->text[0] == '\0')
		return;
	n = strlen(err_r->text);
	snprintf(err_r->text + n, sizeof(err_r->text) - n, "%s%s",
	    n > 0 ? "; " : "", other->text);
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
