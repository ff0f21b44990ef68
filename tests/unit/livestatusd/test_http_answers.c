/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers over HTTP that nobody reads: beyond the bound of all of them further
 * ones are refused, counted, and may be asked for again; one alone is never.
 */
#include "livestatusd/http/internal.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BOUND 1000

static void
answer(struct http *h, struct http_request *r, size_t bytes)
{
	*r = (struct http_request){.h = h, .status = MHD_HTTP_OK};
	for (size_t i = 0; i < bytes; i++)
		str_addc(&r->out, 'x');
	peers_take_answer(r);
}

/* It was read, as http.c does at a request's end. */
static void
read_it(struct http_request *r)
{
	r->h->unread -= r->unread;
	str_free(&r->out);
}

static void
refused_beyond_the_bound(void **state)
{
	struct http h = {.unread_max = BOUND};
	struct http_request one, two, three, four;

	(void)state;
	answer(&h, &one, 600);
	answer(&h, &two, 400);
	assert_int_equal(h.unread, BOUND);
	assert_int_equal(h.answers_refused, 0);
	assert_int_equal(two.status, MHD_HTTP_OK);
	answer(&h, &three, 1);
	assert_int_equal(three.status, MHD_HTTP_SERVICE_UNAVAILABLE);
	assert_int_equal(three.retry_after, 10);
	assert_int_equal(h.answers_refused, 1);
	assert_non_null(strstr(str_get(&three.out), "try again"));
	assert_int_equal(h.unread, BOUND + three.out.len);
	read_it(&one);
	read_it(&three);
	answer(&h, &four, 600);
	assert_int_equal(four.status, MHD_HTTP_OK);
	assert_int_equal(h.unread, BOUND);
	read_it(&two);
	read_it(&four);
	assert_int_equal(h.unread, 0);
}

static void
one_alone_is_never_refused(void **state)
{
	struct http h = {.unread_max = BOUND};
	struct http_request large, next;

	(void)state;
	answer(&h, &large, 5 * BOUND);
	assert_int_equal(large.status, MHD_HTTP_OK);
	assert_int_equal(h.unread, 5 * BOUND);
	answer(&h, &next, 1);
	assert_int_equal(next.status, MHD_HTTP_SERVICE_UNAVAILABLE);
	assert_int_equal(h.answers_refused, 1);
	read_it(&large);
	read_it(&next);
	assert_int_equal(h.unread, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refused_beyond_the_bound),
	    cmocka_unit_test(one_alone_is_never_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
