/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables, colours and progress.
 */
#include "site/term.h"

#include "common/mem.h"
#include "common/str.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool progress_shown;

bool
term_has_colour(void)
{
	const char *off = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && (off == NULL || *off == '\0');
}

static const char *
sequence(const char *code)
{
	return term_has_colour() ? code : "";
}

const char *
term_green(void)
{
	return sequence("\033[32m");
}

const char *
term_yellow(void)
{
	return sequence("\033[33m");
}

const char *
term_red(void)
{
	return sequence("\033[31m");
}

const char *
term_bold(void)
{
	return sequence("\033[1m");
}

const char *
term_plain(void)
{
	return sequence("\033[0m");
}

const char *
term_state(int state, bool is_host)
{
	if (state == 0)
		return term_green();
	if (is_host || state == 2)
		return term_red();
	return term_yellow();
}

void
term_progress(const char *fmt, ...)
{
	va_list ap;

	if (!isatty(STDERR_FILENO))
		return;
	fputs("\r\033[K", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fflush(stderr);
	progress_shown = true;
}

void
term_clear(void)
{
	if (progress_shown)
		fputs("\r\033[K", stderr);
	progress_shown = false;
}

/* Columns of the screen: bytes that do not continue a character. */
static size_t
width(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* The cell's text; what could move the cursor is shown as "?". */
static char *
cell(const json_t *row, const char *column)
{
	const json_t *v = json_object_get(row, column);
	char *text;

	if (v == NULL || json_is_null(v))
		return xstrdup("-");
	if (json_is_string(v)) {
		text = xstrdup(json_string_value(v));
	} else {
		char *dump = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
		text = xstrdup(dump != NULL ? dump : "");
		free(dump);
	}
	for (char *p = text; *p != '\0'; p++)
		if (iscntrl((unsigned char)*p))
			*p = *p == '\n' || *p == '\t' ? ' ' : '?';
	return text;
}

static void
print_cell(const char *text, size_t w, bool last)
{
	fputs(text, stdout);
	for (size_t n = width(text); !last && n < w + 2; n++)
		putchar(' ');
	if (last)
		putchar('\n');
}

static void
print_row(const json_t *row, const char *const *columns, const size_t *widths,
    size_t n)
{
	for (size_t c = 0; c < n; c++) {
		char *text = cell(row, columns[c]);

		print_cell(text, widths[c], c + 1 == n);
		free(text);
	}
}

void
term_table(
    const json_t *rows, const char *const *columns, size_t n, bool as_json)
{
	size_t *widths = xcalloc(n, sizeof(*widths)), i;
	const json_t *row;
	char *text;

	if (as_json) {
		term_json(rows);
		free(widths);
		return;
	}
	if (json_array_size(rows) == 0) {
		free(widths);
		return;
	}
	for (size_t c = 0; c < n; c++) {
		widths[c] = strlen(columns[c]);
		json_array_foreach(rows, i, row)
		{
			text = cell(row, columns[c]);
			if (width(text) > widths[c])
				widths[c] = width(text);
			free(text);
		}
	}
	for (size_t c = 0; c < n; c++) {
		text = xstrdup(columns[c]);
		for (char *p = text; *p != '\0'; p++)
			*p = *p == '_' ? ' ' : (char)toupper((unsigned char)*p);
		print_cell(text, widths[c], c + 1 == n);
		free(text);
	}
	json_array_foreach(rows, i, row) print_row(row, columns, widths, n);
	free(widths);
}

void
term_json(const json_t *value)
{
	json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_INDENT(2));
	putchar('\n');
}
