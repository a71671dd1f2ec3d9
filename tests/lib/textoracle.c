/*
 * textoracle.c - one character at a time, everything looked at every time.
 *
 * It must never share a line with the engine it judges. Read next:
 * tests/unit/test_text_histories.c.
 */
#include "tests/lib/textoracle.h"

#include "proto/base/panic.h"

struct event {
	struct text_id id;
	uint32_t parents[64];
	uint32_t parent_count;
	bool is_insert;
	uint32_t pos;
	uint8_t bytes[4];
	size_t len;
	/* Of an insertion: */
	int state; /* 0 not typed yet, 1 there, 1 + n deleted n times */
	bool is_dead;
	int left, right;
	int target; /* of a deletion: what it took */
};

struct oracle {
	struct event *events;
	uint32_t count;
	int *order; /* insertions, in document order */
	uint32_t order_count;
	uint32_t here[64];
	uint32_t here_count;
	bool *past; /* [2][count] */
};

static int place_of(const struct oracle *oracle, int event)
{
	if (event < 0)
		return -1;
	for (uint32_t i = 0; i < oracle->order_count; i++)
		if (oracle->order[i] == event)
			return (int)i;
	kept_unreachable("an insertion is in the order");
}

static void mark_past(struct oracle *oracle, const uint32_t *version,
		      uint32_t count, bool *past)
{
	memset(past, 0, oracle->count * sizeof *past);
	for (uint32_t i = 0; i < count; i++)
		past[version[i]] = true;
	for (uint32_t e = oracle->count; e-- > 0;)
		for (uint32_t p = 0;
		     past[e] && p < oracle->events[e].parent_count; p++)
			past[oracle->events[e].parents[p]] = true;
}

static void go_to(struct oracle *oracle, const struct event *event)
{
	bool *old = oracle->past;
	bool *new = oracle->past + oracle->count;

	mark_past(oracle, oracle->here, oracle->here_count, old);
	mark_past(oracle, event->parents, event->parent_count, new);
	for (uint32_t e = 0; e < oracle->count; e++) {
		struct event *row = &oracle->events[e];
		struct event *of = row;

		if (!row->is_insert && old[e] != new[e])
			of = &oracle->events[row->target];
		of->state += new[e] - old[e];
	}
}

static int compare_ids(const struct event *a, const struct event *b)
{
	int by_author = memcmp(&a->id.author, &b->id.author, 16);

	if (by_author != 0)
		return by_author;
	return a->id.seq < b->id.seq ? -1 : 1;
}

/* Where among those at the same place the newcomer, not in order yet, goes. */
static uint32_t settle(const struct oracle *oracle, uint32_t at,
		       const struct event *new)
{
	int left = place_of(oracle, new->left);
	int end = (int)oracle->order_count;
	int right = new->right < 0 ? end : place_of(oracle, new->right);
	bool is_nearer = false;
	uint32_t to = at;

	for (uint32_t j = at; j < oracle->order_count; j++) {
		const struct event *other = &oracle->events[oracle->order[j]];
		int its_left = place_of(oracle, other->left);
		int its_right =
			other->right < 0 ? end : place_of(oracle, other->right);

		if (other->state != 0 || its_left < left)
			break;
		if (its_left == left) {
			if (its_right == right && compare_ids(new, other) < 0)
				break;
			is_nearer = its_right < right;
		}
		if (!is_nearer)
			to = j + 1;
	}
	return to;
}

static bool insert(struct oracle *oracle, uint32_t lv)
{
	struct event *new = &oracle->events[lv];
	uint32_t at = 0;
	uint32_t seen = 0;

	for (; seen < new->pos; at++) {
		if (at == oracle->order_count)
			return false;
		seen += oracle->events[oracle->order[at]].state == 1;
	}
	new->left = at == 0 ? -1 : oracle->order[at - 1];
	new->right = -1;
	for (uint32_t j = at; j < oracle->order_count; j++) {
		const struct event *next = &oracle->events[oracle->order[j]];

		if (next->state == 0)
			continue;
		if (next->left == new->left)
			new->right = oracle->order[j];
		break;
	}
	at = settle(oracle, at, new);
	memmove(oracle->order + at + 1, oracle->order + at,
		(oracle->order_count - at) * sizeof *oracle->order);
	oracle->order[at] = (int)lv;
	oracle->order_count++;
	new->state = 1;
	return true;
}

