/*
 * Goal: messages are cut at the same places however the bytes trickle in, and
 * too much is refused from the head alone. Method: byte by byte, limits with
 * both neighbors, 5-byte heads that claim 4 GiB, and mpcheck as the second
 * opinion on where an element ends.
 */
#include "proto/frame.h"

#include "proto/base/prng.h"
#include "proto/mp.h"
#include "proto/mpcheck.h"
#include "tests/lib/harness.h"

static void a_frame_is_whole_at_its_last_byte(void **state)
{
	uint8_t bytes[16];
	size_t len = harness_unhex("03000000 616263 01000000 64", bytes,
				   sizeof bytes);
	struct frame frame;

	(void)state;
	for (size_t n = 0; n < 7; n++) {
		assert_int_equal(frame_next(bytes_of(bytes, n), 16, &frame), 0);
		assert_int_equal(frame.input_bytes, 0);
	}
	assert_int_equal(frame_next(bytes_of(bytes, len), 16, &frame), 0);
	assert_int_equal(frame.input_bytes, 7);
	assert_hex(frame.payload, "616263");
	assert_int_equal(frame_next(bytes_of(bytes + 7, len - 7), 16, &frame),
			 0);
	assert_int_equal(frame.input_bytes, 5);
	assert_hex(frame.payload, "64");
}

static void a_long_frame_is_refused_from_its_head(void **state)
{
	uint8_t head[4];
	struct frame frame;

	(void)state;
	for (uint32_t more = 0; more < 3; more++) {
		le32_put(head, LIMIT_FRAME_BYTES - 1 + more);
		assert_int_equal(frame_next(bytes_of(head, 4),
					    LIMIT_FRAME_BYTES, &frame),
				 more < 2 ? 0 : ERR_LIMIT);
	}
	le32_put(head, UINT32_MAX);
	assert_int_equal(
		frame_next(bytes_of(head, 4), LIMIT_FRAME_BYTES, &frame),
		ERR_LIMIT);
	le32_put(head, 0);
	assert_int_equal(
		frame_next(bytes_of(head, 4), LIMIT_FRAME_BYTES, &frame),
		ERR_MALFORMED);
}

static void what_is_put_comes_back(void **state)
{
	struct frame frame;
	struct buf buf;

	(void)state;
	buf_init(&buf, 16);
	assert_int_equal(frame_put(&buf, bytes_from_str("word")), 0);
	assert_hex(buf_bytes(&buf), "04000000 776f7264");
	assert_int_equal(frame_next(buf_bytes(&buf), 4, &frame), 0);
	assert_hex(frame.payload, "776f7264");
	assert_int_equal(frame_next(buf_bytes(&buf), 3, &frame), ERR_LIMIT);
	assert_int_equal(frame_put(&buf, bytes_from_str("")), ERR_MALFORMED);
	assert_int_equal(frame_put(&buf, bytes_from_str("12345")), ERR_LIMIT);
	assert_int_equal(buf.len, 8);
	buf_release(&buf);
}

static int split_hex(const char *hex, struct frame *out)
{
	struct frame_splitter splitter = { .at = 0 };
	uint8_t bytes[64];
	size_t len = harness_unhex(hex, bytes, sizeof bytes);

	return frame_next_msgpack(&splitter, bytes_of(bytes, len), out);
}

static void elements_are_split_one_after_another(void **state)
{
	struct frame_splitter splitter = { .at = 0 };
	uint8_t bytes[64];
	size_t len = harness_unhex("94 00 01 a568656c6c6f 80 "
				   "93 02 a161 81a16bc0 c0",
				   bytes, sizeof bytes);
	static const size_t wanted[] = { 10, 8, 1 };
	struct frame frame;
	size_t start = 0;
	size_t found = 0;

	(void)state;
	/* one more byte each time */
	for (size_t have = 0; have <= len; have++) {
		assert_int_equal(frame_next_msgpack(
					 &splitter,
					 bytes_of(bytes + start, have - start),
					 &frame),
				 0);
		if (frame.input_bytes == 0)
			continue;
		assert_int_equal(frame.input_bytes, wanted[found]);
		assert_ptr_equal(frame.payload.ptr, bytes + start);
		start += frame.input_bytes;
		found++;
		assert_int_equal(have, start);
	}
	assert_int_equal(found, 3);
}

