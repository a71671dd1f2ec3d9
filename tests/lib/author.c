/*
 * author.c - writes blocks by hand. Signatures and hashes are real; sealed
 * fields are left out.
 */
#include "tests/lib/author.h"

#include "proto/codec.h"
#include "proto/crypto/kdf.h"

static void fill(void *out, size_t len, uint8_t seed, uint8_t salt)
{
	uint8_t input[2] = { seed, salt };

	hash_bytes(bytes_of(input, sizeof input), out, len);
}

void author_renew(struct author *author, uint8_t salt)
{
	struct author_log *logs[] = { &author->control, &author->data };
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(logs); i++) {
		struct author_log *log = logs[i];

		memset(log, 0, sizeof *log);
		log->log_class = (uint8_t)(LOG_CONTROL + i);
		fill(log->nonce.b, 16, author->seed, (uint8_t)(salt + i));
		kdf_lid(&author->sign, log->log_class, &log->nonce, &log->lid);
	}
}

void author_init(struct author *author, uint8_t seed)
{
	struct seal_key key;
	struct box_secret box;

	memset(author, 0, sizeof *author);
	author->seed = seed;
	fill(key.b, 32, seed, 1);
	sign_keypair_from_seed(&key, &author->sign, &author->sign_secret);
	fill(key.b, 32, seed, 2);
	box_keypair_from_seed(&key, &author->box, &box);
	fill(author->net_secret.b, 32, seed, 3);
	net_public_from_secret(&author->net_secret, &author->net);
	author_renew(author, 10);
}

void author_join(struct author *author, const struct author *founder)
{
	author->journal = founder->journal;
	author->jtag = founder->jtag;
}

struct dot paper_dot(const struct paper *paper)
{
	struct dot dot = { .lid = paper->block.header.lid,
			   .seq = paper->block.header.seq };

	memcpy(dot.tip, paper->block.id.b, sizeof dot.tip);
	return dot;
}

struct roster_record paper_record(const struct paper *paper)
{
	return (struct roster_record){
		.header = paper->block.header,
		.id = paper->block.id,
		.author = paper->author,
		.body = paper->block.body,
	};
}

void author_seal(struct author *author, struct paper *paper, size_t bytes)
{
	assert_int_equal(
		block_set_body(&paper->block, bytes_of(paper->body, bytes)), 0);
	if (!author->skips_signing)
		block_sign(&paper->block, &author->sign_secret);
	paper->author = author->sign;
}

static void write_block(struct author *author, struct author_log *log,
			uint8_t kind, size_t bytes, struct paper *out)
{
	struct block_header *header = &out->block.header;

	memset(&out->block, 0, sizeof out->block);
	header->ver = BLOCK_VERSION;
	header->kind = kind;
	header->jtag = author->jtag;
	header->lid = log->lid;
	header->seq = ++log->seq;
	header->prev = log->prev;
	if (log->log_class != LOG_CONTROL) {
		header->epoch = 1;
		fill(header->etag.b, 16, author->seed, (uint8_t)log->seq);
	}
	author_seal(author, out, bytes);
	log->prev = out->block.id;
}

static void write_control(struct author *author, uint8_t kind, const void *msg,
			  struct paper *out)
{
	struct buf body;

	buf_init(&body, AUTHOR_BODY_BYTES);
	assert_int_equal(codec_encode(schema_control(kind), msg, &body), 0);
	memcpy(out->body, body.ptr, body.len);
	if (kind == CONTROL_GENESIS) {
		hash_bytes(buf_bytes(&body), author->journal.b, 32);
		kdf_jtag(&author->journal, &author->jtag);
	}
	write_block(author, &author->control, kind, body.len, out);
	buf_release(&body);
}

/* Packed into `bytes`, which has room for LIMIT_CONTROL_DEPS. */
static struct schema_fixes pack(struct deps deps, uint8_t *bytes)
{
	size_t i;

	for (i = 0; i < deps.count; i++)
		dot_pack(&deps.dots[i], bytes + i * DOT_BYTES);
	return (struct schema_fixes){ .ptr = bytes, .count = deps.count };
}

#define DEPS_ROOM (LIMIT_CONTROL_DEPS * DOT_BYTES)

