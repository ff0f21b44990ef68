/* SPDX-License-Identifier: Apache-2.0
 *
 * libcurl's multi interface on libuv's loop, shared by all methods that speak
 * to a server. Nothing here blocks; names are resolved in libcurl's threads.
 */
#ifndef NOTIFYD_METHODS_CURL_LOOP_H
#define NOTIFYD_METHODS_CURL_LOOP_H

#include <curl/curl.h>
#include <uv.h>

struct curl_loop;

struct curl_loop *curl_loop_new(uv_loop_t *loop);
/* The handles must be removed before. */
void curl_loop_free(struct curl_loop **loop);

typedef void curl_loop_done_fn(CURL *easy, CURLcode rc, void *arg);
/* `done` is called once, on the loop; it removes the handle and cleans it up.
 * CURLOPT_PRIVATE is the loop's own. */
void curl_loop_add(
    struct curl_loop *loop, CURL *easy, curl_loop_done_fn *done, void *arg);
/* Ends it, with or without its end having come: no callback after this. The
 * handle is cleaned up too. */
void curl_loop_remove(struct curl_loop *loop, CURL *easy);

#endif
