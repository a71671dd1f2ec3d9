/*
 * cut.c - headers, chains, and signatures of what this device writes.
 *
 * Must never give out two blocks with one number: heads move only here, and
 * after a rollback they are read from the store again. Read next: control.c
 * and write.c, which decide what is cut.
 */
#include "daemon/vault/cut.h"

#include "proto/base/mem.h"
#include "proto/base/panic.h"
#include "proto/crypto/kdf.h"
#include "proto/crypto/seal.h"
#include "proto/mp.h"

#define QUEUE_BODIES_BYTES ((size_t)256 << 20)
/* The map around the ops: five keys, stamp, id, kind, dot. */
#define PLAIN_HEAD_BYTES 128u

struct cut_queued {
	struct block block; /* body.ptr is not kept: see offset */
	size_t offset;
};

void cut_init(struct cut *cut)
{
	memset(cut, 0, sizeof *cut);
	buf_init(&cut->bodies, QUEUE_BODIES_BYTES);
	buf_init(&cut->sealed, 2 * LIMIT_BLOCK_BODY_BYTES);
	buf_init(&cut->plain, LIMIT_GROUP_BYTES + PLAIN_HEAD_BYTES);
}

void cut_release(struct cut *cut)
{
	buf_release(&cut->bodies);
	buf_release(&cut->sealed);
	buf_release(&cut->plain);
	mem_free(cut->queue);
	memset(cut, 0, sizeof *cut);
}

static void forget_taken(struct cut *cut)
{
	cut->queue_count = 0;
	cut->taken = 0;
	buf_clear(&cut->bodies);
}

void cut_drop(struct cut *cut)
{
	forget_taken(cut);
	memset(cut->heads, 0, sizeof cut->heads);
	cut->run_blocks = 0;
	cut->run_bytes = 0;
}

bool cut_is_empty(const struct cut *cut)
{
	return cut->queue_count == cut->taken;
}

static int queue_room(struct cut *cut, size_t more)
{
	struct cut_queued *grown;
	size_t cap = cut->queue_cap;

	/* What was taken lies in the store by now. */
	if (cut->queue_count > 0 && cut->taken == cut->queue_count)
		forget_taken(cut);
	if (cut->queue_count + more <= cap)
		return 0;
	while (cap < cut->queue_count + more)
		cap = cap == 0 ? 16 : cap * 2;
	grown = mem_realloc(cut->queue, cap, sizeof *grown);
	if (grown == NULL)
		return ERR_NOMEM;
	cut->queue = grown;
	cut->queue_cap = cap;
	return 0;
}

/* A block filled in but for its body. */
static struct block block_start(const struct cut_under *under,
				const struct cut_head *head)
{
	return (struct block){
		.header = {
			.ver = BLOCK_VERSION,
			.epoch = under->epoch,
			.jtag = *under->jtag,
			.lid = head->lid,
			.seq = head->seq + 1,
			.prev = head->id,
		},
	};
}

/* Room was made before; only the bodies' buffer can still refuse. */
static int queue_push(struct cut *cut, struct block *block)
{
	struct cut_queued *queued = &cut->queue[cut->queue_count];

	queued->offset = cut->bodies.len;
	if (buf_put(&cut->bodies, block->body.ptr, block->body.len) != 0) {
		int code = cut->bodies.failed;

		cut->bodies.failed = 0;
		return code;
	}
	queued->block = *block;
	queued->block.body.ptr = NULL;
	cut->queue_count++;
	return 0;
}

static struct dot dot_of(const struct block *block)
{
	struct dot dot = { .lid = block->header.lid, .seq = block->header.seq };

	memcpy(dot.tip, block->id.b, sizeof dot.tip);
	return dot;
}

static void head_move(struct cut_head *head, const struct block *block)
{
	head->seq = block->header.seq;
	head->id = block->id;
}

int cut_control(struct cut *cut, const struct cut_under *under, uint8_t kind,
		struct bytes body, struct dot *dot)
{
	struct cut_head *head = &cut->heads[LOG_CONTROL];
	struct block block;
	int code;

	if (!head->is_open || head->seq == LIMIT_SEQ)
		return ERR_NOT_NOW;
	block = block_start(under, head);
	block.header.kind = kind;
	code = queue_room(cut, 1);
	if (code == 0)
		code = block_set_body(&block, body);
	if (code != 0)
		return code;
	block_sign(&block, under->sign);
	code = queue_push(cut, &block);
	if (code != 0)
		return code;
	head_move(head, &block);
	if (dot != NULL)
		*dot = dot_of(&block);
	return 0;
}

