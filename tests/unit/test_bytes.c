/*
 * Goal: slices compare by content, and integers and dots keep their byte
 * order. Method: fixed bytes, both ways.
 */
#include "proto/base/bytes.h"

#include "proto/base/ids.h"
#include "tests/lib/harness.h"

static void slices_compare_by_content_a_prefix_first(void **state)
{
	struct bytes none = { 0 };

	(void)state;
	assert_true(bytes_equal(none, bytes_from_str("")));
	assert_true(bytes_equal(bytes_from_str("ab"), bytes_of("abc", 2)));
	assert_false(bytes_equal(bytes_from_str("ab"), bytes_from_str("ac")));
	assert_true(bytes_compare(none, bytes_from_str("a")) < 0);
	assert_true(bytes_compare(bytes_from_str("ab"), bytes_from_str("a")) >
		    0);
	assert_true(bytes_compare(bytes_of("\xff", 1), bytes_of("\x01", 1)) >
		    0);
	assert_int_equal(bytes_compare(none, none), 0);
}

static void integers_survive_both_ways_at_odd_addresses(void **state)
{
	uint8_t bytes[9] = { 0 };

	(void)state;
	le64_put(bytes + 1, UINT64_C(0x0123456789abcdef));
	assert_hex(bytes_of(bytes + 1, 8), "efcdab8967452301");
	assert_true(le64_get(bytes + 1) == UINT64_C(0x0123456789abcdef));
	assert_int_equal(le32_get(bytes + 1), 0x89abcdefu);
	assert_int_equal(le16_get(bytes + 1), 0xcdef);
}

static void a_dot_packs_to_32_bytes_and_back(void **state)
{
	struct dot dot = { .seq = 0x1122334455 };
	struct dot back;
	uint8_t packed[DOT_BYTES];

	(void)state;
	memset(dot.lid.b, 0xaa, sizeof dot.lid.b);
	memset(dot.tip, 0xbb, sizeof dot.tip);
	dot_pack(&dot, packed);
	assert_hex(bytes_of(packed, sizeof packed),
		   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 5544332211000000 "
		   "bbbbbbbbbbbbbbbb");
	back = dot_unpack(packed);
	assert_int_equal(dot_compare(&dot, &back), 0);
}

static void dots_order_by_log_then_number_then_tip(void **state)
{
	struct dot a = { .seq = 256 };
	struct dot b = { .seq = 1 };

	(void)state;
	/* Numbers, not their bytes: LE(256) sorts before LE(1) as bytes. */
	assert_true(dot_compare(&a, &b) > 0);
	b.lid.b[0] = 1;
	assert_true(dot_compare(&a, &b) < 0);
	b = a;
	b.tip[7] = 1;
	assert_true(dot_compare(&a, &b) < 0);
	assert_true(id16_is_zero(&a.lid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices_compare_by_content_a_prefix_first),
		cmocka_unit_test(integers_survive_both_ways_at_odd_addresses),
		cmocka_unit_test(a_dot_packs_to_32_bytes_and_back),
		cmocka_unit_test(dots_order_by_log_then_number_then_tip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
