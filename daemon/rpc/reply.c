/*
 * reply.c - maps and lists with the count written afterwards.
 *
 * The 16-bit heads are used whatever the count: the client profile takes any
 * valid form. Never used for what is hashed or signed. Read next: session.c.
 */
#include "daemon/rpc/reply.h"

#include "proto/base/panic.h"

#define MAP16 0xdeu
#define ARRAY16 0xdcu

static size_t head_put(struct buf *out, uint8_t head)
{
	size_t at = out->len;

	buf_put_u8(out, head);
	buf_put_u8(out, 0);
	buf_put_u8(out, 0);
	return at;
}

static void count_put(struct buf *out, size_t at, uint16_t count)
{
	if (out->failed != 0)
		return;
	kept_assert(at + 3 <= out->len);
	out->ptr[at + 1] = (uint8_t)(count >> 8);
	out->ptr[at + 2] = (uint8_t)count;
}

void reply_map_begin(struct reply_map *map, struct buf *out)
{
	map->out = out;
	map->count = 0;
	map->at = head_put(out, MAP16);
}

struct buf *reply_key(struct reply_map *map, const char *key)
{
	kept_assert(map->count < UINT16_MAX);
	map->count++;
	mp_put_cstr(map->out, key);
	return map->out;
}

void reply_map_end(struct reply_map *map)
{
	count_put(map->out, map->at, map->count);
}

void reply_list_begin(struct reply_list *list, struct buf *out)
{
	list->out = out;
	list->count = 0;
	list->at = head_put(out, ARRAY16);
}

struct buf *reply_item(struct reply_list *list)
{
	kept_assert(list->count < UINT16_MAX);
	list->count++;
	return list->out;
}

void reply_list_end(struct reply_list *list)
{
	count_put(list->out, list->at, list->count);
}

void reply_put_hex(struct buf *out, struct bytes bytes)
{
	static const char digits[] = "0123456789abcdef";
	char text[128];
	size_t i;

	kept_assert(bytes.len * 2 <= sizeof text);
	for (i = 0; i < bytes.len; i++) {
		text[2 * i] = digits[bytes.ptr[i] >> 4];
		text[2 * i + 1] = digits[bytes.ptr[i] & 15];
	}
	mp_put_str(out, bytes_of(text, bytes.len * 2));
}
