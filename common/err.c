/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of a failure; see err.h.
 */
#include "common/err.h"

#include <stdio.h>
#include <string.h>

/* Says that a text does not end here; not within a character. */
static void
mark_cut(struct err *err_r)
{
	size_t n = sizeof(err_r->text) - sizeof("...");

	while (n > 0 && ((unsigned char)err_r->text[n] & 0xc0) == 0x80)
		n--;
	memcpy(err_r->text + n, "...", sizeof("..."));
}

void
err_set(struct err *err_r, const char *fmt, ...)
{
	va_list ap;

	if (err_r == NULL)
		return;
	va_start(ap, fmt);
	if (vsnprintf(err_r->text, sizeof(err_r->text), fmt, ap) >=
	    (int)sizeof(err_r->text))
		mark_cut(err_r);
	va_end(ap);
}

void
err_also(struct err *err_r, const struct err *other)
{
	size_t n;

	if (err_r == NULL || other->text[0] == '\0')
		return;
	n = strlen(err_r->text);
	if (snprintf(err_r->text + n, sizeof(err_r->text) - n, "%s%s",
		n > 0 ? "; " : "",
		other->text) >= (int)(sizeof(err_r->text) - n))
		mark_cut(err_r);
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
	if (snprintf(err_r->text, sizeof(err_r->text), "%s: %s", prefix, old) >=
	    (int)sizeof(err_r->text))
		mark_cut(err_r);
}
