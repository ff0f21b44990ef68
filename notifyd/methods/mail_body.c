/* SPDX-License-Identifier: Apache-2.0
 *
 * The bodies of a mail; see mail_body.h. Whatever comes from outside is
 * escaped; the parameter insert_html alone is markup, of a few plain tags.
 */
#include "notifyd/methods/mail_body.h"

#include "common/mem.h"
#include "notifyd/methods/chart.h"
#include "notifyd/methods/table.h"
#include "notifyd/methods/template.h"
#include "notifyd/methods/words.h"

#include <ctype.h>
#include <stdlib.h>

const char *const mail_elements[] = {"address", "time", "age", "site", "tags",
    "author", "notes", "details", "perfdata", "acknowledgement", "rule",
    "variables", NULL};

/* Shown without the parameter `elements`. */
#define USUAL                                                                  \
	"address time site author notes details perfdata acknowledgement rule"

/* label, template, the element that switches it (NULL: always), output */
static const struct line {
	const char *label, *text, *element;
	bool output; /* marks such as (!!) are coloured */
} lines[] = {{"Host", "$HOST_AND_ALIAS$", NULL, false},
    {"Address", "$HOSTADDRESS$", "address", false},
    {"Service", "$SERVICEDESC$", NULL, false},
    {"Event", "$EVENT_WORDS$", NULL, false},
    {"Time", "$LONGDATETIME$", "time", false}, {"Since", "$AGE$", "age", false},
    {"Site", "$OMD_SITE$", "site", false},
    {"Tags", "$HOSTTAGS$", "tags", false},
    {"Author", "$NOTIFICATIONAUTHOR$", "author", false},
    {"Comment", "$NOTIFICATIONCOMMENT$", "author", false},
    {"Acknowledged by", "$ACKAUTHOR$ $ACKCOMMENT$", "acknowledgement", false},
    {"Summary", "$OUTPUT$", NULL, true},
    {"Details", "$LONGOUTPUT$", "details", true},
    {"Perfdata", "$PERFDATA$", "perfdata", false},
    {"Notes", "$NOTESURL$", "notes", false},
    {"Rule", "$PARAMETER_MATCHING_RULE_TEXT$", "rule", false},
    {"Console", "$LINK$", NULL, false}};

static bool
shows(const json_t *params, const char *element)
{
	const json_t *list = json_object_get(params, "elements"), *item;
	struct slice rest = SLICE(USUAL), word;
	size_t i;

	if (element == NULL)
		return true;
	if (list == NULL) {
		while (slice_word(&rest, &word)) {
			if (slice_eqs(word, element))
				return true;
		}
		return false;
	}
	json_array_foreach((json_t *)(uintptr_t)list, i, item)
	{
		if (json_is_string(item) &&
		    strcmp(json_string_value(item), element) == 0)
			return true;
	}
	return false;
}

/* --- the lines -------------------------------------------------------------
 */

/* Words that stand for those of hosts or services here. */
struct own_words {
	struct str host;
	struct template_word words[6];
};

static void
own_words_make(struct own_words *own, const struct context *ctx)
{
	const char *alias = context_text(ctx, "HOSTALIAS");
	const char *name = context_text(ctx, "HOSTNAME");
	size_t n = 0;

	str_add(&own->host, name);
	if (alias[0] != '\0' && strcmp(alias, name) != 0)
		str_addf(&own->host, " (%s)", alias);
	own->words[n++] =
	    (struct template_word){"HOST_AND_ALIAS", str_get(&own->host)};
	own->words[n++] = (struct template_word){
	    "AGE", context_of_object(ctx, "LAST", "STATECHANGE_REL")};
	own->words[n++] = (struct template_word){
	    "ACKAUTHOR", context_of_object(ctx, "", "ACKAUTHOR")};
	own->words[n++] = (struct template_word){
	    "ACKCOMMENT", context_of_object(ctx, "", "ACKCOMMENT")};
	own->words[n++] = (struct template_word){
	    "NOTESURL", context_of_object(ctx, "", "NOTESURL")};
	own->words[n] = (struct template_word){NULL, NULL};
}

