/*
 * textwire.c - messages to bytes and back.
 *
 * What comes in was signed by a device and may still be anything: it must
 * never take more room than the bytes it came in can stand for. Next: text.c,
 * which judges what it says.
 */
#include "crdt/text/textwire.h"

#include "crdt/text/optape.h"
#include "proto/base/panic.h"
#include "proto/base/utf8.h"

enum { WIRE_BEFORE = 0, WIRE_BEFORE_AND = 1, WIRE_LISTED = 2 };

static void wire_put_parents(struct text *text, struct graph_version parents,
			     uint32_t skip, struct buf *out)
{
	uint32_t count = parents.count;

	for (uint32_t i = 0; i < parents.count; i++)
		count -= parents.lvs[i] == skip;
	optape_put(out, count);
	for (uint32_t i = 0; i < parents.count; i++) {
		struct text_id name;

		if (parents.lvs[i] == skip)
			continue;
		name = text_name(text, parents.lvs[i]);
		(void)buf_put(out, name.author.b, sizeof name.author.b);
		optape_put(out, name.seq);
	}
}

#define WIRE_OP_BYTES 12u /* the most an op takes besides its words */
#define WIRE_HEAD_BYTES 16u

/* How many ops from lv fit into one message, and where they end. */
static uint32_t wire_measure(struct text *text, uint32_t lv, uint32_t *end,
			     uint32_t bytes_max)
{
	struct oplog *log = &text->log;
	uint32_t index = oplog_find(log, lv);
	uint32_t count = 0;
	size_t room = bytes_max - WIRE_HEAD_BYTES;
	bool is_cut = false;

	kept_assert(bytes_max >= 64);
	for (; lv < *end && !is_cut && count < TEXT_MESSAGE_OPS_MAX; index++) {
		const struct oplog_run *run = &log->runs[index];
		uint32_t to = run->lv + oplog_len(run);
		struct text_op op;

		if (to > *end)
			to = *end;
		op = oplog_part(log, index, lv, to);
		if (room < 2 * (size_t)WIRE_OP_BYTES)
			break;
		room -= WIRE_OP_BYTES;
		is_cut = op.text.len > room;
		if (is_cut) {
			op.text.len = utf8_prefix(op.text, room);
			to = lv + (uint32_t)text_scalars(op.text);
		}
		room -= op.text.len;
		count++;
		lv = to;
	}
	*end = lv;
	return count;
}

static void wire_put_ops(struct text *text, uint32_t lv, uint32_t end,
			 struct buf *out, bool words)
{
	struct oplog *log = &text->log;
	uint32_t index = oplog_find(log, lv);
	uint32_t cursor = 0;

	for (; lv < end; index++) {
		const struct oplog_run *run = &log->runs[index];
		uint32_t to = run->lv + oplog_len(run);
		struct text_op op;

		if (to > end)
			to = end;
		op = oplog_part(log, index, lv, to);
		if (!words)
			optape_put_op(out, &cursor, &op);
		else if (op.text.len > 0)
			(void)buf_put(out, op.text.ptr, op.text.len);
		lv = to;
	}
}

int textwire_put(struct text *text, struct textwire_from from, struct buf *out,
		 uint32_t *next)
{
	struct graph *graph = &text->graph;
	uint32_t lv = graph_find_event(graph, from.author, from.seq);
	uint32_t before = TEXT_NONE;
	uint32_t listed = WIRE_LISTED;
	uint32_t above;
	struct graph_version parents;
	const struct graph_run *run;
	uint32_t end;
	uint32_t count;

	if (lv == TEXT_NONE)
		return ERR_NOT_FOUND;
	run = &graph->runs[graph_find_run(graph, lv)];
	end = run->end;
	above = lv - 1;
	parents = (struct graph_version){ &above, 1 };
	if (lv == run->lv)
		parents = graph_run_parents(graph, run);
	if (from.seq > 0)
		before = graph_find_event(graph, from.author, from.seq - 1);
	for (uint32_t i = 0; before != TEXT_NONE && i < parents.count; i++)
		if (parents.lvs[i] == before)
			listed = parents.count == 1 ? WIRE_BEFORE
						    : WIRE_BEFORE_AND;
	count = wire_measure(text, lv, &end, from.bytes_max);
	optape_put(out, (uint64_t)count << 2 | listed);
	optape_put(out, from.seq);
	if (listed != WIRE_BEFORE)
		wire_put_parents(text, parents,
				 listed == WIRE_LISTED ? TEXT_NONE : before,
				 out);
	wire_put_ops(text, lv, end, out, false);
	wire_put_ops(text, lv, end, out, true);
	*next = from.seq + (end - lv);
	return out->failed;
}

