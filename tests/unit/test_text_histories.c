/*
 * test_text_histories.c - random typing on several devices, and one text.
 *
 * Goal: whatever is typed where, and however it travels, all devices end with
 * the text the slow oracle reads from the rules. Method: a few devices type
 * words of one to four bytes a letter and swap what they have, at random;
 * then every message goes to new devices in random orders, with repetitions,
 * with tiny nodes and real ones. TEXT_HISTORIES=n does n of them, from
 * TEXT_SEED on.
 */
#include "proto/base/prng.h"
#include "tests/lib/harness.h"
#include "tests/lib/textoracle.h"
#include "tests/lib/texttrace.h"

#define DEVICES_MAX 4u
#define MESSAGES_MAX 48u
#define OPS_MAX 3u
#define HISTORIES 10000u

struct letter {
	struct text_message message;
	struct text_op ops[OPS_MAX];
	struct text_id parents[DEVICES_MAX + 1];
	uint8_t words[OPS_MAX][64];
};

struct device {
	struct textheap heap;
	struct text text;
	bool has[MESSAGES_MAX];
};

struct world {
	struct prng prng;
	struct device devices[DEVICES_MAX];
	uint32_t device_count;
	struct letter letters[MESSAGES_MAX];
	uint32_t count;
	uint32_t seqs[DEVICES_MAX];
};

static const struct text_tune tunes[] = {
	{ .chunk_bytes = 8, .track = { 4, 4 } },
	{ 0 },
	{ .chunk_bytes = 8, .track = { 4, 4 }, .no_short_way = true },
	{ .chunk_bytes = 16, .track = { 5, 4 } },
};

static uint32_t below(struct world *world, uint32_t bound)
{
	return (uint32_t)prng_below(&world->prng, bound);
}

static size_t make_word(struct world *world, uint8_t out[64], uint32_t *scalars)
{
	static const char *const letters[] = { "a", "b",  "\n", "ж",
					       "ш", "字", "🌱" };
	uint32_t from = below(world, 3) == 0 ? 0 : below(world, 7);
	size_t len = 0;

	*scalars = 1 + below(world, below(world, 4) == 0 ? 12 : 3);
	for (uint32_t i = 0; i < *scalars; i++) {
		const char *one = letters[(from + below(world, 3)) % 7];

		memcpy(out + len, one, strlen(one));
		len += strlen(one);
	}
	return len;
}

static void make_op(struct world *world, struct letter *letter, uint32_t i,
		    uint32_t *len)
{
	struct text_op *op = &letter->ops[i];

	*op = (struct text_op){ .kind = TEXT_INSERT };
	if (*len > 0 && below(world, 5) < 2) {
		op->kind = below(world, 2) == 0 ? TEXT_DELETE
						: TEXT_DELETE_BACK;
		op->pos = below(world, *len);
		op->len = *len - op->pos;
		if (op->len > 4)
			op->len = 1 + below(world, 4);
		*len -= op->len;
		return;
	}
	/* Often at the same few places, so that branches meet. */
	op->pos = below(world, 1 + (below(world, 2) == 0 ? *len : *len / 4));
	op->text.len = make_word(world, letter->words[i], &op->len);
	op->text.ptr = letter->words[i];
	*len += op->len;
}

static void type_it(struct world *world, uint32_t number)
{
	struct device *device = &world->devices[number];
	struct letter *letter = &world->letters[world->count];
	struct graph_version heads = graph_heads(&device->text.graph);
	uint32_t len = device->text.rope.scalars;
	uint32_t author;

	*letter = (struct letter){ 0 };
	letter->message = (struct text_message){
		.author = texttrace_author(number ^ 1),
		.seq = world->seqs[number],
		.parents = letter->parents,
		.parent_count = heads.count,
		.ops = letter->ops,
		.op_count = 1 + below(world, OPS_MAX),
	};
	for (uint32_t i = 0; i < heads.count; i++)
		letter->parents[i] = text_name(&device->text, heads.lvs[i]);
	for (uint32_t i = 0; i < letter->message.op_count; i++) {
		make_op(world, letter, i, &len);
		world->seqs[number] += letter->ops[i].len;
	}
	device->has[world->count++] = true;
	if (below(world, 2) == 0) {
		assert_int_equal(text_apply(&device->text, &letter->message),
				 0);
		return;
	}
	assert_int_equal(
		text_author(&device->text, &letter->message.author, &author),
		0);
	for (uint32_t i = 0; i < letter->message.op_count; i++)
		assert_int_equal(
			text_type(&device->text, author, &letter->ops[i]), 0);
}

/* What the text said before, changed by the patches, is what it says now. */
static void assert_patched(struct device *device, struct rope *copy)
{
	const struct text_patches *patches = &device->text.patches;
	size_t len;
	uint8_t *want = texttrace_text(&device->text.rope, &len);

	assert_int_equal(rope_reserve(copy, patches->insert_bytes), 0);
	for (uint32_t i = 0; i < patches->count; i++) {
		const struct text_op *op = &patches->ops[i];

		if (op->kind == TEXT_INSERT)
			rope_insert(copy, op->pos, op->text, op->len);
		else
			rope_delete(copy, op->pos, op->len);
	}
	assert_true(texttrace_is(copy, bytes_of(want, len)));
	free(want);
}

