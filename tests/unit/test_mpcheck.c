/*
 * Goal: mpcheck takes exactly the canonical (or client) subset. Method: forms
 * by hand with both neighbors of every limit, all inputs of one and two bytes
 * and a stride of those of three against a second opinion (msgpack-c decodes
 * and packs again: canonical input is a fixed point), and the public suite.
 */
#include "proto/mpcheck.h"

#include <cjson/cJSON.h>
#include <msgpack.h>

#include "proto/base/mem.h"
#include "proto/base/prng.h"
#include "proto/base/utf8.h"
#include "proto/bounds.h"
#include "proto/mp.h"
#include "tests/lib/harness.h"

static int check_hex(const char *hex, enum mpcheck_profile profile)
{
	uint8_t bytes[64];
	size_t len = harness_unhex(hex, bytes, sizeof bytes);

	return mpcheck(bytes_of(bytes, len), profile);
}

#define canonical(hex) check_hex((hex), MPCHECK_CANONICAL)
#define client(hex) check_hex((hex), MPCHECK_CLIENT)

static void only_the_shortest_integers_are_canonical(void **state)
{
	static const char *const good[] = {
		"00",         "7f",         "cc80",
		"ccff",       "cd0100",     "cdffff",
		"ce00010000", "ceffffffff", "cf0000000100000000",
		"ff",         "e0",         "d0df",
		"d080",       "d1ff7f",     "d18000",
		"d2ffff7fff", "d280000000", "d3ffffffff7fffffff",
	};
	static const char *const long_ones[] = {
		"cc7f",
		"cd00ff",
		"ce0000ffff",
		"cf00000000ffffffff",
		"d000",
		"d07f",
		"d0e0",
		"d0ff",
		"d10000",
		"d1ff80",
		"d1ffff",
		"d2ffff8000",
		"d200000001",
		"d2ffffffff",
		"d37fffffffffffffff",
		"d3ffffffff80000000",
	};

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(good); i++) {
		assert_int_equal(canonical(good[i]), 0);
		assert_int_equal(client(good[i]), 0);
	}
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(long_ones); i++) {
		assert_int_equal(canonical(long_ones[i]), ERR_MALFORMED);
		assert_int_equal(client(long_ones[i]), 0);
	}
}

static void keys_ascend_and_are_unsigned(void **state)
{
	(void)state;
	assert_int_equal(canonical("82 01c0 02c0"), 0);
	assert_int_equal(canonical("82 00c0 cd0100c0"), 0);
	assert_int_equal(canonical("82 02c0 01c0"), ERR_MALFORMED);
	assert_int_equal(canonical("82 01c0 01c0"), ERR_MALFORMED);
	assert_int_equal(canonical("81 ffc0"), ERR_MALFORMED);
	assert_int_equal(canonical("81 a161 c0"), ERR_MALFORMED);
	assert_int_equal(canonical("81 c0c0"), ERR_MALFORMED);
	/* the outer order goes on after a nested map */
	assert_int_equal(canonical("82 01 81 05c0 02 c0"), 0);
	assert_int_equal(canonical("82 01 81 05c0 01 c0"), ERR_MALFORMED);
	assert_int_equal(client("81 a161 c0"), 0);
	assert_int_equal(client("81 01 c0"), ERR_MALFORMED);
}

static void text_is_utf8_without_zero(void **state)
{
	(void)state;
	assert_int_equal(canonical("a2c3a4"), 0);
	assert_int_equal(canonical("a2c328"), ERR_MALFORMED);
	assert_int_equal(canonical("a100"), ERR_MALFORMED);
	assert_int_equal(client("a100"), ERR_MALFORMED);
	assert_int_equal(canonical("c40100"), 0);
}

