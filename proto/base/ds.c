/*
 * ds.c - a hash table and a heap.
 *
 * The table probes linearly and closes the hole a removal leaves by moving
 * later slots back, so that it never fills with tombstones. A slot is: used
 * (1 byte), value (LE32), key. The hash is SipHash-1-3 (Aumasson and
 * Bernstein, 2012) keyed with the table's seed, since peers choose some of
 * the keys. It must never leave a container changed by a failed insertion.
 */
#include "proto/base/ds.h"

#include "proto/base/mem.h"
#include "proto/base/panic.h"

#define TABLE_SLOTS_MIN ((size_t)16)
#define TABLE_KEY_AT 5u
#define TABLE_KEY_BYTES_MAX 32u
#define HEAP_CAP_MIN ((size_t)16)

struct sip {
	uint64_t a;
	uint64_t b;
	uint64_t c;
	uint64_t d;
};

static uint64_t sip_rotate(uint64_t v, unsigned int bits)
{
	return v << bits | v >> (64 - bits);
}

static void sip_round(struct sip *sip)
{
	sip->a += sip->b;
	sip->b = sip_rotate(sip->b, 13) ^ sip->a;
	sip->a = sip_rotate(sip->a, 32);
	sip->c += sip->d;
	sip->d = sip_rotate(sip->d, 16) ^ sip->c;
	sip->a += sip->d;
	sip->d = sip_rotate(sip->d, 21) ^ sip->a;
	sip->c += sip->b;
	sip->b = sip_rotate(sip->b, 17) ^ sip->c;
	sip->c = sip_rotate(sip->c, 32);
}

static void sip_word(struct sip *sip, uint64_t word)
{
	sip->d ^= word;
	sip_round(sip);
	sip->a ^= word;
}

static size_t table_hash(const struct table *table, const uint8_t *key)
{
	uint64_t other = ~table->seed * UINT64_C(0x9e3779b97f4a7c15);
	struct sip sip = {
		.a = table->seed ^ UINT64_C(0x736f6d6570736575),
		.b = other ^ UINT64_C(0x646f72616e646f6d),
		.c = table->seed ^ UINT64_C(0x6c7967656e657261),
		.d = other ^ UINT64_C(0x7465646279746573),
	};
	size_t left = table->key_bytes;
	uint8_t last[8] = { 0 };

	for (; left >= 8; left -= 8, key += 8)
		sip_word(&sip, le64_get(key));
	memcpy(last, key, left);
	last[7] = (uint8_t)table->key_bytes;
	sip_word(&sip, le64_get(last));
	sip.c ^= 0xff;
	sip_round(&sip);
	sip_round(&sip);
	sip_round(&sip);
	return (size_t)(sip.a ^ sip.b ^ sip.c ^ sip.d);
}

static size_t table_slot_bytes(const struct table *table)
{
	return TABLE_KEY_AT + table->key_bytes;
}

static uint8_t *table_slot(const struct table *table, size_t at)
{
	return table->slots + at * table_slot_bytes(table);
}

/* The slot that holds key, or the free one where it would go. */
static size_t table_probe(const struct table *table, const void *key)
{
	size_t mask = table->slot_count - 1;
	size_t at = table_hash(table, key) & mask;

	for (;;) {
		const uint8_t *slot = table_slot(table, at);

		if (slot[0] == 0 ||
		    memcmp(slot + TABLE_KEY_AT, key, table->key_bytes) == 0)
			return at;
		at = (at + 1) & mask;
	}
}

/* Keys may be words that somebody wrote. */
static void table_free_slots(struct table *table)
{
	if (table->slots != NULL)
		mem_wipe(table->slots,
			 table->slot_count * table_slot_bytes(table));
	mem_free(table->slots);
}

static int table_grow(struct table *table)
{
	struct table bigger = *table;
	size_t bytes = table_slot_bytes(table);

	bigger.slot_count = table->slot_count == 0 ? TABLE_SLOTS_MIN
						   : table->slot_count * 2;
	bigger.slots = mem_alloc(bigger.slot_count, bytes);
	if (bigger.slots == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < table->slot_count; i++) {
		const uint8_t *slot = table_slot(table, i);
		size_t at;

		if (slot[0] == 0)
			continue;
		at = table_probe(&bigger, slot + TABLE_KEY_AT);
		memcpy(table_slot(&bigger, at), slot, bytes);
	}
	table_free_slots(table);
	*table = bigger;
	return 0;
}

void table_init(struct table *table, size_t key_bytes, uint64_t seed)
{
	kept_assert(key_bytes > 0 && key_bytes <= TABLE_KEY_BYTES_MAX);
	*table = (struct table){ .key_bytes = key_bytes, .seed = seed };
}

void table_release(struct table *table)
{
	table_free_slots(table);
	*table = (struct table){ 0 };
}

void table_clear(struct table *table)
{
	if (table->slots != NULL)
		memset(table->slots, 0,
		       table->slot_count * table_slot_bytes(table));
	table->count = 0;
}

