/*
 * Goal: seal() gives back exactly what went in, under exactly the key, label,
 * and context it went in with, and nothing else. Method: numbers from an
 * independent computation, then every bit, every length, every wrong key.
 */
#include "proto/crypto/seal.h"

#include "proto/bounds.h"
#include "proto/crypto/entropy.h"
#include "tests/lib/harness.h"

#define BUF_MAX (1u << 20)

static struct entropy_stream dice;

/* Key 00 01 .. 1f; entropy from seed 64 65 .. at counter 0. */
static struct seal_key fixed_key(void)
{
	struct seal_key key;

	dice.counter = 0;
	for (uint8_t i = 0; i < 32; i++) {
		key.b[i] = i;
		dice.seed[i] = (uint8_t)(100 + i);
	}
	return key;
}

static const struct seal_context padded = {
	.label = "op",
	.aad = { (const uint8_t *)"aad", 3 },
	.padding = SEAL_PADDED,
};
static const struct seal_context unpadded = {
	.label = "epoch-wrap",
	.aad = { (const uint8_t *)"aad", 3 },
	.padding = SEAL_UNPADDED,
};

/* An independent XChaCha20-Poly1305 and BLAKE2b gave these numbers. */
static void the_golden_messages_hold(void **state)
{
	struct seal_key key = fixed_key();
	uint8_t epoch[32], digest[32];
	struct buf out;

	(void)state;
	for (uint8_t i = 0; i < 32; i++)
		epoch[i] = (uint8_t)(i + 1);
	buf_init(&out, BUF_MAX);
	assert_int_equal(seal(&key, &unpadded, bytes_of(epoch, 32), &out), 0);
	assert_hex(buf_bytes(&out),
		   "01a2f0058510a2d2e5aaed5a52e08b12e278db7526c57ae57ebc147937"
		   "b61ce02416620a5a951a6b36e31b0cbf870e7b2073906fe867ea53caa4"
		   "4709d1eb7d2838f1dd484c8e735a24fc4fb2ea6f73a3ba7a2b2a8199af"
		   "13725cf4a2d79e77e820faa95c788acc7a9d");
	key = fixed_key();
	buf_clear(&out);
	assert_int_equal(
		seal(&key, &padded, bytes_from_str("dear journal"), &out), 0);
	assert_int_equal(out.len, 329);
	assert_hex(bytes_of(out.ptr, 57),
		   "01b2cb0743def338991e07ba25db7ff7d4e60ff3ea7de4c4bbac51e32f"
		   "7fb6b4cf1b0b945bf6a83d142aba983cd17f7a8b1161c89f11da3ddd");
	hash_bytes(buf_bytes(&out), digest, sizeof digest);
	assert_hex(bytes_of(digest, 32), "771175c1c4989639ef4e692eed1e78bf66f8"
					 "46f5ec894c04487e45ec8b176ed1");
	buf_release(&out);
}

static void sizes_step_by_256_and_then_as_padme(void **state)
{
	static const size_t sizes[][2] = {
		{ 0, 256 },       { 254, 256 },     { 255, 256 },
		{ 256, 512 },     { 2046, 2048 },   { 2047, 2048 },
		{ 2048, 2176 },   { 2175, 2176 },   { 2176, 2304 },
		{ 4094, 4096 },   { 4095, 4096 },   { 4096, 4352 },
		{ 65535, 65536 }, { 65536, 67584 },
	};

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(sizes); i++) {
		assert_int_equal(seal_padded_size(sizes[i][0]), sizes[i][1]);
		assert_int_equal(seal_size(sizes[i][0], SEAL_PADDED),
				 sizes[i][1] + SEAL_OVERHEAD_BYTES);
		assert_int_equal(seal_size(sizes[i][0], SEAL_UNPADDED),
				 sizes[i][0] + SEAL_OVERHEAD_BYTES);
	}
	for (size_t len = 0; len < 200000; len++) {
		size_t size = seal_padded_size(len);

		assert_true(size > len);
		assert_true(size >= seal_padded_size(len > 0 ? len - 1 : 0));
		assert_int_equal(seal_padded_size(size - 1), size);
		assert_true(len < 2048 || size * 100 <= (len + 1) * 112);
	}
}

static void the_largest_block_fits_its_limit(void **state)
{
	(void)state;
	assert_true(seal_size(LIMIT_BLOCK_PLAIN_BYTES, SEAL_PADDED) <=
		    LIMIT_BLOCK_BODY_BYTES);
}