static void floats_are_for_clients_and_ext_for_nobody(void **state)
{
	static const char *const ext[] = { "d40161", "d5016161", "c7010161",
					   "c800010161", "c1" };

	(void)state;
	assert_int_equal(canonical("ca3f800000"), ERR_MALFORMED);
	assert_int_equal(client("ca3f800000"), 0);
	assert_int_equal(client("cb3ff0000000000000"), 0);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(ext); i++) {
		assert_int_equal(canonical(ext[i]), ERR_MALFORMED);
		assert_int_equal(client(ext[i]), ERR_MALFORMED);
	}
}

static void a_count_never_exceeds_what_is_left(void **state)
{
	static const char *const greedy[] = {
		"ddffffffff", "dfffffffff",   "dbffffffff", "c6ffffffff",
		"dcffff",     "deffff",       "91",         "9200",
		"8100",       "dd7fffffff00", "",           "a261",
		"c40200",     "da0001",
	};

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(greedy); i++) {
		assert_int_equal(canonical(greedy[i]), ERR_MALFORMED);
		assert_int_equal(client(greedy[i]), ERR_MALFORMED);
	}
	assert_int_equal(canonical("0000"), ERR_MALFORMED);
	assert_int_equal(canonical("9000"), ERR_MALFORMED);
}

static void depth_ends_at_its_limit(void **state)
{
	uint8_t nested[LIMIT_MP_DEPTH + 1];

	(void)state;
	memset(nested, 0x91, sizeof nested);
	nested[LIMIT_MP_DEPTH - 1] = 0x90;
	assert_int_equal(
		mpcheck(bytes_of(nested, LIMIT_MP_DEPTH), MPCHECK_CANONICAL),
		0);
	nested[LIMIT_MP_DEPTH - 1] = 0x91;
	nested[LIMIT_MP_DEPTH] = 0xc0;
	assert_int_equal(mpcheck(bytes_of(nested, LIMIT_MP_DEPTH + 1),
				 MPCHECK_CANONICAL),
			 0);
	nested[LIMIT_MP_DEPTH] = 0x90;
	assert_int_equal(mpcheck(bytes_of(nested, LIMIT_MP_DEPTH + 1),
				 MPCHECK_CANONICAL),
			 ERR_LIMIT);
}

static void nodes_end_at_their_limit(void **state)
{
	struct buf buf;

	(void)state;
	for (uint32_t more = 0; more < 3; more++) {
		/* the array is a node too */
		uint32_t items = LIMIT_MP_NODES - 2 + more;

		buf_init(&buf, LIMIT_FRAME_BYTES);
		mp_put_array(&buf, items);
		for (uint32_t i = 0; i < items; i++)
			mp_put_nil(&buf);
		assert_int_equal(mpcheck(buf_bytes(&buf), MPCHECK_CANONICAL),
				 more < 2 ? 0 : ERR_LIMIT);
		buf_release(&buf);
	}
}

/* --- a second opinion: recursive, and through msgpack-c --- */

static bool object_is_plain(const msgpack_object *object)
{
	uint64_t last = 0;

	if (object->type == MSGPACK_OBJECT_STR)
		return utf8_is_valid(
			bytes_of(object->via.str.ptr, object->via.str.size));
	if (object->type == MSGPACK_OBJECT_ARRAY) {
		for (uint32_t i = 0; i < object->via.array.size; i++) {
			if (!object_is_plain(&object->via.array.ptr[i]))
				return false;
		}
		return true;
	}
	if (object->type != MSGPACK_OBJECT_MAP)
		return object->type != MSGPACK_OBJECT_EXT &&
		       object->type != MSGPACK_OBJECT_FLOAT32 &&
		       object->type != MSGPACK_OBJECT_FLOAT64;
	for (uint32_t i = 0; i < object->via.map.size; i++) {
		const msgpack_object_kv *kv = &object->via.map.ptr[i];

		if (kv->key.type != MSGPACK_OBJECT_POSITIVE_INTEGER ||
		    (i > 0 && kv->key.via.u64 <= last) ||
		    !object_is_plain(&kv->val))
			return false;
		last = kv->key.via.u64;
	}
	return true;
}

