/*
 * entryvalue.h - one value of one field, both ways; for entryform.c and
 * entryshow.c.
 */
#ifndef KEPT_PROTO_ENTRYVALUE_H
#define KEPT_PROTO_ENTRYVALUE_H

#include "proto/base/buf.h"
#include "proto/entry.h"

/*
 * element (client profile, checked, neither nil nor an empty list) as the
 * value to store. ERR_USAGE with a text naming the field; what out refuses is
 * left in out->failed.
 */
int entryvalue_read(const struct entry_field *field, struct bytes element,
		    struct buf *out, struct err *err) KEPT_MUST_USE;

#endif
