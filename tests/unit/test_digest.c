/*
 * Goal: a journal's digest does not depend on order, and one entry can be
 * taken out of it; an entry's bytes change when what it holds changes.
 * Method: sums with carries by hand and at random; two states, one edit apart.
 */
#include "crdt/digest.h"

#include "tests/lib/harness.h"

#include "proto/base/prng.h"
#include "tests/lib/writers.h"

static void adding_carries_through_all_words(void **state)
{
	struct digest digest = { { 0 } };
	struct hash32 one = { { 1 } };
	struct hash32 most;
	uint8_t packed[32];

	(void)state;
	memset(most.b, 0xff, sizeof most.b);
	most.b[31] = 0x7f;
	digest_add(&digest, &most);
	digest_add(&digest, &one);
	digest_pack(&digest, packed);
	for (size_t i = 0; i < 31; i++)
		assert_int_equal(packed[i], 0);
	assert_int_equal(packed[31], 0x80);
	digest_subtract(&digest, &one);
	digest_pack(&digest, packed);
	assert_memory_equal(packed, most.b, sizeof packed);
}

static void sums_wrap_around(void **state)
{
	struct digest digest = { { 0 } };
	struct digest nothing = { { 0 } };
	struct hash32 one = { { 1 } };
	struct hash32 most;

	(void)state;
	memset(most.b, 0xff, sizeof most.b);
	digest_subtract(&digest, &one);
	assert_false(digest_equal(&digest, &nothing));
	digest_subtract(&digest, &most);
	assert_true(digest_equal(&digest, &nothing));
	digest_add(&digest, &most);
	digest_add(&digest, &most);
	digest_add(&digest, &one);
	digest_add(&digest, &one);
	assert_true(digest_equal(&digest, &nothing));
}

static void entries_come_and_go_in_any_order(void **state)
{
	struct hash32 hash[20];
	struct digest forward = { { 0 } };
	struct digest backward = { { 0 } };
	struct prng prng;

	(void)state;
	prng_seed(&prng, 12);
	prng_fill(&prng, hash, sizeof hash);
	for (size_t i = 0; i < 20; i++)
		digest_add(&forward, &hash[i]);
	for (size_t i = 20; i-- > 0;)
		digest_add(&backward, &hash[i]);
	assert_true(digest_equal(&forward, &backward));
	digest_subtract(&backward, &hash[3]);
	assert_false(digest_equal(&forward, &backward));
	digest_add(&backward, &hash[3]);
	assert_true(digest_equal(&forward, &backward));
}

static void digest_of(struct writers *all, size_t who, struct buf *out)
{
	const struct id16 entry = { { 5 } };

	buf_clear(out);
	assert_int_equal(digest_entry(all->writer[who].state, &entry, out), 0);
}

static void an_entry_s_bytes_follow_what_it_holds(void **state)
{
	struct writers all;
	struct buf a;
	struct buf b;

	(void)state;
	writers_init(&all);
	buf_init(&a, 1 << 20);
	buf_init(&b, 1 << 20);
	writers_set(&all, 0, 4, RULE_register, "\"one\"");
	writers_set(&all, 0, 5, RULE_orset, "[\"x\",\"y\"]");
	writers_set(&all, 0, 6, RULE_list, "[1,2,3]");
	writers_commit(&all, 0);
	writers_send(&all, 0, 1);
	digest_of(&all, 0, &a);
	digest_of(&all, 1, &b);
	assert_bytes(buf_bytes(&a), buf_bytes(&b));
	/* Asking again gives the same bytes. */
	digest_of(&all, 0, &a);
	assert_bytes(buf_bytes(&a), buf_bytes(&b));
	writers_set(&all, 1, 6, RULE_list, "[1,3,2]");
	writers_commit(&all, 1);
	digest_of(&all, 1, &b);
	assert_false(bytes_equal(buf_bytes(&a), buf_bytes(&b)));
	buf_release(&a);
	buf_release(&b);
	writers_release(&all);
}

static void a_full_buffer_is_reported(void **state)
{
	const struct id16 entry = { { 5 } };
	struct writers all;
	struct buf out;

	(void)state;
	writers_init(&all);
	buf_init(&out, 30);
	writers_set(&all, 0, 4, RULE_register, "\"one\"");
	writers_commit(&all, 0);
	assert_int_equal(digest_entry(all.writer[0].state, &entry, &out),
			 ERR_LIMIT);
	buf_release(&out);
	writers_release(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adding_carries_through_all_words),
		cmocka_unit_test(sums_wrap_around),
		cmocka_unit_test(entries_come_and_go_in_any_order),
		cmocka_unit_test(an_entry_s_bytes_follow_what_it_holds),
		cmocka_unit_test(a_full_buffer_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
