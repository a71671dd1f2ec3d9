/*
 * causal.c - builds the causal order of control records.
 *
 * Must never depend on the order in which records are handed in, nor recurse:
 * how deep the order goes is for peers to choose. Ways of naming what is not
 * there leave a record out, with all that builds on it. Read roster_rules.c
 * for what is concluded from the order.
 */
#include "daemon/core/causal.h"

#include <stdlib.h>

#include "proto/mp.h"
#include "proto/mpcheck.h"

#define NO_NODE UINT32_MAX

/* One record on its way into the order, sorted by (lid, seq, id). */
struct item {
	const struct roster_record *record;
	struct bytes deps; /* packed dots */
	uint32_t prev;     /* item, or NO_NODE at a beginning */
	uint32_t waits;    /* named things not yet taken in */
	uint32_t depth;
	uint32_t chain, place;
	uint32_t first_edge; /* of what builds on it */
	uint32_t node;
	bool is_missing; /* names something that is not there */
	bool is_taken;
};

struct edge {
	uint32_t to;
	uint32_t next;
};

struct build {
	struct item *items;
	size_t count;
	struct edge *edges;
	size_t edge_count;
	size_t edge_cap;
	uint32_t *order; /* items as they were taken in */
	size_t taken;
	struct arena *arena;
};

static int record_compare(const struct roster_record *a,
			  const struct roster_record *b)
{
	int order = memcmp(a->header.lid.b, b->header.lid.b, 16);

	if (order != 0)
		return order;
	if (a->header.seq != b->header.seq)
		return a->header.seq < b->header.seq ? -1 : 1;
	return memcmp(a->id.b, b->id.b, sizeof a->id.b);
}

static int item_compare(const void *a, const void *b)
{
	return record_compare(((const struct item *)a)->record,
			      ((const struct item *)b)->record);
}

static int node_compare(const void *a, const void *b)
{
	const struct causal_node *x = a;
	const struct causal_node *y = b;

	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	return memcmp(x->record->id.b, y->record->id.b, sizeof x->record->id.b);
}

/*
 * deps is field 1 of every record that has any, known kinds and unknown ones
 * alike. A body that is not even canonical names nothing.
 */
static struct bytes read_deps(const struct roster_record *record)
{
	struct bytes deps = { NULL, 0 };
	struct mp_reader reader;
	size_t pairs;
	uint64_t key;

	if (mpcheck(record->body, MPCHECK_CANONICAL) != 0)
		return deps;
	reader = mp_reader(record->body);
	if (mp_read_map(&reader, &pairs) != 0 || pairs == 0 ||
	    mp_read_uint(&reader, &key) != 0 || key != 1 ||
	    mp_read_bin(&reader, &deps) != 0 || deps.len % DOT_BYTES != 0 ||
	    deps.len / DOT_BYTES > LIMIT_CONTROL_DEPS)
		return bytes_of(NULL, 0);
	return deps;
}

