/*
 * block.h - the unit of storage and sync: one header of 136 bytes, one body,
 * sometimes one signature.
 *
 * Layout, little-endian (PROTOCOL.md section 3):
 *   ver u8 | kind u8 | flags u16 | epoch u32 | jtag[16] | lid[16] | etag[16]
 *   | seq u64 | prev[32] | body_hash[32] | body_len u32 | zero[4]
 * id = BLAKE2b-256(header); the signature is Ed25519 over the id with purpose
 * SIGN_BLOCK. Data bodies are seal(op key, "op", header[0..96), plaintext);
 * control bodies are canonical msgpack of proto/control.def in the clear, with
 * sealed fields inside. The same bytes lie in SQLite, on the wire and in a
 * backup.
 */
#ifndef KEPT_CRYPTO_BLOCK_H
#define KEPT_CRYPTO_BLOCK_H

#include "proto/base/arena.h"
#include "proto/base/buf.h"
#include "proto/bounds.h"
#include "proto/crypto/keys.h"

#define BLOCK_VERSION 1u
/* flags bit 0: continues in the next block of this log (a group). */
#define BLOCK_CONTINUES 1u
#define BLOCK_FLAGS_KNOWN BLOCK_CONTINUES
/* What of the header the body is bound to. */
#define BLOCK_AAD_BYTES 96u

enum log_class { LOG_CONTROL = 1, LOG_DATA = 2, LOG_BLOB = 3 };

/* Header kinds outside control logs; control kinds are control.def's. */
enum block_kind { BLOCK_OPS = 1, BLOCK_BLOB = 2, BLOCK_SEEN = 3 };

struct block_header {
	uint8_t ver;
	uint8_t kind;
	uint16_t flags;
	uint32_t epoch;
	struct id16 jtag;
	struct id16 lid;
	struct id16 etag;
	uint64_t seq;
	struct hash32 prev; /* all zero at seq 1 */
	struct hash32 body_hash;
	uint32_t body_len;
};

/* A whole block as it is stored and passed on. Borrows all it points to. */
struct block {
	struct block_header header;
	struct hash32 id;
	struct bytes body; /* ptr NULL: body not held (erased) */
	bool is_signed;
	struct signature signature; /* meaningful when is_signed */
};

void block_header_write(const struct block_header *header,
			uint8_t out[BLOCK_HEADER_BYTES]);
/*
 * ERR_MALFORMED: wrong size, zero[4] not zero, seq 0 or > LIMIT_SEQ, prev not
 * zero at seq 1 or zero later, body_len over its limit.
 * ERR_UNKNOWN_KIND: ver or flags this build does not know.
 */
int block_header_read(struct bytes input, struct block_header *out)
	KEPT_MUST_USE;
void block_compute_id(struct block *block);

/*
 * Seal plaintext as this block's body into out (cleared first), and set
 * body_hash, body_len, id and body (which borrows from out); is_signed goes.
 * The rest of the header has to be filled in. ERR_LIMIT over
 * LIMIT_BLOCK_PLAIN_BYTES.
 */
int block_seal(struct block *block, const struct seal_key *op_key,
	       struct bytes plain, struct buf *out) KEPT_MUST_USE;
/* Body in the clear (control): the same without sealing. body is borrowed.
 * ERR_LIMIT over LIMIT_BLOCK_BODY_BYTES. */
int block_set_body(struct block *block, struct bytes body) KEPT_MUST_USE;
/* Appends plaintext to out (see seal_open for its room). ERR_CRYPTO, also
 * for a body not held. */
int block_open(const struct block *block, const struct seal_key *op_key,
	       struct buf *out) KEPT_MUST_USE;

/* Signs the id, which has to be that of the header. */
void block_sign(struct block *block, const struct sign_secret *sec);
/* ERR_CRYPTO: not signed, not by pub, or id is not that of the header. The
 * body is not looked at: block_body_fits(). */
int block_verify(const struct block *block, const struct sign_public *pub)
	KEPT_MUST_USE;
/* body, if held, matches body_hash and body_len. */
bool block_body_fits(const struct block *block);

/*
 * Runs: up to LIMIT_RUN_BLOCKS consecutive blocks of one log and one epoch;
 * only the last carries its signature. The wire form leaves out what can be
 * recomputed: jtag, lid, seq, prev, epoch, body_hash (of held bodies).
 *   lid[16] | first_seq u64 | prev[32] | epoch u32 | count u16 |
 *   count x { kind u8 | flags u16 | etag[16] | body_len u32 | held u8 |
 *             body, or body_hash[32] when not held } | signature[64]
 * A block takes RUN_ITEM_BYTES and its body (or 32), the run RUN_FRAME_BYTES
 * more; all together <= LIMIT_RUN_BYTES, held bodies <= LIMIT_RUN_BODY_BYTES.
 */
#define RUN_HEAD_BYTES 62u
#define RUN_ITEM_BYTES 24u
#define RUN_FRAME_BYTES (RUN_HEAD_BYTES + 64u)

/* Appends. ERR_LIMIT over a limit; ERR_USAGE if these blocks are no run of
 * this build's version with a signature at its end. */
int run_write(const struct block *blocks, size_t count, struct buf *out)
	KEPT_MUST_USE;

struct run {
	struct block *blocks; /* in the arena; bodies borrow from the input */
	size_t count;
};
/*
 * Rebuilds headers, hashes and ids; the last block is_signed. Nothing is
 * verified but the form: call run_verify before use. ERR_MALFORMED;
 * ERR_UNKNOWN_KIND for flags of a newer kept; ERR_NOMEM.
 */
int run_read(struct bytes input, const struct id16 *jtag, struct arena *arena,
	     struct run *out) KEPT_MUST_USE;
/* The chain inside and the signature at the end. ERR_CRYPTO. For runs that
 * run_read filled: ids and body hashes inside are taken as computed. */
int run_verify(const struct run *run, const struct sign_public *author)
	KEPT_MUST_USE;

#endif
