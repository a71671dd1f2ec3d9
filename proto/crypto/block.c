/*
 * block.c - headers, sealing, and signing of blocks.
 *
 * Must never sign or hash a re-encoding of what arrived: the 136 bytes of a
 * header have one form, and bodies are taken as they are. Runs are in run.c.
 */
#include "proto/crypto/block.h"

#include "proto/crypto/kdf.h"
#include "proto/crypto/seal.h"

/* Offsets of PROTOCOL.md section 3. */
#define AT_KIND 1u
#define AT_FLAGS 2u
#define AT_EPOCH 4u
#define AT_JTAG 8u
#define AT_LID 24u
#define AT_ETAG 40u
#define AT_SEQ 56u
#define AT_PREV 64u
#define AT_BODY_HASH 96u
#define AT_BODY_LEN 128u
#define AT_ZERO 132u

_Static_assert(AT_BODY_HASH == BLOCK_AAD_BYTES,
	       "a body is bound to all that stands before its hash");
_Static_assert(AT_ZERO + 4 == BLOCK_HEADER_BYTES, "");

void block_header_write(const struct block_header *header,
			uint8_t out[BLOCK_HEADER_BYTES])
{
	out[0] = header->ver;
	out[AT_KIND] = header->kind;
	le16_put(out + AT_FLAGS, header->flags);
	le32_put(out + AT_EPOCH, header->epoch);
	memcpy(out + AT_JTAG, header->jtag.b, sizeof header->jtag.b);
	memcpy(out + AT_LID, header->lid.b, sizeof header->lid.b);
	memcpy(out + AT_ETAG, header->etag.b, sizeof header->etag.b);
	le64_put(out + AT_SEQ, header->seq);
	memcpy(out + AT_PREV, header->prev.b, sizeof header->prev.b);
	memcpy(out + AT_BODY_HASH, header->body_hash.b,
	       sizeof header->body_hash.b);
	le32_put(out + AT_BODY_LEN, header->body_len);
	le32_put(out + AT_ZERO, 0);
}

int block_header_read(struct bytes input, struct block_header *out)
{
	const uint8_t *p = input.ptr;

	if (input.len != BLOCK_HEADER_BYTES)
		return ERR_MALFORMED;
	/* Of another version nothing else can be judged. */
	if (p[0] != BLOCK_VERSION)
		return ERR_UNKNOWN_KIND;
	memset(out, 0, sizeof *out);
	out->ver = p[0];
	out->kind = p[AT_KIND];
	out->flags = le16_get(p + AT_FLAGS);
	out->epoch = le32_get(p + AT_EPOCH);
	memcpy(out->jtag.b, p + AT_JTAG, sizeof out->jtag.b);
	memcpy(out->lid.b, p + AT_LID, sizeof out->lid.b);
	memcpy(out->etag.b, p + AT_ETAG, sizeof out->etag.b);
	out->seq = le64_get(p + AT_SEQ);
	memcpy(out->prev.b, p + AT_PREV, sizeof out->prev.b);
	memcpy(out->body_hash.b, p + AT_BODY_HASH, sizeof out->body_hash.b);
	out->body_len = le32_get(p + AT_BODY_LEN);
	if (le32_get(p + AT_ZERO) != 0 || out->seq == 0 ||
	    out->seq > LIMIT_SEQ || out->body_len > LIMIT_BLOCK_BODY_BYTES ||
	    hash32_is_zero(&out->prev) != (out->seq == 1))
		return ERR_MALFORMED;
	if ((out->flags & ~BLOCK_FLAGS_KNOWN) != 0)
		return ERR_UNKNOWN_KIND;
	return 0;
}

static void header_hash(const struct block_header *header, struct hash32 *out)
{
	uint8_t bytes[BLOCK_HEADER_BYTES];

	block_header_write(header, bytes);
	hash_bytes(bytes_of(bytes, sizeof bytes), out->b, sizeof out->b);
}

void block_compute_id(struct block *block)
{
	header_hash(&block->header, &block->id);
}

int block_set_body(struct block *block, struct bytes body)
{
	struct block_header *header = &block->header;

	if (body.len > LIMIT_BLOCK_BODY_BYTES)
		return ERR_LIMIT;
	hash_bytes(body, header->body_hash.b, sizeof header->body_hash.b);
	header->body_len = (uint32_t)body.len;
	block->body = body;
	block->is_signed = false;
	block_compute_id(block);
	return 0;
}

int block_seal(struct block *block, const struct seal_key *op_key,
	       struct bytes plain, struct buf *out)
{
	uint8_t header[BLOCK_HEADER_BYTES];
	struct seal_context context = {
		.label = kdf_label_name(KDF_OP),
		.aad = bytes_of(header, BLOCK_AAD_BYTES),
		.padding = SEAL_PADDED,
	};
	int err;

	if (plain.len > LIMIT_BLOCK_PLAIN_BYTES)
		return ERR_LIMIT;
	buf_clear(out);
	block_header_write(&block->header, header);
	err = seal(op_key, &context, plain, out);
	if (err != 0)
		return err;
	return block_set_body(block, buf_bytes(out));
}

int block_open(const struct block *block, const struct seal_key *op_key,
	       struct buf *out)
{
	uint8_t header[BLOCK_HEADER_BYTES];
	struct seal_context context = {
		.label = kdf_label_name(KDF_OP),
		.aad = bytes_of(header, BLOCK_AAD_BYTES),
		.padding = SEAL_PADDED,
	};

	if (block->body.ptr == NULL)
		return ERR_CRYPTO;
	block_header_write(&block->header, header);
	return seal_open(op_key, &context, block->body, out);
}

void block_sign(struct block *block, const struct sign_secret *sec)
{
	sign_message(sec, SIGN_BLOCK, bytes_of(block->id.b, sizeof block->id.b),
		     &block->signature);
	block->is_signed = true;
}

int block_verify(const struct block *block, const struct sign_public *pub)
{
	struct hash32 id;

	if (!block->is_signed)
		return ERR_CRYPTO;
	header_hash(&block->header, &id);
	if (!hash32_equal(&id, &block->id))
		return ERR_CRYPTO;
	return sign_verify(pub, SIGN_BLOCK, bytes_of(id.b, sizeof id.b),
			   &block->signature);
}

bool block_body_fits(const struct block *block)
{
	struct hash32 hash;

	if (block->body.ptr == NULL)
		return true;
	if (block->body.len != block->header.body_len)
		return false;
	hash_bytes(block->body, hash.b, sizeof hash.b);
	return hash32_equal(&hash, &block->header.body_hash);
}