static void every_length_comes_back(void **state)
{
	static const size_t lens[] = { 0,    1,    254,  255,  256,   257,
				       1100, 2046, 2047, 2048, 2049,  2175,
				       2176, 4095, 4096, 5000, 65535, 65536 };
	static uint8_t text[65536];
	struct seal_key key = fixed_key();
	struct buf sealed, out;

	(void)state;
	memset(text, 0x80, sizeof text); /* ends like a marker */
	buf_init(&sealed, BUF_MAX);
	buf_init(&out, BUF_MAX);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(lens) * 2; i++) {
		const struct seal_context *context = i % 2 == 0 ? &padded
								: &unpadded;
		struct bytes plain = bytes_of(text, lens[i / 2]);

		buf_clear(&sealed);
		buf_clear(&out);
		assert_int_equal(buf_put_u8(&out, 'x'), 0);
		assert_int_equal(seal(&key, context, plain, &sealed), 0);
		assert_int_equal(sealed.len,
				 seal_size(plain.len, context->padding));
		assert_int_equal(
			seal_open(&key, context, buf_bytes(&sealed), &out), 0);
		assert_int_equal(out.ptr[0], 'x');
		assert_bytes(bytes_of(out.ptr + 1, out.len - 1), plain);
	}
	buf_release(&sealed);
	buf_release(&out);
}

static void refuse(const struct seal_key *key,
		   const struct seal_context *context, struct bytes sealed,
		   struct buf *out)
{
	assert_int_equal(seal_open(key, context, sealed, out), ERR_CRYPTO);
	assert_int_equal(out->len, 0);
}

