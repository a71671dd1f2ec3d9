/*
 * codec.h - one interpreter over the descriptors of schema.h.
 *
 * Structs given to these functions are the ones the descriptor describes
 * (struct control_add for schema_control(CONTROL_ADD), and so on).
 */
#ifndef KEPT_PROTO_CODEC_H
#define KEPT_PROTO_CODEC_H

#include "proto/base/arena.h"
#include "proto/base/buf.h"
#include "proto/base/prng.h"
#include "proto/schema.h"

/*
 * Appends the canonical map of msg: every required field, and optional ones
 * whose bit in `present` is set. ERR_LIMIT when a field exceeds its bound or
 * the whole max_bytes, ERR_MALFORMED when a STR is not text or a RAW not one
 * canonical element; then, as with out's own refusal, out is as before.
 */
int codec_encode(const struct schema_message *desc, const void *msg,
		 struct buf *out) KEPT_MUST_USE;

/*
 * Canonical bytes from a peer or a block. Runs mpcheck itself. Unknown keys
 * are ignored. out (zeroed here) borrows from input; LISTs lie in the arena.
 * ERR_MALFORMED: not canonical, a required field missing, a wrong type, or a
 * bound exceeded. ERR_LIMIT: over max_bytes, or mpcheck's. ERR_NOMEM: the
 * arena's cap.
 */
int codec_decode(const struct schema_message *desc, struct bytes input,
		 struct arena *arena, void *out) KEPT_MUST_USE;

/*
 * Parameters from a client: a map with str keys in the client profile. nil
 * for an optional one means absent; a key that is unknown or there twice is
 * refused, so that no option is passed over in silence. ERR_USAGE, ERR_LIMIT
 * or ERR_NOMEM; err names the parameter. An empty input is an empty map.
 */
int codec_decode_named(const struct schema_message *desc, struct bytes input,
		       struct arena *arena, void *out, struct err *err)
	KEPT_MUST_USE;
/* The same of what mpcheck took already in the client profile, by itself or as
 * a part of a message. */
int codec_decode_checked(const struct schema_message *desc, struct bytes input,
			 struct arena *arena, void *out, struct err *err)
	KEPT_MUST_USE;

/* An order over messages: 0 when every field is the same. codeccheck.c */
int codec_compare(const struct schema_message *desc, const void *a,
		  const void *b);
/* One line of JSON; bytes as "hex". For tests and golden files. */
int codec_print(const struct schema_message *desc, const void *msg,
		struct buf *out);
/* The same for one element that mpcheck (any profile) took. */
int codec_print_element(struct bytes element, struct buf *out);
/*
 * A random valid message, bounds themselves among the values; small enough
 * for max_bytes. Lists and bytes lie in the arena.
 */
int codec_random(const struct schema_message *desc, struct prng *prng,
		 struct arena *arena, void *out) KEPT_MUST_USE;

/* For codec.c and its neighbors: the `present` word of a message. */
uint32_t *codec_present(const struct schema_message *desc, void *msg);

#endif