static bool take_out(struct oracle *oracle, uint32_t lv)
{
	uint32_t seen = 0;

	for (uint32_t i = 0; i < oracle->order_count; i++) {
		struct event *at = &oracle->events[oracle->order[i]];

		if (at->state != 1 || seen++ != oracle->events[lv].pos)
			continue;
		oracle->events[lv].target = oracle->order[i];
		at->state = 2;
		at->is_dead = true;
		return true;
	}
	return false;
}

/* --- messages into events */

static bool find(const struct oracle *oracle, const struct text_id *id,
		 uint32_t *out)
{
	for (uint32_t e = 0; e < oracle->count; e++) {
		const struct text_id *other = &oracle->events[e].id;

		*out = e;
		if (other->seq == id->seq &&
		    memcmp(&other->author, &id->author, 16) == 0)
			return true;
	}
	return false;
}

static struct event *add(struct oracle *oracle,
			 const struct text_message *message, uint32_t done)
{
	struct event *event = &oracle->events[oracle->count];

	*event = (struct event){ .id = { message->author,
					 message->seq + done } };
	if (done == 0) {
		for (uint32_t p = 0; p < message->parent_count; p++)
			if (!find(oracle, &message->parents[p],
				  &event->parents[event->parent_count++]))
				return NULL;
	} else {
		event->parents[event->parent_count++] = oracle->count - 1;
	}
	oracle->count++;
	return event;
}

static bool take(struct oracle *oracle, const struct text_message *message)
{
	uint32_t done = 0;

	for (uint32_t i = 0; i < message->op_count; i++) {
		const struct text_op *op = &message->ops[i];
		size_t at = 0;

		for (uint32_t j = 0; j < op->len; j++, done++) {
			struct event *event = add(oracle, message, done);

			if (event == NULL)
				return false;
			event->is_insert = op->kind == TEXT_INSERT;
			event->pos = op->pos;
			if (op->kind == TEXT_DELETE_BACK)
				event->pos += op->len - 1 - j;
			if (!event->is_insert)
				continue;
			event->pos += j;
			do
				event->bytes[event->len++] = op->text.ptr[at++];
			while (at < op->text.len &&
			       (op->text.ptr[at] & 0xc0) == 0x80);
		}
	}
	return true;
}

static uint8_t *read_out(const struct oracle *oracle, size_t *len)
{
	uint8_t *text = malloc(4 * (size_t)oracle->order_count + 1);

	*len = 0;
	for (uint32_t i = 0; i < oracle->order_count; i++) {
		const struct event *event = &oracle->events[oracle->order[i]];

		if (event->is_dead)
			continue;
		memcpy(text + *len, event->bytes, event->len);
		*len += event->len;
	}
	return text;
}

uint8_t *textoracle_text(const struct text_message *messages, uint32_t count,
			 size_t *len)
{
	struct oracle oracle = { 0 };
	uint32_t total = 0;
	uint8_t *text = NULL;
	bool good = true;

	for (uint32_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < messages[i].op_count; j++)
			total += messages[i].ops[j].len;
	oracle.events = calloc(total + 1, sizeof *oracle.events);
	oracle.order = calloc(total + 1, sizeof *oracle.order);
	oracle.past = calloc(2 * (size_t)total + 2, sizeof *oracle.past);
	for (uint32_t i = 0; good && i < count; i++)
		good = take(&oracle, &messages[i]);
	for (uint32_t e = 0; good && e < oracle.count; e++) {
		go_to(&oracle, &oracle.events[e]);
		if (oracle.events[e].is_insert)
			good = insert(&oracle, e);
		else
			good = take_out(&oracle, e);
		oracle.here[0] = e;
		oracle.here_count = 1;
	}
	if (good)
		text = read_out(&oracle, len);
	free(oracle.events);
	free(oracle.order);
	free(oracle.past);
	return text;
}
