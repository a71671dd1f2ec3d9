/*
 * Goal: a buf holds what was put, never more than its maximum, and a refused
 * put changes nothing but `failed`. Method: single puts at the limit and one
 * either side, and the sweep of failing allocations.
 */
#include "proto/base/buf.h"

#include "proto/base/mem.h"
#include "tests/lib/harness.h"

static void integers_are_little_endian(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 64);
	assert_int_equal(buf_put_u8(&buf, 0x01), 0);
	assert_int_equal(buf_put_le16(&buf, 0x0203), 0);
	assert_int_equal(buf_put_le32(&buf, 0x04050607), 0);
	assert_int_equal(buf_put_le64(&buf, UINT64_C(0x08090a0b0c0d0e0f)), 0);
	assert_hex(buf_bytes(&buf), "01 0302 07060504 0f0e0d0c0b0a0908");
	buf_release(&buf);
}

static void the_maximum_holds_to_the_byte(void **state)
{
	const uint8_t bytes[65] = { 0 };

	(void)state;
	for (size_t max = 0; max <= 64; max++) {
		struct buf buf;

		buf_init(&buf, max);
		assert_int_equal(buf_put(&buf, bytes, max), 0);
		assert_int_equal(buf.len, max);
		assert_int_equal(buf_put_u8(&buf, 1), ERR_LIMIT);
		assert_int_equal(buf.len, max);
		buf_release(&buf);
		buf_init(&buf, max);
		assert_int_equal(buf_put(&buf, bytes, max + 1), ERR_LIMIT);
		assert_int_equal(buf.len, 0);
		buf_release(&buf);
	}
}

static void the_first_refusal_sticks_until_cleared(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 4);
	assert_int_equal(buf_put(&buf, "abcde", 5), ERR_LIMIT);
	assert_int_equal(buf_put(&buf, "a", 1), ERR_LIMIT);
	assert_null(buf_extend(&buf, 1));
	assert_int_equal(buf_printf(&buf, "%d", 1), ERR_LIMIT);
	assert_int_equal(buf.len, 0);
	assert_int_equal(buf.failed, ERR_LIMIT);
	buf_clear(&buf);
	assert_int_equal(buf_put(&buf, "abcd", 4), 0);
	assert_bytes(buf_bytes(&buf), bytes_from_str("abcd"));
	buf_release(&buf);
}

static void a_cleared_buffer_keeps_its_memory(void **state)
{
	struct buf buf;
	const uint8_t *ptr;

	(void)state;
	buf_init(&buf, 1000);
	assert_int_equal(buf_put(&buf, "words", 5), 0);
	ptr = buf.ptr;
	buf_clear(&buf);
	assert_int_equal(buf.len, 0);
	assert_int_equal(buf_put(&buf, "other", 5), 0);
	assert_ptr_equal(buf.ptr, ptr);
	buf_release(&buf);
	assert_null(buf.ptr);
	assert_int_equal(buf.cap, 0);
	buf_release(&buf);
}

static void what_is_taken_out_is_wiped(void **state)
{
	static const uint8_t zeros[12];
	struct buf buf;

	(void)state;
	buf_init(&buf, 1000);
	assert_int_equal(buf_put(&buf, "a passphrase", 12), 0);
	buf_consume(&buf, 9);
	assert_bytes(buf_bytes(&buf), bytes_from_str("ase"));
	assert_memory_equal(buf.ptr + 3, zeros, 9);
	buf_clear(&buf);
	assert_memory_equal(buf.ptr, zeros, 12);
	buf_release(&buf);
}

static void growing_keeps_every_byte(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 100000);
	for (uint32_t i = 0; i < 25000; i++)
		assert_int_equal(buf_put_le32(&buf, i * 2654435761u), 0);
	assert_int_equal(buf.len, 100000);
	assert_true(buf.cap <= 100000);
	for (uint32_t i = 0; i < 25000; i++)
		assert_int_equal(le32_get(buf.ptr + (size_t)4 * i),
				 i * 2654435761u);
	buf_release(&buf);
}

static void printed_text_has_no_nul_and_fits_exactly(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 64);
	for (int i = 0; i < 8; i++)
		assert_int_equal(buf_printf(&buf, "%s=%04d;", "ab", i), 0);
	assert_int_equal(buf.len, 64);
	assert_bytes(bytes_of(buf.ptr + 56, 8), bytes_from_str("ab=0007;"));
	assert_int_equal(buf_printf(&buf, "%s", ""), 0);
	assert_int_equal(buf_printf(&buf, "%c", 'x'), ERR_LIMIT);
	assert_int_equal(buf.len, 64);
	buf_release(&buf);
}

static void consuming_moves_the_rest_to_the_front(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 16);
	assert_int_equal(buf_put(&buf, "abcdef", 6), 0);
	buf_consume(&buf, 0);
	buf_consume(&buf, 4);
	assert_bytes(buf_bytes(&buf), bytes_from_str("ef"));
	buf_consume(&buf, 2);
	assert_int_equal(buf.len, 0);
	buf_release(&buf);
}

static void an_extension_counts_at_once(void **state)
{
	struct buf buf;
	uint8_t *room;

	(void)state;
	buf_init(&buf, 10);
	assert_non_null(buf_extend(&buf, 0));
	room = buf_extend(&buf, 10);
	assert_non_null(room);
	memcpy(room, "0123456789", 10);
	assert_int_equal(buf.len, 10);
	assert_null(buf_extend(&buf, 1));
	assert_int_equal(buf.failed, ERR_LIMIT);
	assert_bytes(buf_bytes(&buf), bytes_from_str("0123456789"));
	buf_release(&buf);
}

static int fill(void *context)
{
	struct buf buf;
	int rc = 0;

	(void)context;
	buf_init(&buf, 4096);
	for (int i = 0; i < 40 && rc == 0; i++)
		rc = buf_printf(&buf, "%02d:%060d", i, i);
	if (rc == 0 && buf.len != (size_t)40 * 63)
		rc = ERR_CORRUPT;
	if (rc != 0 && rc != buf.failed)
		rc = ERR_CORRUPT;
	if (rc == ERR_NOMEM && buf.len % 63 != 0)
		rc = ERR_CORRUPT;
	buf_release(&buf);
	return rc;
}

static void no_memory_leaves_whole_puts_only(void **state)
{
	(void)state;
	harness_sweep_memory(&(struct harness_sweep){ .scenario = fill });
}

static void consume_too_much(void *context)
{
	buf_consume(context, 7);
}

static void consuming_more_than_there_is_panics(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 16);
	assert_int_equal(buf_put(&buf, "abcdef", 6), 0);
	assert_true(harness_panics(consume_too_much, &buf));
	buf_release(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_little_endian),
		cmocka_unit_test(the_maximum_holds_to_the_byte),
		cmocka_unit_test(the_first_refusal_sticks_until_cleared),
		cmocka_unit_test(a_cleared_buffer_keeps_its_memory),
		cmocka_unit_test(what_is_taken_out_is_wiped),
		cmocka_unit_test(growing_keeps_every_byte),
		cmocka_unit_test(printed_text_has_no_nul_and_fits_exactly),
		cmocka_unit_test(consuming_moves_the_rest_to_the_front),
		cmocka_unit_test(an_extension_counts_at_once),
		cmocka_unit_test(no_memory_leaves_whole_puts_only),
		cmocka_unit_test(consuming_more_than_there_is_panics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
