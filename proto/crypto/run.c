/*
 * run.c - runs: consecutive blocks of one log with one signature at the end.
 *
 * Reading copies no body and rebuilds, byte for byte, the headers that were
 * left out. Must never let a block through whose id was not computed here,
 * nor look at a signature before the form is proven. Read daemon/core/chain.c
 * for what becomes of a run.
 */
#include "proto/crypto/block.h"

#define SIGNATURE_BYTES 64u
#define AT_FIRST_SEQ 16u
#define AT_PREV 24u
#define AT_EPOCH 56u
#define AT_COUNT 60u
#define ITEM_AT_FLAGS 1u
#define ITEM_AT_ETAG 3u
#define ITEM_AT_BODY_LEN 19u
#define ITEM_AT_HELD 23u

_Static_assert(AT_COUNT + 2 == RUN_HEAD_BYTES, "");
_Static_assert(ITEM_AT_HELD + 1 == RUN_ITEM_BYTES, "");
_Static_assert(sizeof(struct signature) == SIGNATURE_BYTES, "");

/* What of a run has been taken, and how much there may be. */
struct run_cursor {
	const uint8_t *at;
	size_t left;
	size_t body_bytes;
};

/* Does `next` come right after `block` in one log and epoch? */
static bool is_chained(const struct block *block, const struct block *next)
{
	const struct block_header *a = &block->header;
	const struct block_header *b = &next->header;

	return id16_equal(&a->lid, &b->lid) && id16_equal(&a->jtag, &b->jtag) &&
	       a->epoch == b->epoch && b->seq == a->seq + 1 &&
	       hash32_equal(&b->prev, &block->id);
}

static int check_writable(const struct block *blocks, size_t count)
{
	size_t bytes = RUN_FRAME_BYTES;
	size_t body_bytes = 0;
	size_t i;

	if (count > LIMIT_RUN_BLOCKS)
		return ERR_LIMIT;
	if (count == 0 || !blocks[count - 1].is_signed)
		return ERR_USAGE;
	for (i = 0; i < count; i++) {
		const struct block *block = &blocks[i];
		bool held = block->body.ptr != NULL;

		if (block->header.ver != BLOCK_VERSION ||
		    (block->header.flags & ~BLOCK_FLAGS_KNOWN) != 0 ||
		    (held && block->body.len != block->header.body_len) ||
		    (i > 0 && !is_chained(&blocks[i - 1], block)))
			return ERR_USAGE;
		body_bytes += held ? block->body.len : 0;
		bytes += RUN_ITEM_BYTES + (held ? block->body.len : 32);
	}
	if (bytes > LIMIT_RUN_BYTES || body_bytes > LIMIT_RUN_BODY_BYTES)
		return ERR_LIMIT;
	return 0;
}

static void write_item(const struct block *block, struct buf *out)
{
	const struct block_header *header = &block->header;
	bool held = block->body.ptr != NULL;

	buf_put_u8(out, header->kind);
	buf_put_le16(out, header->flags);
	buf_put(out, header->etag.b, sizeof header->etag.b);
	buf_put_le32(out, header->body_len);
	buf_put_u8(out, held);
	if (held)
		buf_put(out, block->body.ptr, block->body.len);
	else
		buf_put(out, header->body_hash.b, sizeof header->body_hash.b);
}

int run_write(const struct block *blocks, size_t count, struct buf *out)
{
	const struct block_header *first = &blocks[0].header;
	size_t before = out->len;
	size_t i;
	int err = check_writable(blocks, count);

	if (err != 0)
		return err;
	buf_put(out, first->lid.b, sizeof first->lid.b);
	buf_put_le64(out, first->seq);
	buf_put(out, first->prev.b, sizeof first->prev.b);
	buf_put_le32(out, first->epoch);
	buf_put_le16(out, (uint16_t)count);
	for (i = 0; i < count; i++)
		write_item(&blocks[i], out);
	buf_put(out, blocks[count - 1].signature.b, SIGNATURE_BYTES);
	if (out->failed != 0)
		out->len = before;
	return out->failed;
}