void textwire_room_init(struct textwire_room *room, struct text_memory *memory)
{
	*room = (struct textwire_room){ .memory = memory };
}

void textwire_room_release(struct textwire_room *room)
{
	text_memory_give(room->memory, room->ops,
			 room->op_cap * sizeof *room->ops);
	text_memory_give(room->memory, room->parents,
			 room->parent_cap * sizeof *room->parents);
	*room = (struct textwire_room){ .memory = room->memory };
}

static int wire_get_parents(struct textwire_room *room, struct optape *tape,
			    uint32_t listed, struct text_message *message)
{
	uint32_t count = 0;
	uint32_t own = listed != WIRE_LISTED;
	int rc;

	if (listed != WIRE_BEFORE)
		count = optape_get_to(tape, TEXT_AGENTS_MAX - 1);
	if (tape->bad || (own && message->seq == 0))
		return ERR_MALFORMED;
	rc = text_memory_grow(room->memory, &room->parents, &room->parent_cap,
			      count + 1, sizeof *room->parents);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < count; i++) {
		struct bytes id = optape_get_bytes(tape, sizeof(struct id16));

		if (tape->bad)
			return ERR_MALFORMED;
		memcpy(room->parents[i].author.b, id.ptr, id.len);
		room->parents[i].seq = optape_get_to(tape, TEXT_EVENTS_MAX - 1);
	}
	if (own)
		room->parents[count] =
			(struct text_id){ message->author, message->seq - 1 };
	message->parents = room->parents;
	message->parent_count = count + own;
	return tape->bad ? ERR_MALFORMED : 0;
}

/* Each op gets its words, in whole scalars, and none are left. */
static int wire_share_words(const struct text_message *message,
			    struct text_op *ops, struct bytes words)
{
	for (uint32_t i = 0; i < message->op_count; i++) {
		size_t bytes;

		if (ops[i].kind != TEXT_INSERT)
			continue;
		bytes = text_prefix_bytes(words, ops[i].len);
		ops[i].text = bytes_of(words.ptr, bytes);
		words.ptr += bytes;
		words.len -= bytes;
	}
	return words.len == 0 ? 0 : ERR_MALFORMED;
}

int textwire_get(struct textwire_room *room, const struct id16 *author,
		 struct bytes payload, struct text_message *message)
{
	struct optape tape = optape_of(payload);
	uint64_t head = optape_get(&tape);
	uint64_t count = head >> 2;
	uint32_t cursor = 0;
	int rc;

	*message = (struct text_message){ .author = *author };
	message->seq = optape_get_to(&tape, TEXT_EVENTS_MAX - 1);
	if (tape.bad || (head & 3) > WIRE_LISTED || count == 0 ||
	    count > TEXT_MESSAGE_OPS_MAX || count > payload.len)
		return ERR_MALFORMED;
	rc = wire_get_parents(room, &tape, (uint32_t)(head & 3), message);
	if (rc == 0)
		rc = text_memory_grow(room->memory, &room->ops, &room->op_cap,
				      (uint32_t)count, sizeof *room->ops);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < count; i++)
		if (!optape_get_op(&tape, &cursor, &room->ops[i]))
			return ERR_MALFORMED;
	message->ops = room->ops;
	message->op_count = (uint32_t)count;
	return wire_share_words(
		message, room->ops,
		bytes_of(tape.ptr, (size_t)(tape.end - tape.ptr)));
}
