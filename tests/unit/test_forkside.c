/*
 * test_forkside.c - what proves one side of a fork.
 *
 * Goal: a side says no more than what one signature covers: the headers, their
 * order, their log, and their number. Method: sides of every length around
 * the limits, cut short everywhere, and with every byte bent.
 */
#include "proto/crypto/forkside.h"

#include "tests/lib/scene.h"

#define NOTES 66

static struct paper papers[NOTES];
static size_t paper_count;
static struct buf bytes;

static void write_notes(const struct author *author, size_t count,
			size_t body_bytes)
{
	struct author twin = *author;
	size_t i;

	for (i = 0; i < count; i++)
		author_note(&twin, body_bytes, &papers[i]);
	paper_count = count;
}

static void put_side(struct buf *out)
{
	size_t i;

	buf_clear(out);
	for (i = 0; i < paper_count; i++)
		forkside_put(&papers[i].block.header, i == 0, out);
	forkside_put_end(&papers[paper_count - 1].block.signature, out);
	assert_int_equal(out->failed, 0);
}

static struct forkside_place place_of(const struct block *first)
{
	return (struct forkside_place){ .jtag = first->header.jtag,
					.lid = first->header.lid,
					.seq = first->header.seq };
}

static int begin(void **state)
{
	buf_init(&bytes, 16384);
	return scene_set_up(state);
}

static int end(void **state)
{
	buf_release(&bytes);
	return scene_tear_down(state);
}

static void a_side_gives_the_ids_of_its_blocks(void **state)
{
	struct scene *s = *state;
	struct forkside_place place;
	struct forkside side;

	found(s);
	author_note(&s->ana, 10, &papers[0]);
	write_notes(&s->ana, 3, 100);
	put_side(&bytes);
	place = place_of(&papers[0].block);
	assert_int_equal(bytes.len, 32 + 3 * 60 + 64);
	assert_int_equal(forkside_read(buf_bytes(&bytes), &place, &side), 0);
	assert_true(hash32_equal(&side.prev, &s->ana.data.prev));
	assert_true(hash32_equal(&side.first, &papers[0].block.id));
	assert_true(hash32_equal(&side.last, &papers[2].block.id));
	assert_int_equal(forkside_verify(&side, &s->ana.sign), 0);
	assert_int_equal(forkside_verify(&side, &s->ben.sign), ERR_CRYPTO);
	/* Its place is part of what was signed. */
	place.seq++;
	assert_int_equal(forkside_read(buf_bytes(&bytes), &place, &side), 0);
	assert_int_equal(forkside_verify(&side, &s->ana.sign), ERR_CRYPTO);
}

static void a_side_has_one_to_sixty_four_headers(void **state)
{
	static const struct {
		size_t count;
		int code;
	} cases[] = { { 1, 0 }, { 63, 0 }, { 64, 0 }, { 65, ERR_MALFORMED } };
	struct scene *s = *state;
	struct forkside_place place;
	struct forkside side;
	size_t i;

	found(s);
	for (i = 0; i < KEPT_ARRAY_COUNT(cases); i++) {
		write_notes(&s->ana, cases[i].count, 10);
		put_side(&bytes);
		place = place_of(&papers[0].block);
		assert_int_equal(
			forkside_read(buf_bytes(&bytes), &place, &side),
			cases[i].code);
	}
	write_notes(&s->ana, 1, 10);
	put_side(&bytes);
	for (i = 0; i < bytes.len; i++)
		assert_int_equal(
			forkside_read(bytes_of(bytes.ptr, i), &place, &side),
			ERR_MALFORMED);
	assert_int_equal(forkside_read(buf_bytes(&bytes), &place, &side), 0);
	/* No number, one too large, and one that ought to follow something. */
	place.seq = 0;
	assert_int_equal(forkside_read(buf_bytes(&bytes), &place, &side),
			 ERR_MALFORMED);
	place.seq = LIMIT_SEQ + 1;
	assert_int_equal(forkside_read(buf_bytes(&bytes), &place, &side),
			 ERR_MALFORMED);
	place.seq = 2;
	assert_int_equal(forkside_read(buf_bytes(&bytes), &place, &side),
			 ERR_MALFORMED);
}

static void no_flipped_bit_of_a_side_is_signed(void **state)
{
	struct scene *s = *state;
	struct forkside_place place;
	struct forkside side;
	size_t i;

	found(s);
	author_note(&s->ana, 10, &papers[0]);
	write_notes(&s->ana, 2, 100);
	put_side(&bytes);
	place = place_of(&papers[0].block);
	for (i = 0; i < bytes.len; i++) {
		bytes.ptr[i] ^= (uint8_t)(1u << i % 8);
		assert_int_equal(
			forkside_read(buf_bytes(&bytes), &place, &side), 0);
		assert_int_equal(forkside_verify(&side, &s->ana.sign),
				 ERR_CRYPTO);
		bytes.ptr[i] ^= (uint8_t)(1u << i % 8);
	}
}

#define with_scene(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(a_side_gives_the_ids_of_its_blocks),
		with_scene(a_side_has_one_to_sixty_four_headers),
		with_scene(no_flipped_bit_of_a_side_is_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
