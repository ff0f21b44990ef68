/* SPDX-License-Identifier: Apache-2.0
 *
 * Docker: images of a node.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_IMAGES
};

static const struct check_param params[] = {
    {"images", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE, "on their number"}, {0}};

static const struct check_metric metrics[] = {{"images", "", "images"}, {0}};

static const struct value_row row = {
    "Images", "images", render_count, VALUE_PARAM(P_IMAGES), 0, false};

static const struct section_type section = SECTION_LINES("docker_node_images");

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];

	if (lines_has_block(s, SLICE("images")))
		check_found_add(found, SLICE(""), NULL);
}

/* "[[[images]]]" and a line of JSON each; other blocks are about containers. */
static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	double n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += slice_eqs(s->lines[i].block, "images") &&
		    *s->lines[i].text.s == '{';
	value_say(c, out, &row, n, 0);
}

const struct check check_docker_node_images = {
    .name = "docker_node_images",
    .title = "Docker: images of a node",
    .manual = "How many images a Docker node has. Nothing is judged without "
	      "levels.",
    .ruleset = "docker_node_images",
    .description = "Docker images",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