typedef void show_fn(
    struct str *to, const char *label, struct slice value, bool output);

static void
show_variables(struct str *to, const struct context *ctx, show_fn *show)
{
	struct context_pair *pairs = context_sorted(ctx);

	for (size_t i = 0; i < ctx->n; i++)
		show(to, pairs[i].key, slice_of(pairs[i].value), false);
	free(pairs);
}

static void
show_lines(struct str *to, const struct context *ctx,
    const struct mail_options *options, show_fn *show)
{
	struct own_words own = {0};
	struct template_world w = {.words = own.words, .ctx = ctx};
	bool bulk = context_get(ctx, "BULK_ID") != NULL; /* the list of them */

	own_words_make(&own, ctx);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct str value = {0};

		if (shows(options->params, lines[i].element) ||
		    (lines[i].output && bulk))
			nd_template_expand(&value, lines[i].text, &w);
		if (slice_trim(str_slice(&value)).len > 0)
			show(to, lines[i].label, slice_trim(str_slice(&value)),
			    lines[i].output);
		str_free(&value);
	}
	if (shows(options->params, "variables"))
		show_variables(to, ctx, show);
	str_free(&own.host);
}

/* --- text ------------------------------------------------------------------
 */

static void
show_text(struct str *to, const char *label, struct slice value, bool output)
{
	struct slice rest = value, line;

	(void)output;
	if (memchr(value.s, '\n', value.len) == NULL) {
		size_t n = strlen(label) + 1;

		str_addf(to, "%s:", label);
		while (n++ < 11)
			str_addc(to, ' ');
		str_addslice(to, value);
		str_addc(to, '\n');
		return;
	}
	str_addf(to, "%s:\n", label);
	while (slice_next(&rest, '\n', &line)) {
		str_add(to, "    ");
		str_addslice(to, line);
		str_addc(to, '\n');
	}
}

void
mail_body_text(struct str *to, const struct context *ctx,
    const struct mail_options *options)
{
	show_lines(to, ctx, options, show_text);
	if (options->acknowledge != NULL)
		str_addf(to, "\nAcknowledge: %s\n", options->acknowledge);
	if (options->downtime != NULL)
		str_addf(to, "\nDowntime:    %s\n", options->downtime);
}

/* --- HTML ------------------------------------------------------------------
 */

/* (!) (!!) (?) (.) in the colours of their states. */
static void
add_marked(struct str *to, struct slice text)
{
	static const struct {
		const char *mark, *color;
	} marks[] = {{"(!!)", "#c1121f"}, {"(!)", "#b98900"},
	    {"(?)", "#e07a1f"}, {"(.)", "#2e8b57"}};

	for (size_t i = 0; i < text.len;) {
		size_t k = 0;

		while (k < ARRAY_LEN(marks) &&
		    (text.len - i < strlen(marks[k].mark) ||
			memcmp(text.s + i, marks[k].mark,
			    strlen(marks[k].mark)) != 0))
			k++;
		if (k == ARRAY_LEN(marks)) {
			nd_template_escape(
			    to, (struct slice){text.s + i, 1}, TEMPLATE_HTML);
			i++;
			continue;
		}
		str_addf(to, "<b style=\"color:%s\">%s</b>", marks[k].color,
		    marks[k].mark);
		i += strlen(marks[k].mark);
	}
}

static bool
is_link(struct slice value)
{
	return slice_starts(value, "https://") ||
	    slice_starts(value, "http://");
}