/* The first item that is not before (lid, seq). */
static size_t find_place(const struct build *build, const struct id16 *lid,
			 uint64_t seq)
{
	size_t low = 0;
	size_t high = build->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct block_header *header =
			&build->items[middle].record->header;
		int order = memcmp(header->lid.b, lid->b, 16);

		if (order < 0 || (order == 0 && header->seq < seq))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The item of that log and number whose id begins with those bytes. */
static uint32_t find_item(const struct build *build, const struct id16 *lid,
			  uint64_t seq, const uint8_t *tip, size_t tip_bytes)
{
	size_t i = find_place(build, lid, seq);

	for (; i < build->count; i++) {
		const struct roster_record *record = build->items[i].record;

		if (record->header.seq != seq ||
		    !id16_equal(&record->header.lid, lid))
			break;
		if (memcmp(record->id.b, tip, tip_bytes) == 0)
			return (uint32_t)i;
	}
	return NO_NODE;
}

/* `to` builds on `from`. */
static void add_edge(struct build *build, uint32_t from, uint32_t to)
{
	struct edge *edge = &build->edges[build->edge_count];

	edge->to = to;
	edge->next = build->items[from].first_edge;
	build->items[from].first_edge = (uint32_t)build->edge_count++;
	build->items[to].waits++;
}

static void link_item(struct build *build, uint32_t at)
{
	struct item *item = &build->items[at];
	const struct block_header *header = &item->record->header;
	size_t i;

	item->prev = NO_NODE;
	if (header->seq > 1) {
		item->prev = find_item(build, &header->lid, header->seq - 1,
				       header->prev.b, sizeof header->prev.b);
		if (item->prev == NO_NODE)
			item->is_missing = true;
		else
			add_edge(build, item->prev, at);
	}
	for (i = 0; i < item->deps.len; i += DOT_BYTES) {
		struct dot dot = dot_unpack(item->deps.ptr + i);
		uint32_t from = find_item(build, &dot.lid, dot.seq, dot.tip,
					  sizeof dot.tip);

		/* Naming itself is naming what can't be there. */
		if (from == NO_NODE || from == at)
			item->is_missing = true;
		else
			add_edge(build, from, at);
	}
}

/* Sorted, each record once, with its deps. */
static int collect(struct build *build, const struct roster_record *records,
		   size_t count)
{
	size_t i;
	size_t kept = 0;

	build->items =
		arena_alloc(build->arena, count + 1, sizeof *build->items);
	if (build->items == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++)
		build->items[i].record = &records[i];
	qsort(build->items, count, sizeof *build->items, item_compare);
	for (i = 0; i < count; i++) {
		if (kept > 0 && record_compare(build->items[kept - 1].record,
					       build->items[i].record) == 0)
			continue;
		build->items[kept++] = build->items[i];
	}
	build->count = kept;
	for (i = 0; i < kept; i++) {
		struct item *item = &build->items[i];

		item->first_edge = NO_NODE;
		item->deps = read_deps(item->record);
		build->edge_cap += 1 + item->deps.len / DOT_BYTES;
	}
	build->edges = arena_alloc(build->arena, build->edge_cap + 1,
				   sizeof *build->edges);
	build->order =
		arena_alloc(build->arena, kept + 1, sizeof *build->order);
	if (build->edges == NULL || build->order == NULL)
		return ERR_NOMEM;
	for (i = 0; i < kept; i++)
		link_item(build, (uint32_t)i);
	return 0;
}

/* Kahn's order; what names something missing is never ready. */
static void take_in(struct build *build)
{
	size_t done = 0;
	size_t i;

	for (i = 0; i < build->count; i++) {
		struct item *item = &build->items[i];

		if (item->waits == 0 && !item->is_missing) {
			item->depth = 1;
			build->order[build->taken++] = (uint32_t)i;
		}
	}
	for (; done < build->taken; done++) {
		struct item *item = &build->items[build->order[done]];
		uint32_t e;

		item->is_taken = true;
		for (e = item->first_edge; e != NO_NODE;
		     e = build->edges[e].next) {
			struct item *next = &build->items[build->edges[e].to];

			if (next->depth < item->depth + 1)
				next->depth = item->depth + 1;
			if (--next->waits == 0 && !next->is_missing)
				build->order[build->taken++] =
					build->edges[e].to;
		}
	}
}

/* A record goes on its predecessor's chain unless another one did already. */
static int assign_chains(struct build *build, size_t *chain_count)
{
	bool *has_next =
		arena_alloc(build->arena, build->count + 1, sizeof *has_next);
	size_t i;

	if (has_next == NULL)
		return ERR_NOMEM;
	*chain_count = 0;
	for (i = 0; i < build->count; i++) {
		struct item *item = &build->items[i];

		if (!item->is_taken)
			continue;
		if (item->prev != NO_NODE && !has_next[item->prev]) {
			has_next[item->prev] = true;
			item->chain = build->items[item->prev].chain;
			item->place = build->items[item->prev].place + 1;
		} else {
			item->chain = (uint32_t)(*chain_count)++;
			item->place = 1;
		}
	}
	return 0;
}

static void reach_further(uint16_t *reach, const uint16_t *other, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (other[i] > reach[i])
			reach[i] = other[i];
	}
}

static int make_nodes(struct build *build, struct causal *out)
{
	size_t i;

	out->nodes =
		arena_alloc(build->arena, build->taken + 1, sizeof *out->nodes);
	out->reach = arena_alloc(build->arena,
				 build->taken * out->chain_count + 1,
				 sizeof *out->reach);
	if (out->nodes == NULL || out->reach == NULL)
		return ERR_NOMEM;
	for (i = 0; i < build->count; i++) {
		const struct item *item = &build->items[i];

		if (!item->is_taken)
			continue;
		out->nodes[out->count++] = (struct causal_node){
			.record = item->record,
			.chain = item->chain,
			.place = item->place,
			.depth = item->depth,
		};
	}
	out->left_out = build->count - out->count;
	qsort(out->nodes, out->count, sizeof *out->nodes, node_compare);
	return 0;
}

/* Rows of reach, causes first: what a record names hands its row on. */
static void fill_reach(struct build *build, struct causal *out)
{
	size_t i;

	for (i = 0; i < out->count; i++) {
		const struct roster_record *record = out->nodes[i].record;
		size_t at = find_item(build, &record->header.lid,
				      record->header.seq, record->id.b,
				      sizeof record->id.b);

		build->items[at].node = (uint32_t)i;
	}
	for (i = 0; i < out->count; i++) {
		const struct causal_node *node = &out->nodes[i];
		const struct roster_record *record = node->record;
		uint16_t *row = &out->reach[i * out->chain_count];
		const struct item *item;
		uint32_t e;

		item = &build->items[find_item(build, &record->header.lid,
					       record->header.seq, record->id.b,
					       sizeof record->id.b)];
		row[node->chain] = (uint16_t)node->place;
		for (e = item->first_edge; e != NO_NODE;
		     e = build->edges[e].next) {
			const struct item *next =
				&build->items[build->edges[e].to];

			if (!next->is_taken)
				continue;
			reach_further(
				&out->reach[next->node * out->chain_count], row,
				out->chain_count);
		}
	}
}

int causal_build(const struct roster_record *records, size_t count,
		 struct arena *arena, struct causal *out)
{
	struct build build = { .arena = arena };
	int err;

	memset(out, 0, sizeof *out);
	if (count > LIMIT_CONTROL_RECORDS)
		return ERR_LIMIT;
	err = collect(&build, records, count);
	if (err != 0)
		return err;
	take_in(&build);
	err = assign_chains(&build, &out->chain_count);
	if (err == 0)
		err = make_nodes(&build, out);
	if (err == 0)
		fill_reach(&build, out);
	return err;
}