/* Small inputs only: msgpack-c believes what a head claims. */
static bool is_canonical_to_msgpack(struct bytes input)
{
	msgpack_unpacked unpacked;
	msgpack_sbuffer again;
	msgpack_packer packer;
	size_t at = 0;
	bool same = false;

	msgpack_unpacked_init(&unpacked);
	if (msgpack_unpack_next(&unpacked, (const char *)input.ptr, input.len,
				&at) == MSGPACK_UNPACK_SUCCESS &&
	    at == input.len) {
		msgpack_sbuffer_init(&again);
		msgpack_packer_init(&packer, &again, msgpack_sbuffer_write);
		same = msgpack_pack_object(&packer, unpacked.data) == 0 &&
		       bytes_equal(bytes_of(again.data, again.size), input) &&
		       object_is_plain(&unpacked.data);
		msgpack_sbuffer_destroy(&again);
	}
	msgpack_unpacked_destroy(&unpacked);
	return same;
}

static void assert_same_opinion(const uint8_t *input, size_t len)
{
	bool is_taken = mpcheck(bytes_of(input, len), MPCHECK_CANONICAL) == 0;

	if (is_taken != is_canonical_to_msgpack(bytes_of(input, len)))
		fail_msg("%02x%02x%02x (%zu): mpcheck says %d", input[0],
			 len > 1 ? input[1] : 0, len > 2 ? input[2] : 0, len,
			 is_taken);
}

static void all_short_inputs_agree_with_msgpack(void **state)
{
	size_t taken = 0;

	(void)state;
	for (uint32_t v = 0; v < 256; v++)
		assert_same_opinion(&(uint8_t){ (uint8_t)v }, 1);
	for (uint32_t v = 0; v < 65536; v++) {
		uint8_t in[2] = { (uint8_t)(v >> 8), (uint8_t)v };

		/* arrays of 2^31 items and the like need 5 bytes */
		assert_same_opinion(in, 2);
		taken += mpcheck(bytes_of(in, 2), MPCHECK_CANONICAL) == 0;
	}
	assert_true(taken > 300);
	for (uint32_t v = 0; v < 1u << 24; v += 61) {
		uint8_t in[3] = { (uint8_t)(v >> 16), (uint8_t)(v >> 8),
				  (uint8_t)v };

		assert_same_opinion(in, 3);
	}
}

/* One random canonical element; depth bounded by the caller. */
static void put_random(struct prng *prng, struct buf *out, uint32_t depth)
{
	uint64_t count = prng_below(prng, 5);
	uint8_t bin[40];

	switch (prng_below(prng, depth > 0 ? 7 : 5)) {
	case 0:
		mp_put_uint(out, prng_u64(prng) >> prng_below(prng, 64));
		return;
	case 1:
		mp_put_int(out, -(int64_t)(prng_u64(prng) >>
					   (1 + prng_below(prng, 63))));
		return;
	case 2:
		mp_put_bool(out, prng_chance(prng, 1, 2));
		return;
	case 3:
		prng_fill(prng, bin, sizeof bin);
		mp_put_bin(out, bytes_of(bin, prng_below(prng, sizeof bin)));
		return;
	case 4:
		memset(bin, 'k', sizeof bin);
		mp_put_str(out, bytes_of(bin, prng_below(prng, sizeof bin)));
		return;
	case 5:
		mp_put_array(out, count);
		for (; count > 0; count--)
			put_random(prng, out, depth - 1);
		return;
	default:
		mp_put_map(out, count);
		for (uint64_t i = 0; i < count; i++) {
			mp_put_uint(out, i * 77);
			put_random(prng, out, depth - 1);
		}
	}
}