static void deliver(struct world *world, struct device *device, uint32_t at)
{
	struct rope copy;
	size_t len;
	uint8_t *text = texttrace_text(&device->text.rope, &len);

	rope_init(&copy, &device->heap.memory, 8);
	assert_int_equal(rope_reserve(&copy, len), 0);
	rope_insert(&copy, 0, bytes_of(text, len), device->text.rope.scalars);
	free(text);
	assert_int_equal(text_apply(&device->text, &world->letters[at].message),
			 0);
	assert_patched(device, &copy);
	rope_release(&copy);
	device->has[at] = true;
}

static void check_device(struct device *device)
{
	assert_true(rope_check(&device->text.rope));
	if (device->text.walker.is_standing)
		assert_true(track_check(&device->text.walker.track));
}

static void open_device(struct device *device, struct text_tune tune)
{
	*device = (struct device){ 0 };
	textheap_init(&device->heap, 0);
	text_init(&device->text, &device->heap.memory, tune);
}

static void close_device(struct device *device)
{
	text_release(&device->text);
	assert_int_equal(device->heap.blocks, 0);
	assert_int_equal(device->heap.memory.used_bytes, 0);
}

static void swap(struct world *world, uint32_t from, uint32_t to)
{
	for (uint32_t i = 0; i < world->count; i++)
		if (world->devices[from].has[i] && !world->devices[to].has[i])
			deliver(world, &world->devices[to], i);
	check_device(&world->devices[to]);
}

static void live(struct world *world)
{
	uint32_t most = 4 + below(world, MESSAGES_MAX - 4);

	world->device_count = 2 + below(world, DEVICES_MAX - 1);
	for (uint32_t i = 0; i < world->device_count; i++)
		open_device(&world->devices[i], tunes[i]);
	while (world->count < most) {
		uint32_t one = below(world, world->device_count);
		uint32_t other = below(world, world->device_count);

		if (one != other && below(world, 3) == 0)
			swap(world, one, other);
		else
			type_it(world, one);
	}
}

/* All messages in any order they can be taken in, some of them twice. */
static void deliver_shuffled(struct world *world, struct text *text)
{
	uint32_t order[MESSAGES_MAX];
	bool done[MESSAGES_MAX] = { false };
	uint32_t left = world->count;

	while (left > 0) {
		for (uint32_t i = 0; i < world->count; i++) {
			uint32_t j = below(world, i + 1);

			order[i] = order[j];
			order[j] = i;
		}
		for (uint32_t i = 0; i < world->count; i++) {
			struct letter *letter = &world->letters[order[i]];
			int rc = text_apply(text, &letter->message);

			if (rc != 0) {
				assert_int_equal(rc, ERR_GAP);
				assert_false(done[order[i]]);
				continue;
			}
			left -= !done[order[i]];
			done[order[i]] = true;
		}
	}
}

static void one_history(uint64_t seed)
{
	struct world *world = calloc(1, sizeof *world);
	struct text_message messages[MESSAGES_MAX];
	struct device fresh;
	struct bytes want;
	uint8_t *text;

	prng_seed(&world->prng, seed);
	live(world);
	for (uint32_t i = 0; i < world->count; i++)
		messages[i] = world->letters[i].message;
	text = textoracle_text(messages, world->count, &want.len);
	assert_non_null(text);
	want.ptr = text;
	for (uint32_t d = 0; d < world->device_count; d++) {
		for (uint32_t o = 0; o < world->device_count; o++)
			if (o != d)
				swap(world, o, d);
		assert_true(texttrace_is(&world->devices[d].text.rope, want));
	}
	open_device(&fresh, tunes[seed % KEPT_ARRAY_COUNT(tunes)]);
	deliver_shuffled(world, &fresh.text);
	check_device(&fresh);
	assert_true(texttrace_is(&fresh.text.rope, want));
	assert_int_equal(text_rebuild(&fresh.text), 0);
	assert_true(texttrace_is(&fresh.text.rope, want));
	close_device(&fresh);
	for (uint32_t d = 0; d < world->device_count; d++)
		close_device(&world->devices[d]);
	free(text);
	free(world);
}

/* --- liars */

/* One of what a device may not say, by its place, parents, or length. */
static void lie(struct world *world, uint32_t number)
{
	struct letter *letter = &world->letters[world->count - 1];
	struct text_message *message = &letter->message;

	switch (below(world, 4)) {
	case 0:
		letter->ops[message->op_count - 1].pos += 1000;
		break;
	case 1:
		letter->ops[0] =
			(struct text_op){ .kind = TEXT_DELETE, .len = 5000 };
		break;
	case 2:
		if (message->seq > 0)
			message->parent_count = 0;
		break;
	default:
		letter->parents[message->parent_count++] = letter->parents[0];
		break;
	}
	world->seqs[number] = message->seq;
	for (uint32_t i = 0; i < message->op_count; i++)
		world->seqs[number] += letter->ops[i].len;
}

