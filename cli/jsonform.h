/*
 * jsonform.h - JSON of people and programs to and from the socket's msgpack.
 *
 * Whole numbers stay whole (up to 2^53, JSON's own limit); bin becomes lower
 * hex; nil is null; the order of keys is kept. Texts are validated UTF-8.
 * cJSON's memory is wiped when it is freed: it holds people's words.
 */
#ifndef KEPT_CLI_JSONFORM_H
#define KEPT_CLI_JSONFORM_H

#include <cjson/cJSON.h>

#include "proto/base/buf.h"

#define JSON_DEPTH_MAX 64

/* Once, before any cJSON call. */
void jsonform_start(void);

/* Appends one element. ERR_LIMIT (depth, size), ERR_USAGE (not UTF-8). */
int jsonform_to_mp(const cJSON *json, struct buf *out) KEPT_MUST_USE;
/* input: one element mpcheck accepted. NULL when out of memory or too deep.
 * Gives ownership. */
cJSON *jsonform_from_mp(struct bytes input) KEPT_MUST_USE;
/* One line of text without blanks between; NULL when out of memory.
 * cJSON_free it. */
char *jsonform_line(const cJSON *json) KEPT_MUST_USE;

#endif