int cut_put_plain(const struct cut_change *change, struct buf *out)
{
	uint8_t packed[DOT_BYTES];

	mp_put_map(out, change->undoes == NULL ? 4 : 5);
	mp_put_uint(out, 1);
	mp_put_uint(out, change->stamp);
	mp_put_uint(out, 2);
	mp_put_bin(out, bytes_of(change->entry->b, sizeof change->entry->b));
	mp_put_uint(out, 3);
	mp_put_uint(out, change->kind);
	mp_put_uint(out, 4);
	mp_put_raw(out, change->ops);
	if (change->undoes != NULL) {
		dot_pack(change->undoes, packed);
		mp_put_uint(out, 5);
		mp_put_bin(out, bytes_of(packed, sizeof packed));
	}
	return out->failed;
}

/* Is this one the end of a run? The rest is signed when it is taken. */
static bool run_ends(struct cut *cut, const struct block *block)
{
	cut->run_blocks++;
	cut->run_bytes += block->body.len;
	if (cut->run_blocks < CUT_RUN_BLOCKS && cut->run_bytes < CUT_RUN_BYTES)
		return false;
	cut->run_blocks = 0;
	cut->run_bytes = 0;
	return true;
}

static int cut_piece(struct cut *cut, const struct cut_under *under,
		     const struct cut_change *change, struct bytes piece,
		     bool continues, struct cut_head *head)
{
	struct block block = block_start(under, head);
	struct seal_key key;
	int code;

	block.header.kind = BLOCK_OPS;
	block.header.flags = continues ? BLOCK_CONTINUES : 0;
	block.header.etag = *change->etag;
	kdf_op_key(under->key, change->etag, &key);
	code = block_seal(&block, &key, piece, &cut->sealed);
	key_wipe(&key);
	if (code != 0)
		return code;
	if (run_ends(cut, &block))
		block_sign(&block, under->sign);
	code = queue_push(cut, &block);
	if (code == 0)
		head_move(head, &block);
	return code;
}

int cut_data(struct cut *cut, const struct cut_under *under,
	     const struct cut_change *change, struct dot *dot)
{
	struct cut_head head = cut->heads[LOG_DATA];
	uint32_t run_blocks = cut->run_blocks;
	size_t run_bytes = cut->run_bytes;
	size_t before, bodies_before, pieces, at = 0;
	int code;

	if (!head.is_open)
		return ERR_NOT_NOW;
	buf_clear(&cut->plain);
	code = cut_put_plain(change, &cut->plain);
	if (code != 0)
		return code;
	if (cut->plain.len > LIMIT_GROUP_BYTES)
		return ERR_LIMIT;
	pieces = (cut->plain.len - 1) / LIMIT_BLOCK_PLAIN_BYTES + 1;
	if (head.seq > LIMIT_SEQ - pieces)
		return ERR_NOT_NOW;
	code = queue_room(cut, pieces);
	before = cut->queue_count;
	bodies_before = cut->bodies.len;
	while (code == 0 && at < cut->plain.len) {
		size_t len = cut->plain.len - at;

		if (len > LIMIT_BLOCK_PLAIN_BYTES)
			len = LIMIT_BLOCK_PLAIN_BYTES;
		code = cut_piece(cut, under, change,
				 bytes_of(cut->plain.ptr + at, len),
				 at + len < cut->plain.len, &head);
		at += len;
	}
	mem_wipe(cut->plain.ptr, cut->plain.len);
	if (code != 0) {
		cut->queue_count = before;
		cut->bodies.len = bodies_before;
		cut->run_blocks = run_blocks;
		cut->run_bytes = run_bytes;
		return code;
	}
	cut->heads[LOG_DATA] = head;
	*dot = dot_of(&cut->queue[cut->queue_count - 1].block);
	return 0;
}

bool cut_peek(const struct cut *cut, size_t place, struct block *out)
{
	const struct cut_queued *queued;

	if (place >= cut->queue_count)
		return false;
	queued = &cut->queue[place];
	*out = queued->block;
	out->body.ptr = cut->bodies.ptr + queued->offset;
	return true;
}

/*
 * Is this the end of what is held, or of a run? Whoever holds only this far
 * has to hold a signature too, and a run is of one epoch.
 */
static bool is_last_of_run(const struct cut *cut, size_t place)
{
	const struct block_header *header = &cut->queue[place].block.header;

	for (size_t i = place + 1; i < cut->queue_count; i++) {
		const struct block_header *next = &cut->queue[i].block.header;

		if (id16_equal(&next->lid, &header->lid))
			return next->epoch != header->epoch;
	}
	return true;
}

int cut_take(struct cut *cut, const struct sign_secret *sign, struct block *out)
{
	struct block *block;

	if (cut_is_empty(cut)) {
		forget_taken(cut);
		return ERR_NOT_FOUND;
	}
	block = &cut->queue[cut->taken].block;
	if (!block->is_signed && is_last_of_run(cut, cut->taken)) {
		block_sign(block, sign);
		cut->run_blocks = 0;
		cut->run_bytes = 0;
	}
	if (!cut_peek(cut, cut->taken, out))
		kept_unreachable("a queue that is not empty has a first");
	cut->taken++;
	return 0;
}
