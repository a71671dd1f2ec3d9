/*
 * Goal: what is put is what is read, spans are the input's own bytes, and a
 * read that fails moves nothing. Method: values at the edges of every form,
 * and random bytes that mpcheck never saw.
 */
#include "proto/mp.h"

#include "proto/base/prng.h"
#include "tests/lib/harness.h"

static void integers_come_back(void **state)
{
	static const int64_t edges[] = {
		0,         1,         127,           128,       255,
		256,       65535,     65536,         INT32_MAX, UINT32_MAX,
		INT64_MAX, -1,        -32,           -33,       -128,
		-129,      INT16_MIN, INT16_MIN - 1, INT32_MIN, INT64_MIN,
	};
	struct buf buf;

	(void)state;
	buf_init(&buf, 1024);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(edges); i++) {
		struct mp_reader reader;
		int64_t v;

		buf_clear(&buf);
		mp_put_int(&buf, edges[i]);
		reader = mp_reader(buf_bytes(&buf));
		assert_int_equal(mp_peek(&reader),
				 edges[i] < 0 ? MP_INT : MP_UINT);
		assert_int_equal(mp_read_int(&reader, &v), 0);
		assert_true(v == edges[i]);
		assert_true(mp_at_end(&reader));
	}
	buf_release(&buf);
}

static void an_integer_that_does_not_fit_is_refused(void **state)
{
	struct mp_reader reader;
	struct buf buf;
	uint64_t u;
	int64_t v;

	(void)state;
	buf_init(&buf, 64);
	mp_put_uint(&buf, UINT64_MAX);
	reader = mp_reader(buf_bytes(&buf));
	assert_int_equal(mp_read_int(&reader, &v), ERR_MALFORMED);
	assert_int_equal(mp_read_uint(&reader, &u), 0);
	assert_true(u == UINT64_MAX);
	buf_clear(&buf);
	mp_put_int(&buf, -1);
	reader = mp_reader(buf_bytes(&buf));
	assert_int_equal(mp_read_uint(&reader, &u), ERR_MALFORMED);
	buf_release(&buf);
}

static void a_whole_float_counts_as_an_integer(void **state)
{
	uint8_t bytes[9];
	struct mp_reader reader;
	double real;
	int64_t v;

	(void)state;
	harness_unhex("cb c01c000000000000", bytes, 9); /* -7.0 */
	reader = mp_reader(bytes_of(bytes, 9));
	assert_int_equal(mp_peek(&reader), MP_FLOAT);
	assert_int_equal(mp_read_int(&reader, &v), 0);
	assert_true(v == -7);
	harness_unhex("cb 401e000000000000", bytes, 9); /* 7.5 */
	reader = mp_reader(bytes_of(bytes, 9));
	assert_int_equal(mp_read_int(&reader, &v), ERR_MALFORMED);
	assert_int_equal(mp_read_float(&reader, &real), 0);
	assert_true(real > 7.4 && real < 7.6);
	harness_unhex("cb 7ff8000000000000", bytes, 9); /* not a number */
	reader = mp_reader(bytes_of(bytes, 9));
	assert_int_equal(mp_read_int(&reader, &v), ERR_MALFORMED);
	harness_unhex("cb 43f0000000000000", bytes, 9); /* 2^64 */
	reader = mp_reader(bytes_of(bytes, 9));
	assert_int_equal(mp_read_int(&reader, &v), ERR_MALFORMED);
}

static void spans_are_the_bytes_that_came(void **state)
{
	uint8_t bytes[32];
	size_t len = harness_unhex("93 a26162 c403010203 82a16101a1629100",
				   bytes, sizeof bytes);
	struct mp_reader reader = mp_reader(bytes_of(bytes, len));
	struct bytes span;
	size_t count;

	(void)state;
	assert_int_equal(mp_read_array(&reader, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(mp_read_bin(&reader, &span), ERR_MALFORMED);
	assert_int_equal(mp_read_str(&reader, &span), 0);
	assert_ptr_equal(span.ptr, bytes + 2);
	assert_int_equal(span.len, 2);
	assert_int_equal(mp_read_str(&reader, &span), ERR_MALFORMED);
	assert_int_equal(mp_read_bin(&reader, &span), 0);
	assert_ptr_equal(span.ptr, bytes + 6);
	assert_int_equal(mp_read_raw(&reader, &span), 0);
	assert_hex(span, "82a16101a1629100");
	assert_true(mp_at_end(&reader));
	assert_int_equal(mp_peek(&reader), MP_END);
	assert_int_equal(mp_read_raw(&reader, &span), ERR_MALFORMED);
}

static void lengths_take_the_shortest_head(void **state)
{
	static const struct {
		size_t len;
		const char *str;
		const char *bin;
		const char *array;
	} rows[] = {
		{ 15, "af", "c40f", "9f" },
		{ 16, "b0", "c410", "dc0010" },
		{ 31, "bf", "c41f", "dc001f" },
		{ 32, "d920", "c420", "dc0020" },
		{ 255, "d9ff", "c4ff", "dc00ff" },
		{ 256, "da0100", "c50100", "dc0100" },
		{ 65535, "daffff", "c5ffff", "dcffff" },
		{ 65536, "db00010000", "c600010000", "dd00010000" },
	};
	static uint8_t content[65536];
	struct buf buf;

	(void)state;
	memset(content, 'k', sizeof content);
	buf_init(&buf, 70000);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		size_t len = rows[i].len;

		buf_clear(&buf);
		mp_put_str(&buf, bytes_of(content, len));
		assert_hex(bytes_of(buf.ptr, buf.len - len), rows[i].str);
		buf_clear(&buf);
		mp_put_bin(&buf, bytes_of(content, len));
		assert_hex(bytes_of(buf.ptr, buf.len - len), rows[i].bin);
		buf_clear(&buf);
		mp_put_array(&buf, len);
		assert_hex(buf_bytes(&buf), rows[i].array);
	}
	buf_release(&buf);
}

static void random_bytes_never_lead_outside(void **state)
{
	uint8_t bytes[24];
	struct prng prng;

	(void)state;
	prng_seed(&prng, 11);
	for (int i = 0; i < 50000; i++) {
		size_t len = prng_below(&prng, sizeof bytes);
		struct mp_reader reader;
		struct mp_reader before;
		struct bytes raw;

		prng_fill(&prng, bytes, sizeof bytes);
		reader = mp_reader(bytes_of(bytes, len));
		before = reader;
		if (mp_read_raw(&reader, &raw) == 0) {
			assert_true(raw.len >= 1 && raw.len <= len);
			assert_ptr_equal(raw.ptr, bytes);
		} else {
			assert_ptr_equal(reader.at, before.at);
		}
		assert_true(reader.at <= reader.end);
	}
}

static void a_writer_may_look_at_failed_once(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 4);
	mp_put_cstr(&buf, "abc");
	assert_int_equal(buf.failed, 0);
	mp_put_nil(&buf);
	assert_int_equal(buf.failed, ERR_LIMIT);
	assert_int_equal(buf.len, 4);
	buf_release(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_come_back),
		cmocka_unit_test(an_integer_that_does_not_fit_is_refused),
		cmocka_unit_test(a_whole_float_counts_as_an_integer),
		cmocka_unit_test(spans_are_the_bytes_that_came),
		cmocka_unit_test(lengths_take_the_shortest_head),
		cmocka_unit_test(random_bytes_never_lead_outside),
		cmocka_unit_test(a_writer_may_look_at_failed_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
