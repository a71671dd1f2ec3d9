/*
 * Goal: the handshakes of kept are those of the Noise specification, and
 * nothing that was touched on the way is accepted. Method: vectors with fixed
 * ephemerals, then every flip, every truncation, and every wrong turn.
 */
#include "proto/crypto/noise.h"

#include "tests/unit/vectors_json.h"
#include "tests/unit/vectors_noise.h"

#define BUF_MAX 70000u

/* Both ends of one handshake. */
struct pair {
	struct noise init, resp;
	struct net_secret init_s, init_e, resp_s, resp_e;
	struct net_public resp_pub;
	uint8_t psk[32];
	struct buf wire, payload;
};

static void key_from_hex(const char *hex, uint8_t key[32])
{
	memset(key, 0, 32);
	if (hex != NULL)
		assert_int_equal(harness_unhex(hex, key, 32), 32);
}

static void pair_start(struct pair *pair, const struct noise_vector *vector)
{
	uint8_t prologue[256];
	struct noise_options options = {
		.pattern = vector->pattern,
		.initiator = true,
		.prologue = bytes_of(prologue,
				     harness_unhex(vector->prologue, prologue,
						   sizeof prologue)),
		.statik = &pair->init_s,
		.remote = &pair->resp_pub,
		.psk = pair->psk,
		.ephemeral = &pair->init_e,
	};

	key_from_hex(vector->psk, pair->psk);
	key_from_hex(vector->init_static, pair->init_s.b);
	key_from_hex(vector->init_ephemeral, pair->init_e.b);
	key_from_hex(vector->resp_static, pair->resp_s.b);
	key_from_hex(vector->resp_ephemeral, pair->resp_e.b);
	net_public_from_secret(&pair->resp_s, &pair->resp_pub);
	assert_int_equal(noise_start(&pair->init, &options), 0);
	options.initiator = false;
	options.statik = &pair->resp_s;
	options.remote = NULL;
	options.ephemeral = &pair->resp_e;
	assert_int_equal(noise_start(&pair->resp, &options), 0);
	buf_init(&pair->wire, BUF_MAX);
	buf_init(&pair->payload, BUF_MAX);
}

static void pair_release(struct pair *pair)
{
	noise_release(&pair->init);
	noise_release(&pair->resp);
	buf_release(&pair->wire);
	buf_release(&pair->payload);
}

static struct noise *pair_end(struct pair *pair, bool initiator)
{
	return initiator ? &pair->init : &pair->resp;
}

/* Writes handshake message i into pair->wire. */
static void pair_write(struct pair *pair, size_t i, struct bytes payload)
{
	buf_clear(&pair->wire);
	assert_int_equal(
		noise_write(pair_end(pair, i % 2 == 0), payload, &pair->wire),
		0);
}

static int pair_read(struct pair *pair, size_t i)
{
	buf_clear(&pair->payload);
	return noise_read(pair_end(pair, i % 2 != 0), buf_bytes(&pair->wire),
			  &pair->payload);
}

static size_t message_count(enum noise_pattern pattern)
{
	return pattern == NOISE_XXPSK0 ? 3 : 2;
}

/* Handshake messages [0, upto). */
static void pair_advance(struct pair *pair, size_t upto)
{
	for (size_t i = 0; i < upto; i++) {
		pair_write(pair, i, bytes_from_str("hello"));
		assert_int_equal(pair_read(pair, i), 0);
		assert_bytes(buf_bytes(&pair->payload),
			     bytes_from_str("hello"));
	}
}