static void
show_html(struct str *to, const char *label, struct slice value, bool output)
{
	str_add(to,
	    "<tr><th style=\"text-align:left;vertical-align:top;"
	    "padding:2px 1em 2px 0;color:#555;white-space:nowrap\">");
	nd_template_escape(to, slice_of(label), TEMPLATE_HTML);
	str_add(to, "</th><td style=\"padding:2px 0;white-space:pre-wrap\">");
	if (output) {
		add_marked(to, value);
	} else if (is_link(value)) {
		str_add(to, "<a href=\"");
		nd_template_escape(to, value, TEMPLATE_HTML);
		str_add(to, "\">");
		nd_template_escape(to, value, TEMPLATE_HTML);
		str_add(to, "</a>");
	} else {
		nd_template_escape(to, value, TEMPLATE_HTML);
	}
	str_add(to, "</td></tr>\n");
}

static void
add_button(struct str *to, const char *label, const char *url)
{
	if (url == NULL)
		return;
	str_add(to, "<a href=\"");
	nd_template_escape(to, slice_of(url), TEMPLATE_HTML);
	str_addf(to,
	    "\" style=\"display:inline-block;margin:12px 12px 0 0;padding:8px "
	    "16px;background:#24415f;color:#fff;text-decoration:none;"
	    "border-radius:4px\">%s</a>\n",
	    label);
}

/* The length of a tag that is let through; 0: it is none. */
static size_t
plain_tag(const char *text)
{
	static const char *const tags[] = {"b", "i", "u", "p", "br", "hr", "em",
	    "strong", "ul", "ol", "li", "pre", "code", "small", "h1", "h2",
	    "h3", "table", "tr", "td", "th"};
	size_t from = text[1] == '/' ? 2 : 1, n = 0;

	while (isalnum((unsigned char)text[from + n]))
		n++;
	if (text[from + n] != '>')
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		if (strlen(tags[i]) == n &&
		    strncasecmp(tags[i], text + from, n) == 0)
			return from + n + 1;
	}
	return 0;
}

static void
add_inserted(struct str *to, const struct context *ctx, const json_t *params)
{
	struct template_world w = {.ctx = ctx, .escape = TEMPLATE_HTML};
	struct str text = {0}, clean = {0};

	for (const char *p = method_text(params, "insert_html"); *p != '\0';) {
		size_t n = *p == '<' ? plain_tag(p) : 0;

		if (n > 0)
			str_addn(&clean, p, n);
		else if (*p == '<')
			str_add(&clean, "&lt;");
		else
			str_addc(&clean, *p);
		p += n > 0 ? n : 1;
	}
	nd_template_expand(&text, str_get(&clean), &w);
	str_addslice(to, str_slice(&text));
	str_free(&text);
	str_free(&clean);
}

void
mail_body_html(struct str *to, const struct context *ctx,
    const struct mail_options *options)
{
	const char *link = context_text(ctx, "LINK");

	str_addf(to,
	    "<!DOCTYPE html>\n<html><body style=\"font-family:sans-serif;"
	    "font-size:14px;color:#222\">\n<div style=\"background:%s;color:"
	    "#fff;padding:10px 14px;font-size:17px;font-weight:bold\">",
	    context_text(ctx, "COLOR"));
	nd_template_escape(
	    to, slice_of(context_text(ctx, "OBJECT")), TEMPLATE_HTML);
	str_addc(to, ' ');
	nd_template_escape(
	    to, slice_of(context_text(ctx, "EVENT_WORDS")), TEMPLATE_HTML);
	str_add(to, "</div>\n<table style=\"margin:10px 0\">\n");
	show_lines(to, ctx, options, show_html);
	str_add(to, "</table>\n");
	if (options->chart != NULL)
		str_addf(to,
		    "<p><img src=\"cid:" MAIL_CHART_ID "@%s\" alt=\"The course "
		    "of the metrics\" width=\"%d\"></p>\n",
		    options->machine, CHART_WIDTH);
	add_inserted(to, ctx, options->params);
	add_button(to, "Open in Vedette", link[0] == '\0' ? NULL : link);
	add_button(to, "Acknowledge", options->acknowledge);
	add_button(to, "Downtime", options->downtime);
	str_add(to, "</body></html>\n");
}