/* block->header has lid, jtag, epoch, seq, and prev; the rest comes here. */
static int read_item(struct run_cursor *cursor, struct block *block)
{
	struct block_header *header = &block->header;
	const uint8_t *p = cursor->at;
	size_t rest;
	bool held;

	if (cursor->left < RUN_ITEM_BYTES || p[ITEM_AT_HELD] > 1)
		return ERR_MALFORMED;
	header->ver = BLOCK_VERSION;
	header->kind = p[0];
	header->flags = le16_get(p + ITEM_AT_FLAGS);
	memcpy(header->etag.b, p + ITEM_AT_ETAG, sizeof header->etag.b);
	header->body_len = le32_get(p + ITEM_AT_BODY_LEN);
	held = p[ITEM_AT_HELD] == 1;
	cursor->at += RUN_ITEM_BYTES;
	cursor->left -= RUN_ITEM_BYTES;
	rest = held ? header->body_len : sizeof header->body_hash.b;
	if (header->body_len > LIMIT_BLOCK_BODY_BYTES || rest > cursor->left)
		return ERR_MALFORMED;
	if ((header->flags & ~BLOCK_FLAGS_KNOWN) != 0)
		return ERR_UNKNOWN_KIND;
	if (held) {
		cursor->body_bytes += rest;
		block->body = bytes_of(cursor->at, rest);
		hash_bytes(block->body, header->body_hash.b,
			   sizeof header->body_hash.b);
	} else {
		memcpy(header->body_hash.b, cursor->at, rest);
	}
	cursor->at += rest;
	cursor->left -= rest;
	if (cursor->body_bytes > LIMIT_RUN_BODY_BYTES)
		return ERR_MALFORMED;
	block_compute_id(block);
	return 0;
}

/* The fixed part of a run into the header of its first block. */
static int read_head(struct bytes input, const struct id16 *jtag,
		     struct block_header *first, size_t *count)
{
	const uint8_t *p = input.ptr;

	if (input.len < RUN_FRAME_BYTES || input.len > LIMIT_RUN_BYTES)
		return ERR_MALFORMED;
	memset(first, 0, sizeof *first);
	memcpy(first->lid.b, p, sizeof first->lid.b);
	first->jtag = *jtag;
	first->seq = le64_get(p + AT_FIRST_SEQ);
	memcpy(first->prev.b, p + AT_PREV, sizeof first->prev.b);
	first->epoch = le32_get(p + AT_EPOCH);
	*count = le16_get(p + AT_COUNT);
	if (*count == 0 || *count > LIMIT_RUN_BLOCKS || first->seq == 0 ||
	    first->seq > LIMIT_SEQ - (*count - 1) ||
	    hash32_is_zero(&first->prev) != (first->seq == 1) ||
	    *count * RUN_ITEM_BYTES > input.len - RUN_FRAME_BYTES)
		return ERR_MALFORMED;
	return 0;
}

int run_read(struct bytes input, const struct id16 *jtag, struct arena *arena,
	     struct run *out)
{
	struct arena_mark mark = arena_mark(arena);
	struct run_cursor cursor;
	struct block_header head;
	struct block *blocks;
	size_t count, i;
	int err;

	err = read_head(input, jtag, &head, &count);
	if (err != 0)
		return err;
	blocks = arena_alloc(arena, count, sizeof *blocks);
	if (blocks == NULL)
		return ERR_NOMEM;
	cursor = (struct run_cursor){
		.at = input.ptr + RUN_HEAD_BYTES,
		.left = input.len - RUN_FRAME_BYTES,
	};
	for (i = 0; i < count && err == 0; i++) {
		blocks[i].header = head;
		err = read_item(&cursor, &blocks[i]);
		head.seq++;
		head.prev = blocks[i].id;
	}
	if (err == 0 && cursor.left != 0)
		err = ERR_MALFORMED;
	if (err != 0) {
		arena_rewind(arena, mark);
		return err;
	}
	memcpy(blocks[count - 1].signature.b, cursor.at, SIGNATURE_BYTES);
	blocks[count - 1].is_signed = true;
	out->blocks = blocks;
	out->count = count;
	return 0;
}

int run_verify(const struct run *run, const struct sign_public *author)
{
	size_t i;

	if (run->count == 0)
		return ERR_CRYPTO;
	for (i = 1; i < run->count; i++) {
		if (!is_chained(&run->blocks[i - 1], &run->blocks[i]))
			return ERR_CRYPTO;
	}
	return block_verify(&run->blocks[run->count - 1], author);
}
