/*
 * vectors_json.h - a public file of test vectors, read with cJSON.
 *
 * The files lie in the neighbor folder `shared`; where it is absent the test
 * that asks is skipped.
 */
#ifndef KEPT_TESTS_VECTORS_JSON_H
#define KEPT_TESTS_VECTORS_JSON_H

#include <cjson/cJSON.h>

#include "proto/base/mem.h"
#include "tests/lib/harness.h"

/* Owns: cJSON_Delete. name is below $SHARED. */
static inline cJSON *vectors_load(const char *name)
{
	char path[HARNESS_PATH_BYTES];
	struct bytes text;
	cJSON *root;

	harness_shared(name, path);
	text = harness_read(path);
	root = cJSON_ParseWithLength((const char *)text.ptr, text.len);
	assert_non_null(root);
	mem_free((void *)(uintptr_t)text.ptr);
	return root;
}

/* A member's string; NULL if there is none. */
static inline const char *vectors_str(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(object, key));
}

/* A member's hex, decoded; 0 if there is none. */
static inline size_t vectors_hex(const cJSON *object, const char *key,
				 uint8_t *out, size_t cap)
{
	const char *hex = vectors_str(object, key);

	return hex == NULL ? 0 : harness_unhex(hex, out, cap);
}

#endif
