/*
 * writers.h - several people writing one entry on devices that see each
 * other's blocks now and then; and values in a notation a test can be read in.
 *
 * Notation: "text", 12, -3, true, false, nil, [a,b], {1:a,2:b}.
 */
#ifndef KEPT_TESTS_WRITERS_H
#define KEPT_TESTS_WRITERS_H

#include "crdt/hlc.h"
#include "crdt/merge.h"

#define WRITERS_MAX 6
#define WRITERS_BLOCKS_MAX 96

struct writer {
	struct hlc clock;
	struct id16 lid;
	uint64_t seq;
	struct merge_state *state;
	bool has[WRITERS_BLOCKS_MAX];
	struct buf ops; /* pairs of the block being written */
	size_t pairs;
};

enum { ANA, BEN, CAI }; /* the first three */

struct writers {
	struct arena arena;
	struct writer writer[WRITERS_MAX];
	struct merge_block block[WRITERS_BLOCKS_MAX];
	size_t block_count;
	uint64_t now_ms;
};

void writers_init(struct writers *all);
void writers_release(struct writers *all);
/* The same as cmocka's setup and teardown of one test. */
int writers_begin(void **state);
int writers_end(void **state);

/* One element in notation, appended. */
void writers_pack(const char *notation, struct buf *out);
/* The same the other way: text, NUL behind it, good until the arena goes. */
const char *writers_show(struct writers *all, struct bytes element);
/* A field's values in notation, " | " between; "-" for none. */
const char *writers_read(struct writers *all, size_t who, uint32_t number);

struct merge_field writers_field(struct writers *all, size_t who,
				 uint32_t number);
void writers_expect(struct writers *all, size_t who, uint32_t number,
		    const char *notation);
/* An element in which "D" stands for a dot and "I" for a list item. */
void writers_form(const char *notation, struct buf *out);

/* An op of the block being written; false if nothing had to change. */
bool writers_edit(struct writers *all, size_t who,
		  const struct merge_edit *edit);
bool writers_set(struct writers *all, size_t who, uint32_t number,
		 uint32_t rule, const char *notation);
/* A block of that one op, which has to change something. */
void writers_write(struct writers *all, size_t who, uint32_t number,
		   uint32_t rule, const char *notation);
void writers_life(struct writers *all, size_t who, bool deleted);
/* Seals it, applies it to its writer, and answers its number. */
size_t writers_commit(struct writers *all, size_t who);
/* A block with these ops, whatever they are, the writer's next. */
size_t writers_raw(struct writers *all, size_t who, struct bytes ops);
void writers_deliver(struct writers *all, size_t block, size_t to);
/* Everything `from` has reaches `to`. */
void writers_send(struct writers *all, size_t from, size_t to);
void writers_meet(struct writers *all, size_t a, size_t b); /* both ways */

#endif