static void check_every_change(const struct seal_context *context)
{
	struct seal_key key = fixed_key();
	uint8_t aad[96] = { 7 };
	struct seal_context with = *context;
	struct buf sealed, out;

	with.aad = bytes_of(aad, sizeof aad);
	buf_init(&sealed, BUF_MAX);
	buf_init(&out, BUF_MAX);
	assert_int_equal(seal(&key, &with, bytes_from_str("words"), &sealed),
			 0);
	for (size_t bit = 0; bit < sealed.len * 8; bit++) {
		sealed.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
		refuse(&key, &with, buf_bytes(&sealed), &out);
		sealed.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t len = 0; len < sealed.len; len++)
		refuse(&key, &with, bytes_of(sealed.ptr, len), &out);
	for (size_t bit = 0; bit < sizeof aad * 8; bit++) {
		aad[bit / 8] ^= (uint8_t)(1u << bit % 8);
		refuse(&key, &with, buf_bytes(&sealed), &out);
		aad[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t bit = 0; bit < sizeof key.b * 8; bit++) {
		key.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		refuse(&key, &with, buf_bytes(&sealed), &out);
		key.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(buf_put_u8(&sealed, 0), 0);
	refuse(&key, &with, buf_bytes(&sealed), &out);
	sealed.len--;
	with.aad.len--;
	refuse(&key, &with, buf_bytes(&sealed), &out);
	with.aad.len++;
	assert_int_equal(seal_open(&key, &with, buf_bytes(&sealed), &out), 0);
	assert_bytes(buf_bytes(&out), bytes_from_str("words"));
	buf_release(&sealed);
	buf_release(&out);
}

static void every_change_is_refused(void **state)
{
	(void)state;
	check_every_change(&padded);
	check_every_change(&unpadded);
}

static void another_label_is_refused(void **state)
{
	static const char *const labels[] = { "o", "opp", "oq", "ctl", "" };
	struct seal_key key = fixed_key();
	struct buf sealed, out;

	(void)state;
	buf_init(&sealed, BUF_MAX);
	buf_init(&out, BUF_MAX);
	assert_int_equal(seal(&key, &padded, bytes_from_str("words"), &sealed),
			 0);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(labels); i++) {
		struct seal_context other = padded;

		other.label = labels[i];
		refuse(&key, &other, buf_bytes(&sealed), &out);
	}
	buf_release(&sealed);
	buf_release(&out);
}

/* Seal unpadded what is not a padding, and open it as padded. */
static void check_padding(struct bytes text, bool good)
{
	struct seal_context bare = padded;
	struct seal_key key = fixed_key();
	struct buf sealed, out;

	bare.padding = SEAL_UNPADDED;
	buf_init(&sealed, BUF_MAX);
	buf_init(&out, BUF_MAX);
	assert_int_equal(seal(&key, &bare, text, &sealed), 0);
	if (good)
		assert_int_equal(
			seal_open(&key, &padded, buf_bytes(&sealed), &out), 0);
	else
		refuse(&key, &padded, buf_bytes(&sealed), &out);
	buf_release(&sealed);
	buf_release(&out);
}

static void only_the_canonical_padding_opens(void **state)
{
	uint8_t text[4352] = { 0 };

	(void)state;
	check_padding(bytes_of(text, 0), false);
	check_padding(bytes_of(text, 256), false); /* no marker */
	text[0] = 0x80;
	check_padding(bytes_of(text, 256), true);
	check_padding(bytes_of(text, 255), false);
	check_padding(bytes_of(text, 257), false);
	check_padding(bytes_of(text, 512), false); /* 0 bytes take 256 */
	text[200] = 1; /* something behind a marker is no padding */
	check_padding(bytes_of(text, 256), false);
	text[200] = 0;
	text[255] = 0x80;
	check_padding(bytes_of(text, 256), true);
	check_padding(bytes_of(text, 512), false); /* 255 bytes take 256 */
	text[256] = 0x80;
	check_padding(bytes_of(text, 512), true);
	text[4095] = 0x80;
	check_padding(bytes_of(text, 4096), true);
	check_padding(bytes_of(text, 4352), false);
	text[4096] = 0x80;
	check_padding(bytes_of(text, 4352), true);
	check_padding(bytes_of(text, 4224), false); /* no size of Padme's */
}

static void two_seals_of_one_text_differ(void **state)
{
	struct seal_key key = fixed_key();
	struct buf a, b;

	(void)state;
	buf_init(&a, BUF_MAX);
	buf_init(&b, BUF_MAX);
	assert_int_equal(seal(&key, &padded, bytes_from_str("same"), &a), 0);
	assert_int_equal(seal(&key, &padded, bytes_from_str("same"), &b), 0);
	assert_memory_not_equal(a.ptr + 1, b.ptr + 1, SEAL_NONCE_BYTES);
	/* A random source that repeats itself: another text, another nonce. */
	dice.counter = 0;
	buf_clear(&b);
	assert_int_equal(seal(&key, &padded, bytes_from_str("more"), &b), 0);
	assert_memory_not_equal(a.ptr + 1, b.ptr + 1, SEAL_NONCE_BYTES);
	buf_release(&a);
	buf_release(&b);
}

static void a_full_buffer_is_left_as_it_was(void **state)
{
	struct seal_key key = fixed_key();
	struct buf sealed, out;

	(void)state;
	for (size_t max = 328; max <= 330; max++) {
		buf_init(&sealed, max);
		assert_int_equal(
			seal(&key, &padded, bytes_from_str("w"), &sealed),
			max < 329 ? ERR_LIMIT : 0);
		assert_int_equal(sealed.len, max < 329 ? 0 : 329);
		if (max < 330)
			buf_release(&sealed);
	}
	for (size_t max = 255; max <= 257; max++) {
		buf_init(&out, max);
		assert_int_equal(
			seal_open(&key, &padded, buf_bytes(&sealed), &out),
			max < 256 ? ERR_LIMIT : 0);
		assert_int_equal(out.len, max < 256 ? 0 : 1);
		buf_release(&out);
	}
	buf_release(&sealed);
	assert_int_equal(seal(&key, &padded,
			      bytes_of(key.b, SEAL_PLAIN_BYTES_MAX + 1ul),
			      &sealed),
			 ERR_LIMIT);
}

static int start(void **state)
{
	(void)state;
	(void)fixed_key();
	entropy_use_seed(&dice);
	return crypto_start();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_golden_messages_hold),
		cmocka_unit_test(sizes_step_by_256_and_then_as_padme),
		cmocka_unit_test(the_largest_block_fits_its_limit),
		cmocka_unit_test(every_length_comes_back),
		cmocka_unit_test(every_change_is_refused),
		cmocka_unit_test(another_label_is_refused),
		cmocka_unit_test(only_the_canonical_padding_opens),
		cmocka_unit_test(two_seals_of_one_text_differ),
		cmocka_unit_test(a_full_buffer_is_left_as_it_was),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
