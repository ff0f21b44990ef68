/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of the history. What a field contains can end neither the field nor
 * the line.
 */
#include "notifyd/history.h"

#include <stdlib.h>

#define OUTPUT_MAX 1000

static void
add_field(struct str *line, struct slice text)
{
	size_t plain = 0; /* from here on nothing is to be changed */

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.s[i];

		if (c != ';' && (c == '\t' || c >= ' '))
			continue;
		str_addn(line, text.s + plain, i - plain);
		plain = i + 1;
		if (c == ';')
			str_add(line, "%3B");
		else if (c == '\n')
			str_add(line, "\\n");
	}
	str_addn(line, text.s + plain, text.len - plain);
}

static struct slice
cut(struct slice text)
{
	if (text.len > OUTPUT_MAX) {
		text.len = OUTPUT_MAX;
		while (text.len > 0 &&
		    ((unsigned char)text.s[text.len] & 0xc0) == 0x80)
			text.len--;
	}
	return text;
}

struct slice
history_last_line(const char *output)
{
	struct slice rest = slice_of(output), line, last = {"", 0};

	while (slice_next(&rest, '\n', &line)) {
		line = slice_trim(line);
		if (line.len > 0)
			last = line;
	}
	return last;
}

static const char *const words[] = {
    [HISTORY_OK] = "OK",
    [HISTORY_WARNING] = "WARNING",
    [HISTORY_CRITICAL] = "CRITICAL",
};

/* "SERVICE NOTIFICATION RESULT: contact;host;service;" */
static void
begin(struct str *line, const char *what, const struct history_fields *of)
{
	bool service = of->service[0] != '\0';

	str_addf(
	    line, "%s NOTIFICATION%s: ", service ? "SERVICE" : "HOST", what);
	add_field(line, slice_of(of->contact));
	str_addc(line, ';');
	add_field(line, slice_of(of->host));
	str_addc(line, ';');
	if (service) {
		add_field(line, slice_of(of->service));
		str_addc(line, ';');
	}
}

static struct history_fields
fields_of(const struct context *ctx, const char *contact, const char *method)
{
	return (struct history_fields){context_text(ctx, "HOSTNAME"),
	    context_is_service(ctx) ? context_text(ctx, "SERVICEDESC") : "",
	    contact, method};
}

void
history_notification(struct str *line, const struct context *ctx,
    const char *contact, const char *method)
{
	const char *type = context_text(ctx, "NOTIFICATIONTYPE");
	const char *state = context_of_object(ctx, "", "STATE");
	const char *mark = context_text(ctx, "NOTIFICATIONMARK");
	struct history_fields of = fields_of(ctx, contact, method);

	begin(line, "", &of);
	if (strcmp(type, "PROBLEM") == 0 || strcmp(type, "RECOVERY") == 0) {
		add_field(line, slice_of(state));
	} else {
		add_field(line, slice_of(type));
		str_add(line, " (");
		add_field(line, slice_of(state));
		str_addc(line, ')');
	}
	str_addc(line, ';');
	add_field(line, slice_of(method));
	str_addc(line, ';');
	if (mark[0] != '\0') {
		add_field(line, slice_of(mark));
		str_add(line, ": ");
	}
	add_field(line, cut(slice_of(context_of_object(ctx, "", "OUTPUT"))));
}

static void
add_result(struct str *line, const struct history_fields *of,
    enum history_result result, const char *mark, const char *output)
{
	begin(line, " RESULT", of);
	str_addf(line, "%s;", words[result]);
	add_field(line, slice_of(of->method));
	str_addc(line, ';');
	if (mark[0] != '\0') {
		add_field(line, slice_of(mark));
		str_add(line, ": ");
	}
	add_field(line, cut(history_last_line(output)));
	str_addc(line, ';');
	add_field(line, cut(slice_trim(slice_of(output))));
}

void
history_result(struct str *line, const struct context *ctx, const char *contact,
    const char *method, enum history_result result, const char *output)
{
	struct history_fields of = fields_of(ctx, contact, method);

	add_result(
	    line, &of, result, context_text(ctx, "NOTIFICATIONMARK"), output);
}

void
history_results(struct str *lines, const struct context *ctx,
    const char *contacts, const char *method, enum history_result result,
    const char *output)
{
	struct slice rest = slice_of(contacts), name;

	while (slice_next(&rest, ',', &name)) {
		char *contact = slice_dup(name);

		if (lines->len > 0)
			str_addc(lines, '\n');
		history_result(lines, ctx, contact, method, result, output);
		free(contact);
	}
}

void
history_result_of(struct str *line, const struct history_fields *of,
    enum history_result result, const char *output)
{
	add_result(line, of, result, "", output);
}

void
history_progress(struct str *line, const struct history_fields *of,
    enum history_result result, const char *text)
{
	begin(line, " PROGRESS", of);
	str_addf(line, "%s;", words[result]);
	add_field(line, slice_of(of->method));
	str_addc(line, ';');
	add_field(line, cut(slice_of(text)));
}