static void five_bytes_do_not_claim_gigabytes(void **state)
{
	struct frame frame;

	(void)state;
	assert_int_equal(split_hex("ddffffffff", &frame), ERR_LIMIT);
	assert_int_equal(split_hex("dfffffffff", &frame), ERR_LIMIT);
	assert_int_equal(split_hex("dbffffffff", &frame), ERR_LIMIT);
	assert_int_equal(split_hex("c6ffffffff", &frame), ERR_LIMIT);
	assert_int_equal(split_hex("df00080000", &frame), ERR_LIMIT);
	assert_int_equal(split_hex("c6000ffffc", &frame), ERR_LIMIT);
	/* 1 MiB less the head: it may come */
	assert_int_equal(split_hex("c6000ffffb", &frame), 0);
	assert_int_equal(frame.input_bytes, 0);
	assert_int_equal(split_hex("c6000ffffa", &frame), 0);
	assert_int_equal(split_hex("c1", &frame), ERR_MALFORMED);
	assert_int_equal(split_hex("d40101", &frame), ERR_MALFORMED);
}

static void a_splitter_stops_at_the_depth(void **state)
{
	struct frame frame;

	(void)state;
	assert_int_equal(split_hex("91919191919191 90", &frame), 0);
	assert_int_equal(frame.input_bytes, LIMIT_MP_DEPTH);
	assert_int_equal(split_hex("91919191919191 91c0", &frame), 0);
	assert_int_equal(frame.input_bytes, LIMIT_MP_DEPTH + 1);
	assert_int_equal(split_hex("91919191919191 9190", &frame), ERR_LIMIT);
}

static int split_big(struct buf *big, struct frame *out)
{
	struct frame_splitter splitter = { .at = 0 };

	assert_int_equal(big->failed, 0);
	return frame_next_msgpack(&splitter, buf_bytes(big), out);
}

static void a_splitter_stops_at_the_nodes_and_at_the_end(void **state)
{
	struct frame frame;
	struct buf big;

	(void)state;
	buf_init(&big, LIMIT_FRAME_BYTES + 64);
	for (uint32_t more = 0; more < 3; more++) {
		/* the array is a node too */
		uint32_t items = LIMIT_MP_NODES - 2 + more;

		buf_clear(&big);
		mp_put_array(&big, items);
		for (uint32_t i = 0; i < items; i++)
			mp_put_nil(&big);
		assert_int_equal(split_big(&big, &frame),
				 more < 2 ? 0 : ERR_LIMIT);
	}
	/* [bin32, uint64] with the last head up to and over the end */
	for (uint32_t more = 0; more < 3; more++) {
		size_t bin = LIMIT_FRAME_BYTES - 1 - 5 - 9 - 1 + more;
		uint8_t *room;

		buf_clear(&big);
		mp_put_array(&big, 2);
		buf_put_u8(&big, 0xc6);
		for (int shift = 24; shift >= 0; shift -= 8)
			buf_put_u8(&big, (uint8_t)(bin >> shift));
		room = buf_extend(&big, bin);
		assert_non_null(room);
		memset(room, 0, bin);
		mp_put_uint(&big, UINT64_MAX);
		assert_int_equal(split_big(&big, &frame),
				 more < 2 ? 0 : ERR_LIMIT);
		if (more < 2)
			assert_int_equal(frame.input_bytes,
					 LIMIT_FRAME_BYTES - 1 + more);
	}
	buf_release(&big);
}

static void random_bytes_split_where_mpcheck_ends(void **state)
{
	static const uint8_t heads[] = { 0x00, 0x91, 0x92, 0x81, 0xa2, 0xc4,
					 0x01, 0x61, 0xc0, 0xd9, 0xcc, 0x90 };
	struct prng prng;
	size_t agreed = 0;

	(void)state;
	prng_seed(&prng, 5);
	for (int i = 0; i < 20000; i++) {
		struct frame_splitter splitter = { .at = 0 };
		uint8_t bytes[24];
		struct frame frame;

		for (size_t j = 0; j < sizeof bytes; j++)
			bytes[j] = heads[prng_below(&prng, sizeof heads)];
		if (frame_next_msgpack(&splitter, bytes_of(bytes, sizeof bytes),
				       &frame) != 0 ||
		    frame.input_bytes == 0)
			continue;
		/* no shorter prefix is an element, so mpcheck agrees */
		for (size_t len = 0; len < frame.input_bytes; len++)
			assert_int_not_equal(
				mpcheck(bytes_of(bytes, len), MPCHECK_CLIENT),
				0);
		agreed += mpcheck(frame.payload, MPCHECK_CLIENT) == 0;
	}
	assert_true(agreed > 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_is_whole_at_its_last_byte),
		cmocka_unit_test(a_long_frame_is_refused_from_its_head),
		cmocka_unit_test(what_is_put_comes_back),
		cmocka_unit_test(elements_are_split_one_after_another),
		cmocka_unit_test(five_bytes_do_not_claim_gigabytes),
		cmocka_unit_test(a_splitter_stops_at_the_depth),
		cmocka_unit_test(a_splitter_stops_at_the_nodes_and_at_the_end),
		cmocka_unit_test(random_bytes_split_where_mpcheck_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
