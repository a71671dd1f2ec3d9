/*
 * reply.h - writing results: maps and lists whose count is known at the end.
 *
 *   struct reply_map map;
 *   reply_map_begin(&map, out);
 *   mp_put_uint(reply_key(&map, "entries"), n);
 *   reply_map_end(&map);
 *
 * out->failed says afterwards whether everything fitted.
 */
#ifndef KEPT_RPC_REPLY_H
#define KEPT_RPC_REPLY_H

#include "proto/mp.h"

struct reply_map {
	struct buf *out; /* Borrows */
	size_t at;
	uint16_t count;
};
void reply_map_begin(struct reply_map *map, struct buf *out);
/* Puts the key; the caller puts one element into what is returned. */
struct buf *reply_key(struct reply_map *map, const char *key);
void reply_map_end(struct reply_map *map);

struct reply_list {
	struct buf *out; /* Borrows */
	size_t at;
	uint16_t count;
};
void reply_list_begin(struct reply_list *list, struct buf *out);
/* The caller puts one element into what is returned. */
struct buf *reply_item(struct reply_list *list);
void reply_list_end(struct reply_list *list);

/* Lower-case hex as a str. */
void reply_put_hex(struct buf *out, struct bytes bytes);

#endif