void author_genesis(struct author *author, struct paper *out)
{
	struct control_genesis genesis;

	memset(&genesis, 0, sizeof genesis);
	fill(genesis.random, 32, author->seed, 4);
	memcpy(genesis.nonce, author->control.nonce.b, 16);
	memcpy(genesis.device, author->sign.b, 32);
	memcpy(genesis.box, author->box.b, 32);
	memcpy(genesis.net, author->net.b, 32);
	write_control(author, CONTROL_GENESIS, &genesis, out);
}

void author_open(struct author *author, struct author_log *log,
		 struct deps deps, struct paper *out)
{
	struct control_log_open open;
	uint8_t room[DEPS_ROOM];

	memset(&open, 0, sizeof open);
	open.deps = pack(deps, room);
	SCHEMA_SET(&open, control_log_open, deps);
	memcpy(open.nonce, log->nonce.b, 16);
	memcpy(open.device, author->sign.b, 32);
	open.class = log->log_class;
	write_control(author, CONTROL_LOG_OPEN, &open, out);
}

void author_add(struct author *author, const struct author *joiner,
		struct deps deps, struct paper *out)
{
	struct control_add add;
	uint8_t room[DEPS_ROOM];

	memset(&add, 0, sizeof add);
	add.deps = pack(deps, room);
	SCHEMA_SET(&add, control_add, deps);
	memcpy(add.device, joiner->sign.b, 32);
	memcpy(add.box, joiner->box.b, 32);
	memcpy(add.net, joiner->net.b, 32);
	write_control(author, CONTROL_ADD, &add, out);
}

void author_remove(struct author *author, const struct sign_public *target,
		   const struct control_cut *cuts, size_t cut_count,
		   struct deps deps, struct paper *out)
{
	struct control_remove remove;
	uint8_t room[DEPS_ROOM];

	memset(&remove, 0, sizeof remove);
	remove.deps = pack(deps, room);
	SCHEMA_SET(&remove, control_remove, deps);
	memcpy(remove.device, target->b, 32);
	remove.cuts = (struct schema_list){ .items = cuts, .count = cut_count };
	if (cut_count > 0)
		SCHEMA_SET(&remove, control_remove, cuts);
	write_control(author, CONTROL_REMOVE, &remove, out);
}

void author_rotate(struct author *author, uint32_t n,
		   const struct sign_public *const *to, size_t to_count,
		   struct deps deps, struct paper *out)
{
	struct control_wrap wraps[LIMIT_WRAPS];
	struct control_rotate rotate;
	uint8_t room[DEPS_ROOM];
	size_t i;

	assert_true(to_count <= LIMIT_WRAPS);
	memset(&rotate, 0, sizeof rotate);
	memset(wraps, 0, sizeof wraps);
	rotate.deps = pack(deps, room);
	SCHEMA_SET(&rotate, control_rotate, deps);
	rotate.n = n;
	for (i = 0; i < to_count; i++) {
		memcpy(wraps[i].to, to[i]->b, sizeof wraps[i].to);
		wraps[i].sealed = bytes_from_str("sealed");
	}
	rotate.wraps =
		(struct schema_list){ .items = wraps, .count = to_count };
	write_control(author, CONTROL_ROTATE, &rotate, out);
}

void author_recovery(struct author *author, const struct author *recovery,
		     struct deps deps, struct paper *out)
{
	struct control_recovery_set set;
	uint8_t room[DEPS_ROOM];

	memset(&set, 0, sizeof set);
	set.deps = pack(deps, room);
	SCHEMA_SET(&set, control_recovery_set, deps);
	memcpy(set.sign, recovery->sign.b, 32);
	memcpy(set.box, recovery->box.b, 32);
	write_control(author, CONTROL_RECOVERY_SET, &set, out);
}

void author_control(struct author *author, uint8_t kind, struct bytes body,
		    struct paper *out)
{
	if (body.len > 0)
		memcpy(out->body, body.ptr, body.len);
	write_block(author, &author->control, kind, body.len, out);
}

void author_note(struct author *author, size_t bytes, struct paper *out)
{
	size_t i;

	for (i = 0; i < bytes; i += 64)
		fill(out->body + i, bytes - i < 64 ? 64 : 64, author->seed,
		     (uint8_t)(i / 64 + author->data.seq));
	write_block(author, &author->data, BLOCK_OPS, bytes, out);
}