static void random_elements_agree_with_msgpack(void **state)
{
	struct prng prng;
	struct buf buf;

	(void)state;
	prng_seed(&prng, 7);
	buf_init(&buf, 65536);
	for (int i = 0; i < 3000; i++) {
		struct mp_reader reader;
		struct bytes raw;

		buf_clear(&buf);
		put_random(&prng, &buf, 6);
		assert_int_equal(mpcheck(buf_bytes(&buf), MPCHECK_CANONICAL),
				 0);
		assert_true(is_canonical_to_msgpack(buf_bytes(&buf)));
		reader = mp_reader(buf_bytes(&buf));
		assert_int_equal(mp_read_raw(&reader, &raw), 0);
		assert_int_equal(raw.len, buf.len);
		for (size_t len = 0; len < buf.len; len++)
			assert_int_equal(mpcheck(bytes_of(buf.ptr, len),
						 MPCHECK_CANONICAL),
					 ERR_MALFORMED);
	}
	buf_release(&buf);
}

/* --- the public suite --- */

static size_t unhex_dashed(const char *text, uint8_t *out, size_t cap)
{
	size_t len = 0;
	unsigned v;

	while (len < cap && sscanf(text, "%2x", &v) == 1) {
		out[len++] = (uint8_t)v;
		text += 2;
		text += *text == '-';
	}
	return len;
}

static void check_suite_row(const cJSON *row, const char *group, size_t *taken)
{
	const cJSON *forms = cJSON_GetObjectItem(row, "msgpack");
	uint8_t shortest[512];
	size_t shortest_len = SIZE_MAX;
	const cJSON *form;
	size_t good = 0;

	cJSON_ArrayForEach(form, forms)
	{
		uint8_t bytes[512];
		size_t len =
			unhex_dashed(form->valuestring, bytes, sizeof bytes);

		if (mpcheck(bytes_of(bytes, len), MPCHECK_CANONICAL) == 0) {
			good++;
			memcpy(shortest, bytes, len);
			shortest_len = len;
		}
	}
	/* the one form, and no other of the row */
	assert_true(good <= 1);
	*taken += good;
	cJSON_ArrayForEach(form, forms)
	{
		uint8_t bytes[512];
		size_t len =
			unhex_dashed(form->valuestring, bytes, sizeof bytes);

		if (good == 1)
			assert_true(len >= shortest_len || bytes[0] == 0xca);
		if (strncmp(group, "50.", 3) == 0 ||
		    strncmp(group, "60.", 3) == 0)
			assert_int_not_equal(
				mpcheck(bytes_of(bytes, len), MPCHECK_CLIENT),
				0);
	}
	if (good == 1)
		assert_true(is_canonical_to_msgpack(
			bytes_of(shortest, shortest_len)));
}

static void the_public_suite_has_one_taken_form_a_row(void **state)
{
	char path[HARNESS_PATH_BYTES];
	struct bytes file;
	const cJSON *group;
	const cJSON *row;
	cJSON *suite;
	size_t taken = 0;

	(void)state;
	harness_shared("data/vectors/msgpack/msgpack-test-suite.json", path);
	file = harness_read(path);
	suite = cJSON_Parse((const char *)file.ptr);
	assert_non_null(suite);
	cJSON_ArrayForEach(group, suite)
	{
		cJSON_ArrayForEach(row, group)
			check_suite_row(row, group->string, &taken);
	}
	/* nil, bool 2, binary 3, integers 28, strings 11, arrays 5, empty map,
	 * nested 2: every row that the subset can say */
	assert_int_equal(taken, 53);
	cJSON_Delete(suite);
	mem_free((void *)(uintptr_t)file.ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_shortest_integers_are_canonical),
		cmocka_unit_test(keys_ascend_and_are_unsigned),
		cmocka_unit_test(text_is_utf8_without_zero),
		cmocka_unit_test(floats_are_for_clients_and_ext_for_nobody),
		cmocka_unit_test(a_count_never_exceeds_what_is_left),
		cmocka_unit_test(depth_ends_at_its_limit),
		cmocka_unit_test(nodes_end_at_their_limit),
		cmocka_unit_test(all_short_inputs_agree_with_msgpack),
		cmocka_unit_test(random_elements_agree_with_msgpack),
		cmocka_unit_test(the_public_suite_has_one_taken_form_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
