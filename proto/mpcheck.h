/*
 * mpcheck.h - is this untrusted msgpack one well-formed element, within
 * bounds? Iterative, no allocation, before anything else looks at it.
 *
 * Why: 5 bytes make msgpack-c 4.0.0 reserve 4 GiB, and it takes duplicate
 * keys (measured; PROTOCOL.md section 1).
 *
 * MPCHECK_CANONICAL (blocks, control records, peer messages): shortest forms
 * only; nil, bool, int, str (valid UTF-8 without U+0000), bin, array, map with
 * unsigned keys strictly ascending; no float, ext or str keys.
 * MPCHECK_CLIENT (the local socket): any valid integer form, float, str keys
 * (distinctness is the decoder's business); still no ext.
 * Both: depth <= LIMIT_MP_DEPTH (the outermost container is 1), nodes <=
 * LIMIT_MP_NODES, a count never exceeds the bytes left, exact end.
 */
#ifndef KEPT_PROTO_MPCHECK_H
#define KEPT_PROTO_MPCHECK_H

#include "proto/base/errors.h"

enum mpcheck_profile { MPCHECK_CANONICAL, MPCHECK_CLIENT };

/* ERR_MALFORMED or ERR_LIMIT (depth, nodes). */
int mpcheck(struct bytes input, enum mpcheck_profile profile) KEPT_MUST_USE;

#endif