static void check_vector(const struct noise_vector *vector)
{
	size_t handshake = message_count(vector->pattern);
	struct noise_cipher to_resp[2], to_init[2];
	struct pair pair;
	uint8_t payload[1024];

	pair_start(&pair, vector);
	for (size_t i = 0; i < vector->count; i++) {
		size_t len = harness_unhex(vector->messages[i].payload, payload,
					   sizeof payload);
		struct bytes plain = bytes_of(payload, len);
		struct noise_cipher *c = i % 2 == 0 ? to_resp : to_init;

		if (i < handshake) {
			pair_write(&pair, i, plain);
			assert_hex(buf_bytes(&pair.wire),
				   vector->messages[i].message);
			assert_int_equal(pair_read(&pair, i), 0);
		} else {
			buf_clear(&pair.wire);
			buf_clear(&pair.payload);
			assert_int_equal(
				noise_encrypt(&c[0], plain, &pair.wire), 0);
			assert_hex(buf_bytes(&pair.wire),
				   vector->messages[i].message);
			assert_int_equal(noise_decrypt(&c[1],
						       buf_bytes(&pair.wire),
						       &pair.payload),
					 0);
		}
		assert_bytes(buf_bytes(&pair.payload), plain);
		if (i + 1 != handshake)
			continue;
		if (vector->hash != NULL) {
			assert_hex(bytes_of(noise_hash(&pair.init), 64),
				   vector->hash);
			assert_hex(bytes_of(noise_hash(&pair.resp), 64),
				   vector->hash);
		}
		assert_memory_equal(noise_remote(&pair.init)->b,
				    pair.resp_pub.b, 32);
		assert_int_equal(
			noise_split(&pair.init, &to_resp[0], &to_init[1]), 0);
		assert_int_equal(
			noise_split(&pair.resp, &to_init[0], &to_resp[1]), 0);
	}
	pair_release(&pair);
}

static void the_numbers_in_this_tree_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(noise_vectors); i++)
		check_vector(&noise_vectors[i]);
}

static const char *first_psk(const cJSON *vector)
{
	return cJSON_GetStringValue(cJSON_GetArrayItem(
		cJSON_GetObjectItem(vector, "init_psks"), 0));
}