/* The slot of a key, put there with the value 0 if need be; NULL: no memory. */
static uint8_t *table_claim(struct table *table, const void *key)
{
	uint8_t *slot;

	/* Full to three quarters at most: a free slot always ends a probe. */
	if ((table->count + 1) * 4 > table->slot_count * 3) {
		uint32_t ignored;
		int rc = 0;

		if (!table_get(table, key, &ignored))
			rc = table_grow(table);
		if (rc != 0)
			return NULL;
	}
	slot = table_slot(table, table_probe(table, key));
	if (slot[0] == 0) {
		slot[0] = 1;
		memcpy(slot + TABLE_KEY_AT, key, table->key_bytes);
		table->count++;
	}
	return slot;
}

int table_put(struct table *table, const void *key, uint32_t value)
{
	uint8_t *slot = table_claim(table, key);

	if (slot == NULL)
		return ERR_NOMEM;
	le32_put(slot + 1, value);
	return 0;
}

int table_add(struct table *table, const void *key, uint32_t more)
{
	uint8_t *slot = table_claim(table, key);
	uint32_t value;

	if (slot == NULL)
		return ERR_NOMEM;
	value = le32_get(slot + 1);
	le32_put(slot + 1,
		 value > UINT32_MAX - more ? UINT32_MAX : value + more);
	return 0;
}

bool table_get(const struct table *table, const void *key, uint32_t *value)
{
	const uint8_t *slot;

	if (table->count == 0)
		return false;
	slot = table_slot(table, table_probe(table, key));
	if (slot[0] == 0)
		return false;
	*value = le32_get(slot + 1);
	return true;
}

bool table_remove(struct table *table, const void *key)
{
	size_t mask = table->slot_count - 1;
	size_t bytes = table_slot_bytes(table);
	size_t hole;
	size_t at;

	if (table->count == 0)
		return false;
	hole = table_probe(table, key);
	if (table_slot(table, hole)[0] == 0)
		return false;
	for (at = (hole + 1) & mask; table_slot(table, at)[0] != 0;
	     at = (at + 1) & mask) {
		const uint8_t *slot = table_slot(table, at);
		size_t home = table_hash(table, slot + TABLE_KEY_AT) & mask;

		/* It may move back unless its home lies past the hole. */
		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		memcpy(table_slot(table, hole), slot, bytes);
		hole = at;
	}
	memset(table_slot(table, hole), 0, bytes);
	table->count--;
	return true;
}

bool table_next(const struct table *table, size_t *cursor, const void **key,
		uint32_t *value)
{
	for (; *cursor < table->slot_count; (*cursor)++) {
		const uint8_t *slot = table_slot(table, *cursor);

		if (slot[0] == 0)
			continue;
		*key = slot + TABLE_KEY_AT;
		*value = le32_get(slot + 1);
		(*cursor)++;
		return true;
	}
	return false;
}

static bool heap_before(const struct heap_item *a, const struct heap_item *b)
{
	return a->key != b->key ? a->key < b->key : a->tie < b->tie;
}

static void heap_swap(struct heap_item *a, struct heap_item *b)
{
	struct heap_item kept = *a;

	*a = *b;
	*b = kept;
}

void heap_init(struct heap *heap)
{
	*heap = (struct heap){ 0 };
}

void heap_release(struct heap *heap)
{
	mem_free(heap->items);
	*heap = (struct heap){ 0 };
}

int heap_push(struct heap *heap, struct heap_item item)
{
	size_t at = heap->count;

	if (heap->count == heap->cap) {
		size_t cap = heap->cap == 0 ? HEAP_CAP_MIN : heap->cap * 2;
		struct heap_item *items =
			mem_realloc(heap->items, cap, sizeof *items);

		if (items == NULL)
			return ERR_NOMEM;
		heap->items = items;
		heap->cap = cap;
	}
	heap->items[heap->count++] = item;
	while (at > 0 &&
	       heap_before(&heap->items[at], &heap->items[(at - 1) / 2])) {
		heap_swap(&heap->items[at], &heap->items[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	return 0;
}

bool heap_peek(const struct heap *heap, struct heap_item *out)
{
	if (heap->count == 0)
		return false;
	*out = heap->items[0];
	return true;
}

bool heap_pop(struct heap *heap, struct heap_item *out)
{
	size_t at = 0;

	if (!heap_peek(heap, out))
		return false;
	heap->items[0] = heap->items[--heap->count];
	for (;;) {
		size_t least = at;
		size_t child = 2 * at + 1;

		if (child < heap->count &&
		    heap_before(&heap->items[child], &heap->items[least]))
			least = child;
		child++;
		if (child < heap->count &&
		    heap_before(&heap->items[child], &heap->items[least]))
			least = child;
		if (least == at)
			return true;
		heap_swap(&heap->items[at], &heap->items[least]);
		at = least;
	}
}
