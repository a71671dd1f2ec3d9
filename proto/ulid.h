/*
 * ulid.h - entry ids: 48 bits of milliseconds and 80 random ones, shown as
 * 26 letters of Crockford's base 32 (0-9 A-Z without I, L, O, U).
 */
#ifndef KEPT_PROTO_ULID_H
#define KEPT_PROTO_ULID_H

#include "proto/base/errors.h"
#include "proto/base/ids.h"

#define ULID_TEXT_BYTES 26u /* without NUL */
#define ULID_MS_MAX ((UINT64_C(1) << 48) - 1)

/* ms <= ULID_MS_MAX. The caller brings the randomness. */
struct id16 ulid_make(uint64_t ms, const uint8_t random[10]);
uint64_t ulid_ms(const struct id16 *id);
/* Upper case, NUL-terminated. */
void ulid_format(const struct id16 *id, char out[ULID_TEXT_BYTES + 1]);
/* Either case, 26 letters, at most 7ZZ...; ERR_MALFORMED otherwise. */
int ulid_parse(struct bytes text, struct id16 *out) KEPT_MUST_USE;
/*
 * Does the text of id end like this (either case, 1..26 letters)? The way
 * people name entries.
 */
bool ulid_ends_with(const struct id16 *id, struct bytes ending);

#endif