static bool pattern_of(const cJSON *json, enum noise_pattern *pattern)
{
	static const char *const names[NOISE_PATTERN_COUNT] = {
		[NOISE_XXPSK0] = "Noise_XXpsk0_25519_ChaChaPoly_BLAKE2b",
		[NOISE_IK] = "Noise_IK_25519_ChaChaPoly_BLAKE2b",
		[NOISE_NK] = "Noise_NK_25519_ChaChaPoly_BLAKE2b",
	};
	const char *name = vectors_str(json, "protocol_name");

	if (name == NULL)
		name = vectors_str(json, "name");
	for (int i = 0; name != NULL && i < NOISE_PATTERN_COUNT; i++) {
		*pattern = (enum noise_pattern)i;
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static void check_file(const char *name, size_t expected)
{
	cJSON *root = vectors_load(name);
	const cJSON *json, *message;
	size_t checked = 0;

	cJSON_ArrayForEach(json, cJSON_GetObjectItem(root, "vectors"))
	{
		struct noise_vector vector = {
			.prologue = vectors_str(json, "init_prologue"),
			.psk = first_psk(json),
			.init_static = vectors_str(json, "init_static"),
			.init_ephemeral = vectors_str(json, "init_ephemeral"),
			.resp_static = vectors_str(json, "resp_static"),
			.resp_ephemeral = vectors_str(json, "resp_ephemeral"),
			.hash = vectors_str(json, "handshake_hash"),
		};

		if (!pattern_of(json, &vector.pattern))
			continue;
		cJSON_ArrayForEach(message,
				   cJSON_GetObjectItem(json, "messages"))
		{
			size_t i = vector.count++;

			assert_true(i < VECTOR_MESSAGES);
			vector.messages[i].payload =
				vectors_str(message, "payload");
			vector.messages[i].message =
				vectors_str(message, "ciphertext");
		}
		check_vector(&vector);
		checked++;
	}
	cJSON_Delete(root);
	assert_int_equal(checked, expected);
}

static void cacophonys_vectors_hold(void **state)
{
	(void)state;
	check_file("data/vectors/noise/cacophony-via-snow.txt", 2);
}

static void snows_vectors_hold(void **state)
{
	(void)state;
	check_file("data/vectors/noise/snow.txt", 2);
}

static void noise_cs_vectors_hold(void **state)
{
	(void)state;
	check_file("data/vectors/noise/noise-c-basic.txt", 2);
}

static void our_pairing_vectors_hold(void **state)
{
	(void)state;
	check_file("data/vectors/noise/kept-xxpsk0-generated.json", 4);
}

/* Message i with byte `at` flipped, or (flip 0) cut there, is refused, and the
 * reader is dead afterwards. No payload here goes unkeyed. */
static void check_damaged(const struct noise_vector *vector, size_t i,
			  size_t at, uint8_t flip)
{
	struct pair pair;
	struct noise *reader;
	struct bytes damaged;
	int err;

	pair_start(&pair, vector);
	pair_advance(&pair, i);
	pair_write(&pair, i, bytes_from_str("hello"));
	reader = pair_end(&pair, i % 2 != 0);
	buf_clear(&pair.payload);
	if (flip == 0)
		pair.wire.len = at;
	else
		pair.wire.ptr[at] ^= flip;
	damaged = buf_bytes(&pair.wire);
	err = noise_read(reader, damaged, &pair.payload);
	assert_true(err == ERR_CRYPTO || (flip == 0 && err == ERR_MALFORMED));
	assert_int_equal(pair.payload.len, 0);
	assert_int_equal(noise_read(reader, damaged, &pair.payload),
			 ERR_NOT_NOW);
	assert_int_equal(noise_write(reader, damaged, &pair.wire), ERR_NOT_NOW);
	assert_null(noise_hash(reader));
	assert_null(noise_remote(reader));
	assert_false(noise_is_done(reader));
	pair_release(&pair);
}

static void every_damaged_handshake_message_is_refused(void **state)
{
	(void)state;
	for (size_t v = 0; v < KEPT_ARRAY_COUNT(noise_vectors); v++) {
		const struct noise_vector *vector = &noise_vectors[v];

		for (size_t i = 0; i < message_count(vector->pattern); i++) {
			struct pair pair;
			size_t len, at;

			pair_start(&pair, vector);
			pair_advance(&pair, i);
			pair_write(&pair, i, bytes_from_str("hello"));
			len = pair.wire.len;
			pair_release(&pair);
			for (at = 0; at < len; at++) {
				check_damaged(vector, i, at, 0);
				for (unsigned bit = 0; bit < 8; bit++)
					check_damaged(vector, i, at,
						      (uint8_t)(1u << bit));
			}
		}
	}
}

static void another_psk_prologue_or_static_is_refused(void **state)
{
	struct pair pair;
	struct noise_options options = {
		.pattern = NOISE_IK,
		.initiator = false,
		.prologue = bytes_from_str("another"),
		.statik = &pair.resp_s,
	};
	const struct noise_vector *xx = &noise_vectors[0];
	const struct noise_vector *ik = &noise_vectors[1];

	(void)state;
	pair_start(&pair, xx);
	pair.resp.psk[31] ^= 1;
	pair_write(&pair, 0, bytes_from_str(""));
	assert_int_equal(pair_read(&pair, 0), ERR_CRYPTO);
	pair_release(&pair);
	pair_start(&pair, ik);
	assert_int_equal(noise_start(&pair.resp, &options), 0);
	pair_write(&pair, 0, bytes_from_str(""));
	assert_int_equal(pair_read(&pair, 0), ERR_CRYPTO);
	pair_release(&pair);
	pair_start(&pair, ik);
	pair.init.rs.b[0] ^= 1;
	pair_write(&pair, 0, bytes_from_str(""));
	assert_int_equal(pair_read(&pair, 0), ERR_CRYPTO);
	pair_release(&pair);
}

static void low_order_points_end_the_handshake(void **state)
{
	struct net_public zero = { { 0 } };
	struct pair pair;
	struct noise_options options = {
		.pattern = NOISE_IK,
		.initiator = true,
		.statik = &pair.init_s,
		.remote = &zero,
	};

	(void)state;
	/* A first message that is an ephemeral of zeros. */
	pair_start(&pair, &noise_vectors[1]);
	pair_write(&pair, 0, bytes_from_str(""));
	memset(pair.wire.ptr, 0, 32);
	assert_int_equal(pair_read(&pair, 0), ERR_CRYPTO);
	/* A remote static that is one. */
	assert_int_equal(noise_start(&pair.init, &options), 0);
	buf_clear(&pair.wire);
	assert_int_equal(
		noise_write(&pair.init, bytes_from_str(""), &pair.wire),
		ERR_CRYPTO);
	assert_int_equal(pair.wire.len, 0);
	assert_int_equal(
		noise_write(&pair.init, bytes_from_str(""), &pair.wire),
		ERR_NOT_NOW);
	pair_release(&pair);
}

static void a_missing_key_does_not_start(void **state)
{
	struct net_secret secret = { { 1 } };
	struct net_public remote = { { 9 } };
	uint8_t psk[32] = { 0 };
	struct noise noise;
	struct noise_options ik = { .pattern = NOISE_IK,
				    .initiator = true,
				    .statik = &secret };
	struct noise_options xx = { .pattern = NOISE_XXPSK0,
				    .statik = &secret };
	struct noise_options nk = { .pattern = NOISE_NK, .remote = &remote };

	(void)state;
	assert_int_equal(noise_start(&noise, &ik), ERR_USAGE);
	ik.remote = &remote;
	assert_int_equal(noise_start(&noise, &ik), 0);
	ik.statik = NULL;
	assert_int_equal(noise_start(&noise, &ik), ERR_USAGE);
	assert_int_equal(noise_start(&noise, &xx), ERR_USAGE);
	xx.psk = psk;
	assert_int_equal(noise_start(&noise, &xx), 0);
	assert_int_equal(noise_start(&noise, &nk), ERR_USAGE);
	nk.initiator = true;
	assert_int_equal(noise_start(&noise, &nk), 0);
	noise_release(&noise);
}

static void a_wrong_turn_kills_the_handshake(void **state)
{
	struct noise_cipher a, b;
	struct pair pair;

	(void)state;
	pair_start(&pair, &noise_vectors[1]);
	assert_int_equal(noise_split(&pair.init, &a, &b), ERR_NOT_NOW);
	assert_int_equal(
		noise_read(&pair.init, bytes_from_str("x"), &pair.payload),
		ERR_NOT_NOW);
	assert_int_equal(
		noise_write(&pair.init, bytes_from_str("x"), &pair.wire),
		ERR_NOT_NOW);
	assert_int_equal(
		noise_write(&pair.resp, bytes_from_str("x"), &pair.wire),
		ERR_NOT_NOW);
	pair_release(&pair);
	pair_start(&pair, &noise_vectors[1]);
	pair_advance(&pair, 2);
	assert_int_equal(
		noise_write(&pair.init, bytes_from_str("x"), &pair.wire),
		ERR_NOT_NOW);
	assert_int_equal(noise_split(&pair.init, &a, &b), ERR_NOT_NOW);
	pair_release(&pair);
}

static void a_full_buffer_ends_the_handshake_cleanly(void **state)
{
	struct pair pair;

	(void)state;
	pair_start(&pair, &noise_vectors[1]);
	pair.wire.max_bytes = 100;
	assert_int_equal(
		noise_write(&pair.init, bytes_from_str("hello"), &pair.wire),
		ERR_LIMIT);
	assert_int_equal(pair.wire.len, 0);
	assert_int_equal(
		noise_write(&pair.init, bytes_from_str("hello"), &pair.wire),
		ERR_NOT_NOW);
	pair_release(&pair);
}

static void the_session_message_is_160_bytes_with_its_hint(void **state)
{
	struct pair pair;
	uint8_t payload[48] = { 0 };
	struct id16 hint;

	(void)state;
	pair_start(&pair, &noise_vectors[1]);
	noise_hint(&pair.resp_pub, pair.init_e.b, &hint);
	pair_write(&pair, 0, bytes_of(payload, sizeof payload));
	assert_int_equal(sizeof hint.b + pair.wire.len, 160);
	pair_release(&pair);
}

static void the_hint_is_keyed_by_the_responder(void **state)
{
	struct net_public responder;
	uint8_t ephemeral[32];
	struct id16 hint;

	(void)state;
	for (uint8_t i = 0; i < 32; i++) {
		responder.b[i] = i;
		ephemeral[i] = (uint8_t)(32 + i);
	}
	noise_hint(&responder, ephemeral, &hint);
	assert_hex(bytes_of(hint.b, 16), "e666ab71e7ecad71cd7fd07565b939b0");
	responder.b[0] ^= 1;
	noise_hint(&responder, ephemeral, &hint);
	assert_int_not_equal(hint.b[0], 0xe6);
}

static int start(void **state)
{
	(void)state;
	return crypto_start();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_numbers_in_this_tree_hold),
		cmocka_unit_test(cacophonys_vectors_hold),
		cmocka_unit_test(snows_vectors_hold),
		cmocka_unit_test(noise_cs_vectors_hold),
		cmocka_unit_test(our_pairing_vectors_hold),
		cmocka_unit_test(every_damaged_handshake_message_is_refused),
		cmocka_unit_test(another_psk_prologue_or_static_is_refused),
		cmocka_unit_test(low_order_points_end_the_handshake),
		cmocka_unit_test(a_missing_key_does_not_start),
		cmocka_unit_test(a_wrong_turn_kills_the_handshake),
		cmocka_unit_test(a_full_buffer_ends_the_handshake_cleanly),
		cmocka_unit_test(
			the_session_message_is_160_bytes_with_its_hint),
		cmocka_unit_test(the_hint_is_keyed_by_the_responder),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