/* As type_it, but what is sent is a lie, to its own device as well. */
static void type_a_lie(struct world *world, uint32_t number)
{
	struct device *device = &world->devices[number];
	struct graph_version heads = graph_heads(&device->text.graph);
	struct letter *letter = &world->letters[world->count];
	uint32_t len = device->text.rope.scalars;

	if (heads.count == 0)
		return;
	*letter = (struct letter){ 0 };
	letter->message = (struct text_message){
		.author = texttrace_author(number ^ 1),
		.seq = world->seqs[number],
		.parents = letter->parents,
		.parent_count = heads.count,
		.ops = letter->ops,
		.op_count = 1,
	};
	for (uint32_t i = 0; i < heads.count; i++)
		letter->parents[i] = text_name(&device->text, heads.lvs[i]);
	make_op(world, letter, 0, &len);
	world->count++;
	lie(world, number);
	deliver(world, device, world->count - 1);
}

static void one_history_of_liars(uint64_t seed)
{
	struct world *world = calloc(1, sizeof *world);
	uint8_t *want = NULL;
	size_t len = 0;

	prng_seed(&world->prng, seed);
	world->device_count = 3;
	for (uint32_t i = 0; i < 3; i++)
		open_device(&world->devices[i], tunes[i]);
	while (world->count < MESSAGES_MAX - 1) {
		uint32_t one = below(world, 3);

		if (below(world, 3) == 0)
			swap(world, one, (one + 1) % 3);
		else if (below(world, 4) == 0)
			type_a_lie(world, one);
		else
			type_it(world, one);
	}
	for (uint32_t i = 0; i < 4; i++) {
		struct device fresh;

		open_device(&fresh, tunes[i]);
		deliver_shuffled(world, &fresh.text);
		check_device(&fresh);
		if (want == NULL)
			want = texttrace_text(&fresh.text.rope, &len);
		assert_true(
			texttrace_is(&fresh.text.rope, bytes_of(want, len)));
		assert_int_equal(text_rebuild(&fresh.text), 0);
		assert_true(
			texttrace_is(&fresh.text.rope, bytes_of(want, len)));
		close_device(&fresh);
	}
	for (uint32_t d = 0; d < 3; d++) {
		for (uint32_t o = 0; o < 3; o++)
			if (o != d)
				swap(world, o, d);
		assert_true(texttrace_is(&world->devices[d].text.rope,
					 bytes_of(want, len)));
		close_device(&world->devices[d]);
	}
	free(want);
	free(world);
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static uint64_t now_at; /* the seed to begin from when one does not hold */

static void every_device_ends_with_the_oracle_s_text(void **state)
{
	uint64_t seed = from_environment("TEXT_SEED", 1);
	uint64_t count = from_environment("TEXT_HISTORIES", HISTORIES);

	(void)state;
	for (uint64_t i = 0; i < count; i++) {
		now_at = seed + i;
		one_history(now_at);
	}
}

static void liars_are_judged_alike_everywhere(void **state)
{
	uint64_t seed = from_environment("TEXT_SEED", 1);
	uint64_t count = from_environment("TEXT_HISTORIES", HISTORIES) / 5 + 1;

	(void)state;
	for (uint64_t i = 0; i < count; i++) {
		now_at = seed + i;
		one_history_of_liars(now_at);
	}
}

/* Two people type a word each at one place, letter by letter, on from its
 * end or from its beginning: the letters of a word stay together. */
static void words_typed_at_once_do_not_mix(void **state)
{
	(void)state;
	for (uint32_t way = 0; way < 4; way++) {
		struct device device;
		uint8_t *words;
		size_t len;

		open_device(&device, tunes[way]);
		for (uint32_t i = 0; i < 16; i++) {
			uint32_t who = i % 2;
			uint32_t nth = i / 2;
			uint8_t one = (uint8_t)((who == 0 ? 'a' : 'A') + nth);
			struct text_op op = {
				.kind = TEXT_INSERT,
				.len = 1,
				.pos = (way >> who & 1) == 0 ? nth : 0,
				.text = bytes_of(&one, 1),
			};
			struct text_id parent = { texttrace_author(who),
						  nth - 1 };
			struct text_message message = {
				.author = texttrace_author(who),
				.seq = nth,
				.parents = &parent,
				.parent_count = nth > 0,
				.ops = &op,
				.op_count = 1,
			};

			assert_int_equal(text_apply(&device.text, &message), 0);
		}
		words = texttrace_text(&device.text.rope, &len);
		assert_int_equal(len, 16);
		for (size_t i = 1; i < 16; i++)
			assert_true((words[i] >= 'a') ==
					    (words[i - 1] >= 'a') ||
				    i == 8);
		free(words);
		close_device(&device);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_device_ends_with_the_oracle_s_text),
		cmocka_unit_test(liars_are_judged_alike_everywhere),
		cmocka_unit_test(words_typed_at_once_do_not_mix),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	if (failed != 0)
		print_message("# TEXT_SEED=%llu TEXT_HISTORIES=1\n",
			      (unsigned long long)now_at);
	return failed;
}
