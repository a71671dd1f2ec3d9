/*
 * bytes.h - borrowed slices and the annotations every folder uses.
 *
 * A slice never owns: it is good until the thing it points into changes.
 */
#ifndef KEPT_BASE_BYTES_H
#define KEPT_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The result has to be looked at; err_ignore() is the one way round it. */
#define KEPT_MUST_USE __attribute__((warn_unused_result))
#define KEPT_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define KEPT_ARRAY_COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct bytes {
	const uint8_t *ptr;
	size_t len;
};

static inline struct bytes bytes_of(const void *ptr, size_t len)
{
	return (struct bytes){ .ptr = (const uint8_t *)ptr, .len = len };
}

/* The bytes of a C string, without its NUL. */
static inline struct bytes bytes_from_str(const char *s)
{
	return bytes_of(s, strlen(s));
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Order by content, a prefix first: <0, 0, >0 like memcmp. */
static inline int bytes_compare(struct bytes a, struct bytes b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter == 0 ? 0 : memcmp(a.ptr, b.ptr, shorter);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

/* Little-endian integers at any alignment: the byte order of kept/1. */
static inline void le16_put(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void le32_put(uint8_t *p, uint32_t v)
{
	le16_put(p, (uint16_t)v);
	le16_put(p + 2, (uint16_t)(v >> 16));
}

static inline void le64_put(uint8_t *p, uint64_t v)
{
	le32_put(p, (uint32_t)v);
	le32_put(p + 4, (uint32_t)(v >> 32));
}

static inline uint16_t le16_get(const uint8_t *p)
{
	return (uint16_t)(p[0] | (uint16_t)((uint16_t)p[1] << 8));
}

static inline uint32_t le32_get(const uint8_t *p)
{
	return (uint32_t)le16_get(p) | ((uint32_t)le16_get(p + 2) << 16);
}

static inline uint64_t le64_get(const uint8_t *p)
{
	return (uint64_t)le32_get(p) | ((uint64_t)le32_get(p + 4) << 32);
}

#endif
